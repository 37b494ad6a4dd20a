"""``/health``: whether the server can answer, from which generation, and how its workers are doing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request

import kgraph
from kgraph.replicas import read_status
from kgraph.settings import Settings
from kgraph.web.sparql import graph_of

__all__ = ["router"]

router: Final = APIRouter(tags=["Operation"])


@router.head("/health", include_in_schema=False)
@router.get("/health", summary="Liveness", operation_id="health")
async def health(request: Request) -> dict[str, Any]:
    """The current generation with its age in seconds, and counts of workers and waiting queries.

    A replica tells what it follows, how many seconds ago that last answered, which generation it then had,
    and what is wrong, if anything is. It answers on with what it has.
    """
    graph = graph_of(request)
    manifest = graph.generation.manifest
    age = datetime.now(UTC) - datetime.fromisoformat(manifest.created)
    return {
        "status": "ok",
        "version": kgraph.__version__,
        "generation": {
            "id": manifest.id,
            "created": manifest.created,
            "age_s": max(0.0, round(age.total_seconds(), 1)),
            "triples": manifest.triples,
            "canonical_hash": manifest.canonical_hash,
        },
        "workers": {**asdict(graph.status), "restarts": dict(graph.status.restarts)},
        **_replica(graph.settings),
    }


def _replica(settings: Settings) -> dict[str, Any]:
    status = read_status(settings.store_path) if settings.follow else None
    if status is None:
        return {}
    age_s = status.heard_age_s
    return {"replica": {**asdict(status), "heard_age_s": None if age_s is None else round(age_s, 1)}}

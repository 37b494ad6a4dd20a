"""``/health``: whether the server can answer, from which generation, and how its workers are doing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request

import kgraph
from kgraph.web.sparql import graph_of

__all__ = ["router"]

router: Final = APIRouter(tags=["Operation"])


@router.head("/health", include_in_schema=False)
@router.get("/health", summary="Liveness", operation_id="health")
async def health(request: Request) -> dict[str, Any]:
    """The current generation with its age in seconds, and counts of workers and waiting queries."""
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
    }

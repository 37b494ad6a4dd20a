"""``/generations``: sealed generations file by file, for the replicas of this server.

Only who holds the token gets them, since a generation is more than the server shows: what nobody has
reviewed, and what the build keeps for itself. Files never change, and are known by their digests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse

from kgraph.errors import StoreError, UnknownNameError
from kgraph.store import Catalog, Generation
from kgraph.store.pins import Pins
from kgraph.store.sums import SUMS, load_sums
from kgraph.web.admission import admit_replica
from kgraph.web.conditional import is_known
from kgraph.web.documentation import problem_responses
from kgraph.web.reading import header_of
from kgraph.web.sparql import graph_of
from kgraph.web.waiting import wait_of, wait_until

__all__ = ["Leases", "router"]

router: Final = APIRouter(tags=["Replicas"])

#: How long a generation is kept after a replica has asked for a part of it, in seconds.
_LEASE_S: Final = 120.0


class Leases:
    """Generations that are being copied, each kept from being pruned until nobody asks for it any more."""

    def __init__(self, store: Path) -> None:
        self._catalog = Catalog(store)
        self._pins = Pins(self._catalog)
        self._held: dict[str, tuple[Generation, dict[str, str], Callable[[], None]]] = {}
        self._ends: dict[str, asyncio.TimerHandle] = {}

    def renew(self, identifier: str) -> tuple[Generation, dict[str, str]]:
        """A generation with the digests of its files.

        Raises:
            UnknownNameError: there is none of that name, or none that says its digests.
        """
        if identifier not in self._held:
            self._held[identifier] = self._hold(identifier)
        else:
            self._ends[identifier].cancel()
        self._ends[identifier] = asyncio.get_running_loop().call_later(_LEASE_S, self._end, identifier)
        generation, sums, _ = self._held[identifier]
        return generation, sums

    def _hold(self, identifier: str) -> tuple[Generation, dict[str, str], Callable[[], None]]:
        for found in self._catalog.generations():
            if found.id == identifier:
                with suppress(StoreError):  # it is going, or older than such lists
                    return found, load_sums(found.path), self._pins.hold(found)[1]
        raise UnknownNameError(
            f"There is no generation {identifier[:60]!r} that could be copied.",
            hint="/generations/current names the current one.",
        )

    def _end(self, identifier: str) -> None:
        del self._ends[identifier]
        _, _, release = self._held.pop(identifier)
        release()


@router.head("/generations/current", include_in_schema=False)
@router.get(
    "/generations/current",
    summary="Which generation is current",
    operation_id="generation_current",
    responses={
        304: {"description": "It is still the one that If-None-Match names."},
        **problem_responses(401, 403, 503),
    },
)
async def current(request: Request) -> Response:
    """Its name and format. With ``If-None-Match`` and ``Prefer: wait=20`` the answer comes when there is
    another, or after that many seconds.
    """
    graph = graph_of(request)
    admit_replica(request, graph.settings)
    known = header_of(request, b"if-none-match")

    def is_other() -> bool:
        return not is_known(known, f'"{graph.generation.id}"')

    if known is not None:
        await wait_until(request, is_other, seconds=wait_of(request, usual_s=0.0))
    manifest = graph.generation.manifest
    tag = f'"{manifest.id}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if is_known(known, tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    told = {"id": manifest.id, "created": manifest.created, "format": manifest.format}
    return JSONResponse(told, headers=headers)


@router.head("/generations/{identifier}/{name:path}", include_in_schema=False)
@router.get(
    "/generations/{identifier}/{name:path}",
    summary="A file of a generation",
    operation_id="generation_file",
    responses={
        200: {"description": "The file.", "content": {"application/octet-stream": {}}},
        206: {"description": "A part of it."},
        **problem_responses(401, 403, 404),
    },
)
async def file(request: Request, identifier: str, name: str) -> Response:
    """A file of those that its ``SHA256SUMS`` lists, or that list; whole or in part (``Range``)."""
    graph = graph_of(request)
    admit_replica(request, graph.settings)
    generation, sums = request.app.leases.renew(identifier)
    if name != SUMS and name not in sums:
        raise UnknownNameError(f"There is no file {name[:80]!r} in it.", hint=f"{SUMS} lists them.")
    headers = {
        "ETag": f'"{sums.get(name, identifier)}"',
        "Cache-Control": "private, immutable, max-age=86400",
    }
    return FileResponse(generation.path / name, media_type="application/octet-stream", headers=headers)

"""``/dumps``: the whole dataset in every format of export, as files.

A dump is made once a generation (:mod:`kgraph.web.derived`).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse

from kgraph.errors import UnknownNameError
from kgraph.export import EXPORTERS
from kgraph.web.conditional import entity_tag, is_known
from kgraph.web.derived import made
from kgraph.web.documentation import problem_responses
from kgraph.web.pages import public_url
from kgraph.web.reading import header_of
from kgraph.web.sparql import graph_of

__all__ = ["router"]

router: Final = APIRouter(tags=["Dumps"])

#: Formats that hold one graph are had at the graph's own address.
_OFFERED: Final = {
    f"{name}.{each.suffix}": each for name, each in EXPORTERS.items() if name not in ("ttl", "nt", "rdf")
}


@router.head("/dumps", include_in_schema=False)
@router.get("/dumps", summary="The dumps of the whole dataset", operation_id="dumps")
async def list_dumps(request: Request) -> JSONResponse:
    """Every dump: its format, its media type and its address."""
    return JSONResponse(
        [
            {
                "format": each.name,
                "summary": each.summary,
                "mediaType": each.media_type,
                "url": public_url(request, f"/dumps/{name}"),
            }
            for name, each in _OFFERED.items()
        ]
    )


@router.head("/dumps/{name}", include_in_schema=False)
@router.get(
    "/dumps/{name}",
    summary="The whole dataset as a file",
    operation_id="dump",
    responses={200: {"description": "The file."}, **problem_responses(404, 500, 504)},
)
async def dump(request: Request, name: str) -> Response:
    """The whole dataset in a format of export. Whoever asks first waits until it is written."""
    exporter = _OFFERED.get(name)
    if exporter is None:
        raise UnknownNameError(f"There is no dump {name[:60]!r}.", hint=f"There are: {', '.join(_OFFERED)}.")
    graph = graph_of(request)
    generation = graph.generation
    tag = entity_tag(generation.id, "/dumps", name)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "X-Generation": generation.id}
    if is_known(header_of(request, b"if-none-match"), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    command = ("export", exporter.name, "--generation", generation.id)
    path = await made(request, generation.id, name, *command)
    return FileResponse(path, media_type=exporter.media_type, filename=name, headers=headers)

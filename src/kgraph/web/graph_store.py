"""``/graph-store``: the SPARQL 1.1 Graph Store HTTP Protocol.

A graph is named indirectly, by ``?graph=IRI`` or ``?default`` (section 4.2), or directly, by a URL below this
one, which is then its IRI (section 4.1). ``?default`` is the store's own default graph, whatever a query sees
as its default: the graph that PUT changes is the one that GET shows. It counts as created when it had no
triples before.

A precondition is evaluated and the write carried out before the next write begins, so that of two clients
who mean to change the same state one is told (RFC 9110, section 13).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urljoin
from uuid import uuid4

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from kgraph.api import AsyncKnowledgeGraph
from kgraph.rdf.formats import Format, ResultKind, formats_for
from kgraph.rdf.incoming import is_known_charset
from kgraph.store import Generation
from kgraph.store.manifest import DEFAULT_KEY
from kgraph.web import pages
from kgraph.web.admission import admit_write
from kgraph.web.answering import begin, respond
from kgraph.web.bodies import (
    WRITE_LIMIT_BYTES,
    boundary_of,
    charset_of,
    media_type_of,
    read_octets,
    require_utf8,
    unsupported,
)
from kgraph.web.conditional import encoded_tag, entity_tag, is_named
from kgraph.web.documentation import problem_responses
from kgraph.web.encoding import GZIP
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import (
    choose_format,
    client_of,
    header_of,
    read_parameters,
    while_connected,
)
from kgraph.web.sparql import generation_header, graph_of

__all__ = ["DIRECT", "PATH", "router"]

router: Final = APIRouter(tags=["Graph store"])

PATH: Final = "/graph-store"
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_OFFERED: Final = formats_for(ResultKind.GRAPH)
#: The formats in which a graph can be sent.
_TAKEN: Final = {media_type: fmt for fmt in _OFFERED for media_type in fmt.media_types}
#: Those of datasets: sent to no graph, they go into the graphs that they name.
_DATASETS: Final = frozenset({"nq", "trig"})
FORM_DATA: Final = "multipart/form-data"
_TAKEN_TYPES: Final = [fmt.media_type for fmt in dict.fromkeys(_TAKEN.values())]

_PARAMETERS: Final = [
    {
        "name": "graph",
        "in": "query",
        "description": "The IRI of a graph. Either this or 'default'.",
        "schema": {"type": "string", "format": "iri-reference", "minLength": 1},
    },
    {
        "name": "default",
        "in": "query",
        "description": "The default graph.",
        "allowEmptyValue": True,
        "schema": {"type": "string"},
    },
]
_SCHEMAS: Final = {"application/ld+json": {"type": ["object", "array"]}}
_BODY: Final = {
    "required": True,
    "content": {kind: {"schema": _SCHEMAS.get(kind, {"type": "string"})} for kind in _TAKEN_TYPES},
}
_READ: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The graph.", "content": {fmt.media_type: {} for fmt in _OFFERED}},
    304: {"description": "It is still as If-None-Match names it."},
    **problem_responses(400, 404, 406, 503, 504, 507),
}
_WRITE: Final[dict[int | str, dict[str, Any]]] = problem_responses(
    400, 401, 403, 406, 412, 413, 415, 503, 504, 507
)


@dataclass(frozen=True, slots=True)
class Target:
    """The graph that a request names: its IRI, or None for the default graph."""

    iri: str | None

    @property
    def name(self) -> str:
        """What an error calls it."""
        return "The default graph" if self.iri is None else f"The graph <{self.iri}>"


@router.head(PATH, include_in_schema=False)
@router.get(
    PATH,
    summary="Read a graph",
    operation_id="graph_get",
    responses=_READ,
    openapi_extra={"parameters": _PARAMETERS},
)
async def read_graph(request: Request) -> Response:
    """A graph's triples (section 5.2); HEAD tells whether there is such a graph (section 5.7)."""
    graph = graph_of(request)
    generation = graph.generation
    target = _require_target(request)
    if not graph.graph_exists(target.iri, generation=generation):
        raise _unknown(target)
    choice = choose_format(request, _OFFERED, what=target.name)
    variant = begin(request, choice, generation, *_parts(target))
    answer = await while_connected(
        request,
        graph.read_graph(
            target.iri, format=choice.format.name, generation=generation, client=client_of(request)
        ),
    )
    return await respond(request, variant, answer)


@router.put(
    PATH,
    summary="Put a graph in the place of another",
    operation_id="graph_put",
    status_code=204,
    responses={
        201: {"description": "The graph is new."},
        204: {"description": "It has taken the place of the one of its name."},
        **_WRITE,
    },
    openapi_extra={"parameters": _PARAMETERS, "requestBody": _BODY},
)
async def put_graph(request: Request) -> Response:
    """Replace or create a graph (section 5.3)."""
    return await _store(request, _admitted_target(request), replaces=True)


@router.post(
    PATH,
    summary="Add to a graph",
    operation_id="graph_post",
    responses={
        200: {"description": "The triples are in the graph.", "content": {"application/json": {}}},
        201: {"description": "The graph is new. Location names it where the request did not."},
        **_WRITE,
    },
    openapi_extra={
        "parameters": _PARAMETERS,
        "requestBody": {
            "required": True,
            "content": {**_BODY["content"], FORM_DATA: {"schema": {"type": "object"}}},  # type: ignore[dict-item]
        },
    },
)
async def add_to_graph(request: Request) -> Response:
    """Merge into a graph (section 5.5). Where none is named: a dataset into the graphs that it names, all
    else into a new graph, whose URL is its name.
    """
    admit_write(request, graph_of(request).settings)
    target = _target(request)
    if target is not None:
        return await _store(request, target, replaces=False)
    if (fmt := _TAKEN.get(media_type_of(request))) is not None and fmt.name in _DATASETS:
        return await _add_dataset(request, fmt)
    url = pages.public_url(request, f"{PATH}/{uuid4()}")
    response = await _store(request, Target(url), replaces=False)
    response.headers["Location"] = url
    return response


@router.delete(
    PATH,
    summary="Take a graph away",
    operation_id="graph_delete",
    responses={
        200: {"description": "It is gone.", "content": {"application/json": {}}},
        **problem_responses(400, 401, 403, 404, 412, 503, 504, 507),
    },
    openapi_extra={"parameters": _PARAMETERS},
)
async def delete_graph(request: Request) -> Response:
    """Remove a graph (section 5.4); the default graph is emptied."""
    target = _admitted_target(request)
    graph = graph_of(request)
    async with request.app.writing:
        _require_precondition(request, graph.generation, target)
        if not graph.graph_exists(target.iri):
            raise _unknown(target)
        await graph.delete_graph(target.iri)
    return _done(graph, target)


@router.api_route(f"{PATH}/{{name:path}}", methods=["GET", "HEAD"], include_in_schema=False)
async def read_graph_directly(request: Request) -> Response:
    """The same of the graph whose IRI is the URL."""
    return await read_graph(request)


@router.put(f"{PATH}/{{name:path}}", include_in_schema=False)
async def put_graph_directly(request: Request) -> Response:
    """Likewise."""
    return await put_graph(request)


@router.post(f"{PATH}/{{name:path}}", include_in_schema=False)
async def add_to_graph_directly(request: Request) -> Response:
    """Likewise."""
    return await add_to_graph(request)


@router.delete(f"{PATH}/{{name:path}}", include_in_schema=False)
async def delete_graph_directly(request: Request) -> Response:
    """Likewise."""
    return await delete_graph(request)


# Which graph.


def _target(request: Request) -> Target | None:
    """The graph that a request names; None where it names none."""
    if request.url.path != PATH:
        return Target(_iri(pages.public_url(request, request.scope["raw_path"].decode("ascii"))))
    named = [value for name, value in read_parameters(request) if name == "graph"]
    default = any(name == "default" for name, _ in read_parameters(request))
    if len(named) + default > 1:
        raise _bad_target("The request names several graphs.")
    if named:
        iri = named[0]
        if not iri:
            raise _bad_target("The name of the graph is empty.")
        return Target(_iri(iri if _SCHEME.match(iri) else urljoin(pages.public_url(request, PATH), iri)))
    return Target(None) if default else None


def _require_target(request: Request) -> Target:
    target = _target(request)
    if target is None:
        raise _bad_target("The request names no graph.")
    return target


def _admitted_target(request: Request) -> Target:
    admit_write(request, graph_of(request).settings)
    return _require_target(request)


def _iri(text: str) -> str:
    try:
        return ox.NamedNode(text).value
    except ValueError as error:
        raise _bad_target(f"{text[:200]!r} is no IRI.") from error


def _bad_target(message: str) -> HttpProblem:
    return HttpProblem(
        HTTPStatus.BAD_REQUEST,
        "graph",
        message,
        "Name one, by '?graph=IRI' or '?default' (Graph Store HTTP Protocol, section 4.2).",
    )


def _unknown(target: Target) -> HttpProblem:
    return HttpProblem(
        HTTPStatus.NOT_FOUND,
        "unknown-graph",
        f"{target.name} is not here.",
        "SELECT DISTINCT ?g { GRAPH ?g {} } lists the graphs.",
    )


def _parts(target: Target) -> tuple[str, ...]:
    """What decides over a graph's representation, for its entity tag."""
    return ("graph", "default" if target.iri is None else f"<{target.iri}>")


# Writing.


async def _store(request: Request, target: Target, *, replaces: bool) -> Response:
    """Put or add what the request sends; all of it, or nothing."""
    graph = graph_of(request)
    media_type = media_type_of(request)
    fmt = _TAKEN.get(media_type)
    boundary = boundary_of(request) if media_type == FORM_DATA and not replaces else None
    if fmt is None and boundary is None:
        raise unsupported(
            media_type, _TAKEN_TYPES if replaces else [*_TAKEN_TYPES, FORM_DATA], what="A graph"
        )
    content, charset = await _read_document(request, fmt)
    description: dict[str, Any] = {
        "format": "" if fmt is None else fmt.name,
        "charset": charset,
        "base_iri": target.iri or pages.public_url(request, PATH),
    }
    async with request.app.writing:
        before = graph.generation
        _require_precondition(request, before, target)
        if replaces:
            created = await graph.put_graph(target.iri, content, **description)
        else:
            created = await graph.add_to_graph(target.iri, content, **description, boundary=boundary)
    if target.iri is None:
        created = DEFAULT_KEY not in before.manifest.client_graphs
    if not created and replaces:
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=generation_header(graph))
    return _done(graph, target, status=HTTPStatus.CREATED if created else HTTPStatus.OK)


def _done(graph: AsyncKnowledgeGraph, target: Target, *, status: HTTPStatus = HTTPStatus.OK) -> Response:
    header = generation_header(graph)
    content = {"graph": target.iri, "generation": header["X-Generation"]}
    return JSONResponse(content, status_code=status, headers=header)


async def _add_dataset(request: Request, fmt: Format) -> Response:
    """Add the quads that a request sends, each to its graph."""
    graph = graph_of(request)
    content, charset = await _read_document(request, fmt)
    base_iri = pages.public_url(request, PATH)
    async with request.app.writing:
        await graph.add_quads(content, format=fmt.name, base_iri=base_iri, charset=charset)
    header = generation_header(graph)
    return JSONResponse({"generation": header["X-Generation"]}, headers=header)


async def _read_document(request: Request, fmt: Format | None) -> tuple[bytes, str]:
    """What is to be stored, and its charset. XML may come in any (RFC 7303); all else is UTF-8."""
    charset = charset_of(request) if fmt is not None and fmt.name == "rdf" else ""
    if not charset or not is_known_charset(charset):
        require_utf8(request)
    return await read_octets(request, limit_bytes=WRITE_LIMIT_BYTES), charset


def _require_precondition(request: Request, generation: Generation, target: Target) -> None:
    """Evaluate If-Match and If-None-Match of a write (RFC 9110, section 13.2.2)."""
    if_match, if_none_match = header_of(request, b"if-match"), header_of(request, b"if-none-match")
    if if_match is None and if_none_match is None:
        return
    exists = graph_of(request).graph_exists(target.iri, generation=generation)
    tags = _tags(generation, target) if exists else ()
    holds = True
    if if_match is not None:
        holds = exists if if_match.strip() == "*" else is_named(if_match, *tags, strong=True) is not None
    elif if_none_match is not None:
        holds = not exists if if_none_match.strip() == "*" else is_named(if_none_match, *tags) is None
    if not holds:
        raise HttpProblem(
            HTTPStatus.PRECONDITION_FAILED,
            "precondition",
            f"{target.name} is not as the request supposes.",
            "Read it again, and decide anew.",
        )


def _tags(generation: Generation, target: Target) -> tuple[str, ...]:
    """The tags of all representations of a graph."""
    plain = [
        entity_tag(generation.id, fmt.name, media_type, *_parts(target))
        for fmt in _OFFERED
        for media_type in fmt.media_types
    ]
    return (*plain, *(encoded_tag(tag, GZIP) for tag in plain))


#: The handlers of this resource that need no framework.
DIRECT: Final = {
    (PATH, "GET"): read_graph,
    (PATH, "HEAD"): read_graph,
    (PATH, "PUT"): put_graph,
    (PATH, "POST"): add_to_graph,
    (PATH, "DELETE"): delete_graph,
}

"""``/sparql``: the query operation of the SPARQL 1.1 Protocol (section 2.1), its page and its description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from kgraph.api import AsyncKnowledgeGraph
from kgraph.errors import KgraphError
from kgraph.rdf.formats import FORMATS, ResultKind, formats_for, media_types
from kgraph.rdf.sparql import profile_query
from kgraph.store import Generation
from kgraph.web import pages
from kgraph.web.answering import Variant, begin, respond, respond_whole
from kgraph.web.description import DESCRIPTION_FORMATS, describe_service
from kgraph.web.front import QUERY as QUERY_TEXT
from kgraph.web.negotiation import HTML, Choice, by_suffix, choose_formats
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import (
    accept_of,
    choose_format,
    decode_parameters,
    decode_text,
    read_body,
    read_parameters,
    while_connected,
)

__all__ = [
    "PATH",
    "begin_query",
    "format_names",
    "graph_of",
    "query_choices",
    "refuse_unacceptable",
    "router",
]

router: Final = APIRouter(tags=["SPARQL"])

PATH: Final = "/sparql"
FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"


@dataclass(frozen=True, slots=True)
class Operation:
    """A query operation as the protocol defines it."""

    query: str
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    format: str | None

    @property
    def dataset(self) -> tuple[str, ...]:
        """The dataset as parts of an entity tag."""
        return (
            *(f"default {iri}" for iri in self.default_graphs or ()),
            *(f"named {iri}" for iri in self.named_graphs or ()),
        )


def graph_of(request: Request) -> AsyncKnowledgeGraph:
    """The knowledge graph that the application serves."""
    graph: AsyncKnowledgeGraph = request.app.state.graph
    return graph


_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The results.",
        "content": {fmt.media_type: {} for fmt in FORMATS.values() if fmt.name not in ("nq", "trig")},
    },
    400: {"description": "The query or a parameter is wrong.", "content": {"application/problem+json": {}}},
    406: {"description": "No format suits the client.", "content": {"application/problem+json": {}}},
    504: {"description": "The query ran out of its time.", "content": {"application/problem+json": {}}},
    507: {"description": "The query ran out of its memory.", "content": {"application/problem+json": {}}},
}
_PARAMETERS: Final = [
    {
        "name": "default-graph-uri",
        "in": "query",
        "description": "A graph to merge into the default graph.",
        "schema": {"type": "array", "items": {"type": "string", "format": "iri"}},
    },
    {
        "name": "named-graph-uri",
        "in": "query",
        "description": "A graph to query by its name.",
        "schema": {"type": "array", "items": {"type": "string", "format": "iri"}},
    },
    {
        "name": "format",
        "in": "query",
        "description": "The name of a format, for clients that cannot set Accept.",
        "schema": {"type": "string", "enum": [*FORMATS, "html"]},
    },
]
_QUERY_PARAMETER: Final = {
    "name": "query",
    "in": "query",
    "description": "A SPARQL 1.1 query. Without it, the answer is the service's description.",
    "schema": {"type": "string"},
    "example": "SELECT * WHERE { ?s ?p ?o } LIMIT 10",
}


@router.head("/sparql", include_in_schema=False)
@router.get(
    "/sparql",
    summary="Ask a SPARQL query",
    operation_id="sparql_get",
    responses=_RESPONSES,
    openapi_extra={"parameters": [_QUERY_PARAMETER, *_PARAMETERS]},
)
async def query_by_get(request: Request) -> Response:
    """Query by GET (SPARQL 1.1 Protocol, section 2.1.1)."""
    pairs = read_parameters(request)
    if any(name == "update" for name, _ in pairs):
        raise _read_only()
    if all(name != "query" for name, _ in pairs):
        return await _describe(request)
    return await _run(request, _operation(pairs))


@router.post(
    "/sparql",
    summary="Ask a SPARQL query, in a form or as the body",
    operation_id="sparql_post",
    responses=_RESPONSES,
    openapi_extra={
        "parameters": _PARAMETERS,
        "requestBody": {
            "required": True,
            "content": {
                QUERY: {"schema": {"type": "string"}, "example": "ASK { ?s ?p ?o }"},
                FORM: {
                    "schema": {
                        "type": "object",
                        "properties": {"query": {"type": "string"}},
                        "required": ["query"],
                    }
                },
            },
        },
    },
)
async def query_by_post(request: Request) -> Response:
    """Query by POST, with a form (section 2.1.2) or directly (section 2.1.3)."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == UPDATE:
        raise _read_only()
    if media_type not in (FORM, QUERY):
        raise HttpProblem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            f"A query cannot come as {media_type or 'a body without Content-Type'}.",
            f"Send it as {QUERY} or {FORM}.",
            headers={"Accept-Post": f"{QUERY}, {FORM}"},
        )
    body = await read_body(request)
    pairs = read_parameters(request)
    if media_type == QUERY:
        return await _run(request, _operation([*pairs, ("query", decode_text(body))]))
    form = decode_parameters(body)
    if any(name == "update" for name, _ in form):
        raise _read_only()
    return await _run(request, _operation([*pairs, *form]))


def _operation(pairs: Sequence[tuple[str, str]]) -> Operation:
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) != 1:
        raise HttpProblem(
            HTTPStatus.BAD_REQUEST,
            "one-query",
            f"The request holds {len(queries) or 'no'} queries.",
            "Send exactly one 'query' (SPARQL 1.1 Protocol, section 2.1).",
        )
    formats = [value for name, value in pairs if name == "format"]
    return Operation(
        queries[0],
        tuple(value for name, value in pairs if name == "default-graph-uri") or None,
        tuple(value for name, value in pairs if name == "named-graph-uri") or None,
        formats[-1] if formats else None,
    )


def _read_only() -> HttpProblem:
    return HttpProblem(
        HTTPStatus.FORBIDDEN,
        "read-only",
        "This endpoint answers queries and takes no updates.",
        "Change the project's files and build again.",
    )


def query_choices(request: Request, suffix: str | None) -> Mapping[ResultKind, Choice]:
    """A format for each kind of result: by suffix or ``format=`` where there is one, else by Accept."""
    if suffix is None:
        return choose_formats(accept_of(request), html=True)
    chosen = by_suffix(suffix)
    if not chosen:
        raise HttpProblem(
            HTTPStatus.NOT_ACCEPTABLE,
            "not-acceptable",
            f"There is no format {suffix!r}.",
            f"There are: {', '.join([*FORMATS, 'html'])}.",
        )
    return chosen


def refuse_unacceptable(kind: ResultKind | None, chosen: Mapping[ResultKind, Choice]) -> None:
    """Answer 406, with the list of what there is, where no format suits the client."""
    if kind is None or kind in chosen:
        return
    available = ", ".join(media_types(formats_for(kind)))
    raise HttpProblem(
        HTTPStatus.NOT_ACCEPTABLE,
        "not-acceptable",
        "None of the formats for this result is acceptable to the client.",
        f"There are: {available}.",
    )


async def _run(request: Request, operation: Operation) -> Response:
    graph = graph_of(request)
    generation = graph.generation
    chosen = query_choices(request, operation.format)
    request.scope[QUERY_TEXT] = operation.query
    profile = profile_query(operation.query)
    refuse_unacceptable(profile.form, chosen)
    # What is no query at all is an error, which a browser shows beside the text.
    if _is_page(chosen, profile.form or ResultKind.SOLUTIONS):
        return await _page(request, operation)
    # The service's URL is the base of what is relative (SPARQL 1.1 Protocol, section 2.1).
    base_iri = pages.public_url(request, PATH) if profile.has_relative_iris else None
    variant = begin_query(
        request,
        generation,
        chosen,
        operation.query,
        *operation.dataset,
        base_iri or "",
        operation.format or "",
    )
    answer = await while_connected(
        request,
        graph.query(
            operation.query,
            formats=format_names(chosen),
            default_graphs=operation.default_graphs,
            named_graphs=operation.named_graphs,
            base_iri=base_iri,
            generation=generation,
        ),
    )
    return await respond(request, variant, answer)


def begin_query(
    request: Request, generation: Generation, chosen: Mapping[ResultKind, Choice], text: str, *parts: str
) -> Variant:
    """Say that a query is about to be answered; see :func:`kgraph.web.answering.begin`."""
    profile = profile_query(text)
    form = profile.form or ResultKind.SOLUTIONS  # what is no query has no answer, and this is never sent
    choice = chosen.get(form) or next(iter(chosen.values()))
    repeatable = profile.form is not None and profile.is_repeatable
    return begin(request, choice, generation, text, *parts, repeatable=repeatable)


def _is_page(chosen: Mapping[ResultKind, Choice], kind: ResultKind) -> bool:
    return kind in chosen and chosen[kind].format is HTML


def format_names(chosen: Mapping[ResultKind, Choice]) -> dict[ResultKind, str]:
    """The names of the chosen formats, as the engine takes them."""
    return {kind: choice.format.name for kind, choice in chosen.items() if choice.format is not HTML}


async def _page(request: Request, operation: Operation) -> Response:
    graph = graph_of(request)

    async def ask() -> pages.Result:
        answer = await graph.query(
            operation.query,
            formats=pages.PAGE_FORMATS,
            default_graphs=operation.default_graphs,
            named_graphs=operation.named_graphs,
        )
        return await pages.read_result(graph, answer)

    try:
        result = await while_connected(request, ask())
    except KgraphError as error:
        return pages.sparql_page(request, graph, query=operation.query, error=error)
    return pages.sparql_page(request, graph, query=operation.query, result=result)


async def _describe(request: Request) -> Response:
    offer = [*DESCRIPTION_FORMATS, HTML]
    choice = choose_format(request, offer, what="The service's description")
    graph = graph_of(request)
    if choice.format is HTML:
        return pages.sparql_page(request, graph)
    endpoint = pages.public_url(request, PATH)
    variant = begin(request, choice, graph.generation, "description", endpoint)
    content = describe_service(graph, endpoint=endpoint, format=choice.format)
    return await respond_whole(request, variant, content)


#: The handlers of this resource that need no framework.
DIRECT: Final = {
    (PATH, "GET"): query_by_get,
    (PATH, "HEAD"): query_by_get,
    (PATH, "POST"): query_by_post,
}

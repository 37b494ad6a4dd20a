"""``/sparql``: the query operation of the SPARQL 1.1 Protocol (section 2.1), its page and its description."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from kgraph.api import AsyncKnowledgeGraph
from kgraph.engine import Answer
from kgraph.errors import KgraphError
from kgraph.rdf.formats import FORMATS, ResultKind, formats_for, media_types
from kgraph.rdf.sparql import profile_query
from kgraph.web import pages
from kgraph.web.description import DESCRIPTION_FORMATS, describe_service
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

__all__ = ["answer_response", "format_names", "graph_of", "query_choices", "refuse_unacceptable", "router"]

router: Final = APIRouter(tags=["SPARQL"])

_log: Final = logging.getLogger(__name__)

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


def query_choices(request: Request, suffix: str | None) -> dict[ResultKind, Choice]:
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


def refuse_unacceptable(kind: ResultKind | None, chosen: dict[ResultKind, Choice]) -> None:
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
    chosen = query_choices(request, operation.format)
    form = profile_query(operation.query).form
    refuse_unacceptable(form, chosen)
    # What is no query at all is an error, which a browser shows beside the text.
    if _is_page(chosen, form or ResultKind.SOLUTIONS):
        return await _page(request, operation)
    answer = await while_connected(
        request,
        graph.query(
            operation.query,
            formats=format_names(chosen),
            default_graphs=operation.default_graphs,
            named_graphs=operation.named_graphs,
        ),
    )
    return await answer_response(answer, chosen[answer.kind])


def _is_page(chosen: dict[ResultKind, Choice], kind: ResultKind) -> bool:
    return kind in chosen and chosen[kind].format is HTML


def format_names(chosen: dict[ResultKind, Choice]) -> dict[ResultKind, str]:
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


async def answer_response(answer: Answer, choice: Choice) -> Response:
    """An answer as a response: at once where it is complete, streamed where more is to come."""
    headers = {**choice.headers, "X-Content-Type-Options": "nosniff"}
    if answer.complete:
        return Response(await answer.read(), headers=headers)
    return _AnswerResponse(answer, headers)


class _AnswerResponse(StreamingResponse):
    """An answer on its way. It is closed with the response, so a client that leaves frees the worker.

    HONEST: one that breaks off is not brought to an end, whereupon the server aborts the connection.
    """

    def __init__(self, answer: Answer, headers: dict[str, str]) -> None:
        super().__init__(answer, headers=headers)
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except KgraphError as error:
            _log.warning("an answer was cut off midway: %s", error.message)
        finally:
            await self._answer.aclose()


async def _describe(request: Request) -> Response:
    offer = [*DESCRIPTION_FORMATS, HTML]
    choice = choose_format(request, offer, what="The service's description")
    graph = graph_of(request)
    if choice.format is HTML:
        return pages.sparql_page(request, graph)
    content = describe_service(graph, endpoint=pages.public_url(request, "/sparql"), format=choice.format)
    return Response(content, headers=choice.headers)

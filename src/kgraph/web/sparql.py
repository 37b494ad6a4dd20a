"""``/sparql``: the SPARQL 1.1 Protocol, queries and updates, its page and its description."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from kgraph.api import AsyncKnowledgeGraph
from kgraph.errors import KgraphError
from kgraph.rdf.formats import FORMATS, ResultKind
from kgraph.rdf.sparql import QueryProfile
from kgraph.web import pages
from kgraph.web.admission import admit_write
from kgraph.web.answering import begin, respond, respond_whole
from kgraph.web.bodies import WRITE_LIMIT_BYTES, media_type_of, read_body, unsupported
from kgraph.web.choosing import begin_query, format_names, is_page, query_choices, refuse_unacceptable
from kgraph.web.description import DESCRIPTION_FORMATS, describe_service
from kgraph.web.documentation import graph_parameter, problem_responses
from kgraph.web.front import QUERY as QUERY_TEXT
from kgraph.web.negotiation import HTML, by_format
from kgraph.web.operations import FORM, QUERY, UPDATE, QueryOperation, parse_operation
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import (
    choose_format,
    client_of,
    decode_parameters,
    decode_text,
    read_parameters,
    while_connected,
)

__all__ = ["DIRECT", "PATH", "generation_header", "graph_of", "router"]

router: Final = APIRouter(tags=["SPARQL"])

PATH: Final = "/sparql"


def graph_of(request: Request) -> AsyncKnowledgeGraph:
    """The knowledge graph that the application serves."""
    graph: AsyncKnowledgeGraph = request.app.state.graph
    return graph


_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The results.",
        "content": {fmt.media_type: {} for fmt in (*FORMATS.values(), HTML)},
    },
    304: {"description": "The answer is still the one that If-None-Match names."},
    **problem_responses(400, 403, 406, 500, 503, 504, 507),
}
_UPDATE_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    204: {"description": "The update is done; X-Generation names the generation that holds it."},
    **problem_responses(401, 409, 412, 413, 415),
}
_PARAMETERS: Final = [
    graph_parameter("default-graph-uri", "A graph to merge into the default graph of a query."),
    graph_parameter("named-graph-uri", "A graph that a query can name."),
    {
        "name": "format",
        "in": "query",
        "description": "The name of a format or a media type, for clients that cannot set Accept.",
        "schema": {"type": "string", "examples": [*FORMATS, "html"]},
    },
]
_UPDATE_PARAMETERS: Final = [
    graph_parameter("using-graph-uri", "A graph to merge into the default graph of an update's patterns."),
    graph_parameter("using-named-graph-uri", "A graph that an update's patterns can name."),
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
    names = {name for name, _ in pairs}
    if "update" in names:
        admit_write(request, graph_of(request).settings)
        raise HttpProblem(
            HTTPStatus.BAD_REQUEST,
            "update-by-get",
            "An update cannot come by GET.",
            "Send it by POST (SPARQL 1.1 Protocol, section 2.2).",
        )
    if not names & {"query", "default-graph-uri", "named-graph-uri"}:
        return await _describe(request, [value for name, value in pairs if name == "format"])
    return await _perform(request, pairs)


@router.post(
    "/sparql",
    summary="Ask a SPARQL query or, where the server is writable, send an update; in a form or as the body",
    operation_id="sparql_post",
    responses=_RESPONSES | _UPDATE_RESPONSES,
    openapi_extra={
        "parameters": [*_PARAMETERS, *_UPDATE_PARAMETERS],
        "requestBody": {
            "required": True,
            "content": {
                QUERY: {"schema": {"type": "string"}, "example": "ASK { ?s ?p ?o }"},
                UPDATE: {"schema": {"type": "string"}, "example": "CLEAR GRAPH <http://example.org/>"},
                FORM: {
                    "schema": {
                        "type": "object",
                        "properties": {"query": {"type": "string"}, "update": {"type": "string"}},
                    }
                },
            },
        },
    },
)
async def by_post(request: Request) -> Response:
    """Query or update by POST, with a form (sections 2.1.2 and 2.2.1) or directly (2.1.3 and 2.2.2)."""
    settings = graph_of(request).settings
    media_type = media_type_of(request)
    if media_type == UPDATE:
        admit_write(request, settings)
        body = await read_body(request, limit_bytes=WRITE_LIMIT_BYTES)
        return await _perform(request, [*read_parameters(request), ("update", decode_text(body))])
    if media_type not in (FORM, QUERY):
        raise unsupported(media_type, [QUERY, FORM, *([UPDATE] if settings.writable else [])], what="A query")
    body = await read_body(request)
    pairs = read_parameters(request)
    sent = [("query", decode_text(body))] if media_type == QUERY else decode_parameters(body)
    if any(name == "update" for name, _ in pairs):
        raise HttpProblem(
            HTTPStatus.BAD_REQUEST,
            "update-in-url",
            "An update cannot come in the URL.",
            "Send it in the body (SPARQL 1.1 Protocol, section 2.2).",
        )
    return await _perform(request, [*pairs, *sent])


async def _perform(request: Request, pairs: list[tuple[str, str]]) -> Response:
    operation = parse_operation(pairs)
    if isinstance(operation, QueryOperation):
        return await _query(request, operation)
    graph = graph_of(request)
    admit_write(request, graph.settings)
    request.scope[QUERY_TEXT] = operation.text
    await graph.update(
        operation.text,
        base_iri=pages.public_url(request, PATH),
        using_graphs=operation.using_graphs,
        using_named_graphs=operation.using_named_graphs,
    )
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=generation_header(graph))


def generation_header(graph: AsyncKnowledgeGraph) -> dict[str, str]:
    """What tells a writer which generation holds what was written."""
    return {"X-Generation": graph.generation.id}


async def _query(request: Request, operation: QueryOperation) -> Response:
    graph = graph_of(request)
    generation = graph.generation
    chosen = query_choices(request, operation.format, read=by_format)
    request.scope[QUERY_TEXT] = operation.text
    client = client_of(request)
    profile = await while_connected(
        request, graph.profile(operation.text, generation=generation, client=client)
    )
    refuse_unacceptable(profile.form, chosen)
    # What is no query at all is an error, which a browser shows beside the text.
    if is_page(chosen, profile.form or ResultKind.SOLUTIONS):
        return await _page(request, operation, profile)
    # The service's URL is the base of what is relative (SPARQL 1.1 Protocol, section 2.1).
    base_iri = pages.public_url(request, PATH) if profile.has_relative_iris else None
    variant = begin_query(
        request,
        generation,
        chosen,
        profile,
        operation.text,
        *operation.dataset,
        base_iri or "",
        operation.format or "",
    )
    answer = await while_connected(
        request,
        graph.query(
            operation.text,
            formats=format_names(chosen),
            default_graphs=operation.default_graphs,
            named_graphs=operation.named_graphs,
            base_iri=base_iri,
            generation=generation,
            client=client,
            profile=profile,
        ),
    )
    response = await respond(request, variant, answer)
    for notice in answer.notices:
        response.headers.append("X-Notice", notice)
    return response


async def _page(request: Request, operation: QueryOperation, profile: QueryProfile) -> Response:
    graph = graph_of(request)

    async def ask() -> pages.Result:
        answer = await graph.query(
            operation.text,
            formats=pages.PAGE_FORMATS,
            default_graphs=operation.default_graphs,
            named_graphs=operation.named_graphs,
            client=client_of(request),
            profile=profile,
        )
        return await pages.read_result(graph, answer)

    try:
        result = await while_connected(request, ask())
    except KgraphError as error:
        return pages.sparql_page(request, graph, query=operation.text, error=error)
    return pages.sparql_page(request, graph, query=operation.text, result=result)


async def _describe(request: Request, formats: list[str]) -> Response:
    offer = [*DESCRIPTION_FORMATS, HTML]
    choice = by_format(formats[-1]).get(ResultKind.GRAPH) if formats else None
    if formats and (choice is None or choice.format not in offer):
        raise HttpProblem(
            HTTPStatus.NOT_ACCEPTABLE,
            "not-acceptable",
            f"The service's description is not available as {formats[-1][:40]!r}.",
            f"There are: {', '.join(fmt.name for fmt in offer)}.",
        )
    choice = choice or choose_format(request, offer, what="The service's description")
    graph = graph_of(request)
    if choice.format is HTML:
        return pages.sparql_page(request, graph)
    # As it was asked for: a client looks for the endpoint that it knows.
    spelling = "/" if request.scope.get("raw_path", b"").endswith(b"/") else ""
    endpoint = pages.public_url(request, PATH + spelling)
    variant = begin(request, choice, graph.generation, "description", endpoint)
    content = describe_service(graph, endpoint=endpoint, format=choice.format)
    return await respond_whole(request, variant, content)


#: The handlers of this resource that need no framework.
DIRECT: Final = {
    (PATH, "GET"): query_by_get,
    (PATH, "HEAD"): query_by_get,
    (PATH, "POST"): by_post,
}

"""``/queries``: the canned queries, and each with its typed parameters as query-string values."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from kgraph.canned import CannedQuery, find_canned, openapi_parameters
from kgraph.errors import KgraphError
from kgraph.rdf.formats import FORMATS, ResultKind, formats_for
from kgraph.web import pages
from kgraph.web.answering import respond
from kgraph.web.choosing import begin_query, format_names, query_choices, refuse_unacceptable
from kgraph.web.discovery import describe_query
from kgraph.web.documentation import problem_responses
from kgraph.web.negotiation import HTML, JSON
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import choose_format, client_of, read_parameters, while_connected
from kgraph.web.sparql import graph_of

if TYPE_CHECKING:
    from kgraph.store import Generation

__all__ = ["describe_paths", "router"]

router: Final = APIRouter(tags=["Canned queries"])

#: A name as one word, another for each: clients make functions of these.
_AS_WORD: Final = str.maketrans({"-": "_", "_": "__", ".": "_dot_"})
_SUFFIXES: Final = frozenset({fmt.suffix for fmt in FORMATS.values()} | {"html"})


@router.head("/queries", include_in_schema=False)
@router.get(
    "/queries",
    summary="List the canned queries",
    operation_id="queries",
    responses={
        200: {"description": "The queries.", "content": {"application/json": {}, "text/html": {}}},
        **problem_responses(406),
    },
)
async def list_queries(request: Request) -> Response:
    """The canned queries with their parameters, as a page or as JSON."""
    graph = graph_of(request)
    choice = choose_format(request, [JSON, HTML], what="The list")
    queries = graph.canned_queries()
    if choice.format is HTML:
        return pages.queries_page(request, queries)
    content = [_summary(request, query) for query in queries.values()]
    return JSONResponse(content, headers=choice.headers)


def _summary(request: Request, query: CannedQuery) -> dict[str, Any]:
    return {
        "slug": query.slug,
        "url": pages.public_url(request, f"/queries/{query.slug}"),
        "summary": query.summary,
        "description": query.description,
        "tags": list(query.tags),
        "parameters": openapi_parameters(query),
        "columns": [{"name": column.name, "description": column.description} for column in query.columns],
        "sparql": query.sparql,
    }


@router.api_route(
    "/queries/{name}",
    methods=["GET", "HEAD"],
    include_in_schema=False,  # described once a query, by describe_paths
)
async def answer_query(request: Request, name: str) -> Response:
    """The answer of a canned query, in the format of the suffix or of Accept."""
    graph = graph_of(request)
    generation = graph.generation
    queries = graph.canned_queries(generation)
    stem, dot, suffix = name.rpartition(".")
    if name in queries or not dot:  # a name may have dots of its own
        stem, dot = name, ""
    query = find_canned(queries, stem)
    if dot and suffix not in _SUFFIXES:
        raise HttpProblem(
            HTTPStatus.NOT_FOUND,
            "unknown-suffix",
            f"There is no format .{suffix}.",
            f"There are: {', '.join(sorted(_SUFFIXES))}.",
        )
    chosen = query_choices(request, suffix if dot else None)
    values = _values(request)
    if query.kind not in chosen and ResultKind.GRAPH in chosen and not values:
        # Rows are no RDF, but the query is a thing with a description (and an IRI, which leads here).
        return await describe_query(request, query, generation, chosen[ResultKind.GRAPH])
    refuse_unacceptable(query.kind, chosen)
    if chosen[query.kind].format is HTML:
        return await _page(request, query, values, generation)
    text = await while_connected(request, graph.bind(query, values, generation=generation))
    client = client_of(request)
    profile = await while_connected(request, graph.profile(text, generation=generation, client=client))
    variant = begin_query(request, generation, chosen, profile, text)
    answer = await while_connected(
        request,
        graph.query(
            text, formats=format_names(chosen), generation=generation, client=client, profile=profile
        ),
    )
    return await respond(request, variant, answer)


def _values(request: Request) -> dict[str, list[str]]:
    """The parameters as given; an empty field of a form counts as not given."""
    values: dict[str, list[str]] = {}
    for name, value in read_parameters(request):
        if value:
            values.setdefault(name, []).append(value)
    return values


async def _page(
    request: Request, query: CannedQuery, values: dict[str, list[str]], generation: Generation
) -> Response:
    graph = graph_of(request)
    if not values and any(parameter.required for parameter in query.parameters):
        samples = {parameter.name: parameter.sample for parameter in query.parameters if parameter.required}
        return pages.canned_page(
            request, query=query, values=values, sparql=query.bind(samples, prefixes=graph.prefixes)
        )
    sparql = None

    async def ask() -> pages.Result:
        nonlocal sparql
        sparql = await graph.bind(query, values, generation=generation)
        answer = await graph.query(
            sparql,
            formats=pages.PAGE_FORMATS,
            generation=generation,
            client=client_of(request),
        )
        return await pages.read_result(graph, answer)

    try:
        result = await while_connected(request, ask())
    except KgraphError as error:
        return pages.canned_page(request, query=query, values=values, sparql=sparql, error=error)
    return pages.canned_page(request, query=query, values=values, sparql=sparql, result=result)


def describe_paths(queries: dict[str, CannedQuery]) -> dict[str, Any]:
    """The OpenAPI path items of the canned queries, one each, with typed parameters."""
    return {f"/queries/{query.slug}": {"get": _operation(query)} for query in queries.values()}


def _operation(query: CannedQuery) -> dict[str, Any]:
    return {
        "tags": ["Canned queries"],
        "operationId": f"query_{query.slug.translate(_AS_WORD)}",
        "summary": query.summary,
        "description": query.description,
        "parameters": openapi_parameters(query),
        "responses": {
            "200": {
                "description": "; ".join(f"{column.name}: {column.description}" for column in query.columns)
                or "The rows.",
                "content": {fmt.media_type: {} for fmt in (*formats_for(query.kind), HTML)},
            },
            "304": {"description": "The answer is still the one that If-None-Match names."},
            **{str(status): each for status, each in problem_responses(400, 406, 500, 503, 504, 507).items()},
        },
    }

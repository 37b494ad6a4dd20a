"""HTML pages. They work without JavaScript, and escape whatever comes from data or from a client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from kgraph.api import AsyncKnowledgeGraph, Table
from kgraph.canned import CannedQuery
from kgraph.engine import Answer
from kgraph.errors import KgraphError
from kgraph.rdf.formats import ResultKind, formats_for
from kgraph.rdf.terms import Term, compact, render_term
from kgraph.reasoning import Explanation
from kgraph.reasoning.account import describe_explanation
from kgraph.web.problems import details

__all__ = [
    "PAGE_FORMATS",
    "canned_page",
    "explain_page",
    "home_page",
    "problem_page",
    "public_url",
    "queries_page",
    "read_result",
    "sparql_page",
]

#: The formats that pages are made from.
PAGE_FORMATS: Final = {ResultKind.SOLUTIONS: "json", ResultKind.BOOLEAN: "json", ResultKind.GRAPH: "ttl"}
#: How many rows a page shows; the downloads have all of them.
ROWS_SHOWN: Final = 1_000

_templates: Final = Jinja2Templates(directory=Path(__file__).parent / "templates")

EXAMPLE_QUERY: Final = """\
# Who said what: each claim with its speaker, its modality and its words.
PREFIX kg: <https://w3id.org/kgraph/ontology#>
SELECT ?speaker ?modality ?quote WHERE {
  ?claim kg:attributedTo ?speaker ;
         kg:modality ?modality ;
         kg:evidence ?span .
  ?span kg:exactText ?quote ; kg:beginIndex ?start .
}
ORDER BY ?start ?quote
LIMIT 20
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """A term as a page shows it; ``href`` is set where it can be followed."""

    text: str
    href: str | None
    title: str


@dataclass(frozen=True, slots=True)
class Result:
    """An answer as a page shows it: a table, a truth value, or a graph as Turtle."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    total: int = 0
    verdict: bool | None = None
    turtle: str | None = None


def public_url(request: Request, path: str) -> str:
    """The URL of a path as the world sees it."""
    graph: AsyncKnowledgeGraph = request.app.state.graph
    return (graph.settings.public_url or str(request.base_url).rstrip("/")) + path


async def read_result(graph: AsyncKnowledgeGraph, answer: Answer) -> Result:
    """Read an answer that came in :data:`PAGE_FORMATS`."""
    if answer.kind is ResultKind.GRAPH:
        return Result(turtle=(await answer.read()).decode())
    value = await graph.fetch(answer)
    if isinstance(value, Table):
        rows = tuple(
            tuple(_cell(row[name], value.prefixes) for name in value.columns)
            for row in value.rows[:ROWS_SHOWN]
        )
        return Result(columns=value.columns, rows=rows, total=len(value))
    return Result(verdict=bool(value))


def _cell(term: Term | None, prefixes: Mapping[str, str]) -> Cell:
    text = render_term(term, prefixes)
    if isinstance(term, ox.NamedNode):
        href = term.value if term.value.startswith(("http://", "https://")) else None
        return Cell(text, href, term.value)
    if isinstance(term, ox.Literal) and term.language:
        return Cell(text, None, f"@{term.language}")
    return Cell(text, None, "")


def _page(
    request: Request, template: str, context: dict[str, Any], *, status: HTTPStatus = HTTPStatus.OK
) -> HTMLResponse:
    graph: AsyncKnowledgeGraph = request.app.state.graph
    return _templates.TemplateResponse(
        request,
        template,
        {"site": graph.settings.title, "shown": ROWS_SHOWN, **context},
        status_code=status,
        headers={"Vary": "Accept"},
    )


def home_page(request: Request, graph: AsyncKnowledgeGraph) -> Response:
    """The front page: what is here, in numbers, and where to ask."""
    generation = graph.generation
    names = graph.settings.names.graphs
    return _page(
        request,
        "home.html",
        {
            "manifest": generation.manifest,
            "graphs": [(iri.removeprefix(names), n) for iri, n in generation.manifest.graphs.items()],
            "queries": list(graph.canned_queries(generation).values()),
        },
    )


def sparql_page(
    request: Request,
    graph: AsyncKnowledgeGraph,
    *,
    query: str | None = None,
    result: Result | None = None,
    error: KgraphError | None = None,
) -> Response:
    """The form for a free query, with its results or its error."""
    status, problem = _problem(request, error)
    return _page(
        request,
        "sparql.html",
        {
            "query": EXAMPLE_QUERY if query is None else query,
            "prefixes": graph.prefixes,
            "result": result,
            "problem": problem,
            "downloads": _downloads(result),
        },
        status=status,
    )


def canned_page(
    request: Request,
    graph: AsyncKnowledgeGraph,
    *,
    query: CannedQuery,
    values: Mapping[str, list[str]],
    result: Result | None = None,
    error: KgraphError | None = None,
) -> Response:
    """A canned query: its form, its rows or its error, and its SPARQL."""
    status, problem = _problem(request, error)
    return _page(
        request,
        "canned.html",
        {
            "query": query,
            "values": {name: given[0] for name, given in values.items()},
            "result": result,
            "problem": problem,
            "downloads": _downloads(result),
            "search": request.url.query,
        },
        status=status,
    )


def explain_page(
    request: Request,
    graph: AsyncKnowledgeGraph,
    *,
    values: Mapping[str, str],
    every: bool,
    explanation: Explanation | None = None,
    error: KgraphError | None = None,
) -> Response:
    """The form for a triple, with its proof or its error."""
    status, problem = _problem(request, error)
    described = None if explanation is None else describe_explanation(explanation, graph.prefixes)
    return _page(
        request,
        "explain.html",
        {
            "values": values,
            "every": every,
            "explanation": described,
            "problem": problem,
            "search": request.url.query,
            "short": lambda iri: compact(iri, graph.prefixes),
        },
        status=status,
    )


def queries_page(
    request: Request, graph: AsyncKnowledgeGraph, queries: Mapping[str, CannedQuery]
) -> Response:
    """The canned queries, grouped by their first tag."""
    del graph
    groups: dict[str, list[CannedQuery]] = {}
    for query in queries.values():
        groups.setdefault(query.tags[0] if query.tags else "other", []).append(query)
    return _page(request, "queries.html", {"groups": groups})


def docs_page(request: Request, description: dict[str, Any]) -> Response:
    """The API description for people."""
    return _page(request, "docs.html", {"api": description})


def problem_page(request: Request, status: HTTPStatus, problem: dict[str, Any]) -> Response:
    """An error for people."""
    return _page(request, "problem.html", {"problem": problem}, status=status)


def _problem(request: Request, error: KgraphError | None) -> tuple[HTTPStatus, dict[str, Any] | None]:
    if error is None:
        return HTTPStatus.OK, None
    status, problem, _ = details(error, instance=request.url.path)
    return status, problem


def _downloads(result: Result | None) -> list[str]:
    if result is None:
        return []
    kind = ResultKind.GRAPH if result.turtle is not None else ResultKind.SOLUTIONS
    if result.verdict is not None:
        kind = ResultKind.BOOLEAN
    return [fmt.suffix for fmt in formats_for(kind)]

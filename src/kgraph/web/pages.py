"""HTML pages. They work without JavaScript, and escape whatever comes from data or from a client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pyoxigraph as ox
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from kgraph.api import AsyncKnowledgeGraph
from kgraph.canned import CannedQuery
from kgraph.engine import Answer
from kgraph.errors import KgraphError
from kgraph.rdf.formats import ResultKind, formats_for
from kgraph.rdf.terms import Term, compact, render_term
from kgraph.reasoning import Explanation
from kgraph.reasoning.account import describe_explanation
from kgraph.vocab import KG, XSD
from kgraph.web.problems import details
from kgraph.who_said import PARTS, Attribution, Inferred, Question, cite
from kgraph.who_said import Answer as WhoSaid

__all__ = [
    "PAGE_FORMATS",
    "Result",
    "canned_page",
    "docs_page",
    "explain_page",
    "home_page",
    "problem_page",
    "public_url",
    "queries_page",
    "read_result",
    "sparql_page",
    "who_said_page",
]

#: The formats that pages are made from.
PAGE_FORMATS: Final = {ResultKind.SOLUTIONS: "tsv", ResultKind.BOOLEAN: "json", ResultKind.GRAPH: "ttl"}
#: How much a page shows, in rows or lines of Turtle and in bytes; the downloads have all of it.
LINES_SHOWN: Final = 1_000
PAGE_BYTES: Final = 2 * 2**20
#: How many questions the front page asks, each of another topic.
QUESTIONS_SHOWN: Final = 8

#: Pages run no script and load nothing from elsewhere.
_POLICY: Final = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'"
_NUMBERS: Final = frozenset(XSD + name for name in ("integer", "decimal", "double", "float"))

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
    number: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """An answer as a page shows it: a table, a truth value, or a graph as Turtle; ``whole`` or its start."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    verdict: bool | None = None
    turtle: str | None = None
    whole: bool = True


def public_url(request: Request, path: str) -> str:
    """The URL of a path as the world sees it."""
    graph: AsyncKnowledgeGraph = request.app.state.graph
    return (graph.settings.public_url or str(request.base_url).rstrip("/")) + path


async def read_result(graph: AsyncKnowledgeGraph, answer: Answer) -> Result:
    """Read an answer that came in :data:`PAGE_FORMATS`, and no more of it than a page shows."""
    content, whole = await _read_lines(answer)
    if answer.kind is ResultKind.GRAPH:
        return Result(turtle=content.decode(), whole=whole)
    if answer.kind is ResultKind.BOOLEAN:
        return Result(verdict=bool(ox.parse_query_results(content, ox.QueryResultsFormat.JSON)))
    solutions = ox.parse_query_results(content, ox.QueryResultsFormat.TSV)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101 - for the type checker
    rows = tuple(tuple(_cell(term, graph) for term in solution) for solution in solutions)
    return Result(columns=answer.variables, rows=rows, whole=whole)


async def _read_lines(answer: Answer) -> tuple[bytes, bool]:
    """The first lines of an answer, and whether these are all. A row in TSV is a line."""
    content = bytearray()
    try:
        async for piece in answer:
            content += piece
            if len(content) > PAGE_BYTES:
                break
    finally:
        await answer.aclose()
    lines = content.split(b"\n", LINES_SHOWN + 1)
    if len(content) <= PAGE_BYTES and (len(lines) <= LINES_SHOWN + 1 or not lines[-1]):
        return bytes(content), True
    return b"".join(line + b"\n" for line in lines[:-1]), False


def _cell(term: Term | None, graph: AsyncKnowledgeGraph) -> Cell:
    text = render_term(term, graph.prefixes)
    if isinstance(term, ox.NamedNode):
        return Cell(text, _link(term.value, graph), term.value)
    if isinstance(term, ox.Literal):
        number = term.datatype.value in _NUMBERS
        return Cell(text, None, f"@{term.language}" if term.language else "", number=number)
    return Cell(text, None, "")


def _link(iri: str, graph: AsyncKnowledgeGraph) -> str | None:
    """Where an IRI leads: the project's own to what is known of it here, others out into the web."""
    if iri.startswith((graph.settings.base_iri, KG)):
        return "/sparql?" + urlencode({"query": f"DESCRIBE <{iri}>"})
    return iri if iri.startswith(("http://", "https://")) else None


def _page(
    request: Request,
    template: str,
    context: dict[str, Any],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    graph: AsyncKnowledgeGraph = request.app.state.graph
    return _templates.TemplateResponse(
        request,
        template,
        {"site": graph.settings.title, **context},
        status_code=status,
        headers={
            "Vary": "Accept",
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        },
    )


def home_page(request: Request, graph: AsyncKnowledgeGraph) -> Response:
    """The front page: what is here, in numbers, and where to ask."""
    generation = graph.generation
    canned = graph.canned_queries(generation)
    names = graph.settings.names.graphs
    return _page(
        request,
        "home.html",
        {
            "manifest": generation.manifest,
            "graphs": [(iri.removeprefix(names), n) for iri, n in generation.manifest.graphs.items()],
            "openers": [queries[0] for queries in _grouped(canned).values()][:QUESTIONS_SHOWN],
            "count": len(canned),
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
    status, problem, headers = _problem(request, error)
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
        headers=headers,
    )


def canned_page(
    request: Request,
    *,
    query: CannedQuery,
    values: Mapping[str, list[str]],
    result: Result | None = None,
    error: KgraphError | None = None,
) -> Response:
    """A canned query: its form, its rows or its error, and its SPARQL."""
    status, problem, headers = _problem(request, error)
    return _page(
        request,
        "canned.html",
        {
            "query": query,
            "values": {name: given[0] for name, given in values.items()},
            "result": result,
            "problem": problem,
            "downloads": _downloads(result),
            "search": urlencode(values, doseq=True),
        },
        status=status,
        headers=headers,
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
    status, problem, headers = _problem(request, error)
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
        headers=headers,
    )


def queries_page(request: Request, queries: Mapping[str, CannedQuery]) -> Response:
    """The canned queries, by topic."""
    return _page(request, "queries.html", {"groups": _grouped(queries)})


def _grouped(queries: Mapping[str, CannedQuery]) -> dict[str, list[CannedQuery]]:
    """Queries by their first tag."""
    groups: dict[str, list[CannedQuery]] = {}
    for query in queries.values():
        groups.setdefault(query.tags[0] if query.tags else "other", []).append(query)
    return dict(sorted(groups.items()))


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a sentence; ``marked`` where it is quoted as evidence."""

    text: str
    marked: bool


def who_said_page(
    request: Request,
    descriptions: Mapping[str, str],
    values: Mapping[str, str],
    question: Question,
    *,
    answer: WhoSaid | None = None,
    error: KgraphError | None = None,
) -> Response:
    """The question "who said this?": its form, its answers or its error."""
    status, problem, headers = _problem(request, error)
    found = answer.attributions if answer is not None else ()
    return _page(
        request,
        "who-said.html",
        {
            "descriptions": descriptions,
            "values": values,
            "question": question,
            "filtered": bool(question.filters or question.since or question.until),
            "answer": answer,
            "problem": problem,
            "runs": {each.iri: _runs(each) for each in found},
            "citations": {each.iri: cite(each, answer) for each in found if answer is not None},
            "explanations": [_explanation_url(each) for each in answer.inferred]
            if answer is not None
            else [],
            "previous": _turned(values, question, -1) if question.offset else None,
            "following": _turned(values, question, 1) if answer is not None and answer.more else None,
            "search": urlencode(values),
        },
        status=status,
        headers=headers,
    )


def _explanation_url(inferred: Inferred) -> str:
    """Where its whole proof stands."""
    terms = {name: getattr(inferred.triple, name) for name in PARTS}
    texts = {name: t.value if isinstance(t, ox.NamedNode) else str(t) for name, t in terms.items()}
    return f"/explain?{urlencode(texts)}"


def _turned(values: Mapping[str, str], question: Question, pages: int) -> str:
    offset = max(0, question.offset + pages * question.limit)
    return f"/who-said?{urlencode({**values, 'offset': str(offset)})}"


def _runs(attribution: Attribution) -> list[Run]:
    """The sentence, cut where its evidence begins and ends."""
    sentence = attribution.sentence
    if sentence is None:
        return [Run(attribution.quote, marked=True)]
    marked = bytearray(len(sentence.text))
    for passage in attribution.passages:
        start, end = passage.start - sentence.start, passage.end - sentence.start
        marked[start:end] = b"\x01" * len(marked[start:end])
    runs: list[Run] = []
    for character, mark in zip(sentence.text, marked, strict=True):
        if runs and runs[-1].marked == bool(mark):
            runs[-1] = Run(runs[-1].text + character, marked=bool(mark))
        else:
            runs.append(Run(character, marked=bool(mark)))
    return runs


def docs_page(request: Request, description: dict[str, Any]) -> Response:
    """The API description for people."""
    return _page(request, "docs.html", {"api": description})


def problem_page(
    request: Request, status: HTTPStatus, problem: dict[str, Any], headers: Mapping[str, str]
) -> Response:
    """An error for people."""
    return _page(request, "problem.html", {"problem": problem}, status=status, headers=headers)


def _problem(
    request: Request, error: KgraphError | None
) -> tuple[HTTPStatus, dict[str, Any] | None, dict[str, str]]:
    return (HTTPStatus.OK, None, {}) if error is None else details(error, instance=request.url.path)


def _downloads(result: Result | None) -> list[str]:
    if result is None:
        return []
    kind = ResultKind.GRAPH if result.turtle is not None else ResultKind.SOLUTIONS
    if result.verdict is not None:
        kind = ResultKind.BOOLEAN
    return [fmt.suffix for fmt in formats_for(kind)]

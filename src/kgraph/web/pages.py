"""HTML pages. They work without JavaScript, and escape whatever comes from data or from a client."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pyoxigraph as ox
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from markupsafe import escape

from kgraph.api import AsyncKnowledgeGraph
from kgraph.canned import CannedQuery
from kgraph.describe import Name
from kgraph.errors import KgraphError
from kgraph.rdf.formats import ResultKind, formats_for
from kgraph.rdf.terms import compact
from kgraph.reasoning import Explanation
from kgraph.reasoning.account import describe_explanation
from kgraph.web.fact_queries import in_workbench, query_of_triple
from kgraph.web.places import href
from kgraph.web.problems import details
from kgraph.web.results import PAGE_FORMATS, Result, read_result, why
from kgraph.who_said import Attribution
from kgraph.who_said.attribution import Passage, Sentence

__all__ = [
    "PAGE_FORMATS",
    "Result",
    "Run",
    "canned_page",
    "docs_page",
    "explain_page",
    "mark_all",
    "mark_runs",
    "mark_spans",
    "problem_of",
    "problem_page",
    "public_url",
    "queries_page",
    "read_result",
    "render_page",
    "sparql_page",
    "why",
]

#: Pages load nothing from elsewhere, and run no script but those that say so.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'{styles}; img-src 'self' data:; form-action 'self'; base-uri 'none'"
)
_WITH_SCRIPT: Final = "; script-src 'self'; connect-src 'self'"
#: A prefixed name in a sentence.
CURIE: Final = re.compile(r"(?<![\w<:/])([a-z][a-z0-9]*):([\w][\w/-]*)")
_templates: Final = Jinja2Templates(directory=Path(__file__).parent / "templates")

#: Where a page links to a path of this server. Escaped text has no quotation marks, so this is markup.
_LINKS: Final = re.compile(r'\b(?:href|action|src)="(?=/(?!/))')

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


def public_url(request: Request, path: str) -> str:
    """The URL of a path as the world sees it."""
    graph: AsyncKnowledgeGraph = request.app.state.graph
    return (graph.settings.public_url or str(request.base_url).rstrip("/")) + path


def render_page(
    request: Request,
    template: str,
    context: dict[str, Any],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    styles: Sequence[str] = (),
    has_script: bool = False,
) -> HTMLResponse:
    """A page from its template, with the headers that every page has.

    ``styles`` are the sources of styles of its own that its policy lets in (CSP 3, section 2.3.1);
    ``has_script`` lets it run scripts of this server, and ask it.
    """
    graph: AsyncKnowledgeGraph = request.app.state.graph
    policy = _POLICY.format(styles="".join(f" {source}" for source in styles))
    content = _templates.get_template(template).render(
        {
            "request": request,
            "site": graph.settings.title,
            "is_writable": graph.settings.writable,
            "origin": public_url(request, ""),
            "here": public_url(request, request.url.path),
            "link": partial(href, names=graph.settings.names),
            "why": partial(why, prefixes=graph.prefixes),
            "alternates": (),
            **context,
        }
    )
    if graph.settings.root:
        root = escape(graph.settings.root)
        content = _LINKS.sub(lambda link: f"{link[0]}{root}", content)
    return HTMLResponse(
        content,
        status_code=status,
        headers={
            "Vary": "Accept",
            "Content-Security-Policy": policy + (_WITH_SCRIPT if has_script else ""),
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
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
    status, problem, headers = problem_of(request, error)
    return render_page(
        request,
        "sparql.html",
        {
            "query": EXAMPLE_QUERY if query is None else query,
            "prefixes": graph.prefixes,
            "base": graph.settings.names.base,
            "groups": _grouped(graph.canned_queries()),
            "asked_already": query is not None,
            "result": result,
            "problem": problem,
            "downloads": _downloads(result),
            "summary": "Ask in SPARQL, with completion from the data; see answers as table, map or chart.",
        },
        status=status,
        headers=headers,
        has_script=True,
    )


def canned_page(
    request: Request,
    *,
    query: CannedQuery,
    values: Mapping[str, list[str]],
    sparql: str | None = None,
    result: Result | None = None,
    error: KgraphError | None = None,
) -> Response:
    """A canned query: its form, its rows or its error, and its SPARQL."""
    status, problem, headers = problem_of(request, error)
    return render_page(
        request,
        "canned.html",
        {
            "query": query,
            "sparql": sparql and in_workbench(sparql, query.view),
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
    names: Mapping[str, Name] | None = None,
    error: KgraphError | None = None,
) -> Response:
    """The form for a triple, with its proof or its error."""
    status, problem, headers = problem_of(request, error)
    described = None if explanation is None else describe_explanation(explanation, graph.prefixes)
    return render_page(
        request,
        "explain.html",
        {
            "values": values,
            "every": every,
            "explanation": described,
            "sparql": None if explanation is None else query_of_triple(*map(str, _parts(explanation.triple))),
            "problem": problem,
            "search": request.url.query,
            "in_words": partial(_in_words, names=names or {}, prefixes=graph.prefixes),
            "short": lambda iri: names[iri].text if names and iri in names else compact(iri, graph.prefixes),
        },
        status=status,
        headers=headers,
    )


def _in_words(text: str, *, names: Mapping[str, Name], prefixes: Mapping[str, str]) -> str:
    """A sentence with names in the place of prefixed names."""

    def name(found: re.Match[str]) -> str:
        iri = prefixes.get(found[1], "") + found[2]
        return names[iri].text if found[1] in prefixes and iri in names else found[0]

    return CURIE.sub(name, text)


def _parts(triple: ox.Triple) -> tuple[object, object, object]:
    return triple.subject, triple.predicate, triple.object


def queries_page(request: Request, queries: Mapping[str, CannedQuery]) -> Response:
    """The canned queries, by topic."""
    return render_page(request, "queries.html", {"groups": _grouped(queries)})


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


def mark_runs(attribution: Attribution) -> list[Run]:
    """The sentence of a claim, cut where its evidence begins and ends."""
    return mark_all(attribution.sentence, attribution.passages, attribution.quote)


def mark_all(sentence: Sentence | None, passages: Iterable[Passage], quote: str) -> list[Run]:
    """A sentence, cut where some passages begin and end; a bare quotation where there is no sentence."""
    if sentence is None:
        return [Run(quote, marked=True)]
    spans = [(each.start - sentence.start, each.end - sentence.start) for each in passages]
    return mark_spans(sentence.text, spans)


def mark_spans(text: str, spans: Iterable[tuple[int, int]]) -> list[Run]:
    """A text, cut where marked stretches of it begin and end."""
    marked = bytearray(len(text))
    for start, end in spans:
        marked[start:end] = b"\x01" * len(marked[start:end])
    return [
        Run("".join(character for character, _ in run), marked=bool(mark))
        for mark, run in groupby(zip(text, marked, strict=True), key=itemgetter(1))
    ]


def docs_page(request: Request, description: dict[str, Any]) -> Response:
    """The API description for people."""
    return render_page(request, "docs.html", {"api": description})


def problem_page(
    request: Request, status: HTTPStatus, problem: dict[str, Any], headers: Mapping[str, str]
) -> Response:
    """An error for people."""
    return render_page(request, "problem.html", {"problem": problem}, status=status, headers=headers)


def problem_of(
    request: Request, error: KgraphError | None
) -> tuple[HTTPStatus, dict[str, Any] | None, dict[str, str]]:
    """An error as a page shows it: its status, what it says, and its headers."""
    return (HTTPStatus.OK, None, {}) if error is None else details(error, instance=request.url.path)


def _downloads(result: Result | None) -> list[str]:
    if result is None:
        return []
    kind = ResultKind.GRAPH if result.turtle is not None else ResultKind.SOLUTIONS
    if result.verdict is not None:
        kind = ResultKind.BOOLEAN
    return [fmt.suffix for fmt in formats_for(kind)]

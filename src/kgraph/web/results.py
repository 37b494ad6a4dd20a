"""An answer as a page shows it: as much of it as a reader takes in, its terms as links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

import pyoxigraph as ox

from kgraph.api import AsyncKnowledgeGraph
from kgraph.describe import Name
from kgraph.engine import Answer
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.nesting import require_flat
from kgraph.rdf.terms import Term, compact, render_term
from kgraph.vocab import XSD
from kgraph.web.places import href

__all__ = ["PAGE_FORMATS", "Cell", "Result", "read_result", "why"]

#: The formats that pages are made from.
PAGE_FORMATS: Final = {ResultKind.SOLUTIONS: "tsv", ResultKind.BOOLEAN: "json", ResultKind.GRAPH: "ttl"}
#: How much a page shows, in rows or lines of Turtle and in bytes; the downloads have all of it.
LINES_SHOWN: Final = 1_000
PAGE_BYTES: Final = 2 * 2**20
_NUMBERS: Final = frozenset(XSD + name for name in ("integer", "decimal", "double", "float"))

#: Columns that make a row a triple.
_TRIPLES: Final = (("s", "p", "o"), ("subject", "predicate", "object"))


@dataclass(frozen=True, slots=True)
class Cell:
    """A term as a page shows it; ``href`` is set where it can be followed. ``title`` is the IRI or the
    language, ``lang`` the language of a name.
    """

    text: str
    href: str | None
    title: str
    number: bool = False
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """An answer as a page shows it: a table, a truth value, or a graph as Turtle; ``whole`` or its start.

    Where a row shows a triple, ``reasons`` has the path of its explanation. ``notices`` are for the author of
    the query.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    reasons: tuple[str | None, ...] = ()
    verdict: bool | None = None
    turtle: str | None = None
    whole: bool = True
    notices: tuple[str, ...] = ()


async def read_result(graph: AsyncKnowledgeGraph, answer: Answer) -> Result:
    """Read an answer that came in :data:`PAGE_FORMATS`, and no more of it than a page shows."""
    result = await _read_result(graph, answer)
    return replace(result, notices=answer.notices) if answer.notices else result


async def _read_result(graph: AsyncKnowledgeGraph, answer: Answer) -> Result:
    content, whole = await _read_lines(answer)
    if answer.kind is ResultKind.GRAPH:
        return Result(turtle=content.decode(), whole=whole)
    if answer.kind is ResultKind.BOOLEAN:
        return Result(verdict=bool(ox.parse_query_results(content, ox.QueryResultsFormat.JSON)))
    require_flat(content)
    solutions = ox.parse_query_results(content, ox.QueryResultsFormat.TSV)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101 - for the type checker
    found = [tuple(solution) for solution in solutions]
    iris = dict.fromkeys(term.value for row in found for term in row if isinstance(term, ox.NamedNode))
    with graph.describing() as describer:
        names = await describer.names(iris)
    rows = tuple(tuple(_cell(term, graph, names) for term in row) for row in found)
    reasons = _reasons(answer.variables, found, graph.prefixes)
    return Result(columns=answer.variables, rows=rows, reasons=reasons, whole=whole)


def _reasons(
    columns: tuple[str, ...], rows: list[tuple[Term | None, ...]], prefixes: Mapping[str, str]
) -> tuple[str | None, ...]:
    """The path of each row's explanation, where the columns' names say that a row is a triple."""
    places = next(
        ([columns.index(n) for n in names] for names in _TRIPLES if set(names) <= set(columns)), None
    )
    if places is None:
        return ()

    def reason(row: tuple[Term | None, ...]) -> str | None:
        subject, predicate, value = (row[place] for place in places)
        if not isinstance(subject, ox.NamedNode) or not isinstance(predicate, ox.NamedNode):
            return None
        if not isinstance(value, (ox.NamedNode, ox.Literal)):
            return None
        return why(subject.value, predicate.value, value, prefixes=prefixes)

    return tuple(map(reason, rows))


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


def _cell(term: Term | None, graph: AsyncKnowledgeGraph, names: Mapping[str, Name]) -> Cell:
    if isinstance(term, ox.NamedNode):
        name = names[term.value]
        return Cell(name.text, href(term.value, graph.settings.names), term.value, lang=name.language)
    text = render_term(term, graph.prefixes)
    if isinstance(term, ox.Literal):
        number = term.datatype.value in _NUMBERS
        return Cell(text, None, f"@{term.language}" if term.language else "", number=number)
    return Cell(text, None, "")


def why(subject: str, predicate: str, value: str | Term, *, prefixes: Mapping[str, str]) -> str:
    """The path of the explanation of a triple."""
    if isinstance(value, ox.Literal):
        value = str(value)
    elif isinstance(value, ox.NamedNode):
        value = compact(value.value, prefixes)
    parts = {
        "subject": compact(subject, prefixes),
        "predicate": compact(predicate, prefixes),
        "object": value,
    }
    return f"/explain?{urlencode(parts)}"

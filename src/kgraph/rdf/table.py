"""The rows of a SELECT query as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kgraph.rdf.columnar import read_terms, read_tsv
from kgraph.rdf.columns import Column, Iris, read_columns
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.frames import arrow_of, pandas_of, pandas_of_arrow, polars_of, polars_of_arrow
from kgraph.rdf.nesting import require_flat
from kgraph.rdf.terms import Term, render_term
from kgraph.vocab import XSD

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

__all__ = ["Table", "read_values"]

#: How many rows a notebook shows.
_SHOWN: Final = 50
_STRING: Final = XSD + "string"


@dataclass(frozen=True, slots=True, repr=False)
class Table(Sequence[Mapping[str, Term | None]]):
    """The rows of a SELECT query. Each row maps every column to a term, or to None where it is unbound.

    Data frames have typed columns (:mod:`kgraph.rdf.columns`). In all of them ``iris`` says whether IRIs are
    written in full or with prefixes, and ``languages`` asks for a column of language tags, ``name@``, beside
    each column that has any.
    """

    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Term | None]]
    prefixes: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    def __repr__(self) -> str:
        return f"<Table of {_count(len(self.rows), 'row')}: {', '.join(self.columns) or 'no columns'}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the first rows, IRIs as links, texts in quotation marks."""
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = "".join(
            f"<tr>{''.join(_cell(row[name], self.prefixes) for name in self.columns)}</tr>"
            for row in self.rows[:_SHOWN]
        )
        shown = f", of which the first {_SHOWN} are shown" if len(self.rows) > _SHOWN else ""
        caption = f"{_count(len(self.rows), 'row')}{shown}"
        return (
            f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def iris(self) -> list[str]:
        """The IRIs in it, each once."""
        terms = (term for row in self.rows for term in row.values() if isinstance(term, ox.NamedNode))
        return list(dict.fromkeys(term.value for term in terms))

    def render(self, names: Mapping[str, str] | None = None) -> list[tuple[str, ...]]:
        """The rows as a person reads them: bare text, ``""`` for what is unbound, and of an IRI its name, by
        ``names``, or else its short form.
        """
        called = names or {}

        def shown(term: Term | None) -> str:
            name = called.get(term.value) if isinstance(term, ox.NamedNode) else None
            return name or render_term(term, self.prefixes)

        return [tuple(shown(row[name]) for name in self.columns) for row in self.rows]

    def to_pandas(self, *, iris: Iris = "compact", languages: bool = False) -> pandas.DataFrame:
        """A pandas data frame: nullable columns, in which decimals are floats.

        Raises:
            ImportError: pandas is not installed.
        """
        arrow = self._arrow(iris, languages=languages, as_floats=True)
        return pandas_of(self._read(iris, languages=languages)) if arrow is None else pandas_of_arrow(arrow)

    def to_polars(self, *, iris: Iris = "compact", languages: bool = False) -> polars.DataFrame:
        """A polars data frame.

        Raises:
            ImportError: polars is not installed.
        """
        arrow = self._arrow(iris, languages=languages)
        return polars_of(self._read(iris, languages=languages)) if arrow is None else polars_of_arrow(arrow)

    def to_arrow(self, *, iris: Iris = "compact", languages: bool = False) -> pyarrow.Table:
        """An Arrow table.

        Raises:
            ImportError: pyarrow is not installed.
        """
        arrow = self._arrow(iris, languages=languages)
        return arrow_of(self._read(iris, languages=languages)) if arrow is None else arrow

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow PyCapsule interface, by which ``pyarrow.table``, DuckDB and others read it."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def _arrow(self, iris: Iris, *, languages: bool, as_floats: bool = False) -> pyarrow.Table | None:
        """The table by the short way, where it came as TSV and pyarrow is installed."""
        if not isinstance(self.rows, TsvRows) or not self.columns or "pyarrow" not in _installed():
            return None
        content, names = self.rows.content, self.columns
        return read_tsv(content, names, self.prefixes, iris=iris, languages=languages, as_floats=as_floats)

    def _read(self, iris: Iris, *, languages: bool) -> list[Column]:
        return read_columns(self.columns, self.rows, self.prefixes, iris=iris, languages=languages)


class TsvRows(Sequence[Mapping[str, "Term | None"]]):
    """Rows in TSV, which become terms only when somebody looks at one."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._rows: tuple[Mapping[str, Term | None], ...] | None = None

    def _decoded(self) -> tuple[Mapping[str, Term | None], ...]:
        if self._rows is None:
            results = read_terms(self.content)
            names = [variable.value for variable in results.variables]
            self._rows = tuple({name: solution[name] for name in names} for solution in results)
        return self._rows

    def __len__(self) -> int:
        return self.content.count(b"\n") - 1

    def __getitem__(self, index: Any) -> Any:
        return self._decoded()[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._decoded() == tuple(other)

    def __hash__(self) -> int:
        return hash(self.content)


@cache
def _installed() -> frozenset[str]:
    return frozenset(name for name in ("pyarrow",) if find_spec(name) is not None)


def _cell(term: Term | None, prefixes: Mapping[str, str]) -> str:
    text = escape(render_term(term, prefixes))
    if isinstance(term, ox.NamedNode) and term.value.startswith(("http://", "https://")):
        return f'<td><a href="{escape(term.value)}">{text}</a></td>'
    if not isinstance(term, ox.Literal):
        return f"<td>{text}</td>"
    if term.language:
        return f'<td lang="{escape(term.language)}" title="@{escape(term.language)}">“{text}”</td>'
    is_text = term.datatype.value == _STRING
    return f"<td>“{text}”</td>" if is_text else f'<td title="{escape(term.datatype.value)}">{text}</td>'


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def read_values(
    content: bytes, kind: ResultKind, prefixes: Mapping[str, str]
) -> Table | bool | list[ox.Triple]:
    """An answer as a value: rows come in JSON or TSV, truth values in JSON, graphs in N-Triples.

    Raises:
        QueryRefusedError: it nests triple terms too deeply.
    """
    is_tsv = kind is ResultKind.SOLUTIONS and content.startswith(b"?")
    require_flat(content, is_json=kind is not ResultKind.GRAPH and not is_tsv)
    if is_tsv:
        names = tuple(name[1:] for name in content[: content.index(b"\n")].decode().split("\t"))
        return Table(names, TsvRows(content), prefixes)
    if kind is ResultKind.GRAPH:
        return [quad.triple for quad in ox.parse(content, ox.RdfFormat.N_TRIPLES)]
    results = ox.parse_query_results(content, ox.QueryResultsFormat.JSON)
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    names = tuple(variable.value for variable in results.variables)
    rows = tuple({name: solution[name] for name in names} for solution in results)
    return Table(names, rows, prefixes)

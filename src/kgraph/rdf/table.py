"""The rows of a SELECT query as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kgraph.rdf.formats import ResultKind
from kgraph.rdf.nesting import require_flat
from kgraph.rdf.terms import Term, render_term

if TYPE_CHECKING:
    import pandas

__all__ = ["Table", "read_values"]


@dataclass(frozen=True, slots=True)
class Table(Sequence[Mapping[str, Term | None]]):
    """The rows of a SELECT query. Each row maps every column to a term, or to None where it is unbound."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Term | None], ...]
    prefixes: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    def render(self) -> list[tuple[str, ...]]:
        """The rows as a person reads them: compact IRIs, bare text, ``""`` for what is unbound."""
        return [tuple(render_term(row[name], self.prefixes) for name in self.columns) for row in self.rows]

    def to_pandas(self) -> pandas.DataFrame:
        """The rendered rows as a pandas data frame (pandas must be installed)."""
        try:
            import pandas as pd  # noqa: PLC0415 - optional
        except ImportError as error:
            raise ImportError("A data frame needs pandas: pip install pandas.") from error
        return pd.DataFrame(self.render(), columns=list(self.columns))


def read_values(
    content: bytes, kind: ResultKind, prefixes: Mapping[str, str]
) -> Table | bool | list[ox.Triple]:
    """An answer as a value: rows and truth values come in JSON, graphs in N-Triples.

    Raises:
        QueryRefusedError: it nests triple terms too deeply.
    """
    require_flat(content, is_json=kind is not ResultKind.GRAPH)
    if kind is ResultKind.GRAPH:
        return [quad.triple for quad in ox.parse(content, ox.RdfFormat.N_TRIPLES)]
    results = ox.parse_query_results(content, ox.QueryResultsFormat.JSON)
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    names = tuple(variable.value for variable in results.variables)
    rows = tuple({name: solution[name] for name in names} for solution in results)
    return Table(names, rows, prefixes)

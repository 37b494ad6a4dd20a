"""A view: graphs in memory that can be asked as a generation can, and that nobody else ever sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar, cast

import pyoxigraph as ox

from kgraph.rdf.terms import Term
from kgraph.reasoning.evidence import Asking, Rows
from kgraph.vocab import Names

__all__ = ["View"]

T = TypeVar("T")


class View:
    """A dataset of named graphs, given by their short names."""

    def __init__(self, graphs: Mapping[str, Iterable[ox.Triple]], names: Names) -> None:
        self._store = ox.Store()
        for name, triples in graphs.items():
            graph = ox.NamedNode(names.graph(name))
            self._store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)

    def run(self, search: Asking[T]) -> T:
        """Answer a search's questions until it has its result."""
        try:
            query = next(search)
            while True:
                query = search.send(self._rows(query))
        except StopIteration as end:
            return cast(T, end.value)

    def _rows(self, query: str) -> Rows:
        results = cast(ox.QuerySolutions, self._store.query(query, use_default_graph_as_union=True))
        names = [variable.value for variable in results.variables]
        # The union repeats a triple for each graph that it stands in.
        rows = {tuple(row): {name: cast(Term | None, row[name]) for name in names} for row in results}
        return list(rows.values())

"""A view: a dataset that searches can ask without a server, be it in memory or a generation on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self, TypeVar, cast

import pyoxigraph as ox

from kgraph.rdf.terms import Term
from kgraph.reasoning.evidence import Asking, Rows
from kgraph.vocab import UNION_GRAPH, Names

__all__ = ["View"]

T = TypeVar("T")


class View:
    """A dataset of named graphs. ``graphs`` are their short names."""

    def __init__(self, graphs: Mapping[str, Iterable[ox.Triple]], names: Names) -> None:
        self.names = names
        self.graphs = list(graphs)
        self._store = ox.Store()
        self._dataset: dict[str, Any] = {"use_default_graph_as_union": True}
        for name, triples in graphs.items():
            graph = ox.NamedNode(names.graph(name))
            self._store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)

    @classmethod
    def of_generation(cls, store: ox.Store, names: Names, graphs: Iterable[str]) -> Self:
        """The view of the project's graphs in a generation's store, which holds their union as well."""
        view = cls({}, names)
        view._store = store
        view.graphs = [graph.removeprefix(names.graphs) for graph in graphs]
        named = [ox.NamedNode(names.graph(graph)) for graph in view.graphs]
        view._dataset = {"default_graph": ox.NamedNode(UNION_GRAPH), "named_graphs": named}
        return view

    def see_all(self) -> None:
        """Have the default graph be made of the named ones, whatever the store has as their union."""
        named = [ox.NamedNode(self.names.graph(graph)) for graph in self.graphs]
        self._dataset = {"default_graph": named, "named_graphs": named}

    def triples(self, graph: str) -> Iterator[ox.Triple]:
        """The triples of a graph."""
        name = ox.NamedNode(self.names.graph(graph))
        return (quad.triple for quad in self._store.quads_for_pattern(None, None, None, name))

    def size(self, graph: str) -> int:
        """How many triples a graph holds."""
        return sum(1 for _ in self.triples(graph))

    def run(self, search: Asking[T]) -> T:
        """Answer a search's questions until it has its result."""
        try:
            query = next(search)
            while True:
                query = search.send(self._rows(query))
        except StopIteration as end:
            return cast(T, end.value)

    def _rows(self, query: str) -> Rows:
        results = cast(ox.QuerySolutions, self._store.query(query, **self._dataset))
        names = [variable.value for variable in results.variables]
        # A union that is computed repeats a triple for each graph that it stands in.
        rows = {tuple(row): {name: cast(Term | None, row[name]) for name in names} for row in results}
        return list(rows.values())

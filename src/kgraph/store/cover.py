"""The cover: pairwise disjoint graphs of a store whose union is the union of all graphs.

Oxigraph's own union returns a triple once for each graph that it stands in, so that counts are wrong
wherever graphs overlap. A query whose default graph is the union therefore gets a list of graphs in which
each triple stands exactly once: the *members*, and the hidden graph of extras.

    graphs     the project's union (a hidden graph), and every graph of clients, the default graph included
    members    some of the graphs, of which no two share a triple
    extras     X: the triples of the other graphs that stand in no member

The project's union is a member as long as nothing larger overlaps with it, and large graphs of clients are
members where they can be, so that they need not be stored twice; all others go into the extras.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, cast

import pyoxigraph as ox

from kgraph.store.manifest import DEFAULT_KEY, GraphName, graph_key
from kgraph.vocab import EXTRA_GRAPH, UNION_GRAPH

__all__ = ["EXTRAS", "PROJECT", "Cover", "count_graphs", "count_triples", "in_graph"]

PROJECT: Final = ox.NamedNode(UNION_GRAPH)
EXTRAS: Final = ox.NamedNode(EXTRA_GRAPH)
#: Clients' graphs below this are stored twice rather than asked one by one.
LARGE_TRIPLES: Final = 100_000
#: Each member costs every pattern of a query a look-up of its own.
MOST_MEMBERS: Final = 4
#: Up to this many other graphs it is faster to ask each than to find those of a triple.
_FEW_GRAPHS: Final = 12


class Cover:
    """The cover of one store, kept exact while its graphs change.

    Args:
        store: the store, open for writing.
        members: the members of its cover as it is.
        graphs: gives clients' graphs with their sizes at any moment.
        changed: hears which extras were removed and added, as quads.
        rewritten: is told where the extras changed as a whole.
    """

    def __init__(
        self,
        store: ox.Store,
        members: Iterable[GraphName],
        *,
        graphs: Callable[[], Mapping[GraphName, int]],
        changed: Callable[[list[ox.Quad], list[ox.Quad]], None],
        rewritten: Callable[[], None],
    ) -> None:
        self.store = store
        self.members = [name for name in members if name != EXTRAS]
        self._graphs = graphs
        self._changed = changed
        self._rewritten = rewritten

    def names(self) -> list[GraphName]:
        """The graphs to ask: what has no triples is left out, unless all is empty."""
        asked = [*self.members, EXTRAS]
        return [name for name in asked if not self._is_empty(name)] or [PROJECT]

    def touch(self, triples: Iterable[ox.Triple]) -> None:
        """Make the cover exact again for triples that have come into a graph of clients or gone from one."""
        touched = list(dict.fromkeys(triples))
        homes = {triple: self._homes(triple) for triple in touched}
        for triple, names in homes.items():
            if len(names) > 1 and len(names := self._homes(triple)) > 1:
                self.settle(max(names, key=self._size))
        if any(len(names) > 1 for names in homes.values()):
            homes = {triple: self._homes(triple) for triple in touched}
        others = self._others()
        removed: list[ox.Quad] = []
        added: list[ox.Quad] = []
        for triple in touched:
            extra = in_graph(triple, EXTRAS)
            is_needed = not homes[triple] and self._is_in(triple, others)
            if is_needed != (extra in self.store):
                (added if is_needed else removed).append(extra)
        for quad in removed:
            self.store.remove(quad)
        self.store.extend(added)
        if removed or added:
            self._changed(removed, added)

    def settle(self, *graphs: GraphName) -> None:
        """Make the cover exact again for graphs that have gained triples, or that it has never seen."""
        rest = [name for name in graphs if not self._place(name)]
        self.members = [name for name in self.members if name not in rest]
        self._add_extras(rest)
        self._rewritten()

    def plan(self) -> None:
        """Make the cover of a store that has none yet. The extras must be empty."""
        self.members = []
        self.settle(*sorted([PROJECT, *self._graphs()], key=self._size, reverse=True))

    def dismiss(self, graph: GraphName) -> list[ox.Triple]:
        """Let go of a graph of clients that is about to be emptied: the triples to touch when it is."""
        if graph not in self.members:
            return list(self._common(EXTRAS, graph))
        self.members.remove(graph)
        others = self._others() - {graph}
        return [triple for other in others for triple in self._common(other, graph)]

    def _place(self, graph: GraphName) -> bool:
        """Make a graph a member, if it can be: large, and sharing triples with smaller members at most."""
        size = self._size(graph)
        if graph != PROJECT and size < LARGE_TRIPLES:
            return False
        others = [name for name in self.members if name != graph]
        rivals = [name for name in others if next(self._common(name, graph), None) is not None]
        if len(others) - len(rivals) >= MOST_MEMBERS or any(self._size(name) >= size for name in rivals):
            return False
        self.members = [*(name for name in others if name not in rivals), graph]
        for triple in list(self._common(EXTRAS, graph)):
            self.store.remove(in_graph(triple, EXTRAS))
        self._add_extras(rivals)
        return True

    def _add_extras(self, graphs: Sequence[GraphName]) -> None:
        if graphs:
            self.store.bulk_extend(
                in_graph(triple, EXTRAS)
                for name in graphs
                for triple in self._triples(name)
                if not self._homes(triple)
            )

    def _homes(self, triple: ox.Triple) -> list[GraphName]:
        return [name for name in self.members if in_graph(triple, name) in self.store]

    def _others(self) -> set[GraphName]:
        return {name for name in (PROJECT, *self._graphs()) if name not in self.members}

    def _is_in(self, triple: ox.Triple, graphs: set[GraphName]) -> bool:
        if len(graphs) <= _FEW_GRAPHS:
            return any(in_graph(triple, name) in self.store for name in graphs)
        quads = self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        return any(quad.graph_name in graphs for quad in quads)

    def _triples(self, graph: GraphName) -> Iterator[ox.Triple]:
        return (quad.triple for quad in self.store.quads_for_pattern(None, None, None, graph))

    def _size(self, graph: GraphName) -> int:
        size = self._graphs().get(graph)
        return count_triples(self.store, graph) if size is None else size

    def _is_empty(self, graph: GraphName) -> bool:
        return next(self._triples(graph), None) is None

    def _common(self, one: GraphName, other: GraphName) -> Iterator[ox.Triple]:
        """The triples that two graphs share. The engine looks each of the smaller one's up in the larger."""
        if self._is_empty(one) or self._is_empty(other):
            return iter(())
        small, large = sorted((one, other), key=self._size)
        default: GraphName = large
        named: GraphName = small
        pattern = "GRAPH ?g { ?s ?p ?o } FILTER EXISTS { ?s ?p ?o }"
        if isinstance(small, ox.DefaultGraph):  # which no GRAPH can reach
            default, named = small, large
            pattern = "?s ?p ?o FILTER EXISTS { GRAPH ?g { ?s ?p ?o } }"
        rows = self.store.query(
            f"SELECT ?s ?p ?o {{ {pattern} }}",
            default_graph=default,
            named_graphs=[cast(ox.NamedNode, named)],
        )
        return (ox.Triple(row["s"], row["p"], row["o"]) for row in cast(ox.QuerySolutions, rows))


def in_graph(triple: ox.Triple, graph: GraphName) -> ox.Quad:
    """A triple in a graph."""
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def count_graphs(store: ox.Store) -> dict[str, int]:
    """The number of triples of every graph that has any, hidden ones too, by key."""
    question = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    rows = cast(ox.QuerySolutions, store.query(question))
    sizes = {graph_key(row["g"]): int(row["n"].value) for row in rows}
    default = count_triples(store, ox.DefaultGraph())
    return {**sizes, DEFAULT_KEY: default} if default else sizes


def count_triples(store: ox.Store, graph: GraphName) -> int:
    """The number of triples of a graph, counted by the engine."""
    rows = cast(
        ox.QuerySolutions,
        store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default_graph=graph, named_graphs=[]),
    )
    return int(next(rows)["n"].value)

"""What changed from one generation to another: the triples of each graph that came and went.

Neither generation is read into memory: each triple of the one is looked up in the other. Graphs that cannot
have changed are not read: those of the project where both have the same build, and a client's graph that the
same generation changed last. Values come as they were written; one that is only written in another way has
not changed. Blank nodes are told apart by their labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from kgraph.store.generation import Generation
from kgraph.store.manifest import DEFAULT_KEY, graph_name
from kgraph.store.spelling import restore

__all__ = ["Change", "Difference"]


@dataclass(frozen=True, slots=True)
class Change:
    """How many triples a graph gained and lost."""

    added: int
    removed: int


@dataclass(frozen=True)
class Difference:
    """The way from one generation to another."""

    before: Generation
    after: Generation

    @cached_property
    def _stores(self) -> tuple[ox.Store, ox.Store]:
        first, second = (ox.Store.read_only(str(each.store_path)) for each in (self.before, self.after))
        return first, second

    @cached_property
    def graphs(self) -> tuple[str, ...]:
        """The keys of the graphs that may have changed."""
        old, new = self.before.manifest, self.after.manifest
        keys = dict.fromkeys((*old.graphs, *new.graphs) if old.project_part != new.project_part else ())
        for key in (*old.client_graphs, *new.client_graphs, DEFAULT_KEY):
            version = old.client_versions.get(key)
            if version is None or version != new.client_versions.get(key):
                keys[key] = None
        return tuple(keys)

    def removed(self, graph: str) -> Iterator[ox.Quad]:
        """The quads of a graph that went."""
        first, second = self._stores
        return _missing(first, second, graph)

    def added(self, graph: str) -> Iterator[ox.Quad]:
        """The quads of a graph that came."""
        first, second = self._stores
        return _missing(second, first, graph)

    def changes(self) -> Mapping[str, Change]:
        """How many triples each changed graph gained and lost."""
        found = {
            graph: Change(sum(1 for _ in self.added(graph)), sum(1 for _ in self.removed(graph)))
            for graph in self.graphs
        }
        return {graph: change for graph, change in found.items() if change.added or change.removed}

    def patch(self) -> Iterator[str]:
        """The lines of an RDF Patch: removals, then additions, as one transaction."""
        yield f"H id <urn:kgraph:generation:{self.after.id}> .\n"
        yield f"H prev <urn:kgraph:generation:{self.before.id}> .\n"
        yield "TX .\n"
        for graph in self.graphs:
            yield from (f"D {quad} .\n" for quad in self.removed(graph))
        for graph in self.graphs:
            yield from (f"A {quad} .\n" for quad in self.added(graph))
        yield "TC .\n"


def _missing(store: ox.Store, other: ox.Store, graph: str) -> Iterator[ox.Quad]:
    missing = (q for q in store.quads_for_pattern(None, None, None, graph_name(graph)) if q not in other)
    return restore(store, missing)

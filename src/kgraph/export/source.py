"""What an export reads: one pinned generation of a project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import pyoxigraph as ox

from kgraph.errors import UnknownNameError
from kgraph.settings import Settings
from kgraph.store import Generation
from kgraph.store.manifest import DEFAULT_KEY, graph_name
from kgraph.store.spelling import restore
from kgraph.vocab import UNION_GRAPH, Names

__all__ = ["Source"]


def _silent(step: str) -> None:
    del step


@dataclass(frozen=True)
class Source:
    """A generation that stays as long as the export does, and what the project says of itself.

    Args:
        generation: the generation.
        settings: the project's settings: title, licence, base IRI.
        graph: the key of the one graph that is asked for; None for all.
        progress: hears of each step as it begins.
    """

    generation: Generation
    settings: Settings
    graph: str | None = None
    progress: Callable[[str], None] = _silent

    @cached_property
    def store(self) -> ox.Store:
        """Its store, read-only. What an export reads belongs to the thread that reads it."""
        return ox.Store.read_only(str(self.generation.store_path))

    @property
    def names(self) -> Names:
        """The IRIs below the project's base IRI."""
        return self.settings.names

    def graphs(self) -> list[str]:
        """The keys of the graphs to export: the one asked for, or all that a query can see.

        Raises:
            UnknownNameError: there is no graph of that name.
        """
        keys = [*self.generation.manifest.named_graphs, DEFAULT_KEY]
        if self.graph is None:
            return keys
        if self.graph not in keys:
            raise UnknownNameError(f"There is no graph {self.graph}.", hint=f"There are: {', '.join(keys)}.")
        return [self.graph]

    def quads(self) -> Iterator[ox.Quad]:
        """The quads of :meth:`graphs`, values as they were written."""
        for key in self.graphs():
            yield from restore(self.store, self.store.quads_for_pattern(None, None, None, graph_name(key)))

    def select(self, query: str) -> ox.QuerySolutions:
        """The rows of a SELECT query on the project's own graphs; what clients wrote is not among them."""
        return cast(ox.QuerySolutions, self._ask(query))

    def construct(self, query: str) -> ox.QueryTriples:
        """The triples of a CONSTRUCT query, likewise."""
        return cast(ox.QueryTriples, self._ask(query))

    def _ask(self, query: str) -> object:
        named: list[ox.NamedNode | ox.BlankNode] = [
            ox.NamedNode(iri) for iri in self.generation.manifest.graphs
        ]
        return self.store.query(
            query,
            prefixes=self.names.prefixes,
            default_graph=[ox.NamedNode(UNION_GRAPH)],
            named_graphs=named,
        )

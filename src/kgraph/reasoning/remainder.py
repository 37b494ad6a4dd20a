"""The remainder of a closure: conclusions that no graph shows, but that others follow from.

They are about the ontology's own terms, in terms that it does not declare, or asserted in a graph outside
reasoning. A generation keeps them in a file of its own, so that what reasons on from it loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from kgraph.reasoning.support import Ways
from kgraph.reasoning.support_graph import SUPPORT, describe_support, read_support
from kgraph.reasoning.world import INFERRED
from kgraph.vocab import Names

__all__ = ["Remainder"]


@dataclass(frozen=True, slots=True)
class Remainder:
    """Conclusions, and on whose word they rest."""

    conclusions: tuple[ox.Triple, ...] = ()
    support: Mapping[ox.Triple, Ways] = field(default_factory=dict)

    def quads(self, names: Names) -> Iterator[ox.Quad]:
        """The remainder as a dataset."""
        for name, triples in ((INFERRED, self.conclusions), (SUPPORT, describe_support(self.support, names))):
            graph = ox.NamedNode(names.graph(name))
            yield from (ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)

    @classmethod
    def read(cls, quads: Iterable[ox.Quad], names: Names) -> Remainder:
        """The remainder from its dataset."""
        graphs: dict[object, list[ox.Triple]] = {}
        for quad in quads:
            graphs.setdefault(quad.graph_name, []).append(quad.triple)
        conclusions, support = (graphs.get(ox.NamedNode(names.graph(n)), []) for n in (INFERRED, SUPPORT))
        return cls(tuple(conclusions), read_support(support))

"""What a cluster sees: its own triples, and of everything else what is said of the names that it asks for.

Each such question is written down: :class:`Foreign` is the only way out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Self

import pyoxigraph as ox

from kgraph.build.reading import ABOUT, READING
from kgraph.project.index import TripleIndex
from kgraph.rdf.terms import Term
from kgraph.store.spelling import restore

__all__ = [
    "ClusterIndex",
    "Data",
    "Describe",
    "Foreign",
    "Readings",
    "Said",
    "quads_about",
    "read_otherwise",
]

#: When so many quads of other graphs have been met, the graphs that are asked for are looked up one by one.
_MANY: Final = 100


@dataclass(frozen=True)
class Said:
    """What is said of a name in the project's data, by graph (its short name)."""

    triples: Sequence[tuple[str, ox.Triple]]

    @cached_property
    def index(self) -> TripleIndex:
        """The same to look things up in."""
        return TripleIndex(triple for _, triple in self.triples)


Describe = Callable[[str], Said]
#: The statements that say how a name is read.
Readings = Callable[[str], Iterable[str]]


@dataclass(slots=True)
class Foreign:
    """What a cluster asks about names that are not its own.

    ``repeated`` are the names that several units describe, where that is known: of what else a cluster
    describes, nobody else says anything. ``seen`` are the names that were asked for; ``looked_up`` are
    names, its own too, of which it asks how they are read.
    """

    describe: Describe
    readings: Readings = lambda _: ()
    repeated: Collection[str] | None = None
    seen: dict[str, Said] = field(default_factory=dict)
    looked_up: set[str] = field(default_factory=set)
    _told: dict[str, Said] = field(default_factory=dict)

    def tell(self, described: Iterable[str], graphs: Mapping[str, Iterable[ox.Triple]]) -> None:
        """Take what the cluster's graphs say of the names that it alone describes for all that is said."""
        if self.repeated is None:
            return
        own: dict[str, dict[tuple[str, ox.Triple], None]] = {
            name: {} for name in described if name not in self.repeated
        }
        for graph, triples in graphs.items() if own else ():
            for triple in triples:
                if isinstance(triple.subject, ox.NamedNode) and triple.subject.value in own:
                    own[triple.subject.value][graph, triple] = None
        self._told = {name: Said(tuple(said)) for name, said in own.items()}

    def read_as(self, names: Iterable[str]) -> Iterator[ox.Triple]:
        """What is said by the statements on how some names are read."""
        self.looked_up.update(names)
        for statement in dict.fromkeys(
            each for name in sorted(self.looked_up) for each in self.readings(name)
        ):
            yield from (triple for _, triple in self.said(statement).triples)

    def said(self, name: str) -> Said:
        """What is said of a name."""
        found = self.seen.get(name)
        if found is None:
            found = self.seen[name] = self._told.get(name) or self.describe(name)
        return found


@dataclass(frozen=True, slots=True)
class Data:
    """The project's data as a whole, to be asked about names.

    Args:
        store: the store that holds them.
        graphs: their graphs, each with its short name.
        terms: names of which they are known to say nothing.
    """

    store: ox.Store
    graphs: Mapping[Any, str]
    terms: TripleIndex

    def describe(self, name: str) -> Said:
        """What is said of a name, as it is written."""
        if name in self.terms:
            return Said(())
        node = ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)
        quads = restore(self.store, quads_about(self.store, node, self.graphs))
        return Said([(self.graphs[quad.graph_name], quad.triple) for quad in quads])

    def readings(self, name: str) -> tuple[str, ...]:
        """The statements that say how a name is read."""
        return tuple(
            quad.subject.value
            for quad in self._quads(None, ABOUT, ox.NamedNode(name))
            if isinstance(quad.subject, ox.NamedNode) and any(self._quads(quad.subject, READING, None))
        )

    def _quads(self, subject: Any, predicate: Any, value: Any) -> Iterator[ox.Quad]:
        quads = self.store.quads_for_pattern(subject, predicate, value, None)
        return (quad for quad in quads if quad.graph_name in self.graphs)


def quads_about(store: ox.Store, node: Any, graphs: Collection[Any]) -> list[ox.Quad]:
    """What some graphs say of a node: graph by graph where many others say something of it, as each article's
    do that states something of what all articles name.
    """
    found: list[ox.Quad] = []
    others = 0
    for quad in store.quads_for_pattern(node, None, None, None):
        if quad.graph_name in graphs:
            found.append(quad)
        elif (others := others + 1) > _MANY:
            return [each for graph in graphs for each in store.quads_for_pattern(node, None, None, graph)]
    return found


def read_otherwise(store: ox.Store, changed: set[ox.Quad]) -> set[str]:
    """The names whose readings are others than they were.

    Args:
        store: the store as it is now.
        changed: the quads of data that came or went.
    """
    statements = {quad.subject for quad in changed if quad.predicate == READING}
    abouts = [quad for some in statements for quad in store.quads_for_pattern(some, ABOUT, None, None)]
    for quad in changed:
        if quad.predicate == ABOUT and (
            quad.subject in statements or any(store.quads_for_pattern(quad.subject, READING, None, None))
        ):
            abouts.append(quad)
    return {quad.object.value for quad in abouts if isinstance(quad.object, ox.NamedNode)}


class ClusterIndex(TripleIndex):
    """A cluster's own triples to go through, and behind them all that others say of what it asks for."""

    def __init__(
        self,
        triples: Iterable[ox.Triple],
        terms: TripleIndex,
        foreign: Foreign,
        is_own: Callable[[str], bool],
    ) -> None:
        super().__init__(triples)
        self._knows_more = False
        self._terms = terms
        self._foreign = foreign
        self._is_local = is_own

    def beside(self, terms: TripleIndex) -> Self:
        """The same with other terms."""
        other = copy(self)
        other._terms = terms
        return other

    def knowing(self, triples: Iterable[ox.Triple]) -> Self:
        """The same with more triples, which tell more of others' names as well."""
        other = self.extended(triples)
        other._knows_more = True
        return other

    def _other(self, subject: str) -> TripleIndex:
        return self._foreign.said(subject).index

    def objects(self, subject: str, predicate: str) -> list[Term]:
        """What is said of a thing by a predicate, whoever says it."""
        if self._is_local(subject):
            said = self._objects.get(subject)
            return [] if said is None else said.get(predicate, [])
        found = [*self._terms.objects(subject, predicate), *self._other(subject).objects(subject, predicate)]
        if self._knows_more:
            found += super().objects(subject, predicate)
        return found if len(found) < 2 else list(dict.fromkeys(found))

    def predicates(self, subject: str) -> list[str]:
        """The predicates by which something is said of a thing."""
        if self._is_local(subject):
            return super().predicates(subject)
        found = [*self._terms.predicates(subject), *self._other(subject).predicates(subject)]
        if self._knows_more:
            found += super().predicates(subject)
        return list(dict.fromkeys(found))

    def __contains__(self, subject: str) -> bool:
        if self._is_local(subject):
            return super().__contains__(subject)
        known = subject in self._terms or subject in self._other(subject)
        return known or (self._knows_more and super().__contains__(subject))

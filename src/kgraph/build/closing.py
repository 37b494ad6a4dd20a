"""The closure of a store whose articles were each closed by themselves, and of one in which some have
changed.

A conclusion that one article's facts lead to, with what is recorded of the names in them, was found where
that article was examined. Whatever else follows uses a triple about names that articles share, or joins two
articles' triples at such a name. So these triples are the seeds: from them, what is missing is found
semi-naively over the whole store, and the support of all that depends on them is settled anew. After an
edit, what depends on the edit is (:func:`kgraph.reasoning.upkeep.advance`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice
from typing import Final, cast

import pyoxigraph as ox

from kgraph.build.ledger import Ledger
from kgraph.build.vocabulary import Vocabulary
from kgraph.reasoning import (
    GAZETTEER,
    Clash,
    Remainder,
    View,
    Ways,
    describe_support,
    is_reasoned_over,
    minimal,
)
from kgraph.reasoning.change import Derivation, consequences, extend, reach
from kgraph.reasoning.closure import Selection
from kgraph.reasoning.program import Clause
from kgraph.reasoning.saturation import is_equality
from kgraph.reasoning.signs import Rules
from kgraph.reasoning.support_graph import SUPPORT
from kgraph.reasoning.upkeep import advance, resupport
from kgraph.reasoning.world import INFERRED, ONTOLOGY, Near
from kgraph.store.manifest import graph_key
from kgraph.vocab import HIDDEN_GRAPHS, Names

__all__ = ["Closing", "Conclusions", "Crossings", "Told", "crossings", "read_support"]

_CHUNK: Final = 2_000
_STATED: Final = "stated"


class Told(Mapping[ox.Triple, Ways]):
    """In which ways facts are told: by whom they are stated, or by the gazetteer.

    What a graph records that takes part in reasoning holds anyhow, and was told by nobody.
    """

    def __init__(self, store: ox.Store, names: Names, ledger: Ledger) -> None:
        self._store = store
        self._names = names
        self._ledger = ledger
        self._known: dict[ox.Triple, Ways | None] = {}

    def __getitem__(self, triple: ox.Triple) -> Ways:
        if triple not in self._known:
            self._known[triple] = self._look(triple)
        found = self._known[triple]
        if found is None:
            raise KeyError(triple)
        return found

    def __iter__(self) -> Iterator[ox.Triple]:
        return (triple for triple, ways in self._known.items() if ways is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _look(self, triple: ox.Triple) -> Ways | None:
        graphs = {
            quad.graph_name.value.removeprefix(self._names.graphs)
            for quad in self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
            if isinstance(quad.graph_name, ox.NamedNode)
        }
        given = {g for g in graphs if is_reasoned_over(g) and g not in (INFERRED, ONTOLOGY, *HIDDEN_GRAPHS)}
        if not given or not given <= {_STATED, GAZETTEER}:
            return None
        ways: set[frozenset[str]] = set()
        if GAZETTEER in given:
            ways.add(frozenset({self._names.graph(GAZETTEER)}))
        if _STATED in given:
            ways.update(map(frozenset, self._ledger.voices(str(triple))))
        return minimal(ways)


@dataclass(frozen=True, slots=True)
class Conclusions:
    """What changes in a store's conclusions, as triples, with their support; and the contradictions."""

    gone: frozenset[ox.Triple]
    new: frozenset[ox.Triple]
    unsettled: frozenset[ox.Triple]
    support: Mapping[ox.Triple, Ways]
    clashes: tuple[Clash, ...] = ()


@dataclass(slots=True)
class Closing:
    """Closes a store.

    Args:
        store: the store, all of whose facts are there.
        names: the names of the project.
        vocabulary: what is reasoned with.
        graphs: the short names of the graphs that files fill, the ontology's aside.
        ledger: which claims state what.
    """

    store: ox.Store
    names: Names
    vocabulary: Vocabulary
    graphs: Sequence[str]
    ledger: Ledger
    _view: View = field(init=False)

    def __post_init__(self) -> None:
        self._view = self.view(self.store)

    def view(self, store: ox.Store) -> View:
        """A store as searches see it; what each article states is seen as part of what all state."""
        shorts = dict.fromkeys([*self.graphs, ONTOLOGY, _STATED, INFERRED, SUPPORT])
        return View.of_generation(store, self.names, [self.names.graph(graph) for graph in shorts])

    def proofs(self) -> View:
        """The store as proofs are looked for in it."""
        view = self.view(self.store)
        view.see_all()
        return view

    def told(self) -> Told:
        """In which ways facts are told now."""
        return Told(self.store, self.names, self.ledger)

    def _world(self, remainder: Remainder, store: ox.Store | None = None) -> Near:
        local = {ONTOLOGY: self.vocabulary.axioms, INFERRED: remainder.conclusions}
        return Near(self.store if store is None else store, self._view.graphs, self.names, local)

    def complete(
        self,
        remainder: Remainder,
        seeds: Callable[[], Iterator[ox.Triple]],
        heed: Callable[[Derivation], None],
    ) -> tuple[set[ox.Triple], tuple[Clash, ...]]:
        """What follows besides what the store holds, and what contradicts.

        Args:
            remainder: the conclusions that no graph shows.
            seeds: gives the triples from which all that is missing can be found.
            heed: hears of each step that uses one of them, or what is found.

        Where nothing is the same as something else, so it stays, or all facts must be reasoned over together;
        so no rule is tried that replaces one by the other.
        """
        rules = Rules(clause for clause in self.vocabulary.program if not is_equality(clause))
        found: set[ox.Triple] = set()
        clashes: dict[tuple[int, tuple[ox.Triple, ...]], Clash] = {}
        for chunk in _chunks(seeds()):
            world = self._world(Remainder((*remainder.conclusions, *found), {}))
            new, some = self._view.run(extend(world, rules, chunk, heed))
            found |= new.keys()
            clashes |= {(id(clash.clause), clash.premises): clash for clash in some}
        return found, tuple(clashes.values())

    def is_recorded(self, triple: ox.Triple) -> bool:
        """Whether data files say a triple, in a graph that takes part in reasoning."""
        graphs = {ox.NamedNode(self.names.graph(graph)) for graph in self.graphs if is_reasoned_over(graph)}
        quads = self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        return any(quad.graph_name in graphs for quad in quads)

    def reach(self, remainder: Remainder, seeds: Iterable[ox.Triple]) -> set[ox.Triple]:
        """What some triples lead to."""
        rules, found = Rules(self.vocabulary.program), set[ox.Triple]()
        for chunk in _chunks(iter(seeds)):
            found |= self._view.run(reach(self._world(remainder), rules, chunk)).keys()
        return found

    def settle(self, remainder: Remainder, unsettled: Iterable[ox.Triple]) -> dict[ox.Triple, Ways]:
        """The support of some triples, that of all others being known to the ledger."""
        rules = Rules(self.vocabulary.program)
        search = resupport(self._world(remainder), rules, unsettled, self.told(), self.support_of)
        return self._view.run(search)

    def support_of(self, triple: ox.Triple) -> Ways:
        """The support of a triple by the ledger."""
        return self.ledger.support(str(triple))

    def clashing(self, remainder: Remainder, premises: Sequence[ox.Triple]) -> list[Clash]:
        """The contradictions that some triples are part of."""
        rules = Rules(self.vocabulary.program)
        steps = self._view.run(consequences(self._world(remainder), rules, premises))
        return [Clash(step.clause, step.premises) for step in steps if step.conclusion is None]

    def advance(
        self, before: ox.Store, remainder: Remainder, given: Mapping[ox.Triple, set[str]]
    ) -> Conclusions:
        """What an edit changes.

        Args:
            before: the store as it was.
            remainder: the conclusions that no graph of that shows.
            given: the graphs that a fact stands in now, of each that stands in others than before.
        """
        step = self.view(before).run(
            advance(
                self._world(remainder, before),
                Rules(self.vocabulary.program),
                given,
                self.told(),
                self.support_of,
            )
        )
        change = step.change
        return Conclusions(change.gone, change.new, step.unsettled, step.support, change.clashes)

    def is_asserted(self, triple: ox.Triple) -> bool:
        """Whether a graph holds a triple that is no conclusion."""
        quads = self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        hidden = {*HIDDEN_GRAPHS, *(self.names.graph(name) for name in (INFERRED, SUPPORT))}
        return any(graph_key(quad.graph_name) not in hidden for quad in quads)

    def selection(self) -> Selection:
        """Which conclusions are kept, as far as the ontology tells."""
        return self.vocabulary.theory.selection

    def support_quads(self, support: Mapping[ox.Triple, Ways]) -> Iterator[ox.Quad]:
        """The quads of the graph of support."""
        graph = ox.NamedNode(self.names.graph(SUPPORT))
        for triple in describe_support(support, self.names):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def read_support(part: bytes) -> list[tuple[str, Ways]]:
    """The support that an examination found, of triples as N-Triples writes them."""
    return [(text, frozenset(map(frozenset, ways))) for text, ways in json.loads(part or b"[]")]


@dataclass(frozen=True, slots=True)
class Crossings:
    """The predicates by which two articles' own triples can be joined at a name that they share: where that
    is the subject, where it is the object, and where it is a value, which may be a literal.

    Of the two triples that are joined, one is enough to find the other, so one of their predicates is here.
    """

    subjects: frozenset[str]
    objects: frozenset[str]
    values: frozenset[str]


def crossings(program: Iterable[Clause]) -> Crossings | None:
    """Where clauses can join two articles. None where they join what no name connects: then only all facts
    together will do.

    A step uses triples of two articles only if some of its variables are bound to what both share, and the
    premises fall apart without these. Each smallest set of such variables is looked at; a step that joins at
    more of them joins at these as well. One of its premises is chosen: if possible one whose subject is
    shared, since many articles say something about what they share, and few things are said of it.
    """
    subjects, objects, values = set[str](), set[str](), set[str]()
    for clause in program:
        if len(clause.premises) < 2 or is_equality(clause):
            continue  # what is the same as something else is looked for by itself
        if _parts([premise.variables for premise in clause.premises]) > 1:
            return None
        for shared in _cuts(clause):
            ends = [
                premise
                for premise in clause.premises
                if premise.variables & shared and premise.variables - shared
            ]
            if not all(isinstance(premise.predicate, ox.NamedNode) for premise in ends):
                return None
            end = next((premise for premise in ends if _is_one(premise.subject, shared)), ends[0])
            predicate = cast(ox.NamedNode, end.predicate).value
            if _is_one(end.subject, shared):
                subjects.add(predicate)
                continue
            objects.add(predicate)
            name = cast(ox.Variable, end.object).value
            if not any(_is_one(premise.subject, {name}) for premise in clause.premises):
                values.add(predicate)
    return Crossings(frozenset(subjects), frozenset(objects), frozenset(values))


def _cuts(clause: Clause) -> list[set[str]]:
    """The smallest sets of variables without which a clause's premises fall apart."""
    sets = [premise.variables for premise in clause.premises]
    names = sorted(set().union(*sets))
    found: list[set[str]] = []
    for size in range(1, len(names)):
        for shared in map(set, combinations(names, size)):
            if not any(cut <= shared for cut in found) and _parts([own - shared for own in sets]) > 1:
                found.append(shared)
    return found


def _is_one(slot: object, names: set[str]) -> bool:
    return isinstance(slot, ox.Variable) and slot.value in names


def _parts(sets: list[set[str]]) -> int:
    """How many parts premises fall into by their variables; those without any do not count."""
    groups: list[set[str]] = []
    for names in filter(None, sets):
        touching = [group for group in groups if group & names]
        groups = [group for group in groups if not group & names]
        groups.append(set(names).union(*touching))
    return len(groups)


def _chunks(triples: Iterator[ox.Triple]) -> Iterator[list[ox.Triple]]:
    while chunk := list(islice(triples, _CHUNK)):
        yield chunk

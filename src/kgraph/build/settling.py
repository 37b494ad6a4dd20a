"""On whose word everything rests, once each cluster has its own idea of that.

A cluster knows it of its own triples, if it was right about what it shares with others. So first what is
shared is settled; then whatever follows from that of which some cluster had another idea, or may have had
none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from kgraph.build.closing import Closing, read_support
from kgraph.build.filling import Filler
from kgraph.build.indexing import iter_products
from kgraph.build.state import State
from kgraph.rdf.terms import Term
from kgraph.reasoning import GAZETTEER, Remainder, Ways, minimal
from kgraph.reasoning.change import Derivation
from kgraph.reasoning.support import FREE

__all__ = ["Settling", "Sharing"]

#: So many names are remembered as shared or not.
_MOST_NAMES: Final = 200_000


@dataclass
class Sharing:
    """Knows what is about no cluster's own things."""

    state: State
    _sharing: dict[str, bool] = field(default_factory=dict)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that several units mention."""
        return frozenset(self.state.ledger.shared())

    def may_share(self, line: str) -> bool:
        """Whether a line of N-Triples may be a triple about nothing that is one cluster's own.

        It is of a product, so its names are mentioned there, are the cluster's own or none of the project's.
        """
        start = f"<{self.state.names.resources}"
        return not line.startswith(start) or line[1 : line.index(">")] in self.names

    def is_shared(self, triple: ox.Triple) -> bool:
        """Whether a triple is about nothing that is one cluster's own."""
        return all(self.is_shared_term(term) for term in (triple.subject, triple.object))

    def is_shared_term(self, term: Term) -> bool:
        """Whether a term is none of a unit's own."""
        if isinstance(term, ox.BlankNode):
            return False
        if not isinstance(term, ox.NamedNode) or not term.value.startswith(self.state.names.resources):
            return True
        if term.value not in self._sharing:
            if len(self._sharing) > _MOST_NAMES:
                self._sharing.clear()
            self._sharing[term.value] = self.state.ledger.is_shared(term.value)
        return self._sharing[term.value]


@dataclass
class Settling:
    """Settles on whose word a store's conclusions rest.

    Args:
        state: the build under way.
        store: the store.
        closing: what closes it.
        sharing: knows what is shared.
        seeds: gives what is shared, and what can be joined across articles.
    """

    state: State
    store: ox.Store
    closing: Closing
    sharing: Sharing
    seeds: Callable[[], Iterator[ox.Triple]]
    _unseen: set[ox.Triple] = field(default_factory=set)

    @cached_property
    def axioms(self) -> set[ox.Triple]:
        """What is reasoned with."""
        return set(self.state.vocabulary.axioms)

    def settle(self, remainder: Remainder, found: set[ox.Triple]) -> Remainder:
        """Settle it; the remainder with its support.

        Args:
            remainder: the conclusions that no graph shows.
            found: what no cluster has concluded by itself.
        """
        ledger, closing = self.state.ledger, self.closing
        assumed: dict[ox.Triple, set[Ways]] = {}
        for product in iter_products(self.state):
            told = dict(read_support(product.parts["support"]))
            for text, idea in told.items():
                if (triple := self._shared(text)) is not None:
                    assumed.setdefault(triple, set()).add(idea)
                else:
                    ledger.put_support(text, idea)
            for line in b"".join((product.parts["inferred"], product.parts["remainder"])).splitlines():
                text = line.decode().removesuffix(" .")
                if text not in told and (triple := self._shared(text)) is not None:
                    assumed.setdefault(triple, set()).add(FREE)
        voices = closing.told()
        shared = dict.fromkeys(triple for triple in (*self.seeds(), *found) if self.sharing.is_shared(triple))
        open_ones = {t for t in (*shared, *assumed) if t in voices or FREE not in assumed.get(t, ())}
        open_ones = {t for t in open_ones if t in voices or t in assumed or t in found}
        settled = closing.settle(remainder, open_ones)
        differing = {t for t, ideas in assumed.items() if ideas != {settled.get(t, FREE)}}
        differing |= {t for t in shared if t in voices and self._is_told_differently(t, voices[t])}
        differing |= found | self._unseen
        unsettled = open_ones | differing | closing.reach(remainder, differing)
        ways = closing.settle(remainder, unsettled)
        for triple in unsettled:
            ledger.drop_support(str(triple))
        for triple, some in ways.items():
            ledger.put_support(str(triple), some)
        return self._write(remainder, {**{t: FREE for t in unsettled if t not in ways}, **ways})

    def heed(self, step: Derivation) -> None:
        """Note what a step concludes that no cluster can have seen: two clusters' own triples are used, or
        one's with what is not recorded of a name that it mentions.
        """
        assert step.conclusion is not None  # noqa: S101 - of contradictions nothing is to be settled
        if step.conclusion in self._unseen:
            return
        homes = {unit for triple in step.premises for unit in self._homes(triple)}
        if len(homes) == 1:
            (home,) = homes
            shared = (t for t in step.premises if not self._homes(t) and t not in self.axioms)
            ledger = self.state.ledger
            if all(self._is_recorded(t) and ledger.mentions(home, t.subject) for t in shared):
                return
        if homes:
            self._unseen.add(step.conclusion)

    def _shared(self, text: str) -> ox.Triple | None:
        """The triple of a product's line, where it is about nothing that is one cluster's own."""
        if not self.sharing.may_share(text):
            return None
        triple = _triple(text)
        return triple if self.sharing.is_shared(triple) else None

    def _homes(self, triple: ox.Triple) -> set[str]:
        """The units whose own names a triple has."""
        names = (t.value for t in (triple.subject, triple.object) if isinstance(t, ox.NamedNode))
        resources = self.state.names.resources
        found = (self.state.ledger.homes(n) for n in names if n.startswith(resources))
        return {unit for units in found if len(units) == 1 for unit in units}

    def _is_recorded(self, triple: ox.Triple) -> bool:
        """Whether data files say a triple."""
        return self.closing.is_recorded(triple)

    def _is_told_differently(self, triple: ox.Triple, ways: Ways) -> bool:
        """Whether some cluster knows of fewer ways in which a fact is told than there are."""
        by_cluster = self.state.ledger.voices_by_cluster(str(triple))
        outside = {way for way in ways if way == {self.state.names.graph(GAZETTEER)}}
        return any(minimal({*map(frozenset, some), *outside}) != ways for some in by_cluster)

    def _write(self, remainder: Remainder, settled: Mapping[ox.Triple, Ways]) -> Remainder:
        """Put the support into the store, and that of what no graph shows into the remainder."""
        closing, dropped = self.closing, set(remainder.conclusions)
        resting: dict[ox.Triple, Ways] = {}
        with Filler(self.store, self.state.names) as filler:

            def put(support: Mapping[ox.Triple, Ways]) -> None:
                shown = {t: ways for t, ways in support.items() if t not in dropped and ways != FREE}
                quads = closing.support_quads(shown)
                content = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""
                filler.add_graph("support", content)
                resting.update((t, some) for t, some in support.items() if t in dropped and some != FREE)

            put(settled)
            for product in iter_products(self.state):
                told = (_triple(text) for text, _ in read_support(product.parts["support"]))
                put({t: ways for t in told if t not in settled and (ways := closing.support_of(t))})
        return Remainder(remainder.conclusions, resting)


def _triple(text: str) -> ox.Triple:
    quad: ox.Quad = next(iter(ox.parse(f"{text} .".encode(), ox.RdfFormat.N_TRIPLES)))
    return quad.triple

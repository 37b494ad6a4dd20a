"""A build from all files: every unit read, every cluster examined, the store filled in bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from kgraph.build.closing import Closing, Crossings, crossings, joined, read_support
from kgraph.build.filling import Filler, graphs_of
from kgraph.build.indexing import iter_products
from kgraph.build.ledger import UnitRow
from kgraph.build.products import Product
from kgraph.build.reading import is_below
from kgraph.build.state import State
from kgraph.build.work import Outcome, Task
from kgraph.rdf.terms import Term
from kgraph.reasoning import GAZETTEER, Clash, Remainder, Ways, close, is_reasoned_over, minimal
from kgraph.reasoning.change import Derivation
from kgraph.reasoning.signs import as_pattern, sign_of
from kgraph.reasoning.support import FREE
from kgraph.reasoning.world import INFERRED
from kgraph.store.cover import count_graphs
from kgraph.store.hashing import MODULUS, finish, has_blank, hash_of, sum_of_blank
from kgraph.store.spelling import is_kept, note_of, stored
from kgraph.vocab import HIDDEN_GRAPHS, OWL_SAME_AS, STATED_BY

__all__ = ["FreshBuild"]

#: So many names are remembered as shared or not.
_MOST_NAMES: Final = 200_000


class FreshBuild:
    """Makes a generation's store, ledger and index from all files.

    Args:
        state: the build under way; its ledger is empty.
        known: units that an earlier build has read, which need not be read again if nothing of them changed.
    """

    def __init__(self, state: State, known: Mapping[str, UnitRow]) -> None:
        self.state = state
        self.known = known
        self.graphs: dict[str, int] = {}
        self.total = 0
        self.remainder = Remainder()
        self.closing: Closing | None = None
        self._sharing: dict[str, bool] = {}

    @property
    def _store_path(self) -> str:
        return str(self.state.path / "oxigraph")

    def run(self) -> list[Clash]:
        """Make all but the index; the contradictions that were found."""
        state = self.state
        state.path.mkdir(parents=True, exist_ok=True)
        with state.clock.step("reading the project"):
            self._read()
        store = ox.Store(self._store_path)
        with state.clock.step("loading"):
            self._load(store)
        del store
        with state.clock.step("checking"):
            self._examine()
        store = ox.Store(self._store_path)
        with state.clock.step("reasoning"):
            self._load_derived(store)
            clashes = self._close(store)
        with state.clock.step("writing"):
            self._weigh(store)
            store.optimize()
            store.flush()
        return clashes

    def _read(self) -> None:
        state = self.state
        stale = state.stale_units(self.known)
        fresh = {unit.name for unit in stale}
        for unit in state.sources.units:
            if unit not in fresh:
                row = self.known[unit]
                product = state.products.get(row.product)
                if product is None:
                    stale.append(state.sources.units[unit])
                    continue
                task = Task(unit, state.sources.units[unit])
                state.take_in(Outcome(task, row.product, product.header, product.parts["mentions"]))
        for outcome in state.do(Task(unit.name, unit) for unit in stale):
            state.take_in(outcome)
        state.units_changed()

    def _load(self, store: ox.Store) -> None:
        state, names = self.state, self.state.names
        vocabulary = state.vocabulary.project
        with Filler(store, names) as filler:
            for graph, triples in vocabulary.graphs().items():
                home = ox.NamedNode(names.graph(graph))
                quads = [ox.Quad(t.subject, t.predicate, t.object, home) for t in triples]
                kept = dict.fromkeys(map(stored, quads))
                self.total += sum(hash_of(quad) for quad in kept if not has_blank(quad))
                self.total += sum_of_blank(quad for quad in kept if has_blank(quad))
                filler.add_graph(graph, ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
                notes = [note_of(quad) for quad in quads if not is_kept(quad.object)]
                filler.add_notes(ox.serialize(notes, format=ox.RdfFormat.N_QUADS) or b"")
                store.add_graph(home)
            for row in state.ledger.units():
                product = state.products.get(row.product)
                assert product is not None  # noqa: S101 - it has just been put there
                for graph, content in graphs_of(product):
                    filler.add_graph(graph, content)
                filler.add_notes(product.parts["notes"])
                self.total += row.ground + row.blank
        for graph in state.graph_files:
            store.add_graph(ox.NamedNode(names.graph(graph)))
        store.flush()

    def _examine(self) -> None:
        state = self.state
        tasks = state.tasks()
        for outcome in state.do((task for task, _ in tasks.values()), state.path / "oxigraph"):
            state.note(outcome, tasks[outcome.task.name][1])

    def _load_derived(self, store: ox.Store) -> None:
        state = self.state
        for graph in ("stated", "inferred", "support"):
            store.add_graph(ox.NamedNode(state.names.graph(graph)))
        with Filler(store, state.names) as filler:
            for product in self._products():
                for graph, content in graphs_of(product):
                    filler.add_graph(graph, content)

    def _products(self) -> Iterator[Product]:
        return iter_products(self.state)

    # What follows

    def _close(self, store: ox.Store) -> list[Clash]:
        state = self.state
        facts = [graph for graph in state.graph_files if is_reasoned_over(graph)]
        closing = self.closing = Closing(
            store, state.names, state.vocabulary, list(state.graph_files), state.ledger
        )
        if not state.vocabulary.axioms or not self._has_facts(store, facts):
            return []  # of nothing nothing follows
        crossing = crossings(state.vocabulary.program)
        clashing = self._merge(store, closing)
        if crossing is None or self._has_equals(store):
            return self._close_whole(store, closing)

        def seeds() -> Iterator[ox.Triple]:
            return self._seeds(store, facts, crossing)

        found, clashes = closing.complete(self.remainder, seeds)
        self._keep(store, closing, found)
        if self._has_equals(store):
            return self._close_whole(store, closing)
        if clashing:
            clashes = (*clashes, *closing.clashing(self.remainder, clashing))
        if clashes:
            return list({(id(clash.clause), clash.premises): clash for clash in clashes}.values())
        self._settle(store, closing, seeds, found)
        return []

    def _has_facts(self, store: ox.Store, graphs: list[str]) -> bool:
        names = (ox.NamedNode(self.state.names.graph(graph)) for graph in (*graphs, "stated"))
        return any(next(store.quads_for_pattern(None, None, None, name), None) is not None for name in names)

    def _merge(self, store: ox.Store, closing: Closing) -> list[ox.Triple]:
        """Put what followed in each cluster into the store; the triples that were part of contradictions."""
        clashing: dict[ox.Triple, None] = {}
        dropped: dict[ox.Triple, None] = {}
        with Filler(store, self.state.names) as filler:
            for product in self._products():
                kept = bytearray()
                for line in product.parts["inferred"].splitlines(keepends=True):
                    name = line[1 : line.index(b">")].decode() if line.startswith(b"<") else ""
                    # Nobody else says anything of what is below its own articles: see kgraph.build.clusters.
                    if not is_below(name, product.header["articles"]):
                        (triple,) = _triples(line)
                        if closing.is_asserted(triple):
                            if not self._is_given(store, triple):
                                dropped[triple] = None
                            continue
                    kept += line
                filler.add_graph(INFERRED, bytes(kept))
                dropped |= dict.fromkeys(_triples(product.parts["remainder"]))
                clashing |= dict.fromkeys(_triples(product.parts["clashes"]))
        self.remainder = Remainder(tuple(t for t in dropped if not self._is_given(store, t)))
        return list(clashing)

    def _is_given(self, store: ox.Store, triple: ox.Triple) -> bool:
        """Whether a triple is a fact that takes part in reasoning, or an axiom."""
        quads = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        shorts = (
            getattr(quad.graph_name, "value", "").removeprefix(self.state.names.graphs) for quad in quads
        )
        given = {*(g for g in self.state.graph_files if is_reasoned_over(g)), "stated"}
        return any(short in given for short in shorts) or triple in self._axioms

    @cached_property
    def _axioms(self) -> set[ox.Triple]:
        return set(self.state.vocabulary.axioms)

    def _keep(self, store: ox.Store, closing: Closing, found: set[ox.Triple]) -> None:
        """Put what else followed where it belongs."""
        selection = closing.selection()
        kept = {t for t in found if selection.keeps(t) and not closing.is_asserted(t)}
        with Filler(store, self.state.names) as filler:
            filler.add_graph(INFERRED, ox.serialize(kept, format=ox.RdfFormat.N_TRIPLES) or b"")
        self.remainder = Remainder((*self.remainder.conclusions, *(found - kept)))

    def _has_equals(self, store: ox.Store) -> bool:
        same = ox.NamedNode(OWL_SAME_AS)
        graphs = {*self.state.graph_files, INFERRED, "stated"}
        quads = store.quads_for_pattern(None, same, None, None)
        told = (
            quad.triple
            for quad in quads
            if getattr(quad.graph_name, "value", "").removeprefix(self.state.names.graphs) in graphs
        )
        rest = (triple for triple in self.remainder.conclusions if triple.predicate == same)
        return any(triple.subject != triple.object for some in (told, rest) for triple in some)

    def _seeds(self, store: ox.Store, facts: list[str], crossing: Crossings) -> Iterator[ox.Triple]:
        """The triples about shared names alone, and those by which two articles' own triples can be joined."""
        state, ledger = self.state, self.state.ledger
        shorts = {*facts, "stated", INFERRED}
        graphs = {ox.NamedNode(state.names.graph(short)) for short in shorts}
        resources = state.names.resources
        names = dict.fromkeys(ledger.shared())
        names |= dict.fromkeys(name for name in ledger.described() if not name.startswith(resources))
        for name in names:
            node = ox.NamedNode(name)
            for quad in store.quads_for_pattern(node, None, None, None):
                if quad.graph_name in graphs:
                    crosses = quad.predicate.value in crossing.subjects
                    if crosses or self._is_shared_term(quad.object):
                        yield quad.triple
            for predicate in crossing.objects:
                for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), node, None):
                    if quad.graph_name in graphs:
                        yield quad.triple
        for predicate in crossing.values:
            for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
                if isinstance(quad.object, ox.Literal) and quad.graph_name in graphs:
                    yield quad.triple

    def _settle(
        self,
        store: ox.Store,
        closing: Closing,
        seeds: Callable[[], Iterator[ox.Triple]],
        found: set[ox.Triple],
    ) -> None:
        """Settle on whose word everything rests.

        A cluster knew that of its own triples, if it was right about what it shares with others. So first what
        is shared is settled; then whatever follows from that of which some cluster had another idea, or may
        have had none.
        """
        ledger, joins = self.state.ledger, joined(self.state.vocabulary.program)
        assumed: dict[ox.Triple, set[Ways]] = {}
        for product in self._products():
            told = dict(read_support(product.parts["support"]))
            for triple, idea in told.items():
                if self._is_shared(triple):
                    assumed.setdefault(triple, set()).add(idea)
                else:
                    ledger.put_support(str(triple), idea)
            for part in ("inferred", "remainder"):
                for triple in _triples(product.parts[part]):
                    if self._is_shared(triple) and triple not in told:
                        assumed.setdefault(triple, set()).add(FREE)
        voices = closing.told()
        shared = dict.fromkeys(triple for triple in (*seeds(), *found) if self._is_shared(triple))
        open_ones = {t for t in (*shared, *assumed) if t in voices or FREE not in assumed.get(t, ())}
        open_ones = {t for t in open_ones if t in voices or t in assumed or t in found}
        settled = closing.settle(self.remainder, open_ones)
        differing = {t for t, ideas in assumed.items() if ideas != {settled.get(t, FREE)}}
        differing |= {t for t in shared if t in voices and self._is_told_differently(t, voices[t])}
        joining = [t for t in shared if joins.meets(sign_of(as_pattern(t)))]
        joining += [triple for triple in seeds() if not self._is_shared(triple)]
        differing |= found | self._unseen(closing.steps(self.remainder, joining))
        unsettled = open_ones | differing | closing.reach(self.remainder, differing)
        ways = closing.settle(self.remainder, unsettled)
        for triple in unsettled:
            ledger.drop_support(str(triple))
        for triple, some in ways.items():
            ledger.put_support(str(triple), some)
        self._write_support(store, closing, {**{t: FREE for t in unsettled if t not in ways}, **ways})

    def _unseen(self, steps: Iterable[Derivation]) -> set[ox.Triple]:
        """What steps conclude that no cluster can have seen: two clusters' own triples are used, or one's with
        what is not recorded of a name that it mentions.
        """
        ledger, found = self.state.ledger, set[ox.Triple]()
        for step in steps:
            if step.conclusion is None:
                continue
            homes = {unit for triple in step.premises for unit in self._homes(triple)}
            if len(homes) == 1:
                (home,) = homes
                shared = (t for t in step.premises if not self._homes(t) and t not in self._axioms)
                if all(self._is_recorded(t) and ledger.mentions(home, t.subject) for t in shared):
                    continue
            if homes:
                found.add(step.conclusion)
        return found

    def _homes(self, triple: ox.Triple) -> set[str]:
        """The units whose own names a triple has."""
        names = (t.value for t in (triple.subject, triple.object) if isinstance(t, ox.NamedNode))
        resources = self.state.names.resources
        found = (self.state.ledger.homes(n) for n in names if n.startswith(resources))
        return {unit for units in found if len(units) == 1 for unit in units}

    def _is_recorded(self, triple: ox.Triple) -> bool:
        """Whether data files say a triple."""
        assert self.closing is not None  # noqa: S101 - it closes this store
        return self.closing.is_recorded(triple)

    def _is_told_differently(self, triple: ox.Triple, ways: Ways) -> bool:
        """Whether some cluster knows of fewer ways in which a fact is told than there are."""
        by_cluster = self.state.ledger.voices_by_cluster(str(triple))
        outside = {way for way in ways if way == {self.state.names.graph(GAZETTEER)}}
        return any(minimal({*map(frozenset, some), *outside}) != ways for some in by_cluster)

    def _write_support(self, store: ox.Store, closing: Closing, settled: Mapping[ox.Triple, Ways]) -> None:
        """Put the support into the store, and that of what no graph shows into the remainder."""
        dropped = set(self.remainder.conclusions)
        resting: dict[ox.Triple, Ways] = {}
        with Filler(store, self.state.names) as filler:

            def put(support: Mapping[ox.Triple, Ways]) -> None:
                shown = {t: ways for t, ways in support.items() if t not in dropped and ways != FREE}
                quads = closing.support_quads(shown)
                content = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""
                filler.add_graph("support", content)
                resting.update((t, some) for t, some in support.items() if t in dropped and some != FREE)

            put(settled)
            for product in self._products():
                told = (
                    triple for triple, _ in read_support(product.parts["support"]) if triple not in settled
                )
                put({t: ways for t in told if (ways := closing.support_of(t))})
        self.remainder = Remainder(self.remainder.conclusions, resting)

    def _is_shared(self, triple: ox.Triple) -> bool:
        """Whether a triple is about nothing that is one cluster's own."""
        return all(self._is_shared_term(term) for term in (triple.subject, triple.object))

    def _is_shared_term(self, term: Term) -> bool:
        if isinstance(term, ox.BlankNode):
            return False
        if not isinstance(term, ox.NamedNode) or not term.value.startswith(self.state.names.resources):
            return True
        if term.value not in self._sharing:
            if len(self._sharing) > _MOST_NAMES:
                self._sharing.clear()
            self._sharing[term.value] = self.state.ledger.is_shared(term.value)
        return self._sharing[term.value]

    def _close_whole(self, store: ox.Store, closing: Closing) -> list[Clash]:
        """Reason over all facts together: where things are the same as others, no article stands by itself."""
        state, names = self.state, self.state.names
        graphs = {
            graph: [
                q.triple for q in store.quads_for_pattern(None, None, None, ox.NamedNode(names.graph(graph)))
            ]
            for graph in (*state.graph_files, "stated")
        }
        facts = [t for graph, triples in graphs.items() if is_reasoned_over(graph) for t in triples]
        asserted = [
            *facts,
            *(t for triples in graphs.values() for t in triples),
            *_stored(state.vocabulary.axioms),
        ]
        told = closing.told()
        known = {triple: told[triple] for triple in dict.fromkeys(facts) if triple in told}
        closure = close(
            state.vocabulary.axioms, facts, asserted, told=known, program=state.vocabulary.program
        )
        if closure.contradictions:
            return list(closure.contradictions)
        inferred = ox.NamedNode(names.graph(INFERRED))
        hidden = ox.NamedNode(HIDDEN_GRAPHS[0])
        for quad in list(store.quads_for_pattern(None, None, None, inferred)):
            store.remove(quad)
            if not closing.is_asserted(quad.triple):
                store.remove(ox.Quad(quad.subject, quad.predicate, quad.object, hidden))
        with Filler(store, names) as filler:
            filler.add_graph(INFERRED, ox.serialize(closure.inferred, format=ox.RdfFormat.N_TRIPLES) or b"")
            for triple, some in (*closure.support.items(), *closure.remainder.support.items()):
                state.ledger.put_support(str(triple), some)
            support = (quad.triple for quad in closing.support_quads(closure.support))
            filler.add_graph("support", ox.serialize(support, format=ox.RdfFormat.N_TRIPLES) or b"")
        self.remainder = closure.remainder
        return []

    # Sums

    def _weigh(self, store: ox.Store) -> None:
        """The sizes of the graphs, and the sum that the canonical hash is of."""
        state, names = self.state, self.state.names
        wanted = [*state.vocabulary.project.graphs(), *state.graph_files, "stated", INFERRED, "support"]
        sizes = count_graphs(store)
        self.graphs = {names.graph(name): 0 for name in wanted}
        self.graphs |= {iri: n for iri, n in sizes.items() if iri not in HIDDEN_GRAPHS}
        data = {names.graph(graph) for graph in state.graph_files}
        stated_by = names.graph(STATED_BY)
        derived = [iri for iri in self.graphs if iri.startswith(stated_by)]
        derived += [names.graph(name) for name in ("stated", INFERRED, "support")]
        blank: list[ox.Quad] = []
        for iri in derived:
            for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(iri)):
                if has_blank(quad):
                    blank.append(quad)
                else:
                    self.total += hash_of(quad)

        def of_name(name: str) -> int:
            quads = store.quads_for_pattern(ox.NamedNode(name), None, None, None)
            return sum(
                hash_of(quad)
                for quad in quads
                if getattr(quad.graph_name, "value", "") in data and not has_blank(quad)
            )

        corrected = set()
        for name, told in state.ledger.repeated():
            corrected.add(name)
            self.total += of_name(name) - told
        for iri in self.graphs:
            if iri.startswith(stated_by) and iri not in corrected:
                self.total += of_name(iri) - state.ledger.told(iri)
        state.ledger.put("plain", "no" if blank else "yes")
        if blank:
            quads = [quad for quad in store if getattr(quad.graph_name, "value", "") in self.graphs]
            self.total = sum(hash_of(quad) for quad in quads if not has_blank(quad))
            self.total += sum_of_blank(quad for quad in quads if has_blank(quad))
        self.total %= MODULUS

    @property
    def canonical_hash(self) -> str:
        """The canonical hash of what was made."""
        return finish(self.total)


def _triples(content: bytes) -> Iterator[ox.Triple]:
    return (quad.triple for quad in ox.parse(content, ox.RdfFormat.N_TRIPLES))


def _stored(triples: list[ox.Triple]) -> Iterator[ox.Triple]:
    return (stored(ox.Quad(t.subject, t.predicate, t.object)).triple for t in triples)

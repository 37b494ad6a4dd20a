"""A build from the generation before and what has changed since: what is not concerned is not looked at.

    units whose files or texts changed are read             → the quads that come and go
    clusters that are other units, or have read otherwise   → are examined
    what follows from the change                            → is carried on

Everything is done in a copy of the earlier store, quad by quad, and in a copy of the ledger.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import pyoxigraph as ox

from kgraph.build.closing import Closing, Conclusions
from kgraph.build.crew import FEW
from kgraph.build.filling import graphs_of
from kgraph.build.foreign import read_otherwise
from kgraph.build.occurring import metadata_quads, read_counts, recount, write_counts
from kgraph.build.products import Product
from kgraph.build.reading import mentions_of
from kgraph.build.rows import UnitRow
from kgraph.build.state import Lost, State
from kgraph.build.work import ONTOLOGY, Outcome, Task, Workshop
from kgraph.reasoning import Clash, Remainder, is_reasoned_over
from kgraph.reasoning.world import INFERRED
from kgraph.store.generation import Generation
from kgraph.store.hashing import MODULUS, finish, has_blank
from kgraph.store.manifest import graph_key
from kgraph.store.revision import Revision
from kgraph.store.spelling import stored
from kgraph.store.workspace import link_store
from kgraph.vocab import METADATA, STATED_BY

__all__ = ["RevisedBuild"]

#: Where so large a part has changed, all is put together anew, from what was kept of the rest.
MOST: float = 0.25


@dataclass
class _Unit:
    """A unit that changed: how it was, and how it is."""

    before: UnitRow | None
    was: Product | None
    now: Product | None = None
    after: UnitRow | None = None


@dataclass
class RevisedBuild:
    """Makes a generation from the one before.

    Args:
        state: the build under way; its ledger is a copy of the earlier one.
        base: the earlier generation.
        revision: a copy of its store.
    """

    state: State
    base: Generation
    revision: Revision
    remainder: Remainder = field(default_factory=Remainder)
    total: int = 0
    _units: dict[str, _Unit] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    examined: list[tuple[Product | None, Product | None]] = field(default_factory=list)
    _blank: int = 0
    _given: dict[ox.Triple, set[str]] = field(default_factory=dict)
    _closing: Closing | None = None

    def run(self) -> list[Clash]:
        """Make all but the index; the contradictions that were found.

        Raises:
            Lost: it cannot be done in this way, and all must be put together anew.
        """
        state = self.state
        with state.clock.step("reading the project"):
            self._read()
        with state.clock.step("checking"):
            added, removed = self._change_data()
            stale = self._stale(added | removed)
            self._examine(stale)
        with state.clock.step("reasoning"):
            derived = self._change_derived()
            return self._close(added | derived[0], removed | derived[1])

    # Reading

    def _read(self) -> None:
        state = self.state
        known = {row.unit: row for row in state.ledger.units()}
        stale = {unit.name: unit for unit in state.stale_units(known)}
        gone = [row for name, row in known.items() if name not in state.sources.units]
        changed = [*gone, *(known[name] for name in stale if name in known)]
        if len(changed) + len(stale) > 8 and len(changed) + len(stale) > MOST * len(known):
            raise Lost
        for row in changed:
            was = state.products.get(row.product)
            if was is None:
                raise Lost
            self._units[row.unit] = _Unit(row, was)
            mentioned = [name for name, _, _ in mentions_of(was)]
            state.ledger.drop_unit(row, mentioned)
        for outcome in state.do(Task(name, unit) for name, unit in stale.items()):
            after = state.take_in(outcome)
            unit = self._units.setdefault(after.unit, _Unit(None, None))
            unit.after, unit.now = after, state.products.get(outcome.product)
        state.units_changed()

    # What files say

    def _change_data(self) -> tuple[set[ox.Quad], set[ox.Quad]]:
        """Bring what the files say into the store: the quads that came and went."""
        names = self.state.names
        come: dict[ox.Quad, None] = {}
        go: dict[ox.Quad, None] = {}
        notes: tuple[dict[ox.Quad, None], dict[ox.Quad, None]] = ({}, {})
        for unit in self._units.values():
            was, now = self._quads(unit.was), self._quads(unit.now)
            come |= dict.fromkeys(quad for quad in now if quad not in was)
            go |= dict.fromkeys(quad for quad in was if quad not in now)
            old, new = self._notes(unit.was), self._notes(unit.now)
            notes[0].update(dict.fromkeys(note for note in new if note not in old))
            notes[1].update(dict.fromkeys(note for note in old if note not in new))
            self._blank += (unit.after.blank if unit.after else 0) - (unit.before.blank if unit.before else 0)
            self.names |= self._changed_names(unit)
        others = self._others()
        removed = {quad for quad in go if quad not in come and not others(quad, self._quads)}
        gone = [note for note in notes[1] if note not in notes[0] and not others(note, self._notes)]
        added = {quad for quad in come if quad not in self.revision.store}
        files = {
            names.graph(graph) for graph in (*self.state.vocabulary.project.graphs(), *self.state.graph_files)
        }
        self._data = files
        self.revision.set_graphs({*self.revision.sizes, *files})
        self.revision.change(removed=removed, added=added)
        self.revision.note(removed=gone, added=notes[0])
        return added, removed

    def _quads(self, product: Product | None) -> dict[ox.Quad, None]:
        """What a unit says, as a store gives it back."""
        if product is None:
            return {}
        names = self.state.names
        return {
            stored(
                ox.Quad(
                    t.triple.subject, t.triple.predicate, t.triple.object, ox.NamedNode(names.graph(graph))
                )
            ): None
            for graph, content in graphs_of(product)
            for t in ox.parse(content, ox.RdfFormat.N_TRIPLES)
        }

    def _notes(self, product: Product | None) -> dict[ox.Quad, None]:
        if product is None:
            return {}
        return dict.fromkeys(ox.parse(product.parts["notes"], ox.RdfFormat.N_QUADS))

    def _changed_names(self, unit: _Unit) -> set[str]:
        """The names of which a unit says something else than it did, its articles included."""
        was, now = (
            {row for row in mentions_of(product) if row[1] is not None or row[2]} if product else set()
            for product in (unit.was, unit.now)
        )
        return {row[0] for row in was ^ now}

    def _others(self) -> Callable[[ox.Quad, Callable[[Product | None], dict[ox.Quad, None]]], bool]:
        """What tells whether another unit says a quad as well."""
        ledger, products = self.state.ledger, self.state.products

        @lru_cache(maxsize=64)
        def content(unit: str, read: Callable[[Product | None], dict[ox.Quad, None]]) -> dict[ox.Quad, None]:
            row = ledger.unit(unit)
            product = None if row is None else products.get(row.product)
            if product is None:
                raise Lost
            return read(product)

        def says(quad: ox.Quad, read: Callable[[Product | None], dict[ox.Quad, None]]) -> bool:
            if not isinstance(quad.subject, ox.NamedNode):
                return False
            name = quad.subject.value
            return any(quad in content(unit, read) for unit in (*ledger.said_by(name), *ledger.owners(name)))

        return says

    # Examining

    def _stale(self, changed: set[ox.Quad]) -> dict[str, tuple[Task, str]]:
        """The clusters to examine: those of other units, and those that would read something else today."""
        state, ledger = self.state, self.state.ledger
        tasks = state.tasks()
        for name in ledger.names_of_clusters() - tasks.keys():
            self._forget(name)
        stale = {name for name, (_, inputs) in tasks.items() if (ledger.cluster(name) or ("",))[0] != inputs}
        names: set[str] = {
            *self.names,
            *(quad.subject.value for quad in changed if isinstance(quad.subject, ox.NamedNode)),
        }
        seen = [(cluster, name, digest) for name in names for cluster, digest in ledger.readers(name)]
        for unit in self._units.values():
            for row in (unit.before, unit.after):
                for article in row.articles if row else ():
                    seen += ledger.readers_below(article)
        stale |= {cluster for cluster, name, digest in seen if ledger.digest(name) != digest}
        read = read_otherwise(self.revision.store, changed)
        stale |= {cluster for name in read for cluster, _ in ledger.readers(name)}
        stale |= self._with_other_texts()
        return {name: tasks[name] for name in stale if name in tasks}

    def _with_other_texts(self) -> set[str]:
        """The clusters that have read a text which is another now."""
        before, now = self.base.manifest.sources, self.state.sources.digests
        texts = {
            name
            for name in {*before, *now}
            if name.startswith("seeds/") and before.get(name) != now.get(name)
        }
        return {
            cluster
            for name in texts
            for cluster, seen in self.state.ledger.readers(f"text:{name}")
            if seen != (now.get(name) or "")
        }

    def _forget(self, name: str) -> Product | None:
        product = self.state.forget(name)
        if product is not None:
            self.examined.append((product, None))
        return product

    def _examine(self, stale: dict[str, tuple[Task, str]]) -> None:
        state = self.state
        for outcome in self._outcomes([task for task, _ in stale.values()]):
            name = outcome.task.name
            was = state.forget(name)
            now = state.note(outcome, stale[name][1])
            if name != ONTOLOGY:
                self.examined.append((was, now))

    def _outcomes(self, tasks: list[Task]) -> Iterator[Outcome]:
        copy = self.state.copy_path
        if len(tasks) <= FEW or not link_store(self.revision.store, copy):
            workshop = Workshop(
                self.state.setting(), store=self.revision.store, vocabulary=self.state.vocabulary
            )
            yield from map(workshop.do, tasks)
            return
        try:
            yield from self.state.do(tasks, copy)
        finally:
            shutil.rmtree(copy, ignore_errors=True)

    # What follows

    def _change_derived(self) -> tuple[set[ox.Quad], set[ox.Quad]]:
        """Bring what is stated into the store: the quads that came and went."""
        names, store = self.state.names, self.revision.store
        come: dict[ox.Quad, None] = {}
        go: dict[ox.Quad, None] = {}
        for was, now in self.examined:
            old, new = self._quads(was), self._quads(now)
            come |= dict.fromkeys(quad for quad in new if quad not in old)
            go |= dict.fromkeys(quad for quad in old if quad not in new)
        if any(map(has_blank, come)):
            raise Lost
        told = self.state.ledger.voices
        stated = ox.NamedNode(names.graph("stated"))
        removed = {
            quad
            for quad in go
            if quad not in come and not (quad.graph_name == stated and told(str(quad.triple)))
        }
        added = {quad for quad in come if quad not in store}
        self.revision.set_graphs({*self.revision.sizes, *(graph_key(quad.graph_name) for quad in added)})
        self.revision.change(removed=removed, added=added)
        empty = {
            iri
            for iri, size in self.revision.sizes.items()
            if size == 0 and (iri.startswith(names.graph(STATED_BY)) or iri not in self._kept_graphs())
        }
        self.revision.set_graphs(set(self.revision.sizes) - empty)
        return added, removed

    def _kept_graphs(self) -> set[str]:
        derived = ("stated", INFERRED, "support", METADATA)
        return {*self._data, *(self.state.names.graph(name) for name in derived)}

    @property
    def closing(self) -> Closing:
        """What closes the store."""
        if self._closing is None:
            state = self.state
            self._closing = Closing(
                self.revision.store, state.names, state.vocabulary, list(state.graph_files), state.ledger
            )
        return self._closing

    def _close(self, added: set[ox.Quad], removed: set[ox.Quad]) -> list[Clash]:
        state, store = self.state, self.revision.store
        prefix = state.names.graphs
        given: dict[ox.Triple, set[str]] = {}
        for quad in (*added, *removed):
            if is_reasoned_over(graph_key(quad.graph_name).removeprefix(prefix)):
                triple = quad.triple
                found = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
                shorts = {graph_key(each.graph_name).removeprefix(prefix) for each in found}
                given[triple] = shorts & state.reasoned
        self.remainder = Remainder.read(self.base.remainder(), state.names)
        before = ox.Store.read_only(str(self.base.store_path))
        conclusions = (
            self.closing.advance(before, self.remainder, given)
            if given
            else Conclusions(frozenset(), frozenset(), frozenset(), {})
        )
        if conclusions.clashes:
            return list(conclusions.clashes)
        if any(isinstance(term, ox.BlankNode) for triple in conclusions.new for term in triple):
            raise Lost
        self._conclude(conclusions, {quad.triple for quad in (*added, *removed)})
        self._tell(before)
        state.ledger.put("plain", "yes")
        total = int(state.ledger.get("total") or "0", 16)
        self.total = (total + self.revision.weight + self._blank) % MODULUS
        return []

    def _tell(self, before: ox.Store) -> None:
        """Carry on what the dataset says of itself."""
        state, store = self.state, self.revision.store
        known, examples = state.ledger.get("counts"), state.told_examples()
        if known is None or examples is None:
            raise Lost
        old, counts = read_counts(known), read_counts(known)
        counts = recount(counts, before, store, self.revision.united)
        state.ledger.put("counts", write_counts(counts))
        was = dict.fromkeys(metadata_quads(old, examples, state.names, counts if counts.triples else None))
        now = dict.fromkeys(
            metadata_quads(counts, state.examples[0], state.names, old if old.triples else None)
        )
        self.revision.change(removed=was.keys() - now.keys(), added=now.keys() - was.keys())

    def _conclude(self, conclusions: Conclusions, asserted: set[ox.Triple]) -> None:
        """Bring conclusions and their support into the store, and what no graph shows into the remainder."""
        closing, store = self.closing, self.revision.store
        inferred = ox.NamedNode(self.state.names.graph(INFERRED))
        selection = closing.selection()

        def is_shown(triple: ox.Triple) -> bool:
            return ox.Quad(triple.subject, triple.predicate, triple.object, inferred) in store

        hidden = dict.fromkeys(self.remainder.conclusions)
        moved = {t for t in asserted if t in hidden or is_shown(t)} - conclusions.gone
        following = (moved | conclusions.new) - conclusions.gone
        shown = {t for t in following if selection.keeps(t) and not closing.is_asserted(t)}
        concerned = {*conclusions.gone, *moved, *conclusions.unsettled}
        old_support = {triple: closing.support_of(triple) for triple in concerned}
        rest = dict(self.remainder.support)
        new_support = dict(conclusions.support)
        for triple in moved - conclusions.unsettled:
            if ways := old_support.get(triple) or rest.get(triple):
                new_support[triple] = ways
        quads = {t: ox.Quad(t.subject, t.predicate, t.object, inferred) for t in (*concerned, *following)}
        removed = [quads[t] for t in (*conclusions.gone, *moved) if t not in shown]
        removed += closing.support_quads({t: ways for t, ways in old_support.items() if ways})
        for triple in (*conclusions.gone, *following):
            hidden.pop(triple, None)
        hidden |= dict.fromkeys(sorted(following - shown, key=str))
        for triple in concerned:
            rest.pop(triple, None)
        rest |= {t: ways for t, ways in new_support.items() if t in hidden}
        added = [quads[t] for t in shown]
        added += closing.support_quads({t: ways for t, ways in new_support.items() if t not in hidden})
        self.revision.change(removed=removed, added=added)
        self.remainder = Remainder(tuple(hidden), rest)
        for triple in concerned:
            self.state.ledger.drop_support(str(triple))
        for triple, ways in new_support.items():
            self.state.ledger.put_support(str(triple), ways)

    def release(self) -> None:
        """Let go of the store, so that it can be closed."""
        self._closing = None

    @property
    def canonical_hash(self) -> str:
        """The canonical hash of what was made."""
        return finish(self.total)

"""A build from all files: every unit read, every cluster examined, the store filled in bulk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path

import pyoxigraph as ox

from kgraph.build.closing import Closing, Crossings, crossings
from kgraph.build.elsewhere import take_over
from kgraph.build.filling import Filler
from kgraph.build.indexing import begin_index, iter_products, write_whole_index
from kgraph.build.made import encoder_of
from kgraph.build.occurring import begin_counting, metadata_quads, read_counts
from kgraph.build.products import Product
from kgraph.build.reading import below
from kgraph.build.rows import UnitRow
from kgraph.build.settling import Settling, Sharing
from kgraph.build.state import State
from kgraph.build.work import ONTOLOGY, Outcome, Task
from kgraph.reasoning import Clash, Remainder, close, is_reasoned_over
from kgraph.reasoning.world import INFERRED
from kgraph.store.cover import count_triples
from kgraph.store.documents import write_documents
from kgraph.store.hashing import MODULUS, finish, has_blank, hash_if_ground, hash_of, sum_of_blank
from kgraph.store.manifest import graph_key
from kgraph.store.spelling import is_kept, note_of, stored
from kgraph.store.workspace import link_store
from kgraph.vocab import DRAFTS, HIDDEN_GRAPHS, METADATA, OWL_SAME_AS, STATED_BY

__all__ = ["FreshBuild"]


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
        self.store: ox.Store | None = None
        self._indexing: Callable[[], None] | None = None
        self._counting: Callable[[], str] | None = None
        self.closing: Closing | None = None
        self.sharing = Sharing(state)

    @property
    def _store_path(self) -> str:
        return str(self.state.path / "oxigraph")

    def run(self) -> list[Clash]:
        """Make all but the text index and what is told in the end; the contradictions that were found."""
        state = self.state
        state.path.mkdir(parents=True, exist_ok=True)
        self.store = ox.Store(self._store_path)
        with state.clock.step("reading the project"):
            self._read()
        with state.clock.step("loading"):
            self._load_rest(self.store)
        with state.clock.step("checking"):
            self._examine()
        store = self.store
        with state.clock.step("reasoning"):
            clashes = self._close(store)
        with state.clock.step("writing"):
            self._counting = begin_counting(store, state.copy_path, state.crew)
            self._weigh(store)
        return clashes

    def finish(self, earlier: Path | None) -> None:
        """Write the text index and what the dataset says of itself, and let go of the store.

        ``earlier`` is the folder of another index, whose vectors are taken over. Once nothing more comes into
        the store it is put in order, lest whoever opens it for writing finds RocksDB at work.
        """
        state, store = self.state, self.store
        assert store is not None and self._counting is not None  # noqa: S101, PT018 - it has been made
        if self._indexing is not None:
            self._indexing()
        counted = self._counting()
        shutil.rmtree(state.copy_path, ignore_errors=True)
        state.ledger.put("counts", counted)
        quads = dict.fromkeys(metadata_quads(read_counts(counted), state.examples[0], state.names))
        with Filler(store, state.names) as filler:
            content = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""
            filler.add_graph(METADATA, content)
        if quads:
            self.graphs[state.names.graph(METADATA)] = len(quads)
        self.total = (self.total + sum(map(hash_of, quads))) % MODULUS
        with ThreadPoolExecutor(1) as tidying:
            tidied = tidying.submit(store.optimize)
            write_whole_index(state, store, encoder_of(state.settings), earlier)
            write_documents(state.path, store, state.names)
            tidied.result()
        store.flush()
        self.store = None

    def _read(self) -> None:
        """Have all units read; each is loaded while others are being read."""
        assert self.store is not None  # noqa: S101 - it has been made
        with Filler(self.store, self.state.names) as filler:
            self._read_units(filler)
        self.state.units_changed()

    def _read_units(self, filler: Filler) -> None:
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
                task, mentions = Task(unit, state.sources.units[unit]), product.parts["mentions"]
                self._take_in(Outcome(task, row.product, product.header, mentions), product, filler)
        for outcome in state.do(Task(unit.name, unit) for unit in stale):
            product = state.products.get(outcome.product)
            assert product is not None  # noqa: S101 - it has just been put there
            self._take_in(outcome, product, filler)

    def _take_in(self, outcome: Outcome, product: Product, filler: Filler) -> None:
        row = self.state.take_in(outcome)
        filler.add_product(product)
        filler.add_notes(product.parts["notes"])
        self.total += row.ground + row.blank

    def _load_rest(self, store: ox.Store) -> None:
        """Load what is no unit's, and have a graph for each file."""
        state, names = self.state, self.state.names
        vocabulary = state.vocabulary.project
        with Filler(store, names) as filler:
            for graph, triples in vocabulary.graphs().items():
                home = ox.NamedNode(names.graph(graph))
                quads = [ox.Quad(t.subject, t.predicate, t.object, home) for t in triples]
                kept = dict.fromkeys(map(stored, quads))
                self.total += sum(hash_if_ground(quad) or 0 for quad in kept)
                self.total += sum_of_blank(quad for quad in kept if has_blank(quad))
                filler.add_graph(graph, ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
                notes = [note_of(quad) for quad in quads if not is_kept(quad.object)]
                filler.add_notes(ox.serialize(notes, format=ox.RdfFormat.N_QUADS) or b"")
                store.add_graph(home)
        for graph in state.graph_files:
            store.add_graph(ox.NamedNode(names.graph(graph)))

    def _examine(self) -> None:
        """Have all clusters examined; what each gives is loaded while others are being examined.

        Where the file system knows no hard links, other processes read the store itself, so it is closed
        meanwhile.
        """
        state, copy = self.state, self.state.copy_path
        assert self.store is not None  # noqa: S101 - it has been made
        with ThreadPoolExecutor(1) as linking:  # which waits for what RocksDB has to do
            linked = linking.submit(link_store, self.store, copy)
            tasks = state.tasks()
        if linked.result():
            with Filler(self.store, state.names) as filler:
                for product in self._examinations(tasks, copy):
                    filler.add_product(product)
            shutil.rmtree(copy, ignore_errors=True)
        else:
            self.store = None
            for _ in self._examinations(tasks, Path(self._store_path)):
                pass
            self.store = ox.Store(self._store_path)
            with Filler(self.store, state.names) as filler:
                for product in iter_products(state):
                    filler.add_product(product)
        if encoder_of(state.settings) is None:
            products = [product for _, product in state.examinations()]
            self._indexing = state.crew.begin(
                partial(begin_index, state.path / "search", state.products_path, products)
            )

    def _examinations(self, tasks: Mapping[str, tuple[Task, str]], store: Path) -> Iterator[Product]:
        """What is made of each cluster, as it is made."""
        state = self.state
        for outcome in state.do((task for task, _ in tasks.values()), store):
            product = state.note(outcome, tasks[outcome.task.name][1])
            if outcome.task.name != ONTOLOGY:
                yield product

    # What follows

    def _close(self, store: ox.Store) -> list[Clash]:
        state = self.state
        facts = [graph for graph in state.graph_files if is_reasoned_over(graph)]
        closing = self.closing = Closing(
            store, state.names, state.vocabulary, list(state.graph_files), state.ledger
        )
        if not state.vocabulary.axioms or not self._has_facts(store, facts):
            return []  # of nothing nothing follows
        if state.elsewhere is not None:
            with state.elsewhere.closed(state) as closed:
                self.remainder = take_over(state, store, closed)
                return list(closed.clashes)
        crossing = crossings(state.vocabulary.program)
        clashing = self._merge(store, closing)
        if crossing is None or self._has_equals(store):
            return self._close_whole(store, closing)

        def seeds() -> Iterator[ox.Triple]:
            return self._seeds(store, facts, crossing)

        settling = Settling(state, store, closing, self.sharing, seeds)
        found, clashes = closing.complete(self.remainder, seeds, settling.heed)
        self._keep(store, closing, found)
        if self._has_equals(store):
            return self._close_whole(store, closing)
        if clashing:
            clashes = (*clashes, *closing.clashing(self.remainder, clashing))
        if clashes:
            return list({(id(clash.clause), clash.premises): clash for clash in clashes}.values())
        self.remainder = settling.settle(self.remainder, found)
        return []

    def _has_facts(self, store: ox.Store, graphs: list[str]) -> bool:
        names = (ox.NamedNode(self.state.names.graph(graph)) for graph in (*graphs, "stated"))
        return any(next(store.quads_for_pattern(None, None, None, name), None) is not None for name in names)

    def _merge(self, store: ox.Store, closing: Closing) -> list[ox.Triple]:
        """Put what followed in each cluster into the store; the triples that were part of contradictions."""
        clashing: dict[ox.Triple, None] = {}
        dropped: dict[ox.Triple, None] = {}
        with Filler(store, self.state.names) as filler:
            for product in iter_products(self.state):
                kept, is_own = bytearray(), below(product.header["articles"])
                for line in product.parts["inferred"].splitlines(keepends=True):
                    name = line[1 : line.index(b">")].decode() if line.startswith(b"<") else ""
                    # Nobody else says anything of what is below its own articles: see kgraph.build.clusters;
                    # nor of what nobody else mentions.
                    if not is_own(name) and self.sharing.may_share(line.decode()):
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
        shorts = (graph_key(quad.graph_name).removeprefix(self.state.names.graphs) for quad in quads)
        return any(short in self.state.reasoned for short in shorts) or triple in self._axioms

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
            if graph_key(quad.graph_name).removeprefix(self.state.names.graphs) in graphs
        )
        rest = (triple for triple in self.remainder.conclusions if triple.predicate == same)
        return any(triple.subject != triple.object for some in (told, rest) for triple in some)

    def _seeds(self, store: ox.Store, facts: list[str], crossing: Crossings) -> Iterator[ox.Triple]:
        """The triples about shared names alone, and those by which two articles can be joined."""
        state, ledger = self.state, self.state.ledger
        shorts = {*facts, "stated", INFERRED}
        graphs = {ox.NamedNode(state.names.graph(short)) for short in shorts}
        resources = state.names.resources
        names = dict.fromkeys(self.sharing.names)
        names |= dict.fromkeys(name for name in ledger.described() if not name.startswith(resources))
        for name in names:
            node = ox.NamedNode(name)
            for quad in store.quads_for_pattern(node, None, None, None):
                if quad.graph_name in graphs:
                    crosses = quad.predicate.value in crossing.subjects
                    if crosses or self.sharing.is_shared_term(quad.object):
                        yield quad.triple
            for predicate in crossing.objects:
                for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), node, None):
                    if quad.graph_name in graphs:
                        yield quad.triple
        for predicate in crossing.values:
            for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
                if isinstance(quad.object, ox.Literal) and quad.graph_name in graphs:
                    yield quad.triple

    def _close_whole(self, store: ox.Store, closing: Closing) -> list[Clash]:
        """Reason over all facts together: where one thing is another, no article stands by itself."""
        state, names = self.state, self.state.names
        graphs = {
            graph: [
                q.triple for q in store.quads_for_pattern(None, None, None, ox.NamedNode(names.graph(graph)))
            ]
            for graph in (*state.graph_files, "stated")
        }
        facts = [t for graph, triples in graphs.items() if is_reasoned_over(graph) for t in triples]
        asserted = [t for graph, triples in graphs.items() if not is_reasoned_over(graph) for t in triples]
        told = closing.told()
        known = {triple: told[triple] for triple in dict.fromkeys(facts) if triple in told}
        closure = close(state.vocabulary.theory, facts, asserted, told=known)
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
        self.graphs = {names.graph(name): 0 for name in wanted}
        self.graphs |= {iri: 0 for iri in map(graph_key, store.named_graphs()) if iri not in HIDDEN_GRAPHS}
        data = {names.graph(graph) for graph in state.graph_files}
        stated_by = names.graph(STATED_BY)
        derived = {iri for iri in self.graphs if iri.startswith(stated_by)}
        derived |= {names.graph(name) for name in ("stated", INFERRED, "support", DRAFTS)}
        blank: list[ox.Quad] = []
        for iri in self.graphs:
            graph = ox.NamedNode(iri)
            if iri not in derived:
                self.graphs[iri] = count_triples(store, graph)
                continue
            for quad in store.quads_for_pattern(None, None, None, graph):
                self.graphs[iri] += 1
                weight = hash_if_ground(quad)
                if weight is None:
                    blank.append(quad)
                else:
                    self.total += weight

        def of_name(name: str) -> int:
            quads = store.quads_for_pattern(ox.NamedNode(name), None, None, None)
            return sum(hash_if_ground(quad) or 0 for quad in quads if graph_key(quad.graph_name) in data)

        corrected = set()
        for name, told in state.ledger.repeated():
            corrected.add(name)
            self.total += of_name(name) - told
        for iri in self.graphs:
            if iri.startswith(stated_by) and iri not in corrected:
                self.total += of_name(iri) - state.ledger.told(iri)
        state.ledger.put("plain", "no" if blank else "yes")
        if blank:
            quads = [quad for quad in store if graph_key(quad.graph_name) in self.graphs]
            self.total = sum(hash_if_ground(quad) or 0 for quad in quads)
            self.total += sum_of_blank(quad for quad in quads if has_blank(quad))
        self.total %= MODULUS

    @property
    def canonical_hash(self) -> str:
        """The canonical hash of what was made."""
        return finish(self.total)


def _triples(content: bytes) -> Iterator[ox.Triple]:
    return (quad.triple for quad in ox.parse(content, ox.RdfFormat.N_TRIPLES))

"""A draft: the next generation, made from a checkpoint of one that is sealed.

The checkpoint shares the files of the sealed store by hard links, so it costs milliseconds whatever the
store's size; the text index, the queries and the axioms are the project's and are linked as they are.
Nobody reads a draft before it is sealed, so what goes wrong in the middle of it needs no undoing.

What a client may change are its own graphs: every named graph that the project does not make, and the
default graph.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyoxigraph as ox

from kgraph.errors import GraphStateError, WriteError
from kgraph.rdf.nesting import DEEPEST_TERM, is_deep
from kgraph.search.vectors import link_file
from kgraph.store.cover import Cover, count_graphs, count_triples
from kgraph.store.delta import LIMIT_QUADS, Delta
from kgraph.store.documents import link_documents
from kgraph.store.generation import AXIOMS, LEDGER, REMAINDER, Generation
from kgraph.store.manifest import DEFAULT_KEY, GraphName, graph_key, graph_name, render_graph
from kgraph.store.readonly import ReadOnly
from kgraph.store.sealing import seal
from kgraph.store.spelling import Notebook, key_of_note, note_of, notes_about, notes_of_graphs, stored
from kgraph.store.workspace import Workspace, copy_store
from kgraph.vocab import HIDDEN_GRAPHS

__all__ = ["Draft", "merge_files"]

#: From here on, quads come faster as a file of their own than as a transaction.
_MANY_QUADS: Final = 10_000
_BATCH_QUADS: Final = 50_000
#: How many quads can be copied in the time in which one is removed.
_COPIES_A_REMOVAL: Final = 2
#: A load that makes a store larger by this part of it has its files merged: they are then read faster.
_LARGE_PART: Final = 0.25


class Draft:
    """A generation under way. Every change is checked against what belongs to the project.

    Args:
        base: the generation to start from.
        path: the folder to make, which nobody else looks into.
        workspace: where the store is kept open for the next draft; without one it is made for this alone.
    """

    def __init__(self, base: Generation, path: Path, *, workspace: Workspace | None = None) -> None:
        path.mkdir(parents=True)
        self.path = path
        self.base = base
        self._workspace = workspace
        if workspace is None:
            copy_store(base.store_path, path / "oxigraph")
            self.store = ox.Store(str(path / "oxigraph"))
        else:
            self.store = workspace.open(base)
        self.sizes: Counter[str] = Counter(base.manifest.client_graphs)
        self.delta = Delta()
        self.notebook = Notebook()
        self._touched: set[str] = set()
        self._copies = 0
        self.cover = Cover(
            self.store,
            map(graph_name, base.manifest.cover),
            graphs=self.client_graphs,
            changed=lambda removed, added: self.delta.note(removed=removed, added=added),
            rewritten=self.delta.forget,
        )
        self._read_only = ReadOnly(base.manifest)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store, where :meth:`seal` has not done so. A workspace is kept where it is as it was."""
        self.notebook.close()
        if "store" not in self.__dict__:
            return
        # RocksDB takes no more writes after one that its disk refused, even if there is room again.
        is_spoilt = isinstance(error, OSError) or not self.is_unchanged
        del self.store, self.cover
        if self._workspace is not None and is_spoilt:
            self._workspace.drop()

    @property
    def is_unchanged(self) -> bool:
        """Whether it holds what its base holds."""
        delta = self.delta
        nothing = delta.is_recorded and not delta.added and not delta.removed
        return nothing and self._sizes() == dict(self.base.manifest.client_graphs)

    def client_graphs(self) -> dict[GraphName, int]:
        """The graphs that belong to clients, with their sizes; the default graph always is one."""
        return {graph_name(key): self.sizes[key] for key in {**self.sizes, DEFAULT_KEY: 0}}

    def visible_graphs(self) -> list[ox.NamedNode | ox.BlankNode]:
        """Every named graph that can be asked."""
        names = (graph_name(key) for key in (*self.base.manifest.graphs, *self.sizes))
        return [name for name in names if not isinstance(name, ox.DefaultGraph)]

    def has_graph(self, name: GraphName) -> bool:
        """Whether there is such a graph, with or without triples. The default graph is always there."""
        key = graph_key(name)
        return key == DEFAULT_KEY or key in self.sizes or key in self.base.manifest.graphs

    def guard(self, name: GraphName) -> None:
        """Let a write to a graph pass.

        Raises:
            ReadOnlyGraphError: it is not a client's.
        """
        self._read_only.guard(name)

    def change(self, *, removed: Iterable[ox.Quad] = (), added: Iterable[ox.Quad] = ()) -> None:
        """Remove quads, then add quads (SPARQL 1.1 Update, section 3.1.3).

        Raises:
            ReadOnlyGraphError: one of them is in a graph that is not a client's.
            WriteError: one of them has a term that is nested too deeply.
        """
        written = dict.fromkeys(added)
        _require_flat(written)
        coming, going = dict.fromkeys(map(stored, written)), dict.fromkeys(map(stored, removed))
        for name in {quad.graph_name for quads in (coming, going) for quad in quads}:
            self.guard(name)
        self._note(going, [quad for quad in written if quad not in coming])
        gone = [quad for quad in going if quad not in coming and quad in self.store]
        come = [quad for quad in coming if quad not in self.store]
        for quad in gone:
            self.store.remove(quad)
        if len(come) < _MANY_QUADS:
            self.store.extend(come)
        else:
            self.store.bulk_extend(come)
        self.sizes.subtract(graph_key(quad.graph_name) for quad in gone)
        self.sizes.update(graph_key(quad.graph_name) for quad in come)
        self._touched.update(graph_key(quad.graph_name) for quads in (gone, come) for quad in quads)
        self.delta.note(removed=gone, added=come)
        self.cover.touch(quad.triple for quads in (gone, come) for quad in quads)

    def _note(self, going: Iterable[ox.Quad], unlike: Iterable[ox.Quad]) -> None:
        """Forget how quads were written that go, and take down how those are that the store has otherwise."""
        come = dict.fromkeys(map(note_of, unlike))
        gone = [n for quad in going for n, _ in notes_about(self.store, quad) if n not in come]
        come = dict.fromkeys(note for note in come if note not in self.store)
        for note in gone:
            self.store.remove(note)
        self.store.extend(come)
        self.delta.note(removed=gone, added=come)
        self._touched.update(key_of_note(note) for notes in (gone, come) for note in notes)

    def create(self, name: GraphName) -> None:
        """Make an empty graph.

        Raises:
            GraphStateError: there is one of that name.
        """
        self.guard(name)
        if self.has_graph(name):
            raise GraphStateError(
                f"The graph {render_graph(name)} exists already.", hint="CREATE SILENT does not mind."
            )
        self.store.add_graph(name)
        self.sizes[graph_key(name)] = 0
        self._touched.add(graph_key(name))

    def clear(self, name: GraphName) -> None:
        """Take all triples out of a graph that is there.

        Raises:
            GraphStateError: there is none of that name.
        """
        self.guard(name)
        if not self.has_graph(name):
            raise GraphStateError(
                f"There is no graph {render_graph(name)}.", hint="CLEAR SILENT and DROP SILENT do not mind."
            )
        self._touched.add(graph_key(name))
        touched = self.cover.dismiss(name)
        size = self.sizes[graph_key(name)]
        if size > LIMIT_QUADS:
            self.delta.forget()
            if len(self.store) - size < _COPIES_A_REMOVAL * size:
                self._copy_without(name)
        notes = list(notes_of_graphs(self.store, [name]))
        for note in notes:
            self.store.remove(note)
        self.delta.note(removed=notes)
        # An iterator sees what was there when it was made; a new one would have to pass all that is gone.
        quads = self.store.quads_for_pattern(None, None, None, name)
        while batch := list(islice(quads, _BATCH_QUADS)):
            for quad in batch:
                self.store.remove(quad)
            self.delta.note(removed=batch)
        self.sizes[graph_key(name)] = 0
        self.cover.touch(touched)

    def _copy_without(self, name: GraphName) -> None:
        """Go on with a copy of the store that lacks the triples of a graph."""
        self._copies += 1
        copy = ox.Store(str(self.path / f"copy{self._copies}"))
        names = list(self.store.named_graphs())
        for graph in names:
            copy.add_graph(graph)
        others = [graph for graph in (ox.DefaultGraph(), *names) if graph != name]
        copy.bulk_extend(
            quad for graph in others for quad in self.store.quads_for_pattern(None, None, None, graph)
        )
        self.store = self.cover.store = copy
        if self._workspace is not None:
            self._workspace.drop()

    def drop(self, name: GraphName) -> None:
        """Take a graph away with its triples; the default graph is only cleared.

        Raises:
            GraphStateError: there is none of that name.
        """
        self.clear(name)
        self.store.remove_graph(name)
        del self.sizes[graph_key(name)]

    def grow(self, name: GraphName, load: Callable[[], bool | None]) -> None:
        """Have ``load`` add any number of triples to a graph; they are not recorded one by one. It tells the
        notebook how values are written, and returns whether there may be triple terms among them.

        Raises:
            ReadOnlyGraphError: the graph is not a client's.
            WriteError: a term is nested too deeply. The draft is then of no use.
        """
        self.guard(name)
        before = self._known_quads()
        if before is None:
            before = len(self.store)
        if load():
            _require_flat(self.store.quads_for_pattern(None, None, None, name))
        if (come := len(self.store) - before) > 0:
            self.sizes[graph_key(name)] += come
            self._touched.add(graph_key(name))
        self.delta.forget()
        self.cover.settle(name)
        self.notebook.settle(self.store)
        merge_files(self.store, come=come, before=before)

    def absorb(self, load: Callable[[], bool | None]) -> None:
        """Have ``load`` add any number of quads to any graphs of clients, likewise.

        Raises:
            ReadOnlyGraphError: it has added to a graph that is not a client's. The draft is then of no use.
            WriteError: a term is nested too deeply. The draft is then of no use.
        """
        before = {**self.base.manifest.graphs, **self.sizes}
        hidden = {iri: count_triples(self.store, ox.NamedNode(iri)) for iri in HIDDEN_GRAPHS}
        may_nest = load()
        sizes = count_graphs(self.store)
        grown = [key for key, size in sizes.items() if size != {**before, **hidden}.get(key, 0)]
        for key in grown:
            self.guard(graph_name(key))
            if may_nest:
                _require_flat(self.store.quads_for_pattern(None, None, None, graph_name(key)))
        self.sizes.update({key: sizes[key] - self.sizes[key] for key in grown})
        self._touched.update(grown)
        self.delta.forget()
        self.cover.settle(*map(graph_name, sorted(grown, key=sizes.__getitem__, reverse=True)))
        self.notebook.settle(self.store)
        known = sum({**before, **hidden}.values())
        merge_files(self.store, come=sum(sizes.values()) - known, before=known)

    def seal(self, identifier: str, *, made_by: str, previous: str | None = None) -> Generation:
        """Finish: everything on disk, the store closed, the manifest written.

        Args:
            identifier: the name of the new generation.
            made_by: what made it.
            previous: the generation that was current before, where that is not the base.
        """
        cover = [graph_key(name) for name in self.cover.names()]
        quads = self._known_quads()
        self.store.flush()
        self._close(identifier)
        for name in ("search", "queries"):
            _link_tree(self.base.path / name, self.path / name)
        for name in (AXIOMS, REMAINDER, LEDGER):
            link_file(self.base.path / name, self.path / name)
        link_documents(self.base.path, self.path)
        self.delta.write(self.path)
        sizes, base = self._sizes(), self.base.manifest
        versions = {
            key: identifier if key in self._touched else base.client_versions.get(key, "") for key in sizes
        }
        manifest = replace(
            base,
            id=identifier,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            client_graphs=sizes,
            client_versions=versions,
            cover=cover,
            built=base.project_part,
            quads=quads,
            made_by=made_by,
            previous=previous or base.id,
            base=base.id if self.delta.is_recorded else None,
        )
        return seal(self.path, manifest, base=self.base)

    def _close(self, identifier: str) -> None:
        """Close the store, with its content in the folder that a generation has it in."""
        final = self.path / "oxigraph"
        if self._copies:
            del self.store, self.cover
            shutil.rmtree(final, ignore_errors=True)
            (self.path / f"copy{self._copies}").rename(final)
            for number in range(1, self._copies):
                shutil.rmtree(self.path / f"copy{number}")
            return
        workspace = self._workspace
        if workspace is None:
            del self.store, self.cover
            return
        try:
            self.store.backup(str(final))
            workspace.keep(identifier)
        except OSError:  # the file system knows no hard links, or takes no more of them
            for leftover in self.path.glob(f"{final.name}*"):
                shutil.rmtree(leftover)
            del self.store, self.cover
            workspace.give(final)
        else:
            del self.store, self.cover

    def _known_quads(self) -> int | None:
        """How many quads there are, hidden ones too, where that needs no counting."""
        known, delta = self.base.manifest.quads, self.delta
        return (
            known + len(delta.added) - len(delta.removed) if delta.is_recorded and known is not None else None
        )

    def _sizes(self) -> dict[str, int]:
        return {key: n for key, n in sorted(self.sizes.items()) if n or key != DEFAULT_KEY}


def _require_flat(quads: Iterable[ox.Quad]) -> None:
    if any(is_deep(quad.object) for quad in quads):
        raise WriteError(
            f"A triple term is nested more than {DEEPEST_TERM} deep.",
            hint="Give the inner ones names (rdf:reifies), and nest those.",
        )


def merge_files(store: ox.Store, *, come: int, before: int) -> None:
    """Have RocksDB merge the files of a store where so many quads have come that it pays: a generation is
    written once and read many times.
    """
    if come > _LARGE_PART * before:
        store.optimize()


def _link_tree(source: Path, target: Path) -> None:
    target.mkdir()
    for item in source.iterdir():
        if item.is_dir():
            _link_tree(item, target / item.name)
        else:
            link_file(item, target / item.name)

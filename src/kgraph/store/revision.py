"""A revision: a store in which what the project's files say has changed in places, made of a sealed one.

As a draft it begins as a checkpoint by hard links; but it changes the project's graphs, and leaves those of
clients alone. Sizes, sums and the union of the graphs are carried on, quad by quad.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyoxigraph as ox

from kgraph.store.cover import PROJECT, Cover, in_graph
from kgraph.store.generation import Generation
from kgraph.store.hashing import has_blank, hash_of
from kgraph.store.manifest import DEFAULT_KEY, GraphName, graph_key, graph_name
from kgraph.store.workspace import copy_store
from kgraph.vocab import is_apart

__all__ = ["Revision"]


class Revision:
    """A store under revision. ``sizes`` are those of the project's graphs, by IRI; ``weight`` is what its
    quads without blank nodes now add to the canonical hash beyond what they did; ``united`` are the triples
    that came into the union or left it.

    Args:
        base: the generation to start from.
        path: the folder whose ``oxigraph/`` is made.
    """

    def __init__(self, base: Generation, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        copy_store(base.store_path, path / "oxigraph")
        self.base = base
        self.store = ox.Store(str(path / "oxigraph"))
        self.sizes: Counter[str] = Counter(base.manifest.graphs)
        self.weight = 0
        self.united: set[ox.Triple] = set()
        clients = {graph_name(key): size for key, size in base.manifest.client_graphs.items()}
        self._clients: dict[GraphName, int] = {graph_name(DEFAULT_KEY): 0, **clients}
        self._cover = Cover(
            self.store,
            map(graph_name, base.manifest.cover),
            graphs=lambda: self._clients,
            changed=lambda *_: None,
            rewritten=lambda: None,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.flush()
        del self.store, self._cover

    def change(self, *, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> None:
        """Take quads out of the project's graphs, and put quads in, as a store gives them back."""
        coming = dict.fromkeys(added)
        gone = [quad for quad in dict.fromkeys(removed) if quad not in coming and quad in self.store]
        come = [quad for quad in coming if quad not in self.store]
        for quad in gone:
            self.store.remove(quad)
        self.store.extend(come)
        self.sizes.subtract(graph_key(quad.graph_name) for quad in gone)
        self.sizes.update(graph_key(quad.graph_name) for quad in come)
        self.weight += sum(hash_of(quad) for quad in come if not has_blank(quad))
        self.weight -= sum(hash_of(quad) for quad in gone if not has_blank(quad))
        self._unite(dict.fromkeys(quad.triple for quads in (gone, come) for quad in quads))

    def _unite(self, triples: Iterable[ox.Triple]) -> None:
        """Have the union hold of some triples those that a graph of the project holds."""
        changed: list[ox.Triple] = []
        added: list[ox.Quad] = []
        for triple in triples:
            quads = self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
            keys = [graph_key(quad.graph_name) for quad in quads]
            is_held = any(key in self.sizes and not is_apart(key) for key in keys)
            united = in_graph(triple, PROJECT)
            if is_held != (united in self.store):
                changed.append(triple)
                self.united.add(triple)
                if is_held:
                    added.append(united)
                else:
                    self.store.remove(united)
        self.store.extend(added)
        if len(self._clients) > 1 or any(self._clients.values()):
            self._cover.touch(changed)

    def note(self, *, removed: Iterable[Any], added: Iterable[Any]) -> None:
        """Take out and put in notes of how values are written."""
        for quad in removed:
            self.store.remove(quad)
        self.store.extend(added)

    def set_graphs(self, iris: Iterable[str]) -> None:
        """Have the project make these graphs and no others; one that goes must be empty."""
        wanted = set(iris)
        for iri in set(self.sizes) - wanted:
            self.store.remove_graph(ox.NamedNode(iri))
            del self.sizes[iri]
        for iri in wanted - set(self.sizes):
            self.store.add_graph(ox.NamedNode(iri))
            self.sizes[iri] = 0

    def cover(self) -> list[str]:
        """The keys of the cover as it now is."""
        return [graph_key(name) for name in self._cover.names()]

"""Filling a new store from products: bytes that Oxigraph reads by itself, on several threads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

import pyoxigraph as ox

from kgraph.build.products import Product
from kgraph.vocab import UNION_GRAPH, Names, is_apart

__all__ = ["Filler", "graphs_of"]

_PIECE_BYTES: Final = 24 << 20
_UNION: Final = ox.NamedNode(UNION_GRAPH)
_GRAPH: Final = "graph:"


def graphs_of(product: Product) -> Iterator[tuple[str, bytes]]:
    """The graphs of a product by short name, as N-Triples."""
    for name, content in product.parts.items():
        if name.startswith(_GRAPH):
            yield name.removeprefix(_GRAPH), content


class Filler:
    """Fills a store. What stands in a graph of the project goes into the union as well."""

    def __init__(self, store: ox.Store, names: Names) -> None:
        self._store = store
        self._names = names
        self._pieces: dict[tuple[ox.NamedNode | None, ox.RdfFormat], list[bytes]] = {}
        self._sizes: dict[tuple[ox.NamedNode | None, ox.RdfFormat], int] = {}
        self._threads = ThreadPoolExecutor(min(2, os.cpu_count() or 1))
        self._loads: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            for key in list(self._pieces):
                self._load(key)
            self._wait(0)
        self._threads.shutdown()

    def add_product(self, product: Product) -> None:
        """Load the graphs of a product."""
        for graph, content in graphs_of(product):
            self.add_graph(graph, content)

    def add_graph(self, graph: str, content: bytes) -> None:
        """Load N-Triples into a graph of the project. Blank nodes keep their labels."""
        home = ox.NamedNode(self._names.graph(graph))
        targets = (home,) if is_apart(home.value) else (home, _UNION)
        if b"_:" in content:  # which might be in a literal as well: then this is slow, not wrong
            triples = [quad.triple for quad in ox.parse(content, ox.RdfFormat.N_TRIPLES)]
            self._store.bulk_extend(
                ox.Quad(t.subject, t.predicate, t.object, g) for t in triples for g in targets
            )
            return
        for target in targets:
            self._put((target, ox.RdfFormat.N_TRIPLES), content)

    def add_notes(self, content: bytes) -> None:
        """Load notes of how values are written."""
        if b"_:" in content:
            self._store.bulk_extend(ox.parse(content, ox.RdfFormat.N_QUADS))
        else:
            self._put((None, ox.RdfFormat.N_QUADS), content)

    def _put(self, key: tuple[ox.NamedNode | None, ox.RdfFormat], content: bytes) -> None:
        self._pieces.setdefault(key, []).append(content)
        self._sizes[key] = self._sizes.get(key, 0) + len(content)
        if self._sizes[key] >= _PIECE_BYTES:
            self._load(key)

    def _load(self, key: tuple[ox.NamedNode | None, ox.RdfFormat]) -> None:
        content = b"".join(self._pieces.pop(key, ()))
        self._sizes[key] = 0
        graph, form = key
        if content:
            self._wait(3)
            self._loads.append(
                self._threads.submit(self._store.bulk_load, content, form, to_graph=graph, lenient=True)
            )

    def _wait(self, most: int) -> None:
        """Wait until few loads are under way, so that memory holds little."""
        while len(self._loads) > most:
            self._loads.pop(0).result()

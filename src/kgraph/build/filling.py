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
    """Fills a store. What stands in a graph of the project goes into the union as well.

    Every load costs some files of the store, so that the graphs of many articles are loaded together.
    """

    def __init__(self, store: ox.Store, names: Names) -> None:
        self._store = store
        self._names = names
        self._quads = _Piece()
        self._union = _Piece()
        self._threads = ThreadPoolExecutor(min(2, os.cpu_count() or 1))
        self._loads: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._load(0)
            self._wait(0)
        self._threads.shutdown()

    def add_product(self, product: Product) -> None:
        """Load the graphs of a product."""
        for graph, content in graphs_of(product):
            self.add_graph(graph, content)

    def add_graph(self, graph: str, content: bytes) -> None:
        """Load N-Triples as Oxigraph writes them into a graph of the project. Blank nodes keep labels."""
        home = ox.NamedNode(self._names.graph(graph))
        in_union = not is_apart(home.value)
        if b"_:" in content:  # which might be in a literal as well: then this is slow, not wrong
            triples = [quad.triple for quad in ox.parse(content, ox.RdfFormat.N_TRIPLES)]
            targets = (home, _UNION) if in_union else (home,)
            self._store.bulk_extend(
                ox.Quad(t.subject, t.predicate, t.object, g) for t in triples for g in targets
            )
            return
        self._quads.add(content.replace(b" .\n", f" {home} .\n".encode()))
        if in_union:
            self._union.add(content)
        self._load(_PIECE_BYTES)

    def add_notes(self, content: bytes) -> None:
        """Load notes of how values are written."""
        if b"_:" in content:
            self._store.bulk_extend(ox.parse(content, ox.RdfFormat.N_QUADS))
        else:
            self._quads.add(content)
            self._load(_PIECE_BYTES)

    def _load(self, least: int) -> None:
        """Have what has been collected loaded, where it is more than so many bytes."""
        for piece, form, graph in (
            (self._quads, ox.RdfFormat.N_QUADS, None),
            (self._union, ox.RdfFormat.N_TRIPLES, _UNION),
        ):
            if piece.size > least:
                self._wait(3)
                self._loads.append(
                    self._threads.submit(
                        self._store.bulk_load, piece.take(), form, to_graph=graph, lenient=True
                    )
                )

    def _wait(self, most: int) -> None:
        """Wait until few loads are under way, so that memory holds little."""
        while len(self._loads) > most:
            self._loads.pop(0).result()


class _Piece:
    """What is loaded together."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def add(self, content: bytes) -> None:
        self._parts.append(content)
        self.size += len(content)

    def take(self) -> bytes:
        content = b"".join(self._parts)
        self._parts.clear()
        self.size = 0
        return content

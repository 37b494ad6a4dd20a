"""Carrying the graphs of clients over from the current generation into a newly built one.

What clients wrote is in no file of the project, so a build never drops it: where it cannot be read, or
would mix with what the project itself now says, the build stops and says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from kgraph.errors import NoGenerationError, StoreError
from kgraph.store.catalog import Catalog
from kgraph.store.cover import Cover
from kgraph.store.generation import Generation
from kgraph.store.manifest import GraphName, Manifest, graph_key, graph_name

__all__ = ["carry_over", "clients_of"]


def clients_of(catalog: Catalog) -> Generation | None:
    """The current generation, whose graphs of clients the next build must have; None where there is none.

    Raises:
        StoreError: it cannot be read, so nobody knows what clients wrote.
    """
    try:
        return catalog.current()
    except NoGenerationError:
        return None
    except StoreError:
        if catalog.is_bare():
            return None  # the folder of the only generation was deleted, and its clients' graphs with it
        raise


def carry_over(base: Generation, path: Path, manifest: Manifest) -> Manifest:
    """Copy the graphs of clients into the store of a new generation, blank nodes with their labels.

    Raises:
        StoreError: the project now makes a graph of the same name.
    """
    clients = base.manifest.client_graphs
    manifest = replace(manifest, previous=base.id)
    for key in clients:
        if key in manifest.graphs:
            files = ", ".join(manifest.graph_sources.get(key, ())) or "the project's files"
            raise StoreError(
                f"The graph <{key}> holds {clients[key]} triples of clients, and {files} would fill it too.",
                hint="Give the file another name, or move the clients' graph with a SPARQL update: "
                f"MOVE <{key}> TO <…>.",
            )
    if not clients:
        return manifest
    old = ox.Store.read_only(str(base.store_path))
    store = ox.Store(str(path / "oxigraph"))
    names = {graph_name(key): size for key, size in clients.items()}
    for name in names:
        if not isinstance(name, ox.DefaultGraph):
            store.add_graph(name)
    store.bulk_extend(_quads(old, names))
    cover = Cover(store, (), graphs=lambda: names, changed=lambda *_: None, rewritten=lambda: None)
    cover.plan()
    keys = [graph_key(name) for name in cover.names()]
    store.flush()
    return replace(manifest, client_graphs=clients, cover=keys)


def _quads(store: ox.Store, names: Iterable[GraphName]) -> Iterator[ox.Quad]:
    for name in names:
        yield from store.quads_for_pattern(None, None, None, name)

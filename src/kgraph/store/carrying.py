"""Carrying the graphs of clients over from the current generation into a newly built one.

What clients wrote is in no file of the project, so a build never drops it: where it cannot be read, or
would mix with what the project itself now says, the build stops and says what to do. Copying may take long,
so it is done before the right to write is taken; then only those graphs are copied that have changed since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from kgraph.errors import NoGenerationError, StoreError
from kgraph.store.catalog import Catalog
from kgraph.store.cover import Cover
from kgraph.store.draft import Draft, merge_files
from kgraph.store.generation import Generation
from kgraph.store.manifest import GraphName, Manifest, graph_key, graph_name
from kgraph.store.sealing import seal, sync_tree
from kgraph.store.spelling import notes_of_graphs, restore

__all__ = ["carry_over", "catch_up", "clients_of", "require_apart"]


def clients_of(catalog: Catalog) -> Generation | None:
    """The current generation, whose graphs of clients the next build must have; None where there is none.

    Raises:
        StoreError: it cannot be read, or which it is cannot, so nobody knows what clients wrote.
    """
    try:
        return catalog.current()
    except NoGenerationError:
        return None


def carry_over(base: Generation, path: Path, manifest: Manifest) -> Manifest:
    """Copy the graphs of clients into a newly built store, blank nodes with their labels.

    Raises:
        StoreError: the project now makes a graph of the same name.
    """
    clients = base.manifest.client_graphs
    require_apart(clients, manifest)
    if not clients:
        return manifest
    old = ox.Store.read_only(str(base.store_path))
    store = ox.Store(str(path / "oxigraph"))
    names = {graph_name(key): size for key, size in clients.items()}
    for name in names:
        if not isinstance(name, ox.DefaultGraph):
            store.add_graph(name)
    store.bulk_extend(quad for name in names for quad in _quads(old, name))
    store.bulk_extend(notes_of_graphs(old, names))
    cover = Cover(store, (), graphs=lambda: names, changed=lambda *_: None, rewritten=lambda: None)
    cover.plan()
    keys = [graph_key(name) for name in cover.names()]
    merge_files(store, come=sum(clients.values()), before=manifest.triples)
    store.flush()
    del store, cover  # while it is open, files come and go
    sync_tree(path)
    versions = base.manifest.client_versions
    return replace(manifest, client_graphs=clients, client_versions=versions, cover=keys)


def catch_up(current: Generation, prepared: Generation, path: Path, identifier: str) -> Generation:
    """A sealed generation of what has been prepared, with the graphs that clients have changed since.

    Raises:
        StoreError: the project makes a graph of the same name.
    """
    now, then = current.manifest, prepared.manifest
    require_apart(now.client_graphs, then)
    changed = [
        key
        for key in {**then.client_graphs, **now.client_graphs}
        if now.client_versions.get(key) != then.client_versions.get(key)
        or key not in now.client_graphs
        or key not in then.client_graphs
    ]
    if not changed:
        prepared.path.rename(path)
        return seal(path, replace(then, id=identifier, previous=current.id), base=current)
    store = ox.Store.read_only(str(current.store_path))
    with Draft(prepared, path) as draft:
        for key in changed:
            name = graph_name(key)
            old = list(_quads(draft.store, name))
            if key in now.client_graphs:
                draft.change(removed=old, added=restore(store, _quads(store, name)))
                if not draft.has_graph(name):
                    draft.create(name)
            elif draft.has_graph(name):
                draft.drop(name)
        draft.delta.forget()
        return draft.seal(identifier, made_by=then.made_by, previous=current.id)


def require_apart(clients: Mapping[str, int], manifest: Manifest) -> None:
    """Have a build make none of the graphs of clients.

    Raises:
        StoreError: it would.
    """
    for key in clients:
        if key in manifest.graphs:
            files = ", ".join(manifest.graph_sources.get(key, ())) or "the project's files"
            raise StoreError(
                f"The graph <{key}> holds {clients[key]} triples of clients, and {files} would fill it too.",
                hint="Give the file another name, or move the clients' graph with a SPARQL update: "
                f"MOVE <{key}> TO <…>.",
            )


def _quads(store: ox.Store, name: GraphName) -> Iterator[ox.Quad]:
    return store.quads_for_pattern(None, None, None, name)

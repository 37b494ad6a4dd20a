"""Writing the text index of a generation as a whole, from what was kept of its articles."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox

from kgraph.build.examining import passages_of
from kgraph.build.foreign import quads_about
from kgraph.build.products import Product, Products
from kgraph.build.state import Lost, State
from kgraph.errors import StoreError
from kgraph.search import Encoder, NameEntry
from kgraph.search.writing import IndexRevision

__all__ = ["begin_index", "iter_products", "revise_index", "write_whole_index"]


def iter_products(state: State) -> Iterator[Product]:
    """What the examinations of all clusters have made.

    Raises:
        Lost: one of them is not there any more.
    """
    for _, product in state.examinations():
        found = state.products.get(product)
        if found is None:
            raise Lost
        yield found


def begin_index(
    folder: Path,
    products: Path,
    names: Sequence[str],
    encoder: Encoder | None = None,
    vectors: Path | None = None,
) -> None:
    """Begin an index: the passages of some examinations, by the names of their products.

    Args:
        folder: that of the index.
        products: that of the products.
        names: the products.
        encoder: makes the vectors; without one there are none.
        vectors: the folder of an index whose vectors are taken over.

    Raises:
        StoreError: a product is not there any more.
    """
    kept, revision = Products(products), IndexRevision(folder, encoder=encoder, vectors=vectors)
    for name in names:
        if (product := kept.get(name)) is None:
            raise StoreError("A part of the store was deleted while it was needed.", hint="Build again.")
        revision.add_passages(passages_of(product))
    revision.finish()


def write_whole_index(state: State, store: ox.Store, encoder: Encoder | None, earlier: Path | None) -> None:
    """Write the index, or what one that was begun needs more; ``earlier`` is the folder of another, whose
    vectors are taken over.
    """
    folder = state.path / "search"
    if not folder.exists():
        products = [product for _, product in state.examinations()]
        begin_index(folder, state.products_path, products, encoder, earlier)
    revision = IndexRevision(folder)
    for entry in _names(state, store):
        revision.add_name(entry)
    revision.finish()


def _label_reader(state: State, store: ox.Store) -> Callable[..., NameEntry | None]:
    """What tells what a thing is called, by what data say of it."""
    data = {ox.NamedNode(state.names.graph(graph)) for graph in state.graph_files}

    def describe(name: str) -> Iterator[ox.Triple]:
        return (quad.triple for quad in quads_about(store, ox.NamedNode(name), data))

    return state.label_reader(describe)


def _names(state: State, store: ox.Store) -> Iterator[NameEntry]:
    read = _label_reader(state, store)
    done = set[str]()
    for product in iter_products(state):
        for name, labels in json.loads(product.parts["names"]):
            if name not in done and (entry := read(name, labels)):
                done.add(name)
                yield entry
    # What else data describe was named where it was examined, if it is called anything.
    for name in dict.fromkeys(name for name in state.vocabulary.index if not name.startswith("_:")):
        if name not in done and not state.ledger.owners(name) and (entry := read(name)):
            yield entry


def revise_index(
    state: State,
    store: ox.Store,
    names: set[str],
    examined: Sequence[tuple[Product | None, Product | None]],
    earlier: Path,
    encoder: Encoder | None,
) -> None:
    """Carry an index on.

    Args:
        state: the build under way.
        store: the store as it is now.
        names: the things of which something else is said than before.
        examined: the examinations that changed, as they were and as they are.
        earlier: the folder of the index of before.
        encoder: what made its vectors; None where it has none.
    """
    revision = IndexRevision(state.path / "search", earlier, encoder=encoder)
    read = _label_reader(state, store)
    renamed = set(names)
    for was, now in examined:
        old, new = ({p.iri: p for p in passages_of(each)} if each else {} for each in (was, now))
        if old != new:
            revision.remove_articles(old.values())
        labels: list[dict[str, list[str]]] = [_names_of(each) for each in (was, now)]
        used = [{tuple(use) for use in each.header["uses"]} if each else set() for each in (was, now)]
        changed = {
            name for name in labels[0].keys() | labels[1] if labels[0].get(name) != labels[1].get(name)
        }
        changed |= {name for name, _ in used[0] ^ used[1]}
        for name in changed:
            revision.remove_name(name)
            if name in labels[1] and (entry := read(name, labels[1][name])):
                revision.add_name(entry)
        renamed |= {name for name in changed if name not in labels[0] and name not in labels[1]}
    for was, now in examined:
        if now is not None and (was is None or passages_of(was) != passages_of(now)):
            revision.add_passages(passages_of(now))
    for name in renamed:
        if not state.ledger.owners(name):
            revision.remove_name(name)
            if entry := read(name):
                revision.add_name(entry)
    revision.finish()


def _names_of(product: Product | None) -> dict[str, list[str]]:
    return dict(json.loads(product.parts["names"])) if product else {}

"""Writing what a build puts into a generation's folder: the store, its text index, queries and axioms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox

from kgraph.search import Encoder, read_entries, write_index
from kgraph.store.generation import AXIOMS, REMAINDER, Generation
from kgraph.store.manifest import Manifest
from kgraph.store.sealing import seal, sync_tree
from kgraph.store.spelling import is_kept, note_of
from kgraph.vocab import UNION_GRAPH, is_apart, is_drafts

__all__ = ["write_contents", "write_generation"]


def write_generation(
    path: Path,
    graphs: Mapping[str, Sequence[ox.Triple]],
    queries: Mapping[str, str],
    manifest: Manifest,
    *,
    axioms: Iterable[ox.Triple] = (),
    remainder: Iterable[ox.Quad] = (),
) -> Generation:
    """Fill a new folder and seal it. All is on disk on return."""
    write_contents(path, graphs, queries, axioms=axioms, remainder=remainder)
    return seal(path, manifest)


def write_contents(
    path: Path,
    graphs: Mapping[str, Sequence[ox.Triple]],
    queries: Mapping[str, str],
    *,
    axioms: Iterable[ox.Triple] = (),
    remainder: Iterable[ox.Quad] = (),
    encoder: Encoder | None = None,
    earlier: Path | None = None,
) -> None:
    """Fill a new folder with all that a build makes, but for the manifest.

    ``encoder`` makes the vectors of the text index; those of an ``earlier`` index are taken over.
    """
    path.mkdir(parents=True)
    store = ox.Store(str(path / "oxigraph"))
    for iri in graphs:
        store.add_graph(ox.NamedNode(iri))
    # DRAFT: what nobody has reviewed is in no union; nor is what only tools ask for.
    drafts = [triple for iri, triples in graphs.items() if is_drafts(iri) for triple in triples]
    union = dict.fromkeys(
        triple for iri, triples in graphs.items() if not is_apart(iri) for triple in triples
    )
    # One load for all graphs: each costs Oxigraph a file of its own.
    store.bulk_extend(_quads({**graphs, UNION_GRAPH: union}))
    store.extend(note_of(quad) for quad in _quads(graphs) if not is_kept(quad.object))
    store.optimize()
    store.flush()
    del store
    write_index(path / "search", read_entries([*union, *drafts]), encoder=encoder, earlier=earlier)
    (path / "queries").mkdir()
    for name, text in queries.items():
        (path / "queries" / Path(name).name).write_text(text, encoding="utf-8")
    (path / AXIOMS).write_bytes(ox.serialize(axioms, format=ox.RdfFormat.N_TRIPLES) or b"")
    (path / REMAINDER).write_bytes(ox.serialize(remainder, format=ox.RdfFormat.N_QUADS) or b"")
    sync_tree(path)


def _quads(graphs: Mapping[str, Iterable[ox.Triple]]) -> Iterator[ox.Quad]:
    for iri, triples in graphs.items():
        name = ox.NamedNode(iri)
        for triple in triples:
            yield ox.Quad(triple.subject, triple.predicate, triple.object, name)

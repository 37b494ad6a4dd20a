"""A generation: one sealed folder that holds everything the server needs to answer.

    oxigraph/       the store: every named graph, and their union in the graph that no query can name
    search/         the text index over what is said in those graphs
    queries/        the canned queries as they were at the build
    axioms.nt       the ontology that was reasoned with: what proofs are looked for by
    remainder.nq    conclusions that no graph shows, but that reasoning goes on from
    manifest.json   what it was built from, what is in it, its canonical hash; written last

SEALED: nothing in the folder changes once the manifest is there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kgraph.errors import StoreError
from kgraph.search import read_entries, write_index
from kgraph.vocab import UNION_GRAPH

__all__ = ["Generation", "Manifest", "canonical_hash", "write_generation"]

MANIFEST: Final = "manifest.json"
AXIOMS: Final = "axioms.nt"
REMAINDER: Final = "remainder.nq"
#: Raised whenever a build writes something else from the same sources, so that old stores are rebuilt.
FORMAT: Final = 4


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is.

    ``created`` is UTC in ISO 8601; ``sources`` maps each source file to its SHA-256; ``graphs`` each named
    graph's IRI to its number of triples; ``canonical_hash`` is the SHA-256 of the canonical N-Quads
    (RDFC-1.0) of the dataset as the store holds it, without the union graph.
    """

    id: str
    created: str
    title: str
    base_iri: str
    format: int
    versions: Mapping[str, str]
    sources: Mapping[str, str]
    graphs: Mapping[str, int]
    triples: int
    canonical_hash: str
    warnings: int

    def render(self) -> str:
        """The manifest as the JSON that stands in the generation's folder."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Generation:
    """A sealed generation on disk."""

    path: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """Its name, which sorts by the time of its build."""
        return self.manifest.id

    @property
    def store_path(self) -> Path:
        """The folder of the Oxigraph store, for a worker to open read-only."""
        return self.path / "oxigraph"

    @property
    def index_path(self) -> Path:
        """The folder of the text index."""
        return self.path / "search"

    def queries(self) -> list[tuple[str, str]]:
        """The canned queries of this generation: path and text."""
        return [
            (f"queries/{path.name}", path.read_text(encoding="utf-8"))
            for path in sorted((self.path / "queries").glob("*.rq"))
        ]

    def axioms(self) -> list[ox.Triple]:
        """The ontology that this generation was reasoned with."""
        return [quad.triple for quad in ox.parse(path=self.path / AXIOMS, format=ox.RdfFormat.N_TRIPLES)]

    def remainder(self) -> list[ox.Quad]:
        """What was concluded and is in no graph: see :mod:`kgraph.reasoning.remainder`."""
        return list(ox.parse(path=self.path / REMAINDER, format=ox.RdfFormat.N_QUADS))


def load_generation(path: Path) -> Generation:
    """Read a generation's manifest.

    Raises:
        StoreError: there is none, or it is not a manifest of this program.
    """
    try:
        fields: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        return Generation(path, Manifest(**fields))
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(
            f"The generation {path.name} cannot be read: {error}.", hint="Delete it and build again."
        ) from error


def canonical_hash(quads: Iterable[ox.Quad]) -> str:
    """The SHA-256 of a dataset's canonical N-Quads, by RDF Dataset Canonicalization (RDFC-1.0)."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = sorted(f"{quad} .\n" for quad in dataset)
    return sha256("".join(lines).encode()).hexdigest()


def write_generation(
    path: Path,
    graphs: Mapping[str, Sequence[ox.Triple]],
    queries: Mapping[str, str],
    manifest: Manifest,
    *,
    axioms: Iterable[ox.Triple] = (),
    remainder: Iterable[ox.Quad] = (),
) -> Generation:
    """Fill a new folder: the store and its text index first, the manifest last. All is on disk on return."""
    path.mkdir(parents=True)
    store = ox.Store(str(path / "oxigraph"))
    for iri in graphs:
        store.add_graph(ox.NamedNode(iri))
    union = dict.fromkeys(triple for triples in graphs.values() for triple in triples)
    # One load for all graphs: each costs Oxigraph a file of its own.
    store.bulk_extend(_quads({**graphs, UNION_GRAPH: union}))
    store.optimize()
    store.flush()
    del store
    write_index(path / "search", read_entries(union))
    (path / "queries").mkdir()
    for name, text in queries.items():
        (path / "queries" / Path(name).name).write_text(text, encoding="utf-8")
    (path / AXIOMS).write_bytes(ox.serialize(axioms, format=ox.RdfFormat.N_TRIPLES) or b"")
    (path / REMAINDER).write_bytes(ox.serialize(remainder, format=ox.RdfFormat.N_QUADS) or b"")
    (path / MANIFEST).write_text(manifest.render(), encoding="utf-8")
    _sync_tree(path)
    return Generation(path, manifest)


def _quads(graphs: Mapping[str, Iterable[ox.Triple]]) -> Iterator[ox.Quad]:
    for iri, triples in graphs.items():
        name = ox.NamedNode(iri)
        for triple in triples:
            yield ox.Quad(triple.subject, triple.predicate, triple.object, name)


def _sync_tree(path: Path) -> None:
    """Force a folder's files to disk, so that a power cut after the swap finds them whole."""
    for item in [*path.rglob("*"), path]:
        descriptor = os.open(item, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

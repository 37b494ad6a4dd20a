"""A generation: one sealed folder that holds everything the server needs to answer.

    oxigraph/       the store: every graph, and in graphs that no query can name the union of them
    search/         the text index over what is said in the project's graphs
    queries/        the canned queries as they were at the build
    axioms.nt       the ontology that was reasoned with: what proofs are looked for by
    remainder.nq    conclusions that no graph shows, but that reasoning goes on from
    added.nq        what a small write added to the generation that its manifest calls ``base``,
    removed.nq      and what it took away, hidden graphs included
    documents.txt   the names of all things that have a page (:mod:`kgraph.store.documents`)
    ledger.db       which file says what, for the next build to go on from (:mod:`kgraph.build.ledger`)
    SHA256SUMS      the digests of all these files (:mod:`kgraph.store.sums`)
    manifest.json   what it was made from, what is in it, its canonical hash; written last

SEALED: nothing in the folder changes once the manifest is there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kgraph.errors import StoreError
from kgraph.store.documents import Documents
from kgraph.store.hashing import canonical_hash
from kgraph.store.manifest import FORMAT, Manifest

__all__ = ["FORMAT", "Generation", "Manifest", "canonical_hash", "load_generation"]

MANIFEST: Final = "manifest.json"
AXIOMS: Final = "axioms.nt"
REMAINDER: Final = "remainder.nq"
ADDED: Final = "added.nq"
REMOVED: Final = "removed.nq"
LEDGER: Final = "ledger.db"


@dataclass(frozen=True, slots=True)
class Generation:
    """A sealed generation on disk. ``store_path`` is its Oxigraph store, for a worker to open read-only."""

    path: Path
    manifest: Manifest
    store_path: Path = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "store_path", self.path / "oxigraph")  # each request asks for it

    @property
    def id(self) -> str:
        """Its name, which sorts by the time of its making."""
        return self.manifest.id

    @property
    def index_path(self) -> Path:
        """The folder of the text index."""
        return self.path / "search"

    def queries(self) -> list[tuple[str, str]]:
        """The canned queries of this generation: path and text."""
        return [
            (f"queries/{path.name}", path.read_text(encoding="utf-8"))
            for path in sorted((self.path / "queries").glob("*.*"))
        ]

    def documents(self) -> Documents | None:
        """The names of the project's documents; None in a generation of an earlier version."""
        return Documents.read(self.path)

    def axioms(self) -> list[ox.Triple]:
        """The ontology that this generation was reasoned with."""
        return [quad.triple for quad in ox.parse(path=self.path / AXIOMS, format=ox.RdfFormat.N_TRIPLES)]

    def remainder(self) -> list[ox.Quad]:
        """What was concluded and is in no graph: see :mod:`kgraph.reasoning.remainder`."""
        return list(ox.parse(path=self.path / REMAINDER, format=ox.RdfFormat.N_QUADS))


@lru_cache(maxsize=4)
def _read_manifest(path: Path, *_stamp: int) -> Manifest:
    """A manifest, read once while its file stays the same: of a large archive it takes 30 ms."""
    fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Manifest(**fields)


def load_generation(path: Path) -> Generation:
    """Read a generation's manifest.

    Raises:
        StoreError: there is none, or it is not a manifest of this program.
    """
    try:
        file = path / MANIFEST
        status = file.stat()
        return Generation(path, _read_manifest(file, status.st_ino, status.st_size, status.st_mtime_ns))
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(
            f"The generation {path.name} cannot be read: {error}.",
            hint="'kgraph rollback' makes an earlier one current. What clients wrote is in no other place: "
            "delete it only where that may go, and build again.",
        ) from error

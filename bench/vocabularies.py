"""Public vocabularies as their files come: ``python -m bench.vocabularies FOLDER``.

Every file below a folder that may be RDF is read as ``kgraph load`` reads it, and by rdflib; both must have
the same number of triples. Nothing is fetched: the folder holds copies of whatever repositories there are.
What one of both cannot read is listed, with what it says. The exit status is 1 where numbers differ, or where
kgraph alone fails.
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import rdflib

from kgraph.errors import KgraphError
from kgraph.store.loading import Source, recognise
from kgraph.store.spelling import Notebook

#: The ends of names of files that may be RDF, and rdflib's names of their formats.
FORMATS: Final = {
    ".ttl": "turtle",
    ".rdf": "xml",
    ".owl": "xml",
    ".nt": "nt",
    ".n3": "n3",
    ".trig": "trig",
    ".nq": "nquads",
    ".jsonld": "json-ld",
}
_NAMES: Final = {
    ox.RdfFormat.TURTLE: "turtle",
    ox.RdfFormat.RDF_XML: "xml",
    ox.RdfFormat.N_TRIPLES: "nt",
    ox.RdfFormat.N3: "n3",
    ox.RdfFormat.TRIG: "trig",
    ox.RdfFormat.N_QUADS: "nquads",
    ox.RdfFormat.JSON_LD: "json-ld",
}


def main() -> int:
    """Read all files below a folder in both ways."""
    logging.disable(logging.CRITICAL)  # rdflib's, of literals that are none
    folder = Path(sys.argv[1])
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in FORMATS and path.is_file())
    counts: Counter[str] = Counter()
    triples = 0
    for path in files:
        ours, theirs = _count(path), _count_of_rdflib(path)
        outcome = _outcome(ours, theirs)
        counts[outcome] += 1
        triples += ours if isinstance(ours, int) else 0
        if outcome != "same":
            print(f"{path.relative_to(folder)}: {outcome}\n  kgraph: {ours}\n  rdflib: {theirs}")
    print(f"{len(files)} files, {triples:,} triples: {dict(counts)}")
    return any(counts[outcome] for outcome in ("different", "kgraph alone fails"))


def _outcome(ours: int | str, theirs: int | str) -> str:
    if isinstance(ours, int):
        if isinstance(theirs, int):
            return "same" if ours == theirs else "different"
        return "rdflib alone fails"
    return "kgraph alone fails" if isinstance(theirs, int) else "both fail"


def _count(path: Path) -> int | str:
    store = ox.Store()
    try:
        recognise(path).load(store, ox.DefaultGraph(), Notebook(), "http://example.org/base")
    except KgraphError as error:
        return " ".join((error.message, error.hint or ""))[:300]
    return len(store)


def _count_of_rdflib(path: Path) -> int | str:
    try:
        source: Source | None = recognise(path)
    except KgraphError:
        source = None
    name = _NAMES[source.format] if source is not None else FORMATS[path.suffix.lower()]
    dataset = rdflib.Dataset(default_union=True)
    try:
        dataset.parse(path, format=name, publicID="http://example.org/base")
        return len(set(dataset.quads()))
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]


if __name__ == "__main__":
    sys.exit(main())

"""Exports as plain RDF: every graph that a query can see, or one of them, with blank nodes' labels."""

from __future__ import annotations

from functools import partial
from typing import IO

from kgraph.export.source import Source
from kgraph.store.dumping import dump_generation

__all__ = ["write_jsonld", "write_nq", "write_nt", "write_rdf", "write_trig", "write_ttl"]


def _write(format_name: str, source: Source, output: IO[bytes]) -> None:
    """Write all graphs, or the one that is asked for: see :func:`kgraph.store.dumping.dump_generation`."""
    dump_generation(
        source.generation, output, format_name, graph=source.graph, prefixes=source.names.prefixes
    )


write_jsonld = partial(_write, "jsonld")
write_nq = partial(_write, "nq")
write_nt = partial(_write, "nt")
write_rdf = partial(_write, "rdf")
write_trig = partial(_write, "trig")
write_ttl = partial(_write, "ttl")

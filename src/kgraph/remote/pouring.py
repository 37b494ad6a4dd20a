"""A process of its own that writes a generation's store to its standard output, for another engine to load.

    python -m kgraph.remote.pouring STORE LOAD > quads.nq

The quads are those that queries see, and the hidden graphs of the union's cover; the default graph has a name
(queries of the protocol cannot list it otherwise), and notes on spellings stay at home. The first quad says
that a load is under way. The last line of the standard error is a JSON object: how many quads there are, and
of those that SPARQL 1.1 has no form for.

pyoxigraph and the standard library only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from kgraph.vocab import ENGINE_GRAPHS, SPELLING_GRAPH

__all__ = ["DEFAULT", "HOLDS", "LOADS", "STATE", "placed", "pour"]

#: Where the store's default graph stands in an engine, and where it is said what the engine holds.
DEFAULT: Final = ox.NamedNode(f"{ENGINE_GRAPHS}default")
STATE: Final = ox.NamedNode(f"{ENGINE_GRAPHS}state")
#: What is said there: the engine holds all of a load, or a load is under way.
HOLDS: Final = ox.NamedNode(f"{ENGINE_GRAPHS}holds")
LOADS: Final = ox.NamedNode(f"{ENGINE_GRAPHS}loads")
_SPELLINGS: Final = ox.NamedNode(SPELLING_GRAPH)


def placed(quads: Iterator[ox.Quad]) -> Iterator[ox.Quad]:
    """Quads of a store as they stand in an engine."""
    for quad in quads:
        if quad.graph_name == _SPELLINGS:
            continue
        if isinstance(quad.graph_name, ox.DefaultGraph):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, DEFAULT)
        else:
            yield quad


def pour(path: str, load: str) -> None:
    """Write the quads of a store, and what there is of them."""
    counts = {"quads": 0, "strange": 0}

    def counted() -> Iterator[ox.Quad]:
        yield ox.Quad(STATE, LOADS, ox.Literal(load), STATE)
        for quad in placed(iter(ox.Store.read_only(path))):
            counts["quads"] += 1
            counts["strange"] += isinstance(quad.object, ox.Triple) or isinstance(
                quad.graph_name, ox.BlankNode
            )
            yield quad

    ox.serialize(counted(), sys.stdout.buffer, ox.RdfFormat.N_QUADS)
    sys.stdout.buffer.flush()
    sys.stderr.write(json.dumps(counts) + "\n")


if __name__ == "__main__":
    pour(*sys.argv[1:3])

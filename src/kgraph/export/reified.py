"""The dataset in RDF 1.2: what a claim is of, as a triple term (RDF 1.2 Concepts, section 3.1), and back.

    <claim> rdf:reifies <<( subject predicate object )>>

stands in the place of kg:subject, kg:predicate and kg:object or kg:value. A claim that does not have exactly
one of each stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import IO, Final

import pyoxigraph as ox

from kgraph.export.source import Source
from kgraph.vocab import KG, RDF

__all__ = ["plain", "reified", "write_rdf12"]

REIFIES: Final = ox.NamedNode(RDF + "reifies")
_SUBJECT: Final = ox.NamedNode(KG + "subject")
_PREDICATE: Final = ox.NamedNode(KG + "predicate")
_OBJECT: Final = ox.NamedNode(KG + "object")
_VALUE: Final = ox.NamedNode(KG + "value")
_ALL: Final = frozenset({_SUBJECT, _PREDICATE, _OBJECT, _VALUE})


def write_rdf12(source: Source, output: IO[bytes]) -> None:
    """Write all graphs, in TriG 1.2."""
    ox.serialize(reified(source.quads()), output, ox.RdfFormat.TRIG, prefixes=source.names.prefixes)


def reified(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Quads with claims as reifiers. The quads of a graph come together; claims of one graph are held."""
    for graph, of_graph in groupby(quads, key=lambda quad: quad.graph_name):
        claims: dict[object, list[ox.Quad]] = {}
        for quad in of_graph:
            if quad.predicate in _ALL:
                claims.setdefault(quad.subject, []).append(quad)
            else:
                yield quad
        for parts in claims.values():
            triple = _triple(parts)
            if triple is None:
                yield from parts
            else:
                yield ox.Quad(parts[0].subject, REIFIES, triple, graph)


def _triple(parts: list[ox.Quad]) -> ox.Triple | None:
    said = {quad.predicate: quad.object for quad in parts}
    subject, predicate = said.get(_SUBJECT), said.get(_PREDICATE)
    value = said.get(_OBJECT) or said.get(_VALUE)
    if len(parts) != 3 or value is None or isinstance(value, ox.Triple):
        return None
    if not isinstance(subject, ox.NamedNode | ox.BlankNode) or not isinstance(predicate, ox.NamedNode):
        return None
    is_value = _VALUE in said
    return ox.Triple(subject, predicate, value) if is_value == isinstance(value, ox.Literal) else None


def plain(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """The quads with reifiers as claims again."""
    for quad in quads:
        if quad.predicate != REIFIES or not isinstance(quad.object, ox.Triple):
            yield quad
            continue
        triple = quad.object
        last = _VALUE if isinstance(triple.object, ox.Literal) else _OBJECT
        for predicate, term in (
            (_SUBJECT, triple.subject),
            (_PREDICATE, triple.predicate),
            (last, triple.object),
        ):
            yield ox.Quad(quad.subject, predicate, term, quad.graph_name)

"""From pyoxigraph's terms to rdflib's: for pySHACL, and for owlrl in the tests."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox
import rdflib

__all__ = ["from_rdflib", "to_rdflib"]


def to_rdflib(triples: Iterable[ox.Triple]) -> rdflib.Graph:
    """A graph of the same triples. Blank nodes keep their identifiers.

    Raises:
        ValueError: a triple term (RDF 1.2), which rdflib 7 cannot hold.
    """
    graph = rdflib.Graph(bind_namespaces="none")
    known: dict[object, rdflib.term.Node] = {}

    def convert(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> rdflib.term.Node:
        node = known.get(term)
        if node is None:
            node = known[term] = _node(term)
        return node

    for triple in triples:
        graph.add((convert(triple.subject), convert(triple.predicate), convert(triple.object)))
    return graph


def _node(term: object) -> rdflib.term.Node:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)
    raise ValueError("a triple term (RDF 1.2) cannot be checked or reasoned over yet")


def from_rdflib(node: rdflib.term.Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """The same term in pyoxigraph.

    Raises:
        ValueError: the node is no RDF 1.1 term (a variable, or a malformed IRI).
    """
    if isinstance(node, rdflib.URIRef):
        return ox.NamedNode(str(node))
    if isinstance(node, rdflib.BNode):
        return ox.BlankNode(str(node))
    if isinstance(node, rdflib.Literal):
        if node.language:
            return ox.Literal(str(node), language=node.language)
        return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype)) if node.datatype else None)
    raise ValueError(f"{node!r} is no RDF term")

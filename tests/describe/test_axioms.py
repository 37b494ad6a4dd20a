"""Axioms in words: each form that an ontology of ours or somebody else's may have."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kgraph.describe.axioms import axioms_of
from kgraph.project.index import TripleIndex

PREFIXES = """
@prefix : <urn:x:> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
AXIOMS = {
    ":t a owl:TransitiveProperty .": ["It is transitive: it passes on from each thing to the next."],
    ":t a owl:FunctionalProperty .": ["It is functional: a thing has at most one."],
    ":t owl:propertyChainAxiom ( :p :q ) .": ["If x p y, and y q z, then x t z."],
    ":t owl:propertyChainAxiom ( :p :q :r ) .": ["If x p y, and y q z, and z r u, then x t u."],
    ":t owl:propertyChainAxiom ( [ owl:inverseOf :p ] :q ) .": ["It follows from a chain of properties."],
    ":t owl:equivalentClass [ owl:intersectionOf ( :A :B :C ) ] .": ["It is the same as A, B and C."],
    ":t owl:equivalentClass [ owl:unionOf ( :A :B ) ] .": ["It is the same as A or B."],
    ":t owl:equivalentClass [ owl:oneOf ( :a ) ] .": ["It is the same as a."],
    ":t owl:equivalentClass [ owl:complementOf :A ] .": ["It is the same as not A."],
    ":t owl:equivalentClass [ owl:onProperty :p ; owl:hasValue 'v' ] .": [
        "It is the same as whatever has p “v”."
    ],
    ":t rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :A ] .": [
        "Each is whatever has as p some A."
    ],
    ":t rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :A ] .": [
        "Each is whatever has as p nothing but A."
    ],
    ":t rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 1 ] .": [
        "Each is whatever has at most 1 p."
    ],
    ":t rdfs:subClassOf [ owl:onProperty :p ] .": ["Each is whatever is restricted in p."],
    ":t rdfs:subClassOf [] .": ["Each is something."],
    ":t rdfs:subClassOf :A .": [],
    ":t owl:disjointWith :A .": ["Nothing is both this and A."],
    "[] a owl:AllDisjointClasses ; owl:members ( :A :t :B ) .": ["Nothing is both this and A or B."],
    "[] a owl:AllDisjointClasses ; owl:members ( :A :B ) .": [],
}


@pytest.mark.parametrize(("turtle", "words"), AXIOMS.items())
def test_an_axiom_in_words(turtle: str, words: list[str]) -> None:
    index = TripleIndex(quad.triple for quad in ox.parse(PREFIXES + turtle, ox.RdfFormat.TURTLE))
    phrases = [
        "".join(piece if isinstance(piece, str) else piece.value.removeprefix("urn:x:") for piece in phrase)
        for phrase in axioms_of("urn:x:t", index)
    ]
    assert phrases == words


def test_a_list_that_bites_its_tail_comes_to_an_end() -> None:
    cell, rdf = ox.BlankNode("c"), "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    union = ox.BlankNode("u")
    owl = "http://www.w3.org/2002/07/owl#"
    index = TripleIndex(
        [
            ox.Triple(ox.NamedNode("urn:x:t"), ox.NamedNode(f"{owl}equivalentClass"), union),
            ox.Triple(union, ox.NamedNode(f"{owl}unionOf"), cell),
            ox.Triple(cell, ox.NamedNode(f"{rdf}first"), union),
            ox.Triple(cell, ox.NamedNode(f"{rdf}rest"), cell),
        ]
    )
    assert list(axioms_of("urn:x:t", index)) == [("It is the same as ", "…", ".")]

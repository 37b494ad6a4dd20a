"""owlrl as it comes, as the judge of what follows: the same question, answered by other people's code.

Where the two differ for a known reason, the question or the answer is adjusted here, and nowhere else:

* reflexive ``owl:sameAs`` (eq-ref), literal subjects and conclusions about the ontology's own terms are not
  kept; owlrl itself calls the first two by-products;
* eq-diff2, eq-diff3 and prp-adp miss the last member of a list in owlrl: it is given one more;
* prp-key compares all keys but the last in owlrl: the last is given twice;
* owlrl knows no dt-diff: two values of a functional datatype property are no contradiction to it, so none
  of the questions has such a property;
* what is owl:Nothing is everything (scm-cls): a contradiction anyway, so what follows is not compared;
* nothing concludes datatypes of literals: there are no datatype axioms.
"""

from __future__ import annotations

from collections.abc import Iterable

import owlrl
import pyoxigraph as ox
import rdflib
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS

from kgraph.project.rdflib_graph import from_rdflib, to_rdflib

ERROR = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
PREFIXES = """\
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <urn:t:> .
"""


def parse(turtle: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(PREFIXES + turtle, ox.RdfFormat.TURTLE)]


def closure(ontology: Iterable[ox.Triple], facts: Iterable[ox.Triple]) -> tuple[set[ox.Triple], list[str]]:
    """What owlrl concludes about individuals in the ontology's terms, and its contradictions."""
    axioms = to_rdflib(ontology)
    given = axioms + to_rdflib(facts)
    graph = rdflib.Graph()
    graph += given
    _mend_lists(graph)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(
        graph
    )
    terms = set(axioms.subjects())
    classes = set(axioms.subjects(RDF.type, OWL.Class)) | set(axioms.subjects(RDF.type, RDFS.Class))
    properties = set(axioms.subjects(RDF.type, OWL.ObjectProperty))
    properties |= set(axioms.subjects(RDF.type, OWL.DatatypeProperty))
    found = set()
    for s, p, o in graph:
        about_individuals = isinstance(s, rdflib.URIRef) and s not in terms and (s, p, o) not in given
        in_own_terms = (
            p in properties
            or (p == RDF.type and o in classes and isinstance(o, rdflib.URIRef))
            or (p == OWL.sameAs and s != o)
        )
        if about_individuals and in_own_terms:
            found.add(ox.Triple(from_rdflib(s), from_rdflib(p), from_rdflib(o)))  # type: ignore[arg-type]
    return found, sorted(map(str, graph.objects(None, ERROR)))


def _mend_lists(graph: rdflib.Graph) -> None:
    for kind in (OWL.AllDifferent, OWL.AllDisjointProperties):
        for axiom in list(graph.subjects(RDF.type, kind)):
            for name in (OWL.members, OWL.distinctMembers):
                for head in list(graph.objects(axiom, name)):
                    Collection(graph, head).append(rdflib.BNode())
    for head in list(graph.objects(None, OWL.hasKey)):
        keys = Collection(graph, head)
        keys.append(keys[len(keys) - 1])

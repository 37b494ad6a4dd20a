"""The engine leaves out what costs time and changes nothing: plain owlrl is the oracle that proves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import owlrl
import pyoxigraph as ox
import rdflib
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kgraph.project.index import TripleIndex
from kgraph.project.listing import Role
from kgraph.project.rdflib_graph import from_rdflib, to_rdflib
from kgraph.reasoning import close, is_reasoned_over
from kgraph.vocab import KG, OWL, OWL_SAME_AS, RDF, RDF_TYPE, RDFS, XSD

if TYPE_CHECKING:
    from tests.conftest import Reference

E = "http://example.org/"
ERROR = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")


def plain(axioms: list[ox.Triple], facts: list[ox.Triple]) -> tuple[set[ox.Triple], set[str]]:
    """What owlrl concludes, untouched: the kept conclusions by the rules of closure.py, and the errors.

    Shortcuts of the lexicon, which owlrl does not know, are added in turns with it until nothing is new.
    """
    graph = to_rdflib([*axioms, *facts])
    while True:
        owlrl.DeductiveClosure(
            owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False, rdfs_closure=False
        ).expand(graph)
        new = [conclusion for conclusion in shortcuts(graph) if conclusion not in graph]
        if not new:
            break
        for conclusion in new:
            graph.add(conclusion)
    index = TripleIndex(axioms)
    properties = {
        iri for kind in ("ObjectProperty", "DatatypeProperty") for iri in index.instances(OWL + kind)
    }
    classes = {iri for kind in (OWL + "Class", RDFS + "Class") for iri in index.instances(kind)}
    known = {*axioms, *facts}
    errors = {str(message) for message in graph.objects(None, ERROR)}
    reports = set(graph.subjects(ERROR, None))
    kept = set()
    for s, p, o in graph:
        if (
            isinstance(s, rdflib.Literal)
            or not isinstance(p, rdflib.URIRef)
            or s in reports
            or str(s) in index
        ):
            continue
        if p == rdflib.RDF.type:
            keep = str(o) in classes and not isinstance(o, rdflib.Literal)
        elif p == rdflib.OWL.sameAs:
            keep = s != o
        else:
            keep = str(p) in properties
        if keep:
            triple = ox.Triple(from_rdflib(s), ox.NamedNode(str(p)), from_rdflib(o))  # type: ignore[arg-type]
            if triple not in known:
                kept.add(triple)
    return kept, errors


def shortcuts(graph: rdflib.Graph) -> Iterator[tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node]]:
    """What kg-shortcut concludes at once, read off the ontology in the plainest way."""
    kg = rdflib.Namespace(KG)
    for shortcut, cls in graph.subject_objects(kg.shortcutOf):
        above = set(graph.transitive_objects(cls, rdflib.RDFS.subClassOf))
        for one in graph.objects(shortcut, kg.shortcutFrom):
            for other in graph.objects(shortcut, kg.shortcutTo):
                for eventuality in graph.subjects(rdflib.RDF.type, cls):
                    phases = set(graph.objects(eventuality, kg.phase)) - {kg.ended}
                    holds = any((phase, rdflib.SKOS.inScheme, kg.phases) in graph for phase in phases)
                    if kg.Event in above or (kg.State in above and holds):
                        for subject in graph.objects(eventuality, one):
                            for value in graph.objects(eventuality, other):
                                if not isinstance(subject, rdflib.Literal):
                                    yield subject, shortcut, value


def agree(axioms: Iterable[ox.Triple], facts: Iterable[ox.Triple]) -> None:
    rules, premises = list(axioms), list(facts)
    kept, errors = plain(rules, premises)
    closure = close(rules, premises, premises)
    assert bool(closure.contradictions) == bool(errors), (closure.contradictions, errors)
    if not errors:  # a contradiction makes all of it worthless
        assert set(closure.inferred) == kept


def read(turtle: str) -> list[ox.Triple]:
    prefixes = (
        f"@prefix : <{E}> . @prefix owl: <{OWL}> . @prefix rdf: <{RDF}> . @prefix rdfs: <{RDFS}> . "
        f"@prefix xsd: <{XSD}> .\n"
    )
    return [quad.triple for quad in ox.parse(prefixes + turtle, ox.RdfFormat.TURTLE)]


def test_on_the_reference_project_nothing_is_lost_and_nothing_added(reference: Reference) -> None:
    subject = reference.inspection.subject
    axioms = [triple for file in subject.project.files(Role.ONTOLOGY) for triple in file.triples]
    facts = [
        triple
        for name, triples in subject.graphs.items()
        if name != "ontology" and is_reasoned_over(name)
        for triple in triples
    ] + reference.inspection.graphs["stated"]
    kept, errors = plain(axioms, facts)
    asserted = {triple for triples in subject.graphs.values() for triple in triples}
    assert errors == set()
    assert reference.graph("inferred") == kept - asserted


DECLARATIONS = (
    " ".join(f":C{n} a owl:Class ." for n in range(4))
    + " ".join(f":p{n} a owl:ObjectProperty ." for n in range(4))
    + " ".join(f":d{n} a owl:DatatypeProperty ." for n in range(3))
    + ' :C0 rdfs:label "a class" .'
)
classes = st.sampled_from([f":C{n}" for n in range(4)])
links = st.sampled_from([f":p{n}" for n in range(4)])
values = st.sampled_from([f":d{n}" for n in range(3)])
things = st.sampled_from([f":i{n}" for n in range(4)])
literals = st.sampled_from(['"a"', '"b"@en', "1", "1.5", "true", '"2001-01-01T00:00:00"^^xsd:dateTime'])


def shaped(template: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.fixed_dictionaries(parts).map(lambda given: template.format(**given))


axioms_of_rl = st.one_of(
    shaped("{a} rdfs:subClassOf {b} .", a=classes, b=classes),
    shaped("{a} owl:equivalentClass {b} .", a=classes, b=classes),
    shaped("{a} owl:disjointWith {b} .", a=classes, b=classes),
    shaped("[] a owl:AllDisjointClasses ; owl:members ( {a} {b} ) .", a=classes, b=classes),
    shaped(
        "[ owl:onProperty {p} ; owl:someValuesFrom {a} ] rdfs:subClassOf {b} .", p=links, a=classes, b=classes
    ),
    shaped("[ owl:onProperty {p} ; owl:hasValue {i} ] rdfs:subClassOf {b} .", p=links, i=things, b=classes),
    shaped(
        "[ owl:onProperty {d} ; owl:hasValue {v} ] rdfs:subClassOf {b} .", d=values, v=literals, b=classes
    ),
    shaped("{a} rdfs:subClassOf [ owl:onProperty {p} ; owl:hasValue {i} ] .", p=links, i=things, a=classes),
    shaped(
        "{a} rdfs:subClassOf [ owl:onProperty {d} ; owl:hasValue {v} ] .", d=values, v=literals, a=classes
    ),
    shaped(
        "{a} rdfs:subClassOf [ owl:onProperty {p} ; owl:allValuesFrom {b} ] .", p=links, a=classes, b=classes
    ),
    shaped("{a} rdfs:subClassOf [ owl:onProperty {p} ; owl:maxCardinality 1 ] .", p=links, a=classes),
    shaped("[ owl:intersectionOf ( {a} {b} ) ] rdfs:subClassOf {c} .", a=classes, b=classes, c=classes),
    shaped("[ owl:unionOf ( {a} {b} ) ] rdfs:subClassOf {c} .", a=classes, b=classes, c=classes),
    shaped("{p} rdfs:subPropertyOf {q} .", p=links, q=links),
    shaped("{d} rdfs:subPropertyOf {e} .", d=values, e=values),
    shaped("{p} owl:equivalentProperty {q} .", p=links, q=links),
    shaped("{p} owl:inverseOf {q} .", p=links, q=links),
    shaped("{p} owl:propertyDisjointWith {q} .", p=links, q=links),
    shaped("{p} owl:propertyChainAxiom ( {q} {r} ) .", p=links, q=links, r=links),
    shaped("{p} rdfs:domain {a} .", p=links, a=classes),
    shaped("{p} rdfs:range {a} .", p=links, a=classes),
    shaped("{d} rdfs:domain {a} .", d=values, a=classes),
    shaped("{d} rdfs:domain [ owl:intersectionOf ( {a} {b} ) ] .", d=values, a=classes, b=classes),
    shaped(
        "{p} a owl:{kind} .",
        p=links,
        kind=st.sampled_from(
            [
                f"{kind}Property"
                for kind in ("Transitive", "Symmetric", "Functional", "Irreflexive", "Asymmetric")
            ]
        ),
    ),
    shaped("{p} a owl:InverseFunctionalProperty .", p=links),
)
facts_of_any_kind = st.one_of(
    shaped("{i} a {a} .", i=things, a=classes),
    shaped("{i} {p} {j} .", i=things, p=links, j=things),
    shaped("{i} {d} {v} .", i=things, d=values, v=literals),
    shaped('{i} rdfs:label "name" .', i=things),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    axioms=st.lists(axioms_of_rl, min_size=1, max_size=7),
    facts=st.lists(facts_of_any_kind, min_size=1, max_size=9),
)
@example(  # a property that nothing is said of, carried over by identity
    axioms=[":p0 a owl:FunctionalProperty ."], facts=[":i0 :p0 :i1 , :i2 .", ':i1 :p3 :i0 ; :d2 "a" .']
)
@example(  # a datatype property with a domain alone, whose values no rule but prp-dom can use
    axioms=[":d0 rdfs:domain :C0 .", ":C0 rdfs:subClassOf :C1 ."], facts=[':i0 :d0 "a" .', ":i1 :d0 1 ."]
)
@example(axioms=[":d0 rdfs:domain [ owl:intersectionOf ( :C0 :C1 ) ] ."], facts=[':i0 :d0 "a" .'])
@example(axioms=[":d0 rdfs:subPropertyOf :d1 .", ":d0 rdfs:domain :C0 ."], facts=[':i0 :d0 "a" .'])
@example(
    axioms=[":d0 rdfs:domain :C0 .", ":d1 rdfs:subPropertyOf :d0 ."], facts=[':i0 :d1 "a" .', ":i1 :d0 :i0 ."]
)
def test_on_any_small_ontology_nothing_is_lost_and_nothing_added(axioms: list[str], facts: list[str]) -> None:
    agree(read(DECLARATIONS + "\n".join(axioms)), read("\n".join(facts)))


def test_reflexive_identity_and_literal_subjects_never_come_out() -> None:
    axioms = read(
        DECLARATIONS + ":p0 a owl:FunctionalProperty . :d0 rdfs:range xsd:integer ; rdfs:domain :C0 ."
    )
    facts = read(":i0 :p0 :i1 , :i2 ; :d0 1 .")
    inferred = close(axioms, facts, facts).inferred
    one, other, same = ox.NamedNode(E + "i1"), ox.NamedNode(E + "i2"), ox.NamedNode(OWL_SAME_AS)
    assert {t for t in inferred if t.predicate == same} == {
        ox.Triple(one, same, other),
        ox.Triple(other, same, one),
    }
    assert ox.Triple(ox.NamedNode(E + "i0"), ox.NamedNode(RDF_TYPE), ox.NamedNode(E + "C0")) in inferred
    assert not any(isinstance(t.subject, ox.Literal) for t in inferred)


CONTRADICTIONS = {
    ":C0 owl:disjointWith :C1 .": (":i0 a :C0 , :C1 .", {"i0", "C0", "C1"}),
    "[] a owl:AllDisjointClasses ; owl:members ( :C0 :C1 :C2 ) .": (":i0 a :C1 , :C2 .", {"i0", "C1", "C2"}),
    ":p0 a owl:IrreflexiveProperty .": (":i0 :p0 :i0 .", {"i0", "p0"}),
    ":p0 a owl:AsymmetricProperty .": (":i0 :p0 :i1 . :i1 :p0 :i0 .", {"i0", "i1", "p0"}),
    ":p0 owl:propertyDisjointWith :p1 .": (":i0 :p0 :i1 ; :p1 :i1 .", {"i0", "i1", "p0", "p1"}),
    ":C0 rdfs:subClassOf owl:Nothing .": (":i0 a :C0 .", {"i0"}),
    ":p0 a owl:FunctionalProperty . :i1 owl:differentFrom :i2 .": (":i0 :p0 :i1 , :i2 .", {"i1", "i2"}),
    ":p0 a owl:FunctionalProperty . [] a owl:AllDifferent ; owl:members ( :i1 :i2 ) .": (
        ":i0 :p0 :i1 , :i2 .",
        {"i1", "i2"},
    ),
    ":p0 a owl:FunctionalProperty . [] a owl:AllDifferent ; owl:distinctMembers ( :i1 :i2 :i3 ) .": (
        ":i0 :p0 :i1 , :i3 .",
        {"i1", "i3"},
    ),
}


def test_a_contradiction_names_what_contradicts() -> None:
    for axioms, (facts, names) in CONTRADICTIONS.items():
        premises = read(facts)
        closure = close(read(DECLARATIONS + axioms), premises, premises)
        assert closure.contradictions, axioms
        named = {iri for contradiction in closure.contradictions for iri in contradiction.involved}
        assert {E + name for name in names} <= named, axioms


def test_asserted_triples_are_never_inferred_and_editorial_graphs_never_reasoned_over() -> None:
    axioms = read(DECLARATIONS + ":C0 rdfs:subClassOf :C1 .")
    facts = read(":i0 a :C0 .")
    said_elsewhere = read(":i0 a :C1 .")
    assert len(close(axioms, facts, facts).inferred) == 1
    assert close(axioms, facts, [*facts, *said_elsewhere]).inferred == ()
    assert not is_reasoned_over("editorial")
    assert not is_reasoned_over("links")
    assert is_reasoned_over("gazetteer")


def test_without_axioms_or_without_facts_nothing_follows() -> None:
    axioms, facts = read(DECLARATIONS + ":C0 rdfs:subClassOf :C1 ."), read(":i0 a :C0 .")
    assert close([], facts, facts).inferred == ()
    assert close(axioms, [], []).inferred == ()


SHORTCUTS = (
    f"@prefix kg: <{KG}> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> . "
    + " ".join(f"kg:{name} skos:inScheme kg:phases ." for name in ("begun", "ongoing", "ended"))
    + " kg:phase a owl:ObjectProperty . kg:Event a owl:Class . kg:State a owl:Class . "
    + ":C0 rdfs:subClassOf kg:Event . :C1 rdfs:subClassOf kg:State . :C2 rdfs:subClassOf :C1 . "
)
shortcut_axioms = shaped(
    "{p} kg:shortcutOf {c} ; kg:shortcutFrom {r} ; kg:shortcutTo {s} .", p=links, c=classes, r=links, s=links
)
phases = st.sampled_from(["kg:begun", "kg:ongoing", "kg:ended", ":i0"])
eventualities = st.one_of(
    shaped("{i} a {c} .", i=things, c=classes),
    shaped("{i} {p} {j} .", i=things, p=links, j=things),
    shaped("{i} kg:phase {h} .", i=things, h=phases),
)


@given(st.lists(shortcut_axioms, min_size=1, max_size=3), st.lists(eventualities, min_size=1, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_shortcuts_follow_from_events_and_from_states_that_hold(axioms: list[str], facts: list[str]) -> None:
    agree(read(DECLARATIONS + SHORTCUTS + " ".join(axioms)), read(f"@prefix kg: <{KG}> . " + " ".join(facts)))

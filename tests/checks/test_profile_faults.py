"""The OWL 2 RL profile (OWL 2 Profiles, section 4.2): what is outside it is found, what is in it passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgraph.checks import load_subject
from kgraph.checks.profile import check_profile
from kgraph.problems import Problem
from kgraph.project import read_project
from kgraph.settings import load_settings

PREFIXES = """\
@prefix :     <https://w3id.org/kgraph/ontology#> .
@prefix owl:  <http://www.w3.org/2002/07/owl#> .
@prefix rdf:  <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd:  <http://www.w3.org/2001/XMLSchema#> .
:A a owl:Class . :B a owl:Class . :C a owl:Class .
:p a owl:ObjectProperty . :q a owl:ObjectProperty . :r a owl:ObjectProperty . :d a owl:DatatypeProperty .
"""

OUTSIDE = {
    "existential on the right": ":A rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :B ] .",
    "existential in an intersection on the right": """
        :A rdfs:subClassOf [ owl:intersectionOf ( :B [ owl:onProperty :p ; owl:someValuesFrom :C ] ) ] .""",
    "universal on the left": "[ owl:onProperty :p ; owl:allValuesFrom :B ] rdfs:subClassOf :A .",
    "complement on the left": "[ owl:complementOf :B ] rdfs:subClassOf :A .",
    "complement of a universal": """
        :A rdfs:subClassOf [ owl:complementOf [ owl:onProperty :p ; owl:allValuesFrom :B ] ] .""",
    "union on the right": ":A rdfs:subClassOf [ owl:unionOf ( :B :C ) ] .",
    "union as a range": ":p rdfs:range [ owl:unionOf ( :B :C ) ] .",
    "union as a domain": ":p rdfs:domain [ owl:unionOf ( :B :C ) ] .",
    "union in an equivalence": ":A owl:equivalentClass [ owl:unionOf ( :B :C ) ] .",
    "union on a named class": ":A owl:unionOf ( :B :C ) .",
    "enumeration on the right": ":A rdfs:subClassOf [ owl:oneOf ( :a :b ) ] .",
    "enumeration in an equivalence": ":A owl:equivalentClass [ owl:oneOf ( :a :b ) ] .",
    "existential in an equivalence": """
        :A owl:equivalentClass [ owl:onProperty :p ; owl:someValuesFrom :B ] .""",
    "exact cardinality": ':A rdfs:subClassOf [ owl:onProperty :p ; owl:cardinality "1"^^xsd:integer ] .',
    "exact qualified cardinality": """
        :A rdfs:subClassOf [ owl:onProperty :p ; owl:onClass :B ; owl:qualifiedCardinality 1 ] .""",
    "minimum cardinality on the right": ":A rdfs:subClassOf [ owl:onProperty :p ; owl:minCardinality 1 ] .",
    "minimum cardinality on the left": "[ owl:onProperty :p ; owl:minCardinality 1 ] rdfs:subClassOf :A .",
    "maximum cardinality of two": ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 2 ] .",
    "maximum cardinality on the left": "[ owl:onProperty :p ; owl:maxCardinality 1 ] rdfs:subClassOf :A .",
    "maximum cardinality of what is a universal": """
        :A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 1 ;
                             owl:onClass [ owl:onProperty :q ; owl:allValuesFrom :B ] ] .""",
    "key of a universal": "[ owl:onProperty :p ; owl:allValuesFrom :B ] owl:hasKey ( :q ) .",
    "key of everything": "owl:Thing owl:hasKey ( :q ) .",
    "self restriction": ":A rdfs:subClassOf [ owl:onProperty :p ; owl:hasSelf true ] .",
    "self restriction on the left": "[ owl:onProperty :p ; owl:hasSelf true ] rdfs:subClassOf :A .",
    "disjoint union": ":A owl:disjointUnionOf ( :B :C ) .",
    "disjointness with a universal": ":A owl:disjointWith [ owl:onProperty :p ; owl:allValuesFrom :B ] .",
    "disjointness of a list with a universal": """
        [] a owl:AllDisjointClasses ;
           owl:members ( :A [ owl:onProperty :p ; owl:allValuesFrom :B ] ) .""",
    "owl:Thing on the left": "owl:Thing rdfs:subClassOf :A .",
    "owl:Thing as an equivalent": ":A owl:equivalentClass owl:Thing .",
    "xsd:date as a range": ":d rdfs:range xsd:date .",
    "xsd:gYear as a range": ":d rdfs:range xsd:gYear .",
    "duration in a universal": ":A rdfs:subClassOf [ owl:onProperty :d ; owl:allValuesFrom xsd:duration ] .",
    "xsd:date in an existential": "[ owl:onProperty :d ; owl:someValuesFrom xsd:date ] rdfs:subClassOf :A .",
    "restricted datatype as a range": """
        :d rdfs:range [ a rdfs:Datatype ; owl:onDatatype xsd:integer ;
                        owl:withRestrictions ( [ xsd:minInclusive 1 ] ) ] .""",
    "reflexive property": ":p a owl:ReflexiveProperty .",
    "functional transitive property": ":p a owl:TransitiveProperty , owl:FunctionalProperty .",
    "inverse-functional chained property": """
        :p owl:propertyChainAxiom ( :q :r ) ; a owl:InverseFunctionalProperty .""",
    "asymmetric superproperty of a transitive one": """
        :p a owl:TransitiveProperty ; rdfs:subPropertyOf :q . :q a owl:AsymmetricProperty .""",
    "irreflexive inverse of a transitive one": """
        :p a owl:TransitiveProperty . :q owl:inverseOf :p ; a owl:IrreflexiveProperty .""",
    "disjoint transitive property": ":p a owl:TransitiveProperty ; owl:propertyDisjointWith :q .",
    "disjoint with a transitive one": ":p a owl:TransitiveProperty . :q owl:propertyDisjointWith :p .",
    "transitive among properties that are all disjoint": """
        :p a owl:TransitiveProperty . [] a owl:AllDisjointProperties ; owl:members ( :p :q ) .""",
}

INSIDE = {
    "subclass": ":A rdfs:subClassOf :B .",
    "existential on the left": "[ owl:onProperty :p ; owl:someValuesFrom :B ] rdfs:subClassOf :A .",
    "existential of owl:Thing on the left": """
        [ owl:onProperty :p ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf :A .""",
    "existential of a datatype on the left": """
        [ owl:onProperty :d ; owl:someValuesFrom xsd:integer ] rdfs:subClassOf :A .""",
    "union on the left": "[ owl:unionOf ( :B :C ) ] rdfs:subClassOf :A .",
    "enumeration on the left": "[ owl:oneOf ( :a :b ) ] rdfs:subClassOf :A .",
    "intersection with a value on the left": """
        [ owl:intersectionOf ( :B [ owl:onProperty :p ; owl:hasValue :a ] ) ] rdfs:subClassOf :A .""",
    "universal on the right": ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ] .",
    "universal of a datatype on the right": """
        :A rdfs:subClassOf [ owl:onProperty :d ; owl:allValuesFrom xsd:string ] .""",
    "value on the right": ":A rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue :a ] .",
    "complement on the right": ":A rdfs:subClassOf [ owl:complementOf :B ] .",
    "owl:Nothing on the right": ":A rdfs:subClassOf owl:Nothing .",
    "maximum cardinality of one": ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 1 ] .",
    "maximum cardinality of none": """
        :A rdfs:subClassOf [ owl:onProperty :p ; owl:onClass :B ; owl:maxQualifiedCardinality 0 ] .""",
    "equivalence to an intersection": """
        :A owl:equivalentClass [ owl:intersectionOf ( :B [ owl:onProperty :p ; owl:hasValue :a ] ) ] .""",
    "disjoint classes": ":A owl:disjointWith :B . [] a owl:AllDisjointClasses ; owl:members ( :A :B :C ) .",
    "chain": ":p owl:propertyChainAxiom ( :q :r ) .",
    "key": ":A owl:hasKey ( :p :d ) . [ owl:unionOf ( :B :C ) ] owl:hasKey ( :q ) .",
    "maximum cardinality of what has some": """
        :A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 1 ;
                             owl:onClass [ owl:onProperty :q ; owl:someValuesFrom :B ] ] .""",
    "maximum cardinality of owl:Thing": """
        :A rdfs:subClassOf [ owl:onProperty :p ; owl:onClass owl:Thing ; owl:maxQualifiedCardinality 1 ] .""",
    "inverse property expression": """
        :A rdfs:subClassOf [ owl:onProperty [ owl:inverseOf :p ] ; owl:allValuesFrom :B ] .""",
    "transitive symmetric property with an inverse": """
        :p a owl:TransitiveProperty , owl:SymmetricProperty ; owl:inverseOf :q .""",
    "functional, irreflexive, asymmetric simple property": """
        :p a owl:FunctionalProperty , owl:IrreflexiveProperty , owl:AsymmetricProperty ;
           owl:propertyDisjointWith :q .""",
    "functional property above a simple one, below a transitive one": """
        :q a owl:TransitiveProperty . :p rdfs:subPropertyOf :q ; a owl:FunctionalProperty .""",
    "domain and range": ":p rdfs:domain :A ; rdfs:range :B . :d rdfs:domain :A ; rdfs:range xsd:integer .",
    "datatypes of the map": ":d rdfs:range xsd:dateTime . :e rdfs:range xsd:decimal .",
}


def _findings(folder: Path, axioms: str) -> list[Problem]:
    (folder / "ontology").mkdir()
    (folder / "ontology" / "o.ttl").write_text(PREFIXES + axioms, encoding="utf-8")
    project, problems = read_project(load_settings(folder, environ={}))
    assert problems == []
    return list(check_profile(load_subject(project)))


@pytest.mark.parametrize("axioms", OUTSIDE.values(), ids=OUTSIDE)
def test_an_axiom_outside_owl_2_rl_is_found(axioms: str, tmp_path: Path) -> None:
    findings = _findings(tmp_path, axioms)
    assert {problem.code for problem in findings} == {"not-owl-rl"}
    assert all(problem.hint for problem in findings)


@pytest.mark.parametrize("axioms", INSIDE.values(), ids=INSIDE)
def test_an_axiom_within_owl_2_rl_passes(axioms: str, tmp_path: Path) -> None:
    assert _findings(tmp_path, axioms) == []


def test_a_finding_names_the_file_and_the_line_of_the_axiom(tmp_path: Path) -> None:
    (problem,) = _findings(tmp_path, "\n:A\n    rdfs:subClassOf [ owl:unionOf ( :B :C ) ] .")
    assert (problem.path, problem.line) == ("ontology/o.ttl", PREFIXES.count("\n") + 3)

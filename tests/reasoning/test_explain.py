"""Proofs: each ends in assertions with their words or in a named outside source; none leads in circles."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from kgraph.errors import ParameterError
from kgraph.reasoning import Explainer, Proof, Verdict, View, close, compile_program
from kgraph.reasoning.account import describe_explanation, render_explanation, to_prov
from kgraph.vocab import Names
from tests.reasoning.conftest import Built
from tests.reasoning.oracle import parse

KG = "https://w3id.org/kgraph/ontology#"
KGR = "https://w3id.org/kgraph/id/"
A = KGR + "article/north-kosovo-roadblocks/"
PROV = "http://www.w3.org/ns/prov#"


def nodes(proof: Proof) -> Iterator[Proof]:
    yield proof
    for premise in proof.step.premises if proof.step else ():
        yield from nodes(premise)


def assert_well_founded(proof: Proof, above: tuple[ox.Triple, ...] = ()) -> None:
    assert proof.triple not in above
    for premise in proof.step.premises if proof.step else ():
        assert_well_founded(premise, (*above, proof.triple))


def stored(triples: list[ox.Triple]) -> Iterator[ox.Triple]:
    """The triples as a store gives them back: 7 for "07"^^xsd:nonNegativeInteger."""
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    return (quad.triple for quad in store)


def iri_of(term: object) -> str:
    assert isinstance(term, ox.NamedNode)
    return term.value


def test_every_inferred_triple_has_a_proof_whose_leaves_are_asserted(built: Built) -> None:
    graphs = {name: set(stored(triples)) for name, triples in built.inspection.graphs.items()}
    texts = built.inspection.subject.texts
    for triple in graphs["inferred"]:
        explanation = built.graph.explain(*(str(term) for term in triple))
        assert explanation.verdict is Verdict.INFERRED
        (proof,) = explanation.proofs
        assert_well_founded(proof)
        for node in nodes(proof):
            if node.step is not None:
                assert node.triple in graphs["inferred"]
                assert node.step.rules
                assert node.step.words
                continue
            assert node.graphs
            assert all(node.triple in graphs[graph] for graph in node.graphs)
            assert not {"inferred", "links"} & set(node.graphs)
            assert set(node.graphs) != {
                "editorial"
            }  # a span that a curator's reading has too may stand there
            if "stated" in node.graphs:
                assert all(statement.is_stated for statement in node.statements)
                assert node.statements
                assert node.sources or proof.speakers
            if "gazetteer" in node.graphs:
                assert node.sources or node.triple.predicate.value.endswith("about") or not node.statements
            for statement in node.statements:
                assert statement.quotes
                for quote in statement.quotes:
                    assert texts[str(statement.article)][quote.start : quote.end] == quote.text


@pytest.mark.parametrize(
    ("triple", "rule", "assertions"),
    [
        ("kgr:demandToRemove kg:participant kgr:kfor", "prp-spo1", {"a0103", "a0204"}),
        ("kgr:serbsOfNorthKosovo kg:basedIn kgr:kosovo", "prp-spo2", {"a0101", "a0102", "a0505"}),
        ("kgr:ristic kgl:mayorOf kgr:zubinPotok", "kg-shortcut", {"a0709", "a0715-theme", "a0715-phase"}),
        ("kgr:unitedStates kgl:recognises kgr:kosovo", "kg-shortcut", {"a1304", "a1305"}),
        ("kgr:kfor a kgl:MilitaryForce", "cax-sco", {"a0113", "a0201"}),
    ],
)
def test_a_proof_leads_to_the_sentences(built: Built, triple: str, rule: str, assertions: set[str]) -> None:
    explanation = built.graph.explain(*triple.split())
    (proof,) = explanation.proofs
    assert proof.step is not None
    assert rule in proof.step.rules
    found = {statement.iri.removeprefix(A) for leaf in proof.leaves() for statement in leaf.statements}
    assert found <= assertions
    assert proof.speakers == (KGR + "reuters",)


def test_a_proof_from_the_gazetteer_is_shown_as_such(built: Built) -> None:
    explanation = built.graph.explain("kgr:brnjakLocality", "kg:locatedIn", "kgr:kosovo")
    leaves = list(explanation.proofs[0].leaves())
    assert len(leaves) == 3
    assert all(leaf.graphs == ("gazetteer",) and "Who's On First" in leaf.sources[0] for leaf in leaves)
    assert explanation.proofs[0].speakers == ()


def test_a_stated_triples_proof_is_its_assertions(built: Built) -> None:
    explanation = built.graph.explain("kgr:kfor", "kg:partOf", "kgr:nato")
    assert explanation.verdict is Verdict.STATED
    (proof,) = explanation.proofs
    assert [statement.iri for statement in proof.statements] == [A + "a0112", A + "a0202"]
    assert [statement.number for statement in proof.statements] == [1, 2]


def test_what_does_not_hold_gets_the_claims_that_come_nearest(built: Built) -> None:
    explanation = built.graph.explain("kgr:removalOfBarricades", "kg:theme", "kgr:northBarricades")
    assert explanation.verdict is Verdict.CLAIMED
    assert not explanation.holds
    assert explanation.claims[0].iri == A + "a0105"
    text = render_explanation(explanation, built.graph.settings.names.prefixes)
    assert "No: a demand of kgr:kfor, sentence 1" in text


def test_what_nobody_says_is_not_stated(built: Built) -> None:
    explanation = built.graph.explain("kgr:kosovo", "kg:locatedIn", "kgr:serbia")
    assert explanation.verdict is Verdict.ABSENT
    assert "that does not mean no" in render_explanation(explanation, {})


@pytest.mark.parametrize(
    ("triple", "near"),
    [
        ("kgr:kfor kg:partOf kgr:serbia", "kgr:kfor kg:partOf kgr:nato"),
        ("kgr:kfor kg:memberOf kgr:nato", "kgr:kfor kg:partOf kgr:nato"),
        ("kgr:reuters kgl:mayorOf kgr:zubinPotok", "kgr:ristic kgl:mayorOf kgr:zubinPotok"),
        ("kgr:ristic a kg:Organization", "kgr:ristic a kg:Person"),
    ],
)
def test_what_does_not_hold_gets_what_does_with_a_term_changed(built: Built, triple: str, near: str) -> None:
    explanation = built.graph.explain(*triple.split())
    assert explanation.verdict is Verdict.ABSENT
    prefixes = built.graph.settings.names.prefixes
    assert near in render_explanation(explanation, prefixes)
    assert len(describe_explanation(explanation, prefixes)["near"]) <= 5


def test_what_a_curator_records_is_no_statement(built: Built) -> None:
    link = next(triple for triple in built.inspection.graphs["links"] if "exactMatch" in str(triple))
    explanation = built.graph.explain(*(str(term) for term in link))
    assert explanation.verdict is Verdict.RECORDED
    assert explanation.proofs[0].graphs == ("links",)


def test_all_ways_are_as_many_as_were_counted_and_all_are_well_founded(built: Built) -> None:
    one = built.graph.explain("kgr:nato", "a", "kg:Actor")
    every = built.graph.explain("kgr:nato", "a", "kg:Actor", every=True)
    assert one.exact
    assert every.exact
    assert len(one.proofs) == 1
    assert len(every.proofs) == one.others + 1 == every.others + 1 > 10
    assert len(set(every.proofs)) == len(every.proofs)
    for proof in every.proofs:
        assert_well_founded(proof)


def test_what_supports_itself_in_a_circle_is_proven_from_outside_it() -> None:
    ontology = parse("""
        :A a owl:Class . :p a owl:ObjectProperty, owl:SymmetricProperty, owl:TransitiveProperty .
        :q a owl:ObjectProperty ; owl:inverseOf :p ; rdfs:subPropertyOf :p .""")
    facts = parse(":a :p :b . :b :p :c . :c :p :d .")
    names = Names("https://w3id.org/kgraph/")
    inferred = close(ontology, facts, facts).inferred
    assert len(inferred) == 2 * 16 - 3
    view = View({"entities": facts, "inferred": inferred}, names)
    explainer = Explainer(compile_program(ontology), names)
    for triple in inferred:
        explanation = view.run(explainer.explain(triple, every=True))
        assert explanation.proofs
        for proof in explanation.proofs:
            assert_well_founded(proof)
            assert {leaf.triple for leaf in proof.leaves()} <= set(facts)


def test_an_explanation_as_json_holds_quotes_and_offsets(built: Built) -> None:
    explanation = built.graph.explain("kgr:demandToRemove", "kg:participant", "kgr:kfor")
    described = json.loads(json.dumps(describe_explanation(explanation, {"kg": KG})))
    assert described["verdict"] == "inferred"
    step = described["proofs"][0]
    assert step["rules"] == ["prp-spo1"]
    assert step["axiom"] == "what has kg:agent has kg:participant"
    quote = step["premises"][0]["statements"][0]["quotes"][0]
    assert quote["text"] == "a demand by Nato peacekeepers"
    assert quote["end"] - quote["start"] == len(quote["text"])


def test_an_explanation_as_turtle_is_provenance_and_the_same_each_time(built: Built) -> None:
    explanation = built.graph.explain("kgr:demandToRemove", "kg:participant", "kgr:kfor")
    turtle = to_prov(explanation, {"prov": PROV})
    assert turtle == to_prov(explanation, {"prov": PROV})
    triples = [quad.triple for quad in ox.parse(turtle, ox.RdfFormat.TURTLE)]
    assert explanation.triple not in triples
    sources = {iri_of(t.object) for t in triples if t.predicate.value == PROV + "hadPrimarySource"}
    assert sources == {A + "a0103", A + "a0204"}
    plans = {iri_of(t.object) for t in triples if t.predicate.value == PROV + "hadPlan"}
    assert plans == {"https://www.w3.org/TR/owl2-profiles/#prp-spo1"}


@pytest.mark.parametrize(
    "terms",
    [
        ("kgr:x y", "a", "kg:Actor"),
        ("kgr:x", "no name", "kgr:y"),
        ("kgr:x", "a", '"x'),
        ("kgr:x", "a", '"x" .'),
    ],
)
def test_what_is_no_term_is_a_bad_parameter(built: Built, terms: tuple[str, str, str]) -> None:
    with pytest.raises(ParameterError):
        built.graph.explain(*terms)

"""Beliefs: what would hold if one believed somebody, seen by nobody else."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kgraph.reasoning import Verdict
from tests.reasoning.conftest import Built

KG = "https://w3id.org/kgraph/ontology#"
KGR = "https://w3id.org/kgraph/id/"


def triple(subject: str, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(KGR + subject), ox.NamedNode(KG + predicate), ox.NamedNode(KGR + value))


def test_believing_a_speaker_adds_what_follows_from_the_speakers_word(reference: Built) -> None:
    belief = reference.graph.believe("kgr:natoCommander")
    assert triple("orderToGoBack", "hasAddressee", "commanderUnit") in belief.believed
    assert triple("commanderUnit", "involvedIn", "orderToGoBack") in belief.inferred
    assert belief.contradictions == ()
    explanation = belief.explain(triple("commanderUnit", "involvedIn", "orderToGoBack"))
    assert explanation.verdict is Verdict.INFERRED
    assert explanation.proofs[0].speakers == (KGR + "natoCommander",)


def test_a_belief_enters_no_public_graph(reference: Built) -> None:
    before = reference.graph.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    belief = reference.graph.believe("kgr:natoCommander", "kgr:ristic")
    for added in (*belief.believed, *belief.inferred):
        assert reference.graph.query(f"ASK {{ {added.subject} {added.predicate} {added.object} }}") is False
    after = reference.graph.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert list(before) == list(after)  # type: ignore[arg-type]


def test_to_believe_is_not_to_take_demands_and_plans_for_true(reference: Built) -> None:
    belief = reference.graph.believe("kgr:kfor")
    assert belief.believed == ()
    assert belief.inferred == ()


def test_what_rests_on_one_voice_alone(reference: Built) -> None:
    alone = set(reference.graph.believe("kgr:reuters", only=True).inferred)
    assert triple("nato", "hasUnit", "kfor") in alone
    assert triple("brnjakLocality", "locatedIn", "kosovo") not in alone  # rests on the gazetteer
    for inferred in alone & set(reference.inspection.graphs["inferred"]):
        explanation = reference.graph.explain(*(str(term) for term in inferred))
        assert explanation.holds
    nobody = reference.graph.believe("kgr:nobody", only=True)
    assert nobody.believed == nobody.inferred == ()


@pytest.mark.parametrize("speaker", ["kgr:ristic", "kgr:europeanCommission", "kgr:natoCommander"])
def test_without_a_speakers_claims_nothing_changes(reference: Built, speaker: str) -> None:
    belief = reference.graph.believe(speaker)
    stated = set(reference.inspection.graphs["stated"]) | set(reference.inspection.graphs["inferred"])
    assert not stated & {*belief.believed, *belief.inferred}

"""Beliefs: what would hold if one believed somebody, seen by nobody else."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kgraph.errors import ParameterError
from kgraph.reasoning import Verdict
from tests.reasoning.conftest import Built

KG = "https://w3id.org/kgraph/ontology#"
KGR = "https://w3id.org/kgraph/id/"


def triple(subject: str, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(KGR + subject), ox.NamedNode(KG + predicate), ox.NamedNode(KGR + value))


def test_believing_a_speaker_adds_what_follows_from_the_speakers_word(built: Built) -> None:
    belief = built.graph.believe("kgr:natoCommander")
    assert triple("orderToGoBack", "recipient", "commanderUnit") in belief.believed
    assert triple("orderToGoBack", "participant", "commanderUnit") in belief.inferred
    assert belief.contradictions == ()
    explanation = built.graph.explain(
        "kgr:orderToGoBack", "kg:participant", "kgr:commanderUnit", believing=["kgr:natoCommander"]
    )
    assert explanation.verdict is Verdict.INFERRED
    assert explanation.proofs[0].speakers == (KGR + "natoCommander",)


def test_a_belief_enters_no_public_graph(built: Built) -> None:
    before = built.graph.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    belief = built.graph.believe("kgr:natoCommander", "kgr:ristic")
    for added in (*belief.believed, *belief.inferred):
        assert built.graph.query(f"ASK {{ {added.subject} {added.predicate} {added.object} }}") is False
    after = built.graph.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert list(before) == list(after)


def test_to_believe_is_not_to_take_demands_and_plans_for_true(built: Built) -> None:
    belief = built.graph.believe("kgr:kfor")
    assert belief.believed == ()
    assert belief.inferred == ()


def test_what_rests_on_one_voice_alone(built: Built) -> None:
    alone = set(built.graph.believe("kgr:reuters", only=True).inferred)
    assert triple("commanderStatement", "participant", "natoCommander") in alone
    assert triple("brnjakLocality", "locatedIn", "kosovo") not in alone  # rests on the gazetteer
    for inferred in alone & set(built.inspection.graphs["inferred"]):
        explanation = built.graph.explain(*(str(term) for term in inferred))
        assert explanation.holds
    silent = built.graph.believe("kgr:nato", only=True)  # of whom much is said, and who says nothing
    assert silent.believed == silent.inferred == ()
    with pytest.raises(ParameterError, match="no kgr:nobody"):
        built.graph.believe("kgr:nobody", only=True)


@pytest.mark.parametrize("speaker", ["kgr:ristic", "kgr:europeanCommission", "kgr:natoCommander"])
def test_without_a_speakers_claims_nothing_changes(built: Built, speaker: str) -> None:
    belief = built.graph.believe(speaker)
    stated = set(built.inspection.graphs["stated"]) | set(built.inspection.graphs["inferred"])
    assert not stated & {*belief.believed, *belief.inferred}

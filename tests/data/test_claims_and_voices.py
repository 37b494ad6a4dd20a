"""Claims and voices: what is stated, what is only said, and who said it (pitfalls P1 to P11)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from kgraph.project.claims import source_chain
from kgraph.projection import is_stated, project_stated
from kgraph.vocab import KG

if TYPE_CHECKING:
    from tests.conftest import Reference

IRREALIS = {
    "accessionTalks",
    "anyNatoOperation",
    "belgradeCooperation",
    "bypassOfBarricades",
    "compromiseSolution",
    "convoyTravel",
    "earlierRemoval",
    "haltToKillingAndExpulsion",
    "kforActions",
    "leadersMeeting",
    "manningOfBarricades",
    "municipalAgreement",
    "orderToGoBack",
    "policeCustomsPresence",
    "postponementOfOperation",
    "removalOfBarricades",
    "resolutionOfImpasse",
    "returnOfUnit",
    "reversalOfPartition",
    "supplyOfCrossings",
}


def short(value: str | None) -> str:
    return (value or "").removeprefix(KG)


def test_the_projection_and_the_ontology_split_the_claims_alike(reference: Reference) -> None:
    stated = {reference.name(ox.NamedNode(claim.iri)) for claim in reference.claims if is_stated(claim)}
    positive_fact_by_others = {
        reference.name(ox.NamedNode(claim.iri))
        for claim in reference.claims
        if claim.polarity == KG + "positive"
        and claim.modality == KG + "fact"
        and short(claim.mode) == "editorial-insertion"
    }
    evaluated = {
        reference.name(ox.NamedNode(claim.iri))
        for claim in reference.claims
        if short(claim.modality) == "characterisation"
    }
    everything = {reference.name(ox.NamedNode(claim.iri)) for claim in reference.claims}
    unasserted = reference.members("UnassertedClaim", "inferred")
    assert reference.members("StatedAssertion", "inferred") == stated
    assert stated.isdisjoint(unasserted)
    assert everything - stated - unasserted == positive_fact_by_others | evaluated


def test_the_stated_graph_is_the_projection_and_no_file_fills_it(reference: Reference) -> None:
    assert reference.graph("stated") == set(project_stated(reference.claims))
    assert "stated" not in reference.inspection.subject.project.graphs()
    assert len(reference.graph("stated")) > 90


def test_apart_no_inferred_triple_is_asserted_in_any_graph(reference: Reference) -> None:
    asserted = {
        triple
        for name, triples in reference.inspection.graphs.items()
        if name != "inferred"
        for triple in triples
    }
    assert asserted.isdisjoint(reference.graph("inferred"))


def test_p1_p2_no_unasserted_claim_is_a_triple_of_any_graph(reference: Reference) -> None:
    stated = {claim.triple for claim in reference.claims if is_stated(claim)}
    union = {triple for triples in reference.inspection.graphs.values() for triple in triples}
    unsaid = [claim for claim in reference.claims if not is_stated(claim) and claim.triple not in stated]
    assert len(unsaid) >= 50
    assert {reference.name(ox.NamedNode(claim.iri)) for claim in unsaid if claim.triple in union} == set()


def test_sourced_every_stated_triple_has_a_claim_with_a_sentence(reference: Reference) -> None:
    sourced = {claim.triple for claim in reference.claims if is_stated(claim) and claim.sentence}
    assert reference.graph("stated") <= sourced


def test_p3_exactly_three_claims_are_negative(reference: Reference) -> None:
    negative = {
        reference.name(ox.NamedNode(claim.iri))
        for claim in reference.claims
        if short(claim.polarity) == "negative"
    }
    assert negative == {"a0408", "a0703", "a0704"}
    assert not any(reference.claim(name).triple in reference.world for name in negative)


def test_p4_who_said_there_would_be_no_kfor_actions(reference: Reference) -> None:
    for name, words in (
        ("a0703", "There will be no Kfor actions today"),
        ("a0704", "There will be no Kfor actions today or tomorrow"),
    ):
        claim = reference.claim(name)
        chain = source_chain(reference.inspection.subject.index, claim.source)
        assert [agent.rsplit("/", 1)[-1] for agent in chain.agents] == ["ristic", "tvBroadcast", "reuters"]
        assert claim.attributed_to == (reference.term("ristic").value,)
        assert short(claim.mode) == "direct-quotation"
        assert (claim.sentence or "").endswith("/s07")
        assert reference.inspection.subject.evidence_text(claim) == words


def test_p4_no_quotation_and_no_indirect_speech_is_the_publications(reference: Reference) -> None:
    for claim in reference.claims:
        spoken = short(claim.mode) in ("direct-quotation", "indirect-speech")
        assert spoken == (claim.attributed_to != (reference.term("reuters").value,)), claim.iri


def test_p4_who_else_speaks(reference: Reference) -> None:
    speakers = Counter(claim.attributed_to[0].rsplit("/", 1)[-1] for claim in reference.claims)
    del speakers["reuters"]
    assert set(speakers) == {
        "ristic",
        "europeanCommission",
        "natoCommander",
        "unspecifiedSource",
        "kfor",
        "serbsOfNorthKosovo",
    }


def test_p5_the_bracketed_word_is_the_desks(reference: Reference) -> None:
    claim = reference.claim("a0708")
    assert short(claim.mode) == "editorial-insertion"
    assert claim.attributed_to == (reference.term("reuters").value,)
    assert reference.inspection.subject.evidence_text(claim) == "(Serb)"
    for other in reference.claims:
        if other.attributed_to == (reference.term("ristic").value,):
            assert "(Serb)" not in reference.inspection.subject.evidence_text(other), other.iri


def test_p6_the_commander_stays_anonymous_and_is_not_nato(reference: Reference) -> None:
    commander = reference.term("natoCommander")
    said = [triple for triple in reference.graph("links") if commander in (triple.subject, triple.object)]
    assert said == []
    for number in range(6, 11):
        (speaker,) = reference.claim(f"a04{number:02}").attributed_to
        assert speaker.rsplit("/", 1)[-1] in ("natoCommander", "unspecifiedSource")
    for speaker in ("nato", "kfor"):
        told = {triple.subject for triple in reference.world if triple.object == reference.term(speaker)}
        assert reference.term("commanderStatement") not in told


def test_p7_the_order_giver_speaks_through_the_commander_through_reuters(reference: Reference) -> None:
    chain = source_chain(reference.inspection.subject.index, reference.claim("a0407").source)
    assert [agent.rsplit("/", 1)[-1] for agent in chain.agents] == [
        "unspecifiedSource",
        "natoCommander",
        "reuters",
    ]


@pytest.mark.parametrize(
    "event",
    ["erectionOfBarricades", "previousRemovalAttempts", "violentClashes", "travelOrder", "pressureOnSerbia"],
)
def test_p8_nobody_is_the_agent_of(event: str, reference: Reference) -> None:
    roles = {reference.predicate(name) for name in ("hasAgent", "demandedBy", "declarer", "recogniser")}
    assert not [
        triple
        for triple in reference.world
        if triple.subject == reference.term(event) and triple.predicate.value in roles
    ]
    assert not [
        triple
        for triple in reference.world
        if triple.object == reference.term(event) and triple.predicate.value == KG + "agentIn"
    ]


@pytest.mark.parametrize(
    "name",
    ["a0105", "a0213", "a0217", "a0309", "a0509", "a0513", "a1102", "a1003", "a1218", "a1219"]
    + [f"a08{number:02}" for number in range(4, 10)],
)
def test_p9_an_attempt_or_a_purpose_is_no_success(name: str, reference: Reference) -> None:
    claim = reference.claim(name)
    assert short(claim.modality) in ("attempt", "intention", "demand", "order")
    assert claim.triple is not None
    assert claim.triple not in reference.world


@pytest.mark.parametrize(
    ("name", "modality"),
    [
        ("a1001", "characterisation"),
        ("a0905", "characterisation"),
        ("a0215", "characterisation"),
        ("a0607", "possibility"),
        ("a1203", "ended"),
        ("a0408", "inability"),
        ("a0705", "conditional"),
    ],
)
def test_p10_p19_hedges_are_kept(name: str, modality: str, reference: Reference) -> None:
    claim = reference.claim(name)
    assert short(claim.modality) == modality
    assert claim.triple not in reference.world


def test_p10_distances_are_approximate(reference: Reference) -> None:
    distances = {
        triple.predicate.value.removeprefix(KG)
        for triple in reference.graph("stated")
        if "istance" in triple.predicate.value
    }
    assert distances == {"approximateDistanceKm", "approximateDistanceMiles"}


def test_p11_rejection_and_recognition_stand_side_by_side(reference: Reference) -> None:
    assert reference.triple("serbsOfNorthKosovo", "rejects", "declaration2008") in reference.graph("stated")
    assert reference.triple("unitedStates", "recognises", "kosovo") in reference.graph("inferred")
    holding = {
        name
        for name, triples in reference.inspection.graphs.items()
        if any(triple.predicate.value == KG + "contrastsWith" for triple in triples)
    }
    assert holding == {"editorial"}


def test_occurrences_are_exactly_the_events_that_are_told_as_fact(reference: Reference) -> None:
    events = reference.members("Event", "entities", "inferred")
    typed_lower = {
        name
        for cls in ("Action", "Conflict", "Situation", "SpeechAct", "Declaration", "Recognition", "Demand")
        for name in reference.members(cls, "entities")
    }
    assert typed_lower <= events
    occurrences = reference.members("Occurrence", "inferred")
    assert events - occurrences == IRREALIS
    assert occurrences <= events
    written = {name for name in reference.inspection.graphs if reference.members("Occurrence", name)}
    assert written == {"inferred"}

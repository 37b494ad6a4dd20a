"""Claims and voices: what is stated, what is only said, and who said it (pitfalls P1 to P11)."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from kgraph.project.claims import source_chain
from kgraph.projection import is_stated, project_stated
from kgraph.vocab import KG, RDF_TYPE

if TYPE_CHECKING:
    from tests.conftest import Reference

#: What is only demanded, planned, denied, tried, conditional, hedged or framed.
IRREALIS = {
    *"accessionTalks anyNatoOperation belgradeCooperation challengeToEfforts compromiseSolution".split(),
    *"controlByAuthorities controlOfCrossings controlOfNorth convoyTravel dominanceOfAuthorities".split(),
    *"earlierRemoval endOfImpasse haltToKillingAndExpulsion helpBySerbia kforActions leadersMeeting".split(),
    *"manningOfBarricades municipalAgreement orderToGoBack partitionOfKosovo".split(),
    *"passageThroughBarricades postponementOfOperation removalOfBarricades".split(),
    *"representationOfMunicipalities resolutionOfImpasse returnOfUnit reversalOfPartition".split(),
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
        if short(claim.modality) in ("framing", "degree")
    }
    everything = {reference.name(ox.NamedNode(claim.iri)) for claim in reference.claims}
    unasserted = reference.members("UnassertedClaim", "inferred")
    assert reference.members("StatedAssertion", "inferred") == stated
    assert stated.isdisjoint(unasserted)
    assert everything - stated - unasserted == positive_fact_by_others | evaluated


def test_the_stated_graph_is_the_projection_and_no_file_fills_it(reference: Reference) -> None:
    assert reference.graph("stated") == set(project_stated(reference.claims))
    assert "stated" not in reference.inspection.subject.project.graphs()
    assert len(reference.graph("stated")) > 140


def test_what_the_article_states_is_a_graph_of_its_own_too(reference: Reference) -> None:
    assert reference.graph("stated/north-kosovo-roadblocks") == reference.graph("stated")


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
    assert len(unsaid) >= 45
    assert {reference.name(ox.NamedNode(claim.iri)) for claim in unsaid if claim.triple in union} == set()


def test_sourced_every_stated_triple_has_a_claim_with_a_sentence(reference: Reference) -> None:
    sourced = {claim.triple for claim in reference.claims if is_stated(claim) and claim.sentence}
    assert reference.graph("stated") <= sourced


def test_p3_exactly_these_claims_are_negative(reference: Reference) -> None:
    negative = {
        reference.name(ox.NamedNode(claim.iri))
        for claim in reference.claims
        if short(claim.polarity) == "negative"
    }
    assert negative == {"a0408", "a0413", "a0703", "a0704", "a0717"}
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
        "ordererOfConvoy",
        "ordererOfUnit",
        "presserOfSerbia",
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
        assert speaker.rsplit("/", 1)[-1] in ("natoCommander", "ordererOfUnit")
    for speaker in ("nato", "kfor"):
        told = {triple.subject for triple in reference.world if triple.object == reference.term(speaker)}
        assert reference.term("commanderStatement") not in told


def test_p7_the_order_giver_speaks_through_the_commander_through_reuters(reference: Reference) -> None:
    chain = source_chain(reference.inspection.subject.index, reference.claim("a0407").source)
    assert [agent.rsplit("/", 1)[-1] for agent in chain.agents] == [
        "ordererOfUnit",
        "natoCommander",
        "reuters",
    ]


@pytest.mark.parametrize(
    "event",
    ["erectionOfBarricades", "previousRemovalAttempts", "violentClashes", "travelOrder", "pressureOnSerbia"],
)
def test_p8_nobody_is_the_agent_of(event: str, reference: Reference) -> None:
    assert not [
        triple
        for triple in reference.world
        if triple.subject == reference.term(event) and triple.predicate.value == KG + "agent"
    ]


@pytest.mark.parametrize(
    "name",
    [
        *["a0105", "a0213", "a0217", "a0222-agent", "a0309", "a0509", "a0513", "a0518"],
        *["a0906", "a1102", "a1003", "a1218", "a1219"],
    ],
)
def test_p9_an_attempt_or_a_purpose_is_no_success(name: str, reference: Reference) -> None:
    claim = reference.claim(name)
    assert short(claim.modality) in ("attempt", "intention", "demand", "order")
    assert claim.triple is not None
    assert claim.triple not in reference.world


@pytest.mark.parametrize(
    ("name", "modality"),
    [
        ("a1001", "degree"),
        ("a0905", "degree"),
        ("a0215", "framing"),
        ("a0902", "framing"),
        ("a1215", "framing"),
        ("a1312", "framing"),
        ("a0607", "possibility"),
        ("a0408", "inability"),
        ("a0705", "conditional"),
    ],
)
def test_p10_p19_hedges_are_kept(name: str, modality: str, reference: Reference) -> None:
    claim = reference.claim(name)
    assert short(claim.modality) == modality
    assert claim.triple not in reference.world


def test_p10_distances_are_approximate(reference: Reference) -> None:
    amounts = {
        reference.name(triple.object)
        for triple in reference.graph("stated")
        if triple.subject == reference.term("brnjakToPristina") and triple.predicate.value == KG + "amount"
    }
    assert amounts == {"about-100-km", "about-60-mile"}


def test_control_that_was_lost_has_ended_and_nobody_has_it_now(reference: Reference) -> None:
    assert reference.triple("controlOfKosovo", "phase", "kg:ended") in reference.graph("stated")
    assert reference.triple("controlOfKosovo", "agent", "serbia") in reference.graph("stated")
    controls = reference.predicate("kgl:controls")
    assert not [triple for triple in reference.world if triple.predicate.value == controls]


def test_p11_rejection_and_recognition_stand_side_by_side(reference: Reference) -> None:
    for triple in (
        ("serbsOfNorthKosovo", "kgl:rejects", "declaration2008"),
        ("unitedStates", "kgl:recognises", "kosovo"),
    ):
        assert reference.triple(*triple) in reference.graph("inferred")
    holding = {
        name
        for name, triples in reference.inspection.graphs.items()
        if any(triple.predicate.value == KG + "contrastsWith" for triple in triples)
    }
    assert holding == {"editorial"}


def test_occurrences_are_exactly_the_eventualities_that_are_told_as_fact(reference: Reference) -> None:
    eventualities = reference.members("Eventuality", "inferred")
    occurrences = reference.members("Occurrence", "inferred")
    assert eventualities - occurrences == IRREALIS
    assert occurrences <= eventualities
    written = {name for name in reference.inspection.graphs if reference.members("Occurrence", name)}
    assert written == {"inferred"}


def test_every_eventuality_has_a_type_of_the_lexicon(reference: Reference) -> None:
    types = {
        reference.name(triple.subject): triple.object
        for triple in reference.graph("entities")
        if triple.predicate.value == RDF_TYPE
    }
    core = {reference.term("kg:Event"), reference.term("kg:State"), reference.term("kg:Eventuality")}
    eventualities = reference.members("Eventuality", "inferred")
    assert len(eventualities) > 60
    assert {name for name in eventualities if types[name] in core} == set()


def test_no_label_speaks_in_a_voice(reference: Reference) -> None:
    """What the article calls a thing to judge it, it says in a claim; no thing is named so by the curator."""
    labels = {
        triple.object.value
        for triple in reference.graph("entities")
        if triple.predicate.value.endswith("#prefLabel")
        and isinstance(triple.object, ox.Literal)
        and reference.term("kg:Status") not in types_of(reference, triple.subject)
    }
    assert len(labels) > 100
    for words in ("counter-insurgency", "new country", "effectively", "de facto"):
        assert not [label for label in labels if words in label]
    names = {reference.name(triple.subject) for triple in reference.graph("entities")}
    assert not [name for name in names if re.search("serbMunicip|counterInsurgencyWar", name)]


def types_of(reference: Reference, subject: object) -> set[object]:
    return {
        triple.object
        for triple in reference.graph("entities")
        if triple.subject == subject and triple.predicate.value == RDF_TYPE
    }


def test_the_bare_serbs_of_sentence_6_rest_on_the_curator(reference: Reference) -> None:
    curator = (reference.term("curator").value,)
    for name in ("a0601", "a0603", "a0609", "a0610"):
        assert reference.claim(name).identified_by == curator, name
    for name in ("a0101", "a0106", "a1301"):
        assert reference.claim(name).identified_by == (), name


def test_every_claim_has_an_annotator_and_a_day(reference: Reference) -> None:
    index = reference.inspection.subject.index
    for claim in reference.claims:
        assert index.iris(claim.iri, KG + "annotator") == [reference.term("curator").value]
        assert index.literal(claim.iri, KG + "annotatedOn") in ("2026-11-22", "2026-11-29")


def test_no_claim_is_said_in_other_words(reference: Reference) -> None:
    for triples in reference.inspection.graphs.values():
        assert not [triple for triple in triples if triple.predicate.value == KG + "inOtherWords"]

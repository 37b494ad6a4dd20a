"""Quantities, reference and time (pitfalls P12 to P20), and the questions whose answer must be empty."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from kgraph.text import spelled_numbers
from kgraph.vocab import KG, KGL, OWL_SAME_AS, XSD

if TYPE_CHECKING:
    from tests.conftest import Reference


@pytest.fixture(scope="module")
def world(reference: Reference) -> ox.Store:
    """The stated and the inferred graph in one default graph."""
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in reference.world)
    return store


@pytest.mark.parametrize(
    ("question", "pattern"),
    [
        ("the European Union recognises Kosovo", "kgr:europeanUnion kgl:recognises kgr:kosovo"),
        ("the European Union is a recogniser", "?act a kg:Recognition ; kg:agent kgr:europeanUnion"),
        ("Serbia recognises anything", "kgr:serbia kgl:recognises ?x"),
        ("Kosovo is located in anything", "kgr:kosovo kg:locatedIn ?x"),
        ("anything is located in Serbia", "?x kg:locatedIn kgr:serbia"),
        ("anyone is agent of the erection", "kgr:erectionOfBarricades kg:agent|kg:participant ?x"),
        ("anyone mans a barricade", "kgr:manningOfBarricades kg:agent|kg:theme ?y"),
        ("anyone passes through a barricade", "kgr:passageThroughBarricades kg:agent|kg:theme ?y"),
        ("Serbia rejects the declaration", "kgr:serbia kgl:rejects|kgl:resists ?x"),
        ("anyone controls anything", "?x kgl:controls ?y"),
        ("Serbia is based anywhere", "kgr:serbia kg:basedIn ?x"),
        ("P31: Nato speaks", "?x a kgl:Statement ; kg:agent kgr:nato"),
        ("P31: Nato is in the commander's statement", "kgr:commanderStatement kg:participant kgr:nato"),
        ("P13: somebody is member of most of the EU", "?x kg:memberOf|kg:partOf kgr:mostOfTheEU"),
        ("the Serbs of north Kosovo are in Serbia", "kgr:serbsOfNorthKosovo kg:basedIn kgr:serbia"),
        ("Brnjak is in a country", "kgr:brnjakCrossing kg:locatedIn ?x"),
        ("Zubin Potok is in a country", "kgr:zubinPotok kg:locatedIn ?x"),
        ("the barricades were removed", "kgr:removalOfBarricades kg:agent|kg:theme|kg:time|kg:until ?x"),
        ("Kfor acts", "kgr:kforActions kg:time|kg:agent|kg:participant ?x"),
        ("the state of Serbia kills", "?x kg:agent kgr:serbia . FILTER(?x IN (kgr:killing, kgr:expulsion))"),
        ("Serbs kill", "kgr:killing kg:participant kgr:serbs"),
        ("exactly a dozen barricades", "kgr:northBarricades kg:amount/kg:comparator kg:exactly"),
        ("exactly 80 countries", "kgr:recognisingCountries kg:amount/kg:comparator kg:exactly"),
        ("anybody is the same as another", "?x owl:sameAs ?y"),
    ],
    ids=lambda value: value if " kg" not in value else "",
)
def test_nothing_says_that(question: str, pattern: str, world: ox.Store) -> None:
    result = world.query(
        f"ASK {{ {pattern} }}",
        prefixes={
            "kg": KG,
            "kgl": KGL,
            "kgr": "https://w3id.org/kgraph/id/",
            "owl": "http://www.w3.org/2002/07/owl#",
        },
    )
    assert isinstance(result, ox.QueryBoolean)
    assert not bool(result), question


def test_p12_more_than_a_dozen_is_a_lower_bound(reference: Reference) -> None:
    amounts = {
        (reference.name(triple.subject), reference.name(triple.object))
        for triple in reference.graph("stated")
        if triple.predicate.value == KG + "amount"
    }
    assert amounts == {
        ("northBarricades", "more-than-12"),
        ("recognisingCountries", "more-than-80"),
        ("disputedCrossings", "2"),
        ("brnjakToPristina", "about-100-km"),
        ("brnjakToPristina", "about-60-mile"),
    }
    durations = {
        (reference.name(triple.subject), reference.name(triple.object))
        for triple in reference.graph("stated")
        if triple.predicate.value == KG + "duration"
    }
    assert durations == {("natoBombing", "78-day"), ("twoYearWar", "2-year")}


def test_p13_most_of_the_eu_is_not_the_eu(reference: Reference) -> None:
    recognisers = {
        reference.name(triple.subject)
        for triple in reference.world
        if triple.predicate.value == KGL + "recognises" and triple.object == reference.term("kosovo")
    }
    assert recognisers == {"recognisingCountries", "unitedStates", "mostOfTheEU"}


def test_p14_kosovo_is_an_actor_and_a_place_and_no_state(reference: Reference) -> None:
    types = {
        reference.name(triple.object)
        for name in ("entities", "gazetteer", "stated", "inferred")
        for triple in reference.inspection.graphs[name]
        if triple.subject == reference.term("kosovo") and triple.predicate.value.endswith("#type")
    }
    assert types == {"GeopoliticalEntity", "Actor", "Location"}


def test_p15_serbs_and_serbia_and_serbian_forces_are_four_things(reference: Reference) -> None:
    four = {"serbs", "serbsOfNorthKosovo", "serbia", "serbianForces"}
    described = {reference.name(triple.subject) for triple in reference.graph("entities")}
    assert four <= described
    assert "belgrade" not in described
    assert reference.claim("a1006").object == reference.term("serbia")


def test_p16_roadblocks_and_barricades_are_one_thing(reference: Reference) -> None:
    assert reference.members("Barricade", "entities", "stated", "inferred") == {"northBarricades"}
    speaking = {
        (claim.sentence or "")[-2:]
        for claim in reference.claims
        if reference.term("northBarricades") in (claim.subject, claim.object)
        and re.search("roadblocks|barricades", reference.inspection.subject.evidence_text(claim))
    }
    assert speaking == {"01", "02", "03", "04", "05", "08", "09", "11"}
    crossings = reference.members("kgl:BorderCrossing", "entities", "stated", "inferred")
    assert crossings == {"brnjakCrossing", "disputedCrossings"}


def test_p17_no_calendar_date_is_in_the_articles_graphs(reference: Reference) -> None:
    dates = {XSD + name for name in ("date", "dateTime", "gYear", "gYearMonth", "dateTimeStamp")}
    for name in ("document", "assertions", "entities", "stated", "inferred"):
        for triple in reference.inspection.graphs[name]:
            assert not (isinstance(triple.object, ox.Literal) and triple.object.datatype.value in dates), (
                triple
            )
    for name in ("document", "entities", "stated", "inferred"):
        assert not any("2011" in str(triple.object) for triple in reference.inspection.graphs[name])


def test_p17_today_tuesday_and_the_quoted_today_are_three_expressions(reference: Reference) -> None:
    used = {reference.name(claim.object) for claim in reference.claims if short_is_time(claim.predicate)}
    assert {"timeToday", "timeTuesday", "timeTodayPerRistic", "timeTomorrow", "timeTomorrowPerRistic"} <= used


def short_is_time(predicate: ox.NamedNode | None) -> bool:
    return predicate is not None and predicate.value in (
        KG + "time",
        KG + "until",
    )


def test_p17_interpretations_are_editorial_and_end_in_a_question_mark(reference: Reference) -> None:
    readings = {
        triple.object.value
        for triple in reference.graph("editorial")
        if triple.predicate.value == KG + "edtf"
        and isinstance(triple.object, ox.Literal)
        and "/time/" not in str(triple.subject)
    }
    assert len(readings) >= 5
    assert "2011-10-18?" in readings
    assert all(reading.endswith("?") for reading in readings)
    printed = {
        triple.object.value
        for triple in reference.graph("assertions")
        if triple.predicate.value == KG + "edtf" and isinstance(triple.object, ox.Literal)
    }
    assert printed == {"2008", "1999"}


def test_a_printed_year_and_a_curators_july_are_times_that_other_articles_can_share(
    reference: Reference,
) -> None:
    denoting = {
        (reference.name(triple.subject), reference.name(triple.object))
        for name in ("assertions", "editorial")
        for triple in reference.inspection.graphs[name]
        if triple.predicate.value == KG + "denotes"
    }
    assert {("time1999", "1999"), ("time2008", "2008")} <= denoting
    assert "2011-07" in {time for _, time in denoting}


def test_p18_every_number_of_a_claim_is_printed_in_its_evidence(reference: Reference) -> None:
    checked = 0
    for claim in reference.claims:
        number = None
        if isinstance(claim.object, ox.NamedNode):
            number = reference.inspection.subject.index.literal(claim.object.value, KG + "number")
        if number is not None:
            checked += 1
            assert Decimal(number) in spelled_numbers(reference.inspection.subject.evidence_text(claim)), (
                claim.iri
            )
    assert checked == 7  # 12, 2, 100, 60, 78, 2, 80


def test_p20_the_gazetteers_positions_do_not_mix_in(reference: Reference) -> None:
    located = {
        name
        for name, triples in reference.inspection.graphs.items()
        if any("wgs84_pos#" in triple.predicate.value and name != "ontology" for triple in triples)
    }
    assert located == {"gazetteer"}


def test_p29_owl_same_as_is_nowhere(reference: Reference) -> None:
    for name, triples in reference.inspection.graphs.items():
        assert not any(triple.predicate.value == OWL_SAME_AS for triple in triples), name
    for file in reference.inspection.subject.project.turtle:
        assert not any(triple.predicate.value == OWL_SAME_AS for triple in file.triples), file.path


DATATYPES = {
    "beginIndex": "nonNegativeInteger",
    "endIndex": "nonNegativeInteger",
    "sentenceNumber": "nonNegativeInteger",
    "exactText": "string",
    "edtf": "string",
    "sha256": "string",
    "textFile": "string",
    "cue": "string",
    "number": "decimal",
    "unit": "string",
    "described": "langString",
    "annotatedOn": "string",
}


def test_p34_each_property_has_one_datatype(reference: Reference) -> None:
    found: dict[str, set[str]] = {}
    for triples in reference.inspection.graphs.values():
        for triple in triples:
            if isinstance(triple.object, ox.Literal) and triple.predicate.value.startswith(KG):
                name = triple.predicate.value.removeprefix(KG)
                found.setdefault(name, set()).add(triple.object.datatype.value.rsplit("#", 1)[-1])
    assert {name: found.get(name) for name in DATATYPES} == {name: {kind} for name, kind in DATATYPES.items()}


def test_p40_the_text_and_the_annotations_have_rights_statements_of_their_own(reference: Reference) -> None:
    rights = [
        triple.object.value
        for triple in reference.graph("document")
        if triple.predicate.value == "http://purl.org/dc/terms/rights"
        and isinstance(triple.object, ox.Literal)
    ]
    assert len(rights) == 1
    assert "Reuters" in rights[0]

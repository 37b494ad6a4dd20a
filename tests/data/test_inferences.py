"""What follows from the article: the inferences that are wanted, and none that is not (P26 to P31)."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from kgraph.build import inspect_project
from kgraph.settings import load_settings
from kgraph.vocab import OWL_SAME_AS, RDF_TYPE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Reference

WANTED = [
    ("I1", "nato hasUnit kfor"),
    ("I2", "serbsOfNorthKosovo basedIn kosovo"),
    ("I3", "demandToRemove involvesActor nato"),
    ("I4", "unitedStates recognises kosovo"),
    ("I4", "kosovo recognisedBy unitedStates"),
    ("I5", "kosovo declaredIndependenceFrom serbia"),
    ("I6", "serbsOfNorthKosovo atOddsWith kfor"),
    ("I6", "kfor atOddsWith serbsOfNorthKosovo"),
    ("I7", "kosovo atOddsWith serbsOfNorthKosovo"),
    ("I8", "ristic authorityOf zubinPotok"),
    ("I8", "zubinPotok a kg:Settlement"),
    ("I8", "zubinPotok a kg:Location"),
    ("I9", "kfor a kg:MilitaryForce"),
    ("I9", "kfor a kg:Organization"),
    ("I9", "kfor a kg:Actor"),
    ("I10", "pristina southOf brnjakCrossing"),
    ("I11", "controlAttempt coincidesWith erectionOfBarricades"),
    ("I11", "lossOfControl coincidesWith natoBombing"),
    ("I12", "violentClashes resultedFrom previousRemovalAttempts"),
    ("I12", "helicopterSupply resultedFrom northBarricades"),
    ("I13", "ecConditioning before pressureOnSerbia"),
    ("I14", "a:a0407 relayedBy natoCommander"),
    ("I14", "a:a0407 relayedBy reuters"),
    ("I15", "a:a0703 a kg:QuotedAssertion"),
    ("I15", "a:a0703 a kg:UnassertedClaim"),
    ("I16", "brnjakLocality locatedIn kosovo"),
]

#: The types that the reasoner may add to what entities.ttl and gazetteer.ttl say, by the type given there.
APPROVED = {
    "Person": {"Actor"},
    "Group": {"Actor"},
    "Organization": {"Actor"},
    "MilitaryForce": {"Organization", "Actor"},
    "PeacekeepingForce": {"MilitaryForce", "Organization", "Actor"},
    "PublicAuthority": {"Organization", "Actor"},
    "Actor": set[str](),
    "GeopoliticalEntity": {"Actor", "Location"},
    "Region": {"Location"},
    "Settlement": {"Location"},
    "Town": {"Settlement", "Location"},
    "BorderCrossing": {"Location"},
    "Barricade": set[str](),
    "Equipment": set[str](),
    "Medium": set[str](),
    "Event": {"Occurrence"},
    "Action": {"Event", "Occurrence"},
    "Conflict": {"Event", "Occurrence"},
    "Situation": {"Event", "Occurrence"},
    "SpeechAct": {"Event", "Occurrence"},
    "Declaration": {"SpeechAct", "Event", "Occurrence"},
    "Recognition": {"SpeechAct", "Event", "Occurrence"},
    "Demand": {"SpeechAct", "Event", "Occurrence"},
    "SpatialRelation": set[str](),
    "Status": {"Concept"},
    "GazetteerRecord": set[str](),
}


@pytest.mark.parametrize(("number", "fact"), WANTED, ids=[f"{number} {fact}" for number, fact in WANTED])
def test_it_follows_that(number: str, fact: str, reference: Reference) -> None:
    triple = reference.triple(*fact.split())
    asserted = triple in reference.graph("stated") | reference.graph("entities")
    assert asserted or triple in reference.graph("inferred"), number
    if number not in ("I8", "I9"):  # the entity's own type may be written by hand
        assert not asserted


def test_i16_outside_geography_is_not_the_articles(reference: Reference) -> None:
    named = {
        triple.subject
        for triple in reference.graph("gazetteer")
        if triple.predicate.value.endswith("locatedIn")
    }
    assert named == {
        reference.term(name) for name in ("brnjakLocality", "zubinPotokMunicipality", "mitrovicaDistrict")
    }
    assert not named & {triple.subject for triple in reference.graph("stated")}


def test_p26_every_conclusion_is_rdf_and_about_an_individual(reference: Reference) -> None:
    for triple in reference.graph("inferred"):
        assert isinstance(triple.subject, ox.NamedNode)
        assert isinstance(triple.object, ox.NamedNode)
        assert triple.predicate.value != OWL_SAME_AS
        assert not triple.subject.value.startswith("https://w3id.org/kgraph/ontology#")


def test_p30_inferred_types_of_entities_are_those_of_the_approved_table(reference: Reference) -> None:
    given: dict[object, set[str]] = {}
    for name in ("entities", "gazetteer", "stated"):
        for triple in reference.inspection.graphs[name]:
            if triple.predicate.value == RDF_TYPE:
                given.setdefault(triple.subject, set()).add(reference.name(triple.object))
    surplus = {
        (reference.name(triple.subject), reference.name(triple.object))
        for triple in reference.graph("inferred")
        if triple.predicate.value == RDF_TYPE
        and triple.subject in given
        and reference.name(triple.object)
        not in set[str]().union(*(APPROVED[cls] for cls in given[triple.subject]))
    }
    assert surplus == set()
    assert len(given) > 70


def test_p30_nothing_but_entities_and_the_claim_layer_gets_types(reference: Reference) -> None:
    described = {
        triple.subject for name in ("entities", "gazetteer") for triple in reference.inspection.graphs[name]
    }
    typed = {
        triple.subject
        for triple in reference.graph("inferred")
        if triple.predicate.value == RDF_TYPE and "/article/" not in str(triple.subject)
    }
    assert {reference.name(term) for term in typed - described} == set()


@pytest.fixture
def seeded(tmp_path: Path, reference_folder: Path) -> Path:
    """The reference project without shapes, to be edited."""
    folder = tmp_path / "project"
    shutil.copytree(reference_folder, folder)
    shutil.rmtree(folder / "ontology" / "shapes")
    return folder


def test_p27_a_denied_claim_typed_as_stated_is_a_contradiction(seeded: Path) -> None:
    path = seeded / "data/ttl/articles/north-kosovo-roadblocks/assertions.ttl"
    content = path.read_text(encoding="utf-8")
    line = content[: content.index("a:a0703 a kg:Assertion ;")].count("\n") + 1
    path.write_text(
        content.replace("a:a0703 a kg:Assertion ;", "a:a0703 a kg:Assertion , kg:StatedAssertion ;")
    )
    problems = inspect_project(load_settings(seeded, environ={})).problems
    assert {(problem.code, problem.line) for problem in problems} == {("contradiction", line)}
    assert any("StatedAssertion" in problem.message and "a0703" in problem.message for problem in problems)


def test_p29_with_same_as_a_foreign_claim_would_become_ours_and_is_refused(seeded: Path) -> None:
    # what decision 5 is there for: the links graph stays out of reasoning, and owl:sameAs is an error
    foreign = (
        "\n<http://www.wikidata.org/entity/Q1246> <https://w3id.org/kgraph/ontology#locatedIn> kgr:serbia .\n"
        "kgr:kosovo <http://www.w3.org/2002/07/owl#sameAs> <http://www.wikidata.org/entity/Q1246> .\n"
    )
    links, gazetteer = seeded / "data/ttl/links.ttl", seeded / "data/ttl/gazetteer.ttl"
    links.write_text(links.read_text(encoding="utf-8") + foreign, encoding="utf-8")
    settings = load_settings(seeded, environ={})
    poisoned = ox.Triple(
        ox.NamedNode("https://w3id.org/kgraph/id/serbsOfNorthKosovo"),
        ox.NamedNode("https://w3id.org/kgraph/ontology#basedIn"),
        ox.NamedNode("https://w3id.org/kgraph/id/serbia"),
    )
    inspection = inspect_project(settings)
    assert poisoned not in inspection.graphs["inferred"]
    assert {problem.code for problem in inspection.problems} == {"same-as"}

    gazetteer.write_text(gazetteer.read_text(encoding="utf-8") + foreign, encoding="utf-8")
    inspection = inspect_project(settings)
    assert poisoned in inspection.graphs["inferred"]  # so the danger is real …
    assert "same-as" in {problem.code for problem in inspection.problems}  # … and the build forbidden

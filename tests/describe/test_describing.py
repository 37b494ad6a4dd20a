"""What the graphs say about a thing, from the facade: facts by graph, claims by how they stand, names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph import KnowledgeGraph
from kgraph.describe import Kind
from kgraph.errors import ParameterError
from kgraph.vocab import KG
from tests.conftest import ARTICLE, ENTITY


@pytest.fixture(scope="module")
def graph(reference_folder: Path) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph(reference_folder, workers=1) as graph:
        yield graph


def test_claims_are_apart_by_how_they_stand(graph: KnowledgeGraph) -> None:
    found = graph.describe("kgr:kforActions")
    verdicts = {claim.verdict: claim.speaker.label for claim in found.claimed}
    assert verdicts["predicted not to happen by"] == "Slavisa Ristic"
    assert "denied by" not in verdicts  # nobody has alleged that there would be any
    said = graph.describe("kgr:ristic").said
    assert len(said) == 9
    assert all(claim.sentence is not None and claim.quote for claim in said)


def test_no_unasserted_claim_is_a_fact(graph: KnowledgeGraph) -> None:
    found = graph.describe("kgr:kforActions")
    facts = set(found.triples())
    claimed = [
        ox.Triple(ox.NamedNode(c.subject.iri), ox.NamedNode(c.predicate.iri), ox.NamedNode(c.object.iri))
        for c in found.claimed
        if c.subject.iri and c.predicate.iri and c.object.iri
    ]
    assert len(claimed) >= 3
    assert not facts & set(claimed)


def test_facts_stand_by_the_graph_that_holds_them(graph: KnowledgeGraph) -> None:
    found = graph.describe("kgr:kosovo")
    assert set(found.records) >= {"entities", "links"}
    links = {t.object for t in found.records["links"]}
    assert ox.NamedNode("http://www.wikidata.org/entity/Q1246") in links
    assert found.name(f"{ENTITY}kosovo").text == "Kosovo"
    assert found.definition is not None
    assert all(isinstance(t.subject, ox.NamedNode) for t in found.inferred)
    stated = [t for t in found.records.get("stated", []) if t.subject == ox.NamedNode(f"{ENTITY}kosovo")]
    assert stated == []  # they stand with their claims
    assert {KG + "GeopoliticalEntity"} <= set(found.types)


@pytest.mark.parametrize(
    ("iri", "kind"),
    [
        (ARTICLE, Kind.ARTICLE),
        (f"{ARTICLE}/s01", Kind.SENTENCE),
        (f"{ARTICLE}/a0103", Kind.ASSERTION),
        ("https://w3id.org/kgraph/ontology", Kind.ONTOLOGY),
        ("https://w3id.org/kgraph/ontology/0.2.0", Kind.ONTOLOGY),
        ("kgr:kosovo", Kind.THING),
        ("kgr:nobody", Kind.THING),
    ],
)
def test_a_thing_is_of_a_kind(graph: KnowledgeGraph, iri: str, kind: Kind) -> None:
    assert graph.describe(iri).kind is kind


def test_a_claim_is_described_with_itself(graph: KnowledgeGraph) -> None:
    found = graph.describe(f"{ARTICLE}/a0703")
    assert f"{ARTICLE}/a0703" in {claim.iri for claim in found.around}
    assert ox.NamedNode(f"{ARTICLE}/a0703") in {t.subject for t in found.triples()}


def test_what_is_no_iri_is_refused(graph: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError):
        graph.describe("no iri")


def test_what_nobody_knows_is_empty(graph: KnowledgeGraph) -> None:
    assert list(graph.describe("kgr:nobody").triples()) == []

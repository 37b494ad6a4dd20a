"""Who reads a list reads names: also of claims, sentences, spans and notes, which have none in the graphs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import anyio
import pyoxigraph as ox
import pytest

from kgraph import KnowledgeGraph
from kgraph.api import Table
from kgraph.describe import Describer
from kgraph.describe.naming import NAME_AT_MOST, NAMED_AT_ONCE, find_names
from kgraph.store import Generation
from kgraph.vocab import Names
from kgraph.who_said import Dataset
from tests.conftest import ARTICLE, ENTITY

BASE = "https://w3id.org/kgraph/"
DATA = f"""
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX kg: <{BASE}ontology#>
PREFIX : <{ENTITY}>
:a dcterms:title "The mill" .
:miller skos:prefLabel "the miller" . :mill skos:prefLabel "die Mühle"@de, "the mill"@en .
:flour skos:prefLabel "flour" .
kg:agent rdfs:label "agent" . kg:byline skos:prefLabel "byline" . kg:Record rdfs:label "GeoNames record" .
:sentence kg:partOfArticle :a ; kg:sentenceNumber 3 ; kg:exactText "The mill stands still." .
:byline kg:partOfArticle :a ; kg:partKind kg:byline ; kg:exactText "By a miller" .
:early kg:beginIndex 7 ; kg:exactText "stands" . :late kg:beginIndex 11 ; kg:exactText "still" .
:long kg:exactText "{"word " * 60}" . :unbroken kg:exactText "{"w" * 300}" .
:claim kg:attributedTo :miller ; kg:evidence :late, :early ;
  kg:subject :mill ; kg:predicate kg:agent ; kg:object :flour ; kg:polarity kg:negative .
:bare kg:subject :mill ; kg:predicate kg:agent ; kg:value "12 sacks" ; kg:polarity kg:negative .
:inference rdf:subject :mill ; rdf:predicate rdf:type ; rdf:object :flour .
:link kg:linkSubject :mill ; kg:linkPredicate skos:exactMatch ;
  kg:linkObject <http://elsewhere.example/x> .
:note prov:wasAttributedTo :miller ; rdfs:comment "This is\\n  doubtful." ;
  kg:about :mill ; kg:evidence :late .
:record a kg:Record ; kg:about :mill .
:source kg:sourceAgent :miller .
:nothing kg:beginIndex 5 .
"""
CLIENTS = f"""
<{ENTITY}mill> <http://www.w3.org/2000/01/rdf-schema#label> "a lie" .
<{ENTITY}nothing> <http://www.w3.org/2000/01/rdf-schema#label> "another lie" .
<{ENTITY}theirs> <http://www.w3.org/2000/01/rdf-schema#label> "a thing of theirs" .
"""


class Graphs:
    """Triples as a dataset of a project that counts what it is asked."""

    def __init__(self, turtle: str) -> None:
        self._store = ox.Store()
        self._store.load(turtle, ox.RdfFormat.TURTLE)
        self.names = Names(BASE)
        self.asked = 0

    async def construct(self, query: str) -> list[ox.Triple]:
        self.asked += 1
        return list(cast(ox.QueryTriples, self._store.query(query)))

    async def select(self, query: str) -> list[dict[str, object]]:
        solutions = cast(ox.QuerySolutions, self._store.query(query))
        return [{v.value: row[v.value] for v in solutions.variables} for row in solutions]


def named(*names: str) -> dict[str, str]:
    graphs = Graphs(DATA)
    found = anyio.run(find_names, [ENTITY + name for name in names], cast(Dataset, graphs))
    return {iri.removeprefix(ENTITY): name.text for iri, name in found.items()}


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        ("mill", "the mill"),
        ("sentence", "Sentence 3 of The mill"),
        ("byline", "Byline of The mill: “By a miller”"),
        ("late", "“still”"),
        ("claim", "the miller: “stands … still”"),
        ("bare", "the mill · not: agent · 12 sacks"),
        ("inference", "the mill · is a · flour"),
        ("link", "the mill · exact match · http://elsewhere.example/x"),
        ("note", "the miller: “This is doubtful.”"),
        ("record", "GeoNames record: the mill"),
        ("source", "the miller"),
    ],
)
def test_what_has_no_name_is_called_by_what_it_says(thing: str, name: str) -> None:
    assert named(thing) == {thing: name}


def test_long_words_are_cut_and_what_says_nothing_has_no_name() -> None:
    found = named("long", "unbroken", "nothing")
    assert set(found) == {"long", "unbroken"}
    assert found["long"].endswith("word …”")
    assert all(NAME_AT_MOST - 10 < len(name) <= NAME_AT_MOST + 4 for name in found.values())


def test_two_queries_name_thousands() -> None:
    graphs = Graphs(DATA)
    iris = [f"{ENTITY}x{number}" for number in range(NAMED_AT_ONCE - 2)] + [ENTITY + "mill", ENTITY + "claim"]
    found = anyio.run(find_names, iris, cast(Dataset, graphs))
    assert len(found) == 2
    assert graphs.asked == 2


def test_clients_name_only_what_the_project_says_nothing_of() -> None:
    project, clients = (cast(Dataset, Graphs(turtle)) for turtle in (DATA, CLIENTS))
    describer = Describer(cast(Generation, None), project, project, clients, licence="")
    found = anyio.run(describer.names, [ENTITY + name for name in ("mill", "nothing", "theirs", "nobody")])
    assert [name.text for name in found.values()] == [
        "the mill",
        "kgr:nothing",
        "a thing of theirs",
        "kgr:nobody",
    ]


@pytest.fixture(scope="module")
def graph(reference_folder: Path) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph(reference_folder, workers=1) as graph:
        yield graph


def test_everything_in_the_project_has_a_name_for_people(graph: KnowledgeGraph) -> None:
    everything = graph.query(
        f"SELECT DISTINCT ?thing {{ ?thing ?p ?o FILTER(STRSTARTS(STR(?thing), '{ENTITY}')) }}", Table
    )
    names = graph.names(everything.iris())
    assert len(names) > 700
    assert set(everything.render()) & set(everything.render(names)) == set()
    assert names[f"{ARTICLE}/a0703"] == "Slavisa Ristic: “There will be no Kfor actions today”"
    assert ("Sentence 7 of North Kosovo roadblocks",) in everything.render(names)
    assert ("kgr:kfor",) in everything.render()

"""Reading a project's folder: which file plays which part, and claims and sources as values."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox

from kgraph.project import Project, read_articles, read_claims, read_project
from kgraph.project.claims import source_chain
from kgraph.project.index import TripleIndex
from kgraph.project.listing import Role
from kgraph.project.rdflib_graph import from_rdflib, to_rdflib
from kgraph.rdf.terms import Term
from kgraph.settings import load_settings
from kgraph.vocab import KG

A = "https://w3id.org/kgraph/id/article/mill/"


def read(folder: Path) -> Project:
    project, problems = read_project(load_settings(folder, environ={}))
    assert problems == []
    return project


def index_of(folder: Path) -> TripleIndex:
    return TripleIndex(triple for triples in read(folder).graphs().values() for triple in triples)


def test_each_file_plays_its_part_and_fills_its_graph(mill: Path) -> None:
    parts = {file.path: (file.role, file.graph) for file in read(mill).turtle}
    assert parts == {
        "ontology/alignments.ttl": (Role.ALIGNMENTS, "ontology"),
        "ontology/attribution.ttl": (Role.ONTOLOGY, "ontology"),
        "ontology/kgraph.ttl": (Role.ONTOLOGY, "ontology"),
        "ontology/lexicon/events.ttl": (Role.ONTOLOGY, "ontology"),
        "ontology/lexicon/lexicon.ttl": (Role.ONTOLOGY, "ontology"),
        "ontology/lexicon/states.ttl": (Role.ONTOLOGY, "ontology"),
        "ontology/lexicon/things.ttl": (Role.ONTOLOGY, "ontology"),
        "ontology/shapes/kgraph-shapes.ttl": (Role.SHAPES, ""),
        "data/ttl/editorial.ttl": (Role.DATA, "editorial"),
        "data/ttl/entities.ttl": (Role.DATA, "entities"),
        "data/ttl/links.ttl": (Role.DATA, "links"),
        "data/ttl/articles/mill/assertions.ttl": (Role.DATA, "assertions"),
        "data/ttl/articles/mill/document.ttl": (Role.DATA, "document"),
    }
    assert set(read(mill).graphs()) == {
        "ontology",
        "editorial",
        "entities",
        "links",
        "assertions",
        "document",
    }


def test_a_project_with_data_and_no_ontology_of_its_own_is_read_with_the_package_s(mill: Path) -> None:
    shutil.rmtree(mill / "ontology")
    paths = {file.path for file in read(mill).turtle}
    assert {"kgraph:ontology/kgraph.ttl", "kgraph:ontology/shapes/kgraph-shapes.ttl"} <= paths
    own = mill / "ontology" / "own.ttl"
    own.parent.mkdir()
    own.write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    assert paths | {"ontology/own.ttl"} == {file.path for file in read(mill).turtle}
    shutil.rmtree(mill / "data")
    assert {file.path for file in read(mill).turtle} == {"ontology/own.ttl"}


def test_articles_share_their_graphs_and_a_triple_counts_once(mill: Path) -> None:
    before = len(read(mill).graphs()["document"])
    other = mill / "data" / "ttl" / "articles" / "other" / "document.ttl"
    other.parent.mkdir()
    other.write_text(
        (mill / "data" / "ttl" / "articles" / "mill" / "document.ttl").read_text(encoding="utf-8")
    )
    assert len(read(mill).graphs()["document"]) == before
    other.write_text("<urn:a:b> <urn:a:c> <urn:a:d> .")
    assert len(read(mill).graphs()["document"]) == before + 1


def test_hidden_files_and_those_of_other_kinds_are_left_alone(mill: Path) -> None:
    before = read(mill).digests
    for name in (".draft.ttl", "notes.md", "entities.ttl~"):
        (mill / "data" / "ttl" / name).write_text("no Turtle", encoding="utf-8")
    (mill / "data" / "ttl" / ".trash").mkdir()
    (mill / "data" / "ttl" / ".trash" / "a.ttl").write_text("no Turtle", encoding="utf-8")
    assert read(mill).digests == before


def test_an_empty_folder_is_an_empty_project(tmp_path: Path) -> None:
    project = read(tmp_path)
    assert (project.turtle, project.texts, project.queries, project.digests) == ((), {}, {}, {})


def test_a_place_is_the_predicates_or_else_the_subjects(mill: Path) -> None:
    project = read(mill)
    path = "data/ttl/articles/mill/assertions.ttl"
    lines = (mill / path).read_text(encoding="utf-8").split("\n")
    first = lines.index("a:a0101 a kg:Assertion ;") + 1
    assert project.place(A + "a0101") == (path, first)
    assert project.place(A + "a0101", KG + "mode") == (path, lines.index("    kg:mode kg:narrated ;") + 1)
    assert project.place(A + "a0101", KG + "unknown") == (path, first)
    # What a build derives stands where that is written which it comes from.
    assert project.place(A + "a0101-type") == (path, first)
    assert project.place(A + "s99") == ("data/ttl/articles/mill/document.ttl", 11)
    assert project.place("https://example.org/elsewhere") == (".", None)


def test_claims_are_values_in_the_order_of_the_file(mill: Path) -> None:
    claims = list(read_claims(index_of(mill)))
    names = [claim.iri.rsplit("/", 1)[-1] for claim in claims]
    assert names == sorted(names)
    denied = next(claim for claim in claims if claim.iri == A + "a0201")
    assert (denied.mode, denied.polarity, denied.modality) == (
        KG + "direct-quotation",
        KG + "negative",
        KG + "prediction",
    )
    counted = next(claim for claim in claims if claim.iri == A + "a0103")
    assert counted.object == ox.Literal(40)


def test_a_claim_without_all_its_parts_has_no_triple() -> None:
    kg = {name: ox.NamedNode(KG + name) for name in ("subject", "predicate", "object", "Assertion")}
    iri = ox.NamedNode("urn:a:claim")
    typed = ox.Triple(iri, ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), kg["Assertion"])
    parts = [
        ox.Triple(iri, kg[name], ox.NamedNode(f"urn:a:{name}")) for name in ("subject", "predicate", "object")
    ]
    (whole,) = read_claims(TripleIndex([typed, *parts]))
    assert whole.triple == ox.Triple(
        ox.NamedNode("urn:a:subject"), ox.NamedNode("urn:a:predicate"), ox.NamedNode("urn:a:object")
    )
    for missing in parts:
        (broken,) = read_claims(TripleIndex([typed, *(part for part in parts if part != missing)]))
        assert broken.triple is None


def test_a_chain_of_sources_leads_from_the_speaker_to_the_publication(mill: Path) -> None:
    chain = source_chain(index_of(mill), A + "source-spokesman")
    assert [agent.rsplit("/", 1)[-1] for agent in chain.agents] == ["spokesman", "courier"]
    assert not chain.cyclic
    assert source_chain(index_of(mill), None).sources == ()


def test_articles_know_their_sentences_and_spans(mill: Path) -> None:
    (article,) = read_articles(index_of(mill))
    assert [sentence.number for sentence in article.sentences] == [1, 2]
    assert [(part.number, part.part) for part in article.parts] == [(None, "bylinePart")]
    assert article.text_file == "seeds/mill.txt"
    assert len(article.evidence) == 14


def test_terms_go_to_rdflib_and_back_unchanged() -> None:
    p = ox.NamedNode("urn:a:p")
    integer = ox.NamedNode("http://www.w3.org/2001/XMLSchema#nonNegativeInteger")
    terms: list[Term] = [
        ox.NamedNode("urn:a:é"),
        ox.BlankNode("x"),
        ox.Literal('a\n"b\\'),
        ox.Literal("a", language="en"),
        ox.Literal("007", datatype=integer),
        ox.Literal("ill-typed", datatype=integer),
    ]
    triples = {ox.Triple(ox.BlankNode("s"), p, term) for term in terms}
    back = {
        ox.Triple(from_rdflib(s), ox.NamedNode(str(q)), from_rdflib(o))  # type: ignore[arg-type]
        for s, q, o in to_rdflib(triples)
    }
    assert back == triples

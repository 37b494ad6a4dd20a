"""DRAFT: what nobody has reviewed stands in the graph of drafts alone, and only who asks for it sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kgraph.api import VALUES, AsyncKnowledgeGraph
from kgraph.build import build, inspect_project
from kgraph.canned import CannedQuery
from kgraph.project import read_claims
from kgraph.project.index import TripleIndex
from kgraph.rdf.table import Table
from kgraph.reviewing import Review, Verdict
from kgraph.settings import Settings, load_settings
from kgraph.vocab import KG
from kgraph.who_said import Level, Question
from tests.reviewing.drafts import ARTICLE, BASE, ME, SLUG, candidates, make_project

TOLD, RUINED, PROMISED, DENIED = (each.id for each in candidates())
DRAFTS = f"{BASE}graph/drafts"


def settings_of(folder: Path) -> Settings:
    return load_settings(folder, flags={"workers": 1}, environ={"KGRAPH_ENCODER": "none"})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One claim accepted, one rejected, two open."""
    settings = settings_of(make_project(tmp_path_factory.mktemp("drafts") / "harbour"))
    review = Review(settings, SLUG)
    review.decide(Verdict.ACCEPT, ME, key=TOLD)
    review.decide(Verdict.REJECT, ME, key=RUINED)
    build(settings)
    return settings


@pytest.fixture(scope="module")
def undrafted(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same project without the drafts that are open."""
    settings = settings_of(make_project(tmp_path_factory.mktemp("undrafted") / "harbour"))
    review = Review(settings, SLUG)
    review.decide(Verdict.ACCEPT, ME, key=TOLD)
    (settings.project / f"data/drafts/{SLUG}.json").unlink()
    build(settings)
    return settings


def ask(settings: Settings, *asked: Any) -> list[Any]:
    async def main() -> list[Any]:
        async with AsyncKnowledgeGraph.open(settings) as graph:
            return [await each(graph) for each in asked]

    return asyncio.run(main())


def test_a_draft_is_in_the_sentence_that_its_words_begin_in(tmp_path: Path) -> None:
    """Also where a paragraph has but one sentence, and so the same words."""
    inspection = inspect_project(settings_of(make_project(tmp_path / "harbour")))
    homes = {
        str(t.subject)[1:-1].rpartition("/")[2]: str(t.object)[1:-1].rpartition("/")[2]
        for t in inspection.graphs["drafts"]
        if t.predicate.value == KG + "inSentence"
    }
    assert {homes[key] for key in (TOLD, RUINED)} == {"s01"}
    assert (homes[PROMISED], homes[DENIED]) == ("s02", "s03")
    # Nobody has drawn a claim yet: that is one message, not one for each sentence.
    assert [p.code for p in inspection.problems if "claim" in p.code] == ["article-without-claims"]


def test_no_drafted_claim_is_a_triple_of_any_graph(built: Settings) -> None:
    graphs = inspect_project(built).graphs
    claims = list(read_claims(TripleIndex(graphs["drafts"]), drafted=True))
    assert {claim.iri for claim in claims} == {
        f"{ARTICLE}draft/{PROMISED}",
        f"{ARTICLE}draft/{PROMISED}-2",
        f"{ARTICLE}draft/{DENIED}",
    }
    said = [claim.triple for claim in claims if claim.triple is not None]
    assert len(said) == 2
    everything = {triple for triples in graphs.values() for triple in triples}
    assert everything.isdisjoint(said)
    others = {t for name, triples in graphs.items() if name != "drafts" for t in triples}
    assert others.isdisjoint(graphs["drafts"])
    subjects = {str(t.subject) for t in graphs["drafts"]}
    assert not any(str(t.object) in subjects for name in ("stated", "inferred") for t in graphs[name])
    assert list(read_claims(TripleIndex(graphs["drafts"]))) == []


def test_a_draft_has_its_words_its_tool_and_its_confidence(built: Settings) -> None:
    index = TripleIndex(inspect_project(built).graphs["drafts"])
    node = f"{ARTICLE}draft/{PROMISED}"
    assert index.literal(node, KG + "draftedBy") == "kgraph test, rules:test"
    assert index.literal(node, KG + "confidence") == "0.800"
    (span,) = index.iris(node, KG + "evidence")
    assert index.literal(span, KG + "exactText") == "We will open again in June"


def examples(queries: dict[str, CannedQuery]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every canned query with values that reach for the drafted things, where it takes values."""
    for slug, query in queries.items():
        values = {
            parameter.name: f"<{ARTICLE[:-1]}>" if "article" in parameter.name else str(parameter.example)
            for parameter in query.parameters
        }
        yield slug, {name: value for name, value in values.items() if value != "None"}


def test_no_canned_question_and_no_query_comes_upon_a_draft(built: Settings, undrafted: Settings) -> None:
    free = [
        "SELECT * { ?s ?p ?o }",
        "SELECT * { GRAPH ?g { ?s ?p ?o } FILTER(!STRENDS(STR(?g), 'document')) }",
        "SELECT ?x { ?x <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ?t . ?x ?p 'said' }",
        f"PREFIX kg: <{KG}> SELECT ?c {{ ?c kg:search 'open again in June' }}",
    ]

    async def all_answers(graph: AsyncKnowledgeGraph) -> dict[str, object]:
        found: dict[str, object] = {}
        for slug, values in examples(graph.canned_queries()):
            try:
                found[slug] = shape(await graph.canned_values(slug, values))
            except Exception as error:
                found[slug] = type(error).__name__
        for query in free:
            found[query] = shape(await graph.query_values(query))
        return found

    (with_drafts,), (without,) = ask(built, all_answers), ask(undrafted, all_answers)
    assert with_drafts == without
    assert sum(isinstance(value, list) and bool(value) for value in with_drafts.values()) > 5


def shape(value: object) -> object:
    if isinstance(value, Table):
        return sorted(tuple(map(str, row)) for row in value.rows)
    return sorted(map(str, value)) if isinstance(value, list) else value


def test_who_asks_for_drafts_gets_them(built: Settings) -> None:
    async def named(graph: AsyncKnowledgeGraph) -> Any:
        answer = await graph.query(
            f"SELECT ?c {{ GRAPH <{DRAFTS}> {{ ?c a <{KG}DraftedAssertion> }} }}", formats=VALUES
        )
        return await graph.fetch(answer)

    async def said(graph: AsyncKnowledgeGraph) -> Any:
        return await graph.who_said(Question(text="We will open again in June"))

    async def fact(graph: AsyncKnowledgeGraph) -> Any:
        return await graph.who_said(Question(subject="kgr:reopening"))

    async def page(graph: AsyncKnowledgeGraph) -> Any:
        return await graph.describe(f"{ARTICLE}draft/{PROMISED}")

    rows, answer, by_fact, described = ask(built, named, said, fact, page)
    assert len(rows) == 3
    best = answer.attributions[0]
    assert best.level is Level.DRAFTED
    assert answer.level is Level.DRAFTED
    assert best.verdict == "drafted, not reviewed: promised by"
    assert [voice.agent.label for voice in best.voices] == ["Ana Holt", "Coast Wire"]
    assert best.quote == "We will open again in June"
    assert "drafted, not reviewed" in answer.summary.lower()
    assert {each.level for each in by_fact.attributions} == {Level.DRAFTED}
    assert described.is_known
    assert ox.NamedNode(f"{KG}DraftedAssertion").value in described.types

"""Whole projects on other engines: every canned question, the pages' own questions, and writes."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kgraph.api import AsyncKnowledgeGraph
from kgraph.build import build
from kgraph.canned import CannedQuery
from kgraph.engine import EngineStatus
from kgraph.rdf.table import Table
from kgraph.remote import Endpoint
from kgraph.settings import Settings, load_settings
from kgraph.who_said import Question

from ..canned.conftest import PROJECTS
from ..canned.test_queries import EXPECTED, QUERIES
from .engines import ENGINES, oxigraph

pytestmark = pytest.mark.anyio

PARTS = ("seeds", "ontology", "data", "queries", "kgraph.toml")
#: The questions that are asked of Wikidata.
SERVICES = {slug for slug, query in QUERIES.items() if query.services}
ENVIRONMENT = {"KGRAPH_ENCODER": "none", "KGRAPH_RESULT_CACHE": "0", "KGRAPH_OFFLINE": "true"}


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Settings]:
    """Both projects, built."""
    found: dict[str, Settings] = {}
    for name, source in PROJECTS.items():
        folder = tmp_path_factory.mktemp("project") / "project"
        folder.mkdir()
        for part in PARTS:
            if (source / part).is_dir():
                shutil.copytree(source / part, folder / part)
            elif (source / part).exists():
                shutil.copy(source / part, folder / part)
        found[name] = load_settings(folder, environ=ENVIRONMENT)
        build(found[name])
    return found


@asynccontextmanager
async def opened(settings: Settings, engine: str = "") -> AsyncIterator[AsyncKnowledgeGraph]:
    """The facade, with an engine that holds the current generation where one is named."""
    asked = load_settings(settings.project, environ={**ENVIRONMENT, "KGRAPH_ENGINE": engine})
    async with AsyncKnowledgeGraph.open(asked, with_engine=True) as graph:
        if engine:
            await holding(graph)
        yield graph


async def holding(graph: AsyncKnowledgeGraph) -> None:
    identifier = graph.generation.id
    async with asyncio.timeout(60):
        while status_of(graph).holds != identifier:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def status_of(graph: AsyncKnowledgeGraph) -> EngineStatus:
    status = graph.status.engine
    assert status is not None
    return status


def value_of(found: Table | bool | list[ox.Triple]) -> object:
    """What was found, whatever the order."""
    if isinstance(found, Table):
        return found.columns, sorted(found.render())
    return found if isinstance(found, bool) else sorted(map(str, found))


def questions(project: str, queries: dict[str, CannedQuery]) -> dict[str, dict[str, str]]:
    """Every question with values: of the one article none where none is needed, of the other those of the
    first known answer, so that both ways are tried.
    """
    known: dict[str, dict[str, str]] = {}
    for name, slug, values, _, _ in EXPECTED:
        if name == project and values:
            known.setdefault(slug, values)
    free: dict[str, dict[str, str]] = {
        slug: {}
        for slug, query in queries.items()
        if not query.services and not any(each.required for each in query.parameters)
    }
    return {**free, **known} if project == "star-clock" else {**known, **free}


@pytest.fixture(scope="module")
async def answers(projects: dict[str, Settings], anyio_backend: str) -> dict[str, dict[str, object]]:
    """What the workers answer to every question of each project, by its SPARQL."""
    found: dict[str, dict[str, object]] = {}
    for project, settings in projects.items():
        async with opened(settings) as graph:
            queries = graph.canned_queries()
            asked = questions(project, queries)
            assert {*asked} == {*queries} - SERVICES
            texts = [await graph.bind(queries[slug], values) for slug, values in asked.items()]
            found[project] = {text: value_of(await graph.query_values(text)) for text in texts}
    return found


@pytest.mark.parametrize("engine", ENGINES)
async def test_every_question_has_the_same_rows(
    projects: dict[str, Settings], answers: dict[str, dict[str, object]], engine: str, tmp_path: Path
) -> None:
    with ENGINES[engine](tmp_path) as url:
        for project, settings in projects.items():
            async with opened(settings, url) as there:
                for text, answer in answers[project].items():
                    assert value_of(await there.query_values(text)) == answer, text
                status = status_of(there)
                assert status.answered == len(answers[project])
                assert not status.here


async def test_words_proofs_and_descriptions_are_the_same(
    projects: dict[str, Settings], tmp_path: Path
) -> None:
    settings = projects["north-kosovo-roadblocks"]
    entity = settings.names.resources + "serbia"
    with oxigraph(tmp_path) as url:
        async with opened(settings) as here, opened(settings, url) as there:
            asks: tuple[Callable[[AsyncKnowledgeGraph], Awaitable[Any]], ...] = (
                lambda graph: graph.who_said(Question(text="The roadblocks are still there")),
                lambda graph: graph.describe(entity),
                lambda graph: graph.describe(settings.base_iri + "ontology"),
                lambda graph: graph.explain("serbia", "a", "kg:Actor"),
                lambda graph: graph.query_values(
                    "SELECT ?c ?w { ?c kg:search 'roadblocks' ; kg:evidence/kg:exactText ?w }"
                ),
            )
            for ask in asks:
                first, second = await ask(here), await ask(there)
                if isinstance(first, Table):
                    assert len(first) > 0
                    assert value_of(first) == value_of(second)
                else:
                    assert first == second
            assert status_of(there).answered > 10


async def test_a_write_is_seen_at_once_and_reaches_the_engine_as_a_change(
    projects: dict[str, Settings], tmp_path: Path
) -> None:
    with oxigraph(tmp_path) as url:
        async with opened(projects["star-clock"], url) as graph, Endpoint(url) as engine:
            await engine.find()
            # What is only there: a whole load would take it away.
            await engine.update("INSERT DATA { GRAPH <urn:kgraph:engine:mark> { <urn:a> <urn:b> <urn:c> } }")
            count = "SELECT (COUNT(*) AS ?n) { ?s <urn:x:p> ?o }"
            for update, expected in (
                (
                    "INSERT DATA { <urn:x:a> <urn:x:p> 01, 1.50, 'a\\nb'@en ."
                    " GRAPH <urn:x:g> { <urn:x:a> <urn:x:p> 1, true } }",
                    4,
                ),
                ("DELETE DATA { <urn:x:a> <urn:x:p> 1.5 }", 3),
                ("DELETE DATA { <urn:x:a> <urn:x:p> 1 }", 3),
                ("DELETE DATA { GRAPH <urn:x:g> { <urn:x:a> <urn:x:p> 1 } }", 2),
            ):
                await graph.update(update)
                for _ in range(2):  # by the workers, and by the engine
                    table = await graph.query_values(count)
                    assert isinstance(table, Table)
                    assert int(table.rows[0]["n"].value) == expected  # type: ignore[union-attr]
                    await holding(graph)
                graphs = await graph.query_values(
                    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s <urn:x:p> ?o } } GROUP BY ?g"
                )
                assert len(graphs) == 1  # type: ignore[arg-type]
            mark = "SELECT * { GRAPH <urn:kgraph:engine:mark> { ?s ?p ?o } }"
            assert len(await engine.rows(mark)) == 1
            before = status_of(graph).answered
            await graph.update("INSERT DATA { <urn:x:a> <urn:x:p> [] }")  # whose label no update can say
            await holding(graph)
            assert await engine.rows(mark) == []
            assert value_of(await graph.query_values(count)) == (("n",), [("3",)])
            assert status_of(graph).answered == before + 1

"""What a user gets of the project is the same, whether its generation is in memory or on disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kgraph.api import AsyncKnowledgeGraph
from kgraph.build import build
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.sparql import profile_query
from kgraph.settings import load_settings

pytestmark = pytest.mark.anyio

FORMATS = {ResultKind.SOLUTIONS: "json", ResultKind.BOOLEAN: "json", ResultKind.GRAPH: "nt"}
DUMP = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def project(reference_folder: Path) -> Path:
    build(load_settings(reference_folder, environ={}))
    return reference_folder


@asynccontextmanager
async def opened(project: Path, memory_snapshot: str) -> AsyncIterator[AsyncKnowledgeGraph]:
    settings = load_settings(project, environ={}, flags={"memory_snapshot": memory_snapshot, "workers": 1})
    async with AsyncKnowledgeGraph.open(settings) as graph:
        yield graph


async def answers(graph: AsyncKnowledgeGraph) -> dict[str, bytes]:
    """Every canned query that can do with its defaults and calls nobody, and a dump of all that there is."""
    found = {}
    for slug, query in graph.canned_queries().items():
        is_free = all(parameter.default is not None or parameter.optional for parameter in query.parameters)
        if is_free and not profile_query(query.sparql).services:
            found[slug] = await (await graph.canned(slug, {}, formats=FORMATS)).read()
    found["dump"] = await (await graph.query(DUMP, formats=FORMATS)).read()
    return found


async def test_every_canned_query_and_a_dump_are_the_same_from_memory_and_from_disk(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgraph.engine.keeper._SETTLE_S", 0.0)
    async with opened(project, "0") as graph:
        from_disk = await answers(graph)
        assert graph.status.snapshot is None
    async with opened(project, "1GiB") as graph:
        identifier = graph.generation.id
        async with asyncio.timeout(60):
            while graph.status.snapshot != identifier:  # noqa: ASYNC110 -- it is another process's doing
                await asyncio.sleep(0.05)
            while not any(worker.snapshot for worker in graph._backend._backend._idle):  # type: ignore[attr-defined]  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        from_memory = await answers(graph)
    local = {path.stem for path in (project / "queries").glob("*.rq") if "SERVICE" not in path.read_text()}
    assert set(from_disk) == local | {"dump"}
    assert len(local) > 45
    assert b"_:" in from_disk["dump"]
    # An answer without ORDER BY has no order (SPARQL 1.1 Query, section 15), and the dump is one.
    assert sorted(from_memory.pop("dump").splitlines()) == sorted(from_disk.pop("dump").splitlines())
    assert from_memory == from_disk

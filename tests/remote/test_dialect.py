"""Virtuoso 7 as the test of the dialect: what it does otherwise is listed, and the list is strict.

It is no engine to serve from: what it changes shows in no status and no header, and the probes refuse it.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from kgraph.api import VALUES
from kgraph.engine import QueryRequest, WorkerPool
from kgraph.engine.portable import Feature
from kgraph.remote import Endpoint
from kgraph.remote.answers import SmallAnswer, Wording, write_small
from kgraph.remote.endpoint import EngineFault, Fault
from kgraph.remote.profile import probe_engine
from kgraph.settings import Settings
from kgraph.vocab import is_metadata

from ..canned.conftest import PROJECTS
from .engines import virtuoso, virtuoso_load
from .test_questions import opened, projects, questions, value_of

__all__ = ["projects"]

pytestmark = pytest.mark.anyio

FAULTS = {
    "booleans, numbers and dates keep their types",
    "a double stays one",
    "true and 1 are two values",
    "COALESCE passes over what is an error",
    "the dataset of the protocol goes before that of the query",
}
#: The questions that it does not answer as the workers do, with what happens. Many are refused since its
#: compiler fails at an aggregate in an IF, or since paths need an end that is bound.
LISTED = Path(__file__).parent / "virtuoso.tsv"


async def test_what_it_does_otherwise_is_found_at_the_start(tmp_path: Path, anyio_backend: str) -> None:
    with virtuoso(tmp_path) as url:
        async with Endpoint(url) as endpoint:
            await endpoint.find()
            profile = await probe_engine(endpoint)
    found = {fault.removeprefix("it does not hold that ") for fault in profile.faults}
    assert found == {*FAULTS, "it takes no whole datasets in N-Quads"}
    assert {Feature.MERGE, Feature.PATHS} <= {*profile.here}
    assert 10_000 < profile.longest < 100_000


@pytest.mark.skipif("KGRAPH_DIALECT" not in os.environ, reason="it takes minutes: make dialect")
@pytest.mark.parametrize("project", PROJECTS)
async def test_the_questions_that_it_does_not_answer_alike_are_these(
    projects: dict[str, Settings], project: str, tmp_path: Path, anyio_backend: str
) -> None:
    found: list[str] = []
    async with opened(projects[project]) as graph, WorkerPool() as pool, AsyncExitStack() as stack:
        queries, endpoint = graph.canned_queries(), None
        aside = tuple(filter(is_metadata, graph.generation.manifest.graphs))
        for slug, values in questions(project, queries).items():
            if endpoint is None:
                folder = tmp_path / slug
                folder.mkdir()
                endpoint = await stack.enter_async_context(filled(folder, graph.generation.store_path))
            text = await graph.bind(queries[slug], values)
            request = QueryRequest(store=graph.generation.store_path, query=text, formats=VALUES, aside=aside)
            wording = Wording(await pool.read(request), "json", {}, memory_bytes=1 << 30)
            try:
                answer = await graph.fetch(SmallAnswer(wording, await asked(endpoint, wording)))
            except EngineFault as fault:
                found.append(f"{project}\t{slug}\trefused")
                if fault.fault is Fault.AWAY:  # the question was its end: the next ones are asked of another
                    await stack.aclose()
                    endpoint = None
                continue
            if value_of(answer) != value_of(await graph.query_values(text)):
                found.append(f"{project}\t{slug}\tother rows")
    (tmp_path / "found.tsv").write_text("\n".join(found))
    listed = [line for line in LISTED.read_text().splitlines() if line.startswith(f"{project}\t")]
    assert sorted(found) == sorted(listed)


@asynccontextmanager
async def filled(folder: Path, store: Path) -> AsyncIterator[Endpoint]:
    """A Virtuoso that holds a generation's store."""
    with virtuoso(folder) as url:
        pour(store, folder / "all.nq")
        virtuoso_load(folder, folder / "all.nq")
        async with Endpoint(url) as endpoint:
            await endpoint.find()
            yield endpoint


def pour(store: Path, path: Path) -> None:
    command = [sys.executable, "-m", "kgraph.remote.pouring", str(store), "load"]
    with path.open("wb") as file:
        subprocess.run(command, stdout=file, stderr=subprocess.PIPE, check=True)


async def asked(endpoint: Endpoint, wording: Wording) -> bytes:
    query = wording.query
    stream = endpoint.stream(query.text, default_graphs=query.default_graphs, named_graphs=query.named_graphs)
    async with asyncio.timeout(60), stream as pieces:
        return write_small(wording, b"".join([piece async for piece in pieces]))

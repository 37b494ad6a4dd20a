"""A small generation, and each backend that is to answer from it: the workers here, and other engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pyoxigraph as ox
import pytest

from kgraph.engine import Backend, QueryRequest, WorkerPool
from kgraph.rdf.formats import ResultKind
from kgraph.remote import Endpoint, RemoteBackend
from kgraph.store import Generation, Manifest, write_generation
from kgraph.store.generation import FORMAT

from .engines import Start, oxigraph, tdb2

#: Whichever differ most.
ENGINES: dict[str, Start] = {"fuseki": tdb2, "oxigraph": oxigraph}

E = "http://example.org/"
FORMATS = {ResultKind.SOLUTIONS: "json", ResultKind.BOOLEAN: "json", ResultKind.GRAPH: "nt"}
MANIFEST = Manifest("", "2026-01-01T00:00:00+00:00", "t", E, FORMAT, {}, {}, {}, 0, "", 0)
TTL = """
@prefix : <http://example.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:a :next :b . :b :next :c . :c :next :a . :d :next :d .
:a :name "Ana" , "Žižek 🙂"@sl , "" . :b :name "Ana"@en , "Bo\\n\\"b\\"" . :c :name "Ana" .
:a :size 1 , 1.5 , true . :b :size 2 , false , 2.5 . :c :size 10 , 100.0 , 2.50 .
:a :day "2011-07-26"^^xsd:date . :b :day "2011-10-18"^^xsd:date . :c :month "2011-07"^^xsd:gYearMonth .
:a a :Thing . :b a :Thing . :c a :Other .
:a :has [ :part :b ; :weight 3 ] , [ :part :c ; :weight 4 ] .
"""
OTHER = "@prefix : <http://example.org/> . :a :next :b . :e :next :a . :e a :Thing . :e :name 'Eve' ."


def graphs() -> dict[str, list[ox.Triple]]:
    many = [
        ox.Triple(ox.NamedNode(f"{E}m{i}"), ox.NamedNode(f"{E}value"), ox.Literal(f"value {i} " + "x" * 40))
        for i in range(8_000)
    ]
    parsed = {
        name: [quad.triple for quad in ox.parse(text, ox.RdfFormat.TURTLE)]
        for name, text in (("one", TTL), ("two", OTHER))
    }
    return {**{E + name: triples for name, triples in parsed.items()}, E + "many": many}


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    path = tmp_path_factory.mktemp("generations") / "g1"
    content = graphs()
    manifest = replace(MANIFEST, id="g1", graphs={iri: len(triples) for iri, triples in content.items()})
    return write_generation(path, content, {}, manifest)


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of each engine in turn."""
    with ExitStack() as stack:
        yield stack.enter_context(ENGINES[request.param](tmp_path_factory.mktemp(request.param)))


async def until_held(backend: RemoteBackend, generation: Generation) -> None:
    """Wait until the engine holds a generation."""
    backend.turn_to(generation.store_path)
    async with asyncio.timeout(60):
        while (status := backend.status.engine) is None or status.holds != generation.id:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
async def pool(anyio_backend: str) -> AsyncIterator[WorkerPool]:
    async with WorkerPool(size=2, query_timeout_s=30, query_memory_bytes=512 << 20) as pool:
        yield pool


@pytest.fixture(scope="module")
async def remote(engine: str, generation: Generation, anyio_backend: str) -> AsyncIterator[RemoteBackend]:
    """The backend of an engine that holds the generation."""
    async with (
        WorkerPool(size=2, query_timeout_s=30, query_memory_bytes=512 << 20) as workers,
        RemoteBackend(Endpoint(engine), workers) as backend,
    ):
        await until_held(backend, generation)
        yield backend


Ask = Callable[..., QueryRequest]


@pytest.fixture
def ask(generation: Generation) -> Ask:
    """A request to the small generation; keyword arguments go before its defaults."""

    def request(query: str, **changes: object) -> QueryRequest:
        prologue = "" if changes.pop("bare", False) else f"PREFIX : <{E}> "
        known = {"store": generation.store_path, "formats": FORMATS, "query": prologue + query}
        return QueryRequest(**{**known, **changes})  # type: ignore[arg-type]

    return request


async def told(backend: Backend, request: QueryRequest) -> bytes:
    return await (await backend.query(request)).read()

"""An engine that is away, wrong, overtaken, somebody else's or cut off never gives a wrong answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from kgraph.engine import EngineStatus, WorkerPool
from kgraph.errors import EngineError, QueryFailedError, QueryTimeoutError
from kgraph.rdf.formats import ResultKind
from kgraph.remote import Endpoint, RemoteBackend
from kgraph.store import Generation

from .conftest import Ask, told, until_held
from .engines import free_port, fuseki, oxigraph
from .tampering import Reply, Spoil, tampering

pytestmark = pytest.mark.anyio

SMALL = "SELECT ?s ?o { ?s :size ?o } ORDER BY ?s STR(?o)"
#: What another server leaves that has loaded an older generation.
HOLDING = """PREFIX : <urn:kgraph:engine:> DROP ALL;
INSERT DATA { GRAPH :state { :state :holds "g0 1" } }"""
LARGE = "SELECT * { ?s :value ?v }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An engine that is as it should be."""
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as url:
        yield url


@asynccontextmanager
async def backend_of(url: str, token: str = "", *, timeout_s: float = 30.0) -> AsyncIterator[RemoteBackend]:
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(WorkerPool(size=2, query_timeout_s=timeout_s))
        yield await stack.enter_async_context(RemoteBackend(Endpoint(url, token), pool, retry_s=0.1))


@asynccontextmanager
async def spoiled(
    server: str, generation: Generation, spoil: Spoil, *, timeout_s: float = 30.0
) -> AsyncIterator[RemoteBackend]:
    """A backend that holds the generation, and whose answers to the test's queries are spoiled."""
    with tampering(server, lambda query, reply: spoil(query, reply) if "example" in query else reply) as url:
        async with backend_of(url, timeout_s=timeout_s) as backend:
            await until_held(backend, generation)
            yield backend


def status_of(backend: RemoteBackend) -> EngineStatus:
    status = backend.status.engine
    assert status is not None
    return status


async def has_come(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not what():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def halved(_: str, reply: Reply) -> Reply:
    return reply._replace(content=reply.content[: len(reply.content) // 2])


SPOILS: dict[str, Spoil] = {
    "cut off": halved,
    "cut off with a remark": lambda _, reply: reply._replace(
        content=reply.content[:-4] + b"\n## Incomplete results ##\n"
    ),
    "whole, with something behind it": lambda _, reply: reply._replace(content=reply.content + b"x"),
    "without a row": lambda _, reply: reply._replace(headers={"X-SQL-State": "S1TAT"}),
    "with other columns": lambda _, reply: reply._replace(
        content=reply.content.replace(b'["s","o"]', b'["o","s"]')
    ),
    "true for rows": lambda _, reply: reply._replace(content=b'{"head":{},"boolean":true}'),
    "nothing": lambda _, reply: reply._replace(content=b""),
    "not taken": lambda _, reply: reply._replace(status=400, content=b"I cannot read that"),
    "too busy": lambda _, reply: reply._replace(status=503, content=b"later"),
    "broken": lambda _, reply: reply._replace(status=500, content=b"Java is out of memory"),
    "in a login": lambda _, reply: reply._replace(
        status=302, content=b"", headers={"Location": "http://127.0.0.1:1/"}
    ),
}
ROWS_ONLY = {"with other columns", "true for rows"}


async def test_an_answer_that_is_not_whole_is_given_here(
    server: str, generation: Generation, pool: WorkerPool, ask: Ask
) -> None:
    now: list[Spoil] = [halved]

    def spoil_now(query: str, reply: Reply) -> Reply:
        return now[0](query, reply)

    async with spoiled(server, generation, spoil_now) as backend:
        for name, spoil in SPOILS.items():
            now[0] = spoil
            for query in (SMALL, "ASK { :a :next :c }")[: 1 if name in ROWS_ONLY else 2]:
                request = ask(query, formats={ResultKind.SOLUTIONS: "csv", ResultKind.BOOLEAN: "csv"})
                assert await told(backend, request) == await told(pool, request), name
                assert status_of(backend).answered == 0, name
                await has_come(lambda: status_of(backend).holds == generation.id)  # it is asked again
        assert sum(status_of(backend).here.values()) == 2 * len(SPOILS) - len(ROWS_ONLY)


async def test_a_large_answer_that_breaks_off_is_never_complete(
    server: str, generation: Generation, ask: Ask
) -> None:
    async with spoiled(server, generation, lambda q, r: r._replace(content=r.content[:-3])) as backend:
        for query in (LARGE, "CONSTRUCT { ?s :v ?v } { ?s :value ?v }"):
            answer = await backend.query(ask(query))
            with pytest.raises(QueryFailedError, match="cut off"):
                await answer.read()
            assert not answer.complete


async def test_a_query_past_its_time_ends_and_its_place_is_free(
    server: str, generation: Generation, ask: Ask
) -> None:
    def slow(query: str, reply: Reply) -> Reply:
        if ":size" in query:
            time.sleep(3)
        return reply

    async with spoiled(server, generation, slow, timeout_s=0.7) as backend:
        began = time.monotonic()
        outcomes = await asyncio.gather(
            *(backend.query(ask(f"{SMALL} OFFSET {n}"), f"client {n}") for n in range(16)),
            return_exceptions=True,
        )
        assert time.monotonic() - began < 2.5
        assert {type(outcome) for outcome in outcomes} == {QueryTimeoutError}
        assert b"true" in await told(backend, ask("ASK { :a :next :b }"))
        assert status_of(backend).answered == 1


def lying(query: str, reply: Reply) -> Reply:
    return reply._replace(content=reply.content.replace(b'"true"', b'"1"'))


async def test_an_engine_that_changes_values_is_refused(server: str) -> None:
    with tampering(server, lying) as url, pytest.raises(EngineError, match="booleans, numbers and dates"):
        async with backend_of(url):
            pass


async def test_an_engine_may_want_a_password_and_ends_what_takes_too_long(
    generation: Generation, ask: Ask, tmp_path: Path
) -> None:
    (tmp_path / "passwords").write_text("reader: secret-one\n")
    with fuseki(tmp_path, "--mem", "--auth=basic", "--passwd=passwords") as url:
        with pytest.raises(EngineError, match="engine_token"):
            async with backend_of(url):
                pass
        async with backend_of(url, "reader:secret-one", timeout_s=1.0) as backend:
            assert backend.engine_profile.cancels
            assert "secret" not in repr(backend.status)
            await until_held(backend, generation)
            with pytest.raises(QueryTimeoutError):
                await backend.query(
                    ask("SELECT (COUNT(*) AS ?n) { ?s :value ?o . ?t :value ?p . ?u :value ?q }")
                )
            assert b"true" in await told(backend, ask("ASK { :a :next :b }"))
            assert (status_of(backend).answered, status_of(backend).trouble) == (1, "")


async def test_what_is_no_engine_is_refused() -> None:
    with pytest.raises(EngineError, match="No SPARQL engine answers"):
        async with backend_of(f"http://127.0.0.1:{free_port()}"):
            pass


async def test_what_somebody_else_keeps_in_an_engine_is_left_alone(tmp_path: Path) -> None:
    with oxigraph(tmp_path) as url:
        async with Endpoint(url) as endpoint:
            await endpoint.find()
            await endpoint.update("INSERT DATA { GRAPH <urn:theirs> { <urn:a> <urn:b> <urn:c> } }")
        with pytest.raises(EngineError, match="that kgraph has not put there"):
            async with backend_of(url):
                pass
        async with Endpoint(url) as endpoint:
            await endpoint.find()
            count = await endpoint.rows("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
            assert count == [('"1"^^<http://www.w3.org/2001/XMLSchema#integer>',)]


async def test_an_engine_may_come_and_go(
    generation: Generation, pool: WorkerPool, ask: Ask, tmp_path: Path
) -> None:
    port = free_port()
    request = ask(SMALL, formats={ResultKind.SOLUTIONS: "csv"})
    expected = await told(pool, request)
    async with AsyncExitStack() as stack:
        with oxigraph(tmp_path, port):
            backend = await stack.enter_async_context(backend_of(f"http://127.0.0.1:{port}"))
            assert await told(backend, request) == expected  # while nothing is there yet
            await until_held(backend, generation)
            assert await told(backend, request) == expected
            assert status_of(backend).answered == 1
        assert await told(backend, request) == expected
        assert status_of(backend).trouble
        sent = status_of(backend).sent_bytes
        with oxigraph(tmp_path, port):
            await has_come(lambda: status_of(backend).holds == generation.id)
            assert (status_of(backend).trouble, status_of(backend).sent_bytes) == (
                "",
                sent,
            )  # not loaded again
            assert await told(backend, request) == expected
            assert status_of(backend).answered == 2


async def test_an_answer_from_another_load_does_not_count(
    server: str, generation: Generation, pool: WorkerPool, ask: Ask
) -> None:
    async with backend_of(server) as backend:
        await until_held(backend, generation)
        before = status_of(backend)
        async with Endpoint(server) as other:
            await other.find()
            await other.update(HOLDING)
        assert await told(backend, ask("ASK { :a :next :b }")) == await told(pool, ask("ASK { :a :next :b }"))
        assert status_of(backend).answered == before.answered
        await has_come(lambda: status_of(backend).holds == generation.id)  # g0 is older: ours is loaded again
        assert await told(backend, ask("ASK { :a :next :b }")) == await told(pool, ask("ASK { :a :next :b }"))
        assert status_of(backend).answered == before.answered + 1


async def test_the_engine_is_left_to_a_server_with_something_newer(
    server: str, generation: Generation, ask: Ask
) -> None:
    async with backend_of(server) as backend:
        await until_held(backend, generation)
        async with Endpoint(server) as other:
            await other.find()
            newer = HOLDING.replace("g0", "g2")
            await other.update(newer)
            assert b"true" in await told(backend, ask("ASK { :a :next :b }"))
            await has_come(lambda: "newer generation" in status_of(backend).trouble)
            assert len(await other.rows("SELECT * { GRAPH ?g { ?s ?p ?o } }")) == 1
            await other.update("DROP ALL")
            await has_come(lambda: status_of(backend).holds == generation.id)

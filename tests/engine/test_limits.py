"""What no query can do: run on, take all memory, call out, or disturb another query."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph.engine import WorkerPool
from kgraph.engine.nursery import Nursery, start_spawner
from kgraph.engine.process import WorkerProcess
from kgraph.engine.protocol import Frame, FrameDecoder, QueryFields, encode_frame
from kgraph.engine.worker import Worker
from kgraph.errors import (
    BusyError,
    QueryFailedError,
    QueryMemoryError,
    QueryRefusedError,
    QueryTimeoutError,
)
from kgraph.vocab import UNION_GRAPH

from .conftest import Ask
from .test_results import ROWS, SELECT, values

pytestmark = pytest.mark.anyio

BOMBS = {
    "cross product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "sorting": "SELECT * { ?a ?b ?c . ?d ?e ?f . FILTER(CONTAINS(?c, ?f)) } ORDER BY ?f ?c",
    "property path": "PREFIX e: <http://example.org/> SELECT (COUNT(*) AS ?n) { ?a (e:next+/e:next*)+ ?b }",
}
MEMORY_BOMBS = {
    "sorting": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f",
    "concatenation": "SELECT (GROUP_CONCAT(STR(?c)) AS ?all) { ?a ?b ?c . ?d ?e ?f }",
    "deduplication": "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?a ?d { ?a ?b ?c . ?d ?e ?f } }",
}
ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f }"


async def eventually(condition: Callable[[], bool], *, timeout_s: float = 10) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 -- the conditions are states of processes
            await asyncio.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def pids(pool: WorkerPool) -> list[int]:
    return [worker.pid for worker in pool._supply.workers]


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_dies_at_its_deadline_and_others_do_not_notice(
    ask: Ask, big_store: Path, bomb: str
) -> None:
    async with WorkerPool(size=2, query_timeout_s=1, query_memory_bytes=8 << 30) as pool:
        await eventually(lambda: pool.status.ready == 2)
        victims = pids(pool)
        bombing = asyncio.create_task(pool.query(ask(BOMBS[bomb], store=big_store)))
        answered = 0
        while not bombing.done():
            assert await values(pool, ask(SELECT)) == ROWS
            answered += 1
        with pytest.raises(QueryTimeoutError, match="1 second"):
            await bombing
        assert answered > 3
        await eventually(lambda: pool.status.ready == 2 and pool.status.restarts == {"timeout": 1})
        assert sum(is_alive(pid) for pid in victims) == 1


async def test_the_deadline_covers_a_reader_that_is_too_slow(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=1, query_timeout_s=0.5) as pool:
        answer = await pool.query(ask(ENDLESS, store=big_store))
        await eventually(lambda: pool.status.restarts == {"timeout": 1})
        with pytest.raises(QueryTimeoutError):
            await answer.read()
        assert await values(pool, ask(SELECT)) == ROWS


@pytest.mark.parametrize("bomb", MEMORY_BOMBS)
async def test_a_memory_bomb_dies_and_the_next_query_works(ask: Ask, big_store: Path, bomb: str) -> None:
    async with WorkerPool(size=1, query_timeout_s=60, query_memory_bytes=32 << 20) as pool:
        with pytest.raises(QueryMemoryError, match="32 MiB"):
            await pool.query(ask(MEMORY_BOMBS[bomb], store=big_store))
        assert await values(pool, ask(SELECT)) == ROWS
        await eventually(lambda: pool.status.restarts == {"memory": 1})


async def test_a_worker_killed_from_outside_is_an_error_and_replaced(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=1) as pool:
        [victim] = pids(pool)
        running = asyncio.create_task(pool.query(ask(BOMBS["cross product"], store=big_store)))
        await eventually(lambda: pool.status.busy == 1)
        os.kill(victim, signal.SIGKILL)
        with pytest.raises(QueryFailedError, match="sudden end"):
            await running
        assert await values(pool, ask(SELECT)) == ROWS
        await eventually(lambda: pool.status.restarts == {"crashed": 1})


async def test_a_worker_that_dies_idle_is_replaced_before_anybody_asks(ask: Ask) -> None:
    async with WorkerPool(size=1) as pool:
        [victim] = pids(pool)
        os.kill(victim, signal.SIGKILL)
        await eventually(lambda: pool.status.restarts == {"crashed": 1} and pool.status.ready == 1)
        assert await values(pool, ask(SELECT)) == ROWS


async def test_an_answer_that_breaks_off_never_looks_complete(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=1) as pool:
        [victim] = pids(pool)
        answer = await pool.query(ask(ENDLESS, store=big_store))
        assert len(await anext(answer)) >= 32 << 10
        os.kill(victim, signal.SIGKILL)
        for _ in range(2):
            with pytest.raises(QueryFailedError):
                await answer.read()
        assert not answer.complete


async def test_a_query_that_runs_out_of_memory_midway_never_looks_complete(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=1, query_memory_bytes=16 << 20) as pool:
        answer = await pool.query(ask("SELECT DISTINCT ?a ?d { ?a ?b ?c . ?d ?e ?f }", store=big_store))
        with pytest.raises(QueryMemoryError):
            await answer.read()
        assert not answer.complete


async def test_an_error_after_the_first_bytes_never_looks_complete(
    pool: WorkerPool, ask: Ask, big_store: Path
) -> None:
    # Glued to its endpoint, this SERVICE passes the pool's eye. Oxigraph evaluates the two sides in an order
    # of its own, and those of this text from left to right: it fails when the other rows have left.
    query = "PREFIX e:<http://127.0.0.1:9/> SELECT * { { ?s ?p ?o } UNION { SERVICEe:x {} } }"
    answer = await pool.query(ask(query, store=big_store))
    assert not answer.complete
    with pytest.raises(QueryRefusedError):
        await answer.read()
    assert not answer.complete
    await eventually(lambda: pool.status.ready == 2)
    assert pool.status.restarts == {}
    assert await values(pool, ask(SELECT)) == ROWS


async def test_a_reader_that_goes_away_frees_its_worker(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=1) as pool:
        answer = await pool.query(ask(ENDLESS, store=big_store))
        await answer.aclose()
        with pytest.raises(QueryFailedError, match="closed"):
            await answer.read()
        assert await values(pool, ask(SELECT)) == ROWS

        waiting = asyncio.create_task(pool.query(ask(BOMBS["cross product"], store=big_store)))
        await eventually(lambda: pool.status.busy == 1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await values(pool, ask(SELECT)) == ROWS
        await eventually(lambda: pool.status.restarts == {"abandoned": 2})


async def test_a_full_queue_turns_away_and_the_others_are_served_in_order(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=1, most=1, queue_limit=3, query_timeout_s=60) as pool:
        answer = await pool.query(ask(ENDLESS, store=big_store))
        order: list[int] = []

        async def client(number: int) -> None:
            await values(pool, ask(SELECT))
            order.append(number)

        async with asyncio.TaskGroup() as clients:
            for number in range(3):
                clients.create_task(client(number))
            await eventually(lambda: pool.status.waiting == 3)
            with pytest.raises(BusyError) as caught:
                await pool.query(ask(SELECT))
            assert caught.value.retry_after_s >= 1
            await answer.aclose()
        assert order == [0, 1, 2]


async def test_waiting_has_an_end_and_leaves_no_trace(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=1, most=1, queue_timeout_s=0.1, query_timeout_s=60) as pool:
        answer = await pool.query(ask(ENDLESS, store=big_store))
        with pytest.raises(BusyError):
            await pool.query(ask(SELECT))
        assert pool.status.waiting == 0
        await answer.aclose()
        await eventually(lambda: pool.status.ready == 1)
        assert await values(pool, ask(SELECT)) == ROWS


async def test_a_worker_that_keeps_much_memory_is_replaced(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgraph.engine.pool._RETIRE_MIB", -1)
    async with WorkerPool(size=1) as pool:
        assert await values(pool, ask(SELECT)) == ROWS
        await eventually(lambda: pool.status.restarts == {"retired": 1})


async def test_closing_ends_everything(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=1):
        pass  # whatever the event loop opens once and for all
    before = open_descriptors()
    tasks = len(asyncio.all_tasks())
    pool = WorkerPool(size=2, most=2, query_timeout_s=60)
    async with pool:
        await eventually(lambda: pool.status.ready == 2)
        workers = pids(pool)
        answer = await pool.query(ask(ENDLESS, store=big_store))
        running = asyncio.create_task(pool.query(ask(BOMBS["cross product"], store=big_store)))
        await eventually(lambda: pool.status.busy == 2)
        waiting = asyncio.create_task(pool.query(ask(SELECT)))
        await eventually(lambda: pool.status.waiting == 1)
    assert not any(is_alive(pid) for pid in workers)
    for pending in (running, waiting, answer.read(), pool.query(ask(SELECT))):
        with pytest.raises(BusyError, match="shutting down"):
            await pending
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == tasks
    assert open_descriptors() == before
    await pool.aclose()


async def test_closing_during_the_start_ends_everything() -> None:
    pool = WorkerPool(size=2)
    starting = asyncio.create_task(pool.__aenter__())
    await asyncio.sleep(0.005)
    workers = pids(pool)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not any(is_alive(pid) for pid in workers)


async def test_workers_that_do_not_start_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgraph.engine.launching.sys.executable", "/bin/false")
    with pytest.raises(QueryFailedError, match="do not start"):
        async with WorkerPool(size=2):
            pass


def test_no_worker_outlives_a_server_that_is_killed(big_store: Path) -> None:
    server = f"""
import asyncio, pathlib
from kgraph.engine import QueryRequest, WorkerPool
async def main():
    async with WorkerPool(size=2, query_timeout_s=600) as pool:
        while pool.status.ready < 2:
            await asyncio.sleep(0.01)
        store, query = pathlib.Path({str(big_store)!r}), {BOMBS["cross product"]!r}
        asyncio.create_task(pool.query(QueryRequest(store=store, query=query, formats={{}})))
        await asyncio.sleep(0.3)
        print(*(worker.pid for worker in pool._supply.workers), flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", server], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        workers = [int(pid) for pid in process.stdout.readline().split()]
        process.kill()
    assert len(workers) == 2
    deadline = time.monotonic() + 10
    while any(is_running(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(is_running(pid) for pid in workers)


def is_running(pid: int) -> bool:
    """Alive and no zombie: whoever inherits an orphan may be slow to reap it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Trap:
    """A server on the loopback interface that counts who calls."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if connection.recv(1, socket.MSG_PEEK) == b"q":
                    return
                self.calls += 1

    def close(self) -> None:
        with socket.create_connection(self._socket.getsockname()) as farewell:
            farewell.sendall(b"q")
        self._thread.join()
        self._socket.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.close()


CALLS = [
    "SELECT * { SERVICE <TRAP> { ?s ?p ?o } }",
    "SELECT * { service silent <TRAP> { ?s ?p ?o } }",
    "SELECT * { VALUES ?e { <TRAP> } SERVICE ?e { ?s ?p ?o } }",
    "PREFIX t: <TRAP> SELECT * { SERVICE t:x { ?s ?p ?o } }",
    "ASK { { SELECT * { OPTIONAL { SERVICE # { } \n <TRAP> { ?s ?p ?o } } } } }",
    "CONSTRUCT { ?s ?p ?o } { FILTER EXISTS { SERVICE <TRAP> { ?s ?p ?o } } }",
]
#: What Oxigraph reads as SERVICE and the tokens of the standard do not show.
DISGUISED = [
    "PREFIX t: <TRAP> SELECT * { SERVICEt:x { ?s ?p ?o } }",
    "SELECT * { FILTER(1<(2))SERVICE#>\n<TRAP>{ ?s ?p ?o } }",
]
SILENT = ["SELECT ?nothing { SERVICESILENT<TRAP> { ?s ?p ?o } }"]
HARMLESS = [
    "SELECT ?o { ?s ?p ?o } # SERVICE <TRAP> { }",
    "SELECT ?o { ?s ?p ?o FILTER(?o != 'SERVICE <TRAP> { }') }",
    "PREFIX service: <TRAP> SELECT ?o { ?s ?p ?o OPTIONAL { ?service service:service ?SERVICE } }",
    "SELECT ?o { ?s ?p ?o OPTIONAL { <TRAP/SERVICE> <http://example.org/service#p> ?x } }",
]


def query_fields(store: Path) -> QueryFields:
    return {
        "store": str(store),
        "formats": {"solutions": "json", "boolean": "json", "graph": "nt"},
        "prefixes": {},
        "base_iri": None,
        "as_written": False,
        "default_mode": "union",
        "hidden": [UNION_GRAPH],
        "cover": [UNION_GRAPH],
        "only": None,
        "aside": [],
        "default_graphs": None,
        "named_graphs": None,
        "clauses": None,
        "memory_limit_bytes": 1 << 30,
    }


@pytest.mark.parametrize("query", CALLS + DISGUISED)
async def test_a_query_that_calls_out_is_refused(pool: WorkerPool, ask: Ask, trap: Trap, query: str) -> None:
    with pytest.raises(QueryRefusedError, match="endpoint"):
        await pool.query(ask(query.replace("TRAP", trap.url)))
    assert trap.calls == 0
    assert await values(pool, ask(SELECT)) == ROWS


@pytest.mark.parametrize("query", SILENT)
async def test_a_silent_call_that_hides_gets_nothing(
    pool: WorkerPool, ask: Ask, trap: Trap, query: str
) -> None:
    await pool.query(ask(query.replace("TRAP", trap.url)))
    assert trap.calls == 0


@pytest.mark.parametrize("query", HARMLESS)
async def test_the_word_alone_calls_nobody(pool: WorkerPool, ask: Ask, trap: Trap, query: str) -> None:
    assert await values(pool, ask(query.replace("TRAP", trap.url))) == ROWS


@pytest.mark.parametrize("query", CALLS + DISGUISED + SILENT)
async def test_a_worker_cannot_call_out_when_nobody_refuses(store: Path, trap: Trap, query: str) -> None:
    process, channel = start_spawner()
    nursery = Nursery(channel)
    worker = WorkerProcess(await nursery.fork())
    assert await worker.connect()
    worker.send(encode_frame("query", query_fields(store), query.replace("TRAP", trap.url).encode()))
    frame = await worker.receive()
    assert frame is not None
    assert trap.calls == 0
    os.kill(worker.pid, signal.SIGKILL)
    assert await worker.bury() == "crashed"
    nursery.close()
    assert process.wait(10) == 0


@pytest.mark.parametrize("query", CALLS + DISGUISED + SILENT)
def test_where_sockets_cannot_be_forbidden_the_word_is(store: Path, trap: Trap, query: str) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        frame = Frame("query", dict(query_fields(store)), query.replace("TRAP", trap.url).encode())
        Worker(theirs, may_dial_out=True).answer(frame)
        [refusal] = FrameDecoder().feed(ours.recv(1 << 16))
    assert (refusal.kind, refusal.fields["code"]) == ("fail", "query-refused")
    assert trap.calls == 0


async def test_a_store_of_many_files_can_be_read_within_the_wall(
    pool: WorkerPool, ask: Ask, tmp_path: Path
) -> None:
    """RocksDB opens the first 16 files at once and the others only when a query needs them."""
    store = ox.Store(str(tmp_path))
    for batch in range(30):
        store.bulk_extend(
            ox.Quad(
                ox.NamedNode(f"urn:s{batch}"), ox.NamedNode("urn:p"), ox.Literal(batch), ox.NamedNode(graph)
            )
            for graph in ("urn:g", UNION_GRAPH)
        )
    store.flush()
    del store
    assert len(list(tmp_path.glob("*.sst"))) > 32  # noqa: ASYNC240
    for query in (
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    ):
        assert await values(pool, ask(query, store=tmp_path)) == ["30"]
    for batch in range(30):
        assert await values(pool, ask(f"SELECT ?s {{ ?s <urn:p> {batch} }}", store=tmp_path)) == [
            f"urn:s{batch}"
        ]

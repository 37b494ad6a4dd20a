"""Generations in memory: the same answers as from disk, moved along with the writes, missed by nobody."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph.engine import WorkerPool
from kgraph.errors import QueryFailedError, QueryMemoryError
from kgraph.vocab import UNION_GRAPH

from .conftest import FACTS, Ask, Fact, write_store
from .test_limits import BOMBS, ENDLESS, MEMORY_BOMBS, eventually, is_alive
from .test_results import ROWS, SELECT, body, values

pytestmark = pytest.mark.anyio

QUERIES = [
    "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }",
    "CONSTRUCT { ?s ?p ?o } { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?g { GRAPH ?g {} }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "SELECT * { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "ASK { ?s ?p [] FILTER(isBlank(?s)) }",
]


LITERALS = "SELECT ?o { ?s <http://example.org/p> ?o }"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgraph.engine.keeper._SETTLE_S", 0.01)


def write_generation(
    folder: Path,
    facts: Iterable[Fact] = FACTS,
    *,
    base: str | None = None,
    removed: str = "",
    added: str = "",
    triples: int = 5,
    is_plain: bool = False,
) -> Path:
    """A generation with blank nodes, a nested triple, an empty graph, and a change where it has a base."""
    folder.mkdir()
    path = write_store(folder / "oxigraph", facts)
    store = ox.Store(str(path))
    store.add_graph(ox.NamedNode("urn:empty"))
    for graph in () if is_plain else ("<urn:blank>", f"<{UNION_GRAPH}>"):
        quads = f"_:b1 <urn:p> _:b2 {graph} .\n_:b2 <urn:p> <<( <urn:a> <urn:b> _:b1 )>> {graph} .\n"
        store.extend(ox.parse(quads.encode(), ox.RdfFormat.N_QUADS))
    store.flush()
    (folder / "manifest.json").write_text(json.dumps({"triples": triples, "base": base}))
    if base is not None:
        (folder / "removed.nq").write_text(removed)
        (folder / "added.nq").write_text(added)
    return path


def in_every_graph(*triples: str) -> str:
    return "".join(f"{triple} <{graph}> .\n" for triple in triples for graph in ("urn:new", UNION_GRAPH))


@asynccontextmanager
async def pool_on(store: Path, **limits: int) -> AsyncIterator[WorkerPool]:
    """A pool all of whose workers have this store in memory."""
    async with WorkerPool(**{"size": 2, "snapshot_bytes": 1 << 30, **limits}) as pool:
        pool.turn_to(store)
        await is_held(pool, store)
        yield pool


async def is_held(pool: WorkerPool, store: Path) -> None:
    await eventually(lambda: pool.status.snapshot == store.parent.name)
    await eventually(
        lambda: len(pool._idle) == pool.size and all(worker.snapshot == str(store) for worker in pool._idle)
    )


def holder_pid(pool: WorkerPool) -> int:
    holder = pool._supply._keeper._holder
    assert holder is not None
    return holder[0].pid


async def test_answers_from_memory_are_those_from_disk(ask: Ask, tmp_path: Path) -> None:
    store = write_generation(tmp_path / "one")
    async with WorkerPool(size=1) as disk, pool_on(store) as memory:
        assert disk.status.snapshot is None
        assert memory.status.snapshot_bytes > 0
        answers = [await body(disk, ask(query, store=store)) for query in QUERIES]
        assert b"_:" in answers[0]
        shutil.rmtree(store)
        for query, answer in zip(QUERIES, answers, strict=True):
            rows = await body(memory, ask(query, store=store))
            assert sorted(_parts(rows)) == sorted(_parts(answer)), query


def _parts(content: bytes) -> list[str]:
    """The rows or triples of an answer, which has no order of its own."""
    if content[:1] != b"{":
        return content.decode().splitlines()
    result = json.loads(content)
    rows = result.get("results", {}).get("bindings", [result.get("boolean")])
    return [json.dumps(result["head"]), *(json.dumps(row, sort_keys=True) for row in rows)]


async def test_the_holder_has_a_single_thread(tmp_path: Path) -> None:
    async with pool_on(write_generation(tmp_path / "one")) as pool:
        assert len(os.listdir(f"/proc/{holder_pid(pool)}/task")) == 1  # noqa: PTH208


async def test_until_it_is_in_memory_a_generation_is_answered_from_disk(ask: Ask, tmp_path: Path) -> None:
    one = write_generation(tmp_path / "one")
    two = write_generation(tmp_path / "two", [("a", "s", "p", "newer")])
    async with pool_on(one) as pool:
        assert "newer" in await values(pool, ask(LITERALS, store=two))
        assert pool.status.snapshot == "one"
        pool.turn_to(two)
        while pool.status.snapshot != "two":
            assert "newer" in await values(pool, ask(LITERALS, store=two))
        await is_held(pool, two)
        assert "both" in await values(pool, ask(LITERALS, store=one))
        assert "outdated" in pool.status.restarts


async def test_a_snapshot_moves_with_the_writes_and_readers_keep_theirs(ask: Ask, tmp_path: Path) -> None:
    facts: list[Fact] = [("big", f"s{i}", "p", f"value {i}") for i in range(20_000)]
    one = write_generation(tmp_path / "one", facts)
    two_changes = in_every_graph("<urn:x> <urn:p> _:b1", "<urn:y> <urn:p> <urn:z>")
    three_changes = in_every_graph("<urn:y> <urn:p> <urn:z>")
    async with pool_on(one) as pool:
        holder = holder_pid(pool)
        reading = await pool.query(ask("SELECT ?s ?o { ?s ?p ?o }", store=one))
        assert not reading.complete
        # The stores on disk stay empty, but for the names of their graphs: what is answered is the change.
        write_generation(tmp_path / "two", [], base="one", added=two_changes)
        three = write_generation(tmp_path / "three", [], base="two", removed=three_changes)
        graphs = ox.Store(str(three))
        graphs.add_graph(ox.NamedNode("urn:new"))
        graphs.remove_graph(ox.NamedNode("urn:empty"))
        graphs.flush()
        del graphs
        pool.turn_to(three)
        await eventually(lambda: pool.status.snapshot == "three")
        assert holder_pid(pool) == holder
        await eventually(lambda: any(worker.snapshot == str(three) for worker in pool._idle))
        shutil.rmtree(three)
        assert await values(pool, ask("SELECT ?s { GRAPH <urn:new> { ?s ?p ?o } }", store=three)) == ["urn:x"]
        [same] = await values(
            pool, ask("SELECT (COUNT(*) AS ?n) { ?s <urn:p> ?b . ?b <urn:p> ?c }", store=three)
        )
        assert same == "2"  # urn:x leads to the blank node that was there before
        names = await values(pool, ask("SELECT ?g { GRAPH ?g {} }", store=three))
        assert "urn:new" in names
        assert "urn:empty" not in names
        rows = json.loads(await reading.read())["results"]["bindings"]
        assert len(rows) == 20_002


@pytest.mark.parametrize("change", ["nonsense", "<urn:a> <urn:b> 'no graph' . #"])
async def test_changes_that_cannot_be_read_have_the_generation_loaded(
    ask: Ask, tmp_path: Path, change: str
) -> None:
    one = write_generation(tmp_path / "one")
    two = write_generation(tmp_path / "two", [("a", "s", "p", "newer")], base="one", added=f"{change}\nx")
    async with pool_on(one) as pool:
        first = holder_pid(pool)
        pool.turn_to(two)
        await is_held(pool, two)
        shutil.rmtree(two)
        assert "newer" in await values(pool, ask(LITERALS, store=two))
        await eventually(lambda: not is_alive(first))


@pytest.mark.parametrize(("triples", "limit_bytes"), [(10**9, 1 << 30), (5, 1 << 20)])
async def test_what_does_not_fit_is_answered_from_disk(
    ask: Ask, tmp_path: Path, triples: int, limit_bytes: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "kgraph.engine")
    store = write_generation(tmp_path / "one", triples=triples)
    async with WorkerPool(size=1, snapshot_bytes=limit_bytes) as pool:
        pool.turn_to(store)
        await eventually(lambda: "answered from disk" in caplog.text)
        assert "both" in await values(pool, ask(LITERALS, store=store))
        assert (pool.status.snapshot, pool.status.snapshot_bytes) == (None, 0)


@pytest.mark.parametrize("bomb", MEMORY_BOMBS)
async def test_a_memory_bomb_in_a_snapshot_leaves_the_holder_alone(
    ask: Ask, tmp_path: Path, bomb: str
) -> None:
    facts: list[Fact] = [("big", f"s{i}", "p", f"value {i}") for i in range(20_000)]
    store = write_generation(tmp_path / "one", facts, is_plain=True)
    async with pool_on(store, query_memory_bytes=32 << 20) as pool:
        holder = holder_pid(pool)
        shutil.rmtree(store)
        with pytest.raises(QueryMemoryError, match="32 MiB"):
            await pool.query(ask(MEMORY_BOMBS[bomb], store=store))
        await eventually(lambda: pool.status.restarts.get("memory") == 1)
        await is_held(pool, store)
        assert holder_pid(pool) == holder
        assert await values(pool, ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", store=store)) == ["20000"]


async def test_where_the_holder_dies_answers_come_from_disk(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgraph.engine.keeper._RETRY_S", 0.5)
    store = write_generation(tmp_path / "one")
    async with pool_on(store) as pool:
        holder = holder_pid(pool)
        os.kill(holder, signal.SIGKILL)
        await eventually(lambda: pool.status.snapshot is None)
        await eventually(lambda: any(worker.snapshot is None for worker in pool._idle))
        assert "both" in await values(pool, ask(LITERALS, store=store))
        await is_held(pool, store)
        assert holder_pid(pool) != holder


async def test_where_the_spawner_dies_queries_fail_and_the_next_are_answered(
    ask: Ask, store: Path, big_store: Path
) -> None:
    async with WorkerPool(size=2) as pool:
        answer = await pool.query(ask(ENDLESS, store=big_store))
        running = asyncio.create_task(pool.query(ask(BOMBS["cross product"], store=big_store)))
        await eventually(lambda: pool.status.busy == 2)
        [spawner] = {_parent(worker.pid) for worker in pool._supply.workers}
        os.kill(spawner, signal.SIGKILL)
        with pytest.raises(QueryFailedError, match="sudden end"):
            await running
        with pytest.raises(QueryFailedError, match="sudden end"):
            await answer.read()
        assert await values(pool, ask(SELECT, store=store)) == ROWS
        await eventually(lambda: pool.status.ready == 2)


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])

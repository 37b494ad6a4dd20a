"""Who is served when: in turn, client by client, and nobody shut out by another's number."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kgraph.engine import WorkerPool
from kgraph.engine.room import Room, most_running
from kgraph.engine.turns import Turn, TurnQueue
from kgraph.errors import BusyError, QueryTimeoutError

from .conftest import Ask
from .test_limits import BOMBS, ENDLESS, eventually
from .test_results import ROWS, SELECT, values

pytestmark = pytest.mark.anyio


def queue_of(clients: str, *, limit: int = 100) -> tuple[TurnQueue, list[Turn]]:
    """A queue to which each letter, a client, has added a turn; and those that had to go."""
    queue, gone = TurnQueue(limit), []
    for client in clients:
        if (evicted := queue.add(Turn(client, "", b""))) is not None:
            gone.append(evicted)
    return queue, gone


def served(queue: TurnQueue, *, busy: str = "") -> str:
    """The clients in the order of their turns, without those that may have none."""
    order = ""
    while (turn := queue.next(lambda client: client not in busy)) is not None:
        order += turn.client
    return order


@pytest.mark.parametrize(
    ("arrivals", "order"),
    [
        ("", ""),
        ("aaa", "aaa"),
        ("aaab", "abaa"),
        ("aabbc", "abcab"),
        ("abcabc", "abcabc"),
        ("aaabca", "abcaaa"),
    ],
)
async def test_clients_are_served_in_turn(arrivals: str, order: str) -> None:
    assert served(queue_of(arrivals)[0]) == order


async def test_a_client_has_its_own_in_their_order() -> None:
    queue, _ = queue_of("")
    turns = [Turn(client, "", b"") for client in "aabab"]
    for turn in turns:
        queue.add(turn)
    given = [queue.next(lambda _: True) for _ in turns]
    assert [turn for turn in given if turn and turn.client == "a"] == [turns[0], turns[1], turns[3]]


async def test_who_may_have_no_more_is_passed_over_and_keeps_its_place() -> None:
    queue, _ = queue_of("aabc")
    assert served(queue, busy="a") == "bc"
    assert served(queue) == "aa"


@pytest.mark.parametrize(
    ("arrivals", "gone", "order"),
    [
        ("aaaa", "a", "aaa"),  # one alone has all there is, and no more
        ("aaab", "a", "aba"),  # a newcomer takes the last place of the one with the most
        ("aaabb", "ab", "aba"),  # but nobody's who would then have fewer than the newcomer
        ("abcd", "d", "abc"),
        ("aabcb", "ab", "abc"),
    ],
)
async def test_a_full_queue_is_shared(arrivals: str, gone: str, order: str) -> None:
    queue, evicted = queue_of(arrivals, limit=3)
    assert sorted(turn.client for turn in evicted) == sorted(gone)
    assert len(queue) == 3
    assert served(queue) == order


async def test_what_is_discarded_is_not_served() -> None:
    queue, _ = queue_of("ab")
    turn = Turn("a", "", b"")
    queue.discard(turn)
    queue.add(turn)
    queue.discard(turn)
    assert [turn.client for turn in queue] == ["a", "b"]
    assert queue.count(lambda _: 1, 5) == 2
    assert queue.count(lambda client: client == "a", 5) == 1
    assert queue.count(lambda _: 1, 1) == 1


def test_one_client_alone_has_all_places_for_young_queries_and_never_all_places() -> None:
    room = Room(size=2, most=5)
    room.see("a", 0.0)
    for _ in range(2):
        assert room.free_for("a") > 0
        room.enter("a")
    assert room.free_for("a") == 0
    room.age("a")
    assert room.free_for("a") == 1
    room.enter("a")
    room.age("a")
    room.age("a")
    assert (room.running, room.young) == (3, 0)
    assert room.free_for("a") == 0, "three are its share of five"
    assert room.free_for("b") == 2
    room.leave("a", is_young=False)
    assert room.free_for("a") == 1


def test_where_several_ask_one_place_for_young_queries_is_left_to_the_others() -> None:
    room = Room(size=2, most=10)
    room.see("a", 0.0)
    room.see("b", 0.5)
    room.enter("a")
    assert (room.free_for("a"), room.free_for("b")) == (0, 1)
    room.forget(1.2)
    assert room.free_for("a") == 1, "nobody else has asked for a second"
    room.leave("a", is_young=True)
    assert (room.running, room.young) == (0, 0)


def test_a_single_place_is_for_everybody() -> None:
    room = Room(size=1, most=1)
    room.see("a", 0.0)
    room.see("b", 0.0)
    assert room.free_for("a") == room.free_for("b") == 1


def test_memory_bounds_how_many_run() -> None:
    assert most_running(2, 1 << 60) == 4
    assert most_running(2, 1) == 10


async def test_one_clients_long_queries_leave_room_for_anothers(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=2, query_timeout_s=60, query_memory_bytes=64 << 20) as pool:
        bombs = [
            asyncio.create_task(pool.query(ask(BOMBS["cross product"], store=big_store), "bomber"))
            for _ in range(60)
        ]
        await eventually(lambda: pool.status.busy == pool.room.share)
        await eventually(lambda: pool.status.waiting == 60 - pool.room.share)
        for _ in range(20):
            assert await (await pool.query(ask(SELECT), "reader")).read()
        assert not any(bomb.done() for bomb in bombs)
        assert pool.status.busy == pool.room.share
        for bomb in bombs:
            bomb.cancel()
        await asyncio.gather(*bombs, return_exceptions=True)
        await eventually(lambda: pool.status.busy == 0)
        assert pool.status.waiting == 0


async def test_a_query_that_runs_for_long_lets_the_next_begin(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=1, most=3, query_timeout_s=60) as pool:
        long = [await pool.query(ask(ENDLESS, store=big_store)) for _ in range(2)]
        assert pool.status.busy == 2
        await eventually(lambda: pool.status.starting == 0)
        assert pool.status.ready >= 2 > pool.status.size, "more than are kept"
        blocked = asyncio.create_task(pool.query(ask(SELECT)))
        await eventually(lambda: pool.status.waiting == 1)  # two are the share of one client
        assert await (await pool.query(ask(SELECT), "another")).read()
        await long[0].aclose()
        assert await (await blocked).read()
        await long[1].aclose()


async def test_long_queries_stand_back_for_short_ones(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=2, query_timeout_s=60) as pool:
        long = await pool.query(ask(ENDLESS, store=big_store))
        await asyncio.sleep(0.1)
        assert not long.worker.is_background, "there is nobody to stand back for"
        async with asyncio.timeout(10):
            while not long.worker.is_background:
                assert await values(pool, ask(SELECT)) == ROWS
        await long.aclose()


async def test_many_bombs_end_at_their_deadlines_and_leave_nothing(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=2, most=8, query_timeout_s=1, query_memory_bytes=8 << 30) as pool:
        errors = await asyncio.gather(
            *(pool.query(ask(bomb, store=big_store)) for bomb in [*BOMBS.values()] * 2),
            return_exceptions=True,
        )
        assert {type(error) for error in errors} == {QueryTimeoutError}
        await eventually(lambda: pool.status.restarts.get("timeout") == 6)
        assert await values(pool, ask(SELECT)) == ROWS


async def test_who_is_turned_away_hears_how_long_to_wait(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=1, most=1, queue_limit=1, query_timeout_s=60) as pool:
        answer = await pool.query(ask(ENDLESS, store=big_store), "a")
        waiting = asyncio.create_task(pool.query(ask(SELECT), "b"))
        await eventually(lambda: pool.status.waiting == 1)
        with pytest.raises(BusyError) as caught:
            await pool.query(ask(SELECT), "b")
        assert 1 <= caught.value.retry_after_s <= 30
        pool._mean_s = 10.0
        with pytest.raises(BusyError) as caught:
            await pool.query(ask(SELECT), "c")
        assert caught.value.retry_after_s == 20
        await answer.aclose()
        assert await (await waiting).read()

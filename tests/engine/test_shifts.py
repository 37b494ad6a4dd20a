"""Long queries work in shifts: no more at a time than there are processors, each in its turn."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kgraph.engine import WorkerPool
from kgraph.errors import QueryTimeoutError

from .conftest import Ask
from .test_limits import BOMBS, ENDLESS, eventually, pids
from .test_results import ROWS, SELECT, values

pytestmark = pytest.mark.anyio

BOMB = BOMBS["cross product"]


def state(pid: int) -> str:
    """What a process does: R or S where it works, T where it stands still (proc_pid_stat(5)); X once gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


def ticks(pid: int) -> int:
    """The processor time that a process has had."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


def still(pool: WorkerPool) -> list[int]:
    return [pid for pid in pids(pool) if state(pid) == "T"]


async def test_long_queries_work_in_turn_and_short_ones_beside_them(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=2, most=7, query_timeout_s=60) as pool:
        pool._shifts.width = 2
        bombs = [asyncio.create_task(pool.query(ask(BOMB, store=big_store))) for _ in range(5)]
        await eventually(lambda: pool.status.busy == 5 and len(still(pool)) == 3)
        busy = [answer.worker.pid for answer in pool._answers.values()]
        before = {pid: ticks(pid) for pid in busy}
        for _ in range(40):
            assert await (await pool.query(ask(SELECT), "reader")).read()
            assert len(set(still(pool)) & set(busy)) <= 3
            await asyncio.sleep(0.02)
        await eventually(lambda: all(ticks(pid) > before[pid] + 5 for pid in busy))
        for bomb in bombs[:3]:
            bomb.cancel()
        await asyncio.gather(*bombs[:3], return_exceptions=True)
        await eventually(lambda: pool.status.busy == 2 and not still(pool))
        for bomb in bombs[3:]:
            bomb.cancel()
        await asyncio.gather(*bombs[3:], return_exceptions=True)


async def test_who_stands_still_ends_at_its_deadline_too(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=2, most=8, query_timeout_s=1, query_memory_bytes=8 << 30) as pool:
        pool._shifts.width = 1
        asked = asyncio.gather(
            *(pool.query(ask(BOMB, store=big_store)) for _ in range(6)), return_exceptions=True
        )
        await eventually(lambda: len(still(pool)) == 5)
        assert {type(error) for error in await asked} == {QueryTimeoutError}
        await eventually(lambda: pool.status.restarts.get("timeout") == 6)
        assert not still(pool)
        assert await values(pool, ask(SELECT)) == ROWS


async def test_a_worker_that_waits_for_its_reader_takes_no_turn(ask: Ask, big_store: Path) -> None:
    async with WorkerPool(size=2, most=6, query_timeout_s=60) as pool:
        pool._shifts.width = 1
        unread = [await pool.query(ask(ENDLESS, store=big_store)) for _ in range(3)]
        await eventually(lambda: all(answer.worker.is_held_up for answer in unread))
        bomb = asyncio.create_task(pool.query(ask(BOMB, store=big_store)))
        await eventually(lambda: pool.status.busy == 4)
        await asyncio.sleep(0.3)
        assert not still(pool)
        read = 0
        async with asyncio.timeout(20):
            async for chunk in unread[0]:  # beside the bomb, in its turns
                read += len(chunk)
                if read > 20 << 20:
                    break
        for answer in unread:
            await answer.aclose()
        bomb.cancel()
        await asyncio.gather(bomb, return_exceptions=True)
        assert await values(pool, ask(SELECT)) == ROWS

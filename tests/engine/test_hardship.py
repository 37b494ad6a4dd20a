"""Where processes and open files are few, workers come as soon as there is room again."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from kgraph.engine import WorkerPool, launching, nursery, supply
from kgraph.errors import QueryFailedError

from .conftest import Ask
from .test_limits import eventually
from .test_results import ROWS, SELECT, values

pytestmark = pytest.mark.anyio

#: A spawner in which the first forks fail, as where a container may have no more processes.
BARREN = """
import errno, os, sys
from kgraph.engine import spawner
fork, left = os.fork, [3]
def barren():
    if left[0]:
        left[0] -= 1
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    return fork()
os.fork = barren
spawner.main()
"""


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _spawner_of(pool: WorkerPool) -> int:
    [spawner] = {_parent(worker.pid) for worker in pool._supply.workers}
    return spawner


@asynccontextmanager
async def _no_more_files() -> AsyncIterator[None]:
    """Have every further file of this process refused; whatever it closes meanwhile is taken, too."""
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, usual[1]), usual[1]))
    taken: list[int] = []

    def take() -> None:
        with suppress(OSError):
            while True:
                taken.append(os.dup(0))

    async def go_on() -> None:
        while True:
            take()
            await asyncio.sleep(0)

    take()
    taking = asyncio.create_task(go_on())
    try:
        yield
    finally:
        taking.cancel()
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)


async def test_a_spawner_that_is_killed_again_and_again_is_followed_by_another(
    ask: Ask, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, doomed = nursery.start_spawner, [0]

    def start_doomed() -> tuple[subprocess.Popen[bytes], socket.socket]:
        process, channel = start()
        if doomed[0]:
            doomed[0] -= 1
            process.kill()
        return process, channel

    monkeypatch.setattr(supply, "start_spawner", start_doomed)
    async with WorkerPool(size=2) as pool:
        assert await values(pool, ask(SELECT, store=store)) == ROWS
        doomed[0] = 3
        os.kill(_spawner_of(pool), signal.SIGKILL)
        await eventually(lambda: doomed[0] == 0)
        assert await values(pool, ask(SELECT, store=store)) == ROWS
        await eventually(lambda: pool.status.ready == 2)


async def test_a_spawner_that_dies_while_files_are_few_is_followed_by_another(
    ask: Ask, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with WorkerPool(size=2, queue_timeout_s=60) as pool:
        assert await values(pool, ask(SELECT, store=store)) == ROWS
        spawner = _spawner_of(pool)
        async with _no_more_files():
            os.kill(spawner, signal.SIGKILL)
            await eventually(lambda: "Too many open files" in caplog.text)
            waiting = asyncio.create_task(values(pool, ask(SELECT, store=store)))
            await asyncio.sleep(0.3)
        assert await waiting == ROWS
        await eventually(lambda: pool.status.ready == 2)


async def test_workers_that_cannot_be_born_while_files_are_few_come_later(
    ask: Ask, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with WorkerPool(size=2, queue_timeout_s=60) as pool:
        await eventually(lambda: pool.status.ready == 2)
        async with _no_more_files():
            for worker in list(pool._supply.workers):
                os.kill(worker.pid, signal.SIGKILL)
            waiting = [asyncio.create_task(values(pool, ask(SELECT, store=store))) for _ in range(3)]
            await eventually(lambda: "no worker can be started" in caplog.text)
        for answer in await asyncio.gather(*waiting, return_exceptions=True):
            # Who was given to a worker that was just dying is told so.
            assert answer == ROWS or isinstance(answer, QueryFailedError)
        assert await values(pool, ask(SELECT, store=store)) == ROWS
        await eventually(lambda: pool.status.ready == 2)


async def test_where_no_process_can_be_had_at_the_start_that_is_said(ask: Ask, store: Path) -> None:
    async with _no_more_files():
        with pytest.raises(QueryFailedError, match="do not start"):
            await WorkerPool(size=1).__aenter__()
    async with WorkerPool(size=1) as pool:
        assert await values(pool, ask(SELECT, store=store)) == ROWS


async def test_a_fork_that_is_refused_is_tried_again(
    ask: Ask, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[subprocess.Popen[bytes]] = []

    def start_barren() -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, theirs = socket.socketpair()
        with theirs:
            used.append(
                subprocess.Popen(
                    [sys.executable, "-P", "-S", "-c", BARREN, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    env=launching._environment(),
                )
            )
        return used[-1], ours

    async with WorkerPool(size=2) as pool:
        assert await values(pool, ask(SELECT, store=store)) == ROWS
        monkeypatch.setattr(supply, "start_spawner", start_barren)
        os.kill(_spawner_of(pool), signal.SIGKILL)
        await eventually(lambda: bool(used))
        assert await values(pool, ask(SELECT, store=store)) == ROWS
        await eventually(lambda: pool.status.ready == 2)
        assert _spawner_of(pool) == used[0].pid

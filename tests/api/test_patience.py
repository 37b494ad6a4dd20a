"""Work in threads: it ends with its time, and with whoever waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

import pytest
from anyio import CancelScope, create_task_group, sleep

from kgraph.errors import QueryTimeoutError
from kgraph.patience import UnwantedError, patiently

pytestmark = pytest.mark.anyio


class Endless:
    """Work that is never done, and notes when it is told to stop."""

    def __init__(self) -> None:
        self.began, self.stopped = Event(), Event()

    def __call__(self, check: Callable[[], None]) -> None:
        self.began.set()
        try:
            while True:
                check()
                time.sleep(0.001)
        except UnwantedError:
            self.stopped.set()
            raise


async def has_happened(event: Event) -> bool:
    for _ in range(500):
        if event.is_set():
            return True
        await sleep(0.01)
    return False


async def test_what_a_thread_finds_comes_back() -> None:
    assert await patiently(callable, seconds=5) is True
    with pytest.raises(ValueError, match="seven"):
        await patiently(lambda _: int("seven"), seconds=5)


async def test_work_ends_with_its_time() -> None:
    endless = Endless()
    with pytest.raises(QueryTimeoutError, match=r"0\.1 seconds"):
        await patiently(endless, seconds=0.1)
    assert await has_happened(endless.stopped)


async def test_work_ends_with_whoever_waits_for_it() -> None:
    works = [Endless() for _ in range(4)]
    waiting = Endless()
    with CancelScope() as scope:
        async with create_task_group() as group:
            for work in (*works, waiting):
                group.start_soon(lambda work=work: patiently(work, seconds=60))  # type: ignore[misc]
            for work in works:
                assert await has_happened(work.began)
            scope.cancel()
    for work in works:
        assert await has_happened(work.stopped)
    assert not waiting.began.is_set()
    assert await patiently(lambda _: "free", seconds=5) == "free"


async def test_who_waits_for_a_thread_waits_no_longer_than_for_the_work() -> None:
    works = [Endless() for _ in range(4)]
    async with create_task_group() as group:
        for work in works:
            group.start_soon(lambda work=work: patiently(work, seconds=60))  # type: ignore[misc]
            assert await has_happened(work.began)
        with pytest.raises(QueryTimeoutError):
            await patiently(Endless(), seconds=0.05)
        group.cancel_scope.cancel()

"""Where workers come from and where they go: forked on demand, looked after, and buried.

One task lives as long as each worker does. The spawner is restarted where it dies; its workers die with
it, and the queries that they are at fail.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

from kgraph.engine.keeper import Snapshot, SnapshotKeeper
from kgraph.engine.nursery import Child, Nursery, NurseryError, start_spawner
from kgraph.engine.process import Ending, WorkerProcess
from kgraph.errors import QueryFailedError

__all__ = ["WorkerSupply"]

_LOG: Final = logging.getLogger(__name__)

_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0


class WorkerSupply:
    """Starts workers, and tells when each is ready and when it is gone.

    ``starting`` of them have been ordered and are not ready yet; ``endings`` counts those that are no more.
    ``is_open`` says whether workers can be had.
    """

    def __init__(
        self,
        *,
        snapshot_bytes: int,
        ready: Callable[[WorkerProcess], None],
        gone: Callable[[WorkerProcess], None],
        renewed: Callable[[], None],
    ) -> None:
        self.starting = 0
        self.endings: Counter[str] = Counter()
        self.workers: set[WorkerProcess] = set()
        self._expected = ""
        self._ready = ready
        self._gone = gone
        self._keeper = SnapshotKeeper(limit_bytes=snapshot_bytes, spawner=self._spawner, changed=renewed)
        self.is_open = False
        self._first: asyncio.Future[None]
        self._nursery: asyncio.Future[Nursery]
        self._services: list[asyncio.Task[None]] = []
        self._lives: dict[asyncio.Task[None], WorkerProcess | None] = {}

    @property
    def snapshot(self) -> Snapshot | None:
        """The generation in memory that new workers share."""
        return self._keeper.snapshot

    async def open(self, count: int) -> None:
        """Start so many workers side by side, and wait for the first.

        Raises:
            QueryFailedError: none will start.
        """
        loop = asyncio.get_running_loop()
        self.is_open = True
        self._first, self._nursery = loop.create_future(), loop.create_future()
        self._services = [loop.create_task(self._supervise()), loop.create_task(self._keep())]
        self.order(count)
        await self._first

    async def aclose(self) -> None:
        """End every process and wait until nothing of them is left."""
        self.is_open = False
        for life, worker in list(self._lives.items()):
            if worker is None:
                life.cancel()
            else:
                worker.kill(Ending.CLOSED)
        await asyncio.gather(*self._lives, return_exceptions=True)
        for service in reversed(self._services):  # holders before the spawner that they came from
            service.cancel()
            await asyncio.gather(service, return_exceptions=True)
        self._services.clear()

    def turn_to(self, store: Path) -> None:
        """Expect questions of this store's generation above all."""
        self._expected = str(store)
        self._keeper.turn_to(store)

    def order(self, count: int) -> None:
        """Have so many more workers."""
        for _ in range(count if self.is_open else 0):
            self.starting += 1
            life = asyncio.get_running_loop().create_task(self._live())
            self._lives[life] = None
            life.add_done_callback(self._end_life)

    def _end_life(self, life: asyncio.Task[None]) -> None:
        del self._lives[life]
        if not life.cancelled() and (error := life.exception()) is not None:
            _LOG.error("a worker could not be looked after", exc_info=error)

    async def _live(self) -> None:
        """One worker's life."""
        try:
            worker = await self._birth()
        finally:
            self.starting -= 1
        self._lives[cast(asyncio.Task[None], asyncio.current_task())] = worker
        if not self._first.done():
            self._first.set_result(None)
        if self.is_open:
            self._ready(worker)
        else:
            worker.kill(Ending.CLOSED)
        await worker.gone.wait()
        self._gone(worker)
        await self._bury(worker)

    async def _birth(self) -> WorkerProcess:
        """A worker that is ready; tries again, more and more slowly, where none will start."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                child, snapshot = await self._fork()
            except NurseryError:
                continue  # there will be another spawner
            except OSError as error:
                _LOG.warning("no worker can be started: %s", error.strerror or error)
                self._fail_to_start()
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
                continue
            worker = WorkerProcess(child, snapshot=snapshot)
            self.workers.add(worker)
            try:
                is_ready = await worker.connect()
            except BaseException:
                worker.kill(Ending.CLOSED)
                await self._bury(worker)
                raise
            if is_ready:
                if self._expected and worker.snapshot != self._expected:
                    worker.expect(self._expected)
                return worker
            worker.kill(Ending.CRASHED)
            await self._bury(worker)
            self._fail_to_start()
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _fork(self) -> tuple[Child, str | None]:
        if (snapshot := self.snapshot) is not None:
            try:
                return await snapshot.holder.fork(), str(snapshot.store)
            except NurseryError:
                pass  # the keeper will notice
        return await (await self._spawner()).fork(), None

    async def _bury(self, worker: WorkerProcess) -> None:
        ending = await worker.bury()
        self.endings[ending.value] += 1
        self.workers.discard(worker)

    async def _spawner(self) -> Nursery:
        """The spawner, as soon as there is one."""
        return await asyncio.shield(self._nursery)

    async def _keep(self) -> None:
        try:
            await self._keeper.keep()
        finally:
            await self._keeper.aclose()

    async def _supervise(self) -> None:
        """Keep a spawner alive."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                process, channel = start_spawner()
            except OSError as error:
                _LOG.warning("no workers can be started: %s", error.strerror or error)
                self._fail_to_start()
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
                continue
            nursery = Nursery(channel)
            try:
                await nursery.started.wait()
                if not nursery.ended.is_set():
                    pause_s = _FIRST_PAUSE_S
                    self._nursery.set_result(nursery)
                    await nursery.ended.wait()
            finally:
                if self._nursery.done():  # else there are some who still wait for it
                    self._nursery = asyncio.get_running_loop().create_future()
                nursery.close()
                process.kill()
                process.wait()  # a small process that has been killed is gone at once
            _LOG.error("the process that starts the workers has died")
            self._fail_to_start()
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _fail_to_start(self) -> None:
        if not self._first.done():
            self._first.set_exception(
                QueryFailedError("The worker processes do not start.", hint="See the log.")
            )

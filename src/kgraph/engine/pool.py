"""The pool of workers: who is served when, and what ends a query.

Workers are forked by a process of their own (:mod:`kgraph.engine.supply`), in milliseconds. ``size`` of them
are kept, and more are forked where long queries would keep short ones waiting:

- At most ``size`` queries are *young* at a time. A query ceases to be young when it has run for 80 ms, and
  stands back for the young ones (nice(2)) where there are such. So a short query waits for moments only,
  whatever else runs.
- At most so many queries run at a time as the machine has memory for, and one client never has all places
  (:mod:`kgraph.engine.room`).
- Of the queries that are no longer young only as many work at a time as there are processors, in shifts
  (:mod:`kgraph.engine.shifts`).
- Who waits is served in turn, client by client (:mod:`kgraph.engine.turns`).

KILL: a query past its deadline, or one that nobody waits for any more, is ended with its process, and no
other query notices. HONEST: see :mod:`kgraph.engine.backend`.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kgraph.engine.answer import PoolAnswer
from kgraph.engine.backend import BackendStatus, QueryRequest
from kgraph.engine.portable import PortableQuery
from kgraph.engine.process import Ending, WorkerProcess
from kgraph.engine.request import RequestEncoder
from kgraph.engine.room import Room, most_running
from kgraph.engine.shifts import Shifts
from kgraph.engine.supply import WorkerSupply
from kgraph.engine.turns import Turn, TurnQueue
from kgraph.errors import BusyError, KgraphError, QueryFailedError, QueryMemoryError, QueryTimeoutError
from kgraph.rdf.sparql import QueryProfile

__all__ = ["WorkerPool"]

#: A worker that keeps more memory than this after a query is replaced by a fresh one.
_RETIRE_MIB: Final = 256
#: How long a query is young: long enough for one of tens of milliseconds to have a processor to itself.
_YOUTH_S: Final = 0.08
#: How often what runs is looked at, and how soon at the soonest where others wait for it to grow old.
_TICK_S: Final = 0.04
_SHORTEST_TICK_S: Final = 0.001
_LONGEST_RETRY_S: Final = 30


class WorkerPool:
    """Answers queries in worker processes, each confined and given a time and a memory limit.

    Used as a context manager, in one event loop. A query that finds ``queue_limit`` others waiting, or
    that waits for ``queue_timeout_s``, is turned away with :class:`kgraph.errors.BusyError`.
    ``snapshot_bytes`` is the memory that a generation may take; 0 has all queries answered from disk.
    """

    def __init__(
        self,
        *,
        size: int = 2,
        query_timeout_s: float = 30.0,
        query_memory_bytes: int = 1 << 30,
        queue_limit: int = 64,
        queue_timeout_s: float = 10.0,
        snapshot_bytes: int = 0,
        most: int | None = None,
    ) -> None:
        self.size = size
        self.room = Room(size=size, most=most or most_running(size, query_memory_bytes))
        self.query_timeout_s = query_timeout_s
        self.query_memory_bytes = query_memory_bytes
        self.queue_timeout_s = queue_timeout_s
        self._encoder = RequestEncoder(memory_limit_bytes=query_memory_bytes)
        self._supply = WorkerSupply(
            snapshot_bytes=snapshot_bytes,
            ready=self._on_ready,
            gone=self._on_gone,
            renewed=self._on_renewed,
        )
        self._ready: set[WorkerProcess] = set()
        self._idle: list[WorkerProcess] = []
        self._queue = TurnQueue(queue_limit)
        self._answers: dict[WorkerProcess, PoolAnswer] = {}
        self._shifts = Shifts(size)
        self._has_quick = False
        self._mean_s = 0.0
        self._ticker: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        """Start the workers side by side, and wait for the first."""
        try:
            await self._supply.open(self.size)
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End every worker. Who waits for a turn or reads an answer gets an error."""
        closing = self._supply.aclose()
        for turn in list(self._queue):
            self._queue.discard(turn)
            _turn_away(turn, _closing())
        self._idle.clear()
        await closing
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None

    @property
    def status(self) -> BackendStatus:
        """How many workers there are and what they do."""
        snapshot = self._supply.snapshot
        return BackendStatus(
            self.size,
            len(self._ready),
            self.room.running,
            len(self._queue),
            dict(self._supply.endings),
            None if snapshot is None else snapshot.store.parent.name,
            0 if snapshot is None else snapshot.resident_bytes,
            self._supply.starting,
        )

    def turn_to(self, store: Path) -> None:
        """Hold the generation of this store in memory where it fits."""
        self._supply.turn_to(store)

    async def query(self, request: QueryRequest, client: str = "") -> PoolAnswer:
        """Answer a query. The answer must be read to its end or closed; its deadline runs in any case.

        Args:
            request: the query.
            client: who asks. Those who wait are served client by client.

        Raises:
            QueryError: the query cannot be answered; its subclasses say why.
            BusyError: there is no worker in time.
        """
        return await self._ask(self._encoder.encode(request), str(request.store), client)

    async def profile(self, text: str, store: Path, client: str = "") -> QueryProfile:
        """Read the profile off a long query, likewise; ``store`` is the one that it is to be asked of."""
        answer = await self._ask(self._encoder.encode_profile(text), str(store), client)
        return QueryProfile.from_json(await answer.read())

    async def read(self, request: QueryRequest, client: str = "") -> PortableQuery:
        """Read a query as another engine is to be asked it.

        Raises:
            QueryError: it is none, or is refused.
            BusyError: there is no worker in time.
        """
        answer = await self._ask(self._encoder.encode(request, "read"), str(request.store), client)
        return PortableQuery.read(await answer.read())

    async def _ask(self, frame: bytes, store: str, client: str) -> PoolAnswer:
        loop = asyncio.get_running_loop()
        self.room.see(client, loop.time())
        worker = self._pick(store) if self._admits(client) else None
        if worker is not None:
            answer = self._begin(worker, client, store, frame)
            self._watch()
        else:
            answer = await self._wait(Turn(client, store, frame, loop.time() + self.queue_timeout_s))
        await answer.open()
        return answer

    def release(self, answer: PoolAnswer, *, grown_mib: int = 0) -> None:
        """Take back the worker of an answer that has ended."""
        self._leave(answer)
        worker = answer.worker
        if worker.gone.is_set():
            return
        if grown_mib > _RETIRE_MIB or len(self._idle) >= 2 * self.size:
            worker.kill(Ending.RETIRED)
        elif self._is_outdated(worker):
            worker.kill(Ending.OUTDATED)
        elif not worker.step_forward():
            worker.kill(Ending.RETIRED)
        else:
            self._idle.append(worker)
            if self._queue:
                self._dispatch()

    def error_of(self, ending: Ending) -> KgraphError:
        """What the end of a worker means for the query it was at."""
        if ending is Ending.TIMEOUT:
            return QueryTimeoutError(
                f"The query ran longer than {self.query_timeout_s:g} seconds and was ended.",
                hint="Let its patterns share variables, bind more of them, or sort and count less.",
            )
        if ending is Ending.MEMORY:
            return QueryMemoryError(
                f"The query needed more than {self.query_memory_bytes >> 20} MiB of memory and was ended.",
                hint="Sort, group or deduplicate fewer rows, or add a LIMIT to a sub-select.",
            )
        if ending is Ending.STACK:
            return QueryMemoryError(
                "The query is nested too deeply, or a chain in it is too long, and it was ended.",
                hint="Put the members of a long chain into a VALUES block.",
            )
        if ending is Ending.CLOSED:
            return _closing()
        return QueryFailedError("The process that evaluated the query came to a sudden end.")

    # Turns. Whenever a worker is idle, nobody waits who may be served: so who finds one need not look at
    # the queue.

    def _admits(self, client: str) -> bool:
        return self.room.free_for(client) > 0

    def _begin(self, worker: WorkerProcess, client: str, store: str, frame: bytes) -> PoolAnswer:
        self.room.enter(client)
        worker.store = store
        worker.send(frame)
        started_s = asyncio.get_running_loop().time()
        answer = self._answers[worker] = PoolAnswer(self, worker, client=client, started_s=started_s)
        return answer

    def _pick(self, store: str) -> WorkerProcess | None:
        """An idle worker, taken out: one that has this store in memory, or open, where there is one."""
        best: WorkerProcess | None = None
        for worker in reversed(self._idle):
            if worker.gone.is_set():
                continue
            if worker.snapshot == store:
                best = worker
                break
            if best is None or (worker.store == store != best.store):
                best = worker
        if best is not None:
            self._idle.remove(best)
        return best

    async def _wait(self, turn: Turn) -> PoolAnswer:
        """Wait for a worker to take the request, and for the first that comes of it."""
        if not self._supply.is_open:
            raise _closing()
        evicted = self._queue.add(turn)
        if evicted is turn:
            raise self._busy()
        if evicted is not None:
            _turn_away(evicted, self._busy())
        self._dispatch()
        self._watch()
        try:
            await turn.news
        except asyncio.CancelledError:
            self._queue.discard(turn)
            if turn.answer is not None:
                await turn.answer.aclose()
            raise
        assert turn.answer is not None  # noqa: S101 - good news have one
        return turn.answer

    def _dispatch(self) -> None:
        """Serve who may be served now, and have more workers where those are too few."""
        while self._queue and self._idle:
            if self._idle[-1].gone.is_set():
                self._idle.pop()
            elif (turn := self._queue.next(self._admits)) is None:
                break
            elif not turn.news.done() and (worker := self._pick(turn.store)) is not None:
                turn.answer = self._begin(worker, turn.client, turn.store, turn.frame)
                worker.announce(turn.news)
        wanted = self.size - len(self._ready)
        limit = min(self.size - self.room.young, self.room.most - self.room.running)
        if limit > 0 and self._queue:
            wanted = max(wanted, self._queue.count(self.room.free_for, limit) - len(self._idle))
        if wanted > self._supply.starting:
            self._supply.order(wanted - self._supply.starting)

    def _busy(self) -> BusyError:
        wait_s = (len(self._queue) + 1) * self._mean_s / self.size
        retry_after_s = max(1, min(_LONGEST_RETRY_S, math.ceil(wait_s)))
        return BusyError(
            "All workers are busy and others are waiting.",
            hint=f"Try again in {retry_after_s} s.",
            retry_after_s=retry_after_s,
        )

    # Watching: what runs grows old, and ends at its deadline.

    def _watch(self) -> None:
        """Look at what runs again before long: where somebody waits, as soon as a query has grown old."""
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        due_s = now_s + _TICK_S
        if self._queue and (eldest := next(filter(_is_young, self._answers.values()), None)) is not None:
            due_s = min(due_s, max(eldest.started_s + _YOUTH_S, now_s + _SHORTEST_TICK_S))
        if self._ticker is not None:
            if self._ticker.when() <= due_s:
                return
            self._ticker.cancel()
        self._ticker = loop.call_at(due_s, self._tick)

    def _tick(self) -> None:
        self._ticker = None
        now_s = asyncio.get_running_loop().time()
        has_aged = False
        for answer in list(self._answers.values()):
            age_s = now_s - answer.started_s
            if age_s >= self.query_timeout_s:
                answer.worker.kill(Ending.TIMEOUT)
            elif age_s >= _YOUTH_S:
                if answer.is_young:
                    answer.is_young = False
                    self.room.age(answer.client)
                    has_aged = True
                if self._has_quick and not answer.worker.is_background:
                    answer.worker.stand_back()
        self._has_quick = False
        self.room.forget(now_s)
        for turn in [turn for turn in self._queue if now_s >= turn.expires_s]:
            self._queue.discard(turn)
            _turn_away(turn, self._busy())
        self._arrange(now_s)
        if has_aged:
            self._dispatch()
        if self._answers or self._queue:
            self._watch()

    def _arrange(self, now_s: float) -> None:
        """Have the long queries work in shifts. Those whose readers are slow need no processor."""
        self._shifts.arrange(
            [a.worker for a in self._answers.values() if not (a.is_young or a.worker.is_held_up)], now_s
        )

    def _leave(self, answer: PoolAnswer) -> None:
        """Count an answer out; nothing where that was done before."""
        if self._answers.pop(answer.worker, None) is answer:
            self.room.leave(answer.client, is_young=answer.is_young)
            if not answer.is_young:
                self._arrange(asyncio.get_running_loop().time())
            self._has_quick = self._has_quick or answer.is_young
            self._mean_s += (asyncio.get_running_loop().time() - answer.started_s - self._mean_s) / 8

    # Workers that come and go.

    def _is_outdated(self, worker: WorkerProcess) -> bool:
        snapshot = self._supply.snapshot
        return worker.snapshot != (None if snapshot is None else str(snapshot.store))

    def _on_ready(self, worker: WorkerProcess) -> None:
        self._ready.add(worker)
        self._idle.append(worker)
        stale = next((idle for idle in self._idle if self._is_outdated(idle)), None)
        if stale is not None:
            self._idle.remove(stale)
            stale.kill(Ending.OUTDATED)
        self._dispatch()

    def _on_gone(self, worker: WorkerProcess) -> None:
        self._ready.discard(worker)
        with suppress(ValueError):
            self._idle.remove(worker)
        if (answer := self._answers.get(worker)) is not None:
            self._leave(answer)
        self._dispatch()

    def _on_renewed(self) -> None:
        """Replace the idle workers that share an older snapshot, or none; each goes when its heir comes."""
        self._supply.order(sum(map(self._is_outdated, self._idle)))


def _is_young(answer: PoolAnswer) -> bool:
    return answer.is_young


def _turn_away(turn: Turn, error: BusyError) -> None:
    if not turn.news.done():
        turn.news.set_exception(error)


def _closing() -> BusyError:
    return BusyError("The service is shutting down.", hint="Try again later.", retry_after_s=_LONGEST_RETRY_S)

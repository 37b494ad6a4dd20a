"""The pool of workers: who is served when, and what ends a query.

Each slot of the pool has a tender, a task that keeps one worker alive in it: it starts a worker, offers
it, and when that is gone starts the next. A query takes an idle worker or waits its turn, first come first
served, and holds the worker until its answer has ended.

KILL: a query past its deadline, or one that nobody waits for any more, is ended with its process; the
slot has a new worker as fast as one starts, and no other query notices. HONEST: see
:mod:`kgraph.engine.backend`. NOCALL: a query that asks for SERVICE is refused here; what escapes the eye
meets the wall around the worker (:mod:`kgraph.engine.confinement`).
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from kgraph.engine.backend import BackendStatus, QueryRequest
from kgraph.engine.dataset import clauses_question
from kgraph.engine.process import Ending, WorkerProcess
from kgraph.engine.protocol import Frame, QueryFields, encode_frame
from kgraph.errors import (
    BusyError,
    KgraphError,
    NotAcceptableError,
    ParameterError,
    QueryFailedError,
    QueryMemoryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    StoreError,
)
from kgraph.rdf.formats import FORMATS, Format, ResultKind
from kgraph.rdf.sparql import profile_query
from kgraph.rdf.syntax import explain_syntax_error
from kgraph.vocab import HIDDEN_GRAPHS

__all__ = ["PoolAnswer", "WorkerPool"]

#: A worker that keeps more memory than this after a query is replaced by a fresh one.
_RETIRE_BYTES: Final = 256 << 20
_LONGEST_PAUSE_S: Final = 5.0
_LONGEST_RETRY_S: Final = 30

_ERRORS: Final[dict[str, type[KgraphError]]] = {
    error.code: error
    for error in (
        NotAcceptableError,
        ParameterError,
        QueryFailedError,
        QueryMemoryError,
        QueryRefusedError,
        StoreError,
    )
}


class PoolAnswer:
    """An answer that a worker is giving, or has given: an :class:`kgraph.engine.backend.Answer`."""

    kind: ResultKind
    format: Format
    variables: tuple[str, ...]

    def __init__(self, pool: WorkerPool, worker: WorkerProcess, query: str) -> None:
        self._pool = pool
        self._worker = worker
        self._query = query
        self._chunks: deque[bytes] = deque()
        self._deadline = asyncio.get_running_loop().call_later(
            pool.query_timeout_s, worker.kill, Ending.TIMEOUT
        )
        self._failure: KgraphError | None = None
        self.complete = False

    async def open(self, request: bytes) -> None:
        """Send the request, and wait until it is certain that the answer is one."""
        self._worker.send(request)
        while not (self._chunks or self.complete):
            await self._advance()
        # A small answer has arrived with its end: the worker is free before anybody reads.
        while not self.complete and (frame := self._worker.receive_nowait()) is not None:
            self._take(frame)
            if self._failure is not None:
                raise self._failure

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while not (self._chunks or self.complete):
            await self._advance()
        if self._chunks:
            return self._chunks.popleft()
        raise StopAsyncIteration

    async def read(self) -> bytes:
        """All bytes that are still to come."""
        return b"".join([chunk async for chunk in self])

    async def aclose(self) -> None:
        """Want no more of it: a worker that is still at it is replaced."""
        self._abandon()

    async def _advance(self) -> None:
        """Take in one more frame. An answer that has failed raises its error, however often it is asked."""
        if self._failure is None:
            try:
                frame = await self._worker.receive()
                if frame is not None:
                    self._take(frame)
                else:
                    self._fail(self._pool.error_of(await self._worker.ending()))
            except BaseException:
                self._abandon()
                raise
        if self._failure is not None:
            raise self._failure

    def _take(self, frame: Frame) -> None:
        fields = frame.fields
        if frame.kind == "data":
            self._chunks.append(frame.payload)
        elif frame.kind == "head":
            self.kind = ResultKind(fields["kind"])
            self.format = FORMATS[fields["format"]]
            self.variables = tuple(fields["variables"])
        elif frame.kind == "end":
            self.complete = True
            self._deadline.cancel()
            self._pool.release(self._worker, resident_bytes=fields["resident_bytes"])
        else:
            self._fail(_error(fields["code"], fields["message"], self._query))
            self._pool.release(self._worker)

    def _fail(self, failure: KgraphError) -> None:
        self._deadline.cancel()
        self._failure = failure

    def _abandon(self) -> None:
        """Let the worker go in the middle of its work; nothing where the work is done."""
        if self._failure is None and not self.complete:
            self._fail(QueryFailedError("The answer was closed before its end."))
            self._worker.kill(Ending.ABANDONED)


def _error(code: str, message: str, query: str) -> KgraphError:
    """What a ``fail`` frame says, as the exception to raise."""
    if code == QuerySyntaxError.code:
        return explain_syntax_error(query, message)
    return _ERRORS.get(code, QueryFailedError)(message)


class WorkerPool:
    """Answers queries in ``size`` worker processes, each confined and given a time and a memory limit.

    Used as a context manager, in one event loop. A query that finds ``queue_limit`` others waiting, or
    that waits for ``queue_timeout_s``, is turned away with :class:`kgraph.errors.BusyError`.
    """

    def __init__(
        self,
        *,
        size: int = 2,
        query_timeout_s: float = 30.0,
        query_memory_bytes: int = 1 << 30,
        queue_limit: int = 64,
        queue_timeout_s: float = 10.0,
    ) -> None:
        self.size = size
        self.query_timeout_s = query_timeout_s
        self.query_memory_bytes = query_memory_bytes
        self.queue_limit = queue_limit
        self.queue_timeout_s = queue_timeout_s
        self._workers: set[WorkerProcess] = set()
        self._ready: set[WorkerProcess] = set()
        self._idle: list[WorkerProcess] = []
        self._waiting: deque[asyncio.Future[WorkerProcess]] = deque()
        self._restarts: Counter[str] = Counter()
        self._tenders: list[asyncio.Task[None]] = []
        self._open = False

    async def __aenter__(self) -> Self:
        """Start all workers side by side, and wait for the first."""
        self._open = True
        first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tenders = [asyncio.create_task(self._tend(first)) for _ in range(self.size)]
        try:
            await first
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
        self._open = False
        for tender in self._tenders:
            tender.cancel()
        for worker in self._workers:
            worker.kill(Ending.CLOSED)
        for turn in self._waiting:
            if not turn.done():
                turn.set_exception(_closing())
        self._idle.clear()
        self._ready.clear()
        await asyncio.gather(*self._tenders, return_exceptions=True)
        await asyncio.gather(*(worker.bury() for worker in self._workers))
        self._workers.clear()

    @property
    def status(self) -> BackendStatus:
        """How many workers there are and what they do."""
        ready = len(self._ready)
        waiting = sum(not turn.done() for turn in self._waiting)
        return BackendStatus(self.size, ready, ready - len(self._idle), waiting, dict(self._restarts))

    async def query(self, request: QueryRequest) -> PoolAnswer:
        """Answer a query. The answer must be read to its end or closed; its deadline runs in any case."""
        frame = self._encode(request)
        worker = await self._acquire()
        answer = PoolAnswer(self, worker, request.query)
        await answer.open(frame)
        return answer

    def release(self, worker: WorkerProcess, *, resident_bytes: int = 0) -> None:
        """Take back a worker that has done its work."""
        if resident_bytes > _RETIRE_BYTES:
            worker.kill(Ending.RETIRED)
        else:
            self._offer(worker)

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
        if ending is Ending.CLOSED:
            return _closing()
        return QueryFailedError("The process that evaluated the query came to a sudden end.")

    def _encode(self, request: QueryRequest) -> bytes:
        """The frame of a request; refuses what no worker should see."""
        profile = profile_query(request.query)
        if profile.is_update:
            raise QueryRefusedError(
                "This is an update, not a query.",
                hint="Send it as an update, by POST as application/sparql-update, where updates are allowed.",
            )
        if profile.services:
            raise QueryRefusedError(
                f"The query calls another endpoint, {profile.services[0]}, and this service does not.",
                hint="Ask that endpoint by itself and join the results, or put them into a VALUES block.",
            )
        fields: QueryFields = {
            "store": str(request.store),
            "formats": {kind.value: name for kind, name in request.formats.items()},
            "prefixes": dict(request.prefixes),
            "base_iri": request.base_iri,
            "default_mode": request.default_graph.value,
            "hidden": list(HIDDEN_GRAPHS),
            "cover": list(request.cover),
            "only": _listed(request.only),
            "default_graphs": _listed(request.default_graphs),
            "named_graphs": _listed(request.named_graphs),
            "clauses": clauses_question(request.query) if profile.has_dataset else None,
            "memory_limit_bytes": self.query_memory_bytes,
        }
        return encode_frame("query", fields, request.query.encode())

    # Turns: as long as a worker is idle nobody waits, and whoever waits is served in the order of arrival.

    async def _acquire(self) -> WorkerProcess:
        while self._open:
            worker = self._idle.pop() if self._idle else await self._turn()
            if not worker.gone.is_set():
                return worker
        raise _closing()

    async def _turn(self) -> WorkerProcess:
        if len(self._waiting) >= self.queue_limit:
            raise self._busy()
        turn: asyncio.Future[WorkerProcess] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self.queue_timeout_s):
                return await turn
        except TimeoutError:
            self._pass_on(turn)
            raise self._busy() from None
        except asyncio.CancelledError:
            self._pass_on(turn)
            raise
        finally:
            with suppress(ValueError):
                self._waiting.remove(turn)

    def _pass_on(self, turn: asyncio.Future[WorkerProcess]) -> None:
        """Offer a worker again that was given in the very moment in which its taker gave up."""
        if turn.done() and not turn.cancelled() and turn.exception() is None:
            self._offer(turn.result())

    def _offer(self, worker: WorkerProcess) -> None:
        if worker.gone.is_set():
            return
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(worker)
                return
        self._idle.append(worker)

    def _busy(self) -> BusyError:
        retry_after_s = min(_LONGEST_RETRY_S, 1 + len(self._waiting) // self.size)
        return BusyError(
            "All workers are busy and others are waiting.",
            hint=f"Try again in {retry_after_s} s.",
            retry_after_s=retry_after_s,
        )

    # Tending: a task for each slot.

    async def _tend(self, first: asyncio.Future[None]) -> None:
        """Keep one worker alive. The next is started before the last is buried, so that nobody waits for
        the memory of a dead process to be given back.
        """
        last: WorkerProcess | None = None
        while True:
            worker = await self._start(first)
            self._ready.add(worker)
            self._offer(worker)
            if not first.done():
                first.set_result(None)
            if last is not None:
                await self._bury(last)
            await worker.gone.wait()
            self._ready.discard(worker)
            if worker in self._idle:
                self._idle.remove(worker)
            last = worker

    async def _start(self, first: asyncio.Future[None]) -> WorkerProcess:
        """A worker that is ready; tries again, more and more slowly, where none will start."""
        pause_s = 0.1
        while True:
            worker = WorkerProcess()
            self._workers.add(worker)
            if await worker.connect():
                return worker
            worker.kill(Ending.CRASHED)
            await self._bury(worker)
            if not first.done():
                first.set_exception(
                    QueryFailedError("The worker processes do not start.", hint="See the log.")
                )
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _bury(self, worker: WorkerProcess) -> None:
        ending = await worker.bury()
        self._restarts[ending.value] += 1
        self._workers.discard(worker)


def _listed(graphs: tuple[str, ...] | None) -> list[str] | None:
    return None if graphs is None else list(graphs)


def _closing() -> BusyError:
    return BusyError("The service is shutting down.", hint="Try again later.", retry_after_s=_LONGEST_RETRY_S)

"""An answer as it comes from a worker, frame by frame.

HONEST: see :mod:`kgraph.engine.backend`. Whatever ends the worker before the answer is complete ends the
answer with an error.
"""

from __future__ import annotations

import logging
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Self

from kgraph.engine.process import Ending, WorkerProcess
from kgraph.engine.protocol import Frame
from kgraph.errors import (
    KgraphError,
    NotAcceptableError,
    ParameterError,
    QueryFailedError,
    QueryMemoryError,
    QueryRefusedError,
    QuerySyntaxError,
    StoreError,
)
from kgraph.rdf.formats import FORMATS, Format, ResultKind

if TYPE_CHECKING:
    from kgraph.engine.pool import WorkerPool

_LOG: Final = logging.getLogger(__name__)

__all__ = ["PoolAnswer"]

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
    """An answer that a worker is giving, or has given: an :class:`kgraph.engine.backend.Answer`.

    ``started_s`` is when it began by the event loop's clock; ``is_young`` holds until it has run for a while.
    """

    kind: ResultKind
    format: Format
    variables: tuple[str, ...]
    notices: tuple[str, ...] = ()

    def __init__(self, pool: WorkerPool, worker: WorkerProcess, *, client: str, started_s: float) -> None:
        self.worker = worker
        self.client = client
        self.started_s = started_s
        self.is_young = True
        self.complete = False
        self._pool = pool
        self._chunks: deque[bytes] = deque()
        self._failure: KgraphError | None = None

    async def open(self) -> None:
        """Wait until it is certain that the answer is one. The worker has the request."""
        while not (self._chunks or self.complete):
            await self._advance()
            # A small answer arrives with its end: the worker is then free before anybody reads.
            while (frame := self.worker.receive_nowait()) is not None:
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
        if self.complete and len(self._chunks) == 1:
            return self._chunks.popleft()
        return b"".join([chunk async for chunk in self])

    async def aclose(self) -> None:
        """Want no more of it: a worker that is still at it is replaced."""
        self._abandon()

    async def _advance(self) -> None:
        """Take in one more frame. An answer that has failed raises its error, however often it is asked."""
        if self._failure is None:
            try:
                frame = await self.worker.receive()
                if frame is not None:
                    self._take(frame)
                else:
                    self._failure = self._pool.error_of(await self.worker.ending())
            except BaseException:
                self._abandon()
                raise
        if self._failure is not None:
            raise self._failure

    def _take(self, frame: Frame) -> None:
        fields = frame.fields
        if frame.kind in ("whole", "head"):
            self.kind, self.format = _form(fields["kind"], fields["format"])
            self.variables = tuple(fields["variables"])
        if frame.kind in ("whole", "data"):
            self._chunks.append(frame.payload)
        if frame.kind in ("whole", "end"):
            self.complete = True
            self._pool.release(self, grown_mib=fields["grown_mib"])
        elif frame.kind == "fail":
            if fields["detail"]:
                _LOG.error("a worker met a fault of its own: %s", fields["detail"])
            self._failure = _error(fields)
            self._pool.release(self)

    def _abandon(self) -> None:
        """Let the worker go in the middle of its work; nothing where the work is done."""
        if self._failure is None and not self.complete:
            self._failure = QueryFailedError("The answer was closed before its end.")
            self.worker.kill(Ending.ABANDONED)


@lru_cache(maxsize=64)
def _form(kind: str, format_name: str) -> tuple[ResultKind, Format]:
    return ResultKind(kind), FORMATS[format_name]


def _error(fields: dict[str, Any]) -> KgraphError:
    """What a ``fail`` frame says, as the exception to raise."""
    code, message = fields["code"], fields["message"]
    if code == QuerySyntaxError.code:
        return QuerySyntaxError(message, hint=fields["hint"], line=fields["line"], column=fields["column"])
    return _ERRORS.get(code, QueryFailedError)(message)

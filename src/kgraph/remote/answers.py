"""An engine's rows in JSON, as the answer that was asked for.

HONEST: JSON has an end, so an answer that was cut off is not read as one, whatever the status was; and an
answer is complete only when the engine, asked once more, still holds the load that was asked. A small answer
is read as a whole first. Of a larger one a thread writes the next part while its reader reads.
"""

from __future__ import annotations

import asyncio
import io
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, suppress
from traceback import clear_frames
from typing import Any, Final, Self, cast

import anyio
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
import pyoxigraph as ox

from kgraph.engine.portable import PortableQuery
from kgraph.errors import KgraphError, QueryFailedError, QueryMemoryError
from kgraph.rdf.formats import FORMATS, Format, ResultKind
from kgraph.rdf.operations import Template
from kgraph.rdf.writing import write_graph, write_results
from kgraph.remote.endpoint import EngineFault, Fault
from kgraph.remote.spelling import RespelledRows

__all__ = ["SMALL_BYTES", "LargeAnswer", "SmallAnswer", "Wording", "write_small"]

#: What is read as a whole, so that another can still answer where something is wrong.
SMALL_BYTES: Final = 1 << 20
_PARTS: Final = 4
_PART_BYTES: Final = 64 << 10
#: What a triple takes in the set by which a CONSTRUCT gives each once.
_TRIPLE_BYTES: Final = 500
_LIMITER: Final = 8


class Wording:
    """How an answer is to be written: the query that was asked, a format, and prefixes for it.

    ``respells`` says that the engine writes values in its own way.
    """

    def __init__(
        self,
        query: PortableQuery,
        name: str,
        prefixes: Mapping[str, str],
        *,
        memory_bytes: int,
        respells: bool = False,
    ) -> None:
        self.query = query
        self._respells = respells
        self.format: Format = FORMATS[name]
        self._prefixes = prefixes
        self._most_triples = memory_bytes // _TRIPLE_BYTES

    def write(self, source: Any, output: Any) -> None:
        """Write an answer in JSON (bytes or a file) to a file.

        Raises:
            EngineFault: it is cut off, or another than was asked for.
            KgraphError: the format or the memory is not enough for it.
        """
        try:
            self._write(source, output)
        except BaseException as error:
            clear_frames(error.__traceback__)  # rows must not outlive the thread that has made them
            if isinstance(error, SyntaxError | ValueError):
                reason = f"its answer is cut off, or no SPARQL result: {error}"
                raise EngineFault(Fault.CUT_OFF, reason) from error
            raise

    def _write(self, source: Any, output: Any) -> None:
        if self.query.kind is ResultKind.BOOLEAN:
            content = source if isinstance(source, bytes) else source.read()
            json.loads(content)  # which notices what follows the end, too
            results = ox.parse_query_results(content, ox.QueryResultsFormat.JSON)
            if not isinstance(results, ox.QueryBoolean):
                raise EngineFault(Fault.CUT_OFF, "it answers ASK with rows")
            write_results(results, output, self.format.name)
            return
        results = ox.parse_query_results(source, ox.QueryResultsFormat.JSON)
        if not isinstance(results, ox.QuerySolutions):
            raise EngineFault(Fault.CUT_OFF, "it answers SELECT with no rows")
        names = tuple(variable.value for variable in results.variables)
        if self._respells:
            results = cast(
                ox.QuerySolutions,
                ox.parse_query_results(cast(Any, RespelledRows(results)), ox.QueryResultsFormat.JSON),
            )
        if self.query.kind is ResultKind.SOLUTIONS:
            if names != self.query.variables:
                raise EngineFault(Fault.CUT_OFF, "it answers with other columns")
            write_results(results, output, self.format.name)
        else:
            triples = self._triples(results, self.query.parsed_template())
            write_graph(triples, output, self.format.name, self._prefixes)

    def _triples(self, rows: ox.QuerySolutions, template: Template) -> Iterator[ox.Triple]:
        """What a CONSTRUCT gives, each triple once (SPARQL 1.1 Query, section 16.2)."""
        known: set[ox.Triple] = set()
        names = template.variables
        for row in rows:
            solution = {name: term for name in names if (term := row[name]) is not None}
            for quad in template.instances(solution):
                triple = quad.triple
                if triple not in known:
                    if len(known) >= self._most_triples:
                        raise QueryMemoryError(
                            "The query makes more triples than fit into the memory that it may have.",
                            hint="Add a LIMIT, or ask for rows with SELECT.",
                        )
                    known.add(triple)
                    yield triple


def write_small(wording: Wording, content: bytes) -> bytes:
    """A whole answer in JSON as it is to be written."""
    output = io.BytesIO()
    wording.write(content, output)
    return output.getvalue()


class _Answer(ABC):
    """What both kinds of answer have in common: an :class:`kgraph.engine.backend.Answer`."""

    notices: tuple[str, ...] = ()
    complete: bool

    def __init__(self, wording: Wording) -> None:
        self.kind = wording.query.kind
        self.format = wording.format
        self.variables = wording.query.variables if self.kind is ResultKind.SOLUTIONS else ()

    def __aiter__(self) -> Self:
        return self

    @abstractmethod
    async def __anext__(self) -> bytes:
        """The next part."""

    async def read(self) -> bytes:
        """All bytes that are still to come."""
        return b"".join([part async for part in self])


class SmallAnswer(_Answer):
    """An answer that is there."""

    complete = True

    def __init__(self, wording: Wording, content: bytes) -> None:
        super().__init__(wording)
        self._content: bytes | None = content

    async def __anext__(self) -> bytes:
        content, self._content = self._content, None
        if not content:
            raise StopAsyncIteration
        return content

    async def aclose(self) -> None:
        """Nothing: nobody is at work any more."""


class LargeAnswer(_Answer):
    """An answer that is still coming.

    Args:
        wording: how it is to be written.
        pieces: the engine's bytes, from the first.
        holding: what is to be closed in the end.
        confirm: raises unless the engine still holds what was asked.
        deadline: when its time is over, by the event loop's clock.
        late: the error that says so.
    """

    def __init__(
        self,
        wording: Wording,
        pieces: AsyncIterator[bytes],
        holding: AsyncExitStack,
        confirm: Callable[[], Awaitable[None]],
        *,
        deadline: float,
        late: KgraphError,
    ) -> None:
        super().__init__(wording)
        self.complete = False
        self._wording = wording
        self._pieces = pieces
        self._holding = holding
        self._confirm = confirm
        self._deadline = deadline
        self._late = late
        self._send, self._receive = anyio.create_memory_object_stream[bytes](_PARTS)
        self._failure: BaseException | None = None
        self._writer = asyncio.create_task(self._write())

    async def __anext__(self) -> bytes:
        if self._failure is None:
            try:
                return await self._receive.receive()
            except (anyio.EndOfStream, anyio.ClosedResourceError):
                self._receive.close()
                await asyncio.wait([self._writer])
        if self._failure is not None:
            raise self._failure
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Want no more of it: the engine's connection is closed."""
        if not self._writer.done():
            self._failure = self._failure or QueryFailedError("The answer was closed before its end.")
            self._receive.close()
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer

    async def _write(self) -> None:
        try:
            async with self._send, self._holding, asyncio.timeout_at(self._deadline):
                feed, outlet = _Feed(self._next), _Outlet(self._send.send)
                await anyio.to_thread.run_sync(
                    self._wording.write, feed, outlet, abandon_on_cancel=True, limiter=_limiter()
                )
                await self._confirm()
                await self._send.send(outlet.rest())
                self.complete = True
        except TimeoutError:
            self._failure = self._late
        except EngineFault as fault:
            self._failure = QueryFailedError(f"The engine broke its answer off: {fault}.")
        except KgraphError as error:
            self._failure = error
        except asyncio.CancelledError:
            self._failure = self._failure or QueryFailedError("The answer was closed before its end.")
        except Exception as error:  # whoever reads has to hear that it is not whole
            self._failure = QueryFailedError(f"The answer could not be read: {type(error).__name__}.")
            self._failure.__cause__ = error
        if self._failure is not None:
            self._receive.close()  # the thread may be waiting for room in it

    async def _next(self) -> bytes:
        return await anext(self._pieces, b"")


_limiters: Final = anyio.lowlevel.RunVar[anyio.CapacityLimiter]("kgraph.remote.answers")


def _limiter() -> anyio.CapacityLimiter:
    limiter = _limiters.get(None)
    if limiter is None:
        limiter = anyio.CapacityLimiter(_LIMITER)
        _limiters.set(limiter)
    return limiter


class _Feed:
    """The file that a thread reads: what the event loop receives."""

    def __init__(self, receive: Callable[[], Coroutine[Any, Any, bytes]]) -> None:
        self._receive = receive
        self._rest = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none at the end."""
        if not self._rest:
            self._rest = memoryview(anyio.from_thread.run(self._receive))
        end = len(self._rest) if size < 0 else min(size, len(self._rest))
        part, self._rest = bytes(self._rest[:end]), self._rest[end:]
        return part


class _Outlet:
    """The file that a thread writes to. The last part stays here until the answer is known to be whole."""

    def __init__(self, send: Callable[[bytes], Coroutine[Any, Any, None]]) -> None:
        self._send = send
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        """Take in some bytes; a part that is full is sent when more comes."""
        if self._size >= _PART_BYTES:
            anyio.from_thread.run(self._send, self.rest())
        self._parts.append(bytes(data))
        self._size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing: see the class."""

    def rest(self) -> bytes:
        """What has not been sent."""
        whole = b"".join(self._parts)
        self._parts, self._size = [], 0
        return whole

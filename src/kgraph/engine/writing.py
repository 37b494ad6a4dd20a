"""Writes as the server sees them: one at a time, each carried out by the writer process.

The process is started with the first write and kept for the next. A write past its deadline is ended with
its process, and is then either entirely there or not at all, as after any death of a writer; one whose
caller has gone is carried on to its end.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Literal

from kgraph import errors
from kgraph.engine.launching import launch, scratch_file
from kgraph.engine.protocol import Frame, FrameDecoder, FrameError, encode_frame

if TYPE_CHECKING:
    from kgraph.engine.writer import WriteFields

__all__ = ["GraphWriter", "Written"]

_LOG: Final = logging.getLogger(__name__)
#: What is longer does not fit into a frame.
_LONGEST_BYTES: Final = 48 << 20
_CHUNK_BYTES: Final = 64 << 10
#: A writer that keeps more memory than this after a write is replaced by a fresh one.
_RETIRE_BYTES: Final = 256 << 20
_LAST_WORDS_BYTES: Final = 4096
#: How much longer than its own wait for the lock a writer may be silent before it counts as dead.
_GRACE_S: Final = 10.0

#: Rust, C++ (with an object, and with a thread's stack) and Python each end in their own words.
_OUT_OF_MEMORY: Final = ("memory allocation of", "bad_alloc", "Resource temporarily", "MemoryError")
_PLACED: Final = {error.code: error for error in (errors.QuerySyntaxError, errors.RdfSyntaxError)}
_ERRORS: Final[dict[str, type[errors.KgraphError]]] = {
    error.code: error
    for error in (
        errors.GraphStateError,
        errors.MediaTypeError,
        errors.NoGenerationError,
        errors.ParameterError,
        errors.QueryMemoryError,
        errors.QueryRefusedError,
        errors.ReadOnlyGraphError,
        errors.ServiceNotAllowedError,
        errors.StoreError,
        errors.UnknownNameError,
        errors.WriteError,
    )
}


@dataclass(frozen=True, slots=True)
class Written:
    """What a write has done: the generation that is current since, and whether it made its graph."""

    generation: str
    created: bool


class GraphWriter:
    """Carries out writes to one catalog, in the order in which they come.

    Args:
        catalog: the folder of the derived store.
        timeout_s: how long a write may take, once it is its turn.
        memory_bytes: how much memory it may take.
        is_union: what the default graph of a WHERE clause is that has no dataset of its own.
        wait_s: how long it waits for other processes that write to the same catalog.
        queue_limit: how many writes may wait for their turn.
        queue_timeout_s: how long each may.
    """

    def __init__(
        self,
        catalog: Path,
        *,
        timeout_s: float = 30.0,
        memory_bytes: int = 1 << 30,
        is_union: bool = True,
        wait_s: float = 10.0,
        queue_limit: int = 64,
        queue_timeout_s: float = 30.0,
    ) -> None:
        self._catalog = catalog
        self._timeout_s = timeout_s
        self._memory_bytes = memory_bytes
        self._is_union = is_union
        self._wait_s = wait_s
        self._queue_limit = queue_limit
        self._queue_timeout_s = queue_timeout_s
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[Written]] = set()
        self._process: _WriterProcess | None = None
        self._is_open = True

    async def update(
        self,
        text: str,
        *,
        using: tuple[list[str], list[str]] | None = None,
        base_iri: str | None = None,
    ) -> Written:
        """Carry out a SPARQL update. ``using`` is the protocol's dataset: default and named graphs."""
        if len(text) > _LONGEST_BYTES // 4:
            raise errors.QueryRefusedError("The update is too long.", hint="Send the data as a graph.")
        return await self._write("update", text.encode(), using=using, base_iri=base_iri)

    async def store(
        self, kind: Literal["put", "add", "load"], document: Path | bytes, **fields: str | None
    ) -> Written:
        """Put a document in the place of a graph's triples, add it to them, or load it into the graphs that
        it names. ``fields`` are those of :class:`kgraph.engine.writer.WriteFields` that describe it.
        """
        if isinstance(document, bytes) and len(document) <= _LONGEST_BYTES:
            return await self._write(kind, document, **fields)
        with ExitStack() as stack:
            if isinstance(document, bytes):
                document = stack.enter_context(_spilled(document))
            return await self._write(kind, b"", **fields, document=str(document))

    async def delete(self, graph: str | None) -> Written:
        """Drop a graph; the default graph is emptied."""
        return await self._write("delete", b"", graph=graph)

    async def aclose(self) -> None:
        """Take no more writes, finish those that are under way, and end the process."""
        self._is_open = False
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._process is not None:
            await self._process.end(grace_s=_GRACE_S)
            self._process = None

    async def _write(self, kind: str, payload: bytes, **fields: object) -> Written:
        if not self._is_open:
            raise _closing()
        if len(self._tasks) >= self._queue_limit:
            raise errors.BusyError(
                "Other writes are waiting already.", hint="Try again later.", retry_after_s=5
            )
        header: WriteFields = {
            "catalog": str(self._catalog),
            "memory_limit_bytes": self._memory_bytes,
            "wait_s": self._wait_s,
            "is_union": self._is_union,
            "base_iri": None,
            "using": None,
            "graph": None,
            "format": "",
            "charset": "",
            "boundary": None,
            "document": None,
            **fields,  # type: ignore[typeddict-item]
        }
        task = asyncio.create_task(self._carry_out(encode_frame(kind, dict(header), payload)))
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return await asyncio.shield(task)  # its caller may go, and the write is carried on

    def _finished(self, task: asyncio.Task[Written]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # which is its caller's affair, or nobody's any more

    async def _carry_out(self, frame: bytes) -> Written:
        try:
            async with asyncio.timeout(self._queue_timeout_s):
                await self._turn.acquire()
        except TimeoutError:
            raise _busy() from None
        try:
            return await self._take_turn(frame)
        finally:
            self._turn.release()

    async def _take_turn(self, frame: bytes) -> Written:
        if not self._is_open:
            raise _closing()
        if self._process is None:
            self._process = await _WriterProcess.start()
        try:
            answer = await self._converse(self._process, frame)
        except BaseException:
            process, self._process = self._process, None
            await process.end()
            raise
        if answer.kind == "done" and answer.fields["resident_bytes"] > _RETIRE_BYTES:
            process, self._process = self._process, None
            await process.end(grace_s=_GRACE_S)
        if answer.kind == "done":
            return Written(answer.fields["generation"], answer.fields["created"])
        raise _error(answer)

    async def _converse(self, process: _WriterProcess, frame: bytes) -> Frame:
        """Send a write and receive its answer, which comes in time or never."""
        process.send(frame)
        try:
            async with asyncio.timeout(self._wait_s + _GRACE_S):
                answer = await process.receive()
            if answer is not None and answer.kind == "began":
                async with asyncio.timeout(self._timeout_s):
                    answer = await process.receive()
        except TimeoutError:
            raise errors.QueryTimeoutError(
                f"The write took longer than {self._timeout_s:g} seconds and was ended.",
                hint="Write less at once, or load large files with 'kgraph load'.",
            ) from None
        if answer is not None:
            return answer
        raise self._diagnose(await process.last_words(), process.status)

    def _diagnose(self, last_words: str, status: int | None) -> errors.KgraphError:
        if any(words in last_words for words in _OUT_OF_MEMORY):
            return errors.QueryMemoryError(
                f"The write needed more than {self._memory_bytes >> 20} MiB of memory and was ended.",
                hint="Write less at once, or load large files with 'kgraph load'.",
            )
        if status == -signal.SIGSEGV:  # no room is left on the stack
            return errors.QueryMemoryError(
                "The write is nested too deeply, or a chain in it is too long, and it was ended.",
                hint="Put the members of a long chain into a VALUES block.",
            )
        _LOG.warning("the writer died: %s", last_words.strip())
        return errors.QueryFailedError("The process that carried out the write came to a sudden end.")


@contextmanager
def _spilled(document: bytes) -> Iterator[Path]:
    """A document as a file, for as long as the block takes."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.NamedTemporaryFile(buffering=0))
            rest = memoryview(document)
            while rest:
                rest = rest[file.write(rest) :]
        except OSError as error:
            raise errors.StoreError(
                f"There is no room for the document in {tempfile.gettempdir()}: {error.strerror or error}.",
                hint="Make room there, or set TMPDIR to another folder.",
            ) from error
        yield Path(file.name)


def _error(answer: Frame) -> errors.KgraphError:
    fields = answer.fields
    code, message, hint = fields["code"], fields["message"], fields["hint"]
    if fields["detail"]:
        _LOG.error("the writer met a fault of its own: %s", fields["detail"])
    if code in _PLACED:
        return _PLACED[code](message, hint=hint, line=fields["line"], column=fields["column"])
    return _ERRORS.get(code, errors.QueryFailedError)(message, hint=hint)


def _busy() -> errors.BusyError:
    return errors.BusyError("Too many writes are waiting.", hint="Try again later.", retry_after_s=5)


def _closing() -> errors.BusyError:
    return errors.BusyError("The service is shutting down.", hint="Try again later.", retry_after_s=30)


class _WriterProcess:
    """The running writer. Made by :meth:`start`."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        stderr: IO[bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._process = process
        self._stderr = stderr
        self._reader = reader
        self._writer = writer
        self._decoder = FrameDecoder()
        self._frames: list[Frame] = []

    @classmethod
    async def start(cls) -> _WriterProcess:
        """Start it and wait until it is ready."""
        try:
            stderr = scratch_file()
            try:
                process, ours = launch("kgraph.engine.writer", stderr=stderr)
            except BaseException:
                stderr.close()
                raise
        except OSError as error:
            raise errors.BusyError(
                f"The process that writes cannot be started: {error.strerror or error}.",
                hint="Try again later.",
                retry_after_s=5,
            ) from error
        ours.setblocking(False)
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        self = cls(process, stderr, reader, writer)
        if (frame := await self.receive()) is None or frame.kind != "ready":
            words = await self.last_words()
            await self.end()
            _LOG.error("the writer does not start: %s", words.strip())
            raise errors.QueryFailedError("The process that writes does not start.", hint="See the log.")
        return self

    def send(self, frame: bytes) -> None:
        """Send a write; what goes wrong shows in :meth:`receive`."""
        self._writer.write(frame)

    async def receive(self) -> Frame | None:
        """The next frame, or None where no more will come."""
        while not self._frames:
            try:
                data = await self._reader.read(_CHUNK_BYTES)
                self._frames += self._decoder.feed(data)
            except (ConnectionError, FrameError):
                return None
            if not data:
                return None
        return self._frames.pop(0)

    @property
    def status(self) -> int | None:
        """Its exit status, once it has ended; negative for the signal that ended it."""
        return self._process.poll()

    async def last_words(self) -> str:
        """What it said on standard error before it died."""
        await self._exited()
        end = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, end - _LAST_WORDS_BYTES))
        return self._stderr.read().decode(errors="replace")

    async def end(self, *, grace_s: float = 0.0) -> None:
        """End it, and leave nothing of it behind; within ``grace_s`` it may tidy up by itself."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace_s):
                await self._exited()
        if self._process.poll() is None:
            self._process.kill()
        await self._exited()
        self._stderr.close()

    async def _exited(self) -> None:
        pause_s = 0.001
        while self._process.poll() is None:
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, 0.05)

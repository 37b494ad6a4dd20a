"""One worker process as the pool sees it: frames out, frames in, and how it came to its end.

A worker ends in one of two ways: :meth:`WorkerProcess.kill` ends it for a reason that the caller knows,
or it dies and the reason is read off its exit status and its last words on standard error. Either way
``gone`` is set at once, :meth:`WorkerProcess.receive` gives None from then on, and
:meth:`WorkerProcess.bury` waits until nothing of it is left.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections import deque
from enum import StrEnum
from typing import Final, cast

from kgraph.engine.nursery import Child
from kgraph.engine.protocol import Frame, FrameDecoder, FrameError, encode_frame
from kgraph.vocab import HIDDEN_GRAPHS

__all__ = ["Ending", "WorkerProcess"]

_LOG: Final = logging.getLogger(__name__)

#: Bytes of an answer that may wait for a slow reader before the worker has to wait as well.
_QUEUE_BYTES: Final = 1 << 20
_LAST_WORDS_BYTES: Final = 4096
#: What a worker's niceness becomes when it is to stand back.
_BACKGROUND: Final = 5


class Ending(StrEnum):
    """Why a worker is no more."""

    TIMEOUT = "timeout"
    MEMORY = "memory"
    STACK = "stack"
    CRASHED = "crashed"
    ABANDONED = "abandoned"
    RETIRED = "retired"
    OUTDATED = "outdated"
    CLOSED = "closed"


class WorkerProcess(asyncio.Protocol):
    """A running worker. It belongs to the event loop it was started in.

    ``snapshot`` is the store that it has in memory, ``store`` the one that it answered from last.
    """

    def __init__(self, child: Child, *, snapshot: str | None = None) -> None:
        self.gone = asyncio.Event()
        self.snapshot = snapshot
        self.store: str | None = snapshot
        self.is_background = False
        self.is_still = False
        self._child = child
        self._transport: asyncio.Transport | None = None
        self._decoder = FrameDecoder()
        self._frames: deque[Frame] = deque()
        self._queued_bytes = 0
        self._is_paused = False
        self._arrival: asyncio.Future[None] | None = None
        self._ending: Ending | None = None

    @property
    def pid(self) -> int:
        """The process's number, for the log and for tests."""
        return self._child.pid

    async def connect(self) -> bool:
        """Wait for the worker to be ready. False where it died instead."""
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=self._child.connection)
        frame = await self.receive()
        return frame is not None and frame.kind == "ready"

    def send(self, frame: bytes) -> None:
        """Send a query; what goes wrong shows in :meth:`receive`."""
        if self._transport is not None:
            self._transport.write(frame)

    def expect(self, store: str) -> None:
        """Have it open a store that queries are likely to name, so that the first need not wait for that."""
        self.store = store
        self.send(encode_frame("open", {"store": store, "hidden": list(HIDDEN_GRAPHS)}))

    async def receive(self) -> Frame | None:
        """The next frame, or None where no more will come."""
        while self._ending is None:
            if self._frames:
                return self.receive_nowait()
            if self.gone.is_set():
                break
            arrival = asyncio.get_running_loop().create_future()
            self.announce(arrival)
            await arrival
        return None

    def announce(self, arrival: asyncio.Future[None]) -> None:
        """Have this future done when something arrives, or nothing will any more."""
        self._arrival = arrival
        if self._frames or self.gone.is_set():
            self._wake()

    def receive_nowait(self) -> Frame | None:
        """The next frame if it is already here."""
        if self._ending is not None or not self._frames:
            return None
        frame = self._frames.popleft()
        self._queued_bytes -= len(frame.payload)
        if self._is_paused and self._queued_bytes < _QUEUE_BYTES and self._transport is not None:
            self._is_paused = False
            self._transport.resume_reading()
        return frame

    def kill(self, ending: Ending) -> None:
        """End the process now, whatever it is doing."""
        if self._ending is None and not self.gone.is_set():
            self._ending = ending
            self._let_go()

    async def ending(self) -> Ending:
        """Why the worker is gone; waits for its exit status where it died of itself."""
        if self._ending is None:
            await self._child.exited.wait()
            await self._child.reaped()
        if self._ending is None:
            last_words = self._last_words()
            status = _name_of(self._child.status)
            self._ending = _diagnose(last_words, status)
            _LOG.warning("worker %d died (%s): %s", self.pid, status, last_words.strip())
        return self._ending

    async def bury(self) -> Ending:
        """Wait until the process is gone and nothing of it is left; it must have been killed or have died."""
        ending = await self.ending()
        await self._child.exited.wait()
        await self._child.reaped()
        await asyncio.sleep(0)  # in which the transport closes its socket
        if not self._child.stderr.closed:
            self._child.stderr.close()
        return ending

    @property
    def is_held_up(self) -> bool:
        """Whether it waits for the reader of its answer, rather than for a processor."""
        return self._is_paused

    def stand_still(self) -> None:
        """Do nothing until :meth:`move_on`. It can be killed meanwhile."""
        if not self.is_still:
            self.is_still = True
            self._child.send_signal(signal.SIGSTOP)

    def move_on(self) -> None:
        """Stand still no longer."""
        if self.is_still:
            self.is_still = False
            self._child.send_signal(signal.SIGCONT)

    def stand_back(self) -> None:
        """Leave the processors to others as long as they want them."""
        self.is_background = self._child.set_niceness(_BACKGROUND)

    def step_forward(self) -> bool:
        """Stand back no longer. False where the system does not allow it to anybody but root."""
        if self.is_background:
            self.is_background = not self._child.set_niceness(0)
        return not self.is_background

    # The callbacks of asyncio.Protocol.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to listen."""
        self._transport = cast(asyncio.Transport, transport)
        if self.gone.is_set():
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Queue the frames that have arrived; let the worker wait where they are not taken up."""
        try:
            for frame in self._decoder.feed(data):
                self._frames.append(frame)
                self._queued_bytes += len(frame.payload)
        except FrameError:
            self.kill(Ending.CRASHED)
        if self._queued_bytes >= _QUEUE_BYTES and not self._is_paused and self._transport is not None:
            self._is_paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket has closed: the worker has died, or was killed before."""
        self._let_go()

    def _let_go(self) -> None:
        self.gone.set()
        self._child.kill()  # one that closed its socket has nothing left to live for
        if self._transport is None:
            self._child.connection.close()
        else:
            self._transport.abort()
        self._wake()

    def _wake(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    def _last_words(self) -> str:
        if self._child.stderr.closed:
            return ""
        end = self._child.stderr.seek(0, os.SEEK_END)
        self._child.stderr.seek(max(0, end - _LAST_WORDS_BYTES))
        return self._child.stderr.read().decode(errors="replace")


def _diagnose(last_words: str, status: str) -> Ending:
    """Rust, C++ and Python each end in their own words when an allocation fails, and in none when there is no
    room left on the stack.
    """
    allocations = ("memory allocation of", "bad_alloc", "MemoryError")
    if any(words in last_words for words in allocations):
        return Ending.MEMORY
    return Ending.STACK if status == signal.SIGSEGV.name else Ending.CRASHED


def _name_of(status: int | None) -> str:
    if status is None:
        return "unknown exit status"
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"

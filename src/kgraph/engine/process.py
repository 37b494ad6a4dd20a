"""One worker process as the pool sees it: frames out, frames in, and how it came to its end.

A worker ends in one of two ways: :meth:`WorkerProcess.kill` ends it for a reason that the caller knows,
or it dies and the reason is read off its exit status and its last words on standard error. Either way
``gone`` is set at once, :meth:`WorkerProcess.receive` gives None from then on, and
:meth:`WorkerProcess.bury` waits until nothing of it is left.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from enum import StrEnum
from pathlib import Path
from typing import IO, Final, cast

from kgraph.engine.protocol import Frame, FrameDecoder, FrameError

__all__ = ["Ending", "WorkerProcess"]

_LOG: Final = logging.getLogger(__name__)

#: Bytes of an answer that may wait for a slow reader before the worker has to wait as well.
_QUEUE_BYTES: Final = 1 << 20
_LAST_WORDS_BYTES: Final = 4096


class Ending(StrEnum):
    """Why a worker is no more."""

    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    ABANDONED = "abandoned"
    RETIRED = "retired"
    CLOSED = "closed"


class WorkerProcess(asyncio.Protocol):
    """A running worker. Made by :meth:`start`; belongs to the event loop it was started in."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()
        self._process, self._socket, self._stderr = _spawn()
        self._transport: asyncio.Transport | None = None
        self._decoder = FrameDecoder()
        self._frames: deque[Frame] = deque()
        self._queued_bytes = 0
        self._arrival: asyncio.Future[None] | None = None
        self._ending: Ending | None = None

    @property
    def pid(self) -> int:
        """The process's number, for the log and for tests."""
        return self._process.pid

    async def connect(self) -> bool:
        """Wait for the worker to be ready. False where it died instead."""
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=self._socket)
        frame = await self.receive()
        return frame is not None and frame.kind == "ready"

    def send(self, frame: bytes) -> None:
        """Send a query; what goes wrong shows in :meth:`receive`."""
        if self._transport is not None:
            self._transport.write(frame)

    async def receive(self) -> Frame | None:
        """The next frame, or None where no more will come."""
        while self._ending is None:
            if self._frames:
                return self.receive_nowait()
            if self.gone.is_set():
                break
            self._arrival = asyncio.get_running_loop().create_future()
            await self._arrival
        return None

    def receive_nowait(self) -> Frame | None:
        """The next frame if it is already here."""
        if self._ending is not None or not self._frames:
            return None
        frame = self._frames.popleft()
        self._queued_bytes -= len(frame.payload)
        if self._transport is not None and self._queued_bytes < _QUEUE_BYTES:
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
            status = await self._exited()
            last_words = self._last_words()
            self._ending = _diagnose(last_words)
            _LOG.warning("worker %d died (%s): %s", self.pid, _name_of(status), last_words.strip())
        return self._ending

    async def bury(self) -> Ending:
        """Wait until the process is gone and nothing of it is left; it must have been killed or have died."""
        ending = await self.ending()
        await self._exited()
        await asyncio.sleep(0)  # in which the transport closes its socket
        if not self._stderr.closed:
            self._stderr.close()
        return ending

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
        if self._transport is not None and self._queued_bytes >= _QUEUE_BYTES:
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket has closed: the worker has died, or was killed before."""
        self._let_go()

    def _let_go(self) -> None:
        self.gone.set()
        if self._process.returncode is None:
            self._process.kill()  # one that closed its socket has nothing left to live for
        if self._transport is None:
            self._socket.close()
        else:
            self._transport.abort()
        self._wake()

    def _wake(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    async def _exited(self) -> int:
        """The exit status. Looked for, not waited for: a process that was killed may take a while to give
        back its memory, and a thread for each would outlive a closing pool.
        """
        pause_s = 0.001
        while (status := self._process.poll()) is None:
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, 0.05)
        return status

    def _last_words(self) -> str:
        if self._stderr.closed:
            return ""
        end = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, end - _LAST_WORDS_BYTES))
        return self._stderr.read().decode(errors="replace")


def _diagnose(last_words: str) -> Ending:
    """Rust, C++ and Python each end in their own words when an allocation fails."""
    allocations = ("memory allocation of", "bad_alloc", "MemoryError")
    return Ending.MEMORY if any(words in last_words for words in allocations) else Ending.CRASHED


def _name_of(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def _spawn() -> tuple[subprocess.Popen[bytes], socket.socket, IO[bytes]]:
    """Start a worker: the process, our end of its socket pair, and the file that takes its last words.

    It finds its imports where this process found them, and otherwise knows nothing of our environment:
    no site-packages hooks, no working directory on its path, no secrets. It is started from the thread of
    the event loop, because the kernel ties its life to the thread that made it.
    """
    ours, theirs = socket.socketpair()
    stderr = tempfile.TemporaryFile()  # noqa: SIM115 -- it is closed when the worker is buried
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-S", "-m", "kgraph.engine.worker", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            pass_fds=[theirs.fileno()],
            env=_environment(),
            process_group=0,
        )
    except BaseException:
        ours.close()
        stderr.close()
        raise
    finally:
        theirs.close()
    ours.setblocking(False)
    return process, ours, stderr


def _environment() -> dict[str, str]:
    homes = [str(Path(__file__).parents[2])]
    engine = importlib.util.find_spec("pyoxigraph")
    if engine is not None and engine.origin is not None:
        homes.append(str(Path(engine.origin).parents[1]))
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PYTHONPATH": os.pathsep.join(homes), **kept}

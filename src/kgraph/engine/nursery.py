"""The pool's end of a spawner or holder: asks for children, and hears of their birth and death.

A child is killed by its pidfd, which can never mean another process, and its end shows in the pidfd becoming
readable (pidfd_open(2)). Systems without them go by what the spawner tells, who knows its own children.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, Final, Self

from kgraph.engine.launching import REFUSED, launch, scratch_file
from kgraph.engine.passing import Inbox, Message, send_message

__all__ = ["Child", "Nursery", "NurseryError", "start_spawner"]

#: Huge pages where the system has them: they make forking from a large process several times as fast.
_TUNABLES: Final = "glibc.malloc.hugetlb=1"
_REPORT_TIMEOUT_S: Final = 1.0


class NurseryError(Exception):
    """The spawner is gone, and children can no longer be had from it."""


class Child:
    """A process that was forked for us: our end of its socket, and what it says on standard error."""

    def __init__(self, pid: int, handle: int | None, connection: socket.socket, stderr: IO[bytes]) -> None:
        self.pid = pid
        self.connection = connection
        self.stderr = stderr
        self.exited = asyncio.Event()
        self.status: int | None = None
        self._reported = asyncio.Event()
        self._handle = handle
        if handle is not None:
            asyncio.get_running_loop().add_reader(handle, self._on_exit, handle)

    def kill(self) -> None:
        """End it now. Nothing where it has ended."""
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal. Nothing where it has ended."""
        if self.exited.is_set():
            return
        with suppress(ProcessLookupError):
            if self._handle is not None:
                try:
                    signal.pidfd_send_signal(self._handle, number)
                except OSError as error:
                    if error.errno not in REFUSED:
                        raise
                else:
                    return
            if not self._reported.is_set():  # else the number may be another's by now
                os.kill(self.pid, number)

    def set_niceness(self, niceness: int) -> bool:
        """Have it stand back for others, or no longer. False where the system does not let us."""
        try:
            if not self.exited.is_set():
                os.setpriority(os.PRIO_PROCESS, self.pid, niceness)
        except ProcessLookupError:
            pass
        except PermissionError:
            return False
        return True

    def report(self, status: int | None) -> None:
        """Take in what the spawner says of its end; None where the spawner itself is gone."""
        self.status = status
        self._reported.set()
        if self._handle is None:
            self.exited.set()

    async def reaped(self) -> None:
        """Wait until one that has exited is no longer in the system's table either.

        The spawner sees to that at once; one that hangs, or that has died itself, is not waited for.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._reported.wait(), _REPORT_TIMEOUT_S)

    def _on_exit(self, handle: int) -> None:
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)
        self._handle = None
        self.exited.set()


class Nursery:
    """One spawner, or one holder. It belongs to the event loop it was started in."""

    def __init__(self, channel: socket.socket, on_message: Callable[[Message], None] | None = None) -> None:
        channel.setblocking(False)
        self.ended = asyncio.Event()
        self.started = asyncio.Event()
        self._channel = channel
        self._inbox = Inbox(channel)
        self._on_message = on_message
        self._births: dict[int, asyncio.Future[tuple[int, int | None]]] = {}
        self._children: dict[int, Child] = {}
        self._number = 0
        asyncio.get_running_loop().add_reader(channel, self._on_readable)

    async def fork(self, order: str = "fork", **fields: Any) -> Child:
        """A new worker.

        Raises:
            NurseryError: there will be none, as the spawner is gone.
            OSError: there is no room for one now, among the processes or the open files.
        """
        ours, theirs = socket.socketpair()
        try:
            stderr = scratch_file()
        except OSError:
            ours.close()
            theirs.close()
            raise
        born: asyncio.Future[tuple[int, int | None]] = asyncio.get_running_loop().create_future()
        try:
            with theirs:
                self._ask(order, fields, (theirs.fileno(), stderr.fileno()), born)
            pid, handle = await born
        except BaseException:
            ours.close()  # whereupon a worker that is born nonetheless has nothing to do
            stderr.close()
            if born.done() and not born.cancelled() and born.exception() is None:
                _close(born.result()[1])
            raise
        ours.setblocking(False)
        child = self._children[pid] = Child(pid, handle, ours, stderr)
        if self.ended.is_set():
            child.report(None)
        return child

    async def hold(self, on_message: Callable[[Message], None]) -> tuple[Child, Self]:
        """A new holder, as a child and as a nursery of its own."""
        child = await self.fork("hold")
        return child, type(self)(child.connection, on_message)

    def tell(self, order: str, fields: dict[str, Any]) -> None:
        """Give an order whose outcome ``on_message`` will hear of."""
        try:
            send_message(self._channel, order, fields)
        except OSError:
            self.close()

    def close(self) -> None:
        """Want nothing more of it: it ends, and its children with it."""
        if self.ended.is_set():
            return
        asyncio.get_running_loop().remove_reader(self._channel)
        self._channel.close()
        self._inbox.close()
        self.ended.set()
        self.started.set()
        for born in self._births.values():
            if not born.done():
                born.set_exception(NurseryError("the spawner is gone"))
        for child in self._children.values():
            child.report(None)
        self._births.clear()
        self._children.clear()

    def _ask(
        self,
        order: str,
        fields: dict[str, Any],
        descriptors: tuple[int, ...],
        born: asyncio.Future[tuple[int, int | None]],
    ) -> None:
        if self.ended.is_set():
            raise NurseryError("the spawner is gone")
        self._number += 1
        try:
            send_message(self._channel, order, {**fields, "number": self._number}, descriptors)
        except OSError as error:
            self.close()
            raise NurseryError("the spawner is gone") from error
        self._births[self._number] = born

    def _on_readable(self) -> None:
        try:
            for message in self._inbox.receive():
                self._take(message)
        except BlockingIOError:
            pass
        except (EOFError, OSError):
            self.close()

    def _take(self, message: Message) -> None:
        fields = message.fields
        if message.kind == "born":
            handle = message.descriptors[0] if message.descriptors else None
            born = self._births.pop(fields["number"])
            if not born.done():
                born.set_result((fields["pid"], handle))
            else:
                _close(handle)
        elif message.kind == "unborn":
            born = self._births.pop(fields["number"])
            if not born.done():
                born.set_exception(OSError(fields["errno"], os.strerror(fields["errno"])))
        elif message.kind == "died":
            if (child := self._children.pop(fields["pid"], None)) is not None:
                child.report(fields["status"])
        elif message.kind == "started":
            self.started.set()
        elif self._on_message is not None:
            self._on_message(message)


def _close(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)


def start_spawner() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a spawner: the process, and our end of its channel."""
    return launch("kgraph.engine.spawner", GLIBC_TUNABLES=_TUNABLES)

"""The spawner: a small process with a single thread that forks workers, because the server must not.

``python -m kgraph.engine.spawner FD`` takes orders on the channel it inherits as FD (see
:mod:`kgraph.engine.passing`) until that closes. It has imported all that a worker needs, so a fork is a
matter of milliseconds. Asked to *hold*, it forks another of its kind, which loads a generation into memory
and from then on forks workers that share it: their copies cost nothing until they write.

The wall around the workers (:mod:`kgraph.engine.confinement`) is put up here once; children inherit it.
Each child is bound to the life of its parent, so that nothing outlives the server.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from fcntl import F_DUPFD, fcntl
from typing import Any, Final, NoReturn

import pyoxigraph as ox

from kgraph.engine.confinement import confine_process, die_with_parent, resident_bytes
from kgraph.engine.opened import OpenGeneration
from kgraph.engine.passing import Inbox, Message, send_message
from kgraph.engine.snapshot import SnapshotError, apply_changes, load_snapshot, settle_memory
from kgraph.engine.worker import Worker

__all__ = ["Spawner", "main"]

#: Where a child finds what it was given; whatever its parent has open above is closed.
_CHANNEL, _STDERR, _FIRST_FOREIGN, _LAST_FOREIGN = 3, 2, 4, 512


class Spawner:
    """Takes orders on one channel. A holder is a spawner with a snapshot."""

    def __init__(self, channel: socket.socket, *, walled: bool) -> None:
        self._channel = channel
        self._inbox = Inbox(channel)
        self._walled = walled
        self._store: ox.Store | None = None
        self._snapshot: OpenGeneration | None = None
        self._orders: Final[dict[str, Callable[[Message], None]]] = {
            "fork": self._fork,
            "hold": self._hold,
            "load": self._load,
            "apply": self._apply,
        }

    def serve(self) -> None:
        """Obey until the pool closes the channel, and then live as long as the last child."""
        woken, wake = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._channel, select.POLLIN)
        poll.register(woken, select.POLLIN)
        settle_memory()
        self._tell("started")
        with suppress(EOFError, ConnectionError):
            while True:
                for descriptor, _ in poll.poll():
                    if descriptor == woken:
                        with suppress(BlockingIOError):
                            os.read(woken, 4096)
                        self._reap()
                    else:
                        for message in self._inbox.receive():
                            self._orders[message.kind](message)
        with suppress(ChildProcessError):
            while True:
                os.wait()

    def _tell(
        self, kind: str, fields: dict[str, Any] | None = None, descriptors: tuple[int, ...] = ()
    ) -> None:
        send_message(self._channel, kind, fields, descriptors)

    def _reap(self) -> None:
        """Tell of every child that has ended. One signal may stand for several of them."""
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                self._tell("died", {"pid": pid, "status": os.waitstatus_to_exitcode(status)})

    def _fork(self, order: Message) -> None:
        def work(connection: socket.socket) -> None:
            Worker(connection, may_dial_out=not self._walled, snapshot=self._snapshot).serve()

        self._bear(order, work)

    def _hold(self, order: Message) -> None:
        def hold(channel: socket.socket) -> None:
            Spawner(channel, walled=self._walled).serve()

        self._bear(order, hold)

    def _bear(self, order: Message, work: Callable[[socket.socket], None]) -> None:
        """Fork a child that does ``work`` with the socket that came with the order."""
        parent, number = os.getpid(), order.fields["number"]
        try:
            pid = os.fork()
        except OSError as error:
            self._tell("unborn", {"number": number, "errno": error.errno})
            return
        finally:
            if os.getpid() == parent:
                for descriptor in order.descriptors:
                    os.close(descriptor)
        if pid == 0:
            self._become(order.descriptors, parent, work)
        handles = _handles(pid)
        try:
            self._tell("born", {"number": number, "pid": pid}, handles)
        finally:
            for handle in handles:
                os.close(handle)

    def _become(self, descriptors: list[int], parent: int, work: Callable[[socket.socket], None]) -> NoReturn:
        status = 1
        try:
            die_with_parent(parent)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            # The channels of the others must not stay open here: their closing is how an end is noticed.
            channel, stderr = (fcntl(descriptor, F_DUPFD, _FIRST_FOREIGN) for descriptor in descriptors)
            self._channel.detach()
            os.dup2(stderr, _STDERR)
            os.dup2(channel, _CHANNEL)
            os.closerange(_FIRST_FOREIGN, _LAST_FOREIGN)
            with suppress(ConnectionError):  # the pool has gone, or wants no more of this answer
                work(socket.socket(fileno=_CHANNEL))
            status = 0
        except BaseException:  # a child must never return into its parent's loop
            traceback.print_exc()
        finally:
            with suppress(OSError):
                sys.stderr.flush()
            os._exit(status)

    def _load(self, order: Message) -> None:
        store, limit_bytes = order.fields["store"], order.fields["limit_bytes"]
        self._try(lambda: load_snapshot(store, limit_bytes=limit_bytes), order)

    def _apply(self, order: Message) -> None:
        def carry_on() -> ox.Store:
            fields, held = order.fields, self._store
            if held is None:
                raise SnapshotError("there is nothing to carry on")
            changes = [(removed, added) for removed, added in fields["changes"]]
            apply_changes(held, fields["store"], changes, limit_bytes=fields["limit_bytes"])
            return held

        self._try(carry_on, order)

    def _try(self, make: Callable[[], ox.Store], order: Message) -> None:
        path = order.fields["store"]
        try:
            self._store = make()
            self._snapshot = OpenGeneration(path, order.fields["hidden"], self._store)
        except SnapshotError as error:
            self._store = self._snapshot = None  # what is half done is nobody's generation
            self._tell("failed", {"message": str(error)})
            return
        settle_memory()
        self._tell("holds", {"store": path, "resident_bytes": resident_bytes()})


def _handles(pid: int) -> tuple[int, ...]:
    """The pidfd of a child; none where the system has no such, or refuses it as old container runtimes do."""
    try:
        # A child is there until it is waited for, so the number is still its own.
        return (os.pidfd_open(pid),)
    except (AttributeError, OSError):
        return ()


def main() -> None:
    """Serve the inherited channel whose number is the first argument."""
    for number in (signal.SIGINT, signal.SIGTERM):  # are for the server, which then closes the channel
        signal.signal(number, signal.SIG_IGN)
    Spawner(socket.socket(fileno=int(sys.argv[1])), walled=confine_process()).serve()


if __name__ == "__main__":
    main()

"""Messages between the pool and the processes that fork for it: a line of JSON each, open files beside it.

A message says in ``fds`` how many descriptors belong to it. They travel as ``SCM_RIGHTS`` (unix(7)), which
arrive no later than the first byte of their message; both sides therefore pair them by counting::

    pool → spawner   fork     number        descriptors: the worker's socket, its standard error
                     hold     number        descriptors: the holder's channel, its standard error
    pool → holder    fork     number        as above
                     load     store, hidden, limit_bytes
                     apply    the same, and changes
    both → pool      started
                     unborn   number, errno
                     born     number, pid   descriptor: the child's pidfd, where there is such
                     died     pid, status
    holder → pool    holds    store, resident_bytes
                     failed   message

The standard library only: spawners import this.
"""

from __future__ import annotations

import errno
import json
import os
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

__all__ = ["Inbox", "Message", "send_message"]

_READ_BYTES: Final = 64 << 10
_READ_DESCRIPTORS: Final = 64


class Message(NamedTuple):
    """One message. Its descriptors belong to whoever received it."""

    kind: str
    fields: dict[str, Any]
    descriptors: list[int]


def send_message(
    channel: socket.socket, kind: str, fields: dict[str, Any] | None = None, descriptors: Sequence[int] = ()
) -> None:
    """Send a message; the descriptors stay open here.

    Raises:
        OSError: the other side is gone, or does not read.
    """
    line = json.dumps([kind, len(descriptors), fields or {}]).encode() + b"\n"
    sent = socket.send_fds(channel, [line], descriptors) if descriptors else channel.send(line)
    if sent < len(line):
        channel.sendall(line[sent:])


class Inbox:
    """The messages that arrive on a channel."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._bytes = b""
        self._descriptors: deque[int] = deque()

    def receive(self) -> Iterator[Message]:
        """The messages that are whole after one more reading.

        Raises:
            EOFError: the other side has closed the channel.
            OSError: descriptors were lost, as this process can have no more of them.
        """
        data, descriptors, flags, _ = socket.recv_fds(self._channel, _READ_BYTES, _READ_DESCRIPTORS)
        if not data:
            raise EOFError("the channel is closed")
        self._descriptors += descriptors
        if flags & socket.MSG_CTRUNC:  # whose the others are cannot be told any more
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        *lines, self._bytes = (self._bytes + data).split(b"\n")
        for line in lines:
            kind, count, fields = json.loads(line)
            yield Message(kind, fields, [self._descriptors.popleft() for _ in range(count)])

    def close(self) -> None:
        """Close what nobody has taken."""
        while self._descriptors:
            os.close(self._descriptors.popleft())

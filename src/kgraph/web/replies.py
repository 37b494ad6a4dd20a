"""Whole requests, byte for byte, and what answered them: the shortest way from a question to its answer.

A program that asks again sends the same bytes again, and a generation gives the same answer to them. So
nothing is parsed: the bytes that came are looked up, and the bytes that went go again. Kept are small answers
that their resource has marked as repeatable (:data:`kgraph.web.answering.REPEATABLE`), without credentials.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from kgraph.web.metrics import Counter

__all__ = ["Replies", "Reply"]

#: What a request and its answer may take to be kept.
REQUEST_LIMIT_BYTES: Final = 16 * 1024
REPLY_LIMIT_BYTES: Final = 64 * 1024
_OVERHEAD_BYTES: Final = 512


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it went out: the status line, and all after the headers that the server adds to each."""

    status_line: bytes
    rest: bytes
    counter: Counter | None


class Replies:
    """Replies of the present generation in ``limit_bytes``, the least recently used going first."""

    def __init__(self, generation: Callable[[], str], *, limit_bytes: int) -> None:
        self._generation = generation
        self._limit_bytes = limit_bytes
        self._of = ""
        self._replies: OrderedDict[bytes, Reply] = OrderedDict()
        self._size_bytes = 0
        self._headers: Sequence[tuple[bytes, bytes]] = ()
        self._prefix = b""

    def find(self, request: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
        """The bytes to send for a request, if it is known. ``headers`` are those of every answer just now."""
        reply = self._replies.get(request)
        if reply is None or self._generation() != self._of:
            return None
        self._replies.move_to_end(request)
        if headers is not self._headers:  # a new list each second, for the date
            self._headers = headers
            self._prefix = b"".join(b"%b: %b\r\n" % header for header in headers)
        if reply.counter is not None:
            reply.counter.observe(0.0)
        return b"".join((reply.status_line, self._prefix, reply.rest))

    def keep(self, request: bytes, generation: str, reply: Reply) -> None:
        """Keep what a generation has answered."""
        if generation != self._of:
            self._of = generation
            self._replies = OrderedDict()
            self._size_bytes = 0
        if (
            len(request) > REQUEST_LIMIT_BYTES
            or len(reply.rest) > REPLY_LIMIT_BYTES
            or request in self._replies
        ):
            return
        self._replies[request] = reply
        self._size_bytes += _size(request, reply)
        while self._size_bytes > self._limit_bytes:
            self._size_bytes -= _size(*self._replies.popitem(last=False))


def _size(request: bytes, reply: Reply) -> int:
    return _OVERHEAD_BYTES + len(request) + len(reply.rest)

"""One request and its response on a connection, which remembers what it sent where that may be sent again.

A response goes out as the application says it, its head together with the first bytes of its body. Where the
application does not say how long it is, it goes in chunks (RFC 9112, section 7.1), or to a client of HTTP/1.0
until the connection is closed.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from kgraph.web.answering import REPEATABLE
from kgraph.web.metrics import COUNTED
from kgraph.web.refusals import closing, refusal
from kgraph.web.replies import Replies, Reply

__all__ = ["Exchange", "reset"]

_log: Final = logging.getLogger(__name__)
#: A reply to a request with one of these is not kept: the secret would be, too.
_SECRETS: Final = frozenset({b"authorization", b"cookie", b"proxy-authorization"})
#: Statuses without content (RFC 9110, section 6.4.1).
_EMPTY: Final = frozenset({204, 304})


def reset(transport: asyncio.Transport) -> None:
    """End a connection at once, so that its client hears of it and the system keeps nothing of it."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        with suppress(OSError):  # it is gone already
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _line(name: bytes, value: bytes) -> bytes:
    """A header field as a line."""
    if b"\n" in value or b"\r" in value or b"\0" in value:
        raise RuntimeError("A header's value has a line break.")
    return b"%b: %b\r\n" % (name, value)


#: Most of them come again and again.
_remembered_line: Final = lru_cache(maxsize=512)(_line)
_REMEMBERED_BYTES: Final = 256


class Exchange(RequestResponseCycle):
    """uvicorn's cycle. ``raw`` is the request as it came, where it came alone and at once."""

    scope: Any
    raw: bytes | None = None
    replies: Replies
    _status = 0
    _fields = b""
    _head: bytes | None = None
    _body: bytes | None = None
    _has_body = True
    _until_close = False
    _leave: Callable[[], object] | None = None

    def on_disconnect(self, leave: Callable[[], object] | None) -> None:
        """Have ``leave`` called when the client goes away; None takes that back."""
        self._leave = leave
        if leave is not None and self.disconnected:
            leave()

    def leave(self) -> None:
        """The client has gone away, or is not heard any more."""
        self.disconnected = True
        self.message_event.set()
        if self._leave is not None:
            self._leave()

    async def send(self, message: Any) -> None:
        """Send a part of the response."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if not self.response_started:
            self._begin(message["status"], message.get("headers", ()))
        elif not self.response_complete:
            self._continue(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise RuntimeError("The response is complete already.")

    def _begin(self, status: int, headers: Any) -> None:
        self.response_started = True
        self.waiting_for_100_continue = False
        self._has_body = self.scope["method"] != "HEAD" and status not in _EMPTY
        is_counted = False
        lines: list[bytes] = []
        for name, value in headers:
            if name == b"content-length":
                is_counted = True
                self.expected_content_length = int(value)
            elif name == b"connection" and value.lower() == b"close":
                self.keep_alive = False
                continue
            make = _remembered_line if len(value) <= _REMEMBERED_BYTES else _line
            lines.append(make(name, value))
        self._status, self._fields = status, b"".join(lines)
        added = b"".join(b"%b: %b\r\n" % field for field in self.default_headers)
        self._until_close = self._has_body and not is_counted and self.scope["http_version"] == "1.0"
        self.chunked_encoding = self._has_body and not is_counted and not self._until_close
        if self.chunked_encoding:
            added += b"transfer-encoding: chunked\r\n"
        if not self.keep_alive:
            added += b"connection: close\r\n"
        self._head = b"".join((STATUS_LINE[status], added, self._fields, b"\r\n"))

    def _continue(self, body: bytes, *, more: bool) -> None:
        head, self._head = self._head, None
        if head is not None and not more:
            self._body = body
        data = head or b""
        if not self._has_body:
            pass
        elif self.chunked_encoding:
            if body:
                data += b"%x\r\n%b\r\n" % (len(body), body)
            if not more:
                data += b"0\r\n\r\n"
        elif self._until_close:
            data += body
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0 or (self.expected_content_length and not more):
                raise RuntimeError("The response is not as long as it says.")
            data += body
        if data:
            self.transport.write(data)
        if not more:
            self.response_complete = True
            self.message_event.set()
            if not self.keep_alive:
                self.transport.close()
            self.on_response()

    async def run_asgi(self, app: Any) -> None:
        """Have the application answer, and keep the answer where it may be repeated."""
        try:
            await app(self.scope, self.receive, self.send)
        except asyncio.CancelledError:
            pass  # the server ends before the answer does
        except Exception:
            _log.exception("%s %s failed", self.scope["method"], self.scope["path"])
        if self.response_complete:
            self._keep()
        elif not self.disconnected:
            self._break_off()

    def _break_off(self) -> None:
        """HONEST: what breaks off is not brought to an end."""
        if not self.response_started:
            self.transport.write(refusal(closing(), self.default_headers))
            self.transport.close()
        elif self._until_close:  # a proper close would say that this is all
            reset(self.transport)
        else:
            self.transport.close()

    def _keep(self) -> None:
        if REPEATABLE not in self.scope or self.raw is None or self._body is None or not self.keep_alive:
            return
        if not any(name in _SECRETS for name, _ in self.scope["headers"]):
            rest = self._fields + b"\r\n" + (self._body if self._has_body else b"")
            reply = Reply(STATUS_LINE[self._status], rest, self.scope.get(COUNTED))
            self.replies.keep(self.raw, self.scope[REPEATABLE], reply)

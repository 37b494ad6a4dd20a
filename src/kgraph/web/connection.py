"""A connection of the server: uvicorn's, with limits for hostile and slow clients, and with repeated replies.

What a client may do is in :mod:`kgraph.web.limits`. No connection has a timer of its own: the server calls
:meth:`Connection.tick` of each once a second. A request that is refused before it is one is answered with
problem details like any other, and what else the client sends is thrown away for a while, because closing at
once would take the answer from under its eyes (RFC 9112, section 9.6).

An offer to speak another protocol (``Upgrade``) is never taken, so the request is the same as without it
(RFC 9110, section 7.8). The parser would take what follows the head for that protocol: it is replaced by one
that reads the head again without the offer.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final
from urllib.parse import unquote

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from kgraph.web.exchange import Exchange, reset
from kgraph.web.limits import Limits
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import ON_DISCONNECT
from kgraph.web.refusals import crowded, large_head, long_url, no_request, refusal, slow_client
from kgraph.web.replies import Replies

__all__ = ["Connection", "connection_class"]

#: A host and a port (RFC 3986, section 3.2.2), or nothing.
_HOST: Final = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%!$&'()*+,;=-]*)(?::\d*)?")

#: Fields with one value, of which two readers might each take another.
_SINGLE: Final = frozenset(
    {b"authorization", b"content-length", b"content-type", b"host", b"origin", b"transfer-encoding"}
)


class Connection(HttpToolsProtocol):
    """A client's connection, and where it is in its requests."""

    limits: Limits
    replies: Replies
    cycle: Exchange | None  # type: ignore[assignment]

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], **more: Any
    ) -> None:
        super().__init__(config, server_state, app_state, **more)
        self._begun = self._ended = 0  # requests
        self._in_head = False
        self._is_offer = False
        self._head_bytes = self._body_bytes = self._unsent_bytes = 0
        self._phase_s = self._quiet_s = self._stalled_s = (
            0  # since a phase began, since data came, since they went
        )
        self._fault: HttpProblem | None = None
        self._refused = False

    # What arrives.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a client in, or turn it away where there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            self._refuse(crowded())

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone away, and nobody waits for what is being answered."""
        super().connection_lost(exc)
        waiting: list[Any] = [self.cycle, *(exchange for exchange, _ in self.pipeline)]
        for exchange in waiting:
            if exchange is not None and not exchange.response_complete:
                exchange.leave()

    def data_received(self, data: bytes) -> None:
        """Take in what the client sent."""
        self._quiet_s = 0
        if self._refused:
            return
        begun = self._begun
        is_fresh = begun == self._ended and self._is_idle()
        if is_fresh and not self.flow.write_paused:
            reply = self.replies.find(data, self.server_state.default_headers)
            if reply is not None:
                self.transport.write(reply)
                return
        try:
            self._feed(data)
            if self._in_head and begun == self._begun:
                self._count_head(len(data))
        except (httptools.HttpParserError, HttpProblem):
            self._refuse(self._fault or no_request())
            return
        if is_fresh and self._begun == self._ended == begun + 1 and self.cycle is not None:
            self.cycle.raw = data

    def _feed(self, data: bytes) -> None:
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                data = data[offer.args[0] :]
            else:
                return
            head = self._head_without_offer()
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's own
            self._is_offer = False
            self._begun -= 1
            self.parser.feed_data(head)

    def _head_without_offer(self) -> bytes:
        """The head of the request that has come, which asks for no other protocol."""
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, version)]
        for name, value in self.headers:
            if name == b"connection":
                tokens = (token.strip() for token in value.split(b","))
                value = b", ".join(token for token in tokens if token.lower() != b"upgrade")  # noqa: PLW2901
            if name != b"upgrade":
                lines.append(b"%b: %b" % (name, value))
        return b"\r\n".join([*lines, b"", b""])

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._begun += 1
        self._in_head = True
        self._head_bytes = self._body_bytes = self._phase_s = 0

    def on_url(self, url: bytes) -> None:
        """A part of the URL."""
        super().on_url(url)
        if len(self.url) > self.limits.url_bytes:
            self._fail(long_url(self.limits))

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head. Those of a trailer are no part of it (RFC 9110, section 6.5.1)."""
        if self._in_head:
            super().on_header(name, value)
        self._count_head(len(name) + len(value))

    def _count_head(self, size_bytes: int) -> None:
        self._head_bytes += size_bytes
        if self._head_bytes > self.limits.head_bytes or len(self.headers) > self.limits.head_fields:
            self._fail(large_head(self.limits))

    def on_headers_complete(self) -> None:
        """The head is there: the application may answer while the body comes."""
        if self.parser.get_method() == b"CONNECT":
            self._fail(no_request("This is no proxy."))
        if self.parser.should_upgrade():
            self._is_offer = True
            return
        self._in_head = False
        self._phase_s = 0
        version = self.parser.get_http_version()
        self._check_fields(version)
        url = httptools.parse_url(self.url)
        raw_path = url.path or b"/"
        path = raw_path.decode("ascii")
        scope: Any = self.scope
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["http_version"] = version
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"] = raw_path
        scope["query_string"] = url.query or b""
        exchange = Exchange(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        exchange.replies = self.replies
        scope[ON_DISCONNECT] = exchange.on_disconnect
        before, self.cycle = self.cycle, exchange
        if before is None or before.response_complete:
            self._start_asgi_task(exchange, self.app)
        else:  # pipelined: its turn comes when those before it are answered
            self.flow.pause_reading()
            self.pipeline.appendleft((exchange, self.app))

    def _check_fields(self, version: str) -> None:
        """Refuse a head that others might understand in another way."""
        single = [field for field in self.headers if field[0] in _SINGLE]
        fields = dict(single)
        if len(fields) != len(single):
            names = ", ".join(sorted(name.decode().title() for name in fields))
            self._fail(no_request(f"It has to have each of these once, if at all: {names}."))
        host = fields.get(b"host")  # RFC 9112, section 3.2
        if not _HOST.fullmatch(host or b"") or (host is None and version == "1.1"):
            self._fail(no_request("It has to name its host once."))
        coding = fields.get(b"transfer-encoding")  # RFC 9112, section 6.1
        if coding is not None and (coding.lower() != b"chunked" or version == "1.0"):
            self._fail(no_request("Its only transfer coding can be chunked, in HTTP/1.1."))

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is there."""
        if self._is_offer:
            return
        self._ended += 1
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The response is on its way; the next request may be answered."""
        self._quiet_s = 0
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())

    # What is refused.

    def _fail(self, fault: HttpProblem) -> None:
        self._fault = fault  # the parser wraps what its callbacks raise
        raise fault

    def _refuse(self, fault: HttpProblem) -> None:
        """Answer what is no request, or comes too slowly, and hear no more of this client."""
        self._refused = True
        self._phase_s = 0
        exchange = self.cycle
        if exchange is not None and not exchange.response_complete:
            if exchange.more_body:  # it is this request that is at fault
                exchange.leave()
                if exchange.response_started:
                    reset(self.transport)
                    return
            else:  # what came before it gets its answer first
                exchange.keep_alive = False
                return
        if self.transport.is_closing():
            return
        self.transport.write(refusal(fault, self.server_state.default_headers))
        if self.transport.can_write_eof():
            self.transport.write_eof()

    # What takes too long.

    def tick(self) -> None:
        """A second has passed."""
        self._phase_s += 1
        self._quiet_s += 1
        unsent_bytes = self.transport.get_write_buffer_size()
        self._stalled_s = self._stalled_s + 1 if unsent_bytes and unsent_bytes == self._unsent_bytes else 0
        self._unsent_bytes = unsent_bytes
        if self._stalled_s >= self.limits.reading_s or (
            self._refused and self._phase_s > self.limits.linger_s
        ):
            reset(self.transport)
        elif self._refused or self.transport.is_closing():
            pass
        elif self._begun > self._ended:
            self._tick_request()
        elif self._is_idle() and self._quiet_s > self.limits.idle_s and not unsent_bytes:
            self.transport.close()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _tick_request(self) -> None:
        if self._in_head:
            if self._phase_s > self.limits.head_s:
                self._refuse(slow_client("head"))
        elif self.cycle is None or self.cycle.response_complete:  # it was refused, and goes on all the same
            if self._phase_s > self.limits.linger_s:
                reset(self.transport)
        elif self.flow.read_paused:  # it is the server that keeps the client waiting
            self._quiet_s = 0
            self._phase_s -= 1
        else:
            late_s = self._phase_s - self.limits.body_grace_s
            if late_s > 0 and (
                self._quiet_s > self.limits.body_grace_s
                or self._body_bytes < late_s * self.limits.body_bytes_per_s
            ):
                self._refuse(slow_client("body"))


def connection_class(limits: Limits, replies: Replies) -> type[Connection]:
    """The class of a server's connections."""
    return type("Connection", (Connection,), {"limits": limits, "replies": replies})

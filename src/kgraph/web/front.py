"""The front door: what is asked most goes straight to its handler, all else through the framework.

A framework's machinery for a request (routing, middleware, injection) costs more than a small query. The
handlers are the same functions that the framework routes to, so what holds there holds here: errors, pages,
and the header that opens reading to pages from elsewhere. Every request is timed, whichever way it goes.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from fastapi import FastAPI, Request, Response
from starlette.types import Message, Receive, Scope, Send

from kgraph.web.bodies import Arriving
from kgraph.web.faults import fault_response
from kgraph.web.metrics import COUNTED, Requests
from kgraph.web.waiting import AT_LEAST, require_generation

if TYPE_CHECKING:
    from kgraph.web.generations import Leases

__all__ = ["EXPOSED_HEADERS", "QUERY", "FrontDoor"]

Handler = Callable[[Request], Awaitable[Response]]

_slow: Final = logging.getLogger("kgraph.slow")
#: The headers that a script of another origin may read (Fetch Standard, section 3.3).
EXPOSED_HEADERS: Final = (
    "Accept-Post",
    "Allow",
    "Content-Location",
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "X-Generation",
)
_OPEN: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", ", ".join(EXPOSED_HEADERS).encode()),
)
#: The key of a request's scope under which a handler leaves the query, for the log of slow ones.
QUERY: Final = "kgraph.query"
_LOGGED_LENGTH: Final = 500


class FrontDoor(FastAPI):
    """The application. ``direct`` names the handlers that need no framework, by path and method."""

    requests: Requests
    arriving: Arriving
    #: Held while a write's precondition is evaluated and the write carried out.
    writing: asyncio.Lock
    #: Held while a file is made from a generation (:mod:`kgraph.web.derived`).
    deriving: asyncio.Lock
    #: The generations that replicas are copying.
    leases: Leases
    #: The server ends: nobody is to be kept waiting.
    ending: bool = False
    slow_query_s: float = float("inf")
    #: The path below which the world sees this server (:attr:`kgraph.settings.Settings.root`).
    root: str = ""

    def open_to(self, direct: Mapping[tuple[str, str], Handler], aliases: Mapping[str, str]) -> None:
        """Let these requests pass straight to their handlers. ``aliases`` are other spellings of paths."""
        self._direct = direct
        self._aliases = aliases

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        status = 0
        started = perf_counter()
        if self.root:
            send = _rooted(send, self.root.encode())
            _take_off(self.root, scope)

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        scope["path"] = self._aliases.get(scope["path"], scope["path"])
        handler = self._direct.get((scope["path"], scope["method"]))
        is_direct = handler is not None
        if any(name == AT_LEAST for name, _ in scope["headers"]):
            handler = await self._behind(scope, receive) or handler
            started = perf_counter()  # that it had to wait says nothing of the query
        try:
            if handler is None:
                await super().__call__(scope, receive, note)
            else:
                response = await self._ask(handler, scope, receive)
                status = response.status_code
                await response(scope, receive, send)
        finally:
            self._count(scope, status, perf_counter() - started, direct=is_direct)

    async def _behind(self, scope: Scope, receive: Receive) -> Handler | None:
        """What refuses a request where the generation is not there that its client has seen."""
        scope["app"] = self
        try:
            await require_generation(Request(scope, receive))
        except Exception as error:  # whatever it is, it is told in our shape
            refusal = error
        else:
            return None

        async def refuse(_: Request) -> Response:
            raise refusal

        return refuse

    async def _ask(self, handler: Handler, scope: Scope, receive: Receive) -> Response:
        scope["app"] = self
        request = Request(scope, receive)
        try:
            response = await handler(request)
        except Exception as error:  # whatever it is, it is told in our shape
            response = fault_response(request, error)
        response.raw_headers.extend(_OPEN)
        return response

    def _count(self, scope: Scope, status: int, taken_s: float, *, direct: bool) -> None:
        path = scope["path"] if direct else getattr(scope.get("route"), "path", "")
        count = self.requests.counter(path, scope["method"], status)
        count.observe(taken_s)
        scope[COUNTED] = count
        if taken_s >= self.slow_query_s and (query := scope.get(QUERY)):
            text = " ".join(query[: 4 * _LOGGED_LENGTH].split())
            _slow.warning(
                "slow query",
                extra={
                    "path": scope["path"],
                    "status": status,
                    "seconds": round(taken_s, 3),
                    "query": text if len(text) <= _LOGGED_LENGTH else text[:_LOGGED_LENGTH] + "…",
                },
            )


#: Headers whose value is an address, or has addresses in angle brackets (RFC 9110, sections 8.7 and 10.2.2;
#: RFC 8288, section 3).
_ADDRESSES: Final = {
    b"content-location": re.compile(rb"^(?=/(?!/))"),
    b"location": re.compile(rb"^(?=/(?!/))"),
    b"link": re.compile(rb"(?<=<)(?=/(?!/))"),
}


def _take_off(root: str, scope: Scope) -> None:
    """Take a path from the beginning of what is asked for, if the proxy has left it there."""
    for key, begins in (("raw_path", root.encode()), ("path", unquote(root))):
        asked = scope[key]
        if asked.startswith(begins) and asked[len(begins) :][:1] in ("", "/", b"", b"/"):
            scope[key] = asked[len(begins) :] or begins[:1]


def _rooted(send: Send, root: bytes) -> Send:
    """A ``send`` that puts a path before the addresses in headers that begin with this server's root."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                (name, pattern.sub(root, value) if (pattern := _ADDRESSES.get(name)) else value)
                for name, value in message.get("headers", ())
            ]
        await send(message)

    return sending

"""One request and its response on a connection, which remembers what it sent where that may be sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from kgraph.web.answering import REPEATABLE
from kgraph.web.metrics import COUNTED
from kgraph.web.replies import Replies, Reply

__all__ = ["Exchange"]

#: A reply to a request with one of these is not kept: the secret would be, too.
_SECRETS: Final = frozenset({b"authorization", b"cookie", b"proxy-authorization"})


class Exchange(RequestResponseCycle):
    """uvicorn's cycle. ``raw`` is the request as it came, where it came alone and at once."""

    scope: Any
    raw: bytes | None = None
    replies: Replies
    _start: Any = None
    _body: bytes | None = None
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
        if message["type"] == "http.response.start":
            self._start = message
        elif self.raw is not None:
            is_whole = self._body is None and not message.get("more_body", False)
            self._body, self.raw = (message.get("body", b""), self.raw) if is_whole else (None, None)
        await super().send(message)

    async def run_asgi(self, app: Any) -> None:
        """Have the application answer, and keep the answer where it may be repeated."""
        await super().run_asgi(app)
        if REPEATABLE not in self.scope or self.raw is None or self._body is None:
            return
        if self.keep_alive and self.response_complete and not self._has_secret():
            fields = b"".join(b"%b: %b\r\n" % field for field in self._start["headers"])
            body = b"" if self.scope["method"] == "HEAD" else self._body
            reply = Reply(
                STATUS_LINE[self._start["status"]], fields + b"\r\n" + body, self.scope.get(COUNTED)
            )
            self.replies.keep(self.raw, self.scope[REPEATABLE], reply)

    def _has_secret(self) -> bool:
        return any(name in _SECRETS for name, _ in self.scope["headers"])

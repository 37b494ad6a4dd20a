"""A proxy on loopback between kgraph and a real engine, which spoils what passes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs

import httpx

__all__ = ["Reply", "Spoil", "tampering"]


class Reply(NamedTuple):
    """What an engine replies."""

    status: int
    headers: dict[str, str]
    content: bytes


#: What becomes of a reply to a query.
Spoil = Callable[[str, Reply], Reply]


@contextmanager
def tampering(engine: str, spoil: Spoil) -> Iterator[str]:
    """The URL of a proxy for an engine at a URL."""
    client = httpx.Client(base_url=engine, trust_env=False, timeout=60)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self._body()
            names = ("Accept", "Content-Type")
            headers = {name: self.headers[name] for name in names if name in self.headers}
            response = client.request(self.command, self.path, content=body, headers=headers)
            reply = Reply(response.status_code, {}, response.content)
            query = parse_qs(body.decode(errors="replace")).get("query") if self.command == "POST" else None
            if query:
                reply = spoil(query[0], reply)
            self.send_response(reply.status)
            kind = response.headers.get("content-type", "text/plain")
            sent = {"Content-Type": kind, "Content-Length": str(len(reply.content)), **reply.headers}
            for name, value in sent.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                with suppress(ConnectionError):  # whoever asked wants no more of it
                    self.wfile.write(reply.content)

        do_GET = do_POST = do_PUT = do_HEAD = _pass  # noqa: N815 - as the library calls them

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            pieces: list[bytes] = []
            while size := int(self.rfile.readline(), 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        client.close()

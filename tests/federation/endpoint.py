"""An endpoint on loopback that answers as a test tells it to, and a trap that hopes to be called."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

from bench.wikidata import on_loopback

RESULTS = "application/sparql-results+json"


def results(*variables: str, rows: list[dict[str, Any]]) -> bytes:
    return json.dumps({"head": {"vars": variables}, "results": {"bindings": rows}}).encode()


@dataclass
class Reply:
    """A response. ``length`` is the Content-Length where it is to lie."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None


@dataclass
class Endpoint:
    """Answers each query with what ``answer`` makes of it; counts, and knows how many it serves at once."""

    answer: Callable[[str], Reply]
    queries: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    url: str = ""

    @contextmanager
    def listening(self) -> Iterator[Endpoint]:
        endpoint = self
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments: object) -> None:
                del arguments

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                (query,) = parse_qs(body.decode())["query"]
                with lock:
                    endpoint.queries.append(query)
                    endpoint.headers.append({name.lower(): value for name, value in self.headers.items()})
                    endpoint.at_once += 1
                    endpoint.most_at_once = max(endpoint.most_at_once, endpoint.at_once)
                reply = endpoint.answer(query)
                with lock:
                    endpoint.at_once -= 1
                self.send_response(reply.status)
                length = len(reply.body) if reply.length is None else reply.length
                for name, value in {
                    "Content-Type": RESULTS,
                    "Content-Length": str(length),
                    **reply.headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(OSError):  # a client that has read enough
                    self.wfile.write(reply.body)
                self.close_connection = reply.length is not None

        with on_loopback(Handler) as self.url:
            yield self


@dataclass
class Trap:
    """Listens, and counts who comes."""

    listener: socket.socket
    visits: int = 0

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def count(self, *, wait_s: float = 0.3) -> int:
        """How many connections have come so far. The backlog of the kernel holds them until asked for."""
        self.listener.settimeout(wait_s)
        with suppress(TimeoutError):
            while True:
                self.listener.accept()[0].close()
                self.visits += 1
        return self.visits


@contextmanager
def trap() -> Iterator[Trap]:
    with socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=256) as listener:
        yield Trap(listener)

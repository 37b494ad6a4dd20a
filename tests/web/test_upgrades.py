"""An offer to speak another protocol changes nothing about a request: same answer, same effect.

Each request is sent twice on a connection of its own, plainly and with an offer; between the two the store
is what it was before.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgraph.build import build
from kgraph.settings import load_settings

from .conformance import UPDATE
from .conftest import Serve
from .wire import connected

OFFERS = (
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n",
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\n",
    b"connection: keep-alive , UPGRADE\r\nupgrade: TLS/1.0, HTTP/2.0\r\n",
    b"Upgrade: a\r\nUpgrade: b\r\nConnection: x\r\nConnection: upgrade\r\n",
)
LAST = b"GET /sparql?query=ASK{}&last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
GRAPH = "/graph-store?graph=urn:up"
TURTLE = b"<urn:a> <urn:b> 1, 2 .\n" * 40
#: Method, target, media type, body.
REQUESTS = (
    ("GET", "/sparql?query=ASK{}", "", b""),
    ("HEAD", "/", "", b""),
    ("GET", GRAPH, "", b""),
    (
        "POST",
        "/sparql",
        "application/sparql-query",
        b"SELECT (COUNT(*) AS ?n) { GRAPH <urn:up> { ?s ?p ?o } }",
    ),
    ("POST", "/sparql", "application/x-www-form-urlencoded", b"query=ASK%7B%7D"),
    ("POST", "/sparql", "application/sparql-update", b"INSERT DATA { GRAPH <urn:up> { <urn:c> <urn:d> 3 } }"),
    ("PUT", GRAPH, "text/turtle", TURTLE),
    ("POST", GRAPH, "text/turtle", TURTLE),
    ("DELETE", GRAPH, "", b""),
    ("PUT", GRAPH, "text/turtle", b""),
    ("PUT", GRAPH, "text/turtle", b"no turtle"),
    ("OPTIONS", "/sparql", "", b""),
    ("PATCH", "/sparql", "text/plain", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
)


@dataclass(frozen=True)
class Sent:
    """A request as it is sent."""

    which: int
    is_chunked: bool
    expects: bool
    offer: int | None = None

    def raw(self, *, with_offer: bool) -> bytes:
        """Its bytes."""
        method, target, kind, body = REQUESTS[self.which]
        head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n".encode()
        if with_offer and self.offer is not None:
            head += OFFERS[self.offer]
        if kind:
            head += f"Content-Type: {kind}\r\n".encode()
        if kind and self.is_chunked:
            head += b"Transfer-Encoding: chunked\r\n"
            pieces = (body[start : start + 300] for start in range(0, len(body), 300))
            body = (
                b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
                + b"0\r\nX-Trailer: x\r\n\r\n"
            )
        elif kind:
            head += b"Content-Length: %d\r\n" % len(body)
        if kind and self.expects:
            head += b"Expect: 100-continue\r\n"
        return head + b"\r\n" + body


SENT = st.builds(
    Sent,
    which=st.integers(0, len(REQUESTS) - 1),
    is_chunked=st.booleans(),
    expects=st.booleans(),
    offer=st.none() | st.integers(0, len(OFFERS) - 1),
)


@pytest.fixture(scope="module")
def store(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    folder: Path = tmp_path_factory.mktemp("upgraded")
    build(load_settings(folder, environ={}))
    return serve(folder, writable=True, workers=1)


def answers(client: httpx.Client, data: bytes, cuts: list[int]) -> list[str]:
    """What comes back for some bytes, sent in pieces, until the connection ends, less what changes."""
    with connected(client) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
            connection.sendall(data[start:end])
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    volatile = (b"date:", b"etag:", b"x-generation:", b"content-length:", b"location:", b'{"graph"')
    lines = re.split(rb"\r?\n|(?=HTTP/1\.1 )", received)
    return [line.decode() for line in lines if line and not line.lower().startswith(volatile)]


def content(client: httpx.Client) -> str:
    query = "SELECT ?s ?p ?o { GRAPH <urn:up> { ?s ?p ?o } } ORDER BY ?s ?p ?o"
    return client.get("/sparql", params={"query": query, "format": "csv"}).text


@given(sent=st.lists(SENT, min_size=1, max_size=4), cuts=st.lists(st.floats(0, 1), max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_offer_changes_neither_answers_nor_effects(
    store: httpx.Client, sent: list[Sent], cuts: list[float]
) -> None:
    told: list[tuple[list[str], str]] = []
    for with_offer in (False, True):
        store.post("/sparql", content="DROP ALL", headers=UPDATE)
        data = b"".join(request.raw(with_offer=with_offer) for request in sent) + LAST
        places = sorted(int(cut * len(data)) for cut in cuts)
        told.append((answers(store, data, places), content(store)))
    assert told[0] == told[1]
    statuses = [line for line in told[0][0] if line.startswith("HTTP/1.1 ") and " 100 " not in line]
    assert len(statuses) == len(sent) + 1


@pytest.mark.parametrize("offer", OFFERS)
def test_what_a_client_puts_with_an_offer_is_stored(store: httpx.Client, offer: bytes) -> None:
    store.post("/sparql", content="DROP ALL", headers=UPDATE)
    head = f"PUT {GRAPH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/turtle\r\n".encode()
    request = head + offer + b"Content-Length: %d\r\n\r\n" % len(TURTLE)
    said = answers(store, request + TURTLE + LAST, [len(request)])
    assert said[0].startswith("HTTP/1.1 201")
    assert content(store).count("urn:a") == 2


def test_many_offers_in_one_packet_are_each_answered(store: httpx.Client) -> None:
    request = Sent(0, is_chunked=False, expects=False, offer=1).raw(with_offer=True)
    said = answers(store, request * 300 + LAST, [])
    assert sum(line.startswith("HTTP/1.1 200") for line in said) == 301


@pytest.mark.parametrize("target", ["example.org:80", "/sparql", "*", "http://localhost/"])
def test_this_is_no_proxy(store: httpx.Client, target: str) -> None:
    said = answers(store, f"CONNECT {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() + LAST, [])
    assert [line for line in said if line.startswith("HTTP/1.1")] == ["HTTP/1.1 400 Bad Request"]

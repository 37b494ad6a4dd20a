"""What a connection may ask for: sizes, times and numbers; and that what is no request is told so."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from kgraph.web.limits import Limits

from .conftest import Serve
from .test_limits import eventually, workers
from .wire import connected, read_response, say

HOST = b"Host: localhost\r\n"
ASK = b"GET /sparql?query=ASK{} HTTP/1.1\r\n" + HOST + b"\r\n"
LIMITS = Limits(head_s=1, body_grace_s=1, reading_s=2, idle_s=2, linger_s=1, connections=8)


@pytest.fixture(scope="module")
def strict(serve: Serve, project: Path) -> httpx.Client:
    """A server with little patience."""
    return serve(project, limits=LIMITS, workers=1)


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (b"GARBAGE\r\n\r\n", 400, "bad-request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "bad-request"),  # TLS
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", 400, "bad-request"),
        (b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "bad-request"),
        (b"GET /sparql HTTP/1.1\r\nHost: a<b>\r\n\r\n", 400, "bad-request"),
        (b"CONNECT example.org:80 HTTP/1.1\r\nHost: example.org:80\r\n\r\n", 400, "bad-request"),
        (
            b"POST /sparql HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
            "bad-request",
        ),
        (b"POST /sparql HTTP/1.1\r\n" + HOST + b"Content-Length: -4\r\n\r\n", 400, "bad-request"),
        (
            b"POST /sparql HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            400,
            "bad-request",
        ),
        *(
            (b"POST /sparql HTTP/1.1\r\n" + lines + b"\r\n", 400, "bad-request")
            for lines in (
                HOST + b"Origin: http://localhost\r\norigin: https://example.org\r\n",
                HOST + b"Origin: http://localhost\r\nX: y\r\nORIGIN: http://localhost\r\n",
                HOST + b"hOST: localhost\r\n",
                HOST + b"Authorization: Bearer a\r\nauthorization: Bearer b\r\n",
                HOST + b"Content-Type: text/turtle\r\nContent-type: application/sparql-query\r\n",
                HOST + b"Content-Length: 0\r\ncontent-length: 0\r\n",
                HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                HOST + b"Transfer-Encoding: gzip, chunked\r\n",
                HOST + b"Transfer-Encoding: identity\r\n",
                HOST + b"Connection: upgrade\r\nUpgrade: x\r\nOrigin: http://localhost\r\nOrigin: null\r\n",
            )
        ),
        (b"POST /sparql HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n", 400, "bad-request"),
        (b"GET /?" + b"x" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, "url-too-long"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 300_000 + b"\r\n\r\n", 431, "head-too-large"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: x\r\n" * 300 + b"\r\n", 431, "head-too-large"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X" * 300_000, 431, "head-too-large"),
    ],
)
def test_what_is_no_request_or_too_large_is_told_so_and_ends_the_connection(
    client: httpx.Client, request_: bytes, status: int, code: str
) -> None:
    with connected(client) as connection:
        connection.sendall(request_)
        said = read_response(connection)
        assert said is not None
        assert (said.status, said.problem["type"]) == (status, f"urn:kgraph:problem:{code}")
        assert said.headers["connection"] == "close"
        assert connection.recv(1) == b""


def test_a_query_of_sixty_kilobytes_fits_into_a_url(client: httpx.Client) -> None:
    rows = "%20".join(f"<urn:{number:05}>" for number in range(4_500))
    said = say(
        client, f"GET /sparql?query=ASK{{VALUES%20?x{{{rows}}}}} HTTP/1.1\r\n".encode() + HOST + b"\r\n"
    )
    assert said is not None
    assert (said.status, b"true" in said.body) == (200, True)


def test_an_old_client_gets_what_it_can_read(client: httpx.Client) -> None:
    said = say(client, b"GET /sparql?query=ASK{} HTTP/1.0\r\n\r\n")
    assert said is not None
    assert (said.status, said.headers["connection"]) == (200, "close")
    flood = b"GET /sparql?format=tsv&query=SELECT*{?a%20?b%20?c.?d%20?e%20?f}LIMIT%2050000 HTTP/1.0\r\n\r\n"
    with connected(client) as connection:
        connection.sendall(flood)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b"transfer-encoding" not in received
    assert received.partition(b"\r\n\r\n")[2].count(b"\n") == 50_001


def test_a_slow_head_times_out(strict: httpx.Client) -> None:
    with connected(strict) as connection:
        connection.sendall(b"GET /sparql HTTP/1.1\r\nHost: loc")
        said = read_response(connection)
    assert said is not None
    assert (said.status, said.problem["type"]) == (408, "urn:kgraph:problem:slow-request")


def test_a_head_that_drips_times_out_too(strict: httpx.Client) -> None:
    with connected(strict) as connection:
        connection.sendall(b"GET /sparql HTTP/1.1\r\n")
        drips = 0
        with suppress(ConnectionError):
            while drips < 300:
                connection.sendall(b"X: x\r\n")
                time.sleep(0.1)
                drips += 1
    assert drips < 300


POST = (
    b"POST /sparql HTTP/1.1\r\n"
    + HOST
    + b"Content-Type: application/sparql-query\r\nContent-Length: 100000\r\n\r\n"
)


@pytest.mark.parametrize("drip", [b"", b"#"])
def test_a_slow_body_times_out(strict: httpx.Client, drip: bytes) -> None:
    with connected(strict) as connection:
        connection.sendall(POST + b"ASK {}")
        connection.settimeout(0.2)
        received = b""
        deadline = time.monotonic() + 30
        while b"\r\n\r\n" not in received and time.monotonic() < deadline:
            try:
                connection.sendall(drip)
                received += connection.recv(65536)
            except TimeoutError:
                continue
    assert received.startswith(b"HTTP/1.1 408 ")


def test_a_body_that_is_slow_and_steady_arrives(strict: httpx.Client) -> None:
    body = b"ASK {}" + b" " * 29_994
    with connected(strict) as connection:
        connection.sendall(POST.replace(b"100000", b"30000"))
        for start in range(0, len(body), 3_000):
            connection.sendall(body[start : start + 3_000])
            time.sleep(0.25)
        said = read_response(connection)
    assert said is not None
    assert said.status == 200


def test_an_idle_connection_is_closed(strict: httpx.Client) -> None:
    with connected(strict) as connection:
        connection.sendall(ASK)
        assert read_response(connection) is not None
        assert connection.recv(1) == b""
    with connected(strict) as connection:
        assert connection.recv(1) == b""


def test_an_answer_that_nobody_reads_is_cut_off(strict: httpx.Client) -> None:
    flood = b"GET /sparql?format=tsv&query=SELECT*{?a%20?b%20?c.?d%20?e%20?f} HTTP/1.1\r\n" + HOST + b"\r\n"
    with connected(strict) as connection:
        connection.sendall(flood)
        eventually(lambda: workers(strict)["busy"] == 1)
        eventually(lambda: workers(strict)["busy"] == 0 and workers(strict)["ready"] == 1)
        with pytest.raises(ConnectionError):
            b"".join(iter(lambda: connection.recv(65536), b""))


def test_an_old_client_is_not_told_that_a_part_is_all(hasty: httpx.Client) -> None:
    flood = b"GET /sparql?format=tsv&query=SELECT*{?a%20?b%20?c.?d%20?e%20?f.?g%20?h%20?i} HTTP/1.0\r\n\r\n"
    with connected(hasty) as connection:
        connection.sendall(flood)
        with pytest.raises(ConnectionError):  # the end of the connection would be the end of the answer
            b"".join(iter(lambda: connection.recv(65536), b""))


def test_more_connections_than_there_may_be_are_turned_away(serve: Serve, small_project: Path) -> None:
    crowded = serve(small_project, limits=Limits(connections=4), workers=1)
    address = (crowded.base_url.host, crowded.base_url.port or 80)
    held = [socket.create_connection(address) for _ in range(4)]
    try:
        said = say(crowded, ASK)
        assert said is not None
        assert (said.status, said.headers["retry-after"]) == (503, "5")
        assert said.problem["type"] == "urn:kgraph:problem:busy"
    finally:
        for connection in held:
            connection.close()
    eventually(lambda: (again := say(crowded, ASK)) is not None and again.status == 200)


def test_a_client_that_goes_on_sending_after_a_refusal_still_reads_it(client: httpx.Client) -> None:
    said = say(client, b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 2_000_000)
    assert said is not None
    assert said.status == 431


def test_an_announced_body_over_the_limit_is_refused_before_it_is_sent(client: httpx.Client) -> None:
    said = say(client, POST.replace(b"100000", b"99999999"))
    assert said is not None
    assert (said.status, said.problem["type"]) == (413, "urn:kgraph:problem:body-too-large")


def test_garbage_behind_a_request_does_not_harm_its_answer(client: httpx.Client) -> None:
    said = say(client, b"GET /sparql?query=ASK{?s%20?p%2017} HTTP/1.1\r\n" + HOST + b"\r\nGARBAGE")
    assert said is not None
    assert said.status == 200


def test_an_upgrade_is_not_taken_up(client: httpx.Client) -> None:
    offer = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n"
    said = say(client, b"GET /sparql?query=ASK{} HTTP/1.1\r\n" + HOST + offer)
    assert said is not None
    assert said.status == 200

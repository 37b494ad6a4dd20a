"""Queries that are made to be hard to read: they hold up nobody, and end with their clients."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import httpx
import pytest

from kgraph.search.property import LONGEST, MOST
from kgraph.vocab import KG

#: A pulse that is slower than this would be a server that does nothing else; the queries below took it 15 s.
SLOWEST_S = 3.0
QUERY = {"Content-Type": "application/sparql-query"}


def searching(pattern: str) -> str:
    return f"PREFIX kg: <{KG}> SELECT * {{ {pattern} }}"


def slowest_pulse_during(client: httpx.Client, work: Callable[[], object]) -> float:
    """How long another client waits at most for a small answer while some work is going on."""
    busy = Thread(target=work)
    busy.start()
    slowest = 0.0
    while busy.is_alive():
        began = time.monotonic()
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.01)
    busy.join()
    return slowest


@pytest.mark.parametrize("unit", ["a.", '"\\', "a:b..", "<", "'''", "é.", "?", "{", "FROM a:b "])
def test_a_url_full_of_it_holds_up_nobody(client: httpx.Client, unit: str) -> None:
    statuses: list[int] = []

    def ask() -> None:
        query = f"SELECT * {{ ?s ?p {unit * (8_000 // len(unit))}"
        with httpx.Client(base_url=client.base_url, timeout=60) as other:
            statuses.append(other.get("/sparql", params={"query": query}).status_code)

    assert slowest_pulse_during(client, ask) < SLOWEST_S
    assert statuses in ([400], [414], [431])


@pytest.mark.parametrize("unit", ["a.", "a ", "SERVICE <a:b> {} ", "PREFIX a: <b:c> ", "kg:search 'a' ; "])
def test_a_body_full_of_it_holds_up_nobody(client: httpx.Client, unit: str) -> None:
    statuses: list[int] = []

    def ask() -> None:
        query = searching(f"?s ?p {unit * (250_000 // len(unit))}")
        with httpx.Client(base_url=client.base_url, timeout=60) as other:
            for _ in range(2):
                statuses.append(other.post("/sparql", content=query, headers=QUERY).status_code)

    assert slowest_pulse_during(client, ask) < SLOWEST_S
    assert set(statuses) <= {400, 403, 504, 507}


def test_long_queries_are_answered_as_short_ones_are(client: httpx.Client) -> None:
    values = " ".join(f"<http://example.org/{number}>" for number in range(20_000))
    query = f"SELECT (COUNT(*) AS ?n) {{ VALUES ?s {{ {values} }} }} # {{}}"
    answers = [
        client.post("/sparql", content=query, headers={**QUERY, "Accept": accept})
        for accept in ("text/csv", "text/csv", "text/html")
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0].text == answers[1].text == "n\r\n20000\r\n"
    assert "etag" not in answers[0].headers
    asked = client.post("/sparql", content=query, headers={**QUERY, "Accept": "text/turtle"})
    assert asked.status_code == 406
    late = query.replace("{}", "x") + "\n" * 3 + "}"
    fault = client.post("/sparql", content=late, headers=QUERY).json()
    assert (fault["status"], fault["line"], fault["column"]) == (400, 4, 1)


def test_a_query_searches_so_often_and_no_oftener(client: httpx.Client) -> None:
    statements = [
        f"OPTIONAL {{ ?c{number} kg:search 'roadblock' ; kg:searchLimit 1 }}" for number in range(MOST)
    ]
    most = client.post("/sparql", content=searching(" ".join(statements)), headers=QUERY)
    assert most.status_code == 200
    more = " ".join([*statements, "?c kg:search 'roadblock'"])
    refused = client.post("/sparql", content=searching(more), headers=QUERY)
    assert refused.status_code == 400
    assert f"{MOST + 1} times" in refused.json()["detail"]
    words = f"'{'research ' * LONGEST}' kg:searched"
    plain = client.post("/sparql", content=searching(f"?s ?p {words}"), headers=QUERY)
    assert "kg:search has" not in plain.text
    used = searching(f"?s ?p '{'x' * LONGEST}' . ?c kg:search 'a'")
    assert "64 KiB" in client.post("/sparql", content=used, headers=QUERY).json()["detail"]


def demanding() -> bytes:
    """A request that has the text index searched as often and for as many words as can be."""
    words = " ".join(f"barricdes{number} roadblk withdrw" for number in range(20))
    assert len(words) < 1_000
    statements = " ".join(f"OPTIONAL {{ ?c{n} kg:search '{words} {n}' }}" for n in range(MOST))
    body = searching(statements).encode()
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {QUERY['Content-Type']}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def test_searches_end_with_their_clients(client: httpx.Client) -> None:
    address = (client.base_url.host, client.base_url.port or 80)
    connections = [socket.create_connection(address) for _ in range(45)]
    for connection in connections:
        connection.sendall(demanding())
    time.sleep(0.3)
    for connection in connections:
        connection.close()
    began = time.monotonic()
    found = client.post("/sparql", content=searching("?c kg:search 'roadblocks'"), headers=QUERY)
    assert found.status_code == 200
    assert time.monotonic() - began < SLOWEST_S


def test_searches_end_with_the_server(project: Path) -> None:
    # It waits for threads at its end: they must have been told.
    command = [sys.executable, "-m", "kgraph", "serve", "--project", str(project), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout is not None
            port = next(
                int(found[1]) for line in server.stdout if (found := re.search(r"127.0.0.1:(\d+)", line))
            )
            connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(45)]
            for connection in connections:
                connection.sendall(demanding())
            time.sleep(0.5)
            server.terminate()
            assert server.wait(timeout=30) is not None
            for connection in connections:
                connection.close()
        finally:
            server.kill()

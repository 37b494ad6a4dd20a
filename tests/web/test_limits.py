"""Bombs, clients that leave, large answers, and answers that are cut off."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import httpx
import pytest

from kgraph.web.server import listen

from .conftest import Serve

BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
FLOOD = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def eventually(holds: Callable[[], bool], *, within_s: float = 15) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def workers(client: httpx.Client) -> dict[str, int]:
    answer: dict[str, int] = client.get("/health").json()["workers"]
    return answer


def test_a_bomb_times_out_while_small_queries_go_on(hasty: httpx.Client) -> None:
    answers: list[httpx.Response] = []

    def drop() -> None:
        answers.append(httpx.get(hasty.base_url.join("/sparql"), params={"query": BOMB}, timeout=60))

    bomb = Thread(target=drop)
    bomb.start()
    asked = 0
    while bomb.is_alive():
        assert hasty.get("/sparql", params={"query": f"ASK {{ ?s ?p {asked} }}"}).status_code == 200
        asked += 1
    bomb.join()
    assert asked > 3
    assert (answers[0].status_code, answers[0].json()["type"]) == (504, "urn:kgraph:problem:query-timeout")
    assert "1.5 seconds" in answers[0].json()["detail"]
    eventually(lambda: workers(hasty)["ready"] == 2)
    page = hasty.get("/sparql", params={"query": BOMB}, headers={"Accept": "text/html"})
    assert page.status_code == 504
    assert "SELECT (COUNT(*)" in page.text


def test_an_answer_that_is_cut_off_aborts_the_connection(hasty: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        hasty.get("/sparql", params={"query": FLOOD})
    eventually(lambda: workers(hasty)["ready"] == 2)
    assert hasty.get("/sparql", params={"query": "ASK {}"}).status_code == 200


def test_a_page_of_a_flood_shows_its_beginning(hasty: httpx.Client) -> None:
    page = hasty.get("/sparql", params={"query": FLOOD}, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "The first 1,000 rows" in page.text
    assert page.text.count("<tr>") == 1_001


def test_a_query_that_eats_memory_is_ended(serve: Serve, project: Path) -> None:
    lean = serve(project, query_memory="32MiB", workers=1)
    response = lean.get("/sparql", params={"query": FLOOD + " ORDER BY ?c ?f ?i"})
    assert (response.status_code, response.json()["type"]) == (507, "urn:kgraph:problem:query-memory")
    assert lean.get("/sparql", params={"query": "ASK {}"}).status_code == 200


def test_a_client_that_leaves_midway_frees_the_worker(client: httpx.Client) -> None:
    with client.stream("GET", "/sparql", params={"query": FLOOD}) as response:
        assert response.status_code == 200
        next(response.iter_raw())
    eventually(lambda: workers(client)["busy"] == 0 and workers(client)["ready"] == 2)


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_client_that_leaves_before_the_answer_frees_the_worker(client: httpx.Client, accept: str) -> None:
    address = (client.base_url.host, client.base_url.port or 80)
    query = httpx.QueryParams({"query": BOMB})
    with socket.create_connection(address) as connection:
        connection.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\n\r\n".encode())
        eventually(lambda: workers(client)["busy"] == 1)
    eventually(lambda: workers(client)["busy"] == 0 and workers(client)["ready"] == 2)


def test_a_large_answer_arrives_whole(client: httpx.Client) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 60000"
    with client.stream("GET", "/sparql", params={"query": query, "format": "tsv"}) as response:
        assert "content-length" not in response.headers
        assert sum(piece.count(b"\n") for piece in response.iter_bytes()) == 60_001


def test_small_answers_do_not_wait_for_an_acknowledgement() -> None:
    # asyncio sets TCP_NODELAY where a socket names its protocol; without it an answer waits for 40 ms.
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP

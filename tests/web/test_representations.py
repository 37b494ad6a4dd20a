"""Entity tags, conditional requests and content codings of answers, and replies that are repeated."""

from __future__ import annotations

import gzip
import socket
from pathlib import Path

import httpx
import pytest
from fastapi import Request

from kgraph.build import build
from kgraph.settings import load_settings
from kgraph.web.encoding import Coding, choose_coding
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import header_of

from .conftest import Serve

SPARQL = {"Content-Type": "application/sparql-query"}
ROWS = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 200"
FLOOD = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 30000"
ANSWERS = (
    "/sparql?query=ASK{?s%20?p%20?o}",
    f"/sparql?query={ROWS.replace(' ', '%20')}",
    "/sparql?query=CONSTRUCT{?s%20?p%20?o}WHERE{?s%20?p%20?o}&format=nt",
    "/sparql",
    "/queries/claims-by-speaker.csv",
)


def misses(client: httpx.Client) -> float:
    return metric(client, 'kgraph_result_cache_total{outcome="miss"}')


def metric(client: httpx.Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


@pytest.fixture(scope="module")
def slug(client: httpx.Client) -> str:
    queries = client.get("/queries").json()
    return str(next(q["slug"] for q in queries if not any(p.get("required") for p in q["parameters"])))


@pytest.fixture(scope="module")
def calm(serve: Serve, project: Path) -> httpx.Client:
    """A server that asks nothing by itself: canned queries are warmed where two workers are idle."""
    return serve(project, workers=1)


@pytest.mark.parametrize("path", ANSWERS)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_client_that_has_the_answer_is_told_so_without_a_query(
    calm: httpx.Client, slug: str, path: str, coding: str
) -> None:
    path = path.replace("claims-by-speaker", slug)
    accept = {"Accept-Encoding": coding}
    first = calm.get(path, headers=accept)
    assert first.headers["cache-control"] == "no-cache"
    asked = misses(calm)
    again = calm.get(path, headers={**accept, "If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert {part.strip() for part in again.headers["vary"].split(",")} >= {"Accept", "Accept-Encoding"}
    assert "content-type" not in again.headers
    assert calm.head(path, headers={**accept, "If-None-Match": first.headers["etag"]}).status_code == 304
    assert misses(calm) == asked
    assert calm.get(path, headers={**accept, "If-None-Match": '"other"'}).status_code == 200
    assert calm.get(path, headers={**accept, "If-None-Match": "*"}).status_code in (200, 304)


def test_the_tag_depends_on_all_that_the_answer_depends_on(client: httpx.Client) -> None:
    def tag(path: str, accept: str = "*/*", coding: str = "identity") -> str:
        headers = {"Accept": accept, "Accept-Encoding": coding}
        return str(client.get(path, headers=headers).headers["etag"])

    query = "/sparql?query=SELECT*{?s%20?p%20?o}LIMIT%20100"
    tags = {
        tag(query),
        tag(query + "%20"),
        tag(query, "text/csv"),
        tag(query, "application/json"),
        tag(query, coding="gzip"),
        tag(query + "&default-graph-uri=urn:a"),
        tag(query + "&named-graph-uri=urn:a"),
        tag("/sparql"),
        tag("/sparql", "text/turtle"),
        tag("/sparql", "application/n-triples"),
    }
    assert len(tags) == 9  # Turtle is what a description is in anyway
    assert tag(query, "application/sparql-results+json") == tag(query)
    assert tag(query, coding="gzip").removesuffix('-gzip"') == tag(query).removesuffix('"')


def test_a_post_has_a_tag_and_its_precondition_is_that_of_a_post(client: httpx.Client) -> None:
    response = client.post("/sparql", content=ROWS, headers=SPARQL)
    tag = response.headers["etag"]
    assert tag == client.post("/sparql", data={"query": ROWS}).headers["etag"]
    failed = client.post("/sparql", content=ROWS, headers={**SPARQL, "If-None-Match": tag})
    assert (failed.status_code, failed.json()["type"]) == (412, "urn:kgraph:problem:precondition")


@pytest.mark.parametrize("expression", ["NOW()", "rand()", "UUID()", "STRUUID()"])
def test_what_differs_each_time_has_no_tag(client: httpx.Client, expression: str) -> None:
    answers = [client.get("/sparql", params={"query": f"SELECT ({expression} AS ?x) {{}}"}) for _ in range(3)]
    assert len({answer.content for answer in answers}) > 1
    assert all("etag" not in answer.headers for answer in answers)
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


def test_errors_have_no_tag(client: httpx.Client) -> None:
    for path in ("/sparql?query=nonsense", "/queries/none"):
        assert "etag" not in client.get(path).headers


def test_a_new_generation_has_new_tags_and_new_answers(
    serve: Serve, small_project: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "changing"
    (folder / "data" / "ttl").mkdir(parents=True)
    facts = folder / "data" / "ttl" / "entities.ttl"
    count = "/sparql?query=SELECT(COUNT(*)AS%20?n){?s%20?p%20?o}"
    sizes, tags = [], []
    client = None
    for number in range(1, 4):
        lines = "".join(f"<urn:s{n}> <urn:p> {n} .\n" for n in range(number))
        facts.write_text(lines)
        build(load_settings(folder, environ={}))
        client = client or serve(folder, workers=1)
        for _ in range(3):
            answer = client.get(count)
            sizes.append(int(answer.json()["results"]["bindings"][0]["n"]["value"]))
            tags.append(answer.headers["etag"])
            last = {"If-None-Match": tags[-4]} if len(tags) > 3 else {}
            assert client.get(count, headers=last).status_code == 200
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == len(set(tags)) == 3


def test_large_answers_come_as_gzip_where_asked(client: httpx.Client) -> None:
    plain = client.get("/sparql", params={"query": ROWS}, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    for _ in range(2):
        response = client.get("/sparql", params={"query": ROWS}, headers={"Accept-Encoding": "gzip"})
        assert response.headers["content-encoding"] == "gzip"
        assert int(response.headers["content-length"]) < len(plain.content) / 3
        assert response.content == plain.content
    small = client.get("/sparql", params={"query": "ASK {}"}, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


def test_a_stream_comes_as_gzip_too(client: httpx.Client) -> None:
    url = client.base_url.join("/sparql")
    params = {"query": FLOOD, "format": "tsv"}
    plain = httpx.get(url, params=params, headers={"Accept-Encoding": "identity"}, timeout=60)
    assert plain.text.count("\n") == 30_001
    with client.stream("GET", "/sparql", params=params, headers={"Accept-Encoding": "gzip"}) as response:
        assert response.headers["content-encoding"] == "gzip"
        packed = b"".join(response.iter_raw())
    assert sorted(gzip.decompress(packed).splitlines()) == sorted(plain.content.splitlines())
    assert len(packed) < len(plain.content) / 3


def test_head_of_a_flood_costs_no_more_than_its_beginning(client: httpx.Client) -> None:
    flood = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    for coding in ("identity", "gzip"):
        head = client.head("/sparql", params={"query": flood}, headers={"Accept-Encoding": coding})
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"] == "application/sparql-results+json"
        assert "content-length" not in head.headers
        assert head.headers["etag"].endswith('-gzip"') == (coding == "gzip")


def test_a_tag_is_strong_only_where_it_names_each_byte(client: httpx.Client, slug: str) -> None:
    """Rows and triples may come in another order from memory than from disk (RFC 9110, section 8.8.1)."""
    for path in (*ANSWERS[:3], f"/queries/{slug}"):
        tag = client.get(path).headers["etag"]
        assert tag.startswith('W/"')
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
        assert client.get(path, headers={"If-None-Match": tag.removeprefix("W/")}).status_code == 304
    assert client.get("/sparql").headers["etag"].startswith('"')


@pytest.mark.parametrize(
    ("lines", "coding"),
    [
        ([], Coding.IDENTITY),
        ([""], Coding.IDENTITY),
        (["gzip"], Coding.GZIP),
        (["GZIP"], Coding.GZIP),
        (["x-gzip"], Coding.GZIP),
        (["gzip, deflate, br"], Coding.GZIP),
        (["br", "gzip;q=0.5"], Coding.GZIP),
        (["*"], Coding.GZIP),
        (["gzip;q=0"], Coding.IDENTITY),
        (["gzip;q=0, *"], Coding.IDENTITY),
        (["gzip;q=0.5, identity"], Coding.IDENTITY),
        (["br"], Coding.IDENTITY),
        (["identity;q=0, gzip"], Coding.GZIP_ONLY),
        (["identity;q=0, *"], Coding.GZIP_ONLY),
        (["gzip;q=1, *;q=0"], Coding.GZIP_ONLY),
        (["gzip;q=nonsense"], Coding.IDENTITY),
    ],
)
def test_accept_encoding_is_read_as_the_standard_says(lines: list[str], coding: Coding) -> None:
    fields = [(b"accept-encoding", line.encode()) for line in lines]
    request = Request({"type": "http", "headers": [(b"accept", b"*/*"), *fields]})
    assert choose_coding(header_of(request, b"accept-encoding")) is coding


@pytest.mark.parametrize("line", ["identity;q=0", "*;q=0", "br, identity;q=0", "gzip;q=0, *;q=0"])
def test_where_nothing_will_do_the_client_is_told(client: httpx.Client, line: str) -> None:
    with pytest.raises(HttpProblem):
        choose_coding(line)
    response = client.get("/sparql?query=ASK{}", headers={"Accept-Encoding": line})
    assert (response.status_code, response.json()["type"]) == (406, "urn:kgraph:problem:not-acceptable")


def test_without_identity_even_a_small_answer_is_gzip(client: httpx.Client) -> None:
    response = client.get("/sparql?query=ASK{}", headers={"Accept-Encoding": "gzip, identity;q=0"})
    assert response.headers["content-encoding"] == "gzip"
    assert response.json()["boolean"] is True


# Replies that are repeated byte for byte.


def exchange(client: httpx.Client, *requests: bytes) -> list[bytes]:
    """Send requests over one connection, each after the answer to the last."""
    address = (client.base_url.host, client.base_url.port or 80)
    answers = []
    with socket.create_connection(address, timeout=30) as connection:
        reader = connection.makefile("rb")
        for request in requests:
            connection.sendall(request)
            head = b""
            while (line := reader.readline()) not in (b"\r\n", b""):
                head += line
            length = next(
                (int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0
            )
            answers.append(head + (b"" if request.startswith(b"HEAD") else reader.read(length)))
    return answers


def dateless(answer: bytes) -> bytes:
    return b"\r\n".join(line for line in answer.split(b"\r\n") if not line.startswith(b"date:"))


def test_the_same_bytes_get_the_same_answer_and_other_bytes_their_own(client: httpx.Client) -> None:
    ask = b"GET /sparql?query=ASK{?s%20?p%20?o} HTTP/1.1\r\nHost: x\r\n\r\n"
    head = ask.replace(b"GET", b"HEAD")
    csv = ask.replace(b"Host", b"Accept: text/csv\r\nHost")
    post = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        b"Content-Length: 18\r\n\r\nASK { <urn:x> ?p 1 }"
    ).replace(b"18", b"20")
    answers = exchange(client, ask, ask, head, head, csv, csv, post, post, ask)
    for first, second in zip(answers[0:8:2], answers[1:8:2], strict=True):
        assert dateless(first) == dateless(second)
        assert b"date: " in second
    assert b"true" in answers[8]
    assert b"true" not in answers[3]
    assert answers[5].endswith(b"true")
    assert b"false" in answers[7]
    tag = next(line for line in answers[0].split(b"\r\n") if line.startswith(b"etag:"))[6:]
    known = ask.replace(b"Host", b"If-None-Match: " + tag + b"\r\nHost")
    assert all(b" 304 " in answer for answer in exchange(client, known, known, known))


def test_repeated_requests_are_counted(client: httpx.Client) -> None:
    name = 'kgraph_request_duration_seconds_count{method="GET",route="/sparql",status="200"}'
    before = metric(client, name)
    exchange(client, *[b"GET /sparql?query=ASK{} HTTP/1.1\r\nHost: counted\r\n\r\n"] * 10)
    assert metric(client, name) == before + 10


def test_requests_with_credentials_or_chance_are_not_repeated(client: httpx.Client) -> None:
    chance = b"GET /sparql?query=SELECT(UUID()AS%20?u){} HTTP/1.1\r\nHost: x\r\n\r\n"
    assert len({dateless(answer) for answer in exchange(client, *[chance] * 4)}) == 4
    secret = b"GET /sparql?query=ASK{} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer s\r\n\r\n"
    assert len({dateless(answer) for answer in exchange(client, *[secret] * 3)}) == 1


def test_pipelined_requests_are_answered_in_their_order(client: httpx.Client) -> None:
    one = b"GET /sparql?query=ASK{} HTTP/1.1\r\nHost: x\r\n\r\n"
    two = b"GET /sparql?query=ASK{?s%20<urn:none>%201} HTTP/1.1\r\nHost: x\r\n\r\n"
    exchange(client, one, two)
    address = (client.base_url.host, client.base_url.port or 80)
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(one + two + one)
        received = b""
        while received.count(b"HTTP/1.1 200") < 3 or not received.endswith(b"}"):
            received += connection.recv(65536)
    order = [
        word
        for word in received.replace(b"}", b" ").replace(b":", b" ").split()
        if word in (b"true", b"false")
    ]
    assert order == [b"true", b"false", b"true"]

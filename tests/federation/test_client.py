"""How endpoints are called: by our name, one at a time, within limits, and answers whole or not at all."""

from __future__ import annotations

import gzip
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from bench.wikidata import WIKIDATA, publish

import kgraph
from kgraph.api import AsyncKnowledgeGraph, Table
from kgraph.errors import (
    QueryRefusedError,
    QuerySyntaxError,
    RemoteBusyError,
    RemoteError,
    RemoteTimeoutError,
    ServiceNotAllowedError,
)
from kgraph.rdf.formats import ResultKind
from tests.federation.conftest import opened
from tests.federation.endpoint import Endpoint, Reply, results, trap

KG = "PREFIX kg: <https://w3id.org/kgraph/ontology#> "
QUERY = f"SELECT ?x ?v {{ ?x <urn:p> ?i SERVICE <{WIKIDATA}> {{ ?i <urn:q> ?v }} }}"
SILENT = QUERY.replace("SERVICE", "SERVICE SILENT")


def row(item: str, value: dict[str, str]) -> dict[str, Any]:
    return {"i": {"type": "uri", "value": item}, "v": value}


GOOD = Reply(results("i", "v", rows=[row("urn:i0", {"type": "literal", "value": "one"})]))


@dataclass
class Caller:
    """Our side of a test."""

    portal: BlockingPortal
    graph: AsyncKnowledgeGraph

    def ask(self, query: str = QUERY) -> list[tuple[str, ...]]:
        result = self.portal.call(self.graph.query_values, query)
        assert isinstance(result, Table)
        return sorted(tuple(str(row[name] or "") for name in result.columns) for row in result)


Setup = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph of 150 things, each linked to an item."""
    folder = tmp_path_factory.mktemp("caller")
    publish(
        folder, {"urn:test:g": "".join(f"<urn:x{n}> <urn:p> <urn:i{n}> .\n" for n in range(150)).encode()}
    )
    return folder


@pytest.fixture
def calling(folder: Path) -> Iterator[Setup]:
    """Open our side towards an endpoint that answers as told."""

    @contextmanager
    def start(answer: Callable[[str], Reply] | Reply, **settings: Any) -> Iterator[tuple[Caller, Endpoint]]:
        function = answer if callable(answer) else lambda _: answer
        with Endpoint(function).listening() as endpoint, opened(folder, endpoint.url, **settings) as ours:
            yield Caller(*ours), endpoint

    yield start
    for file in (folder / ".kgraph" / "federation").glob("*"):
        file.unlink()


def test_it_says_who_calls_and_what_it_takes(calling: Setup) -> None:
    with calling(GOOD, service_contact="mailto:keeper@example.org") as (caller, endpoint):
        caller.ask()
    agent = endpoint.headers[0]["user-agent"]
    assert agent == f"kgraph/{kgraph.__version__} (mailto:keeper@example.org; SPARQL federation)"
    assert endpoint.headers[0]["accept"] == "application/sparql-results+json"
    assert endpoint.headers[0]["content-type"] == "application/x-www-form-urlencoded"


def test_without_a_contact_it_names_the_project(calling: Setup) -> None:
    with calling(GOOD, public_url="https://news.example.org") as (caller, endpoint):
        caller.ask()
    assert "(https://news.example.org; " in endpoint.headers[0]["user-agent"]


TRACE = GOOD.body[:-6] + b"\njava.util.concurrent.TimeoutException\n\tat java.util.concurrent.FutureTask.get"
FAULTS: dict[str, tuple[Reply, type[RemoteError]]] = {
    "a trace within the JSON": (Reply(TRACE), RemoteError),
    "cut off": (Reply(GOOD.body[:-3]), RemoteError),
    "cut off by the connection": (Reply(GOOD.body, length=len(GOOD.body) + 9), RemoteError),
    "more after the end": (Reply(GOOD.body + b"{}"), RemoteError),
    "no head": (Reply(b'{"results": {"bindings": []}}'), RemoteError),
    "no results": (Reply(b'{"head": {"vars": ["i"]}}'), RemoteError),
    "a truth value": (Reply(b'{"head": {}, "boolean": true}'), RemoteError),
    "no term": (Reply(results("i", rows=[{"i": {"type": "uri", "value": "no iri"}}])), RemoteError),
    "an unknown kind": (Reply(results("i", rows=[{"i": {"type": "odd", "value": "x"}}])), RemoteError),
    "not UTF-8": (Reply(GOOD.body.replace(b"one", b"\xff")), RemoteError),
    "empty": (Reply(b""), RemoteError),
    "a page": (Reply(b"<html>", headers={"Content-Type": "text/html; charset=utf-8"}), RemoteError),
    "another format": (Reply(GOOD.body, headers={"Content-Type": "text/csv"}), RemoteError),
    "false gzip": (Reply(GOOD.body, headers={"Content-Encoding": "gzip"}), RemoteError),
    "refused": (Reply(b"no", 400), RemoteError),
    "forbidden": (Reply(b"no", 403), RemoteError),
    "broken": (Reply(b"no", 500), RemoteError),
    "out of time": (Reply(b"no", 504), RemoteTimeoutError),
    "elsewhere": (Reply(status=302, headers={"Location": "/other"}), RemoteError),
    "only headers": (Reply(status=204, headers={"Content-Length": "0"}), RemoteError),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_whole_answer_is_an_error_and_is_not_kept(fault: str, calling: Setup) -> None:
    reply, error = FAULTS[fault]
    with calling(reply, service_age=1000) as (caller, endpoint):
        with pytest.raises(error) as caught:
            caller.ask()
        assert type(caught.value) is error
        assert WIKIDATA in caught.value.message
        assert caught.value.hint
        endpoint.answer = lambda _: GOOD
        assert caller.ask()[0] == ("<urn:x0>", '"one"')


@pytest.mark.parametrize("fault", FAULTS)
def test_a_silent_service_that_fails_has_one_solution_without_bindings(fault: str, calling: Setup) -> None:
    with calling(FAULTS[fault][0]) as (caller, _):
        assert caller.ask(SILENT) == sorted((f"<urn:x{n}>", "") for n in range(150))


def test_a_silent_service_that_fails_midway_has_no_half_of_an_answer(calling: Setup) -> None:
    with calling(lambda query: GOOD if "<urn:i0>" in query else Reply(b"", 500)) as (caller, endpoint):
        assert caller.ask(SILENT) == sorted((f"<urn:x{n}>", "") for n in range(150))
    assert len(endpoint.queries) == 2


def test_one_that_nobody_listens_for_is_an_error_too(folder: Path) -> None:
    with trap() as closed:
        url = f"http://127.0.0.1:{closed.port}/"
    with opened(folder, url) as ours:
        with pytest.raises(RemoteError, match="cannot be reached"):
            Caller(*ours).ask()
        assert len(Caller(*ours).ask(SILENT)) == 150


def test_silence_does_not_cover_what_may_not_be_called(calling: Setup) -> None:
    with calling(GOOD) as (caller, endpoint), pytest.raises(ServiceNotAllowedError):
        caller.ask(SILENT.replace(WIKIDATA, endpoint.url))
    assert endpoint.queries == []


def test_an_answer_takes_no_longer_than_there_is_time(calling: Setup) -> None:
    def slow(query: str) -> Reply:
        time.sleep(1.5)
        return GOOD

    with (
        calling(slow, service_timeout=0.4) as (caller, _),
        pytest.raises(RemoteTimeoutError, match="in the 0"),
    ):
        caller.ask()


def test_an_answer_is_no_larger_than_a_query_may_fetch(calling: Setup) -> None:
    with (
        calling(Reply(b" " * (17 << 20)), service_size="16MiB") as (caller, _),
        pytest.raises(QueryRefusedError, match="16 MiB"),
    ):
        caller.ask()


def test_a_compressed_answer_is_as_large_as_it_unfolds(calling: Setup) -> None:
    bomb = Reply(gzip.compress(b" " * (64 << 20)), headers={"Content-Encoding": "gzip"})
    with (
        calling(bomb, service_size="16MiB") as (caller, _),
        pytest.raises(QueryRefusedError, match="16 MiB"),
    ):
        caller.ask()
    with calling(Reply(gzip.compress(GOOD.body), headers={"Content-Encoding": "gzip"})) as (caller, _):
        assert set(caller.ask()) == {("<urn:x0>", '"one"')}


def test_a_short_pause_is_waited_for(calling: Setup) -> None:
    replies = [Reply(b"", 429, {"Retry-After": "1"}), Reply(b"", 503, {"Retry-After": "0"}), GOOD, GOOD]
    with calling(lambda _: replies.pop(0)) as (caller, endpoint):
        start = time.monotonic()
        assert caller.ask() == [("<urn:x0>", '"one"'), ("<urn:x0>", '"one"')]
        assert time.monotonic() - start >= 0.9
    assert len(endpoint.queries) == 4


@pytest.mark.parametrize("kind", ["seconds", "a date", "nothing"])
def test_a_long_pause_is_kept_also_by_the_next_process(kind: str, calling: Setup) -> None:
    values = {"seconds": "600", "a date": formatdate(time.time() + 600, usegmt=True), "nothing": ""}
    value = values[kind]
    asked: list[str] = []
    for status in (429, 503):
        with calling(Reply(b"", status, {"Retry-After": value})) as (caller, endpoint):
            with pytest.raises(RemoteBusyError) as caught:
                caller.ask()
            assert caught.value.retry_after_s > (500 if value else 5)
            with pytest.raises(RemoteBusyError):
                caller.ask()
            asked += endpoint.queries
    assert len(asked) == 1


def test_requests_come_one_at_a_time_and_not_too_often(calling: Setup) -> None:
    def slow(query: str) -> Reply:
        time.sleep(0.02)
        return GOOD

    with calling(slow, service_rate=20) as (caller, endpoint), ThreadPoolExecutor(3) as threads:
        start = time.monotonic()
        for answer in [threads.submit(caller.ask) for _ in range(3)]:
            answer.result()
        assert time.monotonic() - start >= 5 / 20
    assert (len(endpoint.queries), endpoint.most_at_once) == (6, 1)


def test_proxies_of_the_environment_are_not_used(calling: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    with trap() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        with calling(GOOD) as (caller, _):
            assert len(caller.ask()) == 2
        assert proxy.count(wait_s=0.05) == 0


TERMS = {
    "an IRI": ({"type": "uri", "value": "http://e/ü#x"}, "<http://e/ü#x>"),
    "quotes": ({"type": "literal", "value": 'a "b"\\ \n \u2028'}, '"a \\"b\\"\\\\ \\n \u2028"'),
    "a language": ({"type": "literal", "value": "x", "xml:lang": "sr-Latn"}, '"x"@sr-latn'),
    "SPARQL": ({"type": "literal", "value": '" } DROP ALL #'}, '"\\" } DROP ALL #"'),
    "a date": (
        {"type": "literal", "value": "2011-10-18", "datatype": "http://www.w3.org/2001/XMLSchema#date"},
        '"2011-10-18"^^<http://www.w3.org/2001/XMLSchema#date>',
    ),
    "a point": (
        {"type": "typed-literal", "value": "Point(20 42)", "datatype": "http://e/wkt"},
        '"Point(20 42)"^^<http://e/wkt>',
    ),
}


@pytest.mark.parametrize("kind", TERMS)
def test_terms_come_through_as_they_are(kind: str, calling: Setup) -> None:
    value, expected = TERMS[kind]
    with calling(Reply(results("i", "v", rows=[row("urn:i0", value)]))) as (caller, _):
        assert set(caller.ask()) == {("<urn:x0>", expected)}


def test_a_blank_node_becomes_an_iri_of_its_answer(calling: Setup) -> None:
    def answer(query: str) -> Reply:
        items = [f"urn:i{n}" for n in range(150) if f"<urn:i{n}>" in query][:2]
        return Reply(results("i", "v", rows=[row(item, {"type": "bnode", "value": "b 0"}) for item in items]))

    with calling(answer) as (caller, endpoint):
        rows = caller.ask()
        assert len(rows) == 4
        nodes = {node for _, node in rows}
        assert len(nodes) == len(endpoint.queries) == 2
        assert all(node.startswith("<urn:kgraph:remote-node:") and node.endswith(":b%200>") for node in nodes)
        # Such a node is known to no service, so nothing is asked about it.
        caller.ask(QUERY.replace(" } }", f" }} SERVICE <{WIKIDATA}> {{ ?v <urn:r> ?w }} }}"))
        assert len(endpoint.queries) == 4


def test_rows_say_where_and_when_they_come_from(calling: Setup) -> None:
    stamped = f"{KG}SELECT ?v ?e ?t {{ ?x <urn:p> ?i SERVICE <{WIKIDATA}> {{ ?i <urn:q> ?v . STAMP }} }}"
    for stamp in (
        "[] kg:retrievedFrom ?e ; kg:retrievedAt ?t",
        "[] kg:retrievedAt ?t ; kg:retrievedFrom ?e ; .",
        "[ ] kg:retrievedAt ?t . [] <https://w3id.org/kgraph/ontology#retrievedFrom> ?e . FILTER(1 = 1)",
    ):
        with calling(GOOD) as (caller, endpoint):
            start = int(time.time())
            (value, source, moment), *_ = caller.ask(stamped.replace("STAMP", stamp))
        assert (value, source) == ('"one"', f"<{WIKIDATA}>")
        stamp_s = time.mktime(time.strptime(moment[1:20], "%Y-%m-%dT%H:%M:%S")) - time.timezone
        assert start - 1 <= stamp_s <= time.time() + 1
        assert moment.endswith('Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>')
        assert "retrieved" not in endpoint.queries[0]


@pytest.mark.parametrize(
    "stamp",
    [
        "?i kg:retrievedAt ?t",
        "[] kg:retrievedAt 5",
        "[] kg:retrievedAt ?t ; <urn:q> ?u",
        "[] <urn:q> ?u ; kg:retrievedAt ?t",
        "[] kg:retrievedAt ?t, ?u",
        "[] kg:retrievedAt ?t ; kg:retrievedAt ?u",
        "OPTIONAL { [] kg:retrievedAt ?t }",
        "?i <urn:q>/kg:retrievedAt ?t",
    ],
)
def test_where_and_when_can_be_asked_in_one_way_only(stamp: str, calling: Setup) -> None:
    query = f"{KG}SELECT * {{ ?x <urn:p> ?i SERVICE <{WIKIDATA}> {{ ?i <urn:q> ?v . {stamp} }} }}"
    with calling(GOOD) as (caller, endpoint), pytest.raises(QuerySyntaxError, match="kg:retrieved"):
        caller.ask(query)
    assert endpoint.queries == []


def test_relative_iris_mean_there_what_they_mean_here(calling: Setup) -> None:
    relative = f"PREFIX r: <r#> SELECT ?v {{ ?x <urn:p> ?i SERVICE <{WIKIDATA}> {{ ?i PATH ?v }} }}"

    async def ask(query: str, base_iri: str | None) -> None:
        formats = dict.fromkeys((ResultKind.SOLUTIONS, ResultKind.BOOLEAN), "json")
        await (await caller.graph.query(query, formats=formats, base_iri=base_iri)).read()

    for path, base, prologue in (
        ("<q>", "http://b.example/", "BASE <http://b.example/>\n"),
        ("r:q", "http://b.example/", "BASE <http://b.example/>\nPREFIX r: <r#>\n"),
        ("<urn:q>", "http://b.example/", ""),
        ("<urn:q>", None, ""),
    ):
        with calling(GOOD) as (caller, endpoint):
            query = relative.replace("PATH", path)
            caller.portal.call(ask, query if base else query.replace("<r#>", "<urn:r#>"), base)
            assert endpoint.queries[0].partition("SELECT")[0] == prologue


@pytest.mark.parametrize(
    ("query", "error", "says"),
    [
        ("SELECT * { SERVICE <W> { ?s ?p } }", QuerySyntaxError, "line 1"),
        ("SELECT * {\n SERVICE <W> { ?s e:p ?o } }", QuerySyntaxError, "line 2, column 48"),
        ("SELECT * { SERVICE <W> { ?s ?p ?o }", QuerySyntaxError, "never closed"),
        ("SELECT * { SERVICE <W> { ?s ?p ?o } BIND(1 AS ?s) }", QuerySyntaxError, "line 1"),
        ("SELECT * { SERVICE <W> { ?s ?p ?o } } VALUES ?s { 1 2 } 5", QuerySyntaxError, "line 1"),
        (
            "SELECT * { SERVICE <http://wikiba.se/ontology#label> {} }",
            ServiceNotAllowedError,
            "Wikidata's own",
        ),
        ("SELECT * { SERVICE ?e { ?s ?p ?o } }", QueryRefusedError, r"\?e, a variable"),
        ("SELECT * { SERVICE", QuerySyntaxError, "SPARQL"),
    ],
)
def test_a_faulty_query_is_reported_before_anything_is_sent(
    query: str, error: type[Exception], says: str, calling: Setup
) -> None:
    with calling(GOOD) as (caller, endpoint), pytest.raises(error, match=says):
        caller.ask(query.replace("<W>", f"<{WIKIDATA}>"))
    assert endpoint.queries == []


WIKIBASE = "PREFIX wikibase: <http://wikiba.se/ontology#> PREFIX bd: <http://www.bigdata.com/rdf#> "
LABELLING = 'SERVICE wikibase:label { bd:serviceParam wikibase:language "en,de" }'


def test_a_service_within_a_service_is_sent_along_as_it_stands(calling: Setup) -> None:
    answer = Reply(
        results(
            "i",
            "iLabel",
            rows=[{"i": {"type": "uri", "value": "urn:i7"}, "iLabel": {"type": "literal", "value": "seven"}}],
        )
    )
    inner = f"SERVICE <{WIKIDATA}> {{ ?i <urn:q> 1 . {LABELLING} }}"
    with calling(answer) as (caller, endpoint):
        found = caller.ask(f"{WIKIBASE}SELECT ?x ?iLabel {{ ?x <urn:p> ?i {inner} }}")
    assert set(found) == {("<urn:x7>", '"seven"')}
    assert all(LABELLING in sent for sent in endpoint.queries)
    assert all("PREFIX wikibase: <http://wikiba.se/ontology#>" in sent for sent in endpoint.queries)
    assert all("SELECT ?i ?iLabel WHERE" in sent for sent in endpoint.queries)


def test_an_endpoint_may_be_asked_to_call_what_could_be_called_from_here_and_nothing_else(
    calling: Setup,
) -> None:
    inner = f"SERVICE SILENT <{WIKIDATA}> {{ ?i <urn:r> ?v }}"
    query = f"SELECT ?x ?v {{ ?x <urn:p> ?i SERVICE <{WIKIDATA}> {{ ?i <urn:q> ?e {inner} }} }}"
    with calling(GOOD) as (caller, endpoint):
        assert caller.ask(query)[0] == ("<urn:x0>", '"one"')
        assert all(inner in sent for sent in endpoint.queries)
        endpoint.queries.clear()
        with pytest.raises(ServiceNotAllowedError, match="urn:elsewhere"):
            caller.ask(query.replace(f"SILENT <{WIKIDATA}>", "<urn:elsewhere>"))
        with pytest.raises(QueryRefusedError, match=r"\?e, a variable"):
            caller.ask(query.replace(f"SILENT <{WIKIDATA}>", "?e"))
        assert endpoint.queries == []


@pytest.mark.parametrize(
    ("value", "iri"),
    [
        ("https://example.org/a b|c", "https://example.org/a%20b%7Cc"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/<x>", "https://example.org/%3Cx%3E"),
        ("https://example.org/%20é", "https://example.org/%20é"),
    ],
)
def test_one_bad_iri_spoils_no_answer(calling: Setup, value: str, iri: str) -> None:
    reply = Reply(results("i", "v", rows=[row("urn:i0", {"type": "uri", "value": value})]))
    with calling(reply) as (caller, _):
        assert caller.ask()[0] == ("<urn:x0>", f"<{iri}>")


@pytest.mark.parametrize(
    "value",
    [
        {"type": "uri", "value": "no iri"},
        {"type": "literal", "value": "x", "xml:lang": "no tag"},
        {"type": "triple", "value": {}},
    ],
)
def test_what_is_no_term_is_named_and_not_taken_for_the_end(calling: Setup, value: dict[str, str]) -> None:
    reply = Reply(results("i", "v", rows=[row("urn:i0", value)]))
    with (
        calling(reply) as (caller, _),
        pytest.raises(RemoteError, match=r"no term of RDF: .*(no iri|no tag|triple)"),
    ):
        caller.ask()


REASONS: dict[str, tuple[bytes, str]] = {
    "a sentence": (
        b"Virtuoso 37000 Error SP030: SPARQL compiler, line 1: syntax error",
        "line 1: syntax error",
    ),
    "JSON": (b'{"status": "ERROR", "exception": "Variable ?x is unknown"}', "Variable ?x is unknown"),
    "problem details": (b'{"title": "Bad Request", "detail": "Not a query."}', "Not a query"),
    "a Java trace": (
        b"SPARQL-QUERY: queryStr=SELECT * {\n}\njava.util.concurrent.ExecutionException: "
        b'org.openrdf.MalformedQueryException: Encountered " "}" at line 2\n\tat java.util.X(X.java:2)\n',
        'Encountered " "}" at line 2',
    ),
    "a page": (b"<html><body>Sorry</body></html>", ""),
    "a page of a proxy": (
        b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1>nginx</body></html>",
        "",
    ),
    "a page of an engine": (
        b"<!doctype html><title>Unexpected</title><style>p{limit: 1}</style><h1>HTTP Status 400</h1>"
        b"<p><b>Message</b> MALFORMED QUERY: Encountered &quot;#&quot; at line 1</p><p>Sorry</p>",
        'MALFORMED QUERY: Encountered "#" at line 1”',
    ),
    "nothing": (b"", ""),
    "much": (b"a\x00b " * 9000, "a b a b"),
    "no JSON": (b"{", ""),
}


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("status", [400, 403, 500, 504])
def test_a_refusal_keeps_its_reason(calling: Setup, reason: str, status: int) -> None:
    body, says = REASONS[reason]
    with calling(Reply(body, status)) as (caller, _), pytest.raises(RemoteError) as caught:
        caller.ask()
    assert f"status {status}" in caught.value.message
    assert says in caught.value.message
    assert ("It says" in caught.value.message) is bool(says)
    assert len(caught.value.message) < 450


def test_a_trace_that_cuts_an_answer_off_is_told(calling: Setup) -> None:
    with calling(Reply(TRACE)) as (caller, _), pytest.raises(RemoteError, match=r"cut off.*TimeoutException"):
        caller.ask()


def test_answers_are_kept_for_a_time_and_used_offline_however_old(calling: Setup, folder: Path) -> None:
    pattern = "?i <urn:q> ?v . [] kg:retrievedAt ?t"
    stamped = f"{KG}SELECT ?v ?t {{ ?x <urn:p> ?i SERVICE <{WIKIDATA}> {{ {pattern} }} }}"
    with calling(GOOD, service_age=1000) as (caller, endpoint):
        first = caller.ask(stamped)
        assert caller.ask(stamped) == first
        assert len(endpoint.queries) == 2
    with sqlite3.connect(folder / ".kgraph/federation/cache.sqlite") as database:
        database.execute("UPDATE answer SET retrieved = retrieved - 86400")
    database.close()
    with calling(GOOD, offline=True) as (caller, endpoint):
        old = caller.ask(stamped)
        assert [value for value, _ in old] == [value for value, _ in first]
        assert old != first
        with pytest.raises(RemoteError, match="offline"):
            caller.ask()
        assert len(caller.ask(SILENT)) == 150
        assert endpoint.queries == []
    with calling(GOOD, service_age=1000) as (caller, endpoint):
        assert caller.ask(stamped) != old
        assert len(endpoint.queries) == 2


def test_a_clock_that_is_put_back_makes_nothing_fresh_and_nobody_wait(calling: Setup, folder: Path) -> None:
    cache = folder / ".kgraph/federation/cache.sqlite"
    cache.unlink(missing_ok=True)
    with calling(GOOD, service_age=1000) as (caller, endpoint):
        known = caller.ask()
        with sqlite3.connect(cache) as database:
            database.execute("UPDATE answer SET retrieved = retrieved + 1e7")
            database.execute("REPLACE INTO pause VALUES (?, ?)", (WIKIDATA, time.time() + 1e7))
        database.close()
        before = len(endpoint.queries)
        assert caller.ask() == known
        assert len(endpoint.queries) > before
        assert caller.ask() == known


def test_a_cache_that_cannot_be_used_is_as_good_as_none(calling: Setup, folder: Path) -> None:
    place = folder / ".kgraph" / "federation"
    place.mkdir(exist_ok=True)
    (place / "cache.sqlite").write_bytes(b"no database" * 1000)
    with calling(GOOD, service_age=1000) as (caller, endpoint):
        assert caller.ask() == caller.ask()
        assert len(endpoint.queries) == 4

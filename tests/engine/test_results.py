"""Results in every format, and the errors of queries that give none."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kgraph.engine import QueryRequest, WorkerPool
from kgraph.errors import (
    NotAcceptableError,
    ParameterError,
    QueryRefusedError,
    QuerySyntaxError,
    StoreError,
)
from kgraph.rdf.formats import ResultKind, formats_for

from .conftest import Ask, E, write_store

pytestmark = pytest.mark.anyio

SELECT = "SELECT ?o ?nothing { ?s ?p ?o } ORDER BY ?o"
ROWS = ["both", "default", "only a", "only b"]


async def body(pool: WorkerPool, request: QueryRequest) -> bytes:
    return await (await pool.query(request)).read()


async def values(pool: WorkerPool, request: QueryRequest) -> list[str]:
    """The values of the first column, sorted."""
    result: dict[str, Any] = json.loads(await body(pool, request))
    name = result["head"]["vars"][0]
    return sorted(row[name]["value"].removeprefix(E) for row in result["results"]["bindings"])


@pytest.mark.parametrize("name", [fmt.name for fmt in formats_for(ResultKind.SOLUTIONS)])
async def test_rows_come_in_every_format(pool: WorkerPool, ask: Ask, name: str) -> None:
    answer = await pool.query(ask(SELECT, formats={ResultKind.SOLUTIONS: name}))
    assert (answer.kind, answer.format.name, answer.variables) == ("solutions", name, ("o", "nothing"))
    content = await answer.read()
    if name == "csv":
        assert content == b"o,nothing\r\nboth,\r\ndefault,\r\nonly a,\r\nonly b,\r\n"
        return
    fmt = ox.QueryResultsFormat.from_media_type(answer.format.media_type)
    solutions = ox.parse_query_results(content, fmt)
    assert isinstance(solutions, ox.QuerySolutions)
    assert [row["o"] for row in solutions] == [ox.Literal(value) for value in ROWS]


@pytest.mark.parametrize("name", [fmt.name for fmt in formats_for(ResultKind.BOOLEAN)])
async def test_a_truth_value_comes_in_every_format(pool: WorkerPool, ask: Ask, name: str) -> None:
    answer = await pool.query(ask("ASK {}", formats={ResultKind.BOOLEAN: name}))
    assert answer.kind is ResultKind.BOOLEAN
    content = await answer.read()
    if name in ("csv", "tsv"):  # which the standard does not know: a bare word
        assert content == b"true"
    else:
        assert bool(ox.parse_query_results(content, ox.QueryResultsFormat.from_extension(name)))


@pytest.mark.parametrize(
    ("query", "kind", "name", "what"),
    [
        (r"SELECT ('\f' AS ?x) {}", ResultKind.SOLUTIONS, "xml", "the character U\\+000C"),
        (r"CONSTRUCT { <u:s> <u:p> '\f' } {}", ResultKind.GRAPH, "rdf", "the character U\\+000C"),
        ("CONSTRUCT { <u:s> <u:1> 2 } {}", ResultKind.GRAPH, "rdf", "the predicate <u:1>"),
        ("CONSTRUCT { <u:s> <u:p> <<( <u:s> <u:p> 2 )>> } {}", ResultKind.GRAPH, "jsonld", "triple terms"),
    ],
)
async def test_what_a_format_has_no_form_for_is_refused(
    pool: WorkerPool, ask: Ask, query: str, kind: ResultKind, name: str, what: str
) -> None:
    with pytest.raises(NotAcceptableError, match=f"cannot hold {what}.*Ask for"):
        await pool.query(ask(query, formats={kind: name}))


@pytest.mark.parametrize("name", [fmt.name for fmt in formats_for(ResultKind.GRAPH)])
async def test_a_graph_comes_in_every_format(pool: WorkerPool, ask: Ask, name: str) -> None:
    query = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"
    answer = await pool.query(ask(query, formats={ResultKind.GRAPH: name}, prefixes={"e": E}))
    assert answer.kind is ResultKind.GRAPH
    content = await answer.read()
    fmt = ox.RdfFormat.from_media_type(answer.format.media_type)
    assert fmt is not None
    assert sorted(quad.object.value for quad in ox.parse(content, fmt)) == ROWS
    if name in ("ttl", "trig"):
        assert b"e:s e:p " in content


async def test_a_graph_without_prefixes_is_turtle_too(pool: WorkerPool, ask: Ask) -> None:
    query = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(?o = 'both') }"
    content = await body(pool, ask(query, formats={ResultKind.GRAPH: "ttl"}))
    assert content == b'<http://example.org/s> <http://example.org/p> "both" .\n'


async def test_a_relative_iri_is_resolved_against_the_base(pool: WorkerPool, ask: Ask) -> None:
    assert await values(pool, ask("SELECT ?o { <s> <p> ?o }", base_iri=E)) == ROWS


async def test_an_answer_without_rows_names_its_columns(pool: WorkerPool, ask: Ask) -> None:
    content = await body(pool, ask("SELECT ?a ?b { ?a <urn:none> ?b }"))
    assert json.loads(content) == {"head": {"vars": ["a", "b"]}, "results": {"bindings": []}}


async def test_a_small_answer_is_complete_at_once_and_its_worker_free(pool: WorkerPool, ask: Ask) -> None:
    answer = await pool.query(ask(SELECT))
    assert answer.complete
    assert pool.status.busy == 0
    await answer.aclose()
    assert pool.status.restarts == {}


@pytest.mark.parametrize("query", [SELECT, "ASK {}", "CONSTRUCT WHERE { ?s ?p ?o }"])
async def test_a_result_that_no_accepted_format_can_carry_is_not_acceptable(
    pool: WorkerPool, ask: Ask, query: str
) -> None:
    with pytest.raises(NotAcceptableError, match="no accepted format"):
        await pool.query(ask(query, formats={}))


async def test_the_generation_that_a_request_names_is_asked(
    pool: WorkerPool, ask: Ask, tmp_path: Path
) -> None:
    newer = write_store(tmp_path / "newer", [("a", "s", "p", "newer")])
    for _ in range(3):
        assert await values(pool, ask(SELECT)) == ROWS
        assert await values(pool, ask(SELECT, store=newer)) == ["newer"]


async def test_a_store_that_is_not_there_is_a_store_error(pool: WorkerPool, ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        await pool.query(ask(SELECT, store=tmp_path / "nowhere"))
    assert await values(pool, ask(SELECT)) == ROWS


async def test_a_query_of_more_unknown_functions_than_anybody_writes_is_its_own_fault(
    pool: WorkerPool, ask: Ask
) -> None:
    calls = " || ".join(f"<urn:f{number}>(1)" for number in range(100))
    with pytest.raises(QueryRefusedError, match="urn:f"):
        await pool.query(ask(f"SELECT * {{ FILTER({calls}) }}"))


async def test_a_graph_parameter_that_is_no_iri_is_the_callers_fault(pool: WorkerPool, ask: Ask) -> None:
    with pytest.raises(ParameterError, match="valid IRI"):
        await pool.query(ask(SELECT, default_graphs=("no iri",)))


@pytest.mark.parametrize(
    "update", ["INSERT DATA { <a:b> <a:c> 1 }", "prefix a: <a:> clear all", "LOAD <http://127.0.0.1/>"]
)
async def test_an_update_is_refused_as_a_query(pool: WorkerPool, ask: Ask, update: str) -> None:
    with pytest.raises(QueryRefusedError, match="sparql-update"):
        await pool.query(ask(update))


@pytest.mark.parametrize(
    ("query", "place", "words"),
    [
        ("", (1, 1), "empty"),
        ("SELEC * {}", (1, 1), "SELEC"),
        ("SELECT *\n{ ?s ?p ?o }}", (2, 13), "closes nothing"),
        ("SELECT *\n{ ?s ?p", (2, 1), "never closed"),
        ("SELECT *\n  WHERE ?s", (2, 9), "Expected there: {"),
        ("SELECT * { ?é ?p ?o } LIMIT x", (1, 29), "“x”"),
        ("SELECT * {\n ?s foo:bar ?o }", (2, 5), "PREFIX foo: <…>"),
        ("SELECT (COUNT(*) AS ?n) ?s { ?s ?p ?o }", (1, 25), "?s is neither grouped nor aggregated"),
        ("SELECT * { BIND(1 AS ?x) BIND(2 AS ?x) }", (1, 36), "?x is bound already"),
    ],
)
async def test_a_syntax_error_says_where_and_what(
    pool: WorkerPool, ask: Ask, query: str, place: tuple[int | None, int | None], words: str
) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        await pool.query(ask(query))
    assert (caught.value.line, caught.value.column) == place
    assert words in str(caught.value)
    assert "u{" not in str(caught.value), "no character classes"


async def test_a_large_answer_streams_and_arrives_complete(
    pool: WorkerPool, ask: Ask, big_store: Path
) -> None:
    answer = await pool.query(ask("SELECT ?s ?o { ?s ?p ?o, ?o2 }", store=big_store))
    assert not answer.complete
    content = await answer.read()
    assert answer.complete
    assert len(content) > 2 << 20
    result = json.loads(content)
    # Of the 3000 nodes each has 3 successors, so 9 pairs; each of the 20,000 subjects has one value.
    assert len(result["results"]["bindings"]) == 20_000 + 3000 * 9


async def test_queries_at_the_same_time_get_their_own_answers(pool: WorkerPool, ask: Ask) -> None:
    answers = await asyncio.gather(*(values(pool, ask(f"SELECT ({i} AS ?i) {{}}")) for i in range(50)))
    assert Counter(map(tuple, answers)) == Counter((str(i),) for i in range(50))

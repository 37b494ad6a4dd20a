"""One contract for all backends: what the workers here answer, another engine answers too."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pyoxigraph as ox
import pytest

from kgraph.engine import DefaultGraph, QueryRequest, WorkerPool
from kgraph.errors import (
    NotAcceptableError,
    ParameterError,
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    ServiceNotAllowedError,
)
from kgraph.rdf.formats import ResultKind
from kgraph.remote import RemoteBackend

from .conftest import Ask, E, told

pytestmark = pytest.mark.anyio

#: Queries that engines answer alike. Those of the second group are answered here, for a reason, or wherever.
ASKED = (
    "SELECT * { ?s :next ?o }",
    "SELECT * { ?o :next ?s . ?s :name ?n } # a comment\n",
    "SELECT ?s ?n { ?s a :Thing OPTIONAL { ?s :name ?n FILTER(LANG(?n) = 'en') } }",
    "SELECT ?s { ?s :next ?o MINUS { ?s a :Thing } }",
    "SELECT ?s { ?s :next ?o FILTER NOT EXISTS { ?o a :Other } }",
    "SELECT ?x ?y { ?x :next+ ?y }",
    "SELECT ?x { :a (:next|^:next)* ?x }",
    "SELECT ?x { :nobody :next* ?x }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s :next ?o } } GROUP BY ?g",
    "SELECT ?g ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s :next ?o } } }",
    "SELECT ?g ?y { GRAPH ?g { :e :next* ?y } }",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { GRAPH :one { ?s ?p ?o } }",
    "SELECT (COUNT(*) AS ?n) { GRAPH :one { ?s :has ?b } ?b :weight ?w }",
    "SELECT ?t (COUNT(?s) AS ?n) { ?s a ?t } GROUP BY ?t HAVING(?n > 1)",
    "SELECT (SUM(?v) AS ?sum) (MAX(?v) AS ?max) (AVG(?v) AS ?avg) { VALUES ?v { 1 2 4.5 } }",
    "SELECT (GROUP_CONCAT(?v; separator='|') AS ?all) { SELECT ?v { VALUES ?v { 1 1 1 } } }",
    "SELECT ?v (DATATYPE(?v) AS ?t) { ?s :size ?v }",
    "SELECT ?v { ?s :size ?v FILTER(?v > 1) } ORDER BY ?v",
    "SELECT ?s { ?s :day ?d FILTER(?d < '2011-08-01'^^<http://www.w3.org/2001/XMLSchema#date>) }",
    "SELECT ?n { ?s :name ?n FILTER(REGEX(?n, '^a', 'i')) }",
    "SELECT ?n (STRLEN(?n) AS ?l) (UCASE(?n) AS ?u) { ?s :name ?n }",
    "SELECT ?n { ?s :name ?n FILTER(LANGMATCHES(LANG(?n), '*')) }",
    "SELECT ?x ?y { VALUES (?x ?y) { (:a UNDEF) (UNDEF 2) } OPTIONAL { ?x :size ?y } }",
    "SELECT ?s ?v { ?s a :Thing BIND(IF(?s = :a, 'first', 1/0) AS ?v) }",
    "SELECT (COALESCE(?none, 'x') AS ?v) (BOUND(?none) AS ?b) { }",
    "SELECT DISTINCT ?o { ?s :size ?o }",
    "SELECT ?o (STR(?o) AS ?t) (STRLEN(STR(?o)) AS ?n) { ?s :size ?o }",
    "SELECT (GROUP_CONCAT(STR(STR(?o)); separator='') AS ?all) { :c :size ?o FILTER(?o > 99) }",
    "SELECT ?s { ?s ?p ?o FILTER(CONTAINS(STR(?o), '100') || CONTAINS(STR(?s), 'org/d')) }",
    "SELECT (?o * 1e0 AS ?d) (?o * 4 AS ?n) { ?s :size ?o FILTER(?o > 1) }",
    "SELECT ?s { ?s :size 100.0 }",
    "SELECT ?s { ?s :size 0002. } LIMIT 010",
    "SELECT ?s { ?s :size '2.500'^^<http://www.w3.org/2001/XMLSchema#decimal> }",
    "PREFIX x: <http://www.w3.org/2001/XMLSchema#> SELECT ?s { ?s :size '1'^^x:boolean , +1 , '01'^^x:int }",
    "SELECT ?o (?o -1 AS ?d) (STR(1.50) AS ?t) { :c :size ?o FILTER(?o IN (100.0, 10)) }",
    "CONSTRUCT { ?s :is ?o } { ?s :size ?o FILTER(isNumeric(?o)) }",
    "SELECT ?s ?v { ?s :next ?o { SELECT ?s (MAX(?z) AS ?v) { ?s :size ?z } GROUP BY ?s } }",
    "SELECT ?n { ?s :name ?n } ORDER BY DESC(STR(?n)) ?s LIMIT 3",
    "ASK { :a :next/:next :c }",
    "ASK { :a :next :c }",
    "CONSTRUCT { ?o :before ?s . ?s :count 01 } { ?s :next ?o }",
    "CONSTRUCT { ?s :v ?v } { ?s a :Thing OPTIONAL { ?s :day ?v } }",
    "CONSTRUCT WHERE { ?s :next ?o ; a :Thing }",
    "CONSTRUCT { :x :y :z } { FILTER(false) }",
    "SELECT ?s { <a> <next> ?s }",
)
HERE = {
    "SELECT ?s { ?s :has ?b }": "",
    "SELECT ?b ?w { ?b :weight ?w }": "blank nodes keep their labels",
    "SELECT (STR(2.5e0 + 1) AS ?t) (1.0 * 1e0 AS ?v) { }": "",
    "SELECT ?s { ?s :size +1.50 }": "",
    "DESCRIBE :a": "what DESCRIBE gives is each engine's own",
    "SELECT ?s (GROUP_CONCAT(DISTINCT ?t) AS ?all) { ?s a ?t } GROUP BY ?s": "escapes are read",
    "SELECT ?x { ?x :name 'Bo\\u006Eo' }": "escapes are read at different times",
    "SELECT (:twice(2) AS ?v) {}": "it calls functions that are not of SPARQL",
    "SELECT ?x { ?x <http://jena.apache.org/ARQ/property#splitIRI> ?y }": "it names an engine's own",
    "PREFIX a: <http://jena.apache.org/ARQ/pro> SELECT ?x { ?x a:perty\\#x ?y }": "it names an engine's own",
    "SELECT ?t { BIND(<<( :a :b :c )>> AS ?t) }": "triple terms are of SPARQL 1.2",
}


def _value(content: bytes) -> Any:
    """What an answer in JSON or N-Triples says, without the order of its rows; blank nodes by label."""
    if not content.startswith(b"{"):
        return sorted(content.splitlines())
    answer = json.loads(content)
    if "boolean" in answer:
        return answer["boolean"]
    return answer["head"]["vars"], sorted(
        json.dumps(row, sort_keys=True) for row in answer["results"]["bindings"]
    )


def _here(backend: RemoteBackend) -> dict[str, int]:
    status = backend.status.engine
    assert status is not None
    return dict(status.here)


async def test_other_engines_answer_as_the_workers_do(
    remote: RemoteBackend, pool: WorkerPool, ask: Ask
) -> None:
    for query in ASKED:
        request = ask(query, base_iri=E)
        assert _value(await told(remote, request)) == _value(await told(pool, request)), query
    engine = remote.status.engine
    assert engine is not None
    assert engine.answered == len(ASKED), engine


async def test_what_an_engine_does_in_its_own_way_is_answered_here(
    remote: RemoteBackend, pool: WorkerPool, ask: Ask
) -> None:
    for query, reason in HERE.items():
        before = _here(remote)
        request = ask(query)
        assert _value(await told(remote, request)) == _value(await told(pool, request)), query
        more = [key for key, number in _here(remote).items() if number > before.get(key, 0)]
        assert not reason or (len(more) == 1 and more[0].startswith(reason)), (query, more)


async def test_every_format_has_the_same_content(remote: RemoteBackend, pool: WorkerPool, ask: Ask) -> None:
    for name in ("json", "xml", "csv", "tsv"):
        for query in ("SELECT ?s ?o { ?s :size ?o } ORDER BY ?s STR(?o)", "ASK { :a :next :b }"):
            request = ask(query, formats={ResultKind.SOLUTIONS: name, ResultKind.BOOLEAN: name})
            assert await told(remote, request) == await told(pool, request), (name, query)
    for name, rdf_format in (
        ("ttl", ox.RdfFormat.TURTLE),
        ("rdf", ox.RdfFormat.RDF_XML),
        ("jsonld", ox.RdfFormat.JSON_LD),
    ):
        request = ask(
            "CONSTRUCT { ?s :x ?o } { ?s :next|:size|:name ?o }",
            formats={ResultKind.GRAPH: name},
            prefixes={"e": E},
        )
        there, here = [{*ox.parse(await told(each, request), rdf_format)} for each in (remote, pool)]
        assert there == here
        assert len(there) > 10


DATASETS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("the union", {}),
    ("a graph of the protocol", {"default_graphs": (E + "two",)}),
    ("graphs that share a triple", {"default_graphs": (E + "one", E + "two")}),
    ("a named graph of the protocol", {"named_graphs": (E + "two",)}),
    ("some graphs only", {"only": (E + "two", E + "many")}),
    ("without a graph that is aside", {"aside": (E + "many",)}),
    ("the store's own default graph", {"default_graph": DefaultGraph.STRICT}),
    ("a graph that is not there", {"default_graphs": (E + "none",), "named_graphs": (E + "none",)}),
    ("a device of ours", {"default_graphs": ("urn:kgraph:union", "urn:kgraph:engine:state")}),
)


@pytest.mark.parametrize("changes", [each for _, each in DATASETS], ids=[name for name, _ in DATASETS])
async def test_a_query_sees_the_same_dataset(
    remote: RemoteBackend, pool: WorkerPool, ask: Ask, changes: dict[str, Any]
) -> None:
    for query in (
        "SELECT (COUNT(*) AS ?n) { ?s :next ?o }",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
        "SELECT (COUNT(*) AS ?n) FROM :two FROM NAMED :one { ?s :next ?o GRAPH ?g { ?s a ?t } }",
        "SELECT ?p { GRAPH <urn:kgraph:engine:state> { ?s ?p ?o } }",
    ):
        request = ask(query, **changes)
        assert _value(await told(remote, request)) == _value(await told(pool, request)), query


FAULTS: tuple[tuple[str, dict[str, Any], type[QueryError]], ...] = (
    ("SELECT ?s { ?s :next }", {}, QuerySyntaxError),
    ("SELECT ?s { ?s nothing:next ?o }", {}, QuerySyntaxError),
    ("INSERT DATA { :a :b :c }", {}, QueryRefusedError),
    ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", {}, ServiceNotAllowedError),
    ("SELECT ?s { ?s :next ?o }", {"formats": {ResultKind.GRAPH: "nt"}}, NotAcceptableError),
    ("SELECT ?s { ?s :next ?o }", {"default_graphs": ("no IRI",)}, ParameterError),
)


async def test_faults_are_told_in_the_same_words(remote: RemoteBackend, pool: WorkerPool, ask: Ask) -> None:
    for query, changes, kind in FAULTS:
        messages = []
        for backend in (remote, pool):
            with pytest.raises(kind) as caught:
                await told(backend, ask(query, **changes))
            messages.append(str(caught.value))
        assert messages[0] == messages[1]


async def test_a_large_answer_comes_in_parts_and_whole(
    remote: RemoteBackend, pool: WorkerPool, ask: Ask
) -> None:
    request: QueryRequest = ask(
        "SELECT ?s ?v { ?s :value ?v } ORDER BY ?v", formats={ResultKind.SOLUTIONS: "csv"}
    )
    answer = await remote.query(request)
    assert not answer.complete
    parts = [part async for part in answer]
    assert answer.complete
    assert len(parts) > 2
    assert b"".join(parts) == await told(pool, request)
    graph = replace(
        request,
        query=f"PREFIX : <{E}> CONSTRUCT {{ ?s :v ?v }} {{ ?s :value ?v }}",
        formats={ResultKind.GRAPH: "nt"},
    )
    assert _value(await told(remote, graph)) == _value(await told(pool, graph))


async def test_a_large_answer_that_nobody_wants_lets_its_place_go(remote: RemoteBackend, ask: Ask) -> None:
    for _ in range(20):  # more than there are places
        answer = await remote.query(ask("SELECT * { ?s :value ?v }"))
        await anext(answer)
        await answer.aclose()
        with pytest.raises(QueryError):
            await answer.read()
    assert _value(await told(remote, ask("ASK {}"))) is True

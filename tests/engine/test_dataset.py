"""Which graphs a query sees: the union, the strict default graph, FROM, and the protocol's parameters."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph.engine import DefaultGraph, WorkerPool
from kgraph.rdf.sparql import profile_query
from kgraph.vocab import UNION_GRAPH

from .conftest import Ask, E
from .test_results import values

pytestmark = pytest.mark.anyio

DEFAULT = "SELECT ?o {0} {{ ?s ?p ?o }}"
NAMED = "SELECT (CONCAT(STR(?g), '|', ?o) AS ?x) {0} {{ GRAPH ?g {{ ?s ?p ?o }} }}"
A, B = f"{E}a", f"{E}b"
IN_A = ["a|both", "a|only a"]
IN_B = ["b|both", "b|only b"]
ALL = ["both", "default", "only a", "only b"]
MERGE = ["both", "only a", "only b"]


@pytest.mark.parametrize("mode", list(DefaultGraph))
async def test_the_union_is_a_set_and_strict_is_the_stores_own(
    pool: WorkerPool, ask: Ask, mode: DefaultGraph
) -> None:
    union = mode is DefaultGraph.UNION
    rows = await values(pool, ask(DEFAULT.format(""), default_graph=mode))
    assert rows == (ALL if union else ["default"])
    count = await values(pool, ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default_graph=mode))
    assert count == (["4"] if union else ["1"])
    assert await values(pool, ask(NAMED.format(""), default_graph=mode)) == IN_A + IN_B


@pytest.mark.parametrize(
    ("clauses", "default", "named"),
    [
        ("FROM <{a}>", ["both", "only a"], []),
        ("FROM NAMED <{b}>", [], IN_B),
        ("FROM <{a}> FROM NAMED <{b}>", ["both", "only a"], IN_B),
        ("FROM <{a}> FROM <{b}>", MERGE, []),
        ("FROM <{a}> FROM <{b}> FROM NAMED <{a}>", MERGE, IN_A),
        ("FROM <{a}> FROM <{a}>", ["both", "only a"], []),
        ("FROM NAMED <{a}> FROM NAMED <{b}>", [], IN_A + IN_B),
        ("FROM <urn:nowhere>", [], []),
        ("from <a> # FROM <b>\n from NAMED e:b", ["both", "only a"], IN_B),
        ("FROM <\\u0061> FROM NAMED <./b>", ["both", "only a"], IN_B),
    ],
)
async def test_from_clauses_describe_the_dataset(
    pool: WorkerPool, ask: Ask, clauses: str, default: list[str], named: list[str]
) -> None:
    prologue = f"BASE <{E}> PREFIX e: <{E}> "
    clauses = clauses.replace("{a}", A).replace("{b}", B)
    for mode in DefaultGraph:
        assert await values(pool, ask(prologue + DEFAULT.format(clauses), default_graph=mode)) == default
        assert await values(pool, ask(prologue + NAMED.format(clauses), default_graph=mode)) == named


@pytest.mark.parametrize("clauses", ["", "FROM <urn:x>", "FROM <urn:x> FROM NAMED <urn:y>"])
@pytest.mark.parametrize(
    ("parameters", "default", "named"),
    [
        ({"default_graphs": (A,)}, ["both", "only a"], []),
        ({"named_graphs": (B,)}, [], IN_B),
        ({"default_graphs": (A, B)}, MERGE, []),
        ({"default_graphs": (A, B), "named_graphs": (B,)}, MERGE, IN_B),
        ({"default_graphs": ()}, [], []),
    ],
)
async def test_the_protocols_dataset_replaces_the_querys(
    pool: WorkerPool,
    ask: Ask,
    clauses: str,
    parameters: dict[str, tuple[str, ...]],
    default: list[str],
    named: list[str],
) -> None:
    assert await values(pool, ask(DEFAULT.format(clauses), **parameters)) == default
    assert await values(pool, ask(NAMED.format(clauses), **parameters)) == named


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?o { GRAPH <urn:kgraph:union> { ?s ?p ?o } }",
        "PREFIX u: <urn:kgraph:> SELECT ?o { GRAPH u:union { ?s ?p ?o } }",
        "SELECT ?g { GRAPH ?g {} FILTER(?g = <urn:kgraph:union>) }",
        "SELECT ?o FROM <urn:kgraph:union> { ?s ?p ?o }",
        "SELECT ?o FROM <urn:kgraph:union> FROM <urn:x> { ?s ?p ?o }",
        "PREFIX u: <urn:kgraph:> SELECT ?o FROM u:union { ?s ?p ?o }",
        "SELECT ?o FROM <urn:kgraph:\\u0075nion> { ?s ?p ?o }",
        "SELECT ?o FROM NAMED <urn:kgraph:union> { GRAPH ?g { ?s ?p ?o } }",
        "SELECT ?o FROM NAMED <urn:kgraph:union> { GRAPH <urn:kgraph:union> { ?s ?p ?o } }",
        "SELECT(1<(2)AS?x)(?v AS?o)FROM#>\n<urn:kgraph:union>FROM <urn:x>{?s ?p ?v}",
    ],
)
async def test_the_graph_that_holds_the_union_is_never_seen(pool: WorkerPool, ask: Ask, query: str) -> None:
    for mode in DefaultGraph:
        assert await values(pool, ask(query, default_graph=mode)) == []


async def test_the_graph_that_holds_the_union_is_no_graph_of_a_dataset_parameter(
    pool: WorkerPool, ask: Ask
) -> None:
    hidden = {"default_graphs": (UNION_GRAPH,), "named_graphs": (UNION_GRAPH,)}
    assert await values(pool, ask(DEFAULT.format(""), **hidden)) == []
    assert await values(pool, ask(NAMED.format(""), **hidden)) == []


async def test_a_merge_keeps_what_a_blank_node_is(pool: WorkerPool, ask: Ask, tmp_path: Path) -> None:
    store = ox.Store(str(tmp_path / "blank"))
    store.load(
        b'_:x <urn:p> "1" <urn:a> .\n_:x <urn:q> "2" <urn:b> .\n_:x <urn:r> "3" <urn:c> .',
        ox.RdfFormat.N_QUADS,
    )
    store.flush()
    del store
    request = ask(
        "SELECT ?z { ?b <urn:p> ?x ; <urn:q> ?y . GRAPH ?g { ?b <urn:r> ?z } }",
        store=tmp_path / "blank",
        default_graphs=("urn:a", "urn:b"),
        named_graphs=("urn:c",),
    )
    assert await values(pool, request) == ["3"]


def test_the_question_holds_the_clauses_and_nothing_else() -> None:
    text = "PREFIX e: <http://e/> # FROM <c>\nSELECT ?from FROM e:a FROM NAMED <b> { ?from ?p 'FROM <x>' }"
    question = "PREFIX e: <http://e/> # FROM <c>\nSELECT (e:a AS ?d0) (<b> AS ?n1) {}"
    assert profile_query(text).dataset == question
    assert profile_query("SELECT ?from { ?s ?p ?from }").dataset is None
    assert profile_query("").dataset is None

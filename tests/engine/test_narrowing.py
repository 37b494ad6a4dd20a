"""``GRAPH ?g`` finds the same whether the engine is told each graph, or the others are filtered out."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kgraph.engine.asking import ask_engine
from kgraph.engine.opened import FEW_GRAPHS, View
from kgraph.rdf.narrowing import narrowed

SHOWN = [ox.NamedNode(f"http://e/g{number}") for number in range(FEW_GRAPHS + 4)]
HIDDEN = [ox.NamedNode("http://e/hidden"), ox.NamedNode("http://e/extra")]
PREFIX = "PREFIX : <http://e/> "
QUERIES = [
    "SELECT * { GRAPH ?g { ?s :p ?o } }",
    "SELECT * { GRAPH ?g { ?s :p ?o ; :q ?x } }",
    "SELECT * { GRAPH ?g { ?s :p ?o } GRAPH ?g { ?s :q ?x } }",
    "SELECT * { GRAPH ?g { ?s :p ?o } GRAPH ?h { ?s :q ?x } }",
    "SELECT * { GRAPH ?g { ?s :p ?o . GRAPH ?h { ?o :q ?x } } }",
    "SELECT DISTINCT ?g { GRAPH ?g {} }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "SELECT * { ?s :p ?o OPTIONAL { GRAPH ?g { ?o :q ?x } } }",
    "SELECT * { ?s :p ?o OPTIONAL { ?o :r ?y OPTIONAL { GRAPH ?g { ?o :q ?x } } FILTER(?o != :n3) } }",
    "SELECT * { OPTIONAL { GRAPH ?g { :n1 :q ?x } } GRAPH ?g { ?s :p ?o } }",
    "SELECT * { ?s :p ?o FILTER EXISTS { GRAPH ?g { ?o :q ?x } } }",
    "SELECT * { GRAPH ?h { ?s :p ?o } FILTER NOT EXISTS { GRAPH ?g { ?o :q ?x } FILTER(?g != ?h) } }",
    "SELECT * { ?s :p ?o MINUS { GRAPH ?g { ?o :q ?x } } }",
    "SELECT * { { GRAPH ?g { ?s :q ?o } } UNION { ?s :p ?o } }",
    "SELECT * { VALUES ?g { :hidden :g1 :g2 } GRAPH ?g { ?s :p ?o } }",
    "SELECT * { GRAPH ?g { ?s :p+ ?o } } ORDER BY ?s",
    "SELECT * { GRAPH ?g { ?s (:p|^:q) ?o } }",
    "SELECT * { { SELECT ?s (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s :p ?o } } GROUP BY ?s } ?s :p ?o }",
    "SELECT * { GRAPH ?g { SELECT ?s (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?s } }",
    "SELECT * { GRAPH ?g { ?s :p ?o MINUS { ?z :q :n2 } } }",
    "SELECT * { GRAPH ?g { ?s :p ?o } GRAPH :g3 { ?o :p ?x } }",
    "SELECT * { GRAPH ?g { ?s :p ?o } GRAPH <http://e/g3> { ?o :p ?x } }",
    "SELECT * { GRAPH ?g { ?s :p ?o } OPTIONAL { GRAPH :hidden { ?o :p ?x } } }",
    "SELECT * { GRAPH ?g { ?s :p ?o } OPTIONAL { GRAPH <http://e/h\\u0069dden> { ?o :p ?x } } }",
    "BASE <http://e/> SELECT * { GRAPH ?g { ?s :p ?o } OPTIONAL { GRAPH <hidden> { ?o :p ?x } } }",
    "SELECT * { GRAPH :g3 { ?s :p ?o } }",
    "SELECT * { GRAPH :g3 { ?s :p ?o } OPTIONAL { GRAPH :g4 { ?o :q ?x } } }",
    "SELECT * { GRAPH :g3 { ?s :p ?o } FILTER EXISTS { GRAPH :g5 { ?s ?p ?y } } }",
    "SELECT * { GRAPH :hidden { ?s :p ?o } }",
    "SELECT * { GRAPH :g3 { ?s :p ?o } FILTER NOT EXISTS { GRAPH <http://e/hidden> { ?o :q ?x } } }",
    "SELECT * { GRAPH :nowhere { ?s :p ?o } }",
    *(
        query.replace("HIDDEN", "{ GRAPH :hidden { ?s ?b ?c } }")
        for query in (
            "SELECT ?s { GRAPH :g3 { ?s :p ?o } } GROUP BY ?s HAVING(EXISTS HIDDEN)",
            "SELECT ?s { GRAPH :g3 { ?s :p ?o } } ORDER BY (EXISTS HIDDEN)",
            "SELECT ?s ?x { GRAPH :g3 { ?s :p ?o } BIND(EXISTS HIDDEN AS ?x) }",
            "SELECT (EXISTS HIDDEN AS ?x) { GRAPH :g3 { ?z :p ?o } }",
            "SELECT ?x { GRAPH :g3 { ?z :p ?o } } GROUP BY (EXISTS HIDDEN AS ?x)",
            "SELECT * { GRAPH :g3 { ?s :p ?o } { SELECT ?s HIDDEN } }",
            "SELECT * { GRAPH :g3 { ?s :p ?o . GRAPH :hidden { ?x ?y ?z } } }",
            "SELECT * { GRAPH :g3 { ?s :p ?o } FILTER(IF(EXISTS HIDDEN, true, false)) }",
            "SELECT (SUM(IF(EXISTS HIDDEN, 1, 0)) AS ?n) { GRAPH :g3 { ?z :p ?o } }",
        )
    ),
    "ASK { GRAPH :g3 { :only :in :hiding } }",
    "ASK { GRAPH ?g { :only :in :hiding } }",
    "SELECT * { GRAPH ?g { :only ?p ?o } }",
    "CONSTRUCT { ?g :has ?s } WHERE { GRAPH ?g { ?s :p ?o } }",
    "SELECT (EXISTS { GRAPH ?g { :only ?p ?o } } AS ?x) {}",
    'SELECT * { GRAPH ?g { ?s :t "GRAPH ?g { }" } } # GRAPH ?h {',
]


@pytest.fixture(scope="module")
def store() -> ox.Store:
    store = ox.Store()
    for number, graph in enumerate([*SHOWN, *HIDDEN]):
        for at in range(4):
            near, far = (ox.NamedNode(f"http://e/n{(number * each + at) % 7}") for each in (1, 3))
            for name, value in (("p", far), ("q", near)):
                triple = ox.Triple(near, ox.NamedNode(f"http://e/{name}"), value)
                store.add(ox.Quad(triple.subject, triple.predicate, triple.object, graph))
                store.add(ox.Quad(triple.subject, triple.predicate, triple.object, HIDDEN[0]))
        store.add(
            ox.Quad(graph, ox.NamedNode("http://e/t"), ox.Literal("GRAPH ?g { }"), graph),
        )
    store.add(
        ox.Quad(
            ox.NamedNode("http://e/only"),
            ox.NamedNode("http://e/in"),
            ox.NamedNode("http://e/hiding"),
            HIDDEN[0],
        )
    )
    return store


def answer(view: View, query: str) -> object:
    results = ask_engine(view, PREFIX + query, base_iri=None)
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    return sorted(str(row) for row in results)


@pytest.mark.parametrize("query", QUERIES)
def test_the_answer_is_the_same(store: ox.Store, query: str) -> None:
    told = View(store, [HIDDEN[0]], [*SHOWN])
    assert answer(View(store, [HIDDEN[0]], [*SHOWN], [*HIDDEN]), query) == answer(told, query)


def test_most_queries_are_asked_that_way_and_what_names_another_graph_is_not() -> None:
    shown, others = {graph.value for graph in SHOWN}, [graph.value for graph in HIDDEN]
    for query in QUERIES:
        unseen = ("GRAPH :hidden", "GRAPH <hidden>", "GRAPH <http://e/hidden>", "GRAPH :nowhere", "\\u0069")
        is_told = any(name in query for name in unseen)
        assert (narrowed(PREFIX + query, shown, others) is None) == is_told, query
    assert narrowed("SELECT * { ?s ?p ?o }", shown, others) is None
    assert narrowed("SELECT * { GRAPH ?g {", shown, others) is None

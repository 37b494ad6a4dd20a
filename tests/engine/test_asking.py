"""What the engine would read or answer otherwise than the standard, as it is answered here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import cast

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph.engine import asking
from kgraph.engine.asking import ask_engine
from kgraph.engine.opened import View
from kgraph.errors import QueryRefusedError
from kgraph.rdf import graphwise

E = "http://e/"
XSD = "http://www.w3.org/2001/XMLSchema#"
DATA = """
e:g1 { e:a e:p 1 , 2 } e:g2 { e:b e:p 3 }
{ e:a e:p 1 , 2 . e:b e:p 3 . e:a e:label "lift"@en-GB , "elevator"@en-US , "Lift"@de . e:b e:q e:c }
"""


def store_of(trig: str) -> ox.Store:
    store = ox.Store()
    store.load(f"@prefix e: <{E}> . {trig}".encode(), ox.RdfFormat.TRIG)
    return store


def view_of(store: ox.Store) -> View:
    return View(store, [ox.DefaultGraph()], [*store.named_graphs()])


def shown(term: object) -> str:
    return (
        ""
        if term is None
        else str(term).replace(E, "").replace("^^<http://www.w3.org/2001/XMLSchema#integer>", "")
    )


def rows(query: str, store: ox.Store | None = None) -> list[tuple[str, ...]]:
    """The rows of a SELECT, its columns in their order, sorted."""
    view = view_of(store_of(DATA) if store is None else store)
    results = ask_engine(view, f"PREFIX e: <{E}> {query}", base_iri=None)
    assert isinstance(results, ox.QuerySolutions)
    names = [variable.value for variable in results.variables]
    return sorted(tuple(shown(row[name]) for name in names) for row in results)


def truth(query: str, store: ox.Store | None = None) -> bool:
    view = view_of(store_of(DATA) if store is None else store)
    return bool(ask_engine(view, f"PREFIX e: <{E}> {query}", base_iri=None))


# GRAPH ?g

COUNTED = "SELECT ?g ?n {{ GRAPH ?g {{ SELECT (COUNT(*) AS ?n) {{ ?s ?p {} }} }} }}"
GRAPHS = [
    (COUNTED.format("?o"), [("<g1>", '"2"'), ("<g2>", '"1"')]),
    ("SELECT ?g ?s { GRAPH ?g { SELECT DISTINCT ?s { ?s ?p ?o } } }", [("<g1>", "<a>"), ("<g2>", "<b>")]),
    (COUNTED.format("1"), [("<g1>", '"1"'), ("<g2>", '"0"')]),
    (
        "SELECT ?g ?s ?n { GRAPH $g { ?s ?p 3 { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } } }",
        [("<g2>", "<b>", '"1"')],
    ),
    (
        "SELECT ?g ?o { GRAPH ?g { SELECT ?o { ?s ?p ?o } ORDER BY DESC(?o) LIMIT 1 } }",
        [("<g1>", '"2"'), ("<g2>", '"3"')],
    ),
    ("SELECT ?g ?x { GRAPH ?g { VALUES ?x { 7 } } }", [("<g1>", '"7"'), ("<g2>", '"7"')]),
    (
        "SELECT ?g ?x { GRAPH ?g { { VALUES ?x { 7 } } UNION { ?x e:p 3 } } }",
        [("<g1>", '"7"'), ("<g2>", '"7"'), ("<g2>", "<b>")],
    ),
    ("SELECT ?g ?h { GRAPH ?g { GRAPH ?h { ?s e:p 3 } } }", [("<g1>", "<g2>"), ("<g2>", "<g2>")]),
    (
        "SELECT ?g ?h { GRAPH ?g { GRAPH ?h { SELECT ?s { ?s e:p 3 } } } }",
        [("<g1>", "<g2>"), ("<g2>", "<g2>")],
    ),
    ("SELECT ?g { GRAPH ?g { SELECT ?g { ?g e:p ?o } } }", []),
    ("SELECT ?g ?s { VALUES ?g { e:g2 e:g3 } GRAPH ?g { SELECT ?s { ?s e:p ?o } } }", [("<g2>", "<b>")]),
    ("SELECT ?g { GRAPH ?g { SELECT ?x { _:n e:p ?x . _:n e:p 2 } } FILTER(?x = 1) }", [("<g1>",)]),
    ("SELECT ?g ?s { ?s e:q ?c OPTIONAL { GRAPH ?g { SELECT ?s { ?s e:p 3 } } } }", [("<g2>", "<b>")]),
    ("SELECT ?s { ?s e:p 3 FILTER EXISTS { GRAPH ?g { SELECT ?s { ?s e:p 3 } } } }", [("<b>",)]),
    ("SELECT ?g ?s { GRAPH ?g { ?s ?p 1 MINUS { ?s ?y 3 } } }", [("<g1>", "<a>")]),
    ("SELECT ?g { GRAPH ?g { } }", [("<g1>",), ("<g2>",)]),
    ("SELECT ?g ?s { GRAPH ?g { ?s e:p 3 MINUS { ?x e:p 3 } } }", [("<g2>", "<b>")]),
    ("SELECT ?g ?s { GRAPH ?g { ?s e:p 3 MINUS { ?s e:p 3 } } }", []),
    ("SELECT ?s { GRAPH e:g2 { ?s e:p 3 MINUS { ?x e:p 3 } } }", [("<b>",)]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), GRAPHS, ids=[query for query, _ in GRAPHS])
def test_a_pattern_is_evaluated_in_each_graph_by_itself(query: str, expected: list[tuple[str, ...]]) -> None:
    assert rows(query) == sorted(expected)


def test_without_named_graphs_there_is_no_solution_and_the_columns_stay() -> None:
    store = store_of("{ e:a e:p 1 }")
    assert rows("SELECT * { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } }", store) == []
    results = ask_engine(view_of(store), "SELECT * { GRAPH ?g { SELECT ?s { ?s ?p ?o } } }", base_iri=None)
    assert [variable.value for variable in cast(ox.QuerySolutions, results).variables] == ["g", "s"]


def test_what_would_get_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphwise, "LONGEST", 100)
    with pytest.raises(QueryRefusedError, match="2 graphs"):
        rows(GRAPHS[0][0])


INNER = st.sampled_from(
    [
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s",
        "SELECT ?s { ?s e:p ?o } ORDER BY ?o LIMIT 1",
        "SELECT DISTINCT ?p { ?s ?p ?o }",
        "{ SELECT (MAX(?o) AS ?m) { ?s ?p ?o } } ?s ?p ?m",
        "?s ?p ?o OPTIONAL { SELECT (MIN(?o) AS ?m) { ?s ?p ?o } }",
        "VALUES ?s { e:a e:z } OPTIONAL { ?s e:p ?o }",
        "{ VALUES ?s { e:a } } UNION { ?s e:q ?o }",
        "?s ?p ?o FILTER NOT EXISTS { SELECT ?x { ?x e:q ?o } }",
        "?s ?p ?o MINUS { ?x ?y e:a }",
        "?s e:p ?o OPTIONAL { ?o e:q ?x } MINUS { ?x ?y e:a }",
        "{ ?s e:p ?o MINUS { ?x e:q ?y } } UNION { ?s e:q ?o MINUS { ?s e:p ?o } }",
    ]
)
TRIPLES = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("pq"), st.sampled_from(["e:a", "e:b", "1", "2"])),
    max_size=5,
)


@settings(deadline=None, max_examples=60)
@given(INNER, TRIPLES, TRIPLES)
def test_it_is_the_same_as_asking_each_graph(
    pattern: str, one: Sequence[tuple[str, ...]], two: Sequence[tuple[str, ...]]
) -> None:
    graphs = {"e:g1": one, "e:g2": two}
    store = store_of("".join(f"{name} {{ {triples_of(each)} }}" for name, each in graphs.items()))
    for name in graphs:
        store.add_graph(ox.NamedNode(name.replace("e:", E)))
    names = "?g ?s ?p ?o ?n ?m"
    asked = [
        row
        for name in graphs
        for row in rows(f"SELECT {names} {{ GRAPH {name} {{ {pattern} }} VALUES ?g {{ {name} }} }}", store)
    ]
    assert Counter(rows(f"SELECT {names} {{ GRAPH ?g {{ {pattern} }} }}", store)) == Counter(asked)


def triples_of(triples: Iterable[tuple[str, ...]]) -> str:
    return " ".join(f"e:{s} e:{p} {o} ." for s, p, o in triples)


# Paths of no step.

REFLEXIVE = [
    ("SELECT ?x { ?x e:broader* e:new }", [("<new>",)]),
    ("SELECT ?x { e:new e:broader? ?x }", [("<new>",)]),
    ("SELECT ?x { ?x (e:broader*|e:narrower?) e:new }", [("<new>",), ("<new>",)]),
    ("SELECT ?x { ?x ^(e:broader*) e:new . }", [("<new>",)]),
    ("SELECT ?x { ?x (e:broader*)+ e:new }", [("<new>",)]),
    ("SELECT ?x { ?x (e:broader/e:narrower)* e:new }", [("<new>",)]),
    ("SELECT ?x { ?x e:broader*/e:narrower* e:new }", []),
    ("SELECT ?x { ?x e:broader+ e:new }", []),
    ("SELECT ?x { ?x e:broader e:new }", []),
    ("SELECT ?x { ?x e:p* 7 }", [('"7"',)]),
    ("SELECT ?x { ?x e:p* 'new'@en-GB }", [('"new"@en-gb',)]),
    ("SELECT ?x { ?x e:p* '7'^^e:seven }", [('"7"^^<seven>',)]),
    ("SELECT ?x { ?x e:p* true . ?x e:q? true }", [(f'"true"^^<{XSD}boolean>',)]),
    ("SELECT ?x ?y { ?x e:p 3 ; e:q* e:c , e:new ; e:q ?y }", []),
    ("SELECT ?x ?y { ?x e:p 3 ; e:q* e:c ; e:q ?y }", [("<b>", "<c>")]),
    ("SELECT ?x ?y { ?x e:q* e:new . ?y e:q e:c . }", [("<new>", "<b>")]),
    ("SELECT ?x ?y { ?y e:q e:c , ?z OPTIONAL { ?x e:q* e:new } }", [("<new>", "<b>")]),
    ("SELECT ?x { VALUES ?x { e:new } ?x e:q* ?y }", []),
    ("SELECT ?x { { SELECT ?x { ?x e:q* e:new } } }", [("<new>",)]),
    ("SELECT ?x { VALUES ?x { e:new e:a } FILTER EXISTS { ?x e:q* e:new } }", [("<new>",)]),
    ("SELECT ?g ?x { GRAPH ?g { ?x e:q* e:new } }", [("<g1>", "<new>"), ("<g2>", "<new>")]),
    ("SELECT ?g ?x { GRAPH ?g { ?x e:q* e:b } }", [("<g1>", "<b>"), ("<g2>", "<b>")]),
    ("SELECT ?x { GRAPH e:g1 { ?x e:q* e:b } }", [("<b>",)]),
    ("SELECT ?x { GRAPH e:g9 { ?x e:q* e:b } }", [("<b>",)]),
    ("SELECT ?g { GRAPH ?g { e:new e:q? e:new } }", [("<g1>",), ("<g2>",)]),
    ("SELECT (COUNT(*) AS ?n) { e:new (e:q?|e:p*) e:new }", [('"2"',)]),
    ("SELECT (COUNT(*) AS ?n) { e:new e:p*/e:q? e:new }", [('"1"',)]),
]


@pytest.mark.parametrize(("query", "expected"), REFLEXIVE, ids=[query for query, _ in REFLEXIVE])
def test_a_path_of_no_step_leads_from_any_term_to_itself(query: str, expected: list[tuple[str, ...]]) -> None:
    found = [tuple(sorted(row)) if "?x ?y" in query and len(row) == 2 else row for row in rows(query)]
    wanted = [tuple(sorted(row)) if "?x ?y" in query and len(row) == 2 else row for row in expected]
    assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize(
    ("pattern", "holds"),
    [
        ("e:new e:q? e:new", True),
        ("e:new e:q* e:new", True),
        ("e:new e:q* <http://e/new>", True),
        ("5 e:q* 5", True),
        ("e:new e:q* e:other", False),
        ("e:new e:q e:new", False),
        ("e:new e:q+ e:new", False),
        ("e:new !e:q e:new", False),
        ("e:new !(e:q|^e:p) e:new", False),
        ("e:b e:q* e:c", True),
        ("e:c e:q* e:b", False),
    ],
)
def test_between_two_terms_a_path_holds_or_not(pattern: str, holds: bool) -> None:
    assert truth(f"ASK {{ {pattern} }}") is holds


PATHS = st.recursive(
    st.sampled_from(["e:p", "e:q", "<http://e/p>"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("?*+")).map(lambda parts: f"({parts[0]}){parts[1]}"),
        inner.map(lambda path: f"^({path})"),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]}|{parts[1]})"),
    ),
    max_leaves=4,
)


@settings(deadline=None, max_examples=80)
@given(
    PATHS,
    TRIPLES,
    st.sampled_from(["?x {} e:new", "e:new {} ?x", "e:new {} e:new", "?x {} e:a", "e:a {} ?x"]),
)
def test_it_is_as_if_the_term_were_known(path: str, triples: Sequence[tuple[str, ...]], form: str) -> None:
    query = f"SELECT DISTINCT ?x {{ {form.format(path)} }}"
    data = triples_of(triples)
    known = store_of(f"{{ {data} e:new e:unused e:unused . e:a e:unused e:unused . }}")
    raw = cast(ox.QuerySolutions, known.query(f"PREFIX e: <{E}> {query}"))
    expected = sorted((shown(row["x"]),) for row in raw)
    assert rows(query, store_of(f"{{ {data} }}")) == expected


# Language tags.


@pytest.mark.parametrize(
    "condition",
    [
        'LANG(?l) = "en-GB"',
        '"en-GB" = LANG(?l)',
        'lang(?l) = "EN-GB"',
        'LANG(?l) IN ("en-GB", "fr-CA")',
        'LANG(?l) NOT IN ("en-US", "de")',
        'LANG(?l) != "en-US" && LANG(?l) != "de"',
        'STRSTARTS(LANG(?l), "en-G")',
        'REGEX(LANG(?l), "^en-GB$")',
        'LANGMATCHES(LANG(?l), "en-GB")',
        'LANG(?l) = CONCAT("en-", "GB")',
        'LANG(?l) = LANG("x"@EN-gb)',
        '?l = "lift"@EN-gb',
        'BOUND(?l) && (LANG(?l) = "en-GB" || 1 = 2)',
    ],
)
def test_a_language_is_found_in_any_case(condition: str) -> None:
    assert rows(f"SELECT ?l {{ e:a e:label ?l FILTER({condition}) }}") == [('"lift"@en-gb',)]


@pytest.mark.parametrize(
    "pattern",
    [
        'VALUES ?t { "en-GB" } e:a e:label ?l FILTER(LANG(?l) = ?t)',
        'VALUES ?t { "en-GB" } e:a e:label ?l FILTER(?t = LANG(?l))',
        'VALUES ?t { "en-GB" } e:a e:label ?l FILTER(LANG(?l) IN (?t))',
        'e:a e:label ?l BIND(LANG(?l) AS ?t) FILTER(?t = "en-GB")',
        '{ SELECT ?l (LANG(?l) AS ?t) { e:a e:label ?l } } FILTER("en-GB" = ?t)',
    ],
)
def test_a_language_in_a_variable_is_found_in_any_case(pattern: str) -> None:
    assert [row[0] for row in rows(f"SELECT ?l {{ {pattern} }}")] == ['"lift"@en-gb']


def test_what_is_no_text_is_compared_as_it_is() -> None:
    query = "SELECT ?l { VALUES ?t { 5 } e:a e:label ?l FILTER(LANG(?l) != ?t && LANG(?l) = 'en-GB') }"
    assert rows(query) == [('"lift"@en-gb',)]
    assert rows('SELECT ?x { BIND("en-GB" AS ?x) FILTER(?x = "en-GB") }') == [('"en-GB"',)]


# Aliases of aggregates.

THREE = "VALUES ?x { 1 1 2 }"
ALIASES = [
    (f"SELECT ?x (COUNT(*) AS ?n) {{ {THREE} }} GROUP BY ?x HAVING(?n > 1)", [('"1"', '"2"')]),
    ("SELECT (COUNT(?x) AS ?n) (?n * 2 AS ?d) { VALUES ?x { 1 2 } }", [('"2"', '"4"')]),
    (f"SELECT (COUNT(?x) AS ?n) (?n * 2 AS ?d) (?d + ?n AS ?t) {{ {THREE} }}", [('"3"', '"6"', '"9"')]),
    (
        f"SELECT ?x (COUNT(*) AS ?n) (?n + 1 AS ?m) {{ {THREE} }} GROUP BY ?x HAVING(?m = 3) (?n = 2)",
        [('"1"', '"2"', '"3"')],
    ),
    (f"SELECT ?k (SUM(?x) AS ?n) {{ {THREE} }} GROUP BY (?x + 0 AS ?k) HAVING(?k > 1)", [('"2"', '"2"')]),
    (f"SELECT ?k (SUM(?x) AS ?n) {{ {THREE} }} GROUP BY (?x AS ?k) HAVING(?k > 1)", [('"2"', '"2"')]),
    (
        "SELECT ?n { { SELECT ?x (COUNT(*) AS ?n) { VALUES ?x { 1 1 2 } } GROUP BY ?x HAVING(?n < 2) } }",
        [('"1"',)],
    ),
    (
        "SELECT (SUM(?x) AS ?s) (?s / COUNT(?x) = AVG(?x) AS ?ok) { VALUES ?x { 1 3 } } HAVING(SUM(?x) = ?s)",
        [('"4"', f'"true"^^<{XSD}boolean>')],
    ),
    (
        "SELECT (SUM(?x) AS ?s) (AVG(1/0) AS ?e) (IF(bound(?s), 1, 2) AS ?a) (IF(BOUND( ?e ), 1, 2) AS ?b)"
        " (?a + ?b AS ?c) { VALUES ?x { 1 3 } }",
        [('"4"', "", '"1"', '"2"', '"3"')],
    ),
    (
        f"SELECT ?x (COUNT(*) AS ?n) {{ {THREE} }} GROUP BY ?x ORDER BY ?n",
        [('"1"', '"2"'), ('"2"', '"1"')],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), ALIASES, ids=[query for query, _ in ALIASES])
def test_an_alias_stands_for_its_expression(query: str, expected: list[tuple[str, ...]]) -> None:
    assert rows(query) == expected


def test_aliases_in_aliases_do_not_grow_without_end() -> None:
    doubled = " ".join(f"(?a{n} + ?a{n} AS ?a{n + 1})" for n in range(40))
    with pytest.raises(SyntaxError):
        rows(f"SELECT (COUNT(*) AS ?a0) {doubled} {{ ?s ?p ?o }}")


# GROUP_CONCAT.

CONCATENATIONS = [
    ("GROUP_CONCAT(?o)", "'a' 'b'", "a b"),
    ("GROUP_CONCAT(?o; separator='|')", "UNDEF 'a' UNDEF 'b' UNDEF", "a|b"),
    ("GROUP_CONCAT(?o)", "'a'@en 'b'@en", "a b"),
    ("group_concat(?o ; SEPARATOR = '\\n\\t\\'')", "1 e:a 2.5 'x'@en", "1\n\t'http://e/a\n\t'2.5\n\t'x"),
    ("GROUP_CONCAT(DISTINCT ?o; separator='')", "'a'@en 'a'@fr 'a' 'a'@en UNDEF 'b' 'b'", "aaab"),
    ("GROUP_CONCAT(DISTINCT STR(?o))", "'a'@en 'a'@fr 'a' 1 '1'", "a 1"),
    ("GROUP_CONCAT(?o)", "", ""),
    ("GROUP_CONCAT(?o)", "UNDEF", ""),
    ("GROUP_CONCAT(IF(?o = 2, 1/0, ?o * 2))", "1 2 3", "2 6"),
    ("CONCAT('<', GROUP_CONCAT(?o; separator='🙂'), '>')", "'🙂' ''", "<🙂🙂>"),
]


@pytest.mark.parametrize(("expression", "values", "expected"), CONCATENATIONS)
def test_whatever_has_a_text_is_concatenated(expression: str, values: str, expected: str) -> None:
    query = f"PREFIX e: <{E}> SELECT ({expression} AS ?all) {{ VALUES ?o {{ {values} }} }}"
    (row,) = cast(ox.QuerySolutions, ask_engine(view_of(store_of("")), query, base_iri=None))
    assert row["all"] == ox.Literal(expected)


def test_what_is_concatenated_can_be_used_and_grouped() -> None:
    query = (
        "SELECT ?p (GROUP_CONCAT(?o) AS ?all) (STRLEN(?all) AS ?n) {"
        " VALUES (?p ?o) { (1 'a') (1 UNDEF) (2 UNDEF) (1 e:b) } } GROUP BY ?p HAVING(?n > 0)"
    )
    assert rows(query) == [('"1"', '"a b"', '"12"')]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("SELECT (COUNT(COUNT(*)) AS ?c) {}", "1:15: expected COUNT"),
        ("SELECT (SUM(1 + IF(true, MAX(?x), 2)) AS ?c) { ?x ?y ?z }", "1:26: expected MAX"),
        ("SELECT ?x {\n BIND(<<( 'x' <a:a> <a:b> )>> AS ?x) }", "2:11: expected the subject"),
        ("ASK {\n FILTER(?x = <<( <<(<a:a> <a:b> 1)>> <a:a> 2 )>>) }", "2:18: expected the subject"),
    ],
)
def test_what_only_this_engine_takes_for_a_query_is_refused(query: str, place: str) -> None:
    with pytest.raises(SyntaxError, match=f"error at {place}"):
        ask_engine(view_of(store_of("")), query, base_iri=None)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (SUM(?n) AS ?m) { { SELECT (COUNT(*) AS ?n) {} } }",
        "SELECT (SUM(IF(EXISTS { SELECT (COUNT(*) AS ?n) {} }, 1, 0)) AS ?m) {}",
        "SELECT (COUNT(*) + SUM(1) AS ?m) {}",
        "SELECT * { <<( <<( ?s <a:a> 1 )>> <a:b> 2 )>> <a:c> ( <<( <<( ?s <a:a> 1 )>> <a:b> 2 )>> ) }",
        "SELECT (<<( <a:a> <a:b> <<( <a:a> <a:b> 1 )>> )>> AS ?x) {}",
    ],
)
def test_what_the_grammar_has_is_no_less_a_query(query: str) -> None:
    assert ask_engine(view_of(store_of("")), query, base_iri=None)


# The order of columns.


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT * { ?z ?b ?a }", "zba"),
        ("BASE <x:y>\nPREFIX : <x:z> SELECT * { ?z ?b ?a }", "zba"),
        ("SELECT DISTINCT * # ?x\n { GRAPH ?z { ?b ?a ?c } }", "zbac"),
        ("PREFIX x: <http://x/> select reduced *{ ?b x:p ?a FILTER(?c = 1) }", "ba"),
        ("SELECT * { { SELECT ?b ?a { ?c ?b ?a } } }", "ba"),
        ("SELECT * { VALUES (?y ?x) { (1 2) } }", "yx"),
        ("SELECT * { ?b ?a ?c } VALUES ?b { 1 }", "bac"),
        ("SELECT ?b ?a { ?a ?b ?c }", "ba"),
    ],
)
def test_all_columns_come_in_the_order_of_the_query(query: str, columns: str) -> None:
    results = ask_engine(view_of(store_of(DATA)), query, base_iri=None)
    assert [variable.value for variable in cast(ox.QuerySolutions, results).variables] == [*columns]


# Functions that nobody knows.


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('SELECT (COALESCE(<urn:f>(1), "fallback") AS ?x) {}', [('"fallback"',)]),
        ("SELECT (<urn:f>(1) AS ?x) (<urn:g>() AS ?y) (1 AS ?z) {}", [("", "", '"1"')]),
        ("SELECT ?o { e:a e:p ?o FILTER(<urn:f>(?o)) }", []),
        ("SELECT ?o { e:a e:p ?o FILTER(<urn:f>(?o) || ?o = 1) }", [('"1"',)]),
        ("SELECT ?o ?x { e:a e:p ?o BIND(<urn:f>(?o) AS ?x) }", [('"1"', ""), ('"2"', "")]),
        ("SELECT ?o (COUNT(*) AS ?n) { e:b e:p ?o } GROUP BY ?o (<urn:f>(?o) AS ?x)", [('"3"', '"1"')]),
        ("SELECT ?o { e:a e:p ?o } ORDER BY <urn:f>(?o)", [('"1"',), ('"2"',)]),
        (f"SELECT (<{XSD}nothing>('1') AS ?x) {{}}", [("",)]),
    ],
)
def test_a_function_that_nobody_knows_has_no_value(query: str, expected: list[tuple[str, ...]]) -> None:
    assert rows(query) == expected


# Names.

NAMES = {
    "e:1.1.1.353": "1.1.1.353",
    "e:v1.0.2": "v1.0.2",
    "e:a.b.c": "a.b.c",
    "e:1.-.-.-": "1.-.-.-",
    "e:a..b.c": "a..b.c",
    "e:a.b\\.c.d": "a.b.c.d",
    "e:%41.b.c": "%41.b.c",
    "e:a.b.%20": "a.b.%20",
    "e:\\~a.b.c": "~a.b.c",
    "e:::.:.:": "::.:.:",
    "e:🙂.b.c": "🙂.b.c",
    "e:a🙂": "a🙂",
    "e:é.é.é": "é.é.é",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("after", [" .", ".", "\n."])
def test_a_name_is_what_the_grammar_says(name: str, after: str) -> None:
    store = store_of("")
    store.add(ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.NamedNode(E + NAMES[name])))
    assert rows(f"SELECT ?s {{ ?s ?p {name}{after} }}", store) == [("<x:s>",)]
    assert rows(f"SELECT ?s {{ ?s ?p ?o VALUES ?o {{ {name} e:a.b.c.d.e.f }} }}", store) == [("<x:s>",)]


LOCALS = st.text(alphabet="ab1.-:é🙂%", min_size=1, max_size=8).filter(
    lambda name: "%" not in name and name[0] not in ".-" and name[-1] != "."
)


@given(LOCALS)
def test_the_spelling_does_not_change_the_name(local: str) -> None:
    assert rows(f"SELECT (e:{local} AS ?x) {{}}", ox.Store()) == [(f"<{local}>",)]


def test_keywords_have_no_case() -> None:
    assert rows("sElEcT (TRUE aS ?x) (False AS ?y) {} lImIt 1") == [
        (f'"true"^^<{XSD}boolean>', f'"false"^^<{XSD}boolean>')
    ]
    assert truth("ASK { FILTER(TRUE && !FALSE) }")


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?s ?p e:1.1.1 ! }",
        "ASK {\n?s ?p e:1.1.1 . }\nLIMIT ?x e:1.2.3",
        "ASK { e:1.1.1 e:2.2.2 e:3.3.3 ! }",
        "ASK { e:1.1.1 a e:2.2.2 . }\n# e:1.1.1\nORDER e:1.1.1",
        "ASK { ?s ?p f:1.1.1 }",
        "ASK { e:1.1.1 ?p f:1.1.1 }",
    ],
)
def test_a_fault_is_placed_in_the_query_as_it_is_written(query: str) -> None:
    places: list[str] = []
    for written in (query, re.sub(r"(\d)\.\1\.\1", r"\1x\1x\1", query)):
        with pytest.raises(SyntaxError, match="error at") as caught:
            rows(written)
        places.append(str(caught.value).partition(": ")[0])
    assert places[0] == places[1]


def test_most_queries_go_to_the_engine_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def note(text: str, *_: object) -> str:
        asked.append(text)
        return text

    monkeypatch.setattr(asking, "in_order", note)
    queries = [
        "SELECT ?s { ?s a e:A ; e:p* ?o . GRAPH e:g1 { SELECT ?x { ?x ?y ?z } } }",
        "SELECT ?x { e:b e:q* ?x }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } HAVING(COUNT(*) > 1)",
        'SELECT ?l { ?s e:label ?l FILTER(LANG(?l) = "en") }',
        "SELECT ?g { GRAPH ?g { ?s ?p ?o OPTIONAL { ?s e:q ?x } } }",
    ]
    for query in queries:
        rows(query)
    assert asked == [f"PREFIX e: <{E}> {query}" for query in queries]

"""What is said about a text that is no query: the variable, the IRI or the escape, and its place."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.errors import QuerySyntaxError
from kgraph.rdf.syntax import explain_syntax_error


def fault_of(query: str) -> QuerySyntaxError:
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(query)
    return explain_syntax_error(query, caught.value.msg)


GROUPING = "?shop <http://e/in> ?town } GROUP BY ?shop"


@pytest.mark.parametrize(
    ("query", "culprit", "what"),
    [
        (f"SELECT ?shop ?town (COUNT(*) AS ?n) {{ {GROUPING}", "?town (", "?town is neither grouped nor"),
        (f"SELECT * {{ {{ SELECT ?town (COUNT(*) AS ?n) {{ {GROUPING} }} }}", "?town (", "?town is neither"),
        (f"SELECT (STR(?town) AS ?t) {{ {GROUPING}", "?town)", "?town is neither grouped nor"),
        ("SELECT (?o + COUNT(?p) AS ?n) { ?s ?p ?o } GROUP BY ?s", "?o +", "?o is neither grouped nor"),
        ("SELECT ?s (MAX(?o) AS ?m) { ?s ?p ?o }", "?s (", "?s is neither grouped nor"),
        ("SELECT * { ?s <x:p> ?v BIND(2 AS ?v) }", "?v) }", "?v is bound already, and BIND cannot"),
        ("SELECT * { { BIND(1 AS ?v) } BIND(2 AS ?v) }", "?v) }", "?v is bound already, and BIND cannot"),
        ("ASK { ?s ?p ?o OPTIONAL { ?s ?q ?v BIND(1 AS ?v) } }", "?v) }", "?v is bound already, and BIND"),
        ("SELECT (1 AS ?s) { ?s ?p ?o }", "?s) {", "?s is bound already, and AS cannot"),
        ("SELECT (1 AS ?x) (2 AS ?x) {}", "?x) {}", "?x is bound already, and AS cannot"),
        ("SELECT ('\\uD83D\\uDE00' AS ?x) {}", "\\uD83D", "\\uD83D is half of a surrogate pair"),
        ("SELECT ('\\udE00' AS ?x) {}", "\\udE00", "\\udE00 is half of a surrogate pair"),
        ("ASK { <http://e/a b> ?p ?o }", "<http", "<http://e/a b> is no IRI: a blank cannot"),
        ("ASK { ?s ?p <http://e/{a}> }", "<http", "<http://e/{a}> is no IRI: “{” cannot"),
        ("ASK {\n?s ?p <http://e/%zz> }", "<http", "<http://e/%zz> is no IRI: Invalid IRI percent"),
        ("ASK { ?s ?p <http://[> }", "<http", "<http://[> is no IRI: Invalid character"),
        ("ASK { ?s ?p ?o", "{", "“{” is never closed"),
        ("ASK { ?s ?p ?o ) }", ") }", "“)” closes nothing"),
        ("SELECT * { ?s a e:A }", "e:A", "the prefix e: is not declared"),
        ("SELECT (e:f(?s) AS ?x) { ?s ?p ?o }", "e:f", "the prefix e: is not declared"),
        ("ASK { ?s ?p ?o FILTER(e:f(?s)) }", "e:f", "the prefix e: is not declared"),
        ("PREFIX e <http://e/> ASK {}", "e <", "the prefix e has no colon"),
        ("PREFIX e: http://e/ ASK {}", "http", "http://e/ has no angle brackets"),
        ("ASK { ?s http://e/p#a ?o }", "http", "http://e/p#a has no angle brackets"),
        ('ASK { ?s ?p "abc }', '"abc', 'the string "abc } is never closed'),
        ("ASK { ?s ?p 'abc\n}", "'abc", "the string 'abc is never closed"),
        ('ASK { ?s ?p """a" }', '"""', "is never closed"),
        ("ASK { ?s ?p “x” }", "“", "““” (left double quotation mark) means nothing"),
        ("ASK { ?s ?p ?o FILTER(?o > 2 – 1) }", "–", "“–” (en dash) means nothing"),
        ("ASK { # “fine”\n?s\u00a0?p '“fine”' }", "\u00a0", "a no-break space means nothing"),
        ("ASK { \u200b?s ?p ?o }", "\u200b", "a zero width space means nothing"),
        ("SELECT COUNT(?s) { ?s ?p ?o }", "COUNT", "COUNT(?s) has no name"),
        ("SELECT (1 AS ?x) SUM(?o) { ?s ?p ?o }", "SUM", "SUM(?o) has no name"),
        ("SELECT ?o ?s ?o { ?s ?p ?o }", "?o { ", "?o is selected twice"),
    ],
)
def test_the_culprit_is_named_and_placed(query: str, culprit: str, what: str) -> None:
    fault = fault_of(query)
    assert what in fault.message
    offset = query.rindex(culprit) if culprit.endswith("}") else query.index(culprit)
    line = query.count("\n", 0, offset) + 1
    assert (fault.line, fault.column) == (line, offset - query.rfind("\n", 0, offset))


def test_a_pair_of_surrogates_is_told_as_the_character_that_it_is() -> None:
    assert "\\U0001F600" in fault_of("SELECT ('\\uD83D\\uDE00' AS ?x) {}").hint
    assert "Write the character itself." in fault_of("SELECT ('\\uD83Dx' AS ?x) {}").hint


WELL_FORMED = st.sampled_from(
    [
        "?s ?p ?o BIND(?o AS ?{v})",
        "BIND(1 AS ?{v}) ?s ?p ?{v}",
        "{{ BIND(1 AS ?{v}) }} UNION {{ BIND(2 AS ?{v}) }}",
        "OPTIONAL {{ SELECT (COUNT(*) AS ?{v}) {{ ?{v}2 ?p ?o }} }}",
        "{{ SELECT ?s (MAX(?o) AS ?{v}) {{ ?s ?p ?o }} GROUP BY ?s }}",
        "MINUS {{ ?{v} ?p ?o }} BIND(2 AS ?{v})",
    ]
)


@given(WELL_FORMED, WELL_FORMED)
def test_what_is_right_is_never_the_culprit(one: str, other: str) -> None:
    pattern = f"{one.format(v='a')} {{ {other.format(v='b')} }}"
    ox.Store().query(f"SELECT * {{ {pattern} }}")
    fault = fault_of(f"SELECT * {{ {pattern} ?x ?y }}")
    assert "bound already" not in fault.message
    assert "grouped" not in fault.message

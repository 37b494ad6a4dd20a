"""Finding one's way in a query: keywords in every disguise, and never where there are none."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kgraph.rdf.formats import ResultKind
from kgraph.rdf.sparql import (
    _profile_of_any,
    _profile_of_plain,
    iter_tokens,
    place_prefixes,
    profile_query,
    substitute,
)
from kgraph.vocab import Names

ENDPOINT = "<http://127.0.0.1:9/sparql>"

#: Patterns that call a service, each with what it names.
CALLS: Mapping[str, str] = {
    f"SERVICE {ENDPOINT} {{ ?s ?p ?o }}": ENDPOINT,
    f"service{ENDPOINT}{{}}": ENDPOINT,
    f"SeRvIcE\tsILENT\n{ENDPOINT} {{}}": ENDPOINT,
    f"SERVICE#SILENT <http://elsewhere>\n{ENDPOINT}{{}}": ENDPOINT,
    f"SERVICE # '\n SILENT#\"\r{ENDPOINT}{{}}": ENDPOINT,
    "SERVICE ?where { }": "?where",
    "SERVICE $where { }": "$where",
    "SERVICE SILENT?where{ }": "?where",
    "SERVICE ex:sparql { }": "ex:sparql",
    "SERVICE : { }": ":",
    f"FILTER(?a<?b)SERVICE{ENDPOINT}{{}}": ENDPOINT,
    f"?x a true.SERVICE{ENDPOINT}{{}}": ENDPOINT,
    f'?x ?y "a\\"".SERVICE{ENDPOINT}{{}}': ENDPOINT,
    f"?x ?y 'a'@en.SERVICE{ENDPOINT}{{}}": ENDPOINT,
    f"?x ?y 1.SERVICE{ENDPOINT}{{}}": ENDPOINT,
    f"?x ?y ex:a%20b .SERVICE{ENDPOINT}{{}}": ENDPOINT,
    f"OPTIONAL{{SERVICE{ENDPOINT}{{}}}}": ENDPOINT,
}

#: Patterns that look like one, or like a dataset clause, and are none.
DECOYS = [
    '?s ?p "SERVICE <http://elsewhere> { FROM <g> }" .',
    "?s ?p 'it\\'s a SERVICE FROM' .",
    '?s ?p """a " SERVICE "" FROM \\""" .""" .',
    "?s ?p '''SERVICE\nFROM '' ''' .",
    "# SERVICE <http://elsewhere> FROM <g>\n",
    "?s ?p <http://example.org/SERVICE#FROM> .",
    "?s ?p <SERVICE> .",
    "?s ex:SERVICE ex:FROM .",
    "?s SERVICE:a FROM:b .",
    "?SERVICE ?FROM $SERVICE .",
    "_:SERVICE ?p _:FROM .",
    '?s ?p "x"@SERVICE .',
    "?s ?p ex:a.SERVICE .",
    "?s ?p ex:a\\#SERVICE .",
    "?s ex:a-FROM ex:%41SERVICE .",
    "FILTER(?a<?b && ?c>?d)",
]


@given(st.lists(st.sampled_from([*CALLS, *DECOYS]), max_size=6))
def test_every_service_is_found_and_nothing_else_is(patterns: list[str]) -> None:
    query = f"SELECT * WHERE {{ {' '.join(patterns)} }}"
    profile = profile_query(query)
    assert list(profile.services) == [CALLS[pattern] for pattern in patterns if pattern in CALLS], query
    assert (profile.form, profile.is_update, profile.dataset) == (ResultKind.SOLUTIONS, False, None)


@pytest.mark.parametrize("pattern", CALLS)
def test_the_engine_takes_each_disguise_for_a_service_too(pattern: str) -> None:
    # if it were no SERVICE to Oxigraph, the query would give a row or be refused as syntax
    prefixes = {"ex": "http://127.0.0.1:9/", "": "http://127.0.0.1:9/"}
    query = f"SELECT * WHERE {{ VALUES ?where {{ {ENDPOINT} }} {pattern} }}"
    try:
        rows = ox.Store().query(query, prefixes=prefixes)
        assert isinstance(rows, ox.QuerySolutions)
        assert list(rows) == [] or "SILENT" in pattern.upper() or "OPTIONAL" in pattern
    except SyntaxError:
        pytest.fail(f"no query: {query}")
    except (OSError, RuntimeError):
        pass  # it was on its way to the service, where nobody answers


def test_a_keyword_cannot_be_spelt_in_escapes() -> None:
    with pytest.raises(SyntaxError):
        ox.Store().query("SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { } }")


@pytest.mark.parametrize(
    ("query", "has_dataset"),
    [
        ("SELECT * FROM <g> { }", True),
        ("SELECT *FROM<g>{ }", True),
        ("select * from named <g> { }", True),
        ("ASK#FROM\nFROM ex:g { }", True),
        ("PREFIX FROM: <http://example.org/> SELECT * { ?s FROM:a ?FROM }", False),
        ("BASE <http://FROM> SELECT * { } # FROM <g>", False),
    ],
)
def test_dataset_clauses_are_found(query: str, has_dataset: bool) -> None:
    assert (profile_query(query).dataset is not None) is has_dataset


@pytest.mark.parametrize(
    ("text", "form", "is_update"),
    [
        ("SELECT * {}", ResultKind.SOLUTIONS, False),
        ("ask {}", ResultKind.BOOLEAN, False),
        ("CONSTRUCT WHERE {}", ResultKind.GRAPH, False),
        ("DESCRIBE <a>", ResultKind.GRAPH, False),
        ("# INSERT\nPREFIX a: <b#c> BASE <d> SELECT * {}", ResultKind.SOLUTIONS, False),
        ("PREFIX select: <x>\nASK {}", ResultKind.BOOLEAN, False),
        ("INSERT DATA {}", None, True),
        ("delete where {}", None, True),
        ("PREFIX a: <b> LOAD <c>", None, True),
        ("WITH <g> DELETE {} WHERE {}", None, True),
        ("CLEAR ALL", None, True),
        ("", None, False),
        ("hello", None, False),
        ("{ SELECT }", ResultKind.SOLUTIONS, False),
    ],
)
def test_the_form_is_the_first_word_behind_the_prologue(
    text: str,
    form: ResultKind | None,
    is_update: bool,
) -> None:
    profile = profile_query(text)
    assert (profile.form, profile.is_update) == (form, is_update)


@pytest.mark.parametrize("mark", ["'", '"', "'''", '"""'])
def test_what_a_string_without_its_end_may_hide_is_not_kept(mark: str) -> None:
    assert not profile_query(f"SELECT * {{ ?s ?p {mark}now() }}").is_repeatable
    assert profile_query(f"SELECT * {{ ?s ?p {mark}then }}").is_repeatable


@given(st.text(max_size=60) | st.lists(st.sampled_from([*"\"'<>#\\?$@:_.{}ab \n"]), max_size=30).map("".join))
def test_any_text_at_all_is_read_to_its_end(text: str) -> None:
    tokens = list(iter_tokens(text))
    for token in tokens:
        assert text[token.start : token.end] == token.text != ""
    assert all(token.end <= following.start for token, following in pairwise(tokens))
    profile_query(text)
    assert substitute(text, {}) == text


def test_substitution_touches_whole_variables_and_nothing_else() -> None:
    query = (
        "SELECT ?x ?xy ?x\u00b7y { ?x ex:x '?x' , \"$x\" ; <?x> $x . # ?x\n"
        " FILTER(?x<?y && ?xx > ?x) ?a?x?b '''\n?x''' _:x ex:?x }"
    )
    assert substitute(query, {"x": "<http://X>"}) == (
        "SELECT <http://X> ?xy ?x\u00b7y { <http://X> ex:x '?x' , \"$x\" ; <?x> <http://X> . # ?x\n"
        " FILTER(<http://X><?y && ?xx > <http://X>) ?a<http://X>?b '''\n?x''' _:x ex:<http://X> }"
    )


@given(value=st.text(max_size=30), language=st.sampled_from([None, "en"]))
def test_bind_a_value_stays_one_term_whatever_it_says(value: str, language: str | None) -> None:
    literal = ox.Literal(value, language=language)
    query = substitute("SELECT ?v ?w { BIND(?given AS ?v) BIND('?given' AS ?w) }", {"given": str(literal)})
    rows = ox.Store().query(query)
    assert isinstance(rows, ox.QuerySolutions)
    (row,) = rows
    assert row["v"] == literal
    assert row["w"] == ox.Literal("?given")


@pytest.mark.parametrize("value", ["> } DELETE", 'x" } DELETE { ?s ?p ?o } #', "'''", "\\", "\n# ", "?x"])
def test_p37_an_injection_is_a_string(value: str) -> None:
    query = substitute("ASK { ?s ?p ?words }", {"words": str(ox.Literal(value))})
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("a:s"), ox.NamedNode("a:p"), ox.Literal(value)))
    assert bool(store.query(query))
    assert profile_query(query) == profile_query("ASK { ?s ?p ?words }")


WORDS = "SELECT ASK CONSTRUCT DESCRIBE PREFIX BASE FROM SERVICE NOW INSERT select where é"
SIGNS = r"""?s $x { } ( * : e: e:a _:b <urn:a> <b> < # ' " \\"""
PIECES = st.sampled_from([*WORDS.split(), *SIGNS.split(), "\n", " "])


@given(st.lists(PIECES, max_size=12).map("".join) | st.lists(PIECES, max_size=12).map(" ".join))
@example("PREFIX e: <urn:e> PREFIX : <urn:d>\nSELECT(1 AS ?x) { ?s e:p :o }")
@example("SELECT:a { }")
@example("ASK{ FILTER(1 <2) }")
@example("PREFIX e:<b> ASK {}")
@example("SELECT '")
@example('ASK { """<urn:a>')
@example("SELECT<urn:a>'")
@example('SELECT("""" AS ?x)')
def test_what_is_read_at_a_glance_is_what_the_tokens_say(text: str) -> None:
    assert _profile_of_plain(text) in (None, _profile_of_any(text))


@pytest.mark.parametrize(
    "text", ["SELECT * { ?s ?p ?o }", "ask{}", "PREFIX e: <urn:e> PREFIX x-1: <urn:x>\nDESCRIBE <urn:a>"]
)
def test_plain_queries_are_read_at_a_glance(text: str) -> None:
    assert _profile_of_plain(text) is not None


def test_what_an_unclosed_string_may_hide_makes_no_answer_repeatable() -> None:
    query = 'SELECT (NOW() AS ?n) ?x { VALUES ?x { """a" } }'
    hidden = 'SELECT * { VALUES ?x { """a" } BIND(NOW() AS ?n) }'
    assert isinstance(ox.Store().query(hidden), ox.QuerySolutions)
    assert not profile_query(query).is_repeatable
    assert not profile_query(hidden).is_repeatable


@pytest.mark.parametrize(
    ("text", "placed"),
    [
        ("PREFIX g: <graph/> ASK {}", "PREFIX g: <https://example.org/graph/> ASK {}"),
        (
            "prefix  g:<graph/>\nprefix kgr: <id/> ASK {}",
            "prefix  g:<https://example.org/graph/>\nprefix kgr: <https://example.org/id/> ASK {}",
        ),
        ("PREFIX g: <id/> ASK {}", "PREFIX g: <id/> ASK {}"),
        ("PREFIX h: <graph/> ASK {}", "PREFIX h: <graph/> ASK {}"),
        ("PREFIX g: <http://other.org/graph/> ASK {}", "PREFIX g: <http://other.org/graph/> ASK {}"),
        ("ASK { GRAPH <graph/> { ?s ?p 'PREFIX g: <graph/>' } } # PREFIX g: <graph/>",) * 2,
        (
            "BASE <http://b.org/> PREFIX x: <y/> PREFIX g: <graph/> ASK {}",
            "BASE <http://b.org/> PREFIX x: <y/> PREFIX g: <https://example.org/graph/> ASK {}",
        ),
        ("PREFIX g: <> ASK {}", "PREFIX g: <> ASK {}"),
    ],
)
def test_a_project_fills_in_the_namespaces_of_which_a_query_declares_the_ends(text: str, placed: str) -> None:
    assert place_prefixes(text, Names("https://example.org/").prefixes) == placed

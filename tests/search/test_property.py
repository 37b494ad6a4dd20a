"""kg:search in SPARQL: what is replaced, what is left alone, what is refused."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox
import pytest

from kgraph.errors import ParameterError, QuerySyntaxError
from kgraph.search import Found, Hit, expand_search

PREFIX = "PREFIX kg: <https://w3id.org/kgraph/ontology#> "
IRI = "<https://w3id.org/kgraph/ontology#search>"


def find(text: str, limit: int) -> Sequence[Hit]:
    return [Hit(f"urn:{text}:{limit}", Found.VERBATIM, 1.0)] if text != "nothing" else []


def expanded(query: str) -> str:
    """The query without its prologue and with single blanks; it must be SPARQL."""
    text = expand_search(PREFIX + query, find)
    ox.Store().query(text)
    return " ".join(text.removeprefix(PREFIX).split())


@pytest.mark.parametrize(
    ("query", "result"),
    [
        ("SELECT * { ?c kg:search 'x' }", "SELECT * { VALUES (?c) { (<urn:x:100>) } }"),
        ("ASK { ?c kg:search 'nothing' . }", "ASK { VALUES (?c) { } . }"),
        (f'SELECT * {{ ?c {IRI} """x""" }}', "SELECT * { VALUES (?c) { (<urn:x:100>) } }"),
        ("SELECT * { ?c kg:search 'x'@en ; ?p ?o }", "SELECT * { VALUES (?c) { (<urn:x:100>) } ?c ?p ?o }"),
        (
            "SELECT * { ?c ?p ?o ; kg:search 'x' ; kg:searchScore ?s ; kg:searchLimit 7 . ?o ?q ?r }",
            "SELECT * { VALUES (?c ?s) { (<urn:x:7> 1.0000) } ?c ?p ?o . ?o ?q ?r }",
        ),
        (
            "SELECT * { ?a ?b 1. ?c kg:search 'x' } ORDER BY ?c",
            "SELECT * { ?a ?b 1. VALUES (?c) { (<urn:x:100>) } } ORDER BY ?c",
        ),
        (
            "SELECT * { FILTER regex('a', 'b') ?c kg:search 'x' }",
            "SELECT * { FILTER regex('a', 'b') VALUES (?c) { (<urn:x:100>) } }",
        ),
        (
            "SELECT * { OPTIONAL { GRAPH ?g { ?c kg:search 'x' } } BIND(1 AS ?y) ?d kg:search 'z' }",
            "SELECT * { OPTIONAL { GRAPH ?g { VALUES (?c) { (<urn:x:100>) } } } BIND(1 AS ?y) "
            "VALUES (?d) { (<urn:z:100>) } }",
        ),
        (
            "SELECT * { FILTER NOT EXISTS { ?c kg:search 'x' ; a ?t } }",
            "SELECT * { FILTER NOT EXISTS { VALUES (?c) { (<urn:x:100>) } ?c a ?t } }",
        ),
    ],
)
def test_a_search_gives_way_to_what_it_finds(query: str, result: str) -> None:
    assert expanded(query) == result


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ('?c kg:search \"x\"' AS ?t) {}",
        "SELECT * { ?s ?p <urn:kg:search> } # ?c kg:search 'x'",
        "SELECT * { ?s <https://w3id.org/kgraph/ontology#searching> 'x' }",
        "SELECT * { ?search ?kgsearch 'search' }",
        "CONSTRUCT { ?c kg:search 'x' } WHERE { ?c ?p ?o }",
    ],
)
def test_what_is_no_search_is_left_alone(query: str) -> None:
    assert expand_search(PREFIX + query, find) == PREFIX + query


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { [] kg:search 'x' }",
        "SELECT * { <urn:c> kg:search 'x' }",
        "SELECT * { ?c ?p [ kg:search 'x' ] }",
        "SELECT * { ?c ^kg:search 'x' }",
        "SELECT * { ?c kg:search ?words }",
        "SELECT * { ?c kg:search 'x' , 'y' }",
        "SELECT * { ?c kg:search 'x' ; kg:search 'y' }",
        "SELECT * { ?c kg:searchScore ?s }",
        "SELECT * { ?c kg:search 'x' ; kg:searchScore 1 }",
        "SELECT * { ?c kg:search",
    ],
)
def test_a_search_that_cannot_be_is_refused_with_its_place(query: str) -> None:
    with pytest.raises(QuerySyntaxError) as refusal:
        expand_search(PREFIX + query, find)
    assert refusal.value.line == 1
    assert refusal.value.column


def test_a_search_has_a_limit() -> None:
    with pytest.raises(ParameterError):
        expand_search(PREFIX + "SELECT * { ?c kg:search 'x' ; kg:searchLimit 5000 }", find)


@pytest.mark.parametrize(
    "text", ["search", "}}}{{ kg:search", "search ((((", "PREFIX kg: search", "kg:search 'x'"]
)
def test_any_text_is_read(text: str) -> None:
    try:
        assert isinstance(expand_search(text, find), str)
    except QuerySyntaxError as error:
        assert error.line is not None  # noqa: PT017 - either is right

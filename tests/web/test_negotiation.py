"""Accept headers as RFC 9110 has them, as clients send them, and as nobody should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.rdf.formats import ResultKind, formats_for
from kgraph.web.negotiation import HTML, by_format, choose, choose_formats, parse_accept

ROWS = [*formats_for(ResultKind.SOLUTIONS), HTML]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
JENA = (
    "application/sparql-results+json, application/sparql-results+xml;q=0.9, text/tab-separated-values;q=0.7,"
    "text/csv;q=0.5, application/json;q=0.2, application/xml;q=0.2, */*;q=0.1"
)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/sparql-results+json"),
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/*", "application/sparql-results+json"),
        ("text/*", "text/xml"),
        ("TEXT/CSV", "text/csv"),
        ("text/csv;q=0.5, text/tab-separated-values", "text/tab-separated-values"),
        ("text/csv;q=0, */*;q=0.1", "application/sparql-results+json"),
        ("application/sparql-results+json;q=0, */*", "application/json"),
        ("text/csv;header=present", "text/csv"),
        ('text/csv;note="a,b;c", text/html;q=0.1', "text/csv"),
        ("text/csv ; q=0.900 , text/html;q=0.89", "text/csv"),
        (BROWSER, "text/html"),
        (JENA, "application/sparql-results+json"),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "text/html"),  # Java's own
        ("nonsense", "application/sparql-results+json"),
        ("text/csv;q=high", "application/sparql-results+json"),
        ("*/csv, text/csv", "text/csv"),
        (";;;,,,/", "application/sparql-results+json"),
    ],
)
def test_a_client_gets_what_it_likes_best(accept: str | None, media_type: str) -> None:
    choice = choose(accept, ROWS)
    assert choice is not None
    assert choice.media_type == media_type


@pytest.mark.parametrize(
    "accept", ["image/png", "text/csv;q=0", "*/*;q=0", "text/turtle", "application/xhtml+xml"]
)
def test_what_cannot_be_had_is_not_replaced_by_something_else(accept: str) -> None:
    assert choose(accept, ROWS) is None


def test_each_kind_of_result_has_a_choice_of_its_own() -> None:
    chosen = choose_formats("text/turtle, text/csv", html=False)
    assert {kind: choice.format.name for kind, choice in chosen.items()} == {
        ResultKind.SOLUTIONS: "csv",
        ResultKind.BOOLEAN: "csv",
        ResultKind.GRAPH: "ttl",
    }


@given(st.text(alphabet='ab*/;,="\\q.01 ', max_size=60) | st.text(max_size=60))
def test_no_header_is_too_strange(accept: str) -> None:
    for member in parse_accept(accept):
        assert 0.0 <= member.quality <= 1.0
    choose(accept, ROWS)


def test_a_long_header_takes_no_long_time() -> None:
    parse_accept('a/b;c="' * 20_000)
    parse_accept("a/b," * 20_000)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("csv", {"csv"}),
        ("JSON", {"json", "jsonld"}),
        ("xml", {"xml", "rdf"}),
        ("turtle", {"ttl"}),
        ("json-ld", {"jsonld"}),
        ("rdf+xml", {"rdf"}),
        ("application/rdf xml", {"rdf"}),
        ("application/ld+json,application/x-json+ld", {"jsonld"}),
        ("text/tab-separated-values", {"tsv"}),
        ("html", {"html"}),
        ("text/html", {"html"}),
        ("docx", set()),
        ("image/png", set()),
        ("<script>/x", set()),
        ("", set()),
    ],
)
def test_format_is_a_name_or_a_media_type(text: str, names: set[str]) -> None:
    assert {choice.format.name for choice in by_format(text).values()} == names

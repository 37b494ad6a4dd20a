"""Terms as people write and read them, and the one table of formats."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.rdf.formats import FORMATS, ResultKind, formats_for, media_types
from kgraph.rdf.terms import compact, parse_iri, render_term
from kgraph.vocab import Names

PREFIXES = Names("https://w3id.org/kgraph/").prefixes


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("kgr:kfor", "https://w3id.org/kgraph/id/kfor"),
        (" kg:mode ", "https://w3id.org/kgraph/ontology#mode"),
        ("kgr:article/x#char=1,2", "https://w3id.org/kgraph/id/article/x#char=1,2"),
        ("<http://example.org/>", "http://example.org/"),
        ("http://example.org/a", "http://example.org/a"),
        ("urn:a:b", "urn:a:b"),
    ],
)
def test_an_iri_may_be_written_in_three_ways(text: str, iri: str) -> None:
    assert parse_iri(text, prefixes=PREFIXES) == ox.NamedNode(iri)


@pytest.mark.parametrize(
    "text", ["", "kfor", "<>", "a b", "<http://example.org/ >", "http://example.org/>} DELETE"]
)
def test_what_is_no_absolute_iri_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_iri(text, prefixes=PREFIXES)


def test_the_longest_namespace_makes_the_shortest_name() -> None:
    prefixes = {"a": "http://example.org/", "b": "http://example.org/b/"}
    assert compact("http://example.org/b/c", prefixes) == "b:c"
    assert compact("http://example.org/c", prefixes) == "a:c"
    assert compact("http://elsewhere.org/c", prefixes) == "http://elsewhere.org/c"


@given(st.sampled_from(sorted(PREFIXES)), st.from_regex(r"[a-z0-9]{1,9}", fullmatch=True))
def test_a_compact_name_is_read_back(prefix: str, local: str) -> None:
    iri = PREFIXES[prefix] + local
    assert parse_iri(compact(iri, PREFIXES), prefixes=PREFIXES).value == iri


def test_a_person_reads_bare_text_and_nothing_for_what_is_unbound() -> None:
    assert render_term(None, PREFIXES) == ""
    assert render_term(ox.Literal("a", language="en"), PREFIXES) == "a"
    assert render_term(ox.Literal(12), PREFIXES) == "12"
    assert render_term(ox.NamedNode("https://w3id.org/kgraph/id/kfor"), PREFIXES) == "kgr:kfor"
    assert render_term(ox.BlankNode("x"), PREFIXES) == "_:x"


def test_every_kind_of_result_has_formats_and_each_media_type_one_meaning_per_kind() -> None:
    for kind in ResultKind:
        formats = formats_for(kind)
        assert formats
        named = [media_type for fmt in formats for media_type in fmt.media_types]
        assert len(named) == len(set(named))
    assert {fmt for kind in ResultKind for fmt in formats_for(kind)} == set(FORMATS.values())
    assert media_types(formats_for(ResultKind.BOOLEAN))[0] == "application/sparql-results+json"
    assert formats_for(ResultKind.GRAPH)[0].name == "ttl"
    assert all(name == fmt.name for name, fmt in FORMATS.items())
    suffixes = [fmt.suffix for fmt in FORMATS.values()]
    assert len(set(suffixes)) == len(suffixes)

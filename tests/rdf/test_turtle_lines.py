"""Where things stand in a Turtle file: as the parser reads it, line by line."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph.rdf.turtle import index_lines, parse_turtle

BASE = "https://w3id.org/kgraph/"
HEAD = """\
@prefix ex: <http://example.org/ns#> .
PREFIX rel: <id/>
@prefix : <http://example.org/> .
"""


@dataclass(frozen=True)
class Statement:
    subject: str
    pairs: tuple[tuple[str, tuple[str, ...]], ...]
    gap: str

    def __str__(self) -> str:
        described = f"{self.gap};{self.gap}".join(
            f"{verb}{self.gap}{f'{self.gap},{self.gap}'.join(objects)}" for verb, objects in self.pairs
        )
        return f"{self.subject}{self.gap}{described} .\n"


subjects = st.sampled_from(
    [
        "ex:a",
        "rel:b",
        ":c",
        "<#char=1,2>",
        "<d>",
        "<>",
        "<http://example.org/ns#e>",
        "ex:f.g",
        ":h\\#i",
        "ex:j%20k",
        "<http://example.org/\\u006c>",
        "_:m",
        "[]",
        "[ ex:in ex:n ]",
        "( ex:o 1 )",
        "ex:",
        ":1",
        "ex:é",
    ]
)
verbs = st.sampled_from(["a", "ex:p", "<q>", ":r", "rel:s"])
objects = st.sampled_from(
    [
        '"x"',
        '"a.b;c,d # e"@en',
        "'<#no>'",
        '"""one\ntwo " . ex:no ex:no\n"""',
        "'''\n\n'''",
        '"\\"."',
        "1",
        "1.5",
        "-2",
        "1e3",
        "true",
        "ex:a",
        "<http://example.org/#no>",
        "_:m",
        "[]",
        "[ ex:no ex:no ; a ex:no ]",
        "( 1 ( ex:no ) )",
        '"4"^^ex:t',
        '"5"^^<t>',
        "ex:f.g",
    ]
)
gaps = st.sampled_from([" ", "\n", "\n    ", " # ex:no ex:no .\n ", "\t"])
statements = st.builds(
    Statement,
    subjects,
    st.lists(
        st.tuples(verbs, st.lists(objects, min_size=1, max_size=3).map(tuple)), min_size=1, max_size=3
    ).map(tuple),
    gaps,
)
directives = st.sampled_from(
    ["@prefix ex: <http://example.org/other/> .\n", "BASE <http://example.org/b/>\n"]
)


@settings(max_examples=150)
@given(st.lists(statements | directives, max_size=6))
def test_the_index_knows_the_subjects_and_predicates_that_the_parser_finds(
    parts: list[Statement | str],
) -> None:
    text = HEAD
    lines: list[tuple[str, int]] = []  # the text of each statement so far, and the line on which it begins
    for part in parts:
        lines.append((text + str(part), text.count("\n") + 1))
        text += str(part)
    triples, fault = parse_turtle(text.encode(), base_iri=BASE)
    assert fault is None, text
    inner = ox.NamedNode("http://example.org/ns#no")
    named = [
        triple for triple in triples if isinstance(triple.subject, ox.NamedNode) and triple.subject != inner
    ]
    index = index_lines(text, base_iri=BASE)
    assert set(index.subjects) == {
        triple.subject.value for triple in named if isinstance(triple.subject, ox.NamedNode)
    }
    assert set(index.predicates) == {
        (triple.subject.value, triple.predicate.value)
        for triple in named
        if isinstance(triple.subject, ox.NamedNode)
    }
    known: set[ox.Triple] = set()
    expected: dict[str, int] = {}
    for content, line in lines:
        found = {
            t for t in parse_turtle(content.encode(), base_iri=BASE)[0] if isinstance(t.subject, ox.NamedNode)
        }
        for triple in found - known:
            assert isinstance(triple.subject, ox.NamedNode)
            expected.setdefault(triple.subject.value, line)
        known |= found
    assert index.subjects == expected


def test_each_predicate_has_the_line_on_which_it_is_first_written() -> None:
    text = """\
@prefix ex: <http://example.org/ns#> .

ex:a ex:p 1 ;
  ex:q 2 ,
    3 ;
  ex:r [
    ex:q 4 ] .
ex:a ex:p 5 .
"""
    index = index_lines(text, base_iri=BASE)
    ns = "http://example.org/ns#"
    assert index.line_of(ns + "a") == 3
    assert [index.line_of(ns + "a", ns + name) for name in "pqr"] == [3, 4, 6]
    assert index.line_of(ns + "a", ns + "unknown") == 3
    assert index.line_of(ns + "unknown") is None


@pytest.mark.parametrize("base", ["https://w3id.org/kgraph/", "urn:news:", "http://example.org/a?b#c"])
@pytest.mark.parametrize(
    "reference", ["<#x>", "<>", "<x>", "<../y>", "<?z>", "</r>", "<http://example.org/n#>"]
)
def test_relative_iris_are_resolved_as_the_parser_does(reference: str, base: str) -> None:
    text = f"{reference} {reference} {reference} ."
    triples, fault = parse_turtle(text.encode(), base_iri=base)
    if fault is None:
        (triple,) = triples
        assert index_lines(text, base_iri=base).subjects == {str(triple.subject)[1:-1]: 1}


def test_a_prefix_may_end_in_a_fragment() -> None:
    # urllib.parse.urljoin would drop the '#'
    index = index_lines("@prefix ex: <http://example.org/ns#> .\nex:a ex:b 1 .", base_iri=BASE)
    assert index.predicates == {("http://example.org/ns#a", "http://example.org/ns#b"): 2}


@pytest.mark.parametrize(
    ("text", "line"),
    [("<a> <b> .", 1), ("\n\n<a> <b> 'c", 3), ("@prefix a: <b> .\nc:d a a: .", 2), ("<a> <b> <c d> .", 1)],
)
def test_a_syntax_error_has_its_line_and_a_message(text: str, line: int) -> None:
    _, fault = parse_turtle(text.encode(), base_iri=BASE)
    assert fault is not None
    assert fault.line == line
    assert fault.message
    assert "Parser error" not in fault.message


def test_blank_nodes_of_two_documents_are_two() -> None:
    text = b"_:x <p> 1 ."
    (one,), (other,) = (parse_turtle(text, base_iri=BASE)[0] for _ in range(2))
    assert one.subject != other.subject

"""How deep terms are nested, as told from terms, from texts in pieces of any size, and from JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph.errors import QueryRefusedError
from kgraph.rdf.nesting import DEEPEST_TERM, NestingGauge, is_deep, is_deep_json, is_deep_text, require_flat
from kgraph.rdf.soundness import (
    DEEPEST_PART,
    OpenElement,
    TooDeepError,
    require_shallow_json,
    require_sound_xml,
)

BEFORE = ["<a:a> <a:b>", "a:a\ta:b", "_:x\n<b:c>", "#<<(\n<a:a>#)>>\n<a:b>", "<a:a><a:b>", r"a:\#\( a"]


def nested(depth: int, *, before: str = "<a:a> <a:b>", inner: str = '"<<("') -> str:
    return f"<<( {before} " * depth + inner + " )>>" * depth


def gauged(text: str, size: int) -> NestingGauge:
    gauge = NestingGauge()
    data = text.encode()
    for start in range(0, len(data), size):
        gauge.watch(data[start : start + size])
    gauge.watch(b"", is_last=True)
    return gauge


@pytest.mark.parametrize("depth", [0, 1, DEEPEST_TERM, DEEPEST_TERM + 1, 1000])
def test_the_bound_is_the_same_for_terms_texts_and_json(depth: int) -> None:
    term: ox.Literal | ox.Triple = ox.Literal('<<( {"type":"triple"}')
    for _ in range(depth):
        term = ox.Triple(ox.NamedNode("a:a"), ox.NamedNode("a:b"), term)
    answer = ox.Store().query(f"SELECT ({nested(depth)} AS ?x) {{}}")
    assert isinstance(answer, ox.QuerySolutions)
    tsv = answer.serialize(format=ox.QueryResultsFormat.TSV) or b""
    del answer  # it belongs to the thread that made it, and a failing test would keep it
    again = ox.Store().query(f"SELECT ({nested(depth)} AS ?x) {{}}")
    assert isinstance(again, ox.QuerySolutions)
    json = again.serialize(format=ox.QueryResultsFormat.JSON) or b""
    del again
    triples = ox.serialize(
        [ox.Triple(ox.NamedNode("a:a"), ox.NamedNode("a:b"), term)], format=ox.RdfFormat.N_TRIPLES
    )
    too_deep = depth > DEEPEST_TERM
    assert is_deep(term) is too_deep
    assert is_deep_text(tsv) is too_deep
    assert is_deep_text(triples or b"") is too_deep
    assert is_deep_json(json) is too_deep
    for content, is_json in ((tsv, False), (json, True)):
        if too_deep:
            with pytest.raises(QueryRefusedError, match="nests"):
                require_flat(content, is_json=is_json)
        else:
            require_flat(content, is_json=is_json)


@given(
    parts=st.lists(
        st.tuples(
            st.integers(0, DEEPEST_TERM + 3), st.sampled_from(BEFORE), st.sampled_from(["1", "<a:a>", '"("'])
        ),
        max_size=6,
    ),
    size=st.integers(1, 2000),
)
@settings(max_examples=150, deadline=None)
def test_pieces_of_any_size_show_the_same(parts: list[tuple[int, str, str]], size: int) -> None:
    text = "".join(f"<a:s> <a:p> {nested(d, before=before, inner=inner)} .\n" for d, before, inner in parts)
    gauge = gauged(text, size)
    assert gauge.is_deep is any(depth > DEEPEST_TERM for depth, _, _ in parts)
    assert gauge.may_nest is ("<<(" in text)


def test_many_terms_side_by_side_are_flat() -> None:
    text = f"<a:s> <a:p> {nested(3)} .\n" * 1000 + '<a:s> <a:p> "' + "x << y; " * 1000 + '" .\n'
    assert not gauged(text, 1000).is_deep
    rows = "".join(f" (<a:{n}> {nested(2)})" for n in range(100))
    answer = ox.Store().query(f"SELECT * {{ VALUES (?x ?y) {{ {rows} }} }}")
    assert isinstance(answer, ox.QuerySolutions)
    assert not is_deep_json(answer.serialize(format=ox.QueryResultsFormat.JSON) or b"")


def test_reifiers_within_reifiers_are_flat() -> None:
    text = "<< " * 200 + "<a:a> <a:b> <a:c>" + " >> <a:b> <a:c>" * 200 + " ."
    assert all(not is_deep(quad.object) for quad in ox.parse(text, ox.RdfFormat.TURTLE))
    assert not is_deep_text(text.encode())


JSON = st.recursive(
    st.one_of(st.integers(), st.text(alphabet='a"\\{}[]é', max_size=12)),
    lambda values: st.one_of(st.lists(values, max_size=3), st.dictionaries(st.text(max_size=3), values)),
    max_leaves=12,
)


def _is_deep(check: Callable[[list[bytes]], object], pieces: list[bytes]) -> bool:
    try:
        check(pieces)
    except TooDeepError:
        return True
    return False


@given(value=JSON, depth=st.sampled_from([0, DEEPEST_PART, DEEPEST_PART + 1]), size=st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_json_in_pieces_of_any_size_is_as_deep_as_it_is(value: object, depth: int, size: int) -> None:
    text = json.dumps([value, 0], ensure_ascii=False)
    text = text.removesuffix("0]") + "[" * (depth - 1) + "]" * (depth - 1) + "]"
    assert _is_deep(require_shallow_json, _pieces(text, size)) is (depth > DEEPEST_PART)


BETWEEN = st.sampled_from(["", "<!-- <a><a> -->", "<![CDATA[</a><a>]]>", "<?a <a> ?>", "<b/>", "<b c='/>'/>"])


@given(
    depth=st.sampled_from([1, DEEPEST_PART - 1, DEEPEST_PART + 1]), between=BETWEEN, size=st.integers(1, 400)
)
@settings(max_examples=100, deadline=None)
def test_xml_in_pieces_of_any_size_is_as_deep_as_it_is(depth: int, between: str, size: int) -> None:
    text = f"<a>{between}" * depth + f"{between}</a>" * depth
    assert _is_deep(require_sound_xml, _pieces(text, size)) is (depth > DEEPEST_PART)


@given(depth=st.integers(1, 9), closed=st.integers(0, 9), between=BETWEEN, size=st.integers(1, 40))
@settings(max_examples=100, deadline=None)
def test_what_is_cut_off_between_tags_shows_what_is_open(
    depth: int, closed: int, between: str, size: int
) -> None:
    text = "".join(f"<a{n}>{between}\n" for n in range(depth))
    text += "".join(f"{between}</a{n}>" for n in reversed(range(max(0, depth - closed), depth)))
    is_open = closed < depth
    expected = OpenElement(f"a{depth - closed - 1}", depth - closed) if is_open else None
    assert require_sound_xml(_pieces(text, size)) == expected


def _pieces(text: str, size: int) -> list[bytes]:
    data = text.encode()
    return [data[start : start + size] for start in range(0, len(data), size)]

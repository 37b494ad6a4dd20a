"""Offsets, quotations and numbers: pure functions on strings."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.text import Span, digest, iter_lines, spelled_numbers, uncovered

texts = st.text(alphabet=st.sampled_from([*'ab 1é\U0001f3ed\n".“”„«»']), max_size=40)
spans = st.lists(
    st.tuples(st.integers(0, 45), st.integers(0, 45)).map(lambda ends: Span(*sorted(ends))), max_size=5
)


@given(texts)
def test_lines_and_line_ends_are_the_whole_text(text: str) -> None:
    lines = list(iter_lines(text))
    assert "\n".join(line.of(text) for line in lines) == text
    assert all("\n" not in line.of(text) for line in lines)


def test_p22_offsets_count_code_points_and_not_utf_16_units_or_bytes() -> None:
    text = "\U0001f3ed é\nb"
    assert list(iter_lines(text)) == [Span(0, 3), Span(4, 5)]
    assert Span(2, 3).of(text) == "é"


@given(texts, spans)
def test_gaps_hold_words_and_touch_no_span(text: str, covering: list[Span]) -> None:
    gaps = uncovered(text, covering)
    assert gaps == sorted(gaps)
    covered = {position for span in covering for position in range(span.start, span.end)}
    for gap in gaps:
        assert 0 <= gap.start < gap.end <= len(text)
        assert covered.isdisjoint(range(gap.start, gap.end))
        assert any(character.isalnum() for character in gap.of(text))
        assert "\n" not in gap.of(text)
    missed = {position for gap in gaps for position in range(gap.start, gap.end)}
    for position, character in enumerate(text):
        assert not character.isalnum() or position in covered | missed


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("more than a dozen roadblocks", {12}),
        ("two disputed border crossings", {2}),
        ("about 100 kilometers (60 miles)", {100, 60}),
        ("bombed for 78 days", {78}),
        ("a two-year war", {2}),
        ("More than 80 countries", {80}),
        ("two dozen", {2, 12, 24}),
        ("eighty-five", {80, 5, 85}),
        ("one hundred and five", {1, 100, 5, 105}),
        ("three hundred thousand", {3, 100, 1000, 300_000}),
        ("1,200 and 1,200,000", {1200, 1_200_000}),
        ("3.5 or 3,5", {Decimal("3.5")}),
        ("on 18.10.2011", {18, 10, 2011}),
        ("version 1,2,3", {1, 2, 3}),
        ("€14.2 million", {Decimal("14.2"), 1_000_000, 14_200_000}),
        ("£3bn and 5k", {3, 3 * 10**9, 5, 5000}),
        ("someone left often", set[int]()),
        ("", set[int]()),
    ],
)
def test_numbers_are_read_in_digits_and_in_words(text: str, numbers: set[int | Decimal]) -> None:
    assert spelled_numbers(text) == {Decimal(number) for number in numbers}


@given(st.lists(st.sampled_from([*"0123456789.,- ", "two ", "hundred ", "and "])).map("".join))
def test_no_text_is_too_odd_to_look_for_numbers_in(text: str) -> None:
    assert all(number >= 0 for number in spelled_numbers(text))


@given(st.integers(0, 10**12))
def test_a_number_in_digits_is_found_with_and_without_separators(number: int) -> None:
    assert spelled_numbers(f"some {number} people") == {Decimal(number)}
    assert spelled_numbers(f"some {number:,} people") == {Decimal(number)}


def test_a_digest_is_of_bytes() -> None:
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest("é".encode()) != digest("é".encode("latin-1"))


def test_a_span_is_within_itself_and_its_surroundings() -> None:
    assert Span(1, 3).within(Span(1, 3))
    assert Span(1, 3).within(Span(0, 4))
    assert not Span(1, 3).within(Span(2, 4))
    assert not Span(1, 3).within(Span(0, 2))

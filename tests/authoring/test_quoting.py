"""Quoting words so that they are found again: what quoting writes, finding reads as the same stretches."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.authoring.quoting import join_spans, quote_words
from kgraph.authoring.words import find_words
from kgraph.text import Span, paragraphs, sentences
from tests.conftest import REPOSITORY

TEXT = (REPOSITORY / "examples/star-clock/seeds/star-clock.txt").read_text(encoding="utf-8")
SENTENCES = [span for part in paragraphs(TEXT) for span in sentences(TEXT, part)]


def spans_of(*pieces: str) -> list[Span]:
    found, position = [], 0
    for piece in pieces:
        start = TEXT.index(piece, position)
        found.append(Span(start, position := start + len(piece)))
    return found


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["Thieves carried"], "Thieves carried"),
        (["Thieves carried", "early on Tuesday"], "Thieves carried … early on Tuesday"),
        (["The clock"], "The clock"),
        (["the clock"], "[the clock] belonged"),
        (["We"], "[We] will"),
        (["run the museum"], "run the museum"),
    ],
)
def test_the_shortest_quotation_is_written(pieces: list[str], expected: str) -> None:
    assert quote_words(TEXT, spans_of(*pieces), SENTENCES) == expected


@given(st.data())
def test_what_is_quoted_is_found_again(data: st.DataObject) -> None:
    tokens = [(m.start(), m.end()) for m in re.finditer(r"[\w’€,.-]+", TEXT)]
    sentence = data.draw(st.sampled_from(SENTENCES))
    inside = [token for token in tokens if sentence.start <= token[0] and token[1] <= sentence.end]
    spans = []
    for _ in range(data.draw(st.integers(1, 3))):
        first = data.draw(st.integers(0, len(inside) - 1))
        last = data.draw(st.integers(first, min(first + 5, len(inside) - 1)))
        spans.append(Span(inside[first][0], inside[last][1]))
    quotation = quote_words(TEXT, spans, SENTENCES)
    if quotation is not None:
        assert find_words(quotation, TEXT, SENTENCES) == join_spans(TEXT, spans)
    else:  # pieces of which one stands in between once more: they cannot be told apart
        assert len(join_spans(TEXT, spans)) > 1

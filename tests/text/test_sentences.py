"""Paragraphs and sentences: where a text is cut, and that nothing is lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.text import paragraphs, sentences, uncovered

CASES = [
    ("en", "Dr. Vos left at 6 p.m. on Friday. She was late.", 2),
    ("en", "“We left. They stayed,” she said. “Why?”", 3),
    ("en", "The U.S. envoy met Mr. Lund. He agreed.", 2),
    ("en", "It cost €14.2 million. No. 10 did not comment", 2),
    ("en", "“The flank could open,” said Dr. Noor Val. “It will.”", 2),
    ("de", "Er kam am 3. Mai an. „Gut“, sagte sie. Dann ging er.", 3),
    ("fr", "Il est parti. « Bien », dit-elle.", 2),
]


@pytest.mark.parametrize(("language", "text", "number"), CASES)
def test_how_many_sentences_there_are(language: str, text: str, number: int) -> None:
    (paragraph,) = paragraphs(text)
    found = list(sentences(text, paragraph, language=language))
    assert len(found) == number, [span.of(text) for span in found]


def test_a_closing_mark_belongs_to_its_sentence_and_an_opening_one_to_the_next() -> None:
    text = "“We left.” “They stayed.”"
    (paragraph,) = paragraphs(text)
    assert [span.of(text) for span in sentences(text, paragraph)] == ["“We left.”", "“They stayed.”"]


def test_a_line_is_a_paragraph() -> None:
    text = "One sentence here.\nAnother one, which has no full stop\nA third."
    assert [span.of(text) for span in paragraphs(text)] == text.split("\n")


def test_lines_that_were_broken_by_hand_are_joined_where_blank_lines_part_paragraphs() -> None:
    text = (
        "Headline of it all\n\nThe first line of a paragraph that goes on in\nthe next line, and ends.\n\n"
        "By Ana Holt\nThe Courier\n\nAnother paragraph is here."
    )
    assert [span.of(text).count("\n") for span in paragraphs(text)] == [0, 1, 0, 0, 0]


@given(
    st.text(alphabet=st.sampled_from("abZ. ?!“”\"'’\n…,é中Ж1"), max_size=200),
    st.sampled_from(["en", "de", "sr-Latn", "fr", "xx"]),
)
def test_sentences_hold_every_word_and_overlap_nowhere(text: str, language: str) -> None:
    found = [span for part in paragraphs(text) for span in sentences(text, part, language=language)]
    assert found == sorted(found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert uncovered(text, found) == []

"""Finding quoted words in a text: verbatim, in context, in pieces; and what is said of lost ones."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kgraph.authoring.words import Lost, find_words
from kgraph.text import Span, paragraphs, sentences

TEXT = (
    "Crews walked out on Friday. The strike was over on Sunday, and crews of the strike went home.\n\n"
    "“It is over,” she said. “The strike [of May] is over … for now.\n\n“We won.”"
)
SENTENCES = [span for part in paragraphs(TEXT) for span in sentences(TEXT, part)]


def found(words: str) -> list[str]:
    spans = find_words(words, TEXT, SENTENCES)
    assert not isinstance(spans, Lost), spans
    return [span.of(TEXT) for span in spans]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Crews walked out", ["Crews walked out"]),
        ("The [strike] was", ["strike"]),
        ("of the [strike went]", ["strike went"]),
        ("Crews … on Friday", ["Crews", "on Friday"]),
        ("Crews ... Friday", ["Crews", "Friday"]),
        ("The [strike … over] on Sunday", ["strike", "over"]),
        ("[crews] of the … home", ["crews"]),
        ("“It is over,”   she\nsaid", ["“It is over,” she said"]),
        ("strike [of May] is", ["strike [of May] is"]),
        ("over … for now", ["over … for now"]),
        ("The strike … We won", ["The strike", "We won"]),
    ],
)
def test_words_are_found(words: str, expected: list[str]) -> None:
    assert found(words) == expected


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("strike", "stands 3 times", "brackets"),
        ("Crews sat down", "does not stand", "Copy the words"),
        ('"It is over,"', "does not stand", "The text prints '“It is over,”'"),
        ("CREWS WALKED", "does not stand", "The text prints 'Crews walked'"),
        ("Friday … Crews walked", "does not stand", "not in this order"),
        ("Crews … sat down", "does not stand", "'sat down' is missing"),
        ("  ", "No words", "Copy them"),
        ("a … b … c … d … e … f … g … h … i", "more than 8 pieces", "fewer"),
    ],
)
def test_words_that_are_not_found_say_what_to_do(words: str, message: str, hint: str) -> None:
    lost = find_words(words, TEXT, SENTENCES)
    assert isinstance(lost, Lost)
    assert message in lost.message
    assert hint in lost.hint


LETTERS = st.text(alphabet="abcd ", min_size=1, max_size=40)


@given(LETTERS, st.text(alphabet="xyz", min_size=1, max_size=5), LETTERS)
def test_what_is_found_is_verbatim_and_follows_its_words(before: str, words: str, after: str) -> None:
    text = f"{before}{words}{after}"
    span = find_words(words, text, [Span(0, len(text))])
    assert span == (Span(len(before), len(before) + len(words)),)
    assert span[0].of(text) == words


@given(st.text(alphabet="ab …[].\n", max_size=60), st.text(alphabet="ab …[].\n", max_size=12))
def test_any_words_are_found_once_or_lost(text: str, words: str) -> None:
    where = [span for part in paragraphs(text) for span in sentences(text, part)]
    result = find_words(words, text, where)
    if not isinstance(result, Lost):
        assume(result)
        assert list(result) == sorted(result)
        assert all(span.start < span.end <= len(text) for span in result)

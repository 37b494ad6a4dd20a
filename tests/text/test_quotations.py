"""Quotation marks of the languages of Europe: nested, left open, and told from apostrophes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.text import quoted_spans

CASES = [
    ("English", "“We left,” she said, “at noon.”", ["We left,", "at noon."]),
    ("British", "‘It’s the fans’ day,’ he said. ‘Don’t go.’", ["It’s the fans’ day,", "Don’t go."]),
    ("typewriter", "\"We left,\" she said. 'So' it was.", ["We left,", "So"]),
    ("typewriter, nested", "\"She said 'no' twice\"", ["She said 'no' twice", "no"]),
    ("German", "„Das ‚neue‘ Haus“, sagte er.", ["Das ‚neue‘ Haus", "neue"]),
    ("German books", "»Ja«, sagte er, »nein.«", ["Ja", "nein."]),
    ("French", "Il dit : «Oui, “bien” sûr».", ["Oui, “bien” sûr", "bien"]),
    ("Swiss", "Er rief «Nein ‹nie› mehr».", ["Nein ‹nie› mehr", "nie"]),
    ("Polish", "Rzekł: „Tak ‚nie’ już”.", ["Tak ‚nie’ już", "nie"]),
    ("Serbian", "„Идемо”, рече он.", ["Идемо"]),
    ("Swedish", "”Hej”, sa han. ”Nej.”", ["Hej", "Nej."]),
    ("Finnish with »", "»Hei», hän sanoi.", ["Hei"]),
    ("left open", "“My father carried me in here.", ["My father carried me in here."]),
    ("opened again", "“One.\n\n“Two,” she said.", ["One.", "Two,"]),
    ("inner left open", "“She said ‘no and went.” Then", ["She said ‘no and went.", "no and went."]),
    ("apostrophes alone", "It’s the dogs’ house, isn't it?", []),
    ("inches and nothing", "She said nothing.", []),
    ("after a dash", "He left—“now,” he said.", ["now,"]),
    ("in brackets", "(“so-called” experts)", ["so-called"]),
    ("mixed kinds", '“We go," she said. "You stay.”', ["We go,", "You stay."]),
    ("mixed kinds, nested", '“He said "no" and left,” she said.', ['He said "no" and left,', "no"]),
    ("a decade", "In the ’90s “it” began.", ["it"]),
]


@pytest.mark.parametrize(("name", "text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_what_stands_inside_quotation_marks(name: str, text: str, expected: list[str]) -> None:
    del name
    assert [span.of(text) for span in quoted_spans(text)] == expected


PAIRS = ["“”", "„“", "„”", "«»", "‹›", '""']
WORDS = st.text(alphabet="abc dé,.", min_size=1, max_size=12).filter(lambda text: text.strip() != "")


@given(st.lists(st.tuples(WORDS, st.sampled_from(PAIRS), WORDS), min_size=1, max_size=6))
def test_every_closed_quotation_is_found_once(pieces: list[tuple[str, str, str]]) -> None:
    text = " ".join(f"{before.strip()} {pair[0]}{inside.strip()}{pair[1]}" for before, pair, inside in pieces)
    found = [span.of(text) for span in quoted_spans(text)]
    assert found == [inside.strip() for _, _, inside in pieces]


@given(st.text(alphabet="“”‘’„‚«»‹›\"' ab.\n—(", max_size=60))
def test_any_marks_give_spans_inside_the_text_that_nest(text: str) -> None:
    spans = quoted_spans(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all("\n" not in span.of(text) for span in spans)
    for one in spans:
        for other in spans:
            assert not one.overlaps(other) or one.within(other) or other.within(one)

"""Whether a text has an amount, or a time, where one is asked for; figures of dates count nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.search.kinds import has_kind
from kgraph.search.reading import read_question


@pytest.mark.parametrize(
    ("question", "text", "is_so"),
    [
        ("How many left?", "Some 1,200 workers left.", True),
        ("How many left?", "Workers left in 1987.", False),
        ("How many left?", "Workers left at 6.30 p.m. and again at 7:15.", False),
        ("How many left?", "Workers left on 19 June.", False),
        ("How many left?", "Workers left on June 19, thirty of them at once.", True),
        ("How many of the 80 left?", "The 80 left.", False),
        ("Wie viele gingen?", "Sie gingen um 18 Uhr am 3. Mai 2019.", False),
        ("Koliko je otišlo?", "Otišlo je 40 ljudi 5. maja.", True),
        ("How long can it go on?", "It can go on until the pears are ripe.", True),
        ("How long can it go on?", "It can go on for nine days.", True),
        ("How long can it go on?", "It goes on, she said.", False),
        ("When will they move?", "They will move when the minister comes.", True),
        ("When will they move?", "They will move 40 tractors.", False),
        ("When will they move?", "They will move by mid-January.", True),
        ("When was it built?", "Built in 1994, it is still in use.", True),
        ("What happened in 1994?", "It was built then.", False),
        ("Wann gehen sie?", "Sie gehen, sobald es regnet.", True),
        ("Kada idu?", "Idu čim padne kiša.", True),
    ],
)
def test_amounts_and_times_answer(question: str, text: str, is_so: bool) -> None:
    assert has_kind(read_question(question), text) is is_so


@given(st.integers(1500, 2099), st.sampled_from(("people", "crowns", "tonnes")))
def test_four_figures_are_a_year_without_a_mark(number: int, of: str) -> None:
    asked = read_question("How many were there?")
    assert has_kind(asked, f"There were {number:,} {of}.")
    assert not has_kind(asked, f"There were some in {number}.")


@given(st.text(max_size=80))
def test_any_text_can_be_asked(text: str) -> None:
    for question in ("How many?", "When?", "How long?", "How far?"):
        has_kind(read_question(question), text)

"""An article as its text: runs where claims begin and end, whatever overlaps and nests."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.describe import Run, cut_runs

SPANS = st.lists(st.tuples(st.integers(-3, 30), st.integers(-3, 30), st.sampled_from("abcd")), max_size=8)


@pytest.mark.parametrize(
    ("text", "spans", "runs"),
    [
        ("", [], []),
        ("plain", [], [("plain", "")]),
        ("Nato said no", [(0, 4, "a")], [("Nato", "a"), (" said no", "")]),
        ("abcdef", [(0, 4, "x"), (2, 6, "y")], [("ab", "x"), ("cd", "xy"), ("ef", "y")]),
        (
            "abcdef",
            [(0, 6, "whole"), (2, 3, "part")],
            [("ab", "whole"), ("c", "part whole"), ("def", "whole")],
        ),
        ("abc", [(0, 3, "x"), (0, 3, "y")], [("abc", "xy")]),
        ("abc", [(0, 1, "x"), (1, 3, "x")], [("abc", "x")]),
        ("abc", [(-5, 99, "x"), (2, 1, "no"), (7, 9, "no")], [("abc", "x")]),
    ],
)
def test_a_text_is_cut_where_spans_begin_and_end(
    text: str, spans: list[tuple[int, int, str]], runs: list[tuple[str, str]]
) -> None:
    def names(run: Run) -> str:
        return (" " if any(len(name) > 1 for name in run.claims) else "").join(run.claims)

    assert [(run.text, names(run)) for run in cut_runs(text, spans)] == runs


@given(st.text(max_size=25), SPANS)
def test_runs_are_the_text_with_each_span_on_its_own_characters(
    text: str, spans: list[tuple[int, int, str]]
) -> None:
    runs = cut_runs(text, spans)
    assert "".join(run.text for run in runs) == text
    assert all(run.text for run in runs)
    assert all(first.claims != second.claims for first, second in pairwise(runs))
    marks = [set(run.claims) for run in runs for _ in run.text]
    for position, found in enumerate(marks):
        assert found == {name for start, end, name in spans if start <= position < end}

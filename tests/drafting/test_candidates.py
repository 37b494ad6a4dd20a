"""Candidates as they are kept: what is written comes back, and a file that is none is told as one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.drafting import (
    Candidate,
    Claim,
    Draft,
    Mention,
    Mode,
    Part,
    Text,
    Thing,
    Tool,
    draft_path,
    load_draft,
    parse_draft,
    render_draft,
    save_draft,
)
from kgraph.errors import DraftError
from kgraph.text import Span

words = st.text(st.characters(codec="utf-8"), max_size=8)
spans = st.builds(lambda start, length: Span(start, start + length), st.integers(0, 99), st.integers(0, 9))
claims = st.builds(Claim, words, words, words, st.lists(st.tuples(words, words), max_size=2).map(tuple))
candidates = st.builds(
    Candidate,
    content=st.lists(spans, min_size=1, max_size=3).map(tuple),
    words=words,
    cue=st.none() | spans,
    source=st.none() | spans,
    speaker=words,
    chain=st.lists(words, max_size=3).map(tuple),
    mode=st.sampled_from(Mode),
    polarity=st.sampled_from(["positive", "negative"]),
    kind=words,
    time=st.none() | spans,
    claim=st.none() | claims,
    confidence=st.integers(0, 1000).map(lambda n: n / 1000),
    by=words,
    chain_iris=st.just(()) | st.just(("https://example.org/id/x", None)),
    entities=st.lists(st.builds(Mention, spans, words, st.none() | words, st.none() | words), max_size=2).map(
        tuple
    ),
    things=st.lists(st.builds(Thing, words, words, words), max_size=2).map(tuple),
)
drafts = st.builds(
    Draft,
    st.builds(
        Text,
        words,
        words,
        st.lists(st.builds(Part, words, spans), max_size=2).map(tuple),
        st.lists(spans, max_size=3).map(tuple),
    ),
    st.lists(candidates, max_size=3).map(tuple),
    st.builds(Tool, words, st.integers(0, 3)),
)


@given(drafts)
def test_what_is_written_comes_back(draft: Draft) -> None:
    assert parse_draft(render_draft(draft)) == draft


@given(candidates)
def test_a_name_stays_whatever_else_changes(candidate: Candidate) -> None:
    rendered = json.loads(render_draft(Draft(Text("", "en", (), ()), (candidate,))))
    [described] = rendered["candidates"]
    described |= {"confidence": 0.5, "polarity": "negative", "cue": None}
    [again] = parse_draft(json.dumps(rendered)).candidates
    assert again.id == candidate.id == described["id"]


def test_a_draft_is_kept_in_the_project(tmp_path: Path) -> None:
    draft = Draft(Text("ab", "en", (Part("headline", Span(0, 2)),), (Span(0, 2),)), ())
    assert load_draft(tmp_path, "one") is None
    assert save_draft(tmp_path, "one", draft) == draft_path(tmp_path, "one")
    assert load_draft(tmp_path, "one") == draft
    assert [path.name for path in draft_path(tmp_path, "one").parent.iterdir()] == ["one.json"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"text": 1, "candidates": []}', "\0"])
def test_a_file_that_is_no_draft_is_told(tmp_path: Path, content: str) -> None:
    path = draft_path(tmp_path, "one")
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DraftError, match=r"one\.json cannot be read"):
        load_draft(tmp_path, "one")

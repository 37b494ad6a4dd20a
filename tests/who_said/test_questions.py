"""Every sentence of the article, asked about: quoted, quoted in part, misspelt, put in other words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kgraph import KnowledgeGraph

HERE = Path(__file__).parent
ID = "https://w3id.org/kgraph/id/"
ARTICLE = f"{ID}article/north-kosovo-roadblocks/"


def rows(name: str) -> Iterator[tuple[str, list[str]]]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            question, expected = line.split("\t")
            yield question, expected.split()


QUESTIONS = list(rows("questions.tsv"))
CHAINS = dict(rows("chains.tsv"))


def test_the_right_assertion_comes_first_with_its_whole_chain(graph: KnowledgeGraph) -> None:
    assert len(QUESTIONS) >= 100
    missed = []
    for question, expected in QUESTIONS:
        first = graph.who_said(question, limit=1).attributions[0]
        name = first.iri.removeprefix(ARTICLE)
        if name not in expected:
            missed.append((question, name))
            continue
        chain = [voice.agent.iri for voice in first.voices]
        assert chain == [ID + agent for agent in CHAINS.get(name, ["reuters"])], question
    assert len(missed) <= 0.05 * len(QUESTIONS), missed


def test_every_sentence_is_asked_about() -> None:
    asked = {name[1:3] for _, expected in QUESTIONS for name in expected}
    assert asked == {f"{number:02}" for number in range(1, 15)}


@pytest.mark.parametrize(
    ("question", "verdict", "chain"),
    [
        (
            "orders to go back",
            "ordered by",
            ["an unspecified source", "a Nato commander in the field", "Reuters"],
        ),
        (
            "cannot go through barricades",
            "said to be impossible by",
            ["a Nato commander in the field", "Reuters"],
        ),
        ("no Kfor actions today", "denied by", ["Slavisa Ristic", "a TV broadcast", "Reuters"]),
        ("who said that Kfor will act today?", "denied by", ["Slavisa Ristic", "a TV broadcast", "Reuters"]),
        ("(Serb)", "inserted into the quotation by", ["Reuters"]),
        ("postpone any operation", "asked for by", ["Serbs in north Kosovo", "Reuters"]),
        (
            "remove more than a dozen roadblocks",
            "demanded by",
            ["Kfor, Nato's peacekeeping force", "Reuters"],
        ),
        ("Nato pulled out its convoy", "stated by", ["Reuters"]),
    ],
)
def test_a_verdict_says_what_the_innermost_voice_does(
    graph: KnowledgeGraph, question: str, verdict: str, chain: list[str]
) -> None:
    first = graph.who_said(question).attributions[0]
    assert first.verdict == verdict
    assert [voice.agent.label for voice in first.voices] == chain

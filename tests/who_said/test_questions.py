"""Every sentence of the article, asked about: quoted, in part, misspelt, in other words, as a fact."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from bench.answers import Gold, altered, attributed

from kgraph import KnowledgeGraph
from kgraph.api import Table
from kgraph.search import Search, TextIndex, open_encoder
from kgraph.search.index import IndexReader
from kgraph.search.words import read_words

HERE = Path(__file__).parent
ID = "https://w3id.org/kgraph/id/"
ARTICLE = f"{ID}article/north-kosovo-roadblocks/"


def rows(name: str) -> Iterator[tuple[list[str], list[str]]]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            *question, expected = line.split("\t")
            yield question, expected.split()


CHAINS = {name: chain for (name,), chain in rows("chains.tsv")}


def name_of(iri: str) -> str:
    """The name of a claim as it is written; a second triple of it, such as a0715-phase, has it too."""
    return iri.removeprefix(ARTICLE).partition("-")[0]


#: What share of the questions must have the right sentence, and the right claim of it, first.
SENTENCE_FIRST = 0.92
CLAIM_FIRST = 0.75
#: Every so many of the questions are asked here, all by ``python -m bench.answers``.
STEP = 3


@pytest.fixture(scope="module")
def index(graph: KnowledgeGraph) -> TextIndex:
    return TextIndex(graph.generation.index_path, open_encoder("auto"))


# Which ones are missed is not shown, lest they be tuned on.
@pytest.mark.parametrize("name", ["questions.tsv", "held_out.tsv"])
def test_the_right_sentence_and_claim_come_first(index: TextIndex, name: str) -> None:
    asked = list(rows(name))[::STEP]
    first = [name_of(index.search(Search(text=text, limit=1)).hits[0].iri) for (text,), _ in asked]
    expected = [right for _, right in asked]
    assert len(asked) >= 120
    sentences = sum(f[1:3] in {each[1:3] for each in right} for f, right in zip(first, expected, strict=True))
    claims = sum(f in right for f, right in zip(first, expected, strict=True))
    assert sentences >= SENTENCE_FIRST * len(asked)
    assert claims >= CLAIM_FIRST * len(asked)


def test_every_claim_has_all_of_its_voices(graph: KnowledgeGraph) -> None:
    said = graph.who_said("the Serbs, Kfor and Nato in north Kosovo", limit=100).attributions
    said += graph.who_said("the Serbs, Kfor and Nato in north Kosovo", limit=100, offset=100).attributions
    assert len({name_of(each.iri) for each in said} & set(CHAINS)) >= 20
    for each in said:
        chain = [voice.agent.iri for voice in each.voices]
        assert chain == [ID + agent for agent in CHAINS.get(name_of(each.iri), ["reuters"])], each.iri


def test_every_sentence_is_asked_about() -> None:
    for name in ("questions.tsv", "held_out.tsv"):
        asked = {assertion[1:3] for _, expected in rows(name) for assertion in expected}
        assert asked == {f"{number:02}" for number in range(1, 15)}


def test_facts_as_people_put_them(graph: KnowledgeGraph) -> None:
    missed = []
    asked = list(rows("facts.tsv"))
    for (subject, predicate, value), expected in asked:
        answer = graph.who_said(subject=subject, predicate=predicate, object=value, limit=1)
        found = {name_of(said.iri) for said in answer.attributions}
        found |= {name_of(said.iri) for inferred in answer.inferred for said in inferred.attributions}
        if not (found or {"-"}) & set(expected):
            missed.append((subject, predicate, value, found))
    assert len(missed) <= 0.09 * len(asked), missed  # without lists of synonyms


Altered = Callable[[random.Random, list[str]], list[str] | None]


def misspelt(chance: random.Random, words: list[str]) -> list[str] | None:
    """A third of the longer words with a letter left out, doubled, changed, or exchanged with the next."""
    long = [number for number, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    for number in chance.sample(long, (len(long) + 2) // 3):
        word = words[number]
        at = chance.randrange(1, len(word) - 1)
        one, two = word[at], word[at + 1]
        middle = chance.choice((two, one + one + two, chance.choice("aeiostr") + two, two + one))
        words[number] = word[:at] + middle + word[at + 2 :]
    return words if long else None


def without_end(chance: random.Random, words: list[str]) -> list[str] | None:
    del chance
    return words[: -max(1, len(words) // 4)] if len(words) >= 5 else None


def without_beginning(chance: random.Random, words: list[str]) -> list[str] | None:
    del chance
    return words[max(1, len(words) // 4) :] if len(words) >= 5 else None


def as_printed(chance: random.Random, words: list[str]) -> list[str] | None:
    del chance
    return words


#: How many quotations may give way to another claim. Many claims share nearly all of their words with
#: others of their sentence, so that a letter wrong or a word less leaves little to tell them apart by.
@pytest.mark.parametrize(
    ("alter", "allowed"),
    [(as_printed, 0.05), (misspelt, 0.16), (without_end, 0.1), (without_beginning, 0.05)],
)
def test_every_quotation_is_found_by_its_own_words(
    graph: KnowledgeGraph, index: TextIndex, alter: Altered, allowed: float
) -> None:
    quotes = evidence(graph)
    entries = [each.entry for each in index.at(range(index.size))]
    with_cues = {
        claim.iri.removeprefix(ARTICLE): entry.words_of(entry.reach(claim))
        for entry in entries
        for claim in entry.claims
    }
    chance = random.Random(7)  # noqa: S311 - a test, not a secret
    asked, missed = 0, []
    for name, quote in quotes.items():
        words = alter(chance, quote.split())
        if words is None or name == "a0410":  # the order's content is meant by its words, not that it has one
            continue
        asked += 1
        text = " ".join(words)
        first = index.search(Search(text=text, limit=1)).hits[0].iri.removeprefix(ARTICLE)
        same = read_words(quotes[first]) == read_words(quote)
        shorter = len(quotes[first]) <= len(quote) and f" {text} " in f" {with_cues[first]} "
        if not (same or shorter):
            missed.append((text, first))
    assert asked >= 100
    assert len(missed) <= allowed * asked, missed


def evidence(graph: KnowledgeGraph) -> dict[str, str]:
    """The verbatim words of each assertion."""
    table = graph.query(
        """PREFIX kg: <https://w3id.org/kgraph/ontology#>
        SELECT ?claim ?text {
          ?claim a kg:Assertion ; kg:evidence [ kg:exactText ?text ; kg:beginIndex ?start ]
        }
        ORDER BY ?claim ?start"""
    )
    assert isinstance(table, Table)
    quotes: dict[str, list[str]] = {}
    for row in table:
        claim, text = row["claim"], row["text"]
        assert isinstance(claim, ox.NamedNode)
        assert isinstance(text, ox.Literal)
        quotes.setdefault(claim.value.removeprefix(ARTICLE), []).append(text.value)
    return {claim: " ".join(texts) for claim, texts in quotes.items()}


@pytest.mark.parametrize(
    ("question", "verdict", "chain"),
    [
        (
            "to go back",
            "ordered by",
            [
                "whoever ordered the commander's unit back",
                "the Nato commander quoted without a name",
                "Reuters",
            ],
        ),
        (
            "cannot go through barricades",
            "said to be impossible by",
            ["the Nato commander quoted without a name", "Reuters"],
        ),
        (
            "no Kfor actions today",
            "predicted not to happen by",
            ["Slavisa Ristic", "a TV broadcast", "Reuters"],
        ),
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


def test_what_a_machine_alters_is_noticed(index: TextIndex, graph: KnowledgeGraph) -> None:
    reader = IndexReader(graph.generation.index_path)
    gold = Gold("", tuple(each.entry for each in reader.at(range(reader.size))), (), {})
    asked = list(dict.fromkeys(altered(gold, random.Random(3))))  # noqa: S311 - a test, not a secret
    assert len(asked) >= 100
    unnoticed = []
    for kind, text in asked:
        hits = index.search(Search(text=text, limit=1))
        if hits.best and kind not in [each.kind for each in hits.differs]:
            unnoticed.append((kind, text))
    assert len(unnoticed) <= 0.1 * len(asked), unnoticed


def test_what_somebody_else_is_said_to_have_said_is_not_said(index: TextIndex, graph: KnowledgeGraph) -> None:
    reader = IndexReader(graph.generation.index_path)
    passages = tuple(each.entry for each in reader.at(range(reader.size)))
    speakers = {claim.iri: claim.speaker[0] for each in passages for claim in each.claims if claim.depth > 1}
    pairs = list(attributed(Gold("", passages, (), speakers), random.Random(3)))  # noqa: S311 - a test
    assert pairs
    for own, other in pairs:
        assert index.search(Search(text=own, limit=1)).differs == (), own
        assert [each.kind for each in index.search(Search(text=other, limit=1)).differs] == ["speaker"], other


def test_what_is_altered_is_not_said(index: TextIndex) -> None:
    asked = list(rows("altered.tsv"))
    unnoticed = [text for (text,), _ in asked if index.search(Search(text=text, limit=1)).found != "none"]
    assert len(unnoticed) <= 0.1 * len(asked), unnoticed

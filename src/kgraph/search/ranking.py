"""Which passage, and which of its claims, answers a question, how, and with what chance.

Meanings are compared by a sentence encoder, words by how rare they are. The weights were fitted on some
articles and are measured on others (docs/search.md); each is one line that can be read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from kgraph.search.differences import Difference, differences
from kgraph.search.encoders import Encoder
from kgraph.search.index import IndexReader, Passage
from kgraph.search.likeness import Coverage, cover, rarity
from kgraph.search.passages import ClaimEntry
from kgraph.search.reading import Asked
from kgraph.search.roles import Kind
from kgraph.search.words import is_number, join_numbers, listed, read_words

if TYPE_CHECKING:
    from kgraph.search.encoders import Vector

__all__ = ["WEIGHED", "Found", "Ranked", "Ranking", "named_by", "quoted"]

#: What counts how much, fitted on other articles than those that it is measured on; see docs/search.md. Of
#: a passage: likeness in meaning (cosine), its share of the question's words, whether it has a number or
#: time that is asked for.
_OF_PASSAGE: Final = (80.0, 3.0, 0.5)
#: Of a claim in it: likeness, share of the words, share of its own quotation that the question says,
#: whether an end of it is of the kind that is asked for, and whether somebody is quoted.
_OF_CLAIM: Final = (40.0, 5.0, 1.0, 3.0, 0.5)
#: Of the odds that the first passage says it: likeness of the whole question, of its words that the passage
#: has not, how much less alike the whole is than the other words alone, whether there are such, whether it
#: is an open question; the last is the bias.
_OF_CHANCE: Final = (8.4, 37.3, 33.5, -2.2, 2.3, -35.8)
#: Whatever is less like the question than this is of another topic.
_OFF_TOPIC: Final = 0.836
_KEPT: Final = 1 << 16
_SURE_ENOUGH: Final = 0.5
#: How many passages have their claims weighed.
WEIGHED: Final = 16
#: From which share of the question's words on a passage is compared word by word for what differs.
_NEARLY_SAID: Final = 0.5


class Found(StrEnum):
    """How the words of a question are found, the strictest first."""

    VERBATIM = "verbatim"
    SPELLING = "spelling"
    MEANING = "meaning"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage with how it answers."""

    passage: Passage
    score: float
    meaning: float
    coverage: Coverage
    words: list[str]


class Ranking:
    """Compares questions with the passages of an index."""

    def __init__(self, reader: IndexReader, encoder: Encoder | None) -> None:
        self._reader, self._encoder = reader, encoder
        self._weights: dict[str, float] = {}

    def weigh(self, word: str) -> float:
        """What a word counts: the more, the fewer passages have it."""
        if word not in self._weights:
            if len(self._weights) > _KEPT:
                self._weights.clear()
            self._weights[word] = rarity(self._reader.frequency(word), self._reader.size)
        return self._weights[word]

    def is_name(self, word: str, asked: Asked) -> bool:
        """Whether a word of a question is a name: the texts write it as one, and so may the question."""
        if self._reader.frequency(word):
            as_written = word in asked.names or word == asked.words[0] or not asked.names
            return as_written and self._reader.is_name(word)
        begins = word == asked.words[0] and asked.text[:1].isupper() and word not in listed("stop")
        return asked.language != "de" and (word in asked.names or begins)

    def rank(self, asked: Asked, passage: Passage, question: Vector | None) -> Ranked:
        """A passage with how well it answers."""
        words = join_numbers(read_words(passage.entry.text))
        coverage = cover(
            asked.matter, words, named_by(passage.entry.claims), self.weigh, passage.entry.language
        )
        rows = [*passage.rows, *(row for rows in passage.claim_rows for row in rows)]
        meaning = self._meaning(rows, question)
        score = _weighed(_OF_PASSAGE, (meaning, coverage.share, _has_kind(asked, words)))
        return Ranked(passage, score, meaning, coverage, words)

    def _meaning(self, rows: Sequence[int], question: Vector | None) -> float:
        if question is None or self._reader.vectors is None or not rows:
            return 0.0
        return float((self._reader.vectors.take(list(rows)) @ question).max())

    def claims(
        self, asked: Asked, each: Ranked, question: Vector | None, admitted: Sequence[ClaimEntry]
    ) -> list[tuple[float, ClaimEntry]]:
        """The claims of a passage, each with how far it stays behind the best of them as an answer."""
        claims, rows = each.passage.entry.claims, each.passage.claim_rows
        scored = [
            (_weighed(_OF_CLAIM, self._features(asked, each.passage, claim, own, question)), claim)
            for claim, own in zip(claims, rows, strict=True)
            if claim in admitted
        ]
        top = max((score for score, _ in scored), default=0.0)
        return [(top - score, claim) for score, claim in scored]

    def _features(
        self,
        asked: Asked,
        passage: Passage,
        claim: ClaimEntry,
        rows: Sequence[int],
        question: Vector | None,
    ) -> tuple[float, ...]:
        """What :data:`_OF_CLAIM` weighs."""
        language, quote = passage.entry.language, quoted(passage, claim)
        coverage = cover(asked.matter, quote, named_by([claim], voices=False), self.weigh, language)
        said = [word for word in dict.fromkeys(quote) if word not in listed("stop")]
        back = cover(said, asked.words, (), self.weigh, language)
        return (
            self._meaning(rows, question),
            coverage.share,
            back.share,
            _answers(asked, claim, language),
            float(claim.depth > 1),
        )

    def judge(self, asked: Asked, each: Ranked, odds: float) -> tuple[Found, float, tuple[Difference, ...]]:
        """How a passage answers, with what chance, and what it says otherwise."""
        chance = 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))
        if each.coverage.share >= _NEARLY_SAID and (differs := tuple(self._differences(asked, each))):
            return Found.NONE, min(chance, 1 - _SURE_ENOUGH), differs
        if not each.coverage.missing and not asked.is_open and _in_order(each.coverage.at):
            return Found.SPELLING, max(chance, each.coverage.share), ()
        return (Found.MEANING if chance >= _SURE_ENOUGH else Found.NONE), chance, ()

    def odds(self, asked: Asked, first: Ranked) -> float:
        """The logarithm of the odds that the first passage says what is asked.

        A question may have words of the passage and say another thing with the rest: its likeness is then
        that of these words alone, or less. So the question is compared whole, by its other words, and
        without them.
        """
        if self._encoder is None:
            return 6.0 * (first.coverage.share - 0.75)
        foreign = {word for word in asked.matter if word in first.coverage.missing}
        tokens = [(token, set(read_words(token))) for token in asked.text.split()]
        shared = [token for token, words in tokens if words & set(asked.matter) - foreign]
        others = [token for token, words in tokens if not words & set(asked.matter) - foreign]
        has_others = any(words & foreign for _, words in tokens)
        texts = [asked.text, " ".join(others) if has_others else asked.text, " ".join(shared) or asked.text]
        vectors = self._encoder.questions(texts)
        whole, rest, alone = (self._meaning(first.passage.rows, vector) for vector in vectors)
        if whole < _OFF_TOPIC:
            return min(-1.0, _weighed(_OF_CHANCE, (whole, rest, 0.0, 0.0, asked.is_open, 1.0)))
        lost = min(0.0, whole - alone) if shared else 0.0
        return _weighed(_OF_CHANCE, (whole, rest, lost, bool(shared), asked.is_open, 1.0))

    def _differences(self, asked: Asked, each: Ranked) -> Iterable[Difference]:
        entry, at = each.passage.entry, each.coverage.at
        near = each.words[max(0, min(at, default=0) - 2) : max(at, default=len(each.words)) + 2]
        return differences(
            asked.words,
            each.words,
            near,
            named_by(entry.claims),
            is_name=lambda word: self.is_name(word, asked),
            is_open=not asked.is_statement,
            is_negative=bool(entry.claims) and all(claim.is_negative for claim in entry.claims),
            language=entry.language,
        )


def _weighed(weights: Sequence[float], features: Sequence[float]) -> float:
    return sum(weight * feature for weight, feature in zip(weights, features, strict=True))


def named_by(claims: Iterable[ClaimEntry], *, voices: bool = True) -> set[str]:
    """The words by which the ends of claims are called, and their voices."""
    return {
        word
        for claim in claims
        for names in (claim.subject.names, claim.predicate.names, claim.object.names, claim.speaker * voices)
        for name in names
        for word in read_words(name)
    }


def quoted(passage: Passage, claim: ClaimEntry) -> list[str]:
    """The words of a claim's evidence."""
    entry = passage.entry
    texts = (entry.text[begin - entry.begin : end - entry.begin] for begin, end in claim.spans)
    return join_numbers(read_words(" ".join(texts)))


def _has_kind(asked: Asked, words: Sequence[str]) -> bool:
    """Whether a text has a number where one is asked for, or a time."""
    if asked.kind in (Kind.COUNT, Kind.DURATION, Kind.DISTANCE):
        return any(is_number(word) and word not in asked.words for word in words)
    return asked.kind is Kind.WHEN and any(
        (word in listed("time") or is_number(word)) and word not in asked.words for word in words
    )


def _answers(asked: Asked, claim: ClaimEntry, language: str) -> float:
    """Whether an end of a claim is of the kind that is asked for, and not what the question names itself."""
    if asked.kind is None or asked.kind is Kind.WHAT:
        return 0.0
    for part in (claim.object, claim.subject):
        if asked.kind in part.kinds:
            named = [word for name in part.names[:1] for word in read_words(name)]
            said = cover(asked.matter, named, (), lambda _: 1.0, language)
            if not named or len(said.at) < len(set(named) - listed("stop")):
                return 1.0
    return 0.0


def _in_order(places: Sequence[int]) -> bool:
    """Whether words stand in the text in much the same order as in the question."""
    steps = list(pairwise(places))
    return not steps or 2 * sum(one <= other for one, other in steps) >= len(steps)

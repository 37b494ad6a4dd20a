"""Which of the hits of one step is the answer: how much of the question an assertion's own words say.

    covered     how much of the question stands in the quotation, in the names, in the sentence, in that order
    tight       how little else stands in the quotation: of two quotations that fit, the shorter is meant
    named       how much of what the assertion is about the question names
    run         how much of it stands side by side in the quotation, or else all of it in the sentence
    whole       that it is the quotation
    deeper      of two voices that the quotation carries, the inner one said it
    link        that an order has some content says less than the content, where both are quoted
    agreeing    a question that denies looks for a denial

Words weigh by their rarity, and those that carry no matter next to nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kgraph.search.index import Document
from kgraph.search.tiers import Match, Step, content_words, distance_allowed, synonyms
from kgraph.search.words import NEGATIONS, STOP_WORDS, stem

__all__ = ["Ranking"]

_IN_QUOTE: Final = 1.0
_IN_NAMES: Final = 0.65
_IN_SENTENCE: Final = 0.32
_COVERED: Final = 1.5
_TIGHT: Final = 0.22
_NAMED: Final = 0.2
_SIDE_BY_SIDE: Final = 0.36
_WHOLE: Final = 0.06
_PHRASE_IN_SENTENCE: Final = 0.04
_DEEPER: Final = 0.05
_LINK: Final = 0.25
_AGREEING: Final = 0.06
_OTHER_FORM: Final = 0.95
_BEGINNING: Final = 0.8
_MISSPELT: Final = 0.79
_SYNONYM: Final = 0.75
_STOP_WEIGHT: Final = 0.05


@dataclass(frozen=True, slots=True)
class Scored:
    """A document with its score (more is better) and how it matches."""

    iri: str
    score: float
    match: Match


class Ranking:
    """Scores documents for one question. ``frequency`` says how many of ``size`` documents have a word."""

    def __init__(self, words: Sequence[str], *, frequency: Callable[[str], int], size: int) -> None:
        self._words = tuple(words)
        self._content = content_words(words)
        self._denies = any(word in NEGATIONS for word in words)
        self._weights = {
            word: math.log(1 + size / (1 + frequency(word)))
            * (_STOP_WEIGHT if word in STOP_WORDS and word not in self._content else 1.0)
            for word in dict.fromkeys(words)
        }
        self._total = sum(self._weights.values()) or 1.0

    def order(self, documents: Iterable[Document], step: Step) -> list[Scored]:
        """The documents of a step, the best first; equals by their IRI, so that the order is stable."""
        scored = [self._score(document, step) for document in documents]
        return sorted(scored, key=lambda each: (-each.score, each.iri))

    def _score(self, document: Document, step: Step) -> Scored:
        lenient = step is Step.ANY_WAY
        quote = set(document.quote)
        names = {word for name in document.names for word in name}
        sentence = {*document.sentence, *(word for text in document.renditions for word in text.split())}
        covered = 0.0
        said: set[str] = set()
        loosest = 1.0
        for word, weight in self._weights.items():
            in_quote, hit = _likeness(word, quote, lenient)
            in_names, _ = _likeness(word, names, lenient)
            in_sentence, _ = _likeness(word, sentence, lenient)
            covered += weight * max(in_quote * _IN_QUOTE, in_names * _IN_NAMES, in_sentence * _IN_SENTENCE)
            said |= hit
            if word in self._content:
                loosest = min(loosest, max(in_quote, in_names, in_sentence))
        tight = _share(quote, said)
        run = _longest_run(document.quote, self._words) / len(self._words)
        score = _COVERED * covered / self._total + _TIGHT * tight + _SIDE_BY_SIDE * run
        score += _NAMED * self._named(document, lenient)
        if run < 1 and _longest_run(document.sentence, self._words) == len(self._words):
            score += _PHRASE_IN_SENTENCE
        if document.quote == self._words:
            score += _WHOLE
        if tight:
            score += _DEEPER * (min(document.depth, 3) - 1)
        if document.is_link:
            score -= _LINK
        if self._denies == document.is_negative:
            score += _AGREEING
        return Scored(document.iri, score, _match(loosest) if lenient else Match(step.value))

    def _named(self, document: Document, lenient: bool) -> float:
        """The mean share of its names that the question gives, each name at its best."""
        asked = set(self._content)
        shares = []
        for name in document.names:
            words = {word for word in name if word not in STOP_WORDS}
            if words:
                shares.append(sum(_likeness(word, asked, lenient)[0] for word in words) / len(words))
        best = sorted(shares, reverse=True)[:3]
        return sum(best) / 3


def _match(loosest: float) -> Match:
    """What the likeness of the worst word says of the whole."""
    if loosest >= 1.0:
        return Match.WORDS
    if loosest >= _OTHER_FORM:
        return Match.STEMS
    if loosest >= _BEGINNING:
        return Match.PREFIX
    return Match.SIMILAR if loosest > 0 else Match.SOME


def _share(quote: set[str], said: set[str]) -> float:
    """How much of the quotation the question says."""
    matter = {word for word in quote if word not in STOP_WORDS} or quote
    return len(matter & said) / len(matter) if matter else 0.0


def _likeness(word: str, words: set[str], lenient: bool) -> tuple[float, set[str]]:
    """How well some of ``words`` stand for ``word`` (1 is the word itself), and which do."""
    if word in words:
        return 1.0, {word}
    root = stem(word)
    forms = {other for other in words if stem(other) == root}
    if forms:
        return _OTHER_FORM, forms
    if not lenient or (word in STOP_WORDS and len(word) < 5):
        return 0.0, set()
    best, hits = 0.0, set[str]()
    for other in words:
        alike = _alike(word, other)
        if alike > best:
            best, hits = alike, {other}
    return best, hits


@lru_cache(maxsize=1 << 16)
def _alike(word: str, other: str) -> float:
    if stem(other) in synonyms(word):
        return _SYNONYM
    if len(word) >= 3 and (
        other.startswith(word) or (stem(other).startswith(stem(word)) and len(stem(word)) >= 3)
    ):
        return _BEGINNING
    allowed = distance_allowed(word)
    if (
        allowed
        and min(_distance(word, other, allowed), _distance(stem(word), stem(other), allowed)) <= allowed
    ):
        return _MISSPELT
    return 0.0


def _distance(one: str, other: str, most: int) -> int:
    """The optimal string alignment distance (a swap of neighbours is one fault), as far as ``most``."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return last[-1]


def _longest_run(words: Sequence[str], question: Sequence[str]) -> int:
    """How many words of the question stand side by side in a text, at the most."""
    longest = 0
    before = [0] * (len(words) + 1)
    for asked in question:
        row = [0] * (len(words) + 1)
        for position, word in enumerate(words, 1):
            if word == asked:
                row[position] = before[position - 1] + 1
                longest = max(longest, row[position])
        before = row
    return longest

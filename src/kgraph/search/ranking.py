"""Which of the hits of one step is the answer: how much of the question an assertion's own words say.

    covered     how much of the question stands in the quotation, in the names, in what else is said of the
                same event, in the sentence, in that order
    explained   how much of it the claim's names say
    named       how much of what the claim is about the question names
    missing     how many of its words stand nowhere
    said        how much of the question, in its order, the quotation says
    tight       how little else stands in the quotation: of two quotations that fit, the shorter is meant
    run         all of it stands side by side in the quotation, or else in the sentence
    whole       that it is the quotation
    deeper      of two voices that the quotation carries, the inner one said it
    class       that something is of a class says little where the question does not name the class
    link        that an order has some content says less than the content, where both are quoted
    agreeing    a question that denies looks for a denial
    answering   a question that asks for a time, a place, a number … looks for such a part, in claims that say
                the rest of the question
    restated    how far a curator's restatements say what the question says, the nearest and all together;
                of a question that asks for something, half of that only where the claim answers it. Where it
                fully does, those of any claim about its event count: they say which event is meant
    speaking    a question about what somebody said looks for what they said

Words weigh by their rarity, those of a clause aside half, and those that carry no matter next to nothing.
"""

from __future__ import annotations

import heapq
import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from kgraph.search.clauses import said_by_when
from kgraph.search.index import Aspect, Document
from kgraph.search.inquiry import Inquiry, Kind
from kgraph.search.likeness import (
    SYNONYM,
    aligned,
    covered,
    extent,
    likeness,
    longest_run,
    match_of,
)
from kgraph.search.synonymy import is_instance, join_particles
from kgraph.search.tiers import Match, Step, content_words
from kgraph.search.verbs import REPORTING, SAYING, says
from kgraph.search.words import NEGATIONS, PARTICLE, STOP_WORDS

__all__ = ["Lexicon", "Ranking", "Scored"]

_IN_NAMES: Final = 0.65
_IN_NAMES_ASKED: Final = 0.9
_IN_SENTENCE: Final = 0.32
_IN_SENTENCE_ASKED: Final = 0.5
_IN_EVENT: Final = 0.8
_COVERED: Final = 1.5
_EXPLAINED: Final = 0.3
_NAMED: Final = 0.3
#: In a strict step another form, or a synonym, tells apart claims of the same quotation.
_NEARLY: Final = 0.5
_ABOUT_STRICTLY: Final = 0.25
_MISSING: Final = 0.6
_SAID: Final = 0.4
_TIGHT: Final = 0.35
_IN_ORDER_ASKED: Final = 0.5
_PHRASE_IN_QUOTE: Final = 0.3
_PHRASE_IN_SENTENCE: Final = 0.04
_WHOLE: Final = 0.1
_SPEAKING: Final = 0.4
_ENOUGH: Final = 0.9
_IS_SAID: Final = 0.75
_OTHER_END: Final = 0.15
_DEEPER: Final = 0.04
_LINK: Final = 0.25
_UNNAMED_CLASS: Final = 0.3
_IS_A: Final = (("is", "a"),)
_AGREEING: Final = 0.06
_ANSWERING: Final = 1.0
_SUBJECT_ANSWERS: Final = 0.75
_OF_THAT_NAME: Final = 0.6
_NOT_OF_THAT_NAME: Final = 0.5
_BY_THAT_NAME: Final = 1.3
_BOTH: Final = 0.5
_RESTATED: Final = 1.0
_RESTATED_UNANSWERED: Final = 0.5
_FULLY: Final = 1.0
_TOGETHER: Final = 0.8
#: One restatement can be like a question by chance; of several, so many must be.
_RESTATEMENTS: Final = 3
_STOP_WEIGHT: Final = 0.05
_ASIDE: Final = 0.5


class Lexicon(Protocol):
    """The words of an index."""

    @property
    def size(self) -> int:
        """How many entries there are."""

    def frequency(self, word: str) -> int:
        """How many entries have a word, in some form, or else what may stand for it."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A document with its score (more is better) and how it matches."""

    iri: str
    score: float
    match: Match


@dataclass(frozen=True, slots=True)
class _Restated:
    """How well restatements say each word of a question's matter, and how far all of it."""

    words: Mapping[str, float] = field(default_factory=dict)
    score: float = 0.0

    def joined(self, other: _Restated) -> _Restated:
        """What the one or the other says."""
        words = {word: max(like, other.words.get(word, 0.0)) for word, like in self.words.items()}
        return _Restated({**other.words, **words}, max(self.score, other.score))


class Ranking:
    """Scores documents for one question."""

    def __init__(self, words: Sequence[str], inquiry: Inquiry | None, lexicon: Lexicon) -> None:
        self._inquiry = inquiry
        self._words = tuple(words)
        self._matter = join_particles(words) if inquiry is None else inquiry.matter
        self._content = content_words(self._matter)
        self._denies = any(word in NEGATIONS for word in words)
        self._says = any(says(word, REPORTING if inquiry is None else SAYING) for word in words[1:])
        self._in_order = 1.0 if inquiry is None else _IN_ORDER_ASKED
        self._in_sentence = _IN_SENTENCE if inquiry is None else _IN_SENTENCE_ASKED
        aside = said_by_when(words) if inquiry is None else inquiry.aside
        self._weights = {
            word: math.log(1 + lexicon.size / (1 + lexicon.frequency(word)))
            * (_STOP_WEIGHT if word in STOP_WORDS and word not in self._content else 1.0)
            * (_ASIDE if word.partition(PARTICLE)[0] in aside else 1.0)
            for word in dict.fromkeys(self._matter)
        }
        self._total = sum(self._weights.values()) or 1.0
        self._matter_weights = [self._weights[word] for word in self._content]
        self._alike: dict[str, tuple[list[float], float]] = {}

    def order(self, documents: Iterable[Document], step: Step) -> list[Scored]:
        """The documents of a step, the best first; equals by their IRI, so that the order is stable."""
        if step is Step.ANY_WAY:
            scored = self._score_leniently(list(documents))
        else:
            scored = [self._score_strictly(document, step) for document in documents]
        return sorted(scored, key=lambda each: (-each.score, each.iri))

    def _score_strictly(self, document: Document, step: Step) -> Scored:
        """The words are somebody's, as they stand."""
        score, *_ = self._covered(document, _IN_NAMES, _IN_SENTENCE, {}, lenient=False)
        score += self._sequence(self._words, document, lenient=False)
        if document.predicate.names == _IS_A and not self._share_named(document.object):
            score -= _UNNAMED_CLASS
        return Scored(document.iri, score + self._standing(document), Match(step.value))

    def _score_leniently(self, documents: Sequence[Document]) -> list[Scored]:
        """The words are a reader's own, and may ask for something."""
        restated = [self._restated(document) for document in documents]
        events: dict[str, _Restated] = {}
        for document, own in zip(documents, restated, strict=True):
            if document.event:
                events[document.event] = own.joined(events.get(document.event, own))
        return [
            self._score_reading(document, own, events.get(document.event, own))
            for document, own in zip(documents, restated, strict=True)
        ]

    def _score_reading(self, document: Document, own: _Restated, of_event: _Restated) -> Scored:
        suited = self._inquiry.suited if self._inquiry is not None else {}
        answering = self._answering(document)
        restated = of_event if answering >= _FULLY and Kind.WHAT not in suited else own
        score, share, loosest = self._covered(
            document, _IN_NAMES_ASKED, self._in_sentence, restated.words, lenient=True
        )
        score += self._in_order * self._sequence(self._matter, document, lenient=True)
        score += _ANSWERING * answering * min(1.0, share / _ENOUGH)
        wanted = _RESTATED_UNANSWERED + (1 - _RESTATED_UNANSWERED) * answering if suited else 1.0
        score += _RESTATED * wanted * restated.score
        if self._says and document.depth > 1:
            score += _SPEAKING * self._speaking(document)
        return Scored(document.iri, score + self._standing(document), match_of(loosest))

    def _covered(
        self,
        document: Document,
        in_names: float,
        in_sentence: float,
        elsewhere: Mapping[str, float],
        *,
        lenient: bool,
    ) -> tuple[float, float, float]:
        """How much of the question the document says: the score, the share, and how well its worst word.

        A word that stands ``elsewhere`` alone is not missing, but never more than a synonym.
        """
        quote = set(document.quote)
        names = {word for name in document.names for word in name}
        sentence = {*document.sentence, *(word for text in document.renditions for word in text.split())}
        said = explained = 0.0
        missing = 0
        loosest = 1.0
        for word, weight in self._weights.items():
            quoted, named, around = (
                likeness(word, texts, lenient=lenient) for texts in (quote, names, sentence)
            )
            beside = likeness(word, document.beside, lenient=lenient) if self._inquiry is not None else 0.0
            is_near = not lenient and not named
            explained += weight * (_NEARLY * likeness(word, names, lenient=True) if is_near else named)
            said += weight * max(quoted, named * in_names, beside * _IN_EVENT, around * in_sentence)
            if word in self._content:
                best = max(quoted, named, around) or min(elsewhere.get(word, 0.0), SYNONYM)
                missing += not best
                loosest = min(loosest, best)
        about = _EXPLAINED * explained / self._total + _NAMED * self._named(document)
        share = said / self._total
        score = _COVERED * share - _MISSING * missing / len(self._content)
        return score + (about if lenient else _ABOUT_STRICTLY * about), share, loosest

    def _sequence(self, asked: Sequence[str], document: Document, *, lenient: bool) -> float:
        """How far the quotation is what the question says."""
        quote = document.quote
        said = aligned(asked, quote, lenient=lenient)
        score = _SAID * said / extent(asked)
        if quote:
            score += _TIGHT * covered(set(asked), quote, lenient=lenient) / extent(quote)
        if longest_run(asked, quote) == len(asked):
            score += _PHRASE_IN_QUOTE + (_WHOLE if len(quote) == len(asked) else 0.0)
        elif longest_run(asked, document.sentence) == len(asked):
            score += _PHRASE_IN_SENTENCE
        return score + (_DEEPER * (min(document.depth, 3) - 1) if said else 0.0)

    def _restated(self, document: Document) -> _Restated:
        """What a curator's restatements say of the question; the nearest ones count, and all together."""
        if not document.restated:
            return _Restated()
        compared = [self._compared(text) for text in document.restated]
        together = [max(column) for column in zip(*(best for best, _ in compared), strict=True)]
        nearest = heapq.nlargest(_RESTATEMENTS, (mutual for _, mutual in compared))
        score = sum(nearest) / len(nearest) + _TOGETHER * self._share_of_matter(together)
        return _Restated(dict(zip(self._content, together, strict=True)), score)

    def _compared(self, text: Sequence[str]) -> tuple[list[float], float]:
        """How well a text says each word of the question's matter; and how much both say of each other.

        The latter is the harmonic mean of the two shares.
        """
        best = [0.0] * len(self._content)
        heard = 0.0
        for word in text:
            likenesses, nearest = self._likenesses(word)
            if nearest:
                best = list(map(max, best, likenesses))
                heard += extent((word,)) * nearest
        if not heard:
            return best, 0.0
        asked, said = self._share_of_matter(best), heard / extent(text)
        return best, 2 * asked * said / (asked + said)

    def _likenesses(self, other: str) -> tuple[list[float], float]:
        """How well each word of the question's matter stands for another word, and the best of them."""
        if (known := self._alike.get(other)) is None:
            likenesses = [likeness(word, (other,), lenient=True) for word in self._content]
            known = self._alike[other] = (likenesses, max(likenesses))
        return known

    def _share_of_matter(self, likenesses: Sequence[float]) -> float:
        """How much of the question's matter is said, where its words are said so well."""
        said: float = sum(map(operator.mul, self._matter_weights, likenesses))
        return said / sum(self._matter_weights)

    def _standing(self, document: Document) -> float:
        """What a claim has for or against it, whatever its words."""
        agreeing = _AGREEING if self._denies == document.is_negative else 0.0
        return agreeing - (_LINK if document.is_link else 0.0)

    def _named(self, document: Document) -> float:
        """The mean share of what the claim is about that the question names."""
        parts = document.parts
        if not any(part.names for part in parts):
            return max((self._share_said(name) for name in document.names), default=0.0)
        return sum(map(self._share_named, parts)) / len(parts)

    def _share_named(self, part: Aspect, *, lenient: bool = True) -> float:
        """How much of a part's name the question says; the best of several names counts."""
        return max((self._share_said(name, lenient=lenient) for name in part.names), default=0.0)

    def _share_said(self, name: Sequence[str], *, lenient: bool = True) -> float:
        matter = {word for word in name if word not in STOP_WORDS}
        return covered(self._content, matter, lenient=lenient) / len(matter) if matter else 0.0

    def _answering(self, document: Document) -> float:
        """How well the end of the claim that the question does not name is what it asks for."""
        inquiry = self._inquiry
        if inquiry is None or not inquiry.suited:
            return 0.0
        subject, value = document.subject, document.object
        said = [self._share_named(part, lenient=False) for part in (subject, value)]
        weights = (_SUBJECT_ANSWERS, 1.0) if inquiry.is_of_subject else (1.0, _SUBJECT_ANSWERS)
        ends = ((value, weights[0], said[1], said[0]), (subject, weights[1], said[0], said[1]))
        found = [
            weight
            * self._suited(part, is_other_said=part is value or other >= _IS_SAID)
            * (1 - own) ** 2
            * (1 - _OTHER_END + _OTHER_END * other)
            for part, weight, own, other in ends
        ]
        if inquiry.suited.get(Kind.WHO) == 1.0:
            manner = self._called(document.manner, self._content[0])  # who ordered …
            found.append(manner if manner >= SYNONYM else 0.0)
        if inquiry.head is None:
            return max(found)
        if self._says and document.depth > 1 and Kind.WHAT in inquiry.suited and not inquiry.is_named:
            found.append(self._share_named(document.speaker))  # what did they say?
            found += [self._called(document.manner, word) for word in self._content if says(word, SAYING)]
        head = inquiry.head
        if inquiry.is_named:
            found = [
                each * max(_NOT_OF_THAT_NAME, self._called(part, head))
                for each, (part, *_) in zip(found, ends, strict=True)
            ]
        called = [self._called(part, head) for part in (document.predicate, document.manner)]
        if inquiry.is_named:
            called = [each * _BY_THAT_NAME if each >= SYNONYM else each for each in called]
        called += [_OF_THAT_NAME * weight * self._called(part, head) for part, weight, _, _ in ends]
        return max(*found, *called) + _BOTH * min(max(found), max(called))

    def _speaking(self, document: Document) -> float:
        """How far the claim is what the question says that somebody said: by its speaker, and its matter."""
        voice = {word for name in document.speaker.names for word in name}
        said = {*document.quote, *(word for part in document.parts for name in part.names for word in name)}
        matter = [w for w in self._content if not says(w, SAYING) and not likeness(w, voice, lenient=False)]
        weight = sum(self._weights[word] for word in matter)
        shared = sum(self._weights[word] * likeness(word, said, lenient=True) for word in matter)
        return self._share_named(document.speaker) * (shared / weight if weight else 1.0)

    def _suited(self, part: Aspect, *, is_other_said: bool) -> float:
        """How well a part suits the question.

        An event is what a claim is about; the news is its other end, unless the question has named that.
        """
        suited = self._inquiry.suited if self._inquiry is not None else {}
        kinds = part.kinds if is_other_said else part.kinds - {Kind.WHAT, Kind.EVENT}
        return max((suited.get(kind, 0.0) for kind in kinds), default=0.0)

    def _called(self, part: Aspect, word: str) -> float:
        """How well a word of the question stands for one of a part's names, or names its kind."""
        called = {each for name in part.names for each in name}
        return likeness(word, called, lenient=True) or float(any(is_instance(each, word) for each in called))

"""Which passage, and which of its claims, answers a question, how, and with what chance.

Meanings are compared by a sentence encoder, words by how rare they are. The weights were fitted on some
articles and are measured on others (docs/search.md); each is one line that can be read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from kgraph.search.differences import Difference, Told, differences
from kgraph.search.encoders import Encoder
from kgraph.search.index import IndexReader, Passage
from kgraph.search.kinds import COUNTED, has_kind, introduces
from kgraph.search.likeness import Coverage, Forms, cover, rarity
from kgraph.search.passages import ClaimEntry, PassageEntry, labels_of, named_by
from kgraph.search.reading import Asked
from kgraph.search.roles import Kind, phrases
from kgraph.search.words import clause_numbers, is_number, listed, negations, read_words

if TYPE_CHECKING:
    from kgraph.search.encoders import Vector

__all__ = ["WEIGHED", "Answering", "Found", "Ranked", "Ranking", "quoted"]

#: What counts how much, fitted on other articles than those that it is measured on; see docs/search.md. Of
#: a passage: likeness in meaning (cosine) of the nearest of its parts, and whether it has a number or time
#: that is asked for.
_OF_PASSAGE: Final = (50.0, 2.0)
#: Of a claim in it: likeness of the claim as it is told; how much its words and the question's are the same,
#: where the passage has all words of a statement; its share of the question's words, with its names; whether
#: an end of it is of the kind that is asked for; the share of its object that the question itself names,
#: which is then no answer; whether it is but words of the narrator, who tells who speaks rather than what is
#: asked; how like the question is to how people ask for what has the role of its object; whether it but
#: tells of the saying of another; whether a question for who names its own speaker, who is then not meant.
_OF_CLAIM: Final = (37.0, 8.0, 1.5, 1.5, -1.0, -1.2, 40.0, -5.0, -5.0)
#: How much a reviewed event that tells of a saying counts as one that only does so.
_REVIEWED_EVENT: Final = 0.2
#: How like a passage must be (cosine) to say what is asked rather than not: to the whole of a statement, or
#: of a question; to what is left of a statement without the passage's words, and how much more so, the
#: greater their share is, that of names above all: who is named may have said anything else. Few words are
#: like anything, by so much for each e-fold that a statement is shorter than some words.
_WHOLE: Final = 0.842
_WHOLE_OF_QUESTION: Final = 0.835
_REST: Final = 0.79
_REST_BY_SHARE: Final = 0.25
_REST_BY_NAMES: Final = 0.15
_BY_LENGTH: Final = 0.02
_LENGTH: Final = 9
#: The more passages there are, the more alike the nearest is by chance: by so much for each e-fold beyond
#: those of one article.
_BY_SIZE: Final = 0.003
_SIZE: Final = 20
#: How fast the odds grow with what is beyond these.
_STEEPNESS: Final = 60.0
_KEPT: Final = 1 << 16
#: Of so many words of questions it is kept which words are like them.
_ASKED: Final = 128
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
    """A passage with how it answers, and the question as it spells that."""

    passage: Passage
    asked: Asked
    score: float
    meaning: float
    coverage: Coverage
    words: list[str]


@dataclass(frozen=True, slots=True)
class Answering:
    """A passage with what its best claim adds to its score; each claim with how far it stays behind that
    one."""

    ranked: Ranked
    score: float
    claims: tuple[tuple[float, ClaimEntry], ...]


@dataclass(frozen=True, slots=True)
class Meant:
    """A question's vector, and how like it texts are (cosine), by key."""

    vector: Vector
    alike: Mapping[int, float]


def _nearest(question: Meant | None, keys: Iterable[int]) -> float:
    """How like a question the most alike of some texts is; 0 where there is none, or only words are
    compared."""
    return max((question.alike[key] for key in keys), default=0.0) if question is not None else 0.0


class Ranking:
    """Compares questions with the passages of an index."""

    def __init__(self, reader: IndexReader, encoder: Encoder | None) -> None:
        self._reader, self._encoder = reader, encoder
        self._asking: dict[str, Vector] = {}
        #: What a word counts: the more, the fewer passages have it.
        self.weigh = lru_cache(_KEPT)(lambda word: rarity(reader.frequency(word), reader.size))
        self._is_strange = lru_cache(_KEPT)(lambda word: not reader.frequency(word))
        self._forms = lru_cache(_ASKED)(
            lambda word, language: Forms(word, language, is_strange=self._is_strange(word))
        )

    def is_name(self, word: str, asked: Asked) -> bool:
        """Whether a word of a question is a name: the texts write it as one, and so may the question."""
        if self._reader.frequency(word):
            as_written = word in asked.names or word == asked.words[0] or asked.text.islower()
            return as_written and self._reader.is_name(word)
        return asked.language != "de" and word in asked.names

    def mean(self, question: Vector | None, passages: Iterable[Passage]) -> Meant | None:
        """A question with how like it the texts of some passages are; None where words alone are compared."""
        if question is None or self._reader.vectors is None:
            return None
        ordered = sorted({key for passage in passages for key in (*passage.keys, *passage.claim_keys)})
        alike = self._reader.vectors.take(ordered) @ question if ordered else ()
        return Meant(question, dict(zip(ordered, map(float, alike), strict=True)))

    def rank(self, asked: Asked, passage: Passage, question: Meant | None) -> Ranked:
        """A passage with how well it answers."""
        entry, words = passage.entry, read_words(passage.entry.text)
        labels = labels_of(entry.claims)
        coverage = self._cover(asked, words, labels, entry.language, is_strange=self._is_strange)
        alike = _nearest(question, (*passage.keys, *passage.claim_keys))
        is_answer = has_kind(asked, entry.text) or introduces(asked, entry.text)
        score = _weighed(_OF_PASSAGE, (alike, is_answer))
        return Ranked(passage, asked.spelt(coverage.spelt), score, alike, coverage, words)

    def _cover(
        self,
        asked: Asked,
        words: Sequence[str],
        labels: Iterable[str],
        language: str,
        is_strange: Callable[[str], bool] = lambda _: False,
    ) -> Coverage:
        return cover(
            asked.matter,
            words,
            labels,
            language=language,
            weigh=self.weigh,
            forms=self._forms,
            asked=asked.words,
            is_strange=is_strange,
        )

    def answer(self, each: Ranked, question: Meant | None, admitted: Sequence[ClaimEntry]) -> Answering:
        """How a passage answers by the best of some of its claims; where it has none, by its own words."""
        passage = each.passage
        own = zip(passage.entry.claims, passage.claim_keys, strict=True)
        claims = [(claim, key) for claim, key in own if claim in admitted]
        whole = ClaimEntry(passage.entry.iri, ((passage.entry.begin, passage.entry.end),))
        scores = {
            claim: _weighed(_OF_CLAIM, self._features(each, claim, key, question))
            for claim, key in claims or [(whole, passage.keys[0])]
        }
        best = max(scores.values())
        below = tuple((best - score, claim) for claim, score in scores.items() if claim is not whole)
        return Answering(each, each.score + best, below)

    def _features(
        self, each: Ranked, claim: ClaimEntry, key: int, question: Meant | None
    ) -> tuple[float, ...]:
        """What :data:`_OF_CLAIM` weighs."""
        asked, entry = each.asked, each.passage.entry
        language, own, told = entry.language, entry.words_of(claim.spans), quoted(each.passage, claim)
        is_named = _named_share(claim.speaker, asked.matter, language) > 0
        coverage = self._cover(asked, read_words(told), labels_of([claim], voices=claim.depth > 1), language)
        is_quotation = not asked.is_open and not each.coverage.missing
        return (
            _nearest(question, [key]),
            _in_common(asked, each.passage, claim) if is_quotation else 0.0,
            coverage.share,
            max(_answers(asked, claim, language), has_kind(asked, told), introduces(asked, own)),
            asked.is_open * _named_share(claim.object.names, asked.words, language),
            asked.kind is not Kind.WHO and claim.depth == 1 and not claim.role,
            self._asks_for(claim.role, question),
            _tells_of_saying(asked, entry, claim),
            (asked.kind is Kind.WHO or asked.is_framed) and claim.depth > 1 and is_named,
        )

    def _asks_for(self, role: str, question: Meant | None) -> float:
        """How like a question is to how people ask for what has a role."""
        if question is None or self._encoder is None:
            return 0.0
        if role not in self._asking:
            self._asking[role] = self._encoder.texts([f"{each}?" for each in phrases(role)]).mean(axis=0)
        return float(self._asking[role] @ question.vector)

    def judge(
        self, each: Ranked, odds: float, behind: float, *, is_fact: bool = False
    ) -> tuple[Found, float, tuple[Difference, ...]]:
        """How a passage answers, with what chance, and what it says otherwise, as far as that matters.

        ``odds`` are those of the first passage, ``behind`` says how far it stays behind that one. A fact
        (subject, predicate, object) is asked for whether it is affirmed or denied.
        """
        asked, is_same = each.asked, not each.coverage.missing and not each.asked.is_open
        chance = 1 / (1 + math.exp(-max(-50.0, min(50.0, odds - behind))))
        found = Found.MEANING if chance >= _SURE_ENOUGH else Found.NONE
        if (
            (is_same or found is not Found.NONE or not behind)
            and each.coverage.at
            and self._is_nearly_said(asked, each)
            and (differs := tuple(self._differences(asked, each, is_open=is_fact or not asked.is_statement)))
        ):
            return Found.NONE, min(chance, 1 - _SURE_ENOUGH), differs
        return (Found.SPELLING, max(chance, each.coverage.share), ()) if is_same else (found, chance, ())

    def odds(self, asked: Asked, first: Ranked, *, is_fact: bool = False) -> float:
        """The logarithm of the odds that the first passage says what is asked.

        A question may have words of the passage and say another thing with the rest, so that both must be
        like it, the whole and the rest. Of a fact the rest is but a verb, too little to compare.
        """
        if self._encoder is None:
            return 6.0 * (first.coverage.share - 0.75)
        whole = first.meaning
        if len(asked.words) == 1 and first.coverage.missing:
            return -1.0  # a word alone is like anything
        if is_fact:
            return _STEEPNESS * (whole - _WHOLE)
        by_chance = _BY_SIZE * math.log(max(1.0, self._reader.size / _SIZE))
        if not asked.is_statement:
            is_answer = asked.kind not in COUNTED or has_kind(asked, first.passage.entry.text)
            return _STEEPNESS * (whole - _WHOLE_OF_QUESTION - by_chance) if is_answer else -1.0
        longer = _BY_LENGTH * math.log(len(asked.words) / _LENGTH) - by_chance
        beyond = whole - _WHOLE + longer
        return _STEEPNESS * (min(beyond, self._beyond(asked, first) + longer) if beyond > 0 else beyond)

    def _beyond(self, asked: Asked, first: Ranked) -> float:
        """By how much the words of a statement that a passage does not have are like it all the same."""
        missing = set(first.coverage.missing)
        shared = set(asked.matter) - missing
        rest = [token for token in asked.text.split() if not shared & set(read_words(token))]
        if self._encoder is None or not (missing and shared and rest):
            return 1.0
        meant = self.mean(self._encoder.statements([" ".join(rest)])[0], [first.passage])
        names = sum(self.weigh(word) for word in shared if self.is_name(word, asked))
        needed = _REST + _REST_BY_SHARE * first.coverage.share
        needed += _REST_BY_NAMES * names / sum(map(self.weigh, asked.matter))
        return _nearest(meant, first.passage.keys) - needed

    def _is_nearly_said(self, asked: Asked, each: Ranked) -> bool:
        """Whether a passage has so much of a question that what differs is another number, name or time."""
        plain = [word for word in asked.matter if not is_number(word) and not self.is_name(word, asked)]
        plain = [word for word in plain if word not in listed("time")]
        if not plain:
            return each.coverage.share >= _NEARLY_SAID
        total = sum(map(self.weigh, plain))
        missing = sum(self.weigh(word) for word in plain if word in each.coverage.missing)
        return total - missing >= _NEARLY_SAID * total

    def _differences(self, asked: Asked, each: Ranked, *, is_open: bool) -> Iterable[Difference]:
        entry, matter = each.passage.entry, set(asked.matter)
        nearest = sorted(
            entry.claims,
            key=lambda claim: (-len(matter & {*read_words(entry.words_of(claim.spans))}), -claim.depth),
        )
        told = Told(
            words=each.words,
            clauses=clause_numbers(entry.text),
            at=each.coverage.at,
            beside=named_by(entry.claims),
            voices=[claim.speaker for claim in nearest if claim.speaker],
            is_negative=bool(entry.claims)
            and all(
                claim.denies_without_a_word
                and negations().isdisjoint(read_words(entry.words_of(claim.spans)))
                for claim in entry.claims
            ),
            language=entry.language,
        )
        return differences(
            asked.words,
            told,
            is_name=lambda word: self.is_name(word, asked),
            is_open=is_open,
            is_marked=asked.text.endswith("?"),
        )


def _weighed(weights: Sequence[float], features: Sequence[float]) -> float:
    return sum(weight * feature for weight, feature in zip(weights, features, strict=True))


def quoted(passage: Passage, claim: ClaimEntry) -> str:
    """The words of a claim's evidence, and those that attribute it."""
    return passage.entry.words_of(passage.entry.reach(claim))


def _tells_of_saying(asked: Asked, entry: PassageEntry, claim: ClaimEntry) -> float:
    """Whether a claim but tells of the saying of another, and not what its own speaker says, whom the
    question names ("what did Brandt tell the clerks?"), or that of which it is asked who says so ("who said
    that he was told to go?"). A reviewed event mostly tells it for its own sake.
    """
    language = entry.language

    def is_named(voice: ClaimEntry) -> bool:
        return asked.is_open and voice.depth > 1 and _named_share(voice.speaker, asked.matter, language) > 0

    def is_asked(voice: ClaimEntry) -> bool:
        cue = entry.words_of([voice.cue] if voice.cue is not None else [])
        return asked.is_framed and voice.depth > 2 and _named_share((cue,), asked.words, language) > 0

    tells = any(
        entry.tells_of(claim, each) and is_named(claim) <= is_named(each) and not is_asked(each)
        for each in entry.claims
    )
    return tells * (_REVIEWED_EVENT if claim.role and not claim.is_draft else 1.0)


def _answers(asked: Asked, claim: ClaimEntry, language: str) -> float:
    """Whether an end of a claim is of the kind that is asked for, and not what the question names itself.

    Who is asked for may also be who something is done to, the other way round, and half as likely.
    """
    if asked.kind is None or asked.kind is Kind.WHAT:
        return 0.0
    other = {Kind.WHO: Kind.WHOM, Kind.WHOM: Kind.WHO}.get(asked.kind)
    for kind, share in ((asked.kind, 1.0), (other, 0.5)):
        for part in (claim.object, claim.subject):
            if kind in part.kinds and _named_share(part.names, asked.matter, language) < 1:
                return share
    return 0.0


def _in_common(asked: Asked, passage: Passage, claim: ClaimEntry) -> float:
    """The share of a claim's words that a question has, and that of its words that the claim has: up to 2.
    What is but words has its cue and its speaker too.
    """
    own, language = passage.entry.words_of(claim.spans), passage.entry.language
    told = read_words(own)
    if claim.depth > 1 and not claim.role:
        told = [*read_words(quoted(passage, claim)), *named_by([claim])]
    ways = ((own, asked.words), (asked.text, told))
    return sum(_named_share((one,), other, language) for one, other in ways)


def _named_share(names: Sequence[str], words: Sequence[str], language: str) -> float:
    """How much of the first of some names some words have: of the words that carry
    matter, or of all where none does (May).
    """
    called = {word for name in names[:1] for word in read_words(name)}
    return cover(sorted(called - listed("stop") or called), words, language=language).share

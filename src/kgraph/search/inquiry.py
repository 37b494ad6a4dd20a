"""What a question asks for, and what a claim can answer.

"When did Nato bomb?" and "Why did Nato bomb?" have the same matter; what tells them apart is the kind of
answer that is wanted. The words that ask give the kind (``lexicon/inquiries.txt``), or a noun does ("the
number of …", ``lexicon/nouns.txt``). A claim has the kinds of its parts: a time expression is an answer to
*when*, an actor to *who*, a number to *how many*.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Final

from kgraph.search.synonymy import join_particles, synonyms
from kgraph.search.verbs import (
    AUXILIARIES,
    BE,
    DO,
    SAYING,
    Voice,
    is_past,
    says,
    voice_of,
    without_future,
)
from kgraph.search.words import PARTICLE, STOP_WORDS, folded_groups, stem

__all__ = ["Inquiry", "Kind", "asking_words", "read_inquiry", "said_by_when"]

_ASKED: Final = re.compile(r"\?\W*\Z")
_CLOSED_BY_WORD: Final = re.compile(r",\s*\w+\W*\Z")
#: What "what" stands behind where it asks for a topic: about what, what are they quarrelling over.
_ABOUT: Final = frozenset("about over concerning regarding".split())
#: What "how" asks for the outcome with: how did it end?
_ENDING: Final = frozenset("end ended finish finished out turnout go work".split())
_OUTCOME: Final = "outcome"
#: What "what" asks for a name with: what is it called, what does it mean?
_CALLED: Final = frozenset("called named mean".split())
_NAME: Final = "name"
#: What "what" asks for the aim with: what are they trying to do?
_DOING: Final = frozenset("do achieve accomplish".split())
_AT_IT: Final = "doing"
#: What a claim calls its other end, to whom something is said.
_ADDRESSEE: Final = "addressee"
#: What a clause begins with that only says when or why.
_SUBORDINATING: Final = frozenset("when once while after before until because since although".split())
_BY: Final = "by"
_DEADLINES: Final = frozenset("deadline cutoff ultimatum today tomorrow date day".split())
#: What "what" and "how" ask for a description with, unless it is a call on somebody, or for something.
_DESCRIBING: Final = frozenset("call calls describe describes described".split())
_CALLING: Final = frozenset("on upon for off".split())
#: Nouns that name how two things are related: what comes first in "the outcome of the talks" is asked for.
_RELATIONS: Final = frozenset("outcome result consequence effect upshot fruit deadline byline".split())
_WHO: Final = ("who",)
#: What asks wherever it stands: which states did …, how many.
_DETERMINERS: Final = frozenset("which what".split())
_AT_THE_END: Final = frozenset("what which whom who when where why".split())
_COUNTING: Final = frozenset({("how", "many"), ("how", "much"), ("how", "far")})
_ARTICLES: Final = frozenset("the a an".split())
_PREPOSITIONS: Final = frozenset("of for from between behind in to on with by at under through".split())
#: What a noun ends before.
_BEHIND_NOUNS: Final = AUXILIARIES | _PREPOSITIONS | _ARTICLES
_NOUN_AT_MOST: Final = 3
_NAME_AT_MOST: Final = 4


class Kind(StrEnum):
    """A kind of answer. The values stand in the index."""

    WHO = "who"
    WHOM = "whom"
    WHERE = "where"
    WHEN = "when"
    WHY = "why"
    HOW = "how"
    COUNT = "count"
    DURATION = "duration"
    DISTANCE = "distance"
    SORT = "sort"
    OFFICE = "office"
    OCCASION = "occasion"
    EVENT = "event"
    WHAT = "what"


#: How well each kind of answer suits a question; a question asks for its own kind first.
_SUITED: Final[dict[Kind, dict[Kind, float]]] = {kind: {kind: 1.0} for kind in Kind} | {
    Kind.WHO: {Kind.WHO: 1.0, Kind.WHOM: 0.6},
    Kind.WHOM: {Kind.WHOM: 1.0, Kind.WHO: 0.8},
    Kind.WHAT: {
        **dict.fromkeys((Kind.WHAT, Kind.EVENT, Kind.HOW), 1.0),
        **dict.fromkeys((Kind.WHERE, Kind.WHO, Kind.WHOM, Kind.WHY, Kind.COUNT), 0.6),
        Kind.SORT: 0.4,
    },
    Kind.WHERE: {Kind.WHERE: 1.0, Kind.HOW: 0.5},
    Kind.WHEN: {Kind.WHEN: 1.0, Kind.OCCASION: 1.0},
    Kind.WHY: {Kind.WHY: 1.0, Kind.OCCASION: 0.5},
    Kind.OCCASION: {Kind.OCCASION: 1.0, Kind.WHY: 0.6, Kind.WHEN: 0.4},
    Kind.EVENT: {Kind.EVENT: 1.0, Kind.SORT: 0.5, Kind.WHAT: 0.3},
    Kind.COUNT: {Kind.COUNT: 1.0, Kind.SORT: 0.4},
    Kind.OFFICE: {Kind.OFFICE: 1.0, Kind.SORT: 0.5},
}
#: What it is that one asks for by the number of its units: how many days, how many miles.
_COUNTED: Final = {Kind.WHEN: Kind.DURATION, Kind.DISTANCE: Kind.DISTANCE}
#: What a noun asks for that a clause follows, and how many words make one.
_TOPICS: Final = frozenset(
    {Kind.WHEN, Kind.WHERE, Kind.WHY, Kind.COUNT, Kind.DURATION, Kind.DISTANCE, Kind.HOW, Kind.OFFICE}
)
_CLAUSE_AT_LEAST: Final = 2
_ANYBODY: Final = {Kind.WHO: 0.9, Kind.WHOM: 1.0}


_SUITED_BY_VOICE: Final[dict[Voice, dict[Kind, float]]] = {
    Voice.ACTIVE: {Kind.WHO: 1.0, Kind.WHOM: 0.2},
    Voice.PASSIVE: {Kind.WHO: 0.8, Kind.WHOM: 1.0},
    Voice.EITHER: _ANYBODY,
}


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question.

    ``suited`` says how well each kind of answer suits it (none: it wants a yes or a no). ``matter`` is what
    it says, without the words that only ask. ``head`` is the noun that names the answer, if one does:
    "which deadline" wants whatever is called a deadline, and ``is_named`` says that nothing else will do.
    ``is_of_subject`` is true of "what forced them", which wants the one end of a claim before the other.
    ``aside`` has the words of a clause that only says when or why.
    """

    suited: Mapping[Kind, float]
    matter: tuple[str, ...]
    head: str | None = None
    is_named: bool = False
    is_of_subject: bool = False
    aside: frozenset[str] = frozenset()


@cache
def _phrases() -> list[tuple[tuple[str, ...], Kind]]:
    """The words that ask, the longest first."""
    asking = [(tuple(words), Kind(kind)) for kind, *words in folded_groups("inquiries.txt")]
    return sorted(asking, key=lambda each: len(each[0]), reverse=True)


@cache
def asking_words() -> frozenset[str]:
    """The words that questions are asked with."""
    return frozenset(word for phrase, _ in _phrases() for word in phrase)


@cache
def _kinds_of_nouns() -> dict[str, Kind]:
    kinds = {noun: Kind(kind) for kind, *nouns in folded_groups("nouns.txt") for noun in nouns}
    return kinds | {_plural(noun): kind for noun, kind in kinds.items()}


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"


@cache
def _aims() -> frozenset[str]:
    return frozenset(stem(word) for group in folded_groups("aims.txt") for word in group)


@cache
def _causes() -> frozenset[str]:
    return frozenset(stem(word) for group in folded_groups("causes.txt") for word in group)


def read_inquiry(text: str, words: Sequence[str]) -> Inquiry | None:
    """What the words of a text ask for; None where they are no question but, say, a quotation.

    What asks stands at the beginning, perhaps after a preposition ("from whom"), or anywhere before a
    question mark.
    """
    if all(word in asking_words() for word in words):
        return None
    words = without_future(words)
    begins_with_verb = words[0] in AUXILIARIES
    if begins_with_verb and list(words[1:2]) != ["you"]:  # did they go when …, not: do you know when …
        return Inquiry({}, join_particles(words), aside=_clause_aside(words))
    is_asked = _ASKED.search(text) is not None or _asks_within(words)
    for start in range(len(words) if is_asked else min(2, len(words))):
        if start and not is_asked and words[start - 1] not in STOP_WORDS:
            break
        for phrase, kind in _phrases():
            end = start + len(phrase)
            if tuple(words[start:end]) == phrase and not DO.intersection(words[start - 1 : start]):
                if phrase == _WHO and _asks_who_said(words[end:]):
                    return Inquiry({}, join_particles(words[end:]))
                return _inquiry(kind, words[:start], words[end:])
    if not begins_with_verb and (named := _led_by_noun(words) or _closed_by_noun(text, words)) is not None:
        return named
    return Inquiry({}, join_particles(words)) if begins_with_verb or is_asked else None


def _asks_within(words: Sequence[str]) -> bool:
    """Whether something asks in the middle, without a question mark: independence from which state did …"""
    return words[-1] in _AT_THE_END or any(
        words[at] in _DETERMINERS and not DO.isdisjoint(words[at + 2 : at + 2 + _NOUN_AT_MOST])
        for at in range(len(words))
    ) or any(pair in _COUNTING for pair in pairwise(words))


def _clause_aside(words: Sequence[str]) -> frozenset[str]:
    """The words that stand only in what says when: were they gone when the deadline ran out, by the deadline?"""
    for at, word in enumerate(words):
        if at > 2 and word in _SUBORDINATING:
            return frozenset(words[at:]) - frozenset(words[:at])
    return said_by_when(words)


def said_by_when(words: Sequence[str]) -> frozenset[str]:
    """The words that stand only in a phrase that says by when: they had not gone by the deadline."""
    for at, word in enumerate(words):
        if at > 1 and word == _BY and not _DEADLINES.isdisjoint(words[at + 1 : at + 1 + _NOUN_AT_MOST]):
            return frozenset(words[at:]) - frozenset(words[:at])
    return frozenset()


def _inquiry(kind: Kind, before: Sequence[str], after: Sequence[str]) -> Inquiry:
    head = None
    is_named = False
    if kind is Kind.WHAT and (_asks_for_purpose(after) or _asks_for_cause(after)):
        kind = Kind.WHY
    if kind is Kind.WHAT and _asks_for_occasion(after):
        kind = Kind.OCCASION
    if kind is Kind.HOW and after and after[-1] in _ENDING:
        return replace(_wanting(_SUITED[Kind.WHAT], after[:-1], _OUTCOME), is_named=True)
    if kind is Kind.WHAT and len(after) > 2 and (after[0] in BE | DO) and after[-1] in _CALLED:
        return _wanting(_SUITED[Kind.WHAT], after[:-1], _NAME)
    if kind in (Kind.WHAT, Kind.HOW) and (at := _describing(after)) is not None:
        return _wanting(_SUITED[Kind.SORT], (*before, *after[:at], *after[at + 1 :]), None)
    is_of_topic = kind is Kind.WHAT and not _ABOUT.isdisjoint((*before, *after[-1:]))
    if kind in (Kind.WHAT, Kind.WHO, Kind.COUNT) and not is_of_topic:
        noun = _named_noun(after) if kind is not Kind.WHO else None
        if noun is None and after and after[0] in BE:
            noun = _defined_noun(after)
        if noun is not None:
            head, after = noun
            meant = _kinds_of_nouns().get(head)
            if kind is Kind.COUNT and meant not in _COUNTED:
                after, head = (*after, head), None  # how many states: what is counted is not the answer
            elif meant is not None:
                kind = _COUNTED[meant] if kind is Kind.COUNT else meant
            else:
                after, is_named = (*after, head), kind is Kind.WHAT
    suited = _suited(kind, head, after)
    if kind in (Kind.WHO, Kind.WHOM) and list(before[-1:]) == ["to"]:
        head = _ADDRESSEE
    if is_of_topic:
        head = "about"
    of_subject = kind is Kind.WHAT and head is None and bool(after) and after[0] not in AUXILIARIES
    wanted = _wanting(suited, (*before, *after), head)
    return replace(wanted, is_named=is_named, is_of_subject=of_subject)


def _describing(after: Sequence[str]) -> int | None:
    """Where the verb stands by which one asks for a description: what do they call it?"""
    for at, word in enumerate(after):
        if word in _DESCRIBING and _CALLING.isdisjoint(after[at + 1 : at + 2]):
            return at
    return None


def _asks_who_said(after: Sequence[str]) -> bool:
    """Who denied that they would act? Whoever said it answers, and no part of what was said does."""
    is_clause = list(after[1:2]) == ["that"] or not AUXILIARIES.isdisjoint(after[2:])
    return is_clause and says(after[0], SAYING)


def _asks_for_purpose(after: Sequence[str]) -> bool:
    """What did they come for, what are they trying to do?"""
    if list(after[-2:-1]) == ["to"] and after[-1] in _DOING:
        return any(stem(word) in _aims() for word in after)
    return list(after[-1:]) == ["for"] and not synonyms(PARTICLE.join(after[-2:]))  # not "call for"


def _asks_for_occasion(after: Sequence[str]) -> bool:
    """What were they doing when it happened?"""
    return any(verb == _AT_IT and word in _SUBORDINATING for verb, word in pairwise(after))


def _asks_for_cause(after: Sequence[str]) -> bool:
    """What made them go, what drove them to it? Not: what made the noise."""
    return len(after) > _CLAUSE_AT_LEAST and stem(after[0]) in _causes() and is_past(after[0])


def _suited(kind: Kind, head: str | None, after: Sequence[str]) -> Mapping[Kind, float]:
    """How well each kind of answer suits a question for a kind, perhaps by a noun, with what follows."""
    if kind is not Kind.WHO:
        suited = _SUITED[kind]
    elif head is not None and not after:
        suited = _ANYBODY
    else:
        suited = _SUITED_BY_VOICE[voice_of(after)]
    if kind in (Kind.WHAT, Kind.WHO) and after and after[0] in BE and len(after) <= _NAME_AT_MOST:
        suited = {**suited, Kind.SORT: 1.0, Kind.OFFICE: 1.0}  # what is a thing, who is somebody?
    return suited


def _wanting(suited: Mapping[Kind, float], matter: Sequence[str], head: str | None) -> Inquiry:
    """An inquiry; where nothing else is said in it, its noun is the matter."""
    if head is not None and all(word in STOP_WORDS for word in matter):
        matter = (head,)
    return Inquiry(suited, join_particles(matter), head)


def _named_noun(words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """The noun of "which noun did …", and what else is said."""
    if words and words[0].isdecimal():
        words = words[1:]  # which two parties
    following = words[1 : _NOUN_AT_MOST + 1]
    is_subject = (
        bool(following) and following[0] not in STOP_WORDS and not AUXILIARIES.intersection(following)
    )
    if is_subject and words[0] in _kinds_of_nouns():
        return words[0], words[1:]  # which country lost control of …
    if not words or (is_past(words[0]) and words[0] not in _kinds_of_nouns()):
        return None  # what forced …
    for end, word in enumerate(words[: _NOUN_AT_MOST + 1]):
        if word in _BEHIND_NOUNS:
            last = end - 2 if end > 1 and is_past(words[end - 1]) else end - 1  # to which agency spoke the …
            if (last > 0 or last < end - 1) and words[last] in _kinds_of_nouns():
                return words[last], words[last + 1 :]
            return (words[end - 1], (*words[: end - 1], *words[end:])) if end else None
    return (words[0], words[1:]) if words[0] not in STOP_WORDS else None


def _defined_noun(words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """The noun of "is the noun of …" or of "is somebody's noun", and what else is said."""
    if len(words) == 3 and words[1] in _ARTICLES:
        return words[2], ()  # what was the deadline?
    found = _leading_noun(words[1:])
    if found is not None and (words[1] in _ARTICLES or found[0] in _kinds_of_nouns()):
        return found
    rest = [word for word in words[1:] if word not in _ARTICLES]
    if 2 <= len(rest) <= _NOUN_AT_MOST and rest[-1] in _kinds_of_nouns():
        return rest[-1], rest[:-1]
    return None


def _led_by_noun(words: Sequence[str]) -> Inquiry | None:
    """What a noun at the beginning asks for: "year of …", "the outcome of …", "year Kosovo declared …"."""
    kinds = _kinds_of_nouns()
    if (leading := _leading_noun(words)) is not None:
        noun, rest = leading
        if noun in kinds:
            return _wanting(_ANYBODY if kinds[noun] is Kind.WHO else _SUITED[kinds[noun]], rest, noun)
        if noun in _RELATIONS:
            return replace(_wanting(_SUITED[Kind.WHAT], rest, noun), is_named=True)
    noun, *clause = _without_article(words) or ("",)
    if kinds.get(noun) not in _TOPICS or len(clause) < _CLAUSE_AT_LEAST:
        return None
    is_verb = clause[0] in AUXILIARIES or is_past(clause[0])  # time is running out
    return None if is_verb else _wanting(_SUITED[kinds[noun]], clause, noun)


def _closed_by_noun(text: str, words: Sequence[str]) -> Inquiry | None:
    """What a noun after a comma asks for: "from here to there, miles"."""
    kind = _kinds_of_nouns().get(words[-1])
    if kind not in _TOPICS or len(words) <= _CLAUSE_AT_LEAST or not _CLOSED_BY_WORD.search(text):
        return None
    return _wanting(_SUITED[kind], words[:-1], words[-1])


def _leading_noun(words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """The noun of "the noun of …", and what else is said."""
    words = _without_article(words)
    for end in range(1, min(_NOUN_AT_MOST, len(words))):
        if words[end] in _PREPOSITIONS:
            return words[end - 1], (*words[: end - 1], *words[end + 1 :])
    return None


def _without_article(words: Sequence[str]) -> Sequence[str]:
    return words[1:] if words and words[0] in _ARTICLES else words

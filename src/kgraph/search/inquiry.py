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
from typing import Final

from kgraph.search.lexicon import read_groups
from kgraph.search.synonymy import join_particles
from kgraph.search.words import NEGATIONS, STOP_WORDS, lemma

__all__ = ["Inquiry", "Kind", "asking_words", "read_inquiry"]

_ASKED: Final = re.compile(r"\?\W*\Z")
_BE: Final = frozenset("am is are was were be been".split())
_DO: Final = frozenset("do does did".split())
#: What a question that wants a yes or a no begins with, and what follows the noun of "which noun".
_AUXILIARIES: Final = (
    _BE | _DO | frozenset("has have had will would can could may might shall should must".split())
)
#: What "what" stands behind where it asks for a topic: about what, what are they quarrelling over.
_ABOUT: Final = frozenset("about over on concerning regarding".split())
_ARTICLES: Final = frozenset("the a an".split())
_PREPOSITIONS: Final = frozenset("of for from between behind in to on with by at under".split())
#: "Who is going to …" asks of no going.
_FUTURE: Final = ("going", "to")
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
class Voice(StrEnum):
    """Whether somebody does something or has it done to them, as far as the form of a verb tells."""

    ACTIVE = "active"
    PASSIVE = "passive"
    EITHER = "either"


_ANYBODY: Final = {Kind.WHO: 0.9, Kind.WHOM: 1.0}


_SUITED_BY_VOICE: Final = {
    Voice.ACTIVE: {Kind.WHO: 1.0, Kind.WHOM: 0.25},
    Voice.PASSIVE: {Kind.WHO: 0.8, Kind.WHOM: 1.0},
    Voice.EITHER: _ANYBODY,
}


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question.

    ``suited`` says how well each kind of answer suits it (none: it wants a yes or a no). ``matter`` is what
    it says, without the words that only ask. ``head`` is the noun that names the answer, if one does:
    "which deadline" wants whatever is called a deadline, and ``is_named`` says that nothing else will do.
    """

    suited: Mapping[Kind, float]
    matter: tuple[str, ...]
    head: str | None = None
    is_named: bool = False


@cache
def _phrases() -> list[tuple[tuple[str, ...], Kind]]:
    """The words that ask, the longest first."""
    asking = [(tuple(words), Kind(kind)) for kind, *words in read_groups("inquiries.txt")]
    return sorted(asking, key=lambda each: len(each[0]), reverse=True)


@cache
def asking_words() -> frozenset[str]:
    """The words that questions are asked with."""
    return frozenset(word for phrase, _ in _phrases() for word in phrase)


@cache
def _kinds_of_nouns() -> dict[str, Kind]:
    kinds = {noun: Kind(kind) for kind, *nouns in read_groups("nouns.txt") for noun in nouns}
    return kinds | {f"{noun}s": kind for noun, kind in kinds.items()}


def read_inquiry(text: str, words: Sequence[str]) -> Inquiry | None:
    """What the words of a text ask for; None where they are no question but, say, a quotation.

    What asks stands at the beginning, perhaps after a preposition ("from whom"), or anywhere before a
    question mark.
    """
    if all(word in asking_words() for word in words):
        return None
    words = _without_future(words)
    is_asked = _ASKED.search(text) is not None
    for start in range(len(words) if is_asked else min(2, len(words))):
        if start and not is_asked and words[start - 1] not in STOP_WORDS:
            break
        for phrase, kind in _phrases():
            end = start + len(phrase)
            if tuple(words[start:end]) == phrase:
                return _inquiry(kind, words[:start], words[end:])
    if words and words[0] not in _AUXILIARIES and (noun := _leading_noun(words)) is not None:
        kind_of_noun = _kinds_of_nouns().get(noun[0])
        if kind_of_noun is not None:
            return _wanting(_suited_to_noun(kind_of_noun), noun[1], noun[0])
    if words and (words[0] in _AUXILIARIES or is_asked):
        return Inquiry({}, join_particles(words))
    return None


def _inquiry(kind: Kind, before: Sequence[str], after: Sequence[str]) -> Inquiry:
    head = None
    is_named = False
    if kind is Kind.WHAT and (after[-1:] == ["for"] or after[-2:] == ["to", "do"]):
        kind = Kind.WHY  # what did they come for, what are they trying to do?
    if kind in (Kind.WHAT, Kind.WHO, Kind.COUNT):
        noun = _named_noun(after) if kind is not Kind.WHO else None
        if noun is None and after and after[0] in _BE:
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
    suited: Mapping[Kind, float] = _SUITED[kind]
    if head is not None and (not after or after[0] in _BE or after[0] in _DO):
        suited = _suited_to_noun(kind)
    if kind in (Kind.WHAT, Kind.WHO) and after and after[0] in _BE and len(after) <= _NAME_AT_MOST:
        suited = {**suited, Kind.SORT: 1.0, Kind.OFFICE: 1.0}  # what is a thing, who is somebody?
    if kind is Kind.WHO and after and after[0] in _DO:
        suited = _SUITED[Kind.WHOM]  # who did they call?
    elif kind is Kind.WHO and after and after[0] in _BE:
        suited = {**suited, **_SUITED_BY_VOICE[_voice(after[1:])]}
    if kind is Kind.WHAT and head is None and not _ABOUT.isdisjoint((*before, *after[-1:])):
        head = "about"
    return replace(_wanting(suited, (*before, *after), head), is_named=is_named)


def _voice(words: Sequence[str]) -> Voice:
    """The voice of the verb after "who is"."""
    verb = next((word for word in words if word not in STOP_WORDS and word not in NEGATIONS), "")
    if verb.endswith("ing"):
        return Voice.ACTIVE
    return Voice.PASSIVE if _is_past(verb) else Voice.EITHER


def _is_past(word: str) -> bool:
    """Whether a word looks like the past form of a verb: stopped, led."""
    return word.endswith("ed") or word != lemma(word)


def _suited_to_noun(kind: Kind) -> Mapping[Kind, float]:
    """A noun may not say which part somebody has in it: the agency that told, or was told."""
    return _ANYBODY if kind is Kind.WHO else _SUITED[kind]


def _wanting(suited: Mapping[Kind, float], matter: Sequence[str], head: str | None) -> Inquiry:
    """An inquiry; where nothing else is said in it, its noun is the matter."""
    if head is not None and all(word in STOP_WORDS for word in matter):
        matter = (head,)
    return Inquiry(suited, join_particles(matter), head)


def _without_future(words: Sequence[str]) -> Sequence[str]:
    """The words without the "going to" that only says when."""
    for start, pair in enumerate(zip(words, words[1:], strict=False)):
        if pair == _FUTURE:
            return (*words[:start], *words[start + 2 :])
    return words


def _named_noun(words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """The noun of "which noun did …", and what else is said."""
    if len(words) > 1 and words[0] in _kinds_of_nouns() and words[1] not in STOP_WORDS:
        if not any(word in _AUXILIARIES for word in words[1 : _NOUN_AT_MOST + 1]):
            return words[0], words[1:]  # which country lost control of …
    for end, word in enumerate(words[: _NOUN_AT_MOST + 1]):
        if word in _AUXILIARIES or word in _PREPOSITIONS:
            return (words[end - 1], (*words[: end - 1], *words[end:])) if end else None
    if words and words[0] not in STOP_WORDS and not _is_past(words[0]):
        return words[0], words[1:]
    return None


def _defined_noun(words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """The noun of "is the noun of …" or of "is somebody's noun", and what else is said."""
    found = _leading_noun(words[1:])
    if found is not None and (words[1] in _ARTICLES or found[0] in _kinds_of_nouns()):
        return found
    rest = [word for word in words[1:] if word not in _ARTICLES]
    if 2 <= len(rest) <= _NOUN_AT_MOST and rest[-1] in _kinds_of_nouns():
        return rest[-1], rest[:-1]
    return None


def _leading_noun(words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """The noun of "the noun of …", and what else is said."""
    start = 1 if words and words[0] in _ARTICLES else 0
    for end in range(start + 1, min(start + _NOUN_AT_MOST, len(words))):
        if words[end] in _PREPOSITIONS:
            return words[end - 1], (*words[start : end - 1], *words[end + 1 :])
    return None

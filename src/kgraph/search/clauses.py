"""What the verbs of a question tell: what is asked about something, and what only says when."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from kgraph.search.nouns import NOUN_AT_MOST
from kgraph.search.synonymy import synonyms
from kgraph.search.verbs import AUXILIARIES, BE, DO, SAYING, is_past, says
from kgraph.search.words import PARTICLE, listed_stems, stem

__all__ = [
    "asks_for_cause",
    "asks_for_name",
    "asks_for_occasion",
    "asks_for_outcome",
    "asks_for_purpose",
    "asks_who_said",
    "clause_aside",
    "describing",
    "said_by_when",
]

#: What "how" asks for the outcome with: how did it end?
_ENDING: Final = frozenset("end ended finish finished out turnout go work".split())
#: What "what" asks for a name with: what is it called, what does it mean?
_CALLED: Final = frozenset("called named mean".split())
#: What "what" asks for the aim with: what are they trying to do?
_DOING: Final = frozenset("do achieve accomplish".split())
_USED_FOR: Final = ("used", "for")
_AT_IT: Final = "doing"
#: What a clause begins with that only says when or why.
_SUBORDINATING: Final = frozenset("when once while after before until because since although".split())
_BY: Final = "by"
_DEADLINES: Final = frozenset("deadline cutoff ultimatum today tomorrow date day".split())
#: What "what" and "how" ask for a description with, unless it is a call on somebody, or for something.
_DESCRIBING: Final = frozenset("call calls describe describes described".split())
_CALLING: Final = frozenset("on upon for off".split())
_CLAUSE_AT_LEAST: Final = 2
_AIMS: Final = listed_stems("aims.txt")
_CAUSES: Final = listed_stems("causes.txt")


def clause_aside(words: Sequence[str]) -> frozenset[str]:
    """The words that stand only in what says when: were they gone when it ran out, by today?"""
    for at, word in enumerate(words):
        if at > 2 and word in _SUBORDINATING:
            return frozenset(words[at:]) - frozenset(words[:at])
    return said_by_when(words)


def said_by_when(words: Sequence[str]) -> frozenset[str]:
    """The words that stand only in a phrase that says by when: they had not gone by the deadline."""
    for at, word in enumerate(words):
        if at > 1 and word == _BY and not _DEADLINES.isdisjoint(words[at + 1 : at + 1 + NOUN_AT_MOST]):
            return frozenset(words[at:]) - frozenset(words[:at])
    return frozenset()


def asks_who_said(after: Sequence[str]) -> bool:
    """Who denied that they would act? Whoever said it answers, and no part of what was said does."""
    is_clause = list(after[1:2]) == ["that"] or not AUXILIARIES.isdisjoint(after[2:])
    return is_clause and says(after[0], SAYING)


def asks_for_purpose(after: Sequence[str]) -> bool:
    """What did they come for, what are they trying to do?"""
    if list(after[-2:-1]) == ["to"] and after[-1] in _DOING:
        return any(stem(word) in _AIMS for word in after)
    is_last = list(after[-1:]) == ["for"] and not synonyms(PARTICLE.join(after[-2:]))  # not "call for"
    return is_last or _USED_FOR in pairwise(after)


def asks_for_occasion(after: Sequence[str]) -> bool:
    """What were they doing when it happened?"""
    return any(verb == _AT_IT and word in _SUBORDINATING for verb, word in pairwise(after))


def asks_for_cause(after: Sequence[str]) -> bool:
    """What made them go, what drove them to it? Not: what made the noise."""
    return len(after) > _CLAUSE_AT_LEAST and stem(after[0]) in _CAUSES and is_past(after[0])


def asks_for_outcome(after: Sequence[str]) -> bool:
    """How did it end?"""
    return bool(after) and after[-1] in _ENDING


def asks_for_name(after: Sequence[str]) -> bool:
    """What is it called, what does it mean?"""
    return len(after) > _CLAUSE_AT_LEAST and after[0] in BE | DO and after[-1] in _CALLED


def describing(after: Sequence[str]) -> int | None:
    """Where the verb stands by which one asks for a description: what do they call it?"""
    for at, word in enumerate(after):
        if word in _DESCRIBING and _CALLING.isdisjoint(after[at + 1 : at + 2]):
            return at
    return None

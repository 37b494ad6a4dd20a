"""Reading a question: which words ask, and for what.

The words that ask give the kind of answer (``lexicon/inquiries.txt``), or a noun does ("the number of …",
:mod:`kgraph.search.nouns`), or the verb ("what drove them to it", :mod:`kgraph.search.clauses`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Final

from kgraph.search.clauses import (
    asks_for_cause,
    asks_for_name,
    asks_for_occasion,
    asks_for_outcome,
    asks_for_purpose,
    asks_who_said,
    clause_aside,
    describing,
)
from kgraph.search.inquiry import ANYBODY, SUITED, Inquiry, Kind, suited_to, wanting
from kgraph.search.nouns import (
    NOUN_AT_MOST,
    defined_noun,
    kinds_of_nouns,
    leading_noun,
    named_noun,
    without_article,
)
from kgraph.search.synonymy import join_particles
from kgraph.search.verbs import AUXILIARIES, BE, DO, is_past, without_future
from kgraph.search.words import STOP_WORDS, folded_groups

__all__ = ["asking_words", "read_inquiry"]

_ASKED: Final = re.compile(r"(?:\A|\w)[^\w?]*+\?\W*+\Z")
_CLOSED_BY_WORD: Final = re.compile(r",\s*\w+\W*\Z")
#: What "what" stands behind where it asks for a topic: about what, what are they quarrelling over.
_ABOUT: Final = frozenset("about over concerning regarding".split())
#: What a claim calls an end that a question asks for without a noun.
_OUTCOME: Final = "outcome"
_NAME: Final = "name"
_ADDRESSEE: Final = "addressee"
_TOPIC: Final = "about"
#: Nouns that name how two things are related: what comes first in "the outcome of the talks" is asked for.
_RELATIONS: Final = frozenset(
    "outcome result consequence effect upshot fruit deadline byline composition".split()
)
_WHO: Final = ("who",)
#: What asks wherever it stands: which states did …, how many; and at the end.
_DETERMINERS: Final = frozenset("which what".split())
_COUNTING: Final = frozenset({("how", "many"), ("how", "much"), ("how", "far")})
_AT_THE_END: Final = frozenset("what which whom who when where why".split())
#: What it is that one asks for by the number of its units: how many days, how many miles.
_COUNTED: Final = {Kind.WHEN: Kind.DURATION, Kind.DISTANCE: Kind.DISTANCE}
#: What a noun asks for that a clause follows, and how many words make one.
_TOPICS: Final = frozenset(
    {Kind.WHEN, Kind.WHERE, Kind.WHY, Kind.COUNT, Kind.DURATION, Kind.DISTANCE, Kind.HOW, Kind.OFFICE}
)
_CLAUSE_AT_LEAST: Final = 2


@cache
def _phrases() -> list[tuple[tuple[str, ...], Kind]]:
    """The words that ask, the longest first."""
    asking = [(tuple(words), Kind(kind)) for kind, *words in folded_groups("inquiries.txt")]
    return sorted(asking, key=lambda each: len(each[0]), reverse=True)


@cache
def asking_words() -> frozenset[str]:
    """The words that questions are asked with."""
    return frozenset(word for phrase, _ in _phrases() for word in phrase)


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
        return Inquiry({}, join_particles(words), aside=clause_aside(words))
    is_asked = _ASKED.search(text) is not None or _asks_within(words)
    for start in range(len(words) if is_asked else min(2, len(words))):
        if start and not is_asked and words[start - 1] not in STOP_WORDS:
            break
        for phrase, kind in _phrases():
            end = start + len(phrase)
            if tuple(words[start:end]) == phrase and not DO.intersection(words[start - 1 : start]):
                if phrase == _WHO and asks_who_said(words[end:]):
                    return Inquiry({}, join_particles(words[end:]))
                return _inquiry(kind, words[:start], words[end:])
    if not begins_with_verb and (named := _led_by_noun(words) or _closed_by_noun(text, words)) is not None:
        return named
    return Inquiry({}, join_particles(words)) if begins_with_verb or is_asked else None


def _asks_within(words: Sequence[str]) -> bool:
    """Whether something asks in the middle, without a question mark: independence from which state did …"""
    return (
        words[-1] in _AT_THE_END
        or any(
            words[at] in _DETERMINERS and not DO.isdisjoint(words[at + 2 : at + 2 + NOUN_AT_MOST])
            for at in range(len(words))
        )
        or any(pair in _COUNTING for pair in pairwise(words))
    )


def _inquiry(kind: Kind, before: Sequence[str], after: Sequence[str]) -> Inquiry:
    """What a question of some kind asks for, by what stands before and after the words that ask."""
    if kind is Kind.WHAT:
        kind = _meant_by_what(after)
    if kind is Kind.HOW and asks_for_outcome(after):
        return replace(wanting(SUITED[Kind.WHAT], after[:-1], _OUTCOME), is_named=True)
    if kind is Kind.WHAT and asks_for_name(after):
        return wanting(SUITED[Kind.WHAT], after[:-1], _NAME)
    if kind in (Kind.WHAT, Kind.HOW) and (at := describing(after)) is not None:
        return wanting(SUITED[Kind.SORT], (*before, *after[:at], *after[at + 1 :]), None)
    noun = _noun_asked_for(kind, after) if kind in (Kind.WHAT, Kind.WHO, Kind.COUNT) else None
    is_known = noun is not None and noun[0] in kinds_of_nouns()  # over which town
    if kind is Kind.WHAT and not is_known and not _ABOUT.isdisjoint((*before, *after[-1:])):
        topic = wanting(suited_to(kind, None, after), (*before, *after), _TOPIC)
        return replace(topic, is_named=True)
    if noun is not None:
        return _asked_by_noun(kind, before, *noun)
    head = _ADDRESSEE if _is_addressed(kind, before) else None
    wanted = wanting(suited_to(kind, None, after), (*before, *after), head)
    is_of_subject = kind in (Kind.WHAT, Kind.CAUSE) and bool(after) and after[0] not in AUXILIARIES
    return replace(wanted, is_of_subject=is_of_subject)


def _meant_by_what(after: Sequence[str]) -> Kind:
    """What made them go asks for a cause, what for an aim; what were they doing when …, for an occasion."""
    if asks_for_purpose(after):
        return Kind.WHY
    if asks_for_cause(after):
        return Kind.CAUSE
    return Kind.OCCASION if asks_for_occasion(after) else Kind.WHAT


def _is_addressed(kind: Kind, before: Sequence[str]) -> bool:
    """To whom, to which agency did they speak?"""
    return kind in (Kind.WHO, Kind.WHOM) and list(before[-1:]) == ["to"]


def _noun_asked_for(kind: Kind, after: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """The noun of "which noun did …" or "what is the noun of …", and what else is said."""
    noun = named_noun(after) if kind is not Kind.WHO else None
    return noun or (defined_noun(after) if after and after[0] in BE else None)


def _asked_by_noun(kind: Kind, before: Sequence[str], noun: str, after: Sequence[str]) -> Inquiry:
    """What a question asks for whose noun names the answer, or what is counted."""
    meant = kinds_of_nouns().get(noun)
    if kind is Kind.COUNT:
        if meant not in _COUNTED:
            return wanting(SUITED[kind], (*before, *after, noun), None)  # how many states: no answer
        meant = _COUNTED[meant]
    if meant is None:
        wanted = wanting(suited_to(kind, noun, (*after, noun)), (*before, *after, noun), noun)
        return replace(wanted, is_named=kind is Kind.WHAT)
    head = _ADDRESSEE if _is_addressed(meant, before) else noun
    return wanting(suited_to(meant, noun, after), (*before, *after), head)


def _led_by_noun(words: Sequence[str]) -> Inquiry | None:
    """What a noun at the beginning asks for: "year of …", "the outcome of …", "year Kosovo declared …"."""
    kinds = kinds_of_nouns()
    if (leading := leading_noun(words)) is not None:
        noun, rest = leading
        if noun in kinds:
            return wanting(ANYBODY if kinds[noun] is Kind.WHO else SUITED[kinds[noun]], rest, noun)
        if noun in _RELATIONS:
            return replace(wanting(SUITED[Kind.WHAT], rest, noun), is_named=True)
    noun, *clause = without_article(words) or ("",)
    if kinds.get(noun) not in _TOPICS or len(clause) < _CLAUSE_AT_LEAST:
        return None
    is_verb = clause[0] in AUXILIARIES or is_past(clause[0])  # time is running out
    return None if is_verb else wanting(SUITED[kinds[noun]], clause, noun)


def _closed_by_noun(text: str, words: Sequence[str]) -> Inquiry | None:
    """What a noun after a comma asks for: "from here to there, miles"."""
    kind = kinds_of_nouns().get(words[-1])
    if kind not in _TOPICS or len(words) <= _CLAUSE_AT_LEAST or not _CLOSED_BY_WORD.search(text):
        return None
    return wanting(SUITED[kind], words[:-1], words[-1])

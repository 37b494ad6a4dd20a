"""What a question asks for, and what a claim can answer.

"When did Nato bomb?" and "Why did Nato bomb?" have the same matter; what tells them apart is the kind of
answer that is wanted (:mod:`kgraph.search.questions` reads it off the words). A claim has the kinds of its
parts: a time expression is an answer to *when*, an actor to *who*, a number to *how many*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kgraph.search.synonymy import join_particles
from kgraph.search.verbs import BE, Voice, voice_of
from kgraph.search.words import STOP_WORDS

__all__ = ["ANYBODY", "SUITED", "Inquiry", "Kind", "suited_to", "wanting"]

_NAME_AT_MOST: Final = 4


class Kind(StrEnum):
    """A kind of answer. The values stand in the index."""

    WHO = "who"
    WHOM = "whom"
    WHERE = "where"
    WHEN = "when"
    WHY = "why"
    CAUSE = "cause"
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
SUITED: Final[dict[Kind, dict[Kind, float]]] = {kind: {kind: 1.0} for kind in Kind} | {
    Kind.WHO: {Kind.WHO: 1.0, Kind.WHOM: 0.6},
    Kind.WHOM: {Kind.WHOM: 1.0, Kind.WHO: 0.8},
    Kind.WHAT: {
        **dict.fromkeys((Kind.WHAT, Kind.EVENT, Kind.HOW), 1.0),
        **dict.fromkeys((Kind.WHERE, Kind.WHO, Kind.WHOM, Kind.WHY, Kind.CAUSE, Kind.COUNT), 0.6),
        Kind.SORT: 0.4,
    },
    Kind.WHERE: {Kind.WHERE: 1.0, Kind.HOW: 0.5},
    Kind.WHEN: {Kind.WHEN: 1.0, Kind.OCCASION: 1.0},
    Kind.WHY: {Kind.WHY: 1.0, Kind.CAUSE: 1.0, Kind.OCCASION: 0.5},
    Kind.CAUSE: {Kind.CAUSE: 1.0, Kind.WHY: 0.6, Kind.OCCASION: 0.5},
    Kind.OCCASION: {Kind.OCCASION: 1.0, Kind.WHY: 0.6, Kind.WHEN: 0.4},
    Kind.EVENT: {Kind.EVENT: 1.0, Kind.SORT: 0.5, Kind.WHAT: 0.3},
    Kind.COUNT: {Kind.COUNT: 1.0, Kind.SORT: 0.4},
    Kind.OFFICE: {Kind.OFFICE: 1.0, Kind.SORT: 0.5},
}
#: A question for somebody, whatever they did.
ANYBODY: Final = {Kind.WHO: 0.9, Kind.WHOM: 1.0}
_SUITED_BY_VOICE: Final[dict[Voice, dict[Kind, float]]] = {
    Voice.ACTIVE: {Kind.WHO: 1.0, Kind.WHOM: 0.2},
    Voice.PASSIVE: {Kind.WHO: 0.8, Kind.WHOM: 1.0},
    Voice.EITHER: ANYBODY,
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


def suited_to(kind: Kind, head: str | None, after: Sequence[str]) -> Mapping[Kind, float]:
    """How well each kind of answer suits a question for a kind, perhaps by a noun, with what follows."""
    if kind is not Kind.WHO:
        suited = SUITED[kind]
    elif head is not None and not after:
        suited = ANYBODY
    else:
        suited = _SUITED_BY_VOICE[voice_of(after)]
    if kind in (Kind.WHAT, Kind.WHO) and after and after[0] in BE and len(after) <= _NAME_AT_MOST:
        suited = {**suited, Kind.SORT: 1.0, Kind.OFFICE: 1.0}  # what is a thing, who is somebody?
    return suited


def wanting(suited: Mapping[Kind, float], matter: Sequence[str], head: str | None) -> Inquiry:
    """An inquiry; where nothing else is said in it, its noun is the matter."""
    if head is not None and all(word in STOP_WORDS for word in matter):
        matter = (head,)
    return Inquiry(suited, join_particles(matter), head)

"""What the form of a verb tells: whether somebody does something, or has it done to them.

English words alone, without a model of the language: "is -ing" is active, "is -ed" passive.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final

from kgraph.search.words import NEGATIONS, STOP_WORDS, folded_groups, lemma, listed_stems, stem

__all__ = [
    "AUXILIARIES",
    "BE",
    "DO",
    "REPORTING",
    "SAYING",
    "Voice",
    "is_past",
    "says",
    "voice_of",
    "without_future",
]

BE: Final = frozenset("am is are was were be been".split())
DO: Final = frozenset("do does did".split())
AUXILIARIES: Final = (
    BE | DO | frozenset("has have had will would can could may might shall should must".split())
)
#: The stems of verbs with which somebody only says something, and of all with which one speaks.
REPORTING: Final = frozenset(stem(word) for word in folded_groups("saying.txt")[0])
SAYING: Final = listed_stems("saying.txt")
#: What nouns end in, though their plain form is a verb's.
_NOMINAL: Final = ("s", "y", "ion", "al", "ance", "ence", "ment", "ure", "th", "ing")
_NO_VERBS: Final = frozenset("state states".split())
#: "Who is going to …" asks of no going.
_FUTURE: Final = ("going", "to")


class Voice(StrEnum):
    """Whether somebody does something, has it done to them, or nobody can tell."""

    ACTIVE = "active"
    PASSIVE = "passive"
    EITHER = "either"


def voice_of(words: Sequence[str]) -> Voice:
    """The voice of what follows "who": "did you call", "was called", "has been called", "called"."""
    if not words:
        return Voice.EITHER
    if words[0] in DO:
        return Voice.PASSIVE
    if not BE.intersection(words[:2]):
        return Voice.ACTIVE
    verb = next((word for word in words if word not in STOP_WORDS and word not in NEGATIONS), "")
    if verb.endswith("ing"):
        return Voice.ACTIVE
    return Voice.PASSIVE if is_past(verb) else Voice.EITHER


def is_past(word: str) -> bool:
    """Whether a word looks like the past form of a verb: stopped, led."""
    return word.endswith("ed") or (word != lemma(word) and not word.endswith(_NOMINAL))


def says(word: str, verbs: Container[str]) -> bool:
    """Whether a word is one of some verbs, given by their stems: told is, states and commander are not."""
    verb, *_ = word.partition("_")
    doer = verb.removesuffix("s")
    names_doer = doer.endswith("er") and stem(doer[:-2]) in verbs
    return stem(verb) in verbs and verb not in _NO_VERBS and not names_doer


def without_future(words: Sequence[str]) -> Sequence[str]:
    """The words without a "going to" that only says when: who is going to meet, who will meet."""
    for start, pair in enumerate(pairwise(words[:-1])):
        if pair == _FUTURE:
            before = (*words[: start - 1], "will") if start and words[start - 1] in BE else words[:start]
            return (*before, *words[start + 2 :])
    return words

"""What may be said otherwise: synonyms, and verbs with a particle that mean what another verb does.

A question's "take the barricades down" becomes ``take_down the barricades``, one word with the synonyms of
its own (*remove*) that still stands for its verb. No text has such words; only a question is read so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from kgraph.search.words import PARTICLE, folded_groups, stem

__all__ = ["close_synonyms", "is_instance", "join_particles", "synonyms"]

#: How many words may stand between them, where any may: "take the barricades down", "not been named".
_PARTED_AT_MOST: Final = 3
#: "What did they use to get there": no habit, as in "they used to".
_USE: Final = f"use{PARTICLE}to"
_YEAR: Final = "year"
_IS_YEAR: Final = re.compile(r"1[0-9]{3}|20[0-9]{2}")
_PARTING: Final = frozenset("not without".split())
#: Who or what denies as "not" does: nobody had cleared them, they were never cleared.
_NOT: Final = dict.fromkeys("nobody never none nothing".split(), "not")
_PARTED: Final = frozenset("up down out off back away over around together apart aside in through".split())


@cache
def _stand_ins(*names: str) -> dict[str, frozenset[str]]:
    """For each word of some lists, the stems that its groups have."""
    found: dict[str, set[str]] = {}
    for group in (group for name in names for group in folded_groups(name)):
        keys = {_key(word) for word in group}
        for each in keys:
            found.setdefault(each, set()).update(key for key in keys if PARTICLE not in key)
    return {word: frozenset(stems - {word}) for word, stems in found.items()}


def _all() -> dict[str, frozenset[str]]:
    return _stand_ins("synonyms.txt", "related.txt", "demonyms.txt")


@cache
def _instances() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for noun, *words in folded_groups("instances.txt"):
        found.setdefault(stem(noun), set()).update(map(stem, words))
    for noun, *words in folded_groups("demonyms.txt"):
        found.setdefault("countri", set()).add(stem(noun))
        found.setdefault("nation", set()).update(map(stem, (noun, *words)))
    return {noun: frozenset(stems) for noun, stems in found.items()}


def is_instance(word: str, noun: str) -> bool:
    """Whether a word is one of what a noun names: July of "month", 1999 of "year"."""
    if stem(noun) == _YEAR:
        return _IS_YEAR.fullmatch(word) is not None
    return stem(word) in _instances().get(stem(noun), ())


def _key(word: str) -> str:
    verb, mark, particle = word.partition(PARTICLE)
    return stem(verb) + mark + particle


def synonyms(word: str) -> frozenset[str]:
    """The stems that may stand for a word, or for a verb with its particle."""
    return _all().get(_key(word), frozenset())


def close_synonyms(word: str) -> frozenset[str]:
    """Those that mean the same, and not only something near it."""
    return _stand_ins("synonyms.txt").get(_key(word), frozenset())


def join_particles(words: Sequence[str]) -> tuple[str, ...]:
    """The words, each verb joined with its particle where the two together have synonyms."""
    joined = list(words)
    for start, word in enumerate(words):
        verb = _NOT.get(word, word)
        for end in range(start + 1, min(start + 2 + _PARTED_AT_MOST, len(words))):
            particle = words[end]
            if end > start + 1 and verb not in _PARTING and particle not in _PARTED:
                continue
            together = f"{verb}{PARTICLE}{particle}"
            if together == _USE:
                continue
            if joined[start] == word and joined[end] and _key(together) in _all():
                joined[start], joined[end] = together, ""
                break
    return tuple(word for word in joined if word)

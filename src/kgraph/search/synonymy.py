"""What may be said otherwise: synonyms, and verbs with a particle that mean what another verb does.

A question's "take the barricades down" becomes ``take_down the barricades``, one word with the synonyms of
its own (*remove*) that still stands for its verb. No text has such words; only a question is read so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from kgraph.search.words import PARTICLE, STOP_WORDS, folded_groups, stem

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
    """The words, each verb joined with its particle where the two together have synonyms.

    So is "not" with what it denies, whatever the particle of that: not gone, not gone away.
    """
    joined = _joined(words, lambda verb: verb not in _PARTING, _may_be_parted)
    return tuple(_joined(joined, lambda verb: verb in _PARTING, lambda _: True))


def _may_be_parted(particle: str) -> bool:
    return particle in _PARTED or particle not in STOP_WORDS


def _joined(
    words: Sequence[str], is_first: Callable[[str], bool], may_be_parted: Callable[[str], bool]
) -> list[str]:
    joined = list(words)
    for start, word in enumerate(words):
        verb = _NOT.get(word, word)
        if not is_first(verb) or joined[start] != word:
            continue
        for end in range(start + 1, min(start + 2 + _PARTED_AT_MOST, len(words))):
            if not joined[end] or (end > start + 1 and not may_be_parted(words[end])):
                continue
            bare = words[end].partition(PARTICLE)[0]
            pairs = (f"{verb}{PARTICLE}{particle}" for particle in (words[end], bare))
            together = next((pair for pair in pairs if _key(pair) in _all() and pair != _USE), None)
            if together is not None:
                joined[start], joined[end] = together, ""
                break
    return [word for word in joined if word]

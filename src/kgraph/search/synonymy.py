"""What may be said otherwise: synonyms, and verbs with a particle that mean what another verb does.

A question's "take the barricades down" becomes ``take_down the barricades``, one word with the synonyms of
its own (*remove*) that still stands for its verb. No text has such words; only a question is read so.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from kgraph.search.lexicon import read_groups
from kgraph.search.words import stem

__all__ = ["PARTICLE", "join_particles", "synonyms"]

#: Stands between a verb and its particle.
PARTICLE: Final = "_"
#: How many words may stand between them.
_PARTED_AT_MOST: Final = 3


@cache
def _synonyms() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in read_groups("synonyms.txt"):
        keys = {_key(word) for word in group}
        for each in keys:
            found.setdefault(each, set()).update(key for key in keys if PARTICLE not in key)
    return {word: frozenset(stems - {word}) for word, stems in found.items()}


def _key(word: str) -> str:
    verb, mark, particle = word.partition(PARTICLE)
    return stem(verb) + mark + particle


def synonyms(word: str) -> frozenset[str]:
    """The stems that may stand for a word, or for a verb with its particle."""
    return _synonyms().get(_key(word), frozenset())


def join_particles(words: Sequence[str]) -> tuple[str, ...]:
    """The words, each verb joined with its particle where the two together have synonyms."""
    joined = list(words)
    for start, verb in enumerate(words):
        for end in range(start + 1, min(start + 2 + _PARTED_AT_MOST, len(words))):
            together = f"{verb}{PARTICLE}{words[end]}"
            if joined[end] and _key(together) in _synonyms():
                joined[start], joined[end] = together, ""
                break
    return tuple(word for word in joined if word)

"""How alike words are, and how much of a question's words a text has."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import jellyfish

from kgraph.search.words import stem

__all__ = ["Coverage", "cover", "misspells"]


@lru_cache(1 << 16)
def misspells(word: str, other: str) -> bool:
    """Whether one word is the other with a letter or two wrong: one in four, and one more where they sound
    alike."""
    length = min(len(word), len(other))
    if length < 4 or abs(len(word) - len(other)) > 2 or word.isdecimal() or other.isdecimal():
        return False
    wrong = jellyfish.damerau_levenshtein_distance(word, other)
    allowed = 1 if length < 7 else 2
    if wrong <= allowed:
        return wrong == 1 or word[0] == other[0]
    return wrong == allowed + 1 and jellyfish.metaphone(word) == jellyfish.metaphone(other)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the words a text has: ``share`` by their weight, from 0 to 1; ``missing`` the ones that
    it lacks.

    ``at`` says where in the text each word was found, in the order of the question.
    """

    share: float
    missing: tuple[str, ...]
    at: tuple[int, ...]
    is_exact: bool


def cover(
    matter: Sequence[str],
    text: Sequence[str],
    names: Iterable[str],
    weigh: Callable[[str], float],
    language: str,
    is_word: Callable[[str], bool] = lambda _: False,
) -> Coverage:
    """How much of a question's words stands in a text, in some form or misspelt, or among ``names`` beside
    it. What ``is_word`` knows as a word of its own misspells no other."""
    stems: dict[str, int] = {}
    for at, word in enumerate(text):
        stems.setdefault(stem(word, language), at)
    called = list(names)
    beside = {stem(word, language) for word in called}
    total = found = 0.0
    missing: list[str] = []
    places: list[int] = []
    exact = True
    for word in matter:
        weight = weigh(word)
        total += weight
        root = stem(word, language)
        place: int | None = stems.get(root)
        if place is None and root not in beside:
            if is_word(word):
                missing.append(word)
                continue
            place = next((at for at, other in enumerate(text) if misspells(word, other)), None)
            exact = False
            if place is None and not any(misspells(word, other) for other in called):
                missing.append(word)
                continue
        found += weight
        if place is not None:
            places.append(place)
    return Coverage(found / total if total else 0.0, tuple(missing), tuple(places), exact and not missing)


def rarity(count: int, size: int) -> float:
    """What a word weighs that stands in ``count`` of ``size`` passages."""
    return math.log((size + 1) / (count + 0.5))

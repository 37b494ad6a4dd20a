"""How alike words are, and how much of a question's words a text has."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import permutations
from typing import Final

import jellyfish

from kgraph.search.words import listed, stem

__all__ = ["Coverage", "Forms", "cover", "misspells", "opposes", "sounds_like"]


#: Letters that may begin a word with the same sound: pharmacist, farmacist. No letter is silent in these.
_SAME_SOUND: Final = frozenset(
    pair for letters in ("ckq", "csz", "fp", "gj") for pair in permutations(letters, 2)
)


@lru_cache(1 << 16)
def misspells(word: str, other: str) -> bool:
    """Whether one word is the other with a letter wrong, or two from seven letters on."""
    length = min(len(word), len(other))
    if length < 4 or abs(len(word) - len(other)) > 2 or word.isdecimal() or other.isdecimal():
        return False
    if word[0] != other[0]:  # most pairs: then one letter is wrong, and it is the first
        swapped = word[1::-1] + word[2:]
        return other[1:] in (word[1:], word) or other in (word[1:], swapped)
    wrong = jellyfish.damerau_levenshtein_distance(word, other)
    return wrong <= 1 or (wrong == 2 and length >= 7)


@lru_cache(1 << 16)
def sounds_like(word: str, other: str) -> bool:
    """Whether one word may be the other as somebody spells it who has heard it: Prewitt, Pruitt. Of short
    words, which often sound alike, one letter may be wrong (Metaphone; see jellyfish).
    """
    length = min(len(word), len(other))
    is_short = length < 5
    if length < 3 or abs(len(word) - len(other)) > 3:
        return False
    if word[0] != other[0] and (is_short or (word[0], other[0]) not in _SAME_SOUND):
        return False
    if not (word.isalpha() and other.isalpha()):
        return False
    wrong = jellyfish.damerau_levenshtein_distance(word, other)
    return wrong <= (1 if is_short else 3) and jellyfish.metaphone(word) == jellyfish.metaphone(other)


@lru_cache(1 << 16)
def opposes(word: str, other: str, language: str) -> bool:
    """Whether one word is the other with a prefix that denies it, in whatever form: legal, illegally."""
    short, long = (word, other) if len(word) <= len(other) else (other, word)
    if len(short) < 4 or not long.startswith(_opposites(language)):
        return False
    if stem(long, language) in _no_opposites(language):
        return False
    rests = (long[len(prefix) :] for prefix in _opposites(language) if long.startswith(prefix))
    return any(len(rest) > 3 and stem(rest, language) == stem(short, language) for rest in rests)


@cache
def _opposites(language: str) -> tuple[str, ...]:
    return tuple(listed("opposite", language))


@cache
def _no_opposites(language: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in listed("no-opposite", language))


class Forms(dict[str, bool]):
    """Which words are a word misspelt or denied by a prefix: each is looked at once. ``spells`` tells whether
    one word is another one misspelt.
    """

    def __init__(self, word: str, language: str, spells: Callable[[str, str], bool] = misspells) -> None:
        self._of, self._language, self._spells = word, language, spells

    def __missing__(self, other: str) -> bool:
        found = self[other] = self._spells(self._of, other) or opposes(self._of, other, self._language)
        return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the words a text has: ``share`` by their weight, from 0 to 1; ``missing`` the ones that
    it lacks; ``at`` where in the text the others were found, in the order of the question.
    """

    share: float
    missing: tuple[str, ...]
    at: tuple[int, ...]


def cover(
    matter: Sequence[str],
    text: Sequence[str],
    names: Iterable[str] = (),
    *,
    language: str,
    weigh: Callable[[str], float] = lambda _: 1.0,
    forms: Callable[[str, str], Mapping[str, bool]] = Forms,
) -> Coverage:
    """How much of a question's words stands in a text, in some form, misspelt or denied by a prefix, or among
    ``names`` beside it. ``forms`` tells which words are one of a language in another form.
    """
    called = list(names)
    stems: dict[str, int | None] = {}
    for at, word in enumerate(text):
        stems.setdefault(stem(word, language), at)
    for word in called:
        stems.setdefault(stem(word, language), None)
    missing: list[str] = []
    places: list[int] = []
    for word in matter:
        root = stem(word, language)
        place = stems.get(root)
        if root not in stems:
            alike = forms(word, language)
            place = next((at for at, other in enumerate(text) if alike[other]), None)
            if place is None and not any(alike[other] for other in called):
                missing.append(word)
        if place is not None:
            places.append(place)
    total = sum(map(weigh, matter))
    share = 1 - sum(map(weigh, missing)) / total if total else 0.0
    return Coverage(share, tuple(missing), tuple(places))


def rarity(count: int, size: int) -> float:
    """What a word weighs that stands in ``count`` of ``size`` passages."""
    return math.log((size + 1) / (count + 0.5))

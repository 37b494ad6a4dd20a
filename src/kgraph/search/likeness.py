"""How alike words are, and how much of a question's words a text has."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise, permutations
from typing import Final

import jellyfish

from kgraph.search.words import LANGUAGES, listed, numerals, read_words, stem

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
        is_near = other[1:] in (word[1:], word) or other in (word[1:], swapped)
    else:
        wrong = jellyfish.damerau_levenshtein_distance(word, other)
        is_near = wrong <= 1 or (wrong == 2 and length >= 7)
    return is_near and not _are_times(word, other)


def _are_times(word: str, other: str) -> bool:
    """Whether two words are times of one language: Tuesday, Thursday."""
    return any({word, other} <= listed("time", language) for language in LANGUAGES)


@lru_cache(1 << 16)
def sounds_like(word: str, other: str) -> bool:
    """Whether one word may be the other as somebody spells it who has heard it: Prewitt, Pruitt. Of short
    words, which often sound alike, one letter may be wrong (Metaphone; see jellyfish).
    """
    is_short = min(len(word), len(other)) < 5
    if is_short and (word[:1] != other[:1] or jellyfish.damerau_levenshtein_distance(word, other) > 1):
        return False
    return _is_like(word, other, 3) and jellyfish.metaphone(word) == jellyfish.metaphone(other)


@lru_cache(1 << 16)
def _replaces(word: str, other: str) -> bool:
    """Whether one word may be the other where both stand in the same place: of five letters two may be wrong,
    and up to a half of them where that does not change its sound.
    """
    others = [other] if other.isalpha() else [each for each, read in numerals().items() if read == other]
    half = max(3, len(word) // 2)
    return any(
        misspells(word, each)
        or (min(len(word), len(each)) > 4 and _is_like(word, each, 2))
        or (_is_like(word, each, half) and jellyfish.metaphone(word) == jellyfish.metaphone(each))
        for each in others
    )


@lru_cache(1 << 16)
def _joins(one: str, two: str, word: str) -> bool:
    """Whether two words are another one that is written apart, a letter of it wrong at most."""
    joined = one + two
    return (
        min(len(word), len(joined)) > 5
        and abs(len(word) - len(joined)) <= 1
        and joined.isalpha()
        and jellyfish.damerau_levenshtein_distance(joined, word) <= 1
    )


def _is_like(word: str, other: str, most: int) -> bool:
    """Whether two words begin with the same sound and differ in few letters."""
    return (
        min(len(word), len(other)) > 2
        and abs(len(word) - len(other)) <= most
        and (word[0] == other[0] or (word[0], other[0]) in _SAME_SOUND)
        and (word + other).isalpha()
        and not _are_times(word, other)
        and jellyfish.damerau_levenshtein_distance(word, other) <= most
    )


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
    """Which words are a word misspelt or denied by a prefix: each is looked at once. They may be further from
    one that ``is_strange`` to the texts.
    """

    def __init__(self, word: str, language: str, *, is_strange: bool = False) -> None:
        self._of, self._language, self._is_strange = word, language, is_strange

    def __missing__(self, other: str) -> bool:
        found = self[other] = (
            misspells(self._of, other)
            or opposes(self._of, other, self._language)
            or (self._is_strange and sounds_like(self._of, other))
        )
        return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the words a text has: ``share`` by their weight, from 0 to 1; ``missing`` the ones that
    it lacks; ``at`` where in the text the others were found, in the order of the question; ``spelt`` how
    the text has those that are misspelt.
    """

    share: float
    missing: tuple[str, ...]
    at: tuple[int, ...]
    spelt: Mapping[str, str]


def cover(
    matter: Sequence[str],
    text: Sequence[str],
    labels: Iterable[str] = (),
    *,
    language: str,
    weigh: Callable[[str], float] = lambda _: 1.0,
    forms: Callable[[str, str], Mapping[str, bool]] = Forms,
    asked: Sequence[str] = (),
    is_strange: Callable[[str], bool] = lambda _: False,
) -> Coverage:
    """How much of a question's words stands in a text, in some form, misspelt or denied by a prefix, or in
    ``labels`` beside it. ``forms`` tells which words are one of a language in another form. Of all words that
    are ``asked``, one that ``is_strange`` to the texts may be further from what this one has in its place.
    """
    called = [word for label in labels for word in ("", *read_words(label))]
    stems: dict[str, int | None] = {}
    for at, word in enumerate(text):
        stems.setdefault(stem(word, language), at)
    for word in called:
        stems.setdefault(stem(word, language), None)
    missing: list[str] = []
    places: list[int] = []
    spelt: dict[str, str] = {}
    for word in matter:
        root = stem(word, language)
        place = stems.get(root)
        if root not in stems:
            alike = forms(word, language)
            place = next((at for at, other in enumerate(text) if alike[other]), None)
            if other := text[place] if place is not None else next(filter(alike.__getitem__, called), ""):
                if not opposes(word, other, language):
                    spelt[word] = other
            else:
                missing.append(word)
        if place is not None:
            places.append(place)
    if strange := [word for word in missing if is_strange(word)]:
        spelt |= _spelt_in_place(
            strange, [spelt.get(word, word) for word in asked], [*text, *called], language
        )
        missing = [word for word in missing if word not in spelt]
    total = sum(map(weigh, matter))
    share = 1 - sum(map(weigh, missing)) / total if total else 0.0
    return Coverage(share, tuple(missing), tuple(places), spelt)


def _spelt_in_place(
    strange: Iterable[str], asked: Sequence[str], text: Sequence[str], language: str
) -> dict[str, str]:
    """How a text has some words that no text has: in the place where the question has them, that is before or
    behind the same word; written as two words or as one (anything, any thing); or as a verb of saying.
    """
    here, there = ([stem(word, language) for word in words] for words in (asked, text))
    found: dict[str, str] = {}
    for word in strange:
        at = asked.index(word)
        before, behind = here[at - 1 : at] if at else [], here[at + 1 : at + 2]
        pairs = [*pairwise(asked[max(0, at - 1) : at + 2])]
        for place, other in enumerate(text):
            if place + 1 < len(text) and _joins(other, text[place + 1], word):
                found[word] = f"{other} {text[place + 1]}"
            for one, two in pairs:
                if _joins(one, two, other):
                    found |= {one: other, two: other}
            is_beside = (before and there[place - 1 : place] == before) or (
                behind and there[place + 1 : place + 2] == behind
            )
            if is_beside and _replaces(word, other):
                found[word] = other
        if word not in found and len(word) > 4:
            said = sorted(each for each in listed("said") if misspells(word, each))
            found |= dict.fromkeys([word], said[0]) if said else {}
    return found


def rarity(count: int, size: int) -> float:
    """What a word weighs that stands in ``count`` of ``size`` passages."""
    return math.log((size + 1) / (count + 0.5))

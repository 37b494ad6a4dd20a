"""How alike words are, and how far one sequence of words is another.

A word of a question is most like itself (1), then another form of it, what it begins, a synonym of it,
and last what is near it in meaning. Strictly, only the first two count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Final

from jellyfish import damerau_levenshtein_distance, metaphone

from kgraph.search.synonymy import close_synonyms, synonyms
from kgraph.search.tiers import Match, distance_allowed
from kgraph.search.words import PARTICLE, STOP_WORDS, stem

__all__ = [
    "SYNONYM",
    "aligned",
    "alike",
    "covered",
    "extent",
    "likeness",
    "longest_run",
    "match_of",
    "misspelt",
]

_OTHER_FORM: Final = 0.95
_BEGINNING: Final = 0.8
SYNONYM: Final = 0.75
_RELATED: Final = 0.4
#: A verb without its particle: give, of give in.
_VERB_ALONE: Final = 0.5
#: A shorter word sounds like too many others: stir, story.
_LONG_ENOUGH_TO_HEAR: Final = 6
#: What a word that carries no matter counts in a sequence.
_STOP_EXTENT: Final = 0.25


def match_of(like: float) -> Match:
    """What the likeness of the worst word says of the whole."""
    if like >= 1.0:
        return Match.WORDS
    if like >= _OTHER_FORM:
        return Match.STEMS
    if like >= _BEGINNING:
        return Match.PREFIX
    return Match.SIMILAR if like > 0 else Match.SOME


def likeness(word: str, others: Collection[str], *, lenient: bool) -> float:
    """How well a word stands for some of the others."""
    if word in others:
        return 1.0
    verb, _, particle = word.partition(PARTICLE)
    if particle in others:  # ended in
        word = verb
    return max((_alike(word, other, lenient) for other in others), default=0.0)


def aligned(words: Sequence[str], others: Sequence[str], *, lenient: bool) -> float:
    """The extent of the words that stand, in their order, in another sequence, each as far as it is alike."""
    before = [0.0] * (len(others) + 1)
    for word in words:
        row = [0.0]
        for position, other in enumerate(others, 1):
            best = max(before[position], row[-1])
            like = 1.0 if word == other else _alike(word, other, lenient)
            row.append(max(best, before[position - 1] + _extent(word) * like) if like else best)
        before = row
    return before[-1]


def covered(words: Collection[str], others: Iterable[str], *, lenient: bool) -> float:
    """The extent of another sequence for which some of the words stand, in whatever order."""
    return sum(_extent(other) * _best(words, other, lenient=lenient) for other in others)


def _best(words: Collection[str], other: str, *, lenient: bool) -> float:
    if other in words:
        return 1.0
    return max((_alike(word, other, lenient) for word in words), default=0.0)


def extent(words: Iterable[str]) -> float:
    """How much a sequence has to say."""
    return sum(map(_extent, words))


def _extent(word: str) -> float:
    return _STOP_EXTENT if word in STOP_WORDS else 1.0


def longest_run(words: Sequence[str], others: Sequence[str]) -> int:
    """How many of the words stand side by side in another sequence, at the most."""
    longest = 0
    before = [0] * (len(others) + 1)
    for word in words:
        row = [0] * (len(others) + 1)
        for position, other in enumerate(others, 1):
            if word == other:
                row[position] = before[position - 1] + 1
                longest = max(longest, row[position])
        before = row
    return longest


def alike(word: str, other: str, *, lenient: bool) -> float:
    """How well a word of a question stands for another word."""
    return _alike(word, other, lenient)


# By position, which a cache finds faster than by name.
@lru_cache(maxsize=1 << 17)
def _alike(word: str, other: str, lenient: bool) -> float:
    verb, particle, _ = word.partition(PARTICLE)
    root, other_root = stem(verb), stem(other)
    if root == other_root:
        if particle:
            return _VERB_ALONE
        return 1.0 if word == other else _OTHER_FORM
    if not lenient or (word in STOP_WORDS and len(word) < 5):
        return 0.0
    if not particle and (_begins(word, other) or _begins(root, other)):
        return _BEGINNING
    if other_root not in synonyms(word):
        return 0.0
    return SYNONYM if other_root in close_synonyms(word) else _RELATED


def misspelt(word: str, other: str) -> int | None:
    """How many letters are wrong if a word is another, misspelt; None where it cannot be.

    The first letter is never wrong, unless it changed places with the second. Where both sound the same
    (Metaphone), it may be, and one wrong letter does not count: rote, wrote.
    """
    most = distance_allowed(word)
    if not most or abs(len(word) - len(other)) > most + 1:
        return None
    sounds_same = metaphone(word) == metaphone(other)
    if word[:1] != other[:1] and word[:2] != other[1::-1] and not sounds_same:
        return None
    wrong = damerau_levenshtein_distance(word, other)
    is_near = wrong <= most + (sounds_same and len(word) >= _LONG_ENOUGH_TO_HEAR)
    return max(0, wrong - sounds_same) if is_near else None


def _begins(word: str, other: str) -> bool:
    """Whether a word is the beginning of another, and enough of it to be meant."""
    return len(word) >= 3 and 2 * len(word) >= len(other) and other.startswith(word)

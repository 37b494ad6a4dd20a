"""Nouns that name what a question asks for: "which year …", "the outcome of …", "somebody's office"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from kgraph.search.inquiry import Kind
from kgraph.search.verbs import AUXILIARIES, is_past
from kgraph.search.words import STOP_WORDS, folded_groups

__all__ = ["NOUN_AT_MOST", "defined_noun", "kinds_of_nouns", "leading_noun", "named_noun", "without_article"]

_ARTICLES: Final = frozenset("the a an".split())
_PREPOSITIONS: Final = frozenset("of for from between behind in to on with by at under through".split())
#: What a noun ends before.
_BEHIND_NOUNS: Final = AUXILIARIES | _PREPOSITIONS | _ARTICLES
#: How many words a noun has, with what describes it.
NOUN_AT_MOST: Final = 3


@cache
def kinds_of_nouns() -> Mapping[str, Kind]:
    """What each noun asks for (``lexicon/nouns.txt``), in the singular and the plural."""
    kinds = {noun: Kind(kind) for kind, *nouns in folded_groups("nouns.txt") for noun in nouns}
    return kinds | {_plural(noun): kind for noun, kind in kinds.items()}


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"


def named_noun(words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """The noun of "which noun did …", and what else is said."""
    if words and words[0].isdecimal():
        words = words[1:]  # which two parties
    following = words[1 : NOUN_AT_MOST + 1]
    is_subject = (
        bool(following) and following[0] not in STOP_WORDS and not AUXILIARIES.intersection(following)
    )
    if is_subject and words[0] in kinds_of_nouns():
        return words[0], words[1:]  # which country lost control of …
    if not words or (is_past(words[0]) and words[0] not in kinds_of_nouns()):
        return None  # what forced …
    for end, word in enumerate(words[: NOUN_AT_MOST + 1]):
        if word in _BEHIND_NOUNS:
            last = end - 2 if end > 1 and is_past(words[end - 1]) else end - 1  # to which agency spoke the …
            if (last > 0 or last < end - 1) and words[last] in kinds_of_nouns():
                return words[last], words[last + 1 :]
            return (words[end - 1], (*words[: end - 1], *words[end:])) if end else None
    return (words[0], words[1:]) if words[0] not in STOP_WORDS else None


def defined_noun(words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """The noun of "is the noun of …" or of "is somebody's noun", and what else is said."""
    if len(words) == 3 and words[1] in _ARTICLES:
        return words[2], ()  # what was the deadline?
    found = leading_noun(words[1:])
    if found is not None and (words[1] in _ARTICLES or found[0] in kinds_of_nouns()):
        return found
    rest = [word for word in words[1:] if word not in _ARTICLES]
    if 2 <= len(rest) <= NOUN_AT_MOST and rest[-1] in kinds_of_nouns():
        return rest[-1], rest[:-1]
    return None


def leading_noun(words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """The noun of "the noun of …", and what else is said."""
    words = without_article(words)
    for end in range(1, min(NOUN_AT_MOST, len(words))):
        if words[end] in _PREPOSITIONS:
            return words[end - 1], (*words[: end - 1], *words[end + 1 :])
    return None


def without_article(words: Sequence[str]) -> Sequence[str]:
    """The words without an article at their beginning."""
    return words[1:] if words and words[0] in _ARTICLES else words

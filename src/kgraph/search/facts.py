"""A fact in words: which claim says by its own parts what somebody puts as subject, verb and object.

The graphs describe what happens by events: that Kfor will act today is, there, *Kfor actions · at time ·
today*. A claim makes such a fact where each of its words stands among the names of the claim's parts, and
where those parts are in turn what the fact speaks of, not something longer that happens to mention it.
Misspellings don't count, nor words that are only near: an answer here must not be about somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from kgraph.search.index import Aspect, Document
from kgraph.search.synonymy import close_synonyms
from kgraph.search.words import STOP_WORDS, stem

__all__ = ["makes_fact"]

#: How much of the name of one end of a claim, and of the other, the fact must say: events have long names.
_NEARER: Final = 0.75
_FARTHER: Final = 0.4


def makes_fact(document: Document, words: Sequence[str]) -> bool:
    """Whether a claim's parts say all of a fact's words, and little else."""
    named = {stem(word) for part in document.parts for name in part.names for word in name}
    if not all(_means(word, named) for word in words):
        return False
    said = {meant for word in words for meant in (stem(word), *close_synonyms(word))}
    ends = sorted(_share_said(part, said) for part in (document.subject, document.object))
    return ends[1] >= _NEARER and ends[0] >= _FARTHER


def _means(word: str, stems: set[str]) -> bool:
    return stem(word) in stems or not close_synonyms(word).isdisjoint(stems)


def _share_said(part: Aspect, said: Iterable[str]) -> float:
    """How much of a part's name is said; the best of several names counts."""
    shares = []
    for name in part.names:
        matter = [word for word in name if word not in STOP_WORDS]
        shares.append(sum(stem(word) in said for word in matter) / len(matter) if matter else 0.0)
    return max(shares, default=0.0)

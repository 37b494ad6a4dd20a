"""Lists of English words, as data: a group a line, ``#`` begins a comment.

    spellings.txt    spellings of one word that no rule covers; the first is the one that is kept
    compounds.txt    words that are written as one or as two; the closed form, then its parts
    forms.txt        irregular forms of one word; the first is the plain one
    synonyms.txt     words that a question may use for each other; none of them is preferred
    negations.txt    words that deny
    stop-words.txt   words that carry no matter in a question

Another language needs lists of its own, and its stemmer in :mod:`kgraph.search.words`.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["read_groups"]


def read_groups(name: str) -> list[list[str]]:
    """The groups of one list."""
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [words for line in lines if (words := line.partition("#")[0].split())]

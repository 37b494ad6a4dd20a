"""Lists of English words, as data: a group a line, ``#`` begins a comment.

    spellings.txt    spellings of one word that no rule covers; the first is the one that is kept
    compounds.txt    words that are written as one, with a hyphen, or as two
    forms.txt        irregular forms of one word; the first is the plain one
    synonyms.txt     words that a question may use for each other; none of them is preferred
    related.txt      the same for words that are only near each other
    negations.txt    words that deny
    stop-words.txt   words that carry no matter in a question
    inquiries.txt    words that ask, and for which kind of answer
    nouns.txt        nouns that name the answer which a question wants
    saying.txt       verbs with which somebody speaks
    aims.txt         verbs that say that somebody means to do something
    causes.txt       verbs that say why somebody does something
    quantities.txt   words that say how many
    instances.txt    what there is of a kind: months, agencies
    demonyms.txt     countries, and those who live there

Another language needs lists of its own, and its stemmer in :mod:`kgraph.search.words`.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["read_groups"]


def read_groups(name: str) -> list[list[str]]:
    """The groups of one list."""
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [words for line in lines if (words := line.partition("#")[0].split())]

"""Which words an index has: how common they are, and how it spells what a question spells otherwise."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Final

import tantivy

from kgraph.search.index import IndexReader
from kgraph.search.likeness import misspelt
from kgraph.search.questions import asking_words
from kgraph.search.synonymy import synonyms
from kgraph.search.tiers import content_words, distance_allowed, nearly
from kgraph.search.words import NEGATIONS, PARTICLE, STOP_WORDS, contractions, numerals, read_words, stem

__all__ = ["IndexLexicon"]

#: A word of which nothing is known counts as one that stands in one of so many entries.
_MISSPELT_IN_ONE_OF: Final = 20
_ENTRIES_READ: Final = 32


class IndexLexicon:
    """The words of an index."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader

    @property
    def size(self) -> int:
        """How many entries there are."""
        return self._reader.size

    def knows(self, word: str) -> bool:
        """Whether an entry has a word, in some form."""
        return self._count(stem(word)) > 0

    def frequency(self, word: str) -> int:
        """How many entries have a word, in some form, or else what may stand for it."""
        own = 0 if PARTICLE in word else self._count(stem(word))
        return own or max(map(self._count, synonyms(word)), default=0) or self.size // _MISSPELT_IN_ONE_OF

    def respelled(self, words: Sequence[str]) -> list[str]:
        """The words, joined or cut as the texts have them: by-pass, road blocks, defacto."""
        spelled: list[str] = []
        for word in words:
            if spelled and self._is_joined(spelled[-1], word):
                spelled[-1] += word
            else:
                spelled += self._cut(word)
        return spelled

    def corrected(self, words: Sequence[str]) -> list[str]:
        """The words, each that is known in no form replaced by the nearest one that it may misspell.

        A word with synonyms is an English word, and meant. For others, the entries that have most of the
        question's other words say what it can have been, if it is none of those that carry no matter.
        """
        unknown = [
            word
            for word in dict.fromkeys(words)
            if word not in _small_words()
            and distance_allowed(word)
            and not self.knows(word)
            and not synonyms(word)
        ]
        if not unknown:
            return list(words)
        content = content_words(words)
        near = self._texts(nearly(self._reader.schema, content, unknown), _ENTRIES_READ)
        meant = {word: self._nearest(word, near) for word in unknown}
        return [part for word in words for part in read_words(meant.get(word) or word)]

    def _nearest(self, word: str, texts: Sequence[set[str]]) -> str | None:
        found = _best_of(word, [*texts, _small_words()])
        return found or _best_of(word, self._texts(nearly(self._reader.schema, (), (word,)), _ENTRIES_READ))

    def _texts(self, query: tantivy.Query, limit: int) -> list[set[str]]:
        documents = map(self._reader.read, self._reader.find(query, limit))
        texts = [
            {*d.quote, *d.sentence, *(word for text in (*d.names, *d.restated) for word in text)}
            for d in documents
        ]
        spelled = _numerals()
        return [text.union(*(spelled[word] for word in text & spelled.keys())) for text in texts]

    def _is_joined(self, first: str, second: str) -> bool:
        stands_alone = len(first) == 1 or first in asking_words()  # a way is not away
        return not stands_alone and self.knows(first + second) and not self._reader.has_phrase(first, second)

    def _cut(self, word: str) -> Sequence[str]:
        """The two words that an unknown one is made of, where they stand side by side; or else itself."""
        if not self.knows(word):
            for middle in range(2, len(word) - 1):
                parts = word[:middle], word[middle:]
                if all(map(self.knows, parts)) and self._reader.has_phrase(*parts):
                    return parts
        return (word,)

    def _count(self, root: str) -> int:
        return self._reader.frequency("stems", root)


@cache
def _numerals() -> dict[str, frozenset[str]]:
    """The words for each number, by its digits."""
    found: dict[str, set[str]] = {}
    for word, digits in numerals().items():
        found.setdefault(digits, set()).add(word)
    return {digits: frozenset(words) for digits, words in found.items()}


@cache
def _small_words() -> frozenset[str]:
    """The words that questions are put together with, as people write them."""
    return STOP_WORDS | NEGATIONS | asking_words() | {*contractions(), *numerals()}


def _best_of(word: str, texts: Sequence[Collection[str]]) -> str | None:
    """What a word misspells with the fewest letters wrong; of two such, what the better entry has."""
    found = [
        (wrong, rank, other)
        for rank, text in enumerate(texts)
        for other in text
        if (wrong := misspelt(word, other)) is not None
    ]
    return min(found)[2] if found else None

"""How a question is put to the index: in three steps, the strict before the lenient.

    phrase      the words side by side, in the quotation, in a name or in the sentence
    words       all of the words in the quotation, or all among the names
    any way     half of the words, wherever they stand: as they are, in another form (resist, resisted),
                by their beginning, misspelt (one letter off; two in long words) or said otherwise (synonyms)

The last step is taken only where the others find nothing; its hits are ranked together, an exact word
before another form, that before a beginning, a misspelling or a synonym. Words that carry no matter (who,
said, that, the …) count in a phrase alone, unless there are no others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache
from typing import Final

import tantivy

from kgraph.search.lexicon import read_groups
from kgraph.search.words import NEGATIONS, STOP_WORDS, stem

__all__ = ["Match", "Step", "content_words", "distance_allowed", "iter_steps", "synonyms"]

Query = tantivy.Query
_MUST: Final = tantivy.Occur.Must
_SHOULD: Final = tantivy.Occur.Should
_FIELDS: Final = (("quote", 4.0), ("names", 2.0), ("sentence", 1.0))
_SHORTEST_PREFIX: Final = 3


class Match(StrEnum):
    """How a hit matches the question, the strictest first; of several words the loosest counts."""

    PHRASE = "phrase"
    WORDS = "words"
    STEMS = "stems"
    PREFIX = "prefix"
    SIMILAR = "similar"
    SOME = "some"


class Step(StrEnum):
    """One way of putting the question to the index."""

    PHRASE = "phrase"
    WORDS = "words"
    ANY_WAY = "any way"


@cache
def _synonyms() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in read_groups("synonyms.txt"):
        stems = {stem(word) for word in group}
        for each in stems:
            found.setdefault(each, set()).update(stems)
    return {word: frozenset(stems - {word}) for word, stems in found.items()}


def synonyms(word: str) -> frozenset[str]:
    """The stems that may stand for a word."""
    return _synonyms().get(stem(word), frozenset())


def distance_allowed(word: str) -> int:
    """How many letters of a word may be wrong: none of a short one or a number, two of a long one."""
    if len(word) < 4 or word.isdecimal():
        return 0
    return 2 if len(word) >= 8 else 1


def content_words(words: Sequence[str]) -> list[str]:
    """The words that carry matter, each once; all of them where none does."""
    distinct = dict.fromkeys(words)
    return [w for w in distinct if w not in STOP_WORDS and w not in NEGATIONS] or list(distinct)


def iter_steps(schema: tantivy.Schema, words: Sequence[str]) -> Iterator[tuple[Step, tantivy.Query]]:
    """The query of each step. Lazy: the lenient one is made only when it is wanted."""
    content = content_words(words)
    yield Step.PHRASE, _best([(_phrase(schema, name, words), boost) for name, boost in _FIELDS])
    within = [
        (_all([Query.term_query(schema, name, word) for word in content]), boost)
        for name, boost in _FIELDS
        if name != "sentence"
    ]
    yield Step.WORDS, _best(within)
    half = (len(content) + 1) // 2
    yield Step.ANY_WAY, Query.boolean_query([(_SHOULD, _any_way(schema, word)) for word in content], half)


def _any_way(schema: tantivy.Schema, word: str) -> tantivy.Query:
    exact = [(Query.term_query(schema, name, word), boost) for name, boost in _FIELDS]
    stemmed = (Query.term_query(schema, "stems", stem(word)), 1.0)
    others = [(query, 0.7) for query in (*_prefix(schema, word), *_similar(schema, word))]
    return _best([*exact, stemmed, *others])


def _phrase(schema: tantivy.Schema, name: str, words: Sequence[str]) -> tantivy.Query:
    if len(words) == 1:
        return Query.term_query(schema, name, words[0])
    return Query.phrase_query(schema, name, list(words))


def _prefix(schema: tantivy.Schema, word: str) -> list[tantivy.Query]:
    # A folded word is letters and digits, so it means itself in a regular expression.
    return [Query.regex_query(schema, "stems", f"{word}.*")] if len(word) >= _SHORTEST_PREFIX else []


def _similar(schema: tantivy.Schema, word: str) -> list[tantivy.Query]:
    said_otherwise = [Query.term_query(schema, "stems", other) for other in sorted(synonyms(word))]
    distance = distance_allowed(word)
    if not distance:
        return said_otherwise
    misspelt = [
        Query.fuzzy_term_query(schema, name, form, distance, transposition_cost_one=True)
        for name, form in (("stems", stem(word)), ("quote", word), ("names", word), ("sentence", word))
    ]
    return [*misspelt, *said_otherwise]


def _best(queries: Sequence[tuple[tantivy.Query, float]]) -> tantivy.Query:
    return Query.disjunction_max_query([Query.boost_query(query, boost) for query, boost in queries])


def _all(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(_MUST, query) for query in queries])

"""How a question is put to the index: in tiers, the strict before the lenient.

    phrase      the words side by side, in the quotation, in a name or in the sentence
    words       all words, wherever they stand in what the assertion is made of
    stems       all words in any form (resist, resisted), irregular ones included
    prefix      the beginnings of all words
    similar     words misspelt (one letter off; two in long words) or said otherwise (synonyms)
    some        half of the words, in any of these ways

The first three are gone through together; each of the lenient ones only where nothing was found before.
Words that carry no matter (who, said, that, the …) count in a phrase alone, unless there are no others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache
from typing import Final

import tantivy

from kgraph.search.lexicon import read_groups
from kgraph.search.words import NEGATIONS, STOP_WORDS, stem

__all__ = ["STRICT", "Match", "content_words", "distance_allowed", "iter_tiers", "synonyms"]

Query = tantivy.Query
_MUST: Final = tantivy.Occur.Must
_SHOULD: Final = tantivy.Occur.Should
_FIELDS: Final = (("quote", 4.0), ("names", 2.0), ("sentence", 1.0))
_SHORTEST_PREFIX: Final = 3


class Match(StrEnum):
    """How a hit matches the question, the strictest first."""

    PHRASE = "phrase"
    WORDS = "words"
    STEMS = "stems"
    PREFIX = "prefix"
    SIMILAR = "similar"
    SOME = "some"


#: The tiers that are gone through even where others have found something.
STRICT: Final = frozenset({Match.PHRASE, Match.WORDS, Match.STEMS})


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


def iter_tiers(schema: tantivy.Schema, words: Sequence[str]) -> Iterator[tuple[Match, tantivy.Query]]:
    """The queries of each tier. Lazy: a lenient one is made only when it is wanted."""
    content = content_words(words)
    yield Match.PHRASE, _best([(_phrase(schema, name, words), boost) for name, boost in _FIELDS])
    yield Match.WORDS, _all([_word(schema, word) for word in content])
    stems = [_stem(schema, word) for word in content]
    yield Match.STEMS, _all(stems)
    prefixes = [_any([each, *_prefix(schema, word)]) for each, word in zip(stems, content, strict=True)]
    yield Match.PREFIX, _all(prefixes)
    similar = [_any([each, *_similar(schema, word)]) for each, word in zip(prefixes, content, strict=True)]
    yield Match.SIMILAR, _all(similar)
    if len(content) > 1:
        yield Match.SOME, Query.boolean_query([(_SHOULD, q) for q in similar], (len(content) + 1) // 2)


def _phrase(schema: tantivy.Schema, name: str, words: Sequence[str]) -> tantivy.Query:
    if len(words) == 1:
        return Query.term_query(schema, name, words[0])
    return Query.phrase_query(schema, name, list(words))


def _word(schema: tantivy.Schema, word: str) -> tantivy.Query:
    return _best([(Query.term_query(schema, name, word), boost) for name, boost in _FIELDS])


def _stem(schema: tantivy.Schema, word: str) -> tantivy.Query:
    return Query.term_query(schema, "stems", stem(word))


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


def _any(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(_SHOULD, query) for query in queries])

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

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import tantivy

from kgraph.search.inquiry import Inquiry
from kgraph.search.synonymy import join_particles, synonyms
from kgraph.search.words import NEGATIONS, PARTICLE, STOP_WORDS, stem

__all__ = ["Match", "Step", "all_meant", "content_words", "distance_allowed", "nearly", "query_of"]

Query = tantivy.Query
_MUST: Final = tantivy.Occur.Must
_SHOULD: Final = tantivy.Occur.Should
_FIELDS: Final = (("quote", 4.0), ("names", 2.0), ("sentence", 1.0))
#: Where words stand as somebody wrote them.
_SPELT: Final = (*(name for name, _ in _FIELDS), "restated")
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


def distance_allowed(word: str) -> int:
    """How many letters of a word may be wrong: none of a short one or a number, two of a long one."""
    if len(word) < 4 or word.isdecimal():
        return 0
    return 2 if len(word) >= 8 else 1


def _distance_tried(word: str) -> int:
    """The same with one letter more, which may be wrong where both words sound the same."""
    return min(distance_allowed(word) + 1, 2)


def content_words(words: Sequence[str]) -> list[str]:
    """The words that carry matter, each once; all of them where none does."""
    distinct = dict.fromkeys(words)
    return [w for w in distinct if w not in STOP_WORDS and w not in NEGATIONS] or list(distinct)


def query_of(
    step: Step, schema: tantivy.Schema, words: Sequence[str], inquiry: Inquiry | None
) -> tantivy.Query | None:
    """The query of a step; None where a question has no such step.

    A question that asks for something is no sequence of words that somebody said, so it has no step of words.
    """
    if step is Step.PHRASE:
        return _best([(_phrase(schema, name, words), boost) for name, boost in _FIELDS])
    if step is Step.ANY_WAY and inquiry is not None:
        return _some(schema, content_words(inquiry.matter), inquiry.head)
    if step is Step.ANY_WAY:
        return _some(schema, content_words(join_particles(words)))
    if inquiry is not None:
        return None
    content = content_words(words)
    return _best(
        [
            (_all([Query.term_query(schema, name, word) for word in content]), boost)
            for name, boost in _FIELDS
            if name != "sentence"
        ]
    )


def all_meant(schema: tantivy.Schema, content: Sequence[str]) -> tantivy.Query:
    """All of the words, each in some form or by a synonym, wherever they stand."""
    return _all([_best([(query, 1.0) for query in _meant(schema, word)]) for word in content])


def _meant(schema: tantivy.Schema, word: str) -> list[tantivy.Query]:
    return [
        Query.term_query(schema, "stems", other)
        for other in sorted({stem(word.partition(PARTICLE)[0]), *synonyms(word)})
    ]


def _some(schema: tantivy.Schema, content: Sequence[str], head: str | None = None) -> tantivy.Query:
    """Half of the words; of a question whose noun names the answer, a third, since the noun is in none."""
    words = [*content, head] if head is not None and head not in content else content
    least = (len(content) + 1) // 2 if head is None else (len(content) + 2) // 3
    return Query.boolean_query([(_SHOULD, _any_way(schema, word)) for word in words], least)


def _any_way(schema: tantivy.Schema, word: str) -> tantivy.Query:
    meant = [(query, 0.7) for query in _meant(schema, word)]
    if PARTICLE in word:
        return _best(meant)
    exact = [(Query.term_query(schema, name, word), boost) for name, boost in _FIELDS]
    stemmed = (Query.term_query(schema, "stems", stem(word)), 1.0)
    others = [(query, 0.7) for query in _prefix(schema, word)]
    return _best([*exact, stemmed, *meant, *others])


def _phrase(schema: tantivy.Schema, name: str, words: Sequence[str]) -> tantivy.Query:
    if len(words) == 1:
        return Query.term_query(schema, name, words[0])
    return Query.phrase_query(schema, name, list(words))


def _prefix(schema: tantivy.Schema, word: str) -> list[tantivy.Query]:
    # A folded word is letters and digits, so it means itself in a regular expression.
    return [Query.regex_query(schema, "stems", f"{word}.*")] if len(word) >= _SHORTEST_PREFIX else []


def nearly(schema: tantivy.Schema, content: Sequence[str], unknown: Sequence[str]) -> tantivy.Query:
    """What has one of the unknown words as if it were misspelt; the more of the others, the better."""
    misspelt = [
        (
            _SHOULD,
            Query.fuzzy_term_query(schema, name, word, _distance_tried(word), transposition_cost_one=True),
        )
        for word in unknown
        for name in _SPELT
    ]
    others = [(_SHOULD, query) for word in content for query in _meant(schema, word)]
    return Query.boolean_query([(_MUST, Query.boolean_query(misspelt)), *others])


def _best(queries: Sequence[tuple[tantivy.Query, float]]) -> tantivy.Query:
    return Query.disjunction_max_query([Query.boost_query(query, boost) for query, boost in queries])


def _all(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(_MUST, query) for query in queries])

"""Searching a generation's text: a question in words, narrowed by filters, answered page by page.

The order is stable: step by step, within a step by :mod:`kgraph.search.ranking` for its first hits and by
the library's own score (BM25) after them, equals by their IRI. The index of a generation never changes, so
a page asked for again is the same page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

import tantivy

from kgraph.errors import ParameterError
from kgraph.search.facts import makes_fact
from kgraph.search.index import FILTERS, Entry, IndexReader
from kgraph.search.inquiry import Inquiry
from kgraph.search.known import IndexLexicon
from kgraph.search.questions import read_inquiry
from kgraph.search.ranking import Ranking, Scored
from kgraph.search.synonymy import join_particles
from kgraph.search.tiers import Match, Step, all_meant, content_words, query_of
from kgraph.search.words import STOP_WORDS, join_numbers, read_words

__all__ = ["DEEPEST", "Hit", "Hits", "Search", "TextIndex"]

#: How far paging goes, how long a question may be, and how many hits of a step are ranked with care.
DEEPEST: Final = 1_000
LONGEST_QUESTION: Final = 1_000
MOST_WORDS: Final = 64
_RANKED: Final = 64
_STRICT: Final = (Step.PHRASE, Step.WORDS)
_LENIENT: Final = (Step.ANY_WAY,)
_OF_ALL_WORDS: Final = frozenset({Match.PHRASE, Match.WORDS, Match.STEMS})
#: What only says that the rest is somebody's words: who said that …, who calls it …; not: who told them to ….
_FRAME: Final = re.compile(
    r"""^\W*who(?:\s+(?:has|have|had|is|was|does|did))?\s+(?:ever\s+)?
    (?:(?:said|says|say|saying|claimed|claims|stated|states|reported|reports|announced)\b
     |(?:told|tells|tell)\b(?!.*\bto\b)
     |(?:calls|called|call)\b(?!\s+(?:on|upon|for|off|back)\b)
     |(?:describe[sd]?|label(?:l?ed|s)?|term(?:ed|s)?|portray(?:ed|s)?)\b)
    (?:\s+that\b)?(?=.*\w)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What to look for.

    ``filters`` maps some of :data:`kgraph.search.index.FILTERS` to IRIs of which one must hold. ``since`` and
    ``until`` keep what holds, as its times are read, on some day between them, both included; what has no
    time that is read is then left out.
    """

    text: str
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """An assertion that was found, how, and how well; ``score`` orders the hits of one way."""

    iri: str
    match: Match
    score: float


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of what was found; ``more`` says that there is another."""

    hits: tuple[Hit, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as read: its words, and what it asks for where it is more than words."""

    words: list[str]
    inquiry: Inquiry | None = None
    text: str = ""


class TextIndex:
    """The text index of one generation. Its methods may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._reader = IndexReader(path)
        self._lexicon = IndexLexicon(self._reader)

    def search(self, search: Search) -> Hits:
        """The assertions that best answer to some words.

        Raises:
            ParameterError: there are no words, or too many, or the page is too far off.
        """
        check_page(search.limit, search.offset)
        wanted = search.offset + search.limit + 1
        found = self._hits(self._read(search.text), Entry.ASSERTION, wanted, [*self._narrowing(search)])
        return Hits(tuple(found[search.offset : wanted - 1]), more=len(found) >= wanted)

    def best(self, text: str, limit: int) -> tuple[Hit, ...]:
        """The best assertions for some words, without pages."""
        return tuple(self._hits(self._read(text), Entry.ASSERTION, limit, []))

    def named(self, text: str, *, widely: bool = False, limit: int = 25) -> list[str]:
        """The things that are called so: those of exactly that name, else those whose names come nearest.

        ``widely`` adds those whose names have all of the words, in some form, among others.
        """
        words = self._read(text).words
        exact = tantivy.Query.term_query(self._reader.schema, "label", " ".join(words))
        same = sorted(self._reader.iri(address) for address in self._reader.find(exact, limit))
        if same and not widely:
            return same
        hits = self._hits(Asked(words), Entry.NAME, limit, [])
        if widely:
            near = [hit.iri for hit in hits if hit.match in _OF_ALL_WORDS]
            return list(dict.fromkeys((*same, *near)))
        return [hit.iri for hit in hits if hit.match is hits[0].match and hit.match is not Match.SOME]

    def stating(self, parts: Iterable[str], *, limit: int) -> list[str]:
        """The assertions that make a fact in words (:mod:`kgraph.search.facts`), the best first."""
        words = [word for part in parts for word in self._read(part).words]
        content = content_words(join_particles(words))
        only = [self._reader.trait("kind", Entry.ASSERTION)]
        addresses = self._reader.find(_within(all_meant(self._reader.schema, content), only), limit)
        making = [d for d in map(self._reader.read, addresses) if makes_fact(d, content)]
        return [scored.iri for scored in self._ranking(Asked(words)).order(making, Step.ANY_WAY)]

    def _read(self, text: str) -> Asked:
        return parse_question(text, self._lexicon.respelled)

    def _hits(self, asked: Asked, kind: Entry, wanted: int, narrowing: Sequence[tantivy.Query]) -> list[Hit]:
        only = [self._reader.trait("kind", kind), *narrowing]
        if found := self._found(asked, _STRICT, only, wanted):
            return found
        words = self._lexicon.corrected(asked.words)
        if words == asked.words:
            return self._found(asked, _LENIENT, only, wanted)
        corrected = Asked(words, read_inquiry(asked.text, words), asked.text)
        found = self._found(corrected, _STRICT, only, wanted) or self._found(
            corrected, _LENIENT, only, wanted
        )
        return [hit if hit.match is Match.SOME else replace(hit, match=Match.SIMILAR) for hit in found]

    def _found(
        self, asked: Asked, steps: Sequence[Step], only: Sequence[tantivy.Query], wanted: int
    ) -> list[Hit]:
        ranking = self._ranking(asked)
        found: dict[str, Hit] = {}
        for step in steps:
            query = query_of(step, self._reader.schema, asked.words, asked.inquiry)
            if query is None or len(found) >= wanted:
                continue
            for scored in self._step(_within(query, only), step, ranking, wanted):
                found.setdefault(scored.iri, Hit(scored.iri, scored.match, round(scored.score, 4)))
        return list(found.values())[:wanted]

    def _ranking(self, asked: Asked) -> Ranking:
        return Ranking(asked.words, asked.inquiry, self._lexicon)

    def _step(self, query: tantivy.Query, step: Step, ranking: Ranking, wanted: int) -> Iterator[Scored]:
        addresses = self._reader.find(query, _RANKED if wanted <= _RANKED else _RANKED + DEEPEST)
        yield from ranking.order((self._reader.read(address) for address in addresses[:_RANKED]), step)
        rest = Match.SOME if step is Step.ANY_WAY else Match(step.value)
        for address in addresses[_RANKED:]:
            yield Scored(self._reader.iri(address), 0.0, rest)

    def _narrowing(self, search: Search) -> Iterator[tantivy.Query]:
        schema = self._reader.schema
        for name, iris in search.filters.items():
            if name not in FILTERS:
                raise ParameterError(
                    f"There is no filter {name!r}.", hint=f"There are: {', '.join(FILTERS)}."
                )
            any_of = [(tantivy.Occur.Should, self._reader.trait(name, iri)) for iri in iris]
            yield tantivy.Query.boolean_query(any_of) if any_of else tantivy.Query.empty_query()
        if search.since is not None or search.until is not None:
            first, last = _day(search.since or date.min), _day(search.until or date.max)
            if first > last:
                raise ParameterError("'since' is after 'until'.", hint="Give the earlier day as 'since'.")
            integer = tantivy.FieldType.Integer
            yield tantivy.Query.range_query(schema, "first", integer, None, last)
            yield tantivy.Query.range_query(schema, "last", integer, first, None)


def _within(query: tantivy.Query, only: Sequence[tantivy.Query]) -> tantivy.Query:
    """The query, with conditions that do not count in its score."""
    unscored = [(tantivy.Occur.Must, tantivy.Query.const_score_query(each, 0.0)) for each in only]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *unscored])


def _day(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def parse_question(text: str, respell: Callable[[list[str]], list[str]]) -> Asked:
    """A question, without the frame that only says that it is one ("who said that …").

    Raises:
        ParameterError: it has no words, or more than anybody would ask for.
    """
    if len(text) > LONGEST_QUESTION:
        raise ParameterError(
            f"The question is longer than {LONGEST_QUESTION} characters.", hint="Ask for a part of the words."
        )
    matter = _FRAME.sub("", text)
    words = read_words(matter)
    if all(word in STOP_WORDS for word in words):
        matter, words = text, read_words(text)  # who said this?
    if not words:
        shown = "".join(c for c in text[:40] if not unicodedata.category(c).startswith("C"))
        raise ParameterError(f"There is no word in {shown!r}.", hint="Ask with letters or digits.")
    if len(words) > 4 * MOST_WORDS:
        raise ParameterError(
            f"The question has more than {4 * MOST_WORDS} words.", hint="Ask for a part of them."
        )
    words = respell(join_numbers(words[:MOST_WORDS]))
    return Asked(words, read_inquiry(matter, words), matter)


def check_page(limit: int, offset: int) -> None:
    """Refuse a page that is empty, too long or too far off."""
    if not 1 <= limit <= 100:
        raise ParameterError("A page has from 1 to 100 answers.", hint="Give 'limit' such a number.")
    if not 0 <= offset <= DEEPEST - limit:
        raise ParameterError(
            f"Only the first {DEEPEST} answers can be paged through.", hint="Narrow the question by a filter."
        )

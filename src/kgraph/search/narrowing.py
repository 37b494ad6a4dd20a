"""What a search is narrowed by: speakers, articles, manners of saying, days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import tantivy

from kgraph.errors import ParameterError
from kgraph.search.index import FILTERS, IndexReader, Passage
from kgraph.search.passages import ClaimEntry

__all__ = ["Narrowing"]


class Narrowing:
    """What a search is narrowed by: for passages as queries, for claims exactly."""

    def __init__(
        self,
        filters: Mapping[str, Sequence[str]],
        since: date | None,
        until: date | None,
        reader: IndexReader,
        *,
        drafts: bool = True,
    ) -> None:
        self._drafts = drafts
        self._traits: list[frozenset[str]] = []
        self.queries: list[tantivy.Query] = []
        for name, iris in filters.items():
            if name not in FILTERS:
                raise ParameterError(
                    f"There is no filter {name!r}.", hint=f"There are: {', '.join(FILTERS)}."
                )
            self._traits.append(frozenset(f"{name}={iri}" for iri in iris))
            any_of = [(tantivy.Occur.Should, reader.term("traits", f"{name}={iri}")) for iri in iris]
            self.queries.append(
                tantivy.Query.boolean_query(any_of) if any_of else tantivy.Query.empty_query()
            )
        self._first, self._last = _day(since or date.min), _day(until or date.max)
        self._by_day = since is not None or until is not None
        if self._first > self._last:
            raise ParameterError("'since' is after 'until'.", hint="Give the earlier day as 'since'.")
        if self._by_day:
            integer = tantivy.FieldType.Integer
            self.queries += [
                tantivy.Query.range_query(reader.schema, "first", integer, None, self._last),
                tantivy.Query.range_query(reader.schema, "last", integer, self._first, None),
            ]
        #: Whether a sentence without claims passes: only an article may be asked for.
        self.is_empty = not self._by_day and set(filters) <= {"article"}

    def admits(self, claim: ClaimEntry) -> bool:
        """Whether a claim passes."""
        days = claim.days
        is_in_time = days is not None and days.first <= self._last and self._first <= days.last
        return (
            (self._drafts or not claim.is_draft)
            and not any(traits.isdisjoint(claim.traits) for traits in self._traits)
            and (is_in_time or not self._by_day)
        )

    def has_claims(self, passage: Passage) -> bool:
        """Whether a passage has claims that count, whether they pass or not."""
        return any(self._drafts or not claim.is_draft for claim in passage.entry.claims)

    def claims(self, passage: Passage) -> list[ClaimEntry]:
        """The claims of a passage that pass."""
        return [claim for claim in passage.entry.claims if self.admits(claim)]


def _day(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day

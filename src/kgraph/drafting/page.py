"""A text as drafting reads it: sentences as trees, paragraphs, quotations; and what is found in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kgraph.drafting.sites import Attribution
from kgraph.drafting.tree import Tree
from kgraph.drafting.voices import Voice
from kgraph.text import Span, quoted_spans

__all__ = ["Found", "Page", "lay_page"]


@dataclass(frozen=True)
class Page:
    """A text as read. ``quotes`` are its outermost quotations, ``marks`` those within others too."""

    text: str
    paragraphs: tuple[Span, ...]
    trees: tuple[Tree, ...]
    paragraph_of: tuple[int, ...]
    quotes: tuple[Span, ...]
    marks: tuple[Span, ...]

    @cached_property
    def _by_sentence(self) -> tuple[list[list[Span]], list[list[Span]]]:
        return _spread(self.quotes, self.trees), _spread(self.marks, self.trees)

    def whole_quotes_in(self, sentence: int) -> list[Span]:
        """The outermost quotations that touch a sentence, from beginning to end."""
        return self._by_sentence[0][sentence]

    def quotes_in(self, sentence: int) -> list[Span]:
        """The outermost quotations, as far as they lie in a sentence."""
        here = self.trees[sentence].span
        clipped = (
            Span(max(q.start, here.start), min(q.end, here.end)) for q in self.whole_quotes_in(sentence)
        )
        return [span for span in clipped if span.start < span.end]

    def marks_in(self, sentence: int) -> list[Span]:
        """All quotations that touch a sentence, marks excluded."""
        return self._by_sentence[1][sentence]

    def is_alone(self, sentence: int) -> bool:
        """Whether all words of a sentence are quoted."""
        quotes = self.quotes_in(sentence)
        words = (token for token in self.trees[sentence].tokens if token.is_word)
        return all(any(token.span.within(quote) for quote in quotes) for token in words)

    def sentence_at(self, position: int) -> int | None:
        """The sentence that holds a position."""
        number = bisect_right(self._starts, position) - 1
        return number if number >= 0 and position < self.trees[number].span.end else None

    @cached_property
    def _starts(self) -> list[int]:
        return [tree.span.start for tree in self.trees]

    def sentences_of(self, paragraph: int) -> range:
        """The sentences of a paragraph."""
        first = bisect_right(self.paragraph_of, paragraph - 1)
        return range(first, bisect_right(self.paragraph_of, paragraph))


@dataclass(frozen=True, slots=True)
class Found:
    """An attribution with its sentence, its speaker, and the attribution that passes it on, if any.

    ``distance`` counts the sentences between the cue and the content.
    """

    sentence: int
    attribution: Attribution
    speaker: Voice | None
    outer: int | None = None
    distance: int = 0


def _spread(spans: Sequence[Span], trees: Sequence[Tree]) -> list[list[Span]]:
    """The spans that touch each sentence."""
    found: list[list[Span]] = [[] for _ in trees]
    starts = [tree.span.start for tree in trees]
    for span in spans:
        number = max(0, bisect_right(starts, span.start) - 1)
        while number < len(trees) and trees[number].span.start < span.end:
            if trees[number].span.overlaps(span):
                found[number].append(span)
            number += 1
    return found


def lay_page(text: str, paragraphs: Sequence[Span], trees: Sequence[Tree]) -> Page:
    """The page of a text. Sentences that lie in no paragraph belong to the one before them."""
    starts = [paragraph.start for paragraph in paragraphs]
    paragraph_of = tuple(max(0, bisect_right(starts, tree.span.start) - 1) for tree in trees)
    outermost: list[Span] = []
    marks = quoted_spans(text)
    for span in marks:
        if not (outermost and span.within(outermost[-1])):
            outermost.append(span)
    return Page(text, tuple(paragraphs), tuple(trees), paragraph_of, tuple(outermost), tuple(marks))

"""How an article's text is laid out: its parts, its paragraphs and its sentences.

What is named as a part (a headline, a dateline …) is no body text. Sentences are found by their punctuation,
except those that are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kgraph.text import Span, paragraphs, sentences

__all__ = ["Layout", "lay_out"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Parts by their IRI; paragraphs and sentences in the order of the text."""

    parts: dict[str, Span]
    paragraphs: tuple[Span, ...]
    sentences: tuple[Span, ...]

    def home(self, position: int) -> int | str | None:
        """The sentence (its index) or the part (its IRI) that holds a position."""
        for number, sentence in enumerate(self.sentences):
            if sentence.start <= position < sentence.end:
                return number
        holding = (iri for iri, part in self.parts.items() if part.start <= position < part.end)
        return next(holding, None)


def lay_out(text: str, parts: Mapping[str, Span], given: Iterable[Span], *, language: str) -> Layout:
    """Cut a text. ``given`` are sentences that somebody has marked; others give way to them."""
    taken = sorted(parts.values())
    fixed = sorted(given)
    body: list[Span] = []
    found: list[Span] = list(fixed)
    for paragraph in paragraphs(text):
        for stretch in _without(paragraph, taken, text):
            body.append(stretch)
            for sentence in sentences(text, stretch, language=language):
                found += _without(sentence, fixed, text)
    return Layout(dict(parts), tuple(body), tuple(sorted(found)))


def _without(span: Span, taken: list[Span], text: str) -> list[Span]:
    """What is left of a span; punctuation alone is nothing."""
    left: list[Span] = []
    start = span.start
    for other in taken:
        if other.overlaps(span):
            left.append(Span(start, max(start, other.start)))
            start = max(start, other.end)
    left.append(Span(start, max(start, span.end)))
    trimmed = [_after_dash(part, span, text) for part in left]
    return [part for part in trimmed if any(character.isalnum() for character in part.of(text))]


def _after_dash(part: Span, whole: Span, text: str) -> Span:
    """Without the dash or colon that parts a dateline from the text after it."""
    start = part.start
    while start > whole.start and start < part.end and text[start] in " \t\u00a0—–-:":
        start += 1
    return Span(start, part.end).trimmed(text)

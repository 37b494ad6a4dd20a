"""Stretches of a text, and what no stretch covers.

Offsets count Unicode code points from 0; a span includes its start and excludes its end, as in the Web
Annotation model's TextPositionSelector (section 4.2.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

__all__ = ["Span", "digest", "iter_lines", "pieces_of", "uncovered"]

_ELLIPSIS: Final = re.compile(r"…|\.\.\.")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text, start included, end excluded."""

    start: int
    end: int

    def within(self, other: Span) -> bool:
        """Whether this span lies inside the other one."""
        return other.start <= self.start and self.end <= other.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share a character."""
        return self.start < other.end and other.start < self.end

    def of(self, text: str) -> str:
        """The words of this span."""
        return text[self.start : self.end]

    def trimmed(self, text: str) -> Span:
        """The span without white space at its ends; empty at its start where there is nothing else."""
        words = self.of(text)
        start = self.start + len(words) - len(words.lstrip())
        return Span(start, max(start, self.start + len(words.rstrip())))


def digest(content: bytes) -> str:
    """The SHA-256 of a file's bytes, in lower-case hexadecimal."""
    return sha256(content).hexdigest()


def iter_lines(text: str) -> Iterator[Span]:
    """The lines of a text without their line ends."""
    start = 0
    for line in text.split("\n"):
        yield Span(start, start + len(line))
        start += len(line) + 1


def uncovered(text: str, spans: Iterable[Span]) -> list[Span]:
    """The stretches of letters and digits that no span covers."""
    covered = bytearray(len(text))
    for span in spans:
        covered[span.start : span.end] = b"\x01" * (min(span.end, len(text)) - span.start)
    gaps: list[Span] = []
    start: int | None = None
    for position in range(len(text) + 1):
        free = position < len(text) and not covered[position] and text[position] != "\n"
        if free and start is None:
            start = position
        elif not free and start is not None:
            gap = text[start:position]
            if any(character.isalnum() for character in gap):
                gaps.append(Span(start, position))
            start = None
    return gaps


def pieces_of(words: str) -> list[str]:
    """Words as they are quoted, cut where some are left out (``…``)."""
    return _ELLIPSIS.split(words)

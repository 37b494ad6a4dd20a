"""An article's text: its lines, the spans of its quotations, and the numbers it spells.

Pure functions on strings. Offsets count Unicode code points from 0; a span includes its start and
excludes its end, as in the Web Annotation model's TextPositionSelector (section 4.2.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

__all__ = [
    "Span",
    "decode_text",
    "digest",
    "iter_lines",
    "marked_encoding",
    "quoted_spans",
    "spelled_numbers",
    "uncovered",
]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text, start included, end excluded."""

    start: int
    end: int

    def within(self, other: Span) -> bool:
        """Whether this span lies inside the other one."""
        return other.start <= self.start and self.end <= other.end

    def of(self, text: str) -> str:
        """The words of this span."""
        return text[self.start : self.end]


#: Byte order marks (Unicode, section 23.8) and the codecs that take them away. UTF-32's begins as UTF-16's.
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def marked_encoding(head: bytes) -> str | None:
    """The codec that a byte order mark at the beginning of a file asks for; None where there is no mark."""
    return next((codec for mark, codec in _MARKS if head.startswith(mark)), None)


def decode_text(content: bytes) -> str:
    """A file's text, without its byte order mark: in the encoding that the mark says, else in UTF-8.

    Raises:
        UnicodeDecodeError: it is not in that encoding.
    """
    return content.decode(marked_encoding(content) or "utf-8")


def digest(content: bytes) -> str:
    """The SHA-256 of a file's bytes, in lower-case hexadecimal."""
    return sha256(content).hexdigest()


def iter_lines(text: str) -> Iterator[Span]:
    """The lines of a text without their line ends: a line is a sentence, or the byline at the end."""
    start = 0
    for line in text.split("\n"):
        yield Span(start, start + len(line))
        start += len(line) + 1


_OPENING: Final = re.compile('["“„«]')
#: What stands in quotation marks behind each opening one, with the mark that closes it.
_QUOTED: Final = {
    opening: re.compile(rf"([^{closing}\n]*+)([{closing}]?)")
    for opening, closing in {'"': '"', "“": "”", "„": "“”", "«": "»"}.items()
}


def quoted_spans(text: str) -> list[Span]:
    """What stands inside quotation marks, the marks themselves excluded. A quotation ends with its line."""
    spans: list[Span] = []
    never_closed: dict[str, int] = {}  # up to where it is known of a mark, so that no line is read again
    position = 0
    while (mark := _OPENING.search(text, position)) is not None:
        position = mark.end()
        if never_closed.get(mark[0], 0) >= position:
            continue
        match = _QUOTED[mark[0]].match(text, position)
        assert match is not None  # noqa: S101 - it matches anything
        if match[2]:
            spans.append(Span(*match.span(1)))
            position = match.end()
        else:
            never_closed[mark[0]] = match.end()
    return spans


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


_WORDS: Final = {
    word: number
    for number, words in {
        0: "zero",
        1: "one single",
        2: "two both pair twice",
        3: "three",
        4: "four",
        5: "five",
        6: "six",
        7: "seven",
        8: "eight",
        9: "nine",
        10: "ten",
        11: "eleven",
        12: "twelve dozen",
        13: "thirteen",
        14: "fourteen",
        15: "fifteen",
        16: "sixteen",
        17: "seventeen",
        18: "eighteen",
        19: "nineteen",
        20: "twenty score",
        30: "thirty",
        40: "forty",
        50: "fifty",
        60: "sixty",
        70: "seventy",
        80: "eighty",
        90: "ninety",
        100: "hundred",
        1000: "thousand",
        1_000_000: "million",
        1_000_000_000: "billion",
    }.items()
    for word in words.split()
}
_SCALES: Final = frozenset({12, 20, 100, 1000, 1_000_000, 1_000_000_000})
_NUMERAL: Final = re.compile(r"\d+(?:[.,]\d+)*")
_WORD: Final = re.compile(r"[A-Za-z]+")


def spelled_numbers(text: str) -> set[Decimal]:
    """Every number that a text gives in digits or in English number words.

    ``"1,200"`` is 1200, ``"two dozen"`` is 2, 12 and 24, ``"eighty-five"`` is 80, 5 and 85: the parts are
    kept, so that a claim about a part finds it too.
    """
    numbers: set[Decimal] = set()
    for match in _NUMERAL.finditer(text):
        number = re.sub(r",(?=\d{3}\b)", "", match.group()).replace(",", ".")
        parts = number.split(".")  # more than two: a date such as 18.10.2011, or a version
        numbers.update(map(Decimal, [number] if len(parts) <= 2 else parts))
    run: list[int] = []
    end_of_run = 0
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if run and word == "and" and text[end_of_run : match.start()].isspace():
            end_of_run = match.end()
            continue
        value = _WORDS.get(word)
        if run and (value is None or re.fullmatch(r"[\s-]*", text[end_of_run : match.start()]) is None):
            numbers.add(Decimal(_combined(run)))
            run = []
        if value is not None:
            numbers.add(Decimal(value))
            run.append(value)
            end_of_run = match.end()
    if run:
        numbers.add(Decimal(_combined(run)))
    return numbers


def _combined(run: list[int]) -> int:
    """The value of consecutive number words: two hundred five is (2 x 100) + 5."""
    total = current = 0
    for value in run:
        if value in _SCALES and current:
            current *= value
            if value >= 1000:
                total, current = total + current, 0
        else:
            current += value
    return total + current

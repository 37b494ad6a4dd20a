"""Which parts of a text are no body text: headline, byline, dateline, captions, corrections.

First line without a full stop        headline
By Ana Holt                           byline, with the agency in the line below
By Ana Holt, TOLLHAVEN, March 10 —    byline and dateline, in a line of their own or before the text
March 10, 2021                        dateline, if it stands alone
TOLLHAVEN, Ardovia, March 10 —        dateline, if the text runs on
Caption: …, Photo: …                  caption
Correction: …, Clarification: …       correction
Reuters                               byline, if it is all that the last line has
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from kgraph.text import Span, paragraphs

__all__ = ["KINDS", "TextPart", "date_in", "find_parts"]

#: What a part can be, in the order in which parts stand in most articles.
KINDS: Final = ("headline", "byline", "dateline", "caption", "correction")
_MONTH: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY: Final = r"(?:Mon|Tues?|Wednes|Thurs?|Fri|Satur|Sun)(?:day)?"
_DATE: Final = re.compile(
    rf"(?:{_DAY},?\s)?"
    rf"(?:{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?\.?\s{_MONTH})(?:,?\s\d{{4}})?|"
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
)
_BYLINE: Final = re.compile(r"(?:By|Written by|Reported by|Reporting by|Von|Par|Por)\s+[^\W\d_a-z][^.!?]*")
_CAPTION: Final = re.compile(
    r"(?:Captions?|Photos?|Images?|Pictures?|Pictured|Videos?|Figures?|Photograph|Credit|Foto|Bild)"
    r"(?:\s+(?:credit|by|courtesy|of))?\s*:",
    re.IGNORECASE,
)
_CREDITED: Final = re.compile(r"\b(?:Photo|Image|Picture|Video|Credit)(?: credit)?: [^.:]{2,60}\.?$")
_CORRECTION: Final = re.compile(
    r"(?:Corrections?|Clarifications?|Editor[’']s note|Updated?|Berichtigung|Korrektur)\b"
    r"[^.:—–]{0,40}[:—–]",
    re.IGNORECASE,
)
_PLACE: Final = r"[^\W\d_][\w.’' ]{0,39}"
_RUNNING: Final = re.compile(
    rf"(?P<line>{_PLACE}(?:,\s?{_PLACE}){{0,2}}(?:,\s?(?:{_DATE.pattern}))?(?:\s?\([^()]{{2,40}}\))?)"
    r"\s?(?:—|–|--|-)\s(?=\S)"
)
_NAME: Final = r"[^\W\d_a-z][\w.’'-]*"
_RUNNING_BYLINE: Final = re.compile(
    rf"(?P<line>By\s{_NAME}\s{_NAME}(?:,?\s(?:{_NAME}|\d[\d.]*|and|in|of|for|the)){{0,12}})\s?(?:—|–|--)\s(?=\S)"
)
#: The end of a byline from a place in capitals on, or from a date.
_DATED: Final = re.compile(
    rf"(?:,|\s\|)\s(?P<line>[A-ZÀ-Þ][A-ZÀ-Þ ’'-]{{2,}}(?:,.*)?|(?:{_DATE.pattern}))$", re.DOTALL
)
_STOP: Final = re.compile(r"[.:;,…][\"”’»)]*$")
_LONG_LINE: Final = 250
_SHORT_LINE: Final = 80


@dataclass(frozen=True, slots=True)
class TextPart:
    """A part of a text that is no body text. ``kind`` is one of :data:`KINDS`."""

    kind: str
    span: Span


def find_parts(text: str) -> tuple[TextPart, ...]:
    """The parts of a text, in order. What is not found is body text."""
    blocks = paragraphs(text)
    found: list[TextPart] = []
    rest = list(blocks)
    if len(blocks) > 1 and _is_headline(text, blocks):
        found.append(TextPart("headline", rest.pop(0)))
    while len(rest) > 1 and (part := _front(text, rest)):
        found += _parted(text, part)
        rest = [block for block in rest if block.start >= part.span.end]
    if rest and (byline := _RUNNING_BYLINE.match(rest[0].of(text))):
        span = Span(rest[0].start, rest[0].start + byline.end("line"))
        found += _parted(text, TextPart("byline", span))
    elif rest and (dateline := _running_dateline(text, rest[0])):
        found.append(TextPart("dateline", dateline))
    found += _beside(text, rest)
    return tuple(sorted(found, key=lambda part: part.span))


def _is_headline(text: str, blocks: Sequence[Span]) -> bool:
    first = blocks[0].of(text)
    is_quoted = first[:1] in '“"«„' and first[-1:] in '”"»“'
    if len(first) > _LONG_LINE or _STOP.search(first) or is_quoted:
        return False
    is_other = (
        _BYLINE.fullmatch(first) or _CAPTION.match(first) or _RUNNING.match(first) or _DATE.fullmatch(first)
    )
    return not is_other and any(len(block.of(text)) > len(first) / 2 for block in blocks[1:])


def _front(text: str, rest: Sequence[Span]) -> TextPart | None:
    """The byline or the dateline that a text goes on with."""
    block = rest[0]
    words = block.of(text)
    if _BYLINE.fullmatch(words) and len(words) <= 2 * _SHORT_LINE:
        following = rest[1]
        is_below = text[block.end : following.start].count("\n") == 1
        below = following.of(text)
        if (
            is_below
            and len(rest) > 2
            and len(below) <= _SHORT_LINE
            and not _STOP.search(below)
            and not _DATE.search(below)
        ):
            return TextPart("byline", Span(block.start, following.end))
        return TextPart("byline", block)
    date = _DATE.search(words)
    if (
        date
        and len(words) <= _SHORT_LINE
        and not _STOP.search(words)
        and (len(words) - len(date.group()) <= _SHORT_LINE / 2)
    ):
        return TextPart("dateline", block)
    return None


def _parted(text: str, part: TextPart) -> list[TextPart]:
    """A byline and the dateline that ends it: a place in capitals, or a date."""
    words = part.span.of(text)
    match = _DATED.search(words) if part.kind == "byline" else None
    if match is None:
        return [part]
    start = part.span.start
    line = Span(start + match.start("line"), part.span.end)
    return [TextPart("byline", Span(start, start + match.start())), TextPart("dateline", line)]


def _running_dateline(text: str, block: Span) -> Span | None:
    """The dateline that a paragraph begins with; it shouts its place, or gives a date or an agency."""
    words = block.of(text)
    match = _RUNNING.match(words)
    if match is None or match.end("line") > _SHORT_LINE:
        return None
    line = match["line"]
    place = line.split(",")[0].split("(")[0].strip()
    shouts = place.isupper() and len(place) > 2
    if shouts or "(" in line or _DATE.search(line):
        return Span(block.start, block.start + match.end("line")).trimmed(text)
    return None


def _beside(text: str, rest: Sequence[Span]) -> Iterator[TextPart]:
    """Captions and corrections anywhere, and the credit in the last line."""
    for block in rest:
        words = block.of(text)
        if _CORRECTION.match(words):
            yield TextPart("correction", block)
        elif _CAPTION.match(words) or (_CREDITED.search(words) and len(words) < _LONG_LINE):
            yield TextPart("caption", block)
    if len(rest) > 1:
        last = rest[-1].of(text)
        named = all(word[:1].isupper() or word in ("and", "of", "the", "for") for word in last.split())
        if len(last.split()) <= 5 and named and not _STOP.search(last) and last[:1].isalpha():
            yield TextPart("byline", rest[-1])


_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_IN_FULL: Final = re.compile(
    rf"(?P<month>{_MONTH})\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})|"
    rf"(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\.?\s(?P<month2>{_MONTH}),?\s(?P<year2>\d{{4}})|"
    r"(?P<iso>\d{4}-\d{2}-\d{2})"
)


def date_in(words: str) -> date | None:
    """The first date that some words give in full; None where there is none."""
    match = _IN_FULL.search(words)
    if match is None:
        return None
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        month = _MONTHS.index((match["month"] or match["month2"])[:3].lower()) + 1
        return date(int(match["year"] or match["year2"]), month, int(match["day"] or match["day2"]))
    except ValueError:
        return None

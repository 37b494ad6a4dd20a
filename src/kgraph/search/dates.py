"""When a claim holds, as far as its time is read: EDTF strings as ranges of days.

Covers what readings use of the Extended Date/Time Format (EDTF, ISO 8601-2): a year, month or day, each with
or without the ``?`` of uncertainty, and intervals of them, open on a side as ``..``. A duration has no place
in the calendar and is no range. The readings are the curators', so a filter by date finds what they make of
"today".
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

__all__ = ["DayRange", "parse_edtf", "spanning"]

_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?[?~%]?")
_EARLIEST: Final = 0
_LATEST: Final = 99_999_999


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days as numbers (2011-10-18 is 20111018), both ends included; an open end is as far as it goes."""

    first: int
    last: int


def parse_edtf(text: str) -> DayRange | None:
    """The days that an EDTF string covers; None where it is no date or interval of this calendar."""
    start, slash, end = text.strip().partition("/")
    if not slash:
        return _date(start)
    first = DayRange(_EARLIEST, _EARLIEST) if start == ".." else _date(start)
    last = DayRange(_LATEST, _LATEST) if end == ".." else _date(end)
    if first is None or last is None or first.first > last.last:
        return None
    return DayRange(first.first, last.last)


def _date(text: str) -> DayRange | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part or 0) for part in match.groups())
    first, last = (month, month) if match[2] else (1, 12)
    if not 0 < first <= last <= 12 or (year == 0 and match[2]):
        return None
    days = calendar.monthrange(year or 4, last)[1]
    if match[3] and not 1 <= day <= days:
        return None
    return DayRange(year * 10_000 + first * 100 + (day or 1), year * 10_000 + last * 100 + (day or days))


def spanning(ranges: Iterable[DayRange]) -> DayRange | None:
    """The shortest range that holds all of them."""
    known = list(ranges)
    return DayRange(min(r.first for r in known), max(r.last for r in known)) if known else None

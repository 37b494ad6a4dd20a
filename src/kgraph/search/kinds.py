"""Whether a text has what a question asks for: an amount, a time, who somebody is."""

from __future__ import annotations

import re
from typing import Final

from kgraph.search.reading import Asked
from kgraph.search.roles import Kind
from kgraph.search.words import is_number, listed, read_words

__all__ = ["COUNTED", "has_kind", "introduces"]

#: What is answered by an amount or a time.
COUNTED: Final = (Kind.COUNT, Kind.DURATION, Kind.DISTANCE, Kind.WHEN)
#: A year or a time of day: a figure that counts nothing. A year has no mark between its thousands.
_DATED: Final = re.compile(
    r"(?<![\d.,])(?:1[5-9]|20)\d\d(?!\d|[.,]\d)|\b\d{1,2}(?::\d\d|(?:[.:]\d\d)? ?(?:[ap]\.?m\b|uhr\b|h\b))",
    re.IGNORECASE,
)
#: English, German, Serbian.
_COPULAS: Final = ("is", "was", "ist", "war", "je")


def has_kind(asked: Asked, text: str) -> bool:
    """Whether a text has an amount where one is asked for, or a time, that the question does not have itself.

    A time may be told by what happens then: "until the pears are ripe".
    """
    if asked.kind not in COUNTED:
        return False
    dates = {word for date in _DATED.findall(text) for word in read_words(date)}
    words = read_words(_DATED.sub(" ", text))
    months = listed("month")
    days = {
        at for at, word in enumerate(words) if is_number(word) and months & {*words[max(0, at - 1) : at + 2]}
    }
    own = {*asked.words}
    is_amount = any(is_number(word) and word not in own and at not in days for at, word in enumerate(words))
    if asked.kind not in (Kind.WHEN, Kind.DURATION):
        return is_amount
    times = (listed("time") | listed("time-clause")) - own | listed("time-clause") & listed(Kind.WHEN)
    is_time = not times.isdisjoint(words)
    return is_time or (not dates <= own if asked.kind is Kind.WHEN else is_amount)


def introduces(asked: Asked, text: str) -> bool:
    """Whether a text says who somebody is, of whom a question has but the name: "Ann Lee, a clerk, said"."""
    if asked.kind is not Kind.WHO or not asked.names.issuperset(asked.matter):
        return False
    name = re.escape(asked.text.rstrip(" ?!.").rpartition(" ")[2])
    return bool(re.search(rf"\b{name}(?:,| \(| [–—]| (?:{'|'.join(_COPULAS)})\b)", text, re.IGNORECASE))

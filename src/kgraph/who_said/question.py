"""A question: by words, or by fact, narrowed and paged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from kgraph.errors import ParameterError
from kgraph.search import FILTERS

__all__ = ["PARTS", "Question", "parse_day", "parse_question"]

#: The parts of a fact.
PARTS: Final = ("subject", "predicate", "object")
_NUMBER: Final = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who said some words, or who said a fact of which some parts are given.

    A part of the fact, and a value of a filter (speaker, article, mode, modality, polarity), is an IRI, a
    prefixed name or a label. ``since`` and ``until`` ask for what holds within these days, as its times are
    read by the curators.
    """

    text: str = ""
    subject: str = ""
    predicate: str = ""
    object: str = ""
    speaker: str = ""
    article: str = ""
    mode: str = ""
    modality: str = ""
    polarity: str = ""
    since: date | None = None
    until: date | None = None
    limit: int = 10
    offset: int = 0

    @property
    def fact(self) -> dict[str, str]:
        """The parts of the fact that are given."""
        return {name: value for name in PARTS if (value := getattr(self, name).strip())}

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are given."""
        return {name: value for name in FILTERS if (value := getattr(self, name).strip())}


def parse_question(values: Mapping[str, str]) -> Question:
    """A question from texts by name, as a query string has them; ``q`` is the words.

    Raises:
        ParameterError: a name is unknown, a value does not fit, or nothing is asked.
    """
    known = ("q", *PARTS, *FILTERS, "since", "until", "limit", "offset")
    for name in values:
        if name not in known:
            raise ParameterError(
                f"There is no parameter {name[:80]!r}.", hint=f"There are: {', '.join(known)}."
            )
    texts = {name: value for name, value in values.items() if value.strip()}
    for name, value in texts.items():
        if name != "q" and len(value) > 1_000:
            raise ParameterError(f"The value of {name!r} is longer than 1000 characters.", hint="Shorten it.")
    return Question(
        text=texts.get("q", ""),
        **{name: texts.get(name, "") for name in (*PARTS, *FILTERS)},
        since=parse_day("since", texts.get("since")),
        until=parse_day("until", texts.get("until")),
        limit=_whole("limit", texts.get("limit", "10")),
        offset=_whole("offset", texts.get("offset", "0")),
    )


def parse_day(name: str, text: str | None) -> date | None:
    """A day as ``2011-10-18``.

    Raises:
        ParameterError: it is none.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise ParameterError(
            f"The value of {name!r} must be a day.", hint=f"Give for example {name}=2011-10-18."
        ) from error


def _whole(name: str, text: str) -> int:
    if not _NUMBER.fullmatch(text.strip()):
        raise ParameterError(f"The value of {name!r} must be a whole number.", hint=f"Give {name}=10.")
    return int(text)

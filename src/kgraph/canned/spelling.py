"""A hint for a word that is not known: the nearest known one, or all of them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

__all__ = ["did_you_mean"]

#: How many words a hint lists.
_LISTED: Final = 12


def did_you_mean(
    word: str, known: Iterable[str], *, otherwise: str = "There is nothing to choose from."
) -> str:
    """A sentence that leads from a misspelt word to a known one; ``otherwise`` where none is known."""
    words = list(known)
    if near := get_close_matches(word, words, n=1):
        return f"Did you mean '{near[0]}'?"
    if not words:
        return otherwise
    more = f" and {len(words) - _LISTED} more" if len(words) > _LISTED else ""
    return f"There are: {', '.join(words[:_LISTED])}{more}."

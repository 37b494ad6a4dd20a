"""What a notebook shows of an answer: plain HTML in which everything from data is escaped.

Styles stand at the elements, since notebooks take out style sheets; colours are the page's own, so that a
card is readable on a dark page too.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

__all__ = ["card", "line", "link", "quotation"]

_CARD = "border:1px solid #8886;border-radius:6px;padding:.6em .9em;margin:.5em 0;max-width:48em"
_QUOTE = "margin:.3em 0;padding-left:.8em;border-left:3px solid #8886"
_QUIET = "opacity:.75;font-size:.9em"


def card(title: str, *parts: str) -> str:
    """A box with a title; the parts are markup."""
    return f'<div style="{_CARD}"><div><strong>{escape(title)}</strong></div>{"".join(parts)}</div>'


def line(*parts: str, quiet: bool = False) -> str:
    """A line of markup."""
    style = f' style="{_QUIET}"' if quiet else ""
    return f"<div{style}>{' '.join(part for part in parts if part)}</div>"


def quotation(runs: Iterable[tuple[str, bool]]) -> str:
    """Words of an article; what is true of a run says that it is marked."""
    marked = "".join(f"<mark>{escape(text)}</mark>" if mark else escape(text) for text, mark in runs)
    return f'<blockquote style="{_QUOTE}">{marked}</blockquote>'


def link(iri: str | None, text: str) -> str:
    """A link, where there is an address to go to."""
    if iri is None or not iri.startswith(("http://", "https://")):
        return escape(text)
    return f'<a href="{escape(iri)}">{escape(text)}</a>'

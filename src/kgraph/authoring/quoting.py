"""Quoting words for kg:words: the other way round of :mod:`kgraph.authoring.words`.

From stretches of a text to the shortest quotation that means these stretches and no others, as a person
would write it: the words alone where they stand once, else with the words around them and brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kgraph.authoring.words import find_words
from kgraph.text import Span

__all__ = ["join_spans", "quote_words"]

#: How many words of context are tried.
_CONTEXT: Final = 12
_SPACE: Final = re.compile(r"\s+")
_TOKEN: Final = re.compile(r"\S+")


def join_spans(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in the order of the text, without white space at their ends; neighbours are joined."""
    found: list[Span] = []
    for span in sorted(each.trimmed(text) for each in spans):
        if span.start >= span.end:
            continue
        if found and not text[found[-1].end : span.start].strip():
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def quote_words(text: str, spans: Sequence[Span], sentences: Sequence[Span]) -> str | None:
    """The quotation that means exactly these stretches of a text; None where there is none.

    Args:
        text: the article's text.
        spans: stretches of it, in any order.
        sentences: its sentences, within which the pieces of a quotation are sought.
    """
    wanted = join_spans(text, spans)
    if not wanted:
        return None
    words = " … ".join(_SPACE.sub(" ", span.of(text)) for span in wanted)
    for quotation in _quotations(text, wanted, words):
        if find_words(quotation, text, sentences) == wanted:
            return quotation
    return None


def _quotations(text: str, wanted: tuple[Span, ...], words: str) -> Iterator[str]:
    """Quotations with more and more context."""
    yield words
    before = [match.start() for match in _TOKEN.finditer(text, 0, wanted[0].start)][-_CONTEXT:]
    following = _TOKEN.finditer(text, wanted[-1].end)
    after = [match.end() for match, _ in zip(following, range(_CONTEXT), strict=False)]
    for number in range(1, _CONTEXT + 1):
        for left in sorted(range(number + 1), key=lambda left: (left not in (0, number), left)):
            if left <= len(before) and number - left <= len(after):
                start = before[-left] if left else wanted[0].start
                end = after[number - left - 1] if number > left else wanted[-1].end
                lead = _SPACE.sub(" ", text[start : wanted[0].start])
                tail = _SPACE.sub(" ", text[wanted[-1].end : end])
                yield f"{lead}[{words}]{tail}"

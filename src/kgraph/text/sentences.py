"""Paragraphs of a text and the sentences in them.

The rules of sentencex (Wikimedia's segmenter, 240 languages) decide where a sentence ends. Quotation marks
are hidden from it: a sentence ends at its full stop inside a quotation too, and a closing mark after the
full stop belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sentencex import get_sentence_boundaries

from kgraph.text.spans import Span, iter_lines

__all__ = ["paragraphs", "sentences"]

_MARKS: Final = re.compile("[“”„\"«»‹›‘‚]|(?<![^\\W_])[’']|(?<=[.?!…,])[’']")
_ENDING: Final = re.compile(r"[.?!…:][\"”“’'»«)\]]*$")
#: “Shame!” shouted a man: after a quotation that ends with such a mark, a small letter goes on.
_GOING_ON: Final = re.compile(r"[!?…][\"”’'»«]+\s[^\W\dA-Z_]")
#: He said “no.” Senator Holt left: a small word before a mark that closes is no abbreviation.
_CLOSED: Final = re.compile(r"(?<![^\W_])[a-z]{2,}\.[”\"»]\s+(?=[A-Z])")
#: Titles before names that sentencex does not know.
_TITLE: Final = re.compile(r"(?<![^\W_])(?:Ms|Mx|Messrs|Mmes|Cllr|Supt|Insp|Det)\.$")
#: A text whose lines are broken by hand has none much longer than this.
_BROKEN_LINE: Final = 100
_SHORT_LINE: Final = 40


def paragraphs(text: str) -> list[Span]:
    """The paragraphs: lines, or where blank lines part paragraphs and lines are broken by hand, blocks."""
    lines = list(iter_lines(text))
    filled = [line for line in lines if line.of(text).strip()]
    broken = len(filled) < len(lines) - 1 and all(line.end - line.start <= _BROKEN_LINE for line in filled)
    found: list[Span] = []
    joins = False
    for line in lines:
        words = line.of(text)
        if not words.strip():
            joins = False
            continue
        trimmed = line.trimmed(text)
        if joins:
            trimmed = Span(found.pop().start, trimmed.end)
        found.append(trimmed)
        joins = broken and len(words) >= _SHORT_LINE and not _ENDING.search(words.rstrip())
    return found


def sentences(text: str, within: Span, *, language: str = "en") -> Iterator[Span]:
    """The sentences of one paragraph. ``language`` is a BCP 47 tag; what it lacks, English decides."""
    words = within.of(text)
    hidden = _MARKS.sub(" ", words)
    starts = [item["start_index"] for item in get_sentence_boundaries(language.partition("-")[0], hidden)]
    starts = sorted({*starts[1:], *(match.end() for match in _CLOSED.finditer(words))})
    bounds = [0]
    for start in starts:
        # marks before the break: next to the full stop they close, after a space they open
        end = len(hidden[:start].rstrip())
        while end < len(words) and not words[end].isspace():
            end += 1
        is_title = _TITLE.search(words[max(0, end - 8) : end])
        if end > bounds[-1] and not is_title and not _GOING_ON.search(words[max(0, end - 3) : end + 3]):
            bounds.append(end)
    for start, end in zip(bounds, [*bounds[1:], len(words)], strict=True):
        sentence = Span(within.start + start, within.start + end).trimmed(text)
        if sentence.start < sentence.end:
            yield sentence

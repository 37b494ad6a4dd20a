"""Finding the words that a person quotes in the text that they come from.

    "crews walked out"                  verbatim; any white space stands for any other
    "said the [strike] was over"        the words in brackets, found by the context around them
    "crews … walked out"                the pieces in this order; what stands between them is left out

Words that stand as they are written, brackets and ellipses included, are found first. Pieces are sought in
one sentence; where no sentence has them all, in up to three sentences that follow each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kgraph.text import Span, pieces_of

__all__ = ["Lost", "find_words"]

_BRACKETS: Final = re.compile(r"^([^\[\]]*)\[([^\[\]]+)\]([^\[\]]*)$", re.DOTALL)
#: How many sentences discontinuous words may run over.
_REACH: Final = 3
_MOST_PIECES: Final = 8
_MARKS: Final = str.maketrans("“”„«»‹›’‘‚–—\u00a0", '"""""""\'\'\'-- ')


@dataclass(frozen=True, slots=True)
class Lost:
    """Words that were not found, or found more than once: what is wrong, and what to do."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words in a row. ``close`` says that they follow the piece before them without a gap."""

    words: str
    own: bool
    close: bool


def find_words(words: str, text: str, sentences: Sequence[Span]) -> tuple[Span, ...] | Lost:
    """The spans of the text that some words mean, in the order of the text."""
    if not words.strip():
        return Lost("No words are given.", "Copy them from the text.")
    pieces = [_Piece(words.strip(), own=True, close=False)]
    places = list(_matches(pieces, text, sentences))
    if not places:
        pieces = _pieces(words)
        if not any(piece.own for piece in pieces):
            return Lost(f"{words!r} holds no words.", "Copy some from the text.")
        if len(pieces) > _MOST_PIECES:
            return Lost(f"{words!r} has more than {_MOST_PIECES} pieces.", "Quote fewer and longer pieces.")
        places = list(_matches(pieces, text, sentences))
    distinct = list(dict.fromkeys(places))
    if len(distinct) == 1:
        return distinct[0]
    if distinct:
        where = ", ".join(_where(spans[0], sentences) for spans in distinct[:4])
        return Lost(
            f"{words!r} stands {len(distinct)} times in the text ({where}).",
            'Add words around it and put its own in brackets: "before [the words] after".',
        )
    return Lost(f"{words!r} does not stand in the text.", _nearest(pieces, text))


def _pieces(words: str) -> list[_Piece]:
    bracketed = _BRACKETS.match(words)
    segments = (
        [(part, own) for part, own in zip(bracketed.groups(), (False, True, False), strict=True)]
        if (bracketed)
        else [(words, True)]
    )
    found: list[_Piece] = []
    close = False
    for segment, own in segments:
        for number, piece in enumerate(pieces_of(segment)):
            if number:
                close = False
            if piece.strip():
                found.append(_Piece(piece.strip(), own, close))
                close = True
    return found


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, words.split())))


def _matches(pieces: list[_Piece], text: str, sentences: Sequence[Span]) -> Iterator[tuple[Span, ...]]:
    patterns = [_pattern(piece.words) for piece in pieces]
    firsts = [match.span() for match in patterns[0].finditer(text)]
    gaps = any(not piece.close for piece in pieces[1:])
    for reach in (1, _REACH) if gaps else (0,):
        found = False
        for start, end in firsts:
            spans = [Span(start, end)] if pieces[0].own else []
            limit = _limit(start, sentences, reach) if reach else len(text)
            for piece, pattern in zip(pieces[1:], patterns[1:], strict=True):
                match = _next(piece, pattern, text, end, limit)
                if match is None:
                    break
                start, end = match.span()  # noqa: PLW2901 - where the search goes on
                if piece.own:
                    joined = piece.close and spans and not text[spans[-1].end : start].strip()
                    spans = (
                        [*spans[:-1], Span(spans[-1].start, end)] if joined else [*spans, Span(start, end)]
                    )
            else:
                found = True
                yield tuple(spans)
        if found:
            return


def _next(
    piece: _Piece, pattern: re.Pattern[str], text: str, position: int, limit: int
) -> re.Match[str] | None:
    if not piece.close:
        return pattern.search(text, position, limit)
    while position < len(text) and text[position].isspace():
        position += 1
    return pattern.match(text, position)


def _limit(start: int, sentences: Sequence[Span], reach: int) -> int:
    """Where the sentence that holds a position ends, or the one ``reach`` sentences from there."""
    after = [span for span in sentences if span.end > start]
    return after[min(reach, len(after)) - 1].end if after else start


def _where(span: Span, sentences: Sequence[Span]) -> str:
    number = next((n for n, sentence in enumerate(sentences, 1) if span.start < sentence.end), None)
    return f"part {number}" if number else f"character {span.start}"


def _nearest(pieces: list[_Piece], text: str) -> str:
    """What to do about words that are not there: the same in other marks or letters, if they are."""
    plain = text.translate(_MARKS).casefold()
    for piece in pieces:
        if _pattern(piece.words).search(text):
            continue
        match = _pattern(piece.words.translate(_MARKS).casefold()).search(plain)
        if match and len(plain) == len(text):
            return f"The text prints {text[match.start() : match.end()]!r}: copy it from there."
        if len(pieces) > 1:
            return f"{piece.words!r} is missing: copy each piece from the text, in its order."
    if len(pieces) > 1:
        return "The pieces are there, but not in this order in one sentence."
    return "Copy the words exactly as they are printed."

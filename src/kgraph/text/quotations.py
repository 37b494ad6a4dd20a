"""What stands inside quotation marks, whatever marks a language uses.

    “…” ‘…’   English, Dutch …          „…“ ‚…‘   German, Czech …        „…” ‚…’   Polish, Serbian …
    «…» ‹…›   French, Italian, Greek …  »…« ›…‹   German books, Danish   ”…” ’…’   Swedish, Finnish
    "…" '…'   typewriters

Quotations nest. One that its paragraph does not close ends with the paragraph: where it goes on, the next
paragraph opens it again. A single mark between letters is an apostrophe, and so is one that opens nothing.
"""

from __future__ import annotations

from typing import Final

from kgraph.text.spans import Span, iter_lines

__all__ = ["quoted_spans"]

#: What may close a quotation, by the mark that opened it.
_CLOSING: Final = {
    "“": '”"',
    "„": "“”",
    "”": "”",
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹›",
    "‘": "’",
    "‚": "‘’",
    "’": "’",
    '"': '"”',
    "'": "'",
}
#: Marks that are apostrophes too.
_APOSTROPHES: Final = frozenset("’'")
#: What may stand before an opening mark besides white space and other marks.
_BEFORE_OPENING: Final = frozenset("([{—–-/…:")


def quoted_spans(text: str) -> list[Span]:
    """The spans inside quotation marks, the marks excluded, nested ones too, in the order of the text.

    Takes time linear in the text.
    """
    found: list[Span] = []
    for line in iter_lines(text):
        found += _of_paragraph(text, line)
    return sorted(found)


def _of_paragraph(text: str, line: Span) -> list[Span]:
    found: list[Span] = []
    opened: list[tuple[str, int]] = []
    # How many single marks that may close stand from a position on: the last one of a quotation closes it.
    closers = _apostrophes_that_may_close(text, line)
    odd = _closers_of_another_kind(text, line)
    for position in range(line.start, line.end):
        mark = text[position]
        if mark not in _CLOSING:
            continue
        if opened and mark in _CLOSING[opened[-1][0]] and _closes(text, line, position, opened, closers, odd):
            found.append(Span(opened.pop()[1], position))
        elif _opens(text, line, position):
            opened.append((mark, position + 1))
        elif len(opened) > 1 and mark not in _APOSTROPHES and mark in _CLOSING[opened[-2][0]]:
            # An inner quotation was left open: the outer mark closes both.
            found.append(Span(opened.pop()[1], position))
            found.append(Span(opened.pop()[1], position))
    found += [Span(start, line.end) for _, start in opened if start < line.end]
    return [span for span in found if span.start < span.end]


def _opens(text: str, line: Span, position: int) -> bool:
    after = text[position + 1] if position + 1 < line.end else " "
    if text[position] in "“„«‹‚":
        return True
    if text[position] in _APOSTROPHES and after.isdecimal():
        return False  # the ’90s
    before = text[position - 1] if position > line.start else " "
    return not after.isspace() and (before.isspace() or before in _BEFORE_OPENING or before in _CLOSING)


def _closes(
    text: str,
    line: Span,
    position: int,
    opened: list[tuple[str, int]],
    closers: dict[int, int],
    odd: frozenset[int],
) -> bool:
    mark, start = opened[-1]
    if mark == "“" and text[position] == '"':
        return position in odd
    if mark == text[position] and mark in "»›”" and position == start:
        return False
    if text[position] not in _APOSTROPHES:
        return True
    if position not in closers:
        return False
    before = text[position - 1]
    # “the fans’ meeting”: after a letter, the last mark that may close does
    return not before.isalnum() or closers[position] == 0 or not _goes_on(text, line, position)


def _closers_of_another_kind(text: str, line: Span) -> frozenset[int]:
    """Typewriters' marks that may close a typographic one, for no typographic mark does.

    Another typewriters' mark opens before the next: “We go," she said. "You stay.”
    """
    found: set[int] = set()
    is_free = True
    for position in range(line.end - 1, line.start - 1, -1):
        if text[position] == "”":
            is_free = False
        elif text[position] == '"' and (_opens(text, line, position) or text[position - 1].isspace()):
            is_free = True
        elif text[position] == '"' and is_free:
            found.add(position)
    return frozenset(found)


def _goes_on(text: str, line: Span, position: int) -> bool:
    """Whether the sentence goes on after a mark as it does after a possessive."""
    rest = text[position + 1 : min(position + 3, line.end)]
    return len(rest) == 2 and rest[0] == " " and rest[1].islower()


def _apostrophes_that_may_close(text: str, line: Span) -> dict[int, int]:
    """Single marks with no letter after them, each with how many more follow before another opens."""
    found: dict[int, int] = {}
    later = 0
    for position in range(line.end - 1, line.start - 1, -1):
        mark = text[position]
        if mark in _APOSTROPHES:
            after = text[position + 1] if position + 1 < line.end else " "
            before = text[position - 1] if position > line.start else " "
            if not after.isalnum() and not before.isspace():
                found[position] = later
                later += 1
            elif after.isalnum() and not before.isalnum():
                later = 0
        elif mark in "‘‚":
            later = 0
    return found

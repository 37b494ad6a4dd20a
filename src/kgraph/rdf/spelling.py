"""Names and keywords that are spelled as the standard allows and the engine does not read.

``ec:1.1.1.353`` is a name (SPARQL 1.1 Query, rule PN_LOCAL), and so is ``e:🙂``. The engine takes full stops
in one place of a name only, and no character beyond the basic plane; and of all keywords, which have no case
(section 19.8, note 1), true and false in small letters only. So these are spelled in another way, which means
the same: with escapes, as an IRI, in small letters. What the engine says of a place in the new spelling is
told of the old one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from kgraph.rdf.sparql import iter_tokens

__all__ = ["Edit", "edited", "read_spelled"]

_T = TypeVar("_T")

_DOTS: Final = re.compile(r"(?<!\\)\.")
_BEYOND: Final = re.compile("[\U00010000-\U0010ffff]")
_ESCAPED: Final = re.compile(r"\\(.)")
_POSITION: Final = re.compile(r"error at (\d+):(\d+):")


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """What is to stand in the place of a part of a text."""

    start: int
    end: int
    text: str


def edited(text: str, edits: list[Edit], start: int = 0, end: int | None = None) -> str:
    """A text, or a part of it, with edits made; of two that overlap, the first."""
    pieces: list[str] = []
    position = start
    end = len(text) if end is None else end
    for edit in sorted(edits):
        if position <= edit.start and edit.end <= end:
            pieces += text[position : edit.start], edit.text
            position = edit.end
    return "".join([*pieces, text[position:end]])


def read_spelled(text: str, read: Callable[[str], _T]) -> _T:
    """Have the engine read a text: as it is written, or else with its names in another spelling.

    Raises:
        SyntaxError: it is wrong in any spelling; its message tells the place in the text.
    """
    try:
        return read(text)
    except SyntaxError:
        edits = _respelled(text)
        if not edits:
            raise
        try:
            return read(edited(text, edits))
        except SyntaxError as error:
            raise SyntaxError(_placed(error.msg or str(error), text, edits)) from error


def _respelled(text: str) -> list[Edit]:
    edits: list[Edit] = []
    prefixes: dict[str, str] = {}
    before = ("", "")
    for token in iter_tokens(text):
        if token.kind == "iri" and before[0].upper() == "PREFIX":
            prefixes[before[1]] = token.text[1:-1]
        elif token.kind == "pname":
            prefix, _, local = token.text.partition(":")
            if _BEYOND.search(local) and f"{prefix}:" in prefixes:
                iri = prefixes[f"{prefix}:"] + _ESCAPED.sub(r"\1", local)
                edits.append(Edit(token.start, token.end, f"<{iri}>"))
            elif local.count(".") > 1:
                edits.append(Edit(token.end - len(local), token.end, _DOTS.sub(r"\\.", local)))
        elif token.kind == "word" and token.text.lower() in ("true", "false"):
            edits.append(Edit(token.start, token.end, token.text.lower()))
        before = before[1], token.text
    return edits


def _placed(message: str, text: str, edits: list[Edit]) -> str:
    """A message whose place in the edited text is told as that in the text. No edit makes or takes lines."""
    match = _POSITION.match(message)
    if match is None:
        return message
    lines = text.split("\n")
    line = int(match[1])
    line_start = sum(len(each) + 1 for each in lines[: line - 1])
    starts: list[int] = []
    grown = 0
    of_line = [edit for edit in edits if line_start <= edit.start < line_start + len(lines[line - 1]) + 1]
    for edit in of_line:
        starts.append(edit.start - line_start + grown)
        grown += len(edit.text) - (edit.end - edit.start)
    column = int(match[2]) - 1
    index = bisect_right(starts, column) - 1
    if index >= 0:
        edit = of_line[index]
        within = column - starts[index]
        length = edit.end - edit.start
        column = edit.start - line_start + (min(within, length) if within < len(edit.text) else 0)
        if within >= len(edit.text):
            column += length + within - len(edit.text)
    return f"error at {line}:{column + 1}:{message[match.end() :]}"

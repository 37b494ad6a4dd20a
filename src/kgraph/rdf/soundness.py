"""What Oxigraph does not see in a document of XML or JSON: that it is nested too deeply, or cut off.

It reads both by recursion, in time that grows with the square of the depth: what is nested some thousand
times holds it up, or ends the process. People's documents are nested some ten times. And a document of XML
that ends between two tags is whole to it, whatever is still open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Final
from xml.parsers import expat

__all__ = ["DEEPEST_PART", "OpenElement", "TooDeepError", "require_shallow_json", "require_sound_xml"]

#: How many elements (XML 1.0, section 3), or objects and arrays (RFC 8259), may stand within each other.
DEEPEST_PART: Final = 500

_INSIDE: Final = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
#: A string, or at the end of a piece the beginning of one.
_STRING: Final = re.compile(rb'"' + _INSIDE + rb'(?:"|(?P<open>\\?\Z))', re.DOTALL)
_REST_OF_STRING: Final = re.compile(_INSIDE, re.DOTALL)
_STEPS: Final = bytes({"{": 1, "[": 1, "}": 255, "]": 255}.get(chr(byte), 0) for byte in range(256))
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"{}[]")


class TooDeepError(Exception):
    """A document is nested too deeply."""


@dataclass(frozen=True, slots=True)
class OpenElement:
    """An element of a document that is not closed in it; its line counts from 1."""

    name: str
    line: int


def require_sound_xml(pieces: Iterable[bytes]) -> OpenElement | None:
    """Check a document of XML in pieces, up to where it is well-formed: of what comes then, the parser tells.

    Returns the innermost element that is still open where the document ends; None if it is whole.

    Raises:
        TooDeepError: its elements are nested more than :data:`DEEPEST_PART` deep.
    """
    stack: list[OpenElement] = []
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        del attributes
        if len(stack) == DEEPEST_PART:
            raise TooDeepError
        stack.append(OpenElement(name, parser.CurrentLineNumber))

    def end(name: str) -> None:
        del name
        stack.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        for piece in pieces:
            parser.Parse(piece)
    except expat.ExpatError:
        return None
    return stack[-1] if stack else None


def require_shallow_json(pieces: Iterable[bytes]) -> None:
    """Check a document of JSON in pieces.

    Raises:
        TooDeepError: its objects and arrays are nested more than :data:`DEEPEST_PART` deep.
    """
    depth = 0
    is_in_string = False
    held = b""  # a backslash, which goes with what follows
    for piece in pieces:
        data, held = held + piece, b""
        if is_in_string:
            rest = _REST_OF_STRING.match(data)
            data = data[rest.end() :] if rest is not None else data
            if not data.startswith(b'"'):
                held = data
                continue
            data = data[1:]
        last = None
        for last in _STRING.finditer(data):  # noqa: B007 - the last one is asked for
            pass
        is_in_string = last is not None and last["open"] is not None
        if last is not None and is_in_string:
            held = last["open"]
        steps = memoryview(_STRING.sub(b"", data).translate(_STEPS, _NO_BRACKETS)).cast("b")
        depths = list(accumulate(steps, initial=depth))
        if max(depths) > DEEPEST_PART:
            raise TooDeepError
        depth = depths[-1]

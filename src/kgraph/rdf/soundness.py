"""What Oxigraph does not see in a document of XML or JSON: that it is nested too deeply, or cut off.

It reads both by recursion, in time that grows with the square of the depth: what is nested some thousand
times holds it up, or ends the process. People's documents are nested some ten times. And a document of XML
that ends between two tags is whole to it, whatever is still open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from kgraph.rdf.nesting import is_deeper_json

__all__ = ["DEEPEST_PART", "OpenElement", "TooDeepError", "require_shallow_json", "require_sound_xml"]

#: How many elements (XML 1.0, section 3), or objects and arrays (RFC 8259), may stand within each other.
DEEPEST_PART: Final = 500


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
    if is_deeper_json(pieces, DEEPEST_PART):
        raise TooDeepError

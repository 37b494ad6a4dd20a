"""How deep the parts of a document of XML or JSON stand within each other.

Oxigraph reads both by recursion, in time that grows with the square of the depth: what is nested some
thousand times holds it up, or ends the process. People's documents are nested some ten times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate
from typing import Final
from xml.parsers import expat

__all__ = ["DEEPEST_PART", "is_deep_json_document", "is_deep_xml_document"]

#: How many elements (XML 1.0, section 3), or objects and arrays (RFC 8259), may stand within each other.
DEEPEST_PART: Final = 500

_INSIDE: Final = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
#: A string, or at the end of a piece the beginning of one.
_STRING: Final = re.compile(rb'"' + _INSIDE + rb'(?:"|(?P<open>\\?\Z))', re.DOTALL)
_REST_OF_STRING: Final = re.compile(_INSIDE, re.DOTALL)
_STEPS: Final = bytes({"{": 1, "[": 1, "}": 255, "]": 255}.get(chr(byte), 0) for byte in range(256))
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"{}[]")


class _TooDeepError(Exception):
    """Ends the parser."""


def is_deep_xml_document(pieces: Iterable[bytes]) -> bool:
    """Whether a document of XML in pieces nests elements more than :data:`DEEPEST_PART` deep.

    Up to where it is well-formed: for what comes then, another parser has the words.
    """
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        del name, attributes
        depth += 1
        if depth > DEEPEST_PART:
            raise _TooDeepError

    def end(name: str) -> None:
        nonlocal depth
        del name
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        for piece in pieces:
            parser.Parse(piece)
    except _TooDeepError:
        return True
    except expat.ExpatError:
        pass
    return False


def is_deep_json_document(pieces: Iterable[bytes]) -> bool:
    """Whether a document of JSON in pieces nests objects and arrays more than :data:`DEEPEST_PART` deep."""
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
            return True
        depth = depths[-1]
    return False

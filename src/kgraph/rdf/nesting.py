"""How deep triple terms (RDF 1.2 Concepts, section 3.4.2) may stand within each other.

Oxigraph parses, hashes, writes and drops a term by recursion, so that one that is nested some thousand
times ends the process that touches it. None gets into a store that is nested deeper than
:data:`DEEPEST_TERM`, and the server reads no answer that has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate
from typing import Final

import pyoxigraph as ox

from kgraph.errors import QueryRefusedError

__all__ = [
    "DEEPEST_TERM",
    "NestingGauge",
    "is_deep",
    "is_deep_json",
    "is_deep_text",
    "is_deeper_json",
    "require_flat",
]

#: How many triple terms may stand within each other. Oxigraph reads 63 in results as TSV.
DEEPEST_TERM: Final = 32

_OPENING: Final = b"<<("
_NO_LITERAL: Final = rb"(?:<[^<>]*+>|(?:[^\s<>\"'()#\\]|\\.)++)"
#: What comes before the object of a triple term: its subject and its predicate, which are no literals.
_BEFORE_OBJECT: Final = re.compile(rb"<<\(" + 2 * (rb"[ \t\r\n]*+" + _NO_LITERAL) + rb"[ \t\r\n]*+")
#: With comments. They are bounded, or else each ``<<(`` in a long one would have it read to its end again.
_BLANK: Final = rb"(?:[ \t\r\n]++|\#[^\n]{0,80}+\n){0,8}+"
_BEFORE_OBJECT_WITH_COMMENTS: Final = re.compile(rb"<<\(" + 2 * (_BLANK + _NO_LITERAL) + _BLANK)
#: A longer beginning of a triple term is not waited for.
_LONGEST_REST_BYTES: Final = 1 << 20
_XML_MARK: Final = b"parseType"

_JSON_MARK: Final = b'"type":"triple"'
_INSIDE: Final = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
#: A string, or at the end of a piece the beginning of one.
_STRING: Final = re.compile(rb'"' + _INSIDE + rb'(?:"|(?P<open>\\?\Z))', re.DOTALL)
_REST_OF_STRING: Final = re.compile(_INSIDE, re.DOTALL)
_STEPS: Final = bytes({"{": 1, "[": 1, "}": 255, "]": 255}.get(chr(byte), 0) for byte in range(256))
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"{}[]")
#: A triple term is two objects in JSON; around it are a row, the rows, the results and the document, in it a
#: term.
_DEEPEST_JSON: Final = 2 * DEEPEST_TERM + 5


def is_deep(term: object) -> bool:
    """Whether a term is nested too deeply."""
    depth = 0
    while isinstance(term, ox.Triple):
        depth += 1
        if depth > DEEPEST_TERM:
            return True
        term = term.object
    return False


class NestingGauge:
    """Watches a document of Turtle, TriG, N-Triples, N-Quads, RDF/XML or TSV results as it is read.

    ``may_nest`` says whether there is anything in it that may be a triple term. ``is_deep`` says that what
    passed is nested too deeply; it is not said of RDF/XML, which spells that in too many ways, nor where long
    comments stand between the terms. What is read all the same is known by :func:`is_deep`.

    ``comments`` is false for what Oxigraph has written, in which there are none: texts with number signs in
    them are then passed over at once.
    """

    def __init__(self, *, comments: bool = True) -> None:
        self._before_object = _BEFORE_OBJECT_WITH_COMMENTS if comments else _BEFORE_OBJECT
        self.may_nest = False
        self.is_deep = False
        self._rest = b""
        self._depth = 0

    def watch(self, piece: bytes, *, is_last: bool = False) -> None:
        """Take in the next bytes. What may go on in those that follow waits for them."""
        data = self._rest + piece
        self.may_nest = self.may_nest or _OPENING in data or _XML_MARK in data
        end = 0  # of what has been read, where the chain ends that is under way
        held: int | None = None
        for match in self._before_object.finditer(data):
            if match.end() == len(data) and not is_last:
                held = match.start()
                break
            self._depth = self._depth + 1 if match.start() == end else 1
            end = match.end()
            self.is_deep = self.is_deep or self._depth > DEEPEST_TERM
        if held is None:
            opening = data.find(_OPENING, end)
            held = opening if opening >= 0 else max(end, len(data) - len(_XML_MARK))
        if held != end:
            self._depth = 0
        self._rest = data[held:] if len(data) - held <= _LONGEST_REST_BYTES else b""


def is_deep_text(content: bytes, *, comments: bool = True) -> bool:
    """Whether a text in a format of :class:`NestingGauge`, or in SPARQL, nests terms too deeply."""
    gauge = NestingGauge(comments=comments)
    gauge.watch(content, is_last=True)
    return gauge.is_deep


def require_flat(content: bytes, *, is_json: bool = False) -> None:
    """Let an answer pass, in N-Triples, in TSV or in JSON, that can be read in this process.

    Raises:
        QueryRefusedError: it nests triple terms too deeply.
    """
    if is_deep_json(content) if is_json else is_deep_text(content, comments=False):
        raise QueryRefusedError(
            f"The answer nests triple terms more than {DEEPEST_TERM} deep, and cannot be shown.",
            hint="Ask for a format that no page is made from, such as JSON.",
        )


def is_deep_json(content: bytes) -> bool:
    """Whether results in JSON, as Oxigraph writes them, nest terms too deeply."""
    if content.count(_JSON_MARK) <= DEEPEST_TERM:
        return False
    return is_deeper_json([content], _DEEPEST_JSON)


def is_deeper_json(pieces: Iterable[bytes], most: int) -> bool:
    """Whether a document of JSON in pieces nests objects and arrays more than so deep (RFC 8259)."""
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
        if max(depths) > most:
            return True
        depth = depths[-1]
    return False

"""Slips of the pen in a query, which a grammar only knows as something that is unexpected somewhere.

A string without its end, a quotation mark or a dash as word processors set it, an IRI without its brackets,
a prefix without its colon or its declaration, an aggregate without a name, a variable selected twice (SPARQL
1.1 Query, sections 4.1, 11.2, 16.1 and 19.8).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final

from kgraph.rdf.aliases import AGGREGATES
from kgraph.rdf.rules import Breach
from kgraph.rdf.sparql import Token

__all__ = ["find_slip"]

_MARKS: Final = frozenset("{}()[];,.<>=!&|*+-/^?$@:~\\%#_\"'")
_QUOTES: Final = frozenset("“”„‟«»‘’‚‹›`\N{ACUTE ACCENT}\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}")
_WHITESPACE: Final = re.compile(r"(?:[ \t\r\n]++|#[^\r\n]*+)*+")
_BARE: Final = re.compile(r"""(?:https?:)?//[^\s<>"{}|\\^`]*""", re.IGNORECASE)
#: The words behind which a projection stands.
_SELECT: Final = ("SELECT", "DISTINCT", "REDUCED")


def find_slip(text: str, tokens: Sequence[Token]) -> Breach | None:
    """The first slip of the first kind that there is, in a text of which something is known to be wrong."""
    finders: Iterable[Callable[[str, Sequence[Token]], Breach | None]] = (
        _unclosed_string,
        _stray_character,
        _bare_iri,
        _prefix_without_colon,
        _undeclared_prefix,
        _nameless_aggregate,
        _selected_twice,
    )
    return next((slip for find in finders if (slip := find(text, tokens)) is not None), None)


def _unclosed_string(text: str, tokens: Sequence[Token]) -> Breach | None:
    del text
    for token in tokens:
        if token.kind == "unclosed":
            hint = "Text of several lines stands between three quotation marks."
            return Breach(token.start, f"the string {token.text[:20]} is never closed", hint)
    return None


def _stray_character(text: str, tokens: Sequence[Token]) -> Breach | None:
    position = 0
    for token in tokens:
        between = _WHITESPACE.match(text, position, token.start)
        if between is not None and between.end() < token.start:
            return _stray(text[between.end()], between.end())
        if token.kind == "other" and token.text not in _MARKS:
            return _stray(token.text, token.start)
        position = token.end
    return None


def _stray(character: str, offset: int) -> Breach:
    name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
    shown = f"“{character}” ({name})" if character.isprintable() and not character.isspace() else f"a {name}"
    kind = unicodedata.category(character)
    if character in _QUOTES:
        hint = "Quotation marks are straight here: \"…\" or '…'."
    elif kind == "Pd" or character == "\N{MINUS SIGN}":
        hint = "Minus is the hyphen of a keyboard: -."
    elif kind in ("Zs", "Cf", "Cc"):
        hint = "Write a plain blank in its place, or nothing."
    else:
        hint = "It can stand in strings, comments, names and IRIs."
    return Breach(offset, f"{shown} means nothing in SPARQL", hint)


def _bare_iri(text: str, tokens: Sequence[Token]) -> Breach | None:
    declared = _declared(tokens)
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        prefix = token.text.partition(":")[0]
        if token.kind != "pname" or prefix in declared or prefix.lower() not in ("http", "https"):
            continue
        if after is not None and after.start == token.end and after.text == "/":
            bare = _BARE.match(text, token.start)
            iri = bare[0].rstrip(").,;") if bare is not None else token.text
            return Breach(token.start, f"{iri[:80]} has no angle brackets", f"Write <{iri[:80]}>.")
    return None


def _prefix_without_colon(text: str, tokens: Sequence[Token]) -> Breach | None:
    del text
    for token, name, iri in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.text.upper() == "PREFIX" and name.kind == "word" and iri.kind == "iri":
            return Breach(
                name.start, f"the prefix {name.text} has no colon", f"Write PREFIX {name.text}: {iri.text}"
            )
    return None


def _undeclared_prefix(text: str, tokens: Sequence[Token]) -> Breach | None:
    del text
    declared = _declared(tokens)
    for token in tokens:
        prefix = token.text.partition(":")[0]
        if token.kind == "pname" and prefix not in declared:
            return Breach(
                token.start, f"the prefix {prefix}: is not declared", f"Put PREFIX {prefix}: <…> before it."
            )
    return None


def _declared(tokens: Sequence[Token]) -> frozenset[str]:
    return frozenset(
        name.text.partition(":")[0]
        for token, name in pairwise(tokens)
        if token.text.upper() == "PREFIX" and token.kind == "word"
    )


def _nameless_aggregate(text: str, tokens: Sequence[Token]) -> Breach | None:
    depth = 0
    projection: int | None = None  # how deep in brackets the one stands that is being read
    for token, after in pairwise(tokens):
        depth += (token.text in ("(", "{")) - (token.text in (")", "}"))
        if token.kind == "word":
            projection = (
                depth if token.text.upper() in _SELECT else None if depth == projection else projection
            )
        elif token.text == "{":
            projection = None
        if depth == projection and after.kind == "word" and after.text.upper() in AGGREGATES:
            end = text.find(")", after.start) + 1
            call = text[after.start : end] if 0 < end <= after.start + 80 else f"{after.text}(…)"
            return Breach(after.start, f"{call} has no name", f"Write ({call} AS ?name).")
    return None


def _selected_twice(text: str, tokens: Sequence[Token]) -> Breach | None:
    del text
    chosen: set[str] | None = None
    for token in tokens:
        if token.kind == "word" and token.text.upper() in _SELECT:
            chosen = set() if token.text.upper() == "SELECT" else chosen
        elif token.kind != "variable":
            chosen = None
        elif chosen is not None:
            if token.text[1:] in chosen:
                return Breach(token.start, f"{token.text} is selected twice", "Leave one of them out.")
            chosen.add(token.text[1:])
    return None

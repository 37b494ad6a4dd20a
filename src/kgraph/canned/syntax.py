"""Whether a text is a query, and which columns it gives, as Oxigraph judges it: without data, without calls.

Oxigraph has no parser apart from evaluation, and evaluation begins at once, ``SERVICE`` included [measured:
the request goes out before the first row is asked for]. So a query is tried on an empty store with every
endpoint replaced by one that cannot be called.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.rdf.sparql import iter_tokens

__all__ = ["Syntax", "SyntaxFault", "check_syntax"]

_NOWHERE: Final = "SILENT <urn:kgraph:nowhere>"
_POSITION: Final = re.compile(r"(?:error )?at (?P<line>\d+):(?P<column>\d+): (?P<expected>.*)", re.DOTALL)
#: Among the tokens that the parser would have taken, it lists what is really wrong: a sentence.
_REASON: Final = re.compile(r"(?:^|, |one of )(?P<reason>[A-Z][a-z]* [a-zA-Z ]+)")


@dataclass(frozen=True, slots=True)
class Syntax:
    """A well-formed query: the columns of its rows, none for ASK, CONSTRUCT and DESCRIBE."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """Why a text is no query, and where, counted from 1."""

    message: str
    line: int | None = None
    column: int | None = None


def check_syntax(text: str) -> Syntax | SyntaxFault:
    """Judge a query."""
    try:
        results = ox.Store().query(_without_calls(text))
    except SyntaxError as error:
        return _fault(str(error))
    except (RuntimeError, OSError, ValueError) as error:
        return SyntaxFault(str(error))
    if isinstance(results, ox.QuerySolutions):
        return Syntax(tuple(variable.value for variable in results.variables))
    return Syntax(())


def _without_calls(text: str) -> str:
    pieces: list[str] = []
    position = 0
    expecting_endpoint = False
    for token in iter_tokens(text):
        word = token.text.upper() if token.kind == "word" else ""
        if expecting_endpoint and word != "SILENT":
            pieces += text[position : token.start], _NOWHERE
            position = token.end
            expecting_endpoint = False
        elif expecting_endpoint:
            pieces.append(text[position : token.start])
            position = token.end
        elif word == "SERVICE":
            expecting_endpoint = True
    return "".join([*pieces, text[position:]])


def _fault(message: str) -> SyntaxFault:
    match = _POSITION.match(message)
    if match is None:
        return SyntaxFault(message)
    reason = _REASON.search(match["expected"])
    return SyntaxFault(
        reason["reason"] if reason else "the parser does not understand what stands here",
        int(match["line"]),
        int(match["column"]),
    )

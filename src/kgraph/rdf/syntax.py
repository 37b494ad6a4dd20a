"""Saying what is wrong with a query so that its author can mend it.

Oxigraph reports the furthest place that its parser looked at, and everything it would have taken there:

- marks (``"{"``) and character classes: this is where it stopped;
- keywords: it looked at as many characters as the keyword has and stopped before them, so the place
  to report is that much nearer to the beginning;
- ``[_]``, any character: it looked for a keyword beyond the end of the text, which says nothing;
- a sentence: a rule beyond the grammar is broken.

What Oxigraph cannot place is often a bracket, so those are matched here first.
"""

from __future__ import annotations

import re
from typing import Final

from kgraph.errors import QuerySyntaxError
from kgraph.rdf.rules import Breach, faulty_escape, faulty_iri, misused_variable
from kgraph.rdf.slips import find_slip
from kgraph.rdf.sparql import Token, iter_tokens

__all__ = ["explain_syntax_error"]

_FAULT: Final = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_EXPECTED: Final = re.compile(
    r"""(?P<class>\[(?:'[^']*+(?:'|\Z)|"[^"]*+(?:"|\Z)|[^\]'"])*+(?:\]|\Z))
      | (?P<mark>"(?:\\(?s:.)|[^"\\])*+(?:"|\\?\Z))
      | \b(?P<keyword>\w++)(?=,|$)
      | (?:^|(?<=,\s))(?P<sentence>[^,\[\]"\s][^\[\]"]*?)(?=,\s|$)""",
    re.VERBOSE,
)
_CLOSING: Final = {"(": ")", "{": "}", "[": "]"}


def explain_syntax_error(text: str, message: str, *, noun: str = "query") -> QuerySyntaxError:
    """The error to raise for what Oxigraph says about the text of a query, or of another ``noun``."""
    error = _explain(text, message)
    what = f"This is not a SPARQL {noun}{error.message}"
    return QuerySyntaxError(what, hint=error.hint, line=error.line, column=error.column)


def _explain(text: str, message: str) -> QuerySyntaxError:
    """The same, its message without the beginning that all have."""
    fault = _FAULT.match(message)
    tokens = list(iter_tokens(text))
    if fault is None:
        return QuerySyntaxError(f": {message}.")
    if not tokens:
        return QuerySyntaxError(": it is empty.", line=1, column=1)
    offset = _offset(text, int(fault[1]), int(fault[2]))
    expected: dict[str, list[str]] = {"class": [], "mark": [], "keyword": [], "sentence": []}
    for match in _EXPECTED.finditer(fault[3]):
        expected[match.lastgroup or "sentence"].append(match[0])
    sentence = next(iter(expected["sentence"]), "")
    breach = _broken_rule(text, tokens, offset, sentence)
    if breach is not None:
        return _at(text, breach.offset, breach.what, breach.hint)
    if sentence:
        return _at(text, offset, sentence[0].lower() + sentence[1:] if sentence[:4] == "The " else sentence)
    hint = ""
    if expected["mark"] or any(each != "[_]" for each in expected["class"]):
        marks = [mark.strip('"') for mark in expected["mark"]]
        hint = f"Expected there: {' '.join(marks)}" if 0 < len(marks) <= 4 and not expected["class"] else ""
    elif expected["keyword"]:
        offset -= min(len(keyword) for keyword in expected["keyword"])
    else:
        return QuerySyntaxError(
            ", though the engine cannot say where it goes wrong.",
            hint="Is part of a triple or of an expression missing, or a variable bound twice?",
        )
    return _at(text, offset, f"{_found(tokens, offset)} is unexpected", hint)


def _broken_rule(text: str, tokens: list[Token], offset: int, sentence: str) -> Breach | None:
    """What can be named: by what the engine says of the place, by the brackets, or by the variables."""
    if sentence.startswith("IRI parsing") and (breach := faulty_iri(text, offset)) is not None:
        return breach
    return (
        faulty_escape(tokens)
        or find_slip(text, tokens)
        or _unmatched_bracket(tokens)
        or misused_variable(tokens)
    )


def _unmatched_bracket(tokens: list[Token]) -> Breach | None:
    open_brackets: list[Token] = []
    for token in tokens:
        if token.text in _CLOSING:
            open_brackets.append(token)
        elif token.text in _CLOSING.values() and (
            not open_brackets or _CLOSING[open_brackets.pop().text] != token.text
        ):
            return Breach(token.start, f"“{token.text}” closes nothing that is open")
    if open_brackets:
        return Breach(open_brackets[-1].start, f"“{open_brackets[-1].text}” is never closed")
    return None


def _found(tokens: list[Token], offset: int) -> str:
    following = next((token.text for token in tokens if token.end > offset), None)
    return "the end" if following is None else f"“{following[:40]}”"


def _at(text: str, offset: int, what: str, hint: str = "") -> QuerySyntaxError:
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return QuerySyntaxError(
        f": {what}, at line {line}, column {column}.",
        hint=hint,
        line=line,
        column=column,
    )


def _offset(text: str, line: int, column: int) -> int:
    return sum(len(each) + 1 for each in text.split("\n")[: line - 1]) + column - 1

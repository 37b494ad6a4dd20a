"""Rules beyond the grammar that a query breaks, with the variable, the IRI or the escape that breaks them.

The engine says that a query is wrong, and of these rules little more (SPARQL 1.1 Query, sections 10.1, 11.4
and 19.8, notes 12 and 13). Here is looked for what it has found, once it is known that there is something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.errors import QueryRefusedError
from kgraph.rdf.aliases import AGGREGATES, clause_of, projections
from kgraph.rdf.pattern import Block, Group, Kind, parse_query
from kgraph.rdf.scope import is_aggregated, visible
from kgraph.rdf.sparql import Token

__all__ = ["Breach", "faulty_escape", "faulty_iri", "forbidden", "misused_variable"]

_SURROGATE: Final = re.compile(r"\\u([Dd][89A-Fa-f][0-9A-Fa-f]{2})(?:\\u([Dd][C-Fc-f][0-9A-Fa-f]{2}))?")
_NOT_IN_IRIS: Final = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
_NAMES: Final = {" ": "a blank", "\n": "a line break", "\t": "a tab"}


@dataclass(frozen=True, slots=True)
class Breach:
    """What is wrong, where, and what to do."""

    offset: int
    what: str
    hint: str = ""


def faulty_escape(tokens: Sequence[Token]) -> Breach | None:
    """An escape that stands for half of a character (section 19.2)."""
    for token in tokens:
        match = _SURROGATE.search(token.text) if token.kind in ("string", "iri") else None
        if match is not None:
            hint = "Write the character itself."
            if match[2] is not None and match[1].upper() < "DC00":
                pair = f"{match[1]}{match[2]}"
                hint = f"Write it as \\U{ord(bytes.fromhex(pair).decode('utf-16-be')):08X}, or as it is."
            what = f"\\u{match[1]} is half of a surrogate pair and no character"
            return Breach(token.start + match.start(), what, hint)
    return None


def faulty_iri(text: str, offset: int) -> Breach | None:
    """What is wrong with the IRI that ends or stands at a place."""
    start = text.rfind("<", 0, offset + 1)
    end = text.find(">", start)
    if start < 0 or end < 0:
        return None
    iri = text[start + 1 : end]
    shown = f"<{iri[:80]}>"
    if stray := _NOT_IN_IRIS.search(iri):
        name = _NAMES.get(stray[0], f"“{stray[0]}”" if stray[0].isprintable() else "a control character")
        hint = f"Write %{ord(stray[0]):02X} for it."
        return Breach(start, f"{shown} is no IRI: {name} cannot stand in one", hint)
    try:
        ox.NamedNode(iri)
    except ValueError as error:
        if ":" not in iri:
            hint = "Write it in full, or put BASE <…> before it."
            return Breach(start, f"{shown} is relative, and there is nothing that it is relative to", hint)
        return Breach(start, f"{shown} is no IRI: {str(error).rstrip('.')}")
    return None


def forbidden(tokens: Sequence[Token]) -> Breach | None:
    """What the engine takes, though no grammar has it: an aggregate in another's argument, and in an
    expression a triple term whose subject is a literal or a triple term (SPARQL 1.2 Query, section 19.8).
    """
    # Whether each open bracket is in an expression, and in an aggregate. A pattern is in neither.
    within = [(False, False)]
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else token
        if token.text == "(":
            in_expression, in_aggregate = within[-1]
            if before.kind == "word" and before.text not in ("a", "true", "false"):
                in_expression = True
                if before.text.upper() in AGGREGATES:
                    if in_aggregate:
                        return Breach(before.start, f"{before.text} cannot stand in another aggregate")
                    in_aggregate = True
            within.append((in_expression, in_aggregate))
            if in_expression and _is_triple_term(tokens, index) and (what := _no_subject(tokens, index + 1)):
                return Breach(tokens[index + 1].start, f"the subject of a triple term cannot be {what}")
        elif token.text == "{":
            within.append((False, False))
        elif token.text in (")", "}") and len(within) > 1:
            within.pop()
    return None


def _is_triple_term(tokens: Sequence[Token], bracket: int) -> bool:
    """Whether ``<<(`` ends with a bracket."""
    marks = tokens[max(0, bracket - 2) : bracket + 1]
    return [mark.text for mark in marks] == ["<", "<", "("] and marks[2].start - marks[0].start == 2


def _no_subject(tokens: Sequence[Token], index: int) -> str:
    if index >= len(tokens):
        return ""
    token = tokens[index]
    if token.kind in ("string", "number") or token.text in ("true", "false"):
        return "a literal"
    return "a triple term" if token.text == "<" else ""


def misused_variable(tokens: Sequence[Token]) -> Breach | None:
    """A variable that is neither grouped nor aggregated, or that is bound twice."""
    try:
        query = parse_query(tokens)
        return next(_misused(query, tokens), None)
    except (QueryRefusedError, RecursionError, LookupError):
        return None


def _misused(block: Block, tokens: Sequence[Token]) -> Iterator[Breach]:
    """What is wrong in a query or sub-select, in the order in which an engine reads it."""
    for group in (block.where, *block.loose):
        yield from _misused_within(group, tokens)
    if tokens[block.start].text.upper() != "SELECT":
        return
    taken = visible(block.where, tokens)
    for _, _, alias in projections(tokens, block):
        if alias.text[1:] in taken:
            yield _bound_twice(alias, "AS")
        taken = taken | {alias.text[1:]}
    if is_aggregated(block, tokens):
        yield from _ungrouped(block, tokens)


def _misused_within(group: Group, tokens: Sequence[Token]) -> Iterator[Breach]:
    if group.select is not None:
        yield from _misused(group.select, tokens)
    bound: set[str] = set()
    for element in group.elements:
        for inner in element.groups:
            yield from _misused_within(inner, tokens)
        names = visible(element, tokens)
        if element.kind is Kind.BIND and names & bound:
            yield _bound_twice(tokens[element.end - 2], "BIND")
        bound |= names


def _bound_twice(variable: Token, by: str) -> Breach:
    what = f"{variable.text} is bound already, and {by} cannot bind it again"
    return Breach(variable.start, what, f"Use another name, or FILTER({variable.text} = …) to compare.")


def _ungrouped(block: Block, tokens: Sequence[Token]) -> Iterator[Breach]:
    known = {token.text[1:] for token in clause_of(tokens, block, "GROUP") if token.kind == "variable"}
    known |= {alias.text[1:] for _, _, alias in projections(tokens, block)}
    depth = 0
    hidden: int | None = None
    for index in range(block.start + 1, block.where.start):
        token, before = tokens[index], tokens[index - 1]
        if token.text in ("(", "{"):
            if hidden is None and (before.text.upper() in AGGREGATES or token.text == "{"):
                hidden = depth
            depth += 1
        elif token.text in (")", "}"):
            depth -= 1
            hidden = None if hidden == depth else hidden
        elif hidden is None and token.kind == "variable" and token.text[1:] not in known:
            what = f"{token.text} is neither grouped nor aggregated"
            hint = f"Add {token.text} to GROUP BY, or take one of its values with SAMPLE({token.text})."
            yield Breach(token.start, what, hint)

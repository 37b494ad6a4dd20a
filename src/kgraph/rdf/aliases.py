"""Aliases of aggregates, put in full where the engine does not know them yet.

    SELECT ?x (COUNT(*) AS ?n) (?n * 2 AS ?double) { … } GROUP BY ?x HAVING(?n > 1)

An expression may use what comes before it in the same SELECT (SPARQL 1.1 Query, section 16.1.2), but Oxigraph
refuses that where solutions are grouped. In HAVING an alias is unbound by the letter (section 18.2.4.2), so
that no group passes; other engines take it for what it stands for, and so does whoever writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from kgraph.rdf.pattern import Block
from kgraph.rdf.scope import is_aggregated
from kgraph.rdf.sparql import Token
from kgraph.rdf.spelling import Edit, edited

__all__ = ["AGGREGATES", "alias_edits", "clause_of", "projections"]

#: The functions of a group's solutions.
AGGREGATES: Final = frozenset("COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT".split())
_VOLATILE: Final = frozenset("RAND UUID STRUUID BNODE".split())
_CLAUSES: Final = frozenset("GROUP HAVING ORDER LIMIT OFFSET VALUES".split())
#: How long an alias may be in full, in characters: each may have others in it.
_LONGEST: Final = 4096


def projections(tokens: Sequence[Token], block: Block) -> Iterator[tuple[int, int, Token]]:
    """The expressions of a SELECT, as spans of tokens, each with its alias."""
    index, depth, start = block.start, 0, 0
    while index < block.where.start:
        text = tokens[index].text
        if text == "(":
            start = index if depth == 0 else start
            depth += 1
        elif text == ")":
            depth -= 1
            alias = tokens[index - 1]
            if depth == 0 and tokens[index - 2].text.upper() == "AS" and alias.kind == "variable":
                yield start + 1, index - 2, alias
        index += 1


def alias_edits(text: str, tokens: Sequence[Token], block: Block) -> list[Edit]:
    """What is to be changed of one query or sub-select."""
    if tokens[block.start].text.upper() != "SELECT" or not is_aggregated(block, tokens):
        return []
    grouping = clause_of(tokens, block, "GROUP")
    grouped = {token.text[1:] for token in grouping if token.kind == "variable"}
    meanings: dict[str, str] = {}
    # The engine does not take another name for a variable, though it takes one for an expression.
    edits = [
        Edit(variable.start, variable.end, f"COALESCE({variable.text})")
        for bracket, variable, word in zip(grouping, grouping[1:], grouping[2:], strict=False)
        if bracket.text == "(" and variable.kind == "variable" and word.text.upper() == "AS"
    ]
    for start, end, alias in projections(tokens, block):
        span = tokens[start:end]
        changes = list(_uses(span, meanings))
        edits += changes
        full = edited(text, changes, span[0].start, span[-1].end) if span else ""
        volatile = any(token.kind == "word" and token.text.upper() in _VOLATILE for token in span)
        if full and len(full) <= _LONGEST and not volatile and alias.text[1:] not in grouped:
            meanings[alias.text[1:]] = f"({full})"
    return [*edits, *_uses(clause_of(tokens, block, "HAVING"), meanings)]


def clause_of(tokens: Sequence[Token], block: Block, name: str) -> list[Token]:
    """The tokens of a clause behind the pattern, up to the next."""
    found: list[Token] = []
    inside = False
    for token in tokens[block.where.end : block.end]:
        if token.kind == "word" and token.text.upper() in _CLAUSES:
            inside = token.text.upper() == name
        elif inside:
            found.append(token)
    return found


def _uses(tokens: Sequence[Token], meanings: Mapping[str, str]) -> Iterator[Edit]:
    """Each use of an alias, but for those in the argument of an aggregate or in a pattern."""
    depth = 0
    hidden: int | None = None
    for index, (before, token) in enumerate(zip([None, *tokens], tokens, strict=False)):
        if token.text in ("(", "{", "["):
            aggregates = before is not None and before.kind == "word" and before.text.upper() in AGGREGATES
            if hidden is None and (aggregates or token.text == "{"):
                hidden = depth
            depth += 1
        elif token.text in (")", "}", "]"):
            depth -= 1
            if hidden == depth:
                hidden = None
        elif hidden is None and token.kind == "variable" and token.text[1:] in meanings:
            meaning = meanings[token.text[1:]]
            if [each.text.upper() for each in tokens[max(0, index - 2) : index]] == ["BOUND", "("]:
                start, end = tokens[index - 2].start, tokens[index + 1].end
                yield Edit(start, end, f"COALESCE(sameTerm({meaning}, {meaning}), false)")
            else:
                yield Edit(token.start, token.end, meaning)

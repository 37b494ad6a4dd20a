"""Which variables a pattern can bind, and which it binds in every solution (SPARQL 1.1 Query, section
18.2.1).

``visible`` may name too many and ``certain`` too few, never the other way round: what is decided by them
(what is asked for, what is sent along) then stays correct.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from kgraph.rdf.pattern import Block, Element, Group, Kind
from kgraph.rdf.sparql import Token

__all__ = ["certain", "has_words", "is_aggregated", "named", "visible"]

_AGGREGATES = frozenset("COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT GROUP HAVING".split())


def named(tokens: Sequence[Token], start: int, end: int) -> set[str]:
    """The names of all variables that occur among some tokens."""
    return {token.text[1:] for token in tokens[start:end] if token.kind == "variable"}


def has_words(tokens: Iterable[Token], words: Collection[str]) -> bool:
    """Whether one of some keywords occurs among tokens."""
    return any(token.kind == "word" and token.text.upper() in words for token in tokens)


def is_aggregated(block: Block, tokens: Sequence[Token]) -> bool:
    """Whether a block groups its solutions."""
    outside = (*tokens[block.start : block.where.start], *tokens[block.where.end : block.end])
    return has_words(outside, _AGGREGATES)


def visible(pattern: Group | Element, tokens: Sequence[Token]) -> set[str]:
    """The variables that a solution of a pattern can have."""
    if isinstance(pattern, Group):
        if pattern.select is not None:
            return _projected(pattern.select, tokens)[0]
        return set().union(*(visible(element, tokens) for element in pattern.elements))
    if pattern.kind in (Kind.FILTER, Kind.MINUS):
        return set()
    if pattern.kind is Kind.BIND:
        return _assigned(tokens, pattern.start, pattern.end)
    if pattern.kind in (Kind.TRIPLES, Kind.VALUES):
        return named(tokens, pattern.start, pattern.end)
    head = named(tokens, pattern.start, pattern.groups[0].start)
    return head.union(*(visible(group, tokens) for group in pattern.groups))


def certain(pattern: Group | Element, tokens: Sequence[Token]) -> set[str]:
    """The variables that each solution of a pattern has."""
    if isinstance(pattern, Group):
        if pattern.select is not None:
            return _projected(pattern.select, tokens)[1]
        return set().union(*(certain(element, tokens) for element in pattern.elements))
    if pattern.kind is Kind.TRIPLES:
        return named(tokens, pattern.start, pattern.end)
    if pattern.kind is Kind.VALUES:
        some_undefined = has_words(tokens[pattern.start : pattern.end], {"UNDEF"})
        return set() if some_undefined else named(tokens, pattern.start, pattern.end)
    if pattern.kind in (Kind.GROUP, Kind.GRAPH):
        head = named(tokens, pattern.start, pattern.groups[0].start)
        return head | set.intersection(*(certain(group, tokens) for group in pattern.groups))
    return set()  # what is optional, subtracted or computed; and SERVICE, which may fail in silence


def _projected(block: Block, tokens: Sequence[Token]) -> tuple[set[str], set[str]]:
    """What a sub-select shows of its variables: what it can bind, and what it binds in each solution."""
    head = tokens[block.start : block.where.start]
    tail = named(tokens, block.where.end, block.end)
    if any(star.text == "*" and before.kind == "word" for before, star in pairwise(head)):
        return visible(block.where, tokens) | tail, certain(block.where, tokens)
    depth = 0
    plain: set[str] = set()
    for token in head:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.kind == "variable":
            plain.add(token.text[1:])
    assigned = _assigned(tokens, block.start, block.where.start)
    return plain | assigned, plain & certain(block.where, tokens)


def _assigned(tokens: Sequence[Token], start: int, end: int) -> set[str]:
    return {
        token.text[1:]
        for before, token in pairwise(tokens[start:end])
        if before.kind == "word" and before.text.upper() == "AS" and token.kind == "variable"
    }

"""``GRAPH ?g``, written out graph by graph where the engine would not know in which graph it is.

A pattern in ``GRAPH ?g`` is evaluated in each named graph by itself, and its solutions are joined with that
graph's name (SPARQL 1.1 Query, section 18.6). Oxigraph gives each triple pattern the variable instead. That
is the same for triples, but a sub-select that does not show the variable counts and limits over all graphs at
once, and VALUES and an inner GRAPH leave it unbound, and MINUS of what shares no variable with the rest
takes it for one that they share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from kgraph.errors import QueryRefusedError
from kgraph.rdf.pattern import Block, Element, Group, Kind
from kgraph.rdf.scope import certain
from kgraph.rdf.sparql import Token
from kgraph.rdf.spelling import Edit, edited

__all__ = ["LONGEST", "written_out"]

#: How long a query may get by it, in characters.
LONGEST: Final = 1 << 20
_NOWHERE: Final = "<urn:x-kgraph:nowhere>"


def written_out(
    text: str, tokens: Sequence[Token], query: Block, graphs: Callable[[], Sequence[str] | None]
) -> str | None:
    """The query with the innermost of these patterns written out; None where it has none.

    Raises:
        QueryRefusedError: it would get too long.
    """
    found = [element for element, within in _graphs_of(query, tokens) if not within]
    names = graphs() if found else None
    if names is None:
        return None
    edits: list[Edit] = []
    length = len(text)
    for element in found:
        variable = tokens[element.start + 1].text
        (group,) = element.groups
        length += len(names) * (tokens[group.end - 1].end - tokens[group.start].start)
        if length > LONGEST:
            raise QueryRefusedError(
                f"GRAPH {variable} over a sub-select, VALUES or MINUS would have to be asked of each of"
                f" {len(names):,} graphs by itself.",
                hint=f"Name the graphs, or have GRAPH {variable} in the sub-select, which shows {variable}.",
            )
        # Without any graph it stays a pattern with these variables, and has no solution.
        branches = [
            f"{{ GRAPH {name} {_numbered(text, tokens, group, number)} VALUES {variable} {{ {name} }} }}"
            for number, name in enumerate(names)
        ] or [f"{{ GRAPH {_NOWHERE} {_numbered(text, tokens, group, 0)} VALUES {variable} {{ }} }}"]
        start, end = tokens[element.start].start, tokens[element.end - 1].end
        edits.append(Edit(start, end, f"{{ {' UNION '.join(branches)} }}"))
    return edited(text, edits)


def _numbered(text: str, tokens: Sequence[Token], group: Group, number: int) -> str:
    """A group with the labels of its blank nodes made its own: none may stand in two patterns."""
    labels = [
        Edit(token.end, token.end, f"_{number}")
        for token in tokens[group.start : group.end]
        if token.kind == "blank"
    ]
    return edited(text, labels, tokens[group.start].start, tokens[group.end - 1].end)


def _graphs_of(block: Block, tokens: Sequence[Token]) -> Iterator[tuple[Element, bool]]:
    """Each pattern that is to be written out, and whether there is another within it."""
    for group in (block.where, *block.loose):
        yield from _graphs_in(group, tokens)


def _graphs_in(group: Group, tokens: Sequence[Token]) -> Iterator[tuple[Element, bool]]:
    if group.select is not None:
        yield from _graphs_of(group.select, tokens)
    for element in group.elements:
        within = [each for inner in element.groups for each in _graphs_in(inner, tokens)]
        yield from within
        if element.kind is Kind.GRAPH and tokens[element.start + 1].kind == "variable":
            (inner,) = element.groups
            if _has_select(inner) or not _binds(inner) or _has_idle_minus(inner, tokens):
                yield element, bool(within)


def _has_select(group: Group) -> bool:
    """Whether there is a sub-select in a group, other than in a GRAPH of its own."""
    return group.select is not None or any(
        _has_select(inner)
        for element in group.elements
        if element.kind is not Kind.GRAPH
        for inner in element.groups
    )


def _has_idle_minus(group: Group, tokens: Sequence[Token]) -> bool:
    """Whether there is a MINUS in a group that may have no variable in common with what is before it."""
    before: set[str] = set()
    for element in group.elements:
        if element.kind is Kind.MINUS and not before & certain(element.groups[0], tokens):
            return True
        if element.kind is not Kind.GRAPH and any(_has_idle_minus(g, tokens) for g in element.groups):
            return True
        before |= certain(element, tokens)
    return False


def _binds(group: Group) -> bool:
    """Whether the engine binds the variable in each solution of a group: by triples, or by nothing at all."""
    kinds = [element.kind for element in group.elements]
    if Kind.TRIPLES in kinds:
        return True
    if any(element.kind is Kind.GROUP and all(map(_binds, element.groups)) for element in group.elements):
        return True
    return not {Kind.GROUP, Kind.GRAPH, Kind.VALUES}.intersection(kinds)

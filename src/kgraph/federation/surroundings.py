"""What stands around a SERVICE and is known here: the local pattern whose solutions say what to ask for.

The answer of a service is joined with what stands around it, so a solution of the service that is compatible
with no solution of its surroundings changes nothing and need not be fetched. The pattern made here has, for
every solution around the SERVICE that can come into the answer, one that agrees with it in all shared
variables:

- the elements before it in its group, as they are, and those after it that are joined (an OPTIONAL or a MINUS
  after it takes nothing from a solution of the service but whole solutions);
- filters, where all that they look at is settled by then;
- likewise for the group around, and the one around that, as long as each is joined with the next. OPTIONAL,
  MINUS and EXISTS are compared with what stands before them (section 18.5), and no farther: a solution that
  they lose could bring back one that was to be lost outside. A sub-select is a scope of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kgraph.federation.pattern import JOINING, Block, Element, Kind
from kgraph.federation.scope import certain, has_words, is_aggregated, named
from kgraph.federation.source import Frame, Source

__all__ = ["Part", "connected", "surroundings_of"]

#: What makes the solutions of a pattern within EXISTS depend on the values that stand for its variables.
_DEPENDENT: Final = frozenset("FILTER BIND OPTIONAL MINUS SELECT".split())


@dataclass(frozen=True, slots=True)
class Part:
    """Some SPARQL that can stand in a group, and the variables named in it."""

    text: str
    variables: frozenset[str]


def surroundings_of(service: Element, source: Source) -> list[Part]:
    """What stands around a SERVICE, those that come before it in the text having been replaced.

    Returns:
        the elements of one group, in their order; none where nothing is known.
    """
    parts: list[Part] = []
    inner: Frame | None = None
    for frame in reversed(source.path(service)):
        kind = frame.element.kind
        follows = inner is None or kind in (Kind.GROUP, Kind.GRAPH, Kind.FILTER)
        parts = _siblings(frame, [] if inner is None else _as_part(inner, parts, source), follows, source)
        if inner is not None and kind not in (Kind.GROUP, Kind.GRAPH):
            return parts
        if frame.block is not None and not frame.correlated:
            parts += _values(frame.block, source)
        inner = frame
    return parts


def connected(parts: Sequence[Part]) -> list[list[Part]]:
    """The parts in sets that share no variable, so that each solution of one goes with each of another."""
    leaders = list(range(len(parts)))  # of each part, another of its set, until one is its own

    def leader(index: int) -> int:
        while leaders[index] != index:
            leaders[index] = leaders[leaders[index]]
            index = leaders[index]
        return index

    first_with: dict[str, int] = {}
    for index, part in enumerate(parts):
        for name in part.variables:
            other = leader(first_with.setdefault(name, index))
            leaders[max(other, leader(index))] = min(other, leader(index))
    groups: dict[int, list[Part]] = {}
    for index, part in enumerate(parts):
        groups.setdefault(leader(index), []).append(part)
    return list(groups.values())


def _as_part(inner: Frame, parts: Sequence[Part], source: Source) -> list[Part]:
    """The elements of a group as one element of the group around it."""
    if not parts:
        return []
    head = ""
    variables = frozenset[str]().union(*(part.variables for part in parts))
    if inner.entered is Kind.GRAPH:
        opening = inner.group.start
        head = f"GRAPH {source.tokens[opening - 1].text} "
        variables |= named(source.tokens, opening - 1, opening)
    return [Part(f"{head}{{ {' '.join(part.text for part in parts)} }}", variables)]


def _siblings(frame: Frame, within: list[Part], follows: bool, source: Source) -> list[Part]:
    """The elements beside one of a group, which gives way to what is known ``within`` it."""
    before: list[Part] = []
    after: list[Part] = []
    settled: set[str] = set()
    for index, element in enumerate(frame.group.elements):
        if index == frame.index or element.kind is Kind.FILTER or source.is_open(element):
            continue
        joined = element.kind in JOINING and not (frame.correlated and _depends(element, source))
        if index < frame.index and (joined or not frame.correlated):
            before.append(_part(element, source))
        elif index > frame.index and joined and follows:
            after.append(_part(element, source))
        else:
            continue
        settled |= certain(element, source.tokens)
    filters = [
        _part(element, source)
        for element in frame.group.elements
        if element.kind is Kind.FILTER and _is_settled(element, frame, settled, source)
    ]
    return [*before, *within, *after, *filters]


def _part(element: Element, source: Source) -> Part:
    """An element as it is; triples end with a full stop, so that others may follow."""
    text = source.render(element.start, element.end)
    if element.kind is Kind.TRIPLES and not text.endswith("."):
        text += " ."
    return Part(text, frozenset(named(source.tokens, element.start, element.end)))


def _depends(element: Element, source: Source) -> bool:
    return has_words(source.tokens[element.start : element.end], _DEPENDENT)


def _is_settled(element: Element, frame: Frame, settled: set[str], source: Source) -> bool:
    """Whether a filter has the same value for a solution of the surroundings as it will have in the end.

    Its variables must be bound by now, or else never be bound by what is still to come. The filter of an
    OPTIONAL sees the variables of what stands before that, too (section 18.2.2.6).
    """
    if frame.correlated or source.is_open(element) or element is frame.element:
        return False
    unsettled = named(source.tokens, element.start, element.end) - settled
    if frame.entered is Kind.OPTIONAL:
        return not unsettled
    coming = [
        each
        for each in frame.group.elements[frame.index :]
        if each is not element and (each.kind is not Kind.FILTER or each is frame.element)
    ]
    return all(unsettled.isdisjoint(named(source.tokens, each.start, each.end)) for each in coming)


def _values(block: Block, source: Source) -> list[Part]:
    """The VALUES clause of a query or sub-select, which is joined unless solutions are grouped first."""
    if is_aggregated(block, source.tokens):
        return []
    for index in range(block.where.end, block.end):
        if source.tokens[index].text.upper() == "VALUES":
            variables = named(source.tokens, index, block.end)
            return [Part(source.render(index, block.end), frozenset(variables))]
    return []

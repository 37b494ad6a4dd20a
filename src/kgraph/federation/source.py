"""A query that calls services, as it is being worked off: its text, its tokens, its structure, and what has
taken the place of each SERVICE so far.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kgraph.rdf.pattern import Block, Element, Group, Kind, parse_query, services_within
from kgraph.rdf.sparql import Token, iter_tokens, prologue_of

__all__ = ["Frame", "Source", "blanked", "read_source"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One step of the way from the outermost pattern to a SERVICE: an element of a group.

    ``entered`` is how the group is part of the element above it; None for the outermost of a scope, which is
    that of the query or sub-select ``block`` unless it stands in one of its expressions. ``correlated`` says
    that the group stands within EXISTS, where the values of the solution at hand stand for its variables.
    """

    group: Group
    index: int
    entered: Kind | None
    correlated: bool
    block: Block | None = None

    @property
    def element(self) -> Element:
        """The element on the way."""
        return self.group.elements[self.index]


@dataclass(slots=True)
class Source:
    """A query, and what stands for its SERVICE patterns. Only ``replaced`` changes."""

    text: str
    tokens: tuple[Token, ...]
    query: Block
    base_iri: str | None = None
    replaced: dict[Element, str] = field(default_factory=dict)

    @property
    def services(self) -> list[Element]:
        """Every SERVICE, in the order of the text."""
        outermost = Group(0, len(self.tokens), (), self.query)
        return list(services_within(outermost))

    @property
    def prologue(self) -> str:
        """BASE and PREFIX, as written."""
        return prologue_of(self.text, self.tokens)

    @property
    def dataset(self) -> str:
        """The clauses FROM and FROM NAMED, as written."""
        clauses: list[str] = []
        head = self.tokens[self.query.start : self.query.where.start]
        for index, token in enumerate(head):
            if token.kind == "word" and token.text.upper() == "FROM":
                named = head[index + 1].text.upper() == "NAMED"
                clauses.append(" ".join(each.text for each in head[index : index + 2 + named]))
        return " ".join(clauses)

    def is_open(self, element: Element) -> bool:
        """Whether something is to be asked of a service still in an element."""
        services = [element] if element.kind is Kind.SERVICE else services_within_element(element)
        return any(service not in self.replaced for service in services)

    def render(self, start: int = 0, end: int | None = None) -> str:
        """The text of some tokens (of all), with what has replaced services in it."""
        end = len(self.tokens) if end is None else end
        if start >= end:
            return ""
        first = self.tokens[start].start if start else 0
        last = self.tokens[end - 1].end if end < len(self.tokens) else len(self.text)
        pieces: list[str] = []
        for element, values in sorted(self.replaced.items(), key=lambda item: item[0].start):
            if start <= element.start and element.end <= end:
                pieces += self.text[first : self.tokens[element.start].start], values
                first = self.tokens[element.end - 1].end
        return "".join([*pieces, self.text[first:last]])

    def path(self, service: Element) -> tuple[Frame, ...]:
        """The way to a SERVICE, the outermost group of its scope first: a sub-select is a scope."""
        found = next(_ways(self.query, service, correlated=False))
        return tuple(found)

    def is_named_elsewhere(self, variable: str, start: int, end: int) -> bool:
        """Whether a variable occurs outside of some tokens."""
        return any(
            token.kind == "variable" and token.text[1:] == variable and not start <= index < end
            for index, token in enumerate(self.tokens)
        )


def read_source(text: str, *, base_iri: str | None = None) -> Source:
    """Read the structure of a text that the engine has found to be a query, relative to ``base_iri``.

    Raises:
        QueryRefusedError: the query has a part that is not of SPARQL 1.1.
    """
    tokens = tuple(iter_tokens(text))
    return Source(text, tokens, parse_query(tokens), base_iri)


def blanked(text: str) -> str:
    """A text with each SERVICE in it as a plain group, all else in its place, and without solutions.

    Its only use is to be read by the engine, which alone can say whether it is a query: an empty VALUES
    clause at the end leaves nothing to evaluate.
    """
    characters = list(text)
    tokens = list(iter_tokens(text))
    depth = 0
    clause: int | None = None
    hidden: list[Token] = []
    for index, token in enumerate(tokens):
        word = token.text.upper() if token.kind == "word" else ""
        depth += (token.text == "{") - (token.text == "}")
        if word == "SERVICE":
            length = 3 if index + 1 < len(tokens) and tokens[index + 1].text.upper() == "SILENT" else 2
            hidden += tokens[index : index + length]
        elif word == "VALUES" and depth == 0:
            clause = index
    if clause is not None:
        hidden += _data(tokens[clause:])
    for token in hidden:
        characters[token.start : token.end] = re.sub(r"[^\n]", " ", token.text)
    return "".join(characters) + ("\nVALUES () {}" if clause is None else "")


def _data(clause: Sequence[Token]) -> Sequence[Token]:
    brace = next((i for i, token in enumerate(clause) if token.text == "{"), len(clause))
    return clause[brace + 1 : -1]


def services_within_element(element: Element) -> Iterator[Element]:
    """Every SERVICE in the groups of an element."""
    for group in element.groups:
        yield from services_within(group)


def _ways(block: Block, service: Element, *, correlated: bool) -> Iterator[list[Frame]]:
    for way in _into(block.where, service, None, correlated=correlated):
        yield [replace(way[0], block=block), *way[1:]] if way[0].group is block.where else way
    for group in block.loose:
        yield from _into(group, service, None, correlated=True)


def _into(group: Group, service: Element, entered: Kind | None, *, correlated: bool) -> Iterator[list[Frame]]:
    if not group.start <= service.start < group.end:
        return
    if group.select is not None:
        yield from _ways(group.select, service, correlated=correlated)
    for index, element in enumerate(group.elements):
        frame = Frame(group, index, entered, correlated)
        if element is service:
            yield [frame]
        elif element.kind is not Kind.SERVICE:
            inside = correlated or element.kind in (Kind.FILTER, Kind.BIND)
            for inner in element.groups:
                for way in _into(inner, service, element.kind, correlated=inside):
                    # A sub-select begins anew: what stands around it does not reach into it.
                    yield way if way[0].entered is None else [frame, *way]

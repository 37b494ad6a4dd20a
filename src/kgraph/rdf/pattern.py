"""The structure of a query's graph patterns: groups and their elements, read off its tokens.

SPARQL 1.1 Query, section 19.8, rules 53 to 67, and no more of the grammar than where each element begins and
ends. A text is given here once the engine has found it to be a query, so what does not fit is something
that the engine reads beyond SPARQL 1.1, and is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kgraph.errors import QueryRefusedError
from kgraph.rdf.sparql import Token

__all__ = [
    "JOINING",
    "Block",
    "Element",
    "Group",
    "Kind",
    "bracket_ends",
    "elements_of",
    "parse_query",
    "services_within",
]


class Kind(StrEnum):
    """What an element of a group is."""

    TRIPLES = "triples"
    GROUP = "group"
    OPTIONAL = "OPTIONAL"
    MINUS = "MINUS"
    GRAPH = "GRAPH"
    SERVICE = "SERVICE"
    FILTER = "FILTER"
    BIND = "BIND"
    VALUES = "VALUES"


#: The elements that are joined with what stands around them, whatever their order (section 18.2.2.6).
JOINING: Final = frozenset({Kind.TRIPLES, Kind.GROUP, Kind.GRAPH, Kind.SERVICE, Kind.VALUES})
_KEYWORDS: Final = frozenset(kind.value for kind in Kind if kind.isupper())
_FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_OPENING: Final = {"(": ")", "[": "]", "{": "}"}
_CLOSING: Final = frozenset(_OPENING.values())
#: The words that stand among triples.
_TERMS: Final = frozenset({"a", "true", "false"})


@dataclass(frozen=True, eq=False, slots=True)
class Element:
    """One element of a group. ``start`` and ``end`` are indexes of tokens, the end excluded.

    ``groups`` are the groups in it: the alternatives of a union, one for OPTIONAL, MINUS, GRAPH and SERVICE,
    those of EXISTS for FILTER and BIND.
    """

    kind: Kind
    start: int
    end: int
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Group:
    """A group from its brace to its brace: elements, or one sub-select."""

    start: int
    end: int
    elements: tuple[Element, ...]
    select: Block | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """A query or a sub-select: what stands before its pattern, the pattern, and what follows it.

    ``loose`` are the groups of EXISTS in its projection and its modifiers.
    """

    start: int
    where: Group
    end: int
    loose: tuple[Group, ...]


def parse_query(tokens: Sequence[Token]) -> Block:
    """The outermost pattern of a query.

    Raises:
        QueryRefusedError: the query has a part that is not of SPARQL 1.1.
    """
    start = next((i for i, token in enumerate(tokens) if _word(token) in _FORMS), len(tokens))
    reader = _Reader(tokens)
    try:
        if start + 1 < len(tokens) and _word(tokens[start]) == "CONSTRUCT" and tokens[start + 1].text == "{":
            start = reader.skip(start + 1)
        return reader.block(start, len(tokens))
    except RecursionError:
        raise QueryRefusedError(
            "The query is nested too deeply.", hint="Take some of its braces apart."
        ) from None


def bracket_ends(tokens: Sequence[Token]) -> dict[int, int]:
    """For each bracket that opens and is closed, the index after the one that closes it."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.text in _OPENING:
            opened.append(index)
        elif token.text in _CLOSING and opened:
            ends[opened.pop()] = index + 1
    return ends


def elements_of(block: Block, kind: Kind) -> Iterator[Element]:
    """Every element of a kind in a query, however deep, also those of sub-selects and of EXISTS."""
    groups = [*reversed((block.where, *block.loose))]
    while groups:
        group = groups.pop()
        yield from (element for element in group.elements if element.kind is kind)
        inner = [each for element in group.elements for each in element.groups]
        if group.select is not None:
            inner += (group.select.where, *group.select.loose)
        groups += reversed(inner)


def services_within(group: Group) -> Iterator[Element]:
    """Every SERVICE in a group, however deep, in the order of the text; not those within a SERVICE."""
    for element in group.elements:
        if element.kind is Kind.SERVICE:
            yield element
        else:
            for inner in element.groups:
                yield from services_within(inner)
    if group.select is not None:
        inner_groups = (group.select.where, *group.select.loose)
        for inner in sorted(inner_groups, key=lambda each: each.start):
            yield from services_within(inner)


def _word(token: Token) -> str:
    return token.text.upper() if token.kind == "word" else ""


class _Reader:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._ends = bracket_ends(tokens)

    def block(self, start: int, limit: int) -> Block:
        """A query or sub-select that begins at a token and ends before ``limit``."""
        loose: list[Group] = []
        index = self._expressions(start, limit, loose, until="{")
        where = self.group(index)
        self._expressions(where.end, limit, loose)
        return Block(start, where, limit, tuple(loose))

    def group(self, start: int) -> Group:
        """The group whose brace stands at a token."""
        end = self.skip(start)
        if _word(self._at(start + 1)) == "SELECT":
            return Group(start, end, (), self.block(start + 1, end - 1))
        elements: list[Element] = []
        index = start + 1
        while index < end - 1:
            if self._at(index).text in (".", ";"):
                index += 1
            else:
                elements.append(self._element(index))
                index = elements[-1].end
        return Group(start, end, tuple(elements))

    def _element(self, start: int) -> Element:
        token = self._at(start)
        word = _word(token)
        if token.text == "{":
            return self._union(start)
        if word not in _KEYWORDS:
            return Element(Kind.TRIPLES, start, self._triples(start))
        kind = Kind(word)
        if kind in (Kind.FILTER, Kind.BIND):
            found: list[Group] = []
            end = self._constraint(start + 1, found)
            return Element(kind, start, end, tuple(found))
        brace = self._expressions(start + 1, len(self._tokens), [], until="{")
        if kind is Kind.VALUES:
            return Element(kind, start, self.skip(brace))
        inner = self.group(brace)
        return Element(kind, start, inner.end, (inner,))

    def _union(self, start: int) -> Element:
        groups = [self.group(start)]
        while _word(self._at(groups[-1].end)) == "UNION":
            groups.append(self.group(groups[-1].end + 1))
        return Element(Kind.GROUP, start, groups[-1].end, tuple(groups))

    def _triples(self, start: int) -> int:
        """Where a block of triples ends. ``{|`` and ``|}`` are brackets of RDF 1.2, and no group."""
        index = start
        while True:
            token = self._at(index)
            if token.text in ("(", "[") or (token.text == "{" and self._touches(index, "|")):
                index = self.skip(index)
            elif token.text in ("{", "}") or _word(token) in _KEYWORDS:
                return index
            elif token.kind == "word" and token.text.lower() not in _TERMS:
                raise self._strange(index)
            else:
                index += 1

    def _constraint(self, start: int, found: list[Group]) -> int:
        """Where a FILTER's or BIND's expression ends: with its brackets, or with the group of EXISTS."""
        index = start
        while self._at(index).text not in ("(", "{"):
            index += 1
        end = self.skip(index)
        if self._at(index).text == "{":
            found.append(self.group(index))
        else:
            self._expressions(index + 1, end - 1, found)
        return end

    def _expressions(self, start: int, limit: int, found: list[Group], until: str = "") -> int:
        """Pass over expressions up to ``until`` outside of brackets; find the groups of EXISTS in them."""
        depth = 0
        index = start
        while index < limit:
            text = self._at(index).text
            if text == "{" and depth == 0 and until:
                return index
            if text == "{" and _word(self._at(index - 1)) == "EXISTS":
                found.append(self.group(index))
                index = found[-1].end
            elif text == "{":
                index = self.skip(index)
            else:
                depth += (text in _OPENING) - (text in _CLOSING)
                index += 1
        return index

    def skip(self, start: int) -> int:
        """The index after the bracket that closes the one at a token."""
        end = self._ends.get(start)
        if end is None:
            raise self._strange(start)
        return end

    def _touches(self, index: int, text: str) -> bool:
        token, following = self._at(index), self._at(index + 1)
        return following.text == text and following.start == token.end

    def _at(self, index: int) -> Token:
        if index < len(self._tokens):
            return self._tokens[index]
        raise self._strange(len(self._tokens) - 1)

    def _strange(self, index: int) -> QueryRefusedError:
        shown = self._tokens[index].text[:40] if self._tokens else "nothing"
        return QueryRefusedError(
            f"A query with SERVICE cannot have “{shown}” where it stands.",
            hint="Beside SERVICE, only what SPARQL 1.1 has is understood.",
        )

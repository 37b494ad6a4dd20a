"""Text search inside SPARQL: ``kg:search``, a property that is looked up in the text index.

    ?claim kg:search "barricades" ;          the assertions that match, as /who-said finds them
           kg:searchFound ?found ;           optional: how: "verbatim", "spelling" or "meaning"
           kg:searchScore ?score ;           optional: the chance, from 0 to 1, that it says so
           kg:searchLimit 50 ;               optional: at most so many (100 unless told, 1000 at most)
           kg:attributedTo ?speaker .        and patterns as ever

No triple has these properties. Before a query goes to the engine, each such statement gives way to a VALUES
block of the assertions that match, in the same group, so it joins with whatever stands around it:

    VALUES (?claim ?score) { (<…/a0408> 0.93) … } ?claim kg:attributedTo ?speaker .

Strings, comments and IRIs stay what they are: the query is read as tokens (:mod:`kgraph.rdf.sparql`). Jena's
``text:query`` and Blazegraph's ``bds:search`` are properties of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.errors import ParameterError, QueryRefusedError, QuerySyntaxError
from kgraph.rdf.pattern import Kind, bracket_ends, elements_of, parse_query
from kgraph.rdf.sparql import Token, iri_of, iter_tokens, namespaces_of, prologue_of
from kgraph.rdf.spelling import Edit, edited
from kgraph.search.searching import DEEPEST, Hit
from kgraph.vocab import KG

__all__ = ["SEARCH", "SEARCH_LIMIT", "SEARCH_SCORE", "expand_search"]

SEARCH: Final = KG + "search"
SEARCH_SCORE: Final = KG + "searchScore"
SEARCH_FOUND: Final = KG + "searchFound"
SEARCH_LIMIT: Final = KG + "searchLimit"
#: What each property needs as its object: the kind of token, and what it is called.
_NEEDS: Final = {
    SEARCH: ("string", "kg:search needs one text in quotation marks"),
    SEARCH_FOUND: ("variable", "kg:searchFound needs a variable"),
    SEARCH_SCORE: ("variable", "kg:searchScore needs a variable"),
    SEARCH_LIMIT: ("number", "kg:searchLimit needs a whole number"),
}
_MANY: Final = 100
#: How often a query may search, and how long it may then be, in characters.
MOST: Final = 50
LONGEST: Final = 64 * 1024
_TOKENS_BETWEEN_CHECKS: Final = 1024

#: Finds the best assertions for some words: text and limit in, hits out.
Finder = Callable[[str, int], Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class _Statement:
    """The triples of one subject, as indexes of tokens: where it begins and ends, the objects of the
    properties that look something up, and where each of the other parts begins and ends.
    """

    start: int
    end: int
    asked: dict[str, int]
    rest: list[tuple[int, int]]


def expand_search(text: str, find: Finder, *, check: Callable[[], object] = bool) -> str:
    """The query with each search in it replaced by what it finds; itself where there is none.

    ``check`` is called before each look-up, and what it raises ends the work.

    Raises:
        QuerySyntaxError: kg:search is used in a way that it cannot be.
        QueryRefusedError: it is used too often, or in too long a query.
        ParameterError: its text has no words.
    """
    query = _Query(text, namespaces_of(list(iter_tokens(prologue_of(text, iter_tokens(text))))))
    if not query.searches(check):
        return text
    if len(text) > LONGEST:
        raise QueryRefusedError(
            f"A query with kg:search has no more than {LONGEST // 1024} KiB.", hint="Ask in several queries."
        )
    query.tokens = list(iter_tokens(text))
    statements = [statement for statement in query.statements() if statement.asked]
    if len(statements) > MOST:
        raise QueryRefusedError(
            f"The query has kg:search {len(statements):,} times; {MOST} is the most.",
            hint="Ask in several queries, or for more words at once.",
        )
    edits = []
    for statement in statements:
        check()
        edits.append(query.replaced(statement, find))
    return edited(text, edits)


class _Query:
    """A query as read for its searches."""

    def __init__(self, text: str, namespaces: dict[str, str]) -> None:
        self._text, self._namespaces = text, namespaces
        self.tokens: list[Token] = []

    def searches(self, check: Callable[[], object]) -> bool:
        """Whether the query names such a property, read without having all of its tokens in memory."""
        for number, token in enumerate(iter_tokens(self._text)):
            if not number % _TOKENS_BETWEEN_CHECKS:
                check()
            if iri_of(token, self._namespaces) in _NEEDS:
                return True
        return False

    def statements(self) -> Iterator[_Statement]:
        """Every statement of the query's groups."""
        try:
            elements = list(elements_of(parse_query(self.tokens), Kind.TRIPLES))
        except QueryRefusedError as error:
            at = next(i for i in range(len(self.tokens)) if self._property(i))
            raise self._fault(at, "The query around kg:search cannot be read") from error
        ends = bracket_ends(self.tokens)
        for element in elements:
            for start, end in self._parts(element.start, element.end, ".", ends):
                yield self._statement(start, end, ends)

    def _parts(self, start: int, end: int, mark: str, ends: dict[int, int]) -> Iterator[tuple[int, int]]:
        """Some tokens, cut at a mark outside of brackets; ``1.`` is a number and a full stop."""
        index = start
        while index < end:
            token = self.tokens[index]
            if token.text == mark or (token.kind == "number" and mark == token.text[-1]):
                yield start, index + (token.text != mark)
                start = index + 1
            index = ends.get(index, index + 1)
        yield start, end

    def _statement(self, start: int, end: int, ends: dict[int, int]) -> _Statement:
        asked: dict[str, int] = {}
        rest = []
        for first, last in self._parts(ends.get(start, start + 1), end, ";", ends):
            name = self._property(first) if first < last else ""
            inner = [index for index in range(first + bool(name), last) if self._property(index)]
            if inner:
                raise self._fault(inner[0], "kg:search cannot be part of a path or a list")
            if name:
                if start == end or self.tokens[start].kind != "variable":
                    raise self._fault(first, "kg:search needs a variable as its subject")
                self._check_object(name, first + 1, last)
                if name in asked:
                    raise self._fault(first, _NEEDS[name][1])
                asked[name] = first + 1
            elif first < last:
                rest.append((first, last))
        if asked and SEARCH not in asked:
            raise self._fault(start, "kg:searchFound, kg:searchScore and kg:searchLimit go with kg:search")
        return _Statement(start, end, asked, rest)

    def _check_object(self, name: str, start: int, end: int) -> None:
        kind, needs = _NEEDS[name]
        kinds = [token.kind for token in self.tokens[start:end]]
        if kinds != [kind] and (name != SEARCH or kinds != ["string", "lang"]):
            raise self._fault(start - 1, needs)
        if name == SEARCH_LIMIT:
            limit = self.tokens[start].text.rstrip(".")
            if not limit.isdecimal():
                raise self._fault(start - 1, needs)
            if not 1 <= int(limit) <= DEEPEST:
                raise ParameterError(f"kg:searchLimit goes from 1 to {DEEPEST}.", hint="Give such a number.")

    def replaced(self, statement: _Statement, find: Finder) -> Edit:
        """What a statement gives way to: what is found, and whatever else it says."""
        tokens, asked = self.tokens, statement.asked
        limit = int(tokens[asked[SEARCH_LIMIT]].text.rstrip(".")) if SEARCH_LIMIT in asked else _MANY
        subject = tokens[statement.start]
        names = {"iri": subject.text}
        names |= {name: tokens[asked[name]].text for name in (SEARCH_FOUND, SEARCH_SCORE) if name in asked}
        rows = (
            {
                "iri": str(ox.NamedNode(hit.iri)),
                SEARCH_FOUND: f'"{hit.found}"',
                SEARCH_SCORE: f"{hit.score:.4f}",
            }
            for hit in find(_unquoted(tokens[asked[SEARCH]].text), limit)
        )
        bound = " ".join(f"({' '.join(row[name] for name in names)})" for row in rows)
        parts = [self._text[tokens[first].start : tokens[last - 1].end] for first, last in statement.rest]
        others = f" {subject.text} {' ; '.join(parts)}" if parts else ""
        last = tokens[statement.end - 1]
        full_stop = (
            " ." if last.kind == "number" and last.text[-1] == "." and not others.endswith(".") else ""
        )
        return Edit(
            subject.start, last.end, f"VALUES ({' '.join(names.values())}) {{ {bound} }}{others}{full_stop}"
        )

    def _property(self, index: int) -> str:
        """The property of a search that a token names; empty for anything else."""
        iri = iri_of(self.tokens[index], self._namespaces)
        return iri if iri in _NEEDS else ""

    def _fault(self, index: int, what: str) -> QuerySyntaxError:
        start = self.tokens[index].start
        line, column = self._text.count("\n", 0, start) + 1, start - self._text.rfind("\n", 0, start)
        return QuerySyntaxError(
            f"{what}, at line {line}, column {column}.",
            hint='Write for example ?claim kg:search "barricades" .',
            line=line,
            column=column,
        )


def _unquoted(literal: str) -> str:
    """The value of a string literal: SPARQL's are Turtle's (SPARQL 1.1 Query, section 19.8)."""
    try:
        (quad,) = ox.parse(f"<a:> <a:> {literal} .", ox.RdfFormat.TURTLE)
    except (SyntaxError, ValueError) as error:
        raise QuerySyntaxError(f"{literal[:40]} is no string: {error}.") from error
    return quad.object.value if isinstance(quad.object, ox.Literal) else ""

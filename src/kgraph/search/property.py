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
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from kgraph.errors import ParameterError, QueryRefusedError, QuerySyntaxError
from kgraph.rdf.sparql import Token, iter_tokens
from kgraph.search.searching import DEEPEST, Hit
from kgraph.vocab import KG

__all__ = ["SEARCH", "SEARCH_LIMIT", "SEARCH_SCORE", "expand_search"]

SEARCH: Final = KG + "search"
SEARCH_SCORE: Final = KG + "searchScore"
SEARCH_FOUND: Final = KG + "searchFound"
SEARCH_LIMIT: Final = KG + "searchLimit"
_MANY: Final = 100
#: How often a query may search, and how long it may then be, in characters.
MOST: Final = 50
LONGEST: Final = 64 * 1024
_TOKENS_BETWEEN_CHECKS: Final = 1024
#: Keywords that end a block of triples where no full stop does.
_KEYWORDS: Final = frozenset("FILTER BIND OPTIONAL MINUS GRAPH VALUES SERVICE UNION SELECT".split())
_CONSTRAINTS: Final = frozenset({"FILTER", "BIND"})

#: Finds the best assertions for some words: text and limit in, hits out.
Finder = Callable[[str, int], Sequence[Hit]]


@dataclass(slots=True)
class _Statement:
    """The triples of one subject that look something up; positions are indexes of tokens."""

    subject: int
    end: int = -1
    text: str | None = None
    found: str | None = None
    score: str | None = None
    limit: int = _MANY
    removed: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Frame:
    """One open bracket. ``subject`` is where the current statement of a group begins, if one has begun."""

    bracket: str
    constrains: bool = False
    is_template: bool = False
    subject: int | None = None


def expand_search(text: str, find: Finder, *, check: Callable[[], object] = bool) -> str:
    """The query with each search in it replaced by what it finds; itself where there is none.

    ``check`` is called before each look-up, and what it raises ends the work.

    Raises:
        QuerySyntaxError: kg:search is used in a way that it cannot be.
        QueryRefusedError: it is used too often, or in too long a query.
        ParameterError: its text has no words.
    """
    if len(text) > LONGEST:
        if not _is_used(text, check):
            return text
        raise QueryRefusedError(
            f"A query with kg:search has no more than {LONGEST // 1024} KiB.", hint="Ask in several queries."
        )
    tokens = list(iter_tokens(text))
    statements = [statement for statement in _Reader(text, tokens).statements() if statement.removed]
    if not statements:
        return text
    if len(statements) > MOST:
        raise QueryRefusedError(
            f"The query has kg:search {len(statements):,} times; {MOST} is the most.",
            hint="Ask in several queries, or for more words at once.",
        )
    pieces: list[str] = []
    position = 0
    removed = {index for statement in statements for index in _gone(statement, tokens)}
    values: dict[int, str] = {}
    for statement in statements:
        check()
        values[statement.subject] = _values(statement, text, tokens, find)
    for index, token in enumerate(tokens):
        pieces.append(text[position : token.start])
        pieces.append(values.get(index, ""))
        pieces.append(" " * len(token.text) if index in removed else token.text)
        position = token.end
    return "".join([*pieces, text[position:]])


def _is_used(text: str, check: Callable[[], object]) -> bool:
    """Whether a long query searches, read without having all of its tokens in memory."""
    names = _Names()
    for number, token in enumerate(iter_tokens(text)):
        if not number % _TOKENS_BETWEEN_CHECKS:
            check()
        names.see(token)
        if names.of(token) in (SEARCH, SEARCH_SCORE, SEARCH_LIMIT):
            return True
    return False


def _gone(statement: _Statement, tokens: Sequence[Token]) -> set[int]:
    """The tokens that give way; all of the statement where nothing else is said in it."""
    rest = [i for i in range(statement.subject + 1, statement.end) if i not in statement.removed]
    if all(tokens[i].text == ";" for i in rest):
        return {statement.subject, *rest, *statement.removed}
    return statement.removed


def _values(statement: _Statement, text: str, tokens: Sequence[Token], find: Finder) -> str:
    if statement.text is None:
        raise _fault(
            text,
            tokens[statement.subject],
            "kg:searchFound, kg:searchScore and kg:searchLimit go with kg:search",
        )
    hits = find(statement.text, statement.limit)
    names = [tokens[statement.subject].text, statement.found, statement.score]
    rows = ((str(ox.NamedNode(hit.iri)), f'"{hit.found}"', f"{hit.score:.4f}") for hit in hits)
    wanted = [place for place, name in enumerate(names) if name is not None]
    bound = " ".join(f"({' '.join(row[place] for place in wanted)})" for row in rows)
    return f"VALUES ({' '.join(name for name in names if name is not None)}) {{ {bound} }} "


class _Names:
    """What names stand for, by the declarations that come before them."""

    def __init__(self) -> None:
        self._prefixes: dict[str, str] = {}
        self._before: tuple[str, str] = ("", "")

    def see(self, token: Token) -> None:
        """Take note of the next token."""
        if token.kind == "iri" and self._before[0] == "PREFIX" and self._before[1].endswith(":"):
            self._prefixes[self._before[1][:-1]] = token.text[1:-1]
        text = token.text if token.kind in ("word", "pname") else ""
        self._before = self._before[1].upper(), text

    def of(self, token: Token) -> str:
        """The IRI of a name; empty for what is none."""
        if token.kind == "iri":
            return token.text[1:-1]
        prefix, colon, local = token.text.partition(":")
        return self._prefixes.get(prefix, "") + local if token.kind == "pname" and colon else ""


class _Reader:
    """Finds the statements: follows the brackets of a query and where each subject begins."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._names = _Names()
        self._frames = [_Frame("")]
        self._found: dict[int, _Statement] = {}
        self._constrains = self._template = False

    def statements(self) -> Iterator[_Statement]:
        """Every statement of a group that looks something up."""
        for index, token in enumerate(self._tokens):
            word = token.text.upper() if token.kind == "word" else ""
            self._names.see(token)
            if token.text in ("{", "(", "["):
                self._open(index, token.text)
            elif token.text in ("}", ")", "]") and len(self._frames) > 1:
                yield from self._end(self._frames[-1], index)
                closed = self._frames.pop()
                if closed.bracket == "{" or closed.constrains:
                    yield from self._end(self._frames[-1], index)
            elif self._frames[-1].bracket == "{" and _ends_triples(token, word):
                yield from self._end(self._frames[-1], index)
                self._constrains = word in _CONSTRAINTS
            elif word in ("CONSTRUCT", "WHERE"):
                self._template = word == "CONSTRUCT"
            else:
                self._term(index)

    def _open(self, index: int, bracket: str) -> None:
        frame = self._frames[-1]
        if frame.bracket == "{" and frame.subject is None and bracket != "{" and not self._constrains:
            frame.subject = index
        self._frames.append(_Frame(bracket, self._constrains and bracket == "(", self._template))
        self._constrains = self._template = False

    def _end(self, frame: _Frame, index: int) -> Iterator[_Statement]:
        """The statement that ends before a token, if it looks something up."""
        statement = self._found.pop(frame.subject, None) if frame.subject is not None else None
        frame.subject = None
        if statement is not None:
            statement.end = index
            yield statement

    def _term(self, index: int) -> None:
        frame = self._frames[-1]
        if frame.bracket == "{" and frame.subject is None and not self._constrains:
            frame.subject = index
            return
        name = self._names.of(self._tokens[index])
        searching = name in (SEARCH, SEARCH_FOUND, SEARCH_SCORE, SEARCH_LIMIT)
        if frame.bracket and searching and not frame.is_template:
            subject = self._subject(frame, index)
            self._take(self._found.setdefault(subject, _Statement(subject)), name, index)

    def _subject(self, frame: _Frame, index: int) -> int:
        subject = frame.subject
        if frame.bracket != "{" or subject is None or self._tokens[subject].kind != "variable":
            raise self._fault(index, "kg:search needs a variable as its subject")
        if index - 1 != subject and self._tokens[index - 1].text != ";":
            raise self._fault(index, "kg:search cannot be part of a path or a list")
        return subject

    def _take(self, statement: _Statement, name: str, index: int) -> None:
        """Read what is asked for, and mark its tokens and one semicolon beside them."""
        value = self._tokens[index + 1] if index + 1 < len(self._tokens) else None
        end = index + 2
        if name == SEARCH and value is not None and value.kind == "string" and statement.text is None:
            statement.text = _unquoted(value.text)
            if end < len(self._tokens) and self._tokens[end].kind == "lang":
                end += 1
        elif name == SEARCH_SCORE and value is not None and value.kind == "variable":
            statement.score = value.text
        elif name == SEARCH_FOUND and value is not None and value.kind == "variable":
            statement.found = value.text
        elif name == SEARCH_LIMIT and value is not None and value.text.isdecimal():
            statement.limit = int(value.text)
            if not 1 <= statement.limit <= DEEPEST:
                raise ParameterError(f"kg:searchLimit goes from 1 to {DEEPEST}.", hint="Give such a number.")
        else:
            needs = {
                SEARCH: "kg:search needs one text in quotation marks",
                SEARCH_FOUND: "kg:searchFound needs a variable",
                SEARCH_SCORE: "kg:searchScore needs a variable",
                SEARCH_LIMIT: "kg:searchLimit needs a whole number",
            }
            raise self._fault(index, needs[name])
        following = self._tokens[end].text if end < len(self._tokens) else ""
        if following in (",", "^^") or following == "^":
            raise self._fault(index, "kg:search takes one plain text")
        statement.removed |= set(range(index, end))
        if following == ";":
            statement.removed.add(end)
        elif self._tokens[index - 1].text == ";":
            statement.removed.add(index - 1)

    def _fault(self, index: int, what: str) -> QuerySyntaxError:
        return _fault(self._text, self._tokens[index], what)


def _ends_triples(token: Token, word: str) -> bool:
    """Whether a token of a group ends the statement before it; ``1.`` is a number and a full stop."""
    return token.text == "." or word in _KEYWORDS or (token.kind == "number" and token.text[-1] == ".")


def _unquoted(literal: str) -> str:
    """The value of a string literal: SPARQL's are Turtle's (SPARQL 1.1 Query, section 19.8)."""
    try:
        (quad,) = ox.parse(f"<a:> <a:> {literal} .", ox.RdfFormat.TURTLE)
    except (SyntaxError, ValueError) as error:
        raise QuerySyntaxError(f"{literal[:40]} is no string: {error}.") from error
    return quad.object.value if isinstance(quad.object, ox.Literal) else ""


def _fault(text: str, token: Token, what: str) -> QuerySyntaxError:
    line = text.count("\n", 0, token.start) + 1
    column = token.start - text.rfind("\n", 0, token.start)
    return QuerySyntaxError(
        f"{what}, at line {line}, column {column}.",
        hint='Write for example ?claim kg:search "barricades" .',
        line=line,
        column=column,
    )

"""The triples of a pattern, read off its tokens with their property paths (SPARQL 1.1 Query, rules 75 to 97).

What matters of a path here is how often it leads from a term to itself without a step, which is so for
``path?``, ``path*`` and what is made of them (section 18.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from kgraph.rdf.sparql import Token

__all__ = ["Path", "Statement", "Verb", "empty_ways", "read_statements"]

#: ``link`` for one step, else the kind of a path and what it is made of.
Path: TypeAlias = "tuple[str, tuple[Path, ...]]"
Span: TypeAlias = tuple[int, int]

_LINK: Final[Path] = ("link", ())
_BRACKETS: Final = frozenset({"(", "["})
_TERMS: Final = frozenset({"iri", "pname", "string", "number", "variable", "blank"})


@dataclass(frozen=True, slots=True)
class Verb:
    """What joins a subject to some objects: spans of tokens, and the path where it is no variable."""

    span: Span
    path: Path | None
    objects: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """The triples of one subject, from its first token to the full stop, excluded."""

    span: Span
    subject: Span
    verbs: tuple[Verb, ...]


def empty_ways(path: Path, *, both_ends: bool) -> int:
    """In how many ways a path leads from a term that the graph does not have to itself.

    Args:
        path: the path.
        both_ends: whether that term stands at both of its ends, or a variable at the other one.
    """
    kind, parts = path
    if kind in ("?", "*"):
        return 1
    if kind in ("+", "^"):
        ways = empty_ways(parts[0], both_ends=both_ends)
        return min(ways, 1) if kind == "+" else ways
    if kind == "|":
        return sum(empty_ways(part, both_ends=both_ends) for part in parts)
    if kind == "/" and both_ends:
        # Between the steps stands a variable, and of a path between two variables only what the graph has.
        first, *others = parts
        ways = empty_ways(first, both_ends=False)
        if len(others) == 1:
            return ways * empty_ways(others[0], both_ends=False)
    return 0


def read_statements(
    tokens: Sequence[Token], start: int, end: int, ends: Mapping[int, int]
) -> list[Statement]:
    """The statements of a block of triples; ``ends`` says where each bracket is closed.

    Raises:
        ValueError: there is something in it that SPARQL 1.1 does not have.
    """
    return list(_Reader(tokens, end, ends).statements(start))


class _Reader:
    def __init__(self, tokens: Sequence[Token], end: int, ends: Mapping[int, int]) -> None:
        self._tokens = tokens
        self._end = end
        self._ends = ends
        self._at = 0

    def statements(self, start: int) -> Iterator[Statement]:
        self._at = start
        while self._at < self._end:
            if self._text() == ".":
                self._at += 1
                continue
            first = self._at
            subject = self._node()
            verbs: list[Verb] = []
            while self._text() not in (".", ""):
                if self._text() == ";":
                    self._at += 1
                else:
                    verbs.append(self._verb())
                if verbs and self._ended_by_number():
                    break
            yield Statement((first, self._at), subject, tuple(verbs))

    def _ended_by_number(self) -> bool:
        before = self._tokens[self._at - 1]
        return before.kind == "number" and before.text.endswith(".")

    def _text(self) -> str:
        return self._tokens[self._at].text if self._at < self._end else ""

    def _node(self) -> Span:
        """A term, or whatever stands in brackets."""
        start = self._at
        if start >= self._end:
            raise ValueError("a term is missing")
        token = self._tokens[start]
        if token.text in _BRACKETS:
            self._at = self._ends[start]
            return start, self._at
        if token.text in ("+", "-"):
            self._at += 1
            token = self._tokens[self._at]
        if token.kind not in _TERMS and token.text.lower() not in ("true", "false"):
            raise ValueError(f"{token.text} is no term")
        self._at += 1
        if token.kind == "string" and self._at < self._end and self._tokens[self._at].kind == "lang":
            self._at += 1
        elif token.kind == "string" and self._text() == "^":
            self._at += 3  # ^^ and the datatype
        return start, self._at

    def _verb(self) -> Verb:
        start = self._at
        path: Path | None = None
        if self._tokens[start].kind == "variable":
            self._at += 1
        else:
            path = self._alternative()
        verb = start, self._at
        objects = [self._node()]
        while self._text() == ",":
            self._at += 1
            objects.append(self._node())
        return Verb(verb, path, tuple(objects))

    def _alternative(self) -> Path:
        return self._joined("|", self._sequence)

    def _sequence(self) -> Path:
        return self._joined("/", self._step)

    def _joined(self, mark: str, read: Callable[[], Path]) -> Path:
        parts = [read()]
        while self._text() == mark:
            self._at += 1
            parts.append(read())
        return parts[0] if len(parts) == 1 else (mark, tuple(parts))

    def _step(self) -> Path:
        if self._text() == "^":
            self._at += 1
            return "^", (self._step(),)
        path = self._primary()
        while self._text() in ("?", "*", "+"):
            path = self._text(), (path,)
            self._at += 1
        return path

    def _primary(self) -> Path:
        text, token = self._text(), self._tokens[self._at] if self._at < self._end else None
        if text == "(":
            self._at += 1
            path = self._alternative()
            if self._text() != ")":
                raise ValueError("a path does not end")
            self._at += 1
            return path
        if text == "!":
            self._at += 1
            self._at = self._ends[self._at] if self._text() == "(" else self._at + 1 + (self._text() == "^")
            return _LINK
        if token is None or (token.kind not in ("iri", "pname") and text != "a"):
            raise ValueError(f"{text} is no path")
        self._at += 1
        return _LINK

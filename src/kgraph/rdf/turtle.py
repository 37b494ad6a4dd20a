"""Where things stand in a Turtle file: the line of each subject, and of each of its predicates.

pyoxigraph parses fast and says where a syntax error is, but forgets where a triple came from. A problem
must name its line, so :func:`index_lines` scans a file that already parsed (Turtle 1.1, section 6) and
notes the line of each subject and of each predicate on it. Whoever edits a file as text gets its statements
from :func:`read_statements`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

import pyoxigraph as ox

from kgraph.rdf.tokens import BLANK_NODE, IRIS_AND_STRINGS, LANGUAGE, PREFIXED_NAME, RUN, WORD, Tokens
from kgraph.vocab import RDF_TYPE

__all__ = ["LineIndex", "Statement", "TurtleFault", "index_lines", "parse_turtle", "read_statements"]

_TOKENS: Final = Tokens(
    rf"""
    (?P<skip>\s+|\#[^\r\n]*)
    {IRIS_AND_STRINGS}
  | (?P<directive>@(?:prefix|base)\b|(?i:(?:prefix|base)\b)(?=\s+[\w.\-]*:?\s*<))
  | (?P<lang>{LANGUAGE})
  | (?P<name>{BLANK_NODE} | {PREFIXED_NAME})
  | (?P<number>[+-]?(?:\d+\.\d*[eE][+-]?\d+|\d*\.?\d+(?:[eE][+-]?\d+)?))
  | (?P<word>{WORD})
  | (?P<run>{RUN})
  | (?P<open>[\[(])
  | (?P<close>[\])])
  | (?P<mark>[.;,])
  | (?P<other>\^\^|.)
    """,
    r"(?P<word>[A-Za-z_]\w*+)|(?P<mark>\.)|(?P<other>.)",
)
_LOCAL_ESCAPE: Final = re.compile(r"\\(.)")


@dataclass(slots=True)
class LineIndex:
    """Lines, counted from 1, of the subjects and predicates of one file."""

    subjects: dict[str, int] = field(default_factory=dict)
    predicates: dict[tuple[str, str], int] = field(default_factory=dict)

    def line_of(self, subject: str, predicate: str | None = None) -> int | None:
        """The line of a predicate on a subject, or of the subject where the predicate is not there."""
        if predicate is not None and (subject, predicate) in self.predicates:
            return self.predicates[subject, predicate]
        return self.subjects.get(subject)


@dataclass(frozen=True, slots=True)
class TurtleFault:
    """A syntax error: its line, from 1, and what the parser expected."""

    line: int | None
    message: str


def parse_turtle(content: bytes, *, base_iri: str) -> tuple[list[ox.Triple], TurtleFault | None]:
    """Parse a Turtle document. What stands before a fault is returned with it, and not to be trusted."""
    triples: list[ox.Triple] = []
    try:
        # Blank nodes are local to their document (RDF 1.1 Concepts, section 3.4): _:b of two files are two.
        for quad in ox.parse(content, ox.RdfFormat.TURTLE, base_iri=base_iri, rename_blank_nodes=True):
            triples.append(quad.triple)
    except SyntaxError as error:
        message = re.sub(r"^Parser error at .*?: ", "", error.msg or str(error))
        return triples, TurtleFault(error.lineno, message)
    return triples, None


def _lines_of_tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line = 1
    for match in _TOKENS.scan(text):
        kind, value = match.lastgroup or "other", match.group()
        if kind != "skip":
            yield kind, value, line
        line += value.count("\n")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a file: from its first token to the end of its full stop, in code points.

    A directive has the prefix that it declares (``kg:``, or empty for a base) and no subject. ``subject`` is
    an IRI, None for a blank node; ``predicates`` are the IRIs of those that stand directly on it.
    """

    start: int
    end: int
    subject: str | None
    predicates: tuple[str, ...] = ()
    declares: str | None = None


def read_statements(text: str, *, base_iri: str) -> list[Statement]:
    """The statements of a well-formed file, in their order."""
    found: list[Statement] = []
    resolver = _Resolver(base_iri)
    tokens = (
        (match.lastgroup or "other", match.group(), match.start(), match.end())
        for match in _TOKENS.scan(text)
        if match.lastgroup != "skip"
    )
    for kind, value, start, end in tokens:
        if kind == "directive":
            found.append(_directive(tokens, resolver, start, value))
        elif (kind, value) != ("mark", "."):
            found.append(_statement(tokens, resolver, (kind, value, start, end)))
        elif found and found[-1].declares is not None:  # that of an @prefix
            found[-1] = replace(found[-1], end=end)
    return found


_Token: TypeAlias = tuple[str, str, int, int]


def _directive(tokens: Iterator[_Token], resolver: _Resolver, start: int, word: str) -> Statement:
    pending: list[tuple[str, str]] = []
    end = start + len(word)
    for kind, value, _, behind in tokens:
        end = behind
        pending.append((kind, value))
        if kind == "iri":
            resolver.directive(pending)
            break
    return Statement(start, end, None, declares=pending[0][1] if len(pending) > 1 else "")


def _statement(tokens: Iterator[_Token], resolver: _Resolver, first: _Token) -> Statement:
    kind, value, start, end = first
    subject = resolver.resolve(kind, value)
    depth = int(kind == "open")
    predicates: dict[str, None] = {}
    expects = "predicate"
    for kind, value, _, behind in tokens:
        end = behind
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        if depth or kind == "close":
            continue
        if kind == "mark" and value == ".":
            break
        if kind == "mark":
            expects = "predicate" if value == ";" else expects
        elif expects == "predicate":
            predicates[resolver.resolve(kind, value) or value] = None
            expects = "object"
    return Statement(start, end, subject, tuple(predicates))


class _Resolver:
    """Turns the names of a file into IRIs, following its directives."""

    def __init__(self, base_iri: str) -> None:
        self.base = base_iri
        self.prefixes: dict[str, str] = {}

    def resolve(self, kind: str, text: str) -> str | None:
        if kind == "iri":
            return self._iri(text)
        if kind == "word" and text == "a":
            return RDF_TYPE
        if kind == "name" and not text.startswith("_:"):
            prefix, _, local = text.partition(":")
            if prefix in self.prefixes:
                return self.prefixes[prefix] + _LOCAL_ESCAPE.sub(r"\1", local)
        return None

    def directive(self, tokens: list[tuple[str, str]]) -> None:
        target = self._iri(tokens[-1][1])
        if len(tokens) == 1:
            self.base = target
        else:
            self.prefixes[tokens[0][1].removesuffix(":")] = target

    def _iri(self, token: str) -> str:
        """What the parser makes of a token: urllib.parse.urljoin drops a final "#" and knows no urn:."""
        (quad,) = ox.parse(f"{token} <a:> <a:> .", ox.RdfFormat.TURTLE, base_iri=self.base)
        assert isinstance(quad.subject, ox.NamedNode)  # noqa: S101 - it is written so
        return quad.subject.value


def index_lines(text: str, *, base_iri: str) -> LineIndex:
    """Note the line of each named subject, and of each predicate on it, in a well-formed file."""
    index = LineIndex()
    resolver = _Resolver(base_iri)
    depth = 0
    subject: str | None = None
    expects = "subject"
    for kind, value, line in _statements(text, resolver):
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        if depth or kind == "close":
            if expects == "subject":
                subject, expects = None, "predicate"
            continue
        if kind == "mark":
            if value == ".":
                subject, expects = None, "subject"
            elif value == ";":
                expects = "predicate"
        elif expects == "subject":
            subject = resolver.resolve(kind, value)
            expects = "predicate"
            if subject is not None:
                index.subjects.setdefault(subject, line)
        elif expects == "predicate":
            predicate = resolver.resolve(kind, value)
            expects = "object"
            if subject is not None and predicate is not None:
                index.predicates.setdefault((subject, predicate), line)
    return index


def _statements(text: str, resolver: _Resolver) -> Iterable[tuple[str, str, int]]:
    """The tokens of the triples; directives are carried out, not returned."""
    pending: list[tuple[str, str]] | None = None
    for kind, value, line in _lines_of_tokens(text):
        if kind == "directive":
            pending = []
        elif pending is None:
            yield kind, value, line
        else:
            pending.append((kind, value))
            if kind == "iri":
                resolver.directive(pending)
                pending = None
    # A directive's closing "." after @prefix is an empty statement to index_lines: it resets to "subject".

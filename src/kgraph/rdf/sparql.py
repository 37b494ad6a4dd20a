"""Reading a SPARQL query as a sequence of tokens: its form, and what it asks for beyond the dataset.

SPARQL's keywords cannot be hidden: ``\\uhhhh`` escapes stand for characters of strings and IRIs, and
Oxigraph does not unescape them elsewhere, so a scanner that knows strings, IRIs, comments, variables and
prefixed names (SPARQL 1.1 Query, section 19.8) finds every keyword, and nothing but keywords. The grammar
itself stays with Oxigraph; nothing here decides whether a query is well formed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from kgraph.rdf.formats import ResultKind
from kgraph.rdf.tokens import (
    BLANK_NODE,
    IRIS_AND_STRINGS,
    LANGUAGE,
    PREFIXED_NAME,
    RUN,
    WORD,
    Tokens,
)
from kgraph.vocab import KG

__all__ = [
    "SOON_READ_LENGTH",
    "QueryProfile",
    "Token",
    "iri_of",
    "iter_tokens",
    "known_profile",
    "may_be_relative",
    "namespaces_of",
    "place_prefixes",
    "profile_query",
    "prologue_of",
    "substitute",
]

_NUMBER: Final = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TOKENS: Final = Tokens(
    rf"""
    (?P<space>\s+)
  | (?P<comment>\#[^\r\n]*)
    {IRIS_AND_STRINGS}
  | (?P<variable>[?$][\w\u00b7\u0300-\u036f\u203f\u2040]+)
  | (?P<lang>{LANGUAGE})
  | (?P<blank>{BLANK_NODE})
  | (?P<pname>{PREFIXED_NAME})
  | (?P<word>{WORD})
  | (?P<run>{RUN})
  | (?P<number>{_NUMBER})
  | (?P<other>.)
    """,
    rf"(?P<word>[A-Za-z_]\w*+)|(?P<number>{_NUMBER})|(?P<other>.)",
)

_FORMS: Final = {
    "SELECT": ResultKind.SOLUTIONS,
    "ASK": ResultKind.BOOLEAN,
    "CONSTRUCT": ResultKind.GRAPH,
    "DESCRIBE": ResultKind.GRAPH,
}
_UPDATES: Final = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"}
)
_SEARCH: Final = f"<{KG}search"
_PROLOGUE: Final = frozenset({"BASE", "PREFIX", "VERSION"})
#: Functions whose value differs from one evaluation to the next (SPARQL 1.1 Query, section 17.4).
_VOLATILE: Final = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
#: RFC 3987, section 2.2: what begins with a scheme is absolute.
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")
#: What a plain query begins with: prefixes, and its form as a word of its own.
_PLAIN_START: Final = re.compile(
    r"\s*+(?:PREFIX\s++(?:[A-Z][A-Z0-9_\-]*+)?+:\s*+<[^<>\"{}|^`\\\x00-\x20]*+>\s*+)*+"
    r"(SELECT|ASK|CONSTRUCT|DESCRIBE)(?=[\s?$*({<])",
    re.IGNORECASE | re.ASCII,
)
#: The letters of the words that say more than that, in a word, an IRI, a string or a comment.
_MEANINGFUL: Final = re.compile("SERVICE|FROM|NOW|RAND|UUID|BNODE|SEARCH", re.IGNORECASE)
_PERHAPS_RELATIVE: Final = re.compile(r"<(?![A-Za-z][A-Za-z0-9+.\-]*:)")
#: Queries up to this length are profiled once; they come again and again.
_REMEMBERED_LENGTH: Final = 4096
#: What is longer takes more than about a millisecond to read, token by token.
SOON_READ_LENGTH: Final = 2048


@dataclass(frozen=True, slots=True)
class Token:
    """One lexical unit. ``kind`` is a group name of the scanner; offsets count code points."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the token ends, excluded."""
        return self.start + len(self.text)


def iter_tokens(text: str) -> Iterator[Token]:
    """The tokens of a query, without white space and comments.

    Never fails: what fits nowhere is ``other``, and a string without its end ``unclosed``.
    """
    for match in _TOKENS.scan(text):
        kind = match.lastgroup or "other"
        if kind not in ("space", "comment"):
            yield Token(kind, match.group(), match.start())


def prologue_of(text: str, tokens: Iterable[Token]) -> str:
    """The declarations of a query (BASE, PREFIX, VERSION), as written; ``tokens`` are the query's."""
    for token in tokens:
        if token.kind == "word" and token.text.upper() not in _PROLOGUE:
            return text[: token.start]
    return ""


@dataclass(frozen=True, slots=True)
class QueryProfile:
    """What can be known of a query before it runs.

    ``form`` is None where the text is no query; ``is_update`` says that it is an update request instead.
    ``dataset`` is there where the query describes its own dataset (FROM or FROM NAMED), which the protocol's
    parameters override (SPARQL 1.1 Protocol, section 2.1.4): a query whose single row holds the graphs' IRIs.
    Only the engine resolves those as it resolves the rest of the query. Variables ``d0``, ``d1`` … stand for
    FROM and ``n0``, ``n1`` … for FROM NAMED::

        PREFIX e: <http://e/> SELECT * FROM e:a FROM NAMED <b> {…}
        PREFIX e: <http://e/> SELECT (e:a AS ?d0) (<b> AS ?n1) {}

    ``services`` are the endpoints of its SERVICE patterns as written (an IRI in angle brackets, a prefixed
    name or a variable). ``is_repeatable`` says that the same dataset gives the same answer every time:
    nothing in it asks for the time, for chance, or for another endpoint. ``has_relative_iris`` says that its
    meaning depends on the base IRI, and ``has_search`` that it may name a property that is looked up in the
    text index (:mod:`kgraph.search.property`).
    """

    form: ResultKind | None
    is_update: bool
    dataset: str | None
    services: tuple[str, ...]
    is_repeatable: bool
    has_relative_iris: bool
    has_search: bool = False

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """What :func:`dataclasses.asdict` gave of one, written as JSON."""
        fields = json.loads(content)
        form = None if fields["form"] is None else ResultKind(fields["form"])
        return cls(**{**fields, "form": form, "services": tuple(fields["services"])})


def profile_query(text: str) -> QueryProfile:
    """Read off a query's form, its dataset clauses, its SERVICE patterns and what its answer depends on."""
    return _remembered_profile(text) if len(text) <= _REMEMBERED_LENGTH else _profile_of_any(text)


def known_profile(text: str) -> QueryProfile | None:
    """The same where it takes a millisecond or two at most; else None, and a worker is to find it out."""
    if len(text) <= SOON_READ_LENGTH:
        return _remembered_profile(text)
    return _profile_of_plain(text) if len(text) <= _REMEMBERED_LENGTH else None


@lru_cache(maxsize=512)
def _remembered_profile(text: str) -> QueryProfile:
    return _profile(text)


def _profile(text: str) -> QueryProfile:
    return _profile_of_plain(text) or _profile_of_any(text)


def _profile_of_plain(text: str) -> QueryProfile | None:
    """The profile of a query without any of the letters that could mean more than its form.

    Most queries are plain, and need not be cut into tokens.
    """
    start = _PLAIN_START.match(text)
    if start is None or _MEANINGFUL.search(text) or may_be_relative(text):
        return None
    return QueryProfile(_FORMS[start.group(1).upper()], False, None, (), True, False)


def _profile_of_any(text: str) -> QueryProfile:
    form: ResultKind | None = None
    is_update = False
    is_repeatable = True
    has_relative_iris = has_search = False
    services: list[str] = []
    graphs: list[str] = []
    clause = before = ""
    prologue: str | None = None
    for token in iter_tokens(text):
        kind = token.kind
        word = token.text.upper() if kind == "word" else ""
        if before == "SERVICE" and word != "SILENT":
            services.append(token.text)
        if clause and kind in ("iri", "pname"):
            graphs.append(f"({token.text} AS ?{clause}{len(graphs)})")
        clause = "d" if word == "FROM" else "n" if clause == "d" and word == "NAMED" else ""
        if not (before == "SERVICE" and word == "SILENT"):
            before = word
        if kind == "pname":
            has_search = has_search or token.text.startswith("search", token.text.find(":") + 1)
        elif kind == "iri":
            has_relative_iris = has_relative_iris or _ABSOLUTE.match(token.text) is None
            has_search = has_search or token.text.startswith(_SEARCH)
        elif word in _VOLATILE or (kind == "unclosed" and _MEANINGFUL.search(token.text)):
            is_repeatable = False  # to the engine, the rest of the text may be something else
        elif word and prologue is None and word not in _PROLOGUE:
            prologue = text[: token.start]
            form = _FORMS.get(word)
            is_update = word in _UPDATES
    dataset = f"{prologue}SELECT {' '.join(graphs)} {{}}" if prologue is not None and graphs else None
    return QueryProfile(
        form,
        is_update,
        dataset,
        tuple(services),
        is_repeatable and not services,
        has_relative_iris,
        has_search,
    )


def substitute(text: str, terms: Mapping[str, str]) -> str:
    """Put RDF terms in the place of variables.

    ``terms`` maps a variable's name, without its mark, to a term already serialised as SPARQL (what
    ``str()`` of a pyoxigraph term gives). Only whole variable tokens are replaced, so nothing that
    stands in a string, an IRI or a comment changes, and a term stays one term.
    """
    pieces: list[str] = []
    position = 0
    for token in iter_tokens(text):
        if token.kind == "variable" and token.text[1:] in terms:
            pieces += text[position : token.start], terms[token.text[1:]]
            position = token.end
    return "".join([*pieces, text[position:]])


def may_be_relative(text: str) -> bool:
    """Whether something in a query may be a relative IRI (RFC 3987, section 2.2)."""
    return _PERHAPS_RELATIVE.search(text) is not None


def place_prefixes(text: str, namespaces: Mapping[str, str]) -> str:
    """A query with the namespaces of a project where it declares their ends only.

    ``PREFIX g: <graph/>`` means the graphs of the project that is asked, whatever its base IRI and wherever
    its server stands. Only a relative IRI in the declaration of a known prefix is replaced, and only where
    the prefix's namespace ends in it.
    """
    if not may_be_relative(text):
        return text
    pieces: list[str] = []
    position = 0
    before: tuple[str, str] = ("", "")
    for token in iter_tokens(text):
        if token.kind == "word" and token.text.upper() not in _PROLOGUE:
            break  # declarations come before all else (SPARQL 1.1 Query, section 4.1)
        end = token.text[1:-1] if token.kind == "iri" else ""
        namespace = namespaces.get(before[1].removesuffix(":"), "") if before[0] == "PREFIX" else ""
        if end and before[1].endswith(":") and namespace.endswith(f"/{end}"):
            pieces += text[position : token.start], f"<{namespace}>"
            position = token.end
        before = before[1].upper(), token.text
    return "".join([*pieces, text[position:]])


def namespaces_of(tokens: Sequence[Token]) -> dict[str, str]:
    """What a query declares, by prefix without its colon (SPARQL 1.1 Query, section 4.1.1)."""
    return {
        name.text.removesuffix(":"): iri.text[1:-1]
        for word, name, iri in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if word.text.upper() == "PREFIX" and name.kind == "pname" and iri.kind == "iri"
    }


def iri_of(token: Token, namespaces: Mapping[str, str]) -> str:
    """The IRI that a token names, escapes as they stand; an empty text where it names none."""
    if token.kind == "iri":
        return token.text[1:-1]
    prefix, _, local = token.text.partition(":")
    return namespaces.get(prefix, "") + local if token.kind == "pname" else ""

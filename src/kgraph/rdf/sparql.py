"""Reading a SPARQL query as a sequence of tokens: its form, and what it asks for beyond the dataset.

SPARQL's keywords cannot be hidden: ``\\uhhhh`` escapes stand for characters of strings and IRIs, and
Oxigraph does not unescape them elsewhere, so a scanner that knows strings, IRIs, comments, variables and
prefixed names (SPARQL 1.1 Query, section 19.8) finds every keyword, and nothing but keywords. The grammar
itself stays with Oxigraph; nothing here decides whether a query is well formed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kgraph.rdf.formats import ResultKind
from kgraph.rdf.tokens import IRIS_AND_STRINGS

__all__ = ["QueryProfile", "Token", "iter_tokens", "place_prefixes", "profile_query", "substitute"]

_TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>\#[^\r\n]*)
    """
    + IRIS_AND_STRINGS
    + r"""
  | (?P<variable>[?$][\w\u00b7\u0300-\u036f\u203f\u2040]+)
  | (?P<lang>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<blank>_:\w(?:[\w.\-]*[\w\-])?)
  | (?P<pname>(?:[^\W\d_](?:[\w.\-]*[\w\-])?)?:
              (?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])
                 (?:(?:[\w.:\-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*
                    (?:[\w:\-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]))?)?)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
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
#: Functions whose value differs from one evaluation to the next (SPARQL 1.1 Query, section 17.4).
_VOLATILE: Final = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
#: RFC 3987, section 2.2: what begins with a scheme is absolute.
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")
#: What a plain query begins with: prefixes, and its form as a word of its own.
_PLAIN_START: Final = re.compile(
    r"\s*(?:PREFIX\s+(?:[A-Z][A-Z0-9_\-]*)?:\s*<[^<>\"{}|^`\\\x00-\x20]*>\s*)*"
    r"(SELECT|ASK|CONSTRUCT|DESCRIBE)(?=[\s?$*({<])",
    re.IGNORECASE | re.ASCII,
)
#: The letters of the words that say more than that, in a word, an IRI, a string or a comment.
_MEANINGFUL: Final = re.compile("SERVICE|FROM|NOW|RAND|UUID|BNODE", re.IGNORECASE)
_PERHAPS_RELATIVE: Final = re.compile(r"<(?![A-Za-z][A-Za-z0-9+.\-]*:)")
#: Queries up to this length are profiled once; they come again and again.
_REMEMBERED_LENGTH: Final = 4096


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
    """The tokens of a query, without white space and comments. Never fails: the rest is ``other``."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind not in ("space", "comment"):
            yield Token(kind, match.group(), match.start())


@dataclass(frozen=True, slots=True)
class QueryProfile:
    """What can be known of a query before it runs.

    ``form`` is None where the text is no query; ``is_update`` says that it is an update request instead.
    ``has_dataset`` is true where the query describes its own dataset (FROM or FROM NAMED), which the
    protocol's parameters override (SPARQL 1.1 Protocol, section 2.1.4). ``services`` are the endpoints
    of its SERVICE patterns as written (an IRI in angle brackets, a prefixed name or a variable).
    ``is_repeatable`` says that the same dataset gives the same answer every time: nothing in it asks for
    the time, for chance, or for another endpoint. ``has_relative_iris`` says that its meaning depends on
    the base IRI.
    """

    form: ResultKind | None
    is_update: bool
    has_dataset: bool
    services: tuple[str, ...]
    is_repeatable: bool
    has_relative_iris: bool


def profile_query(text: str) -> QueryProfile:
    """Read off a query's form, its dataset clauses, its SERVICE patterns and what its answer depends on."""
    return _remembered_profile(text) if len(text) <= _REMEMBERED_LENGTH else _profile(text)


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
    if start is None or _MEANINGFUL.search(text) or _PERHAPS_RELATIVE.search(text):
        return None
    return QueryProfile(_FORMS[start.group(1).upper()], False, False, (), True, False)


def _profile_of_any(text: str) -> QueryProfile:
    form: ResultKind | None = None
    is_update = False
    has_dataset = False
    is_repeatable = True
    has_relative_iris = False
    services: list[str] = []
    expecting_service = False
    in_prologue = True
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if expecting_service and kind not in ("space", "comment"):
            if kind == "word" and match.group().upper() == "SILENT":
                continue
            services.append(match.group())
            expecting_service = False
        if kind == "iri" and _ABSOLUTE.match(match.group()) is None:
            has_relative_iris = True
        if kind != "word":
            continue
        word = match.group().upper()
        if word in _VOLATILE:
            is_repeatable = False
        if in_prologue and word not in ("BASE", "PREFIX", "VERSION"):
            in_prologue = False
            form = _FORMS.get(word)
            is_update = word in _UPDATES
        elif word == "SERVICE":
            expecting_service = True
        elif word == "FROM":
            has_dataset = True
    is_repeatable = is_repeatable and not services
    return QueryProfile(form, is_update, has_dataset, tuple(services), is_repeatable, has_relative_iris)


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


def place_prefixes(text: str, namespaces: Mapping[str, str]) -> str:
    """A query with the namespaces of a project where it declares their ends only.

    ``PREFIX g: <graph/>`` means the graphs of the project that is asked, whatever its base IRI and wherever
    its server stands. Only a relative IRI in the declaration of a known prefix is replaced, and only where
    the prefix's namespace ends in it.
    """
    if _PERHAPS_RELATIVE.search(text) is None:
        return text
    pieces: list[str] = []
    position = 0
    before: tuple[str, str] = ("", "")
    for token in iter_tokens(text):
        end = token.text[1:-1] if token.kind == "iri" else ""
        namespace = namespaces.get(before[1].removesuffix(":"), "") if before[0] == "PREFIX" else ""
        if end and before[1].endswith(":") and namespace.endswith(f"/{end}"):
            pieces += text[position : token.start], f"<{namespace}>"
            position = token.end
        before = before[1].upper(), token.text
    return "".join([*pieces, text[position:]])

"""RDF terms: reading what a user types as a term, and writing a term for a person to read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, TypeVar

import pyoxigraph as ox

from kgraph.errors import ParameterError
from kgraph.vocab import RDF_TYPE

__all__ = [
    "Term",
    "compact",
    "in_words",
    "is_literal",
    "local_name",
    "parse_iri",
    "parse_term",
    "parse_triple",
    "read_term",
    "render_term",
    "render_triple",
    "render_words",
]

_T = TypeVar("_T")
#: Where a word begins within a name.
_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")

#: A literal and nothing else, whether its parts are well formed or not (RDF 1.1 Turtle, section 2.5).
_LITERAL: Final = re.compile(
    r"""
    (?: \"{3}[^"\\]*+(?:(?:\\.|\"{1,2}+(?!"))[^"\\]*+)*+\"{3}
      | '{3}[^'\\]*+(?:(?:\\.|'{1,2}+(?!'))[^'\\]*+)*+'{3}
      | "[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+"
      | '[^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*+' )
    (?: @[A-Za-z0-9-]++ | \^\^ (?: <[^<>\s]*+> | [\w.-]*+:[\w.:%-]*+ ) )?
  | [+-]?[\d.]++(?:[eE][+-]?\d++)?
  | true | false
    """,
    re.VERBOSE | re.DOTALL,
)

_NO_LITERAL: Final = "it is no literal as Turtle writes it"

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def parse_iri(text: str, *, prefixes: Mapping[str, str]) -> ox.NamedNode:
    """Read an IRI written in full, in angle brackets or as a prefixed name.

    Raises:
        ValueError: it is no absolute IRI (RFC 3987), and no name with a known prefix.
    """
    stripped = text.strip()
    if stripped.startswith("<") and stripped.endswith(">"):
        return ox.NamedNode(stripped[1:-1])
    prefix, colon, local = stripped.partition(":")
    if colon and prefix in prefixes and not local.startswith("//"):
        return ox.NamedNode(prefixes[prefix] + local)
    return ox.NamedNode(stripped)


def is_literal(text: str) -> bool:
    """Whether a text begins as literals do in Turtle: a string, a number or a truth value."""
    return re.match(r"[\"'+\-.\d]|(true|false)$", text.strip()) is not None


def parse_term(text: str, *, prefixes: Mapping[str, str]) -> ox.NamedNode | ox.Literal:
    """Read a term: an IRI as :func:`parse_iri` does, ``a``, or a literal as Turtle writes it.

    Raises:
        ValueError: it is neither.
    """
    stripped = text.strip()
    if stripped == "a":
        return ox.NamedNode(RDF_TYPE)
    if not is_literal(stripped):
        return parse_iri(stripped, prefixes=prefixes)
    if _LITERAL.fullmatch(stripped) is None:
        raise ValueError(_NO_LITERAL)
    prologue = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes.items())
    try:
        (quad,) = ox.parse(f"{prologue}<x:s> <x:p> {stripped} .", ox.RdfFormat.TURTLE)
    except (SyntaxError, ValueError) as error:
        raise ValueError(_NO_LITERAL) from error
    assert isinstance(quad.object, ox.Literal)  # noqa: S101 - by its form
    return quad.object


def read_term(part: str, text: str, parse: Callable[..., _T], *, prefixes: Mapping[str, str]) -> _T:
    """Read what a user gives as some part of a question.

    Raises:
        ParameterError: it cannot be read.
    """
    try:
        return parse(text, prefixes=prefixes)
    except ValueError as error:
        raise ParameterError(
            f"The {part} {text!r} cannot be read: {error}.",
            hint="Write an IRI, a name such as kgr:kfor, or for an object a literal in quotation marks.",
        ) from error


def parse_triple(subject: str, predicate: str, value: str, *, prefixes: Mapping[str, str]) -> ox.Triple:
    """Read a triple whose terms are IRIs, prefixed names, ``a``, or an object as Turtle writes literals.

    Raises:
        ParameterError: a term cannot be read.
    """
    return ox.Triple(
        read_term("subject", subject, parse_iri, prefixes=prefixes),
        read_term(
            "predicate", RDF_TYPE if predicate.strip() == "a" else predicate, parse_iri, prefixes=prefixes
        ),
        read_term("object", value, parse_term, prefixes=prefixes),
    )


def compact(iri: str, prefixes: Mapping[str, str]) -> str:
    """The shortest prefixed name of an IRI, or the IRI itself where no prefix fits."""
    fitting = [
        (len(namespace), prefix) for prefix, namespace in prefixes.items() if iri.startswith(namespace)
    ]
    if not fitting:
        return iri
    length, prefix = max(fitting)
    return f"{prefix}:{iri[length:]}"


def render_term(term: Term | None, prefixes: Mapping[str, str]) -> str:
    """A term as a person reads it: compact IRI, bare text, ``""`` for what is unbound."""
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return compact(term.value, prefixes)
    if isinstance(term, ox.Literal):
        return term.value
    return str(term)


def render_triple(triple: ox.Triple, prefixes: Mapping[str, str]) -> str:
    """A triple as a person reads it; a literal keeps its quotation marks, a type is ``a``."""
    terms = (triple.subject, triple.predicate, triple.object)
    shown = [
        f'"{term.value}"' if isinstance(term, ox.Literal) else render_term(term, prefixes) for term in terms
    ]
    return " ".join("a" if text == "rdf:type" else text for text in shown)


def render_words(words: str, prefixes: Mapping[str, str]) -> str:
    """Words in which IRIs stand in angle brackets, with the IRIs shortened."""
    return re.sub(r"<([^<>\s]+)>", lambda match: compact(match[1], prefixes), words)


def local_name(iri: str) -> str:
    """What stands behind the last slash or number sign of an IRI."""
    return re.split(r"[/#]", iri)[-1]


def in_words(name: str) -> str:
    """The words that a name is made of: ``exactMatch`` is "exact match"."""
    return _WORD.sub(" ", name).lower()

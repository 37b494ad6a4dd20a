"""RDF terms: reading what a user types as a term, and writing a term for a person to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import pyoxigraph as ox

__all__ = ["Term", "compact", "parse_iri", "render_term"]

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

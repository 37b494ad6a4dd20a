"""Literals: each typed number or truth value is written as its datatype writes it.

An ill-typed literal is legal RDF with no value (RDF 1.1 Semantics, section 7.1): it would be stored, never
compare with anything, and no one would be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from kgraph.checks.subject import Subject
from kgraph.problems import Problem, Severity
from kgraph.project.listing import Role
from kgraph.rdf.terms import compact
from kgraph.vocab import XSD

__all__ = ["check_literals", "is_well_typed"]

_SIGNED: Final = re.compile(r"[+-]?[0-9]+")
_NOT_NEGATIVE: Final = re.compile(r"\+?[0-9]+|-0+")
_NOT_POSITIVE: Final = re.compile(r"-[0-9]+|[+]?0+")
_REAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN")

#: The lexical spaces of XML Schema 1.1 Datatypes, section 3, for the numbers and truth values.
_LEXICAL: Final = {
    XSD + name: pattern
    for names, pattern in (
        ("integer long int short byte", _SIGNED),
        ("nonNegativeInteger unsignedLong unsignedInt unsignedShort unsignedByte", _NOT_NEGATIVE),
        ("positiveInteger", re.compile(r"\+?0*[1-9][0-9]*")),
        ("nonPositiveInteger", _NOT_POSITIVE),
        ("negativeInteger", re.compile(r"-0*[1-9][0-9]*")),
        ("decimal", re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")),
        ("double float", _REAL),
        ("boolean", re.compile(r"true|false|0|1")),
    )
    for name in names.split()
}


def is_well_typed(literal: ox.Literal) -> bool:
    """Whether a literal is a value of its datatype, as far as that is a number or a truth value."""
    pattern = _LEXICAL.get(literal.datatype.value)
    return pattern is None or pattern.fullmatch(literal.value) is not None


def check_literals(subject: Subject) -> Iterator[Problem]:
    """Look for typed literals that are no values of their datatype."""
    for file in subject.project.files(Role.ONTOLOGY, Role.ALIGNMENTS, Role.DATA):
        for triple in file.triples:
            literal = triple.object
            if not isinstance(literal, ox.Literal):
                continue
            if is_well_typed(literal):
                continue
            line = None
            if isinstance(triple.subject, ox.NamedNode):
                line = file.lines.line_of(triple.subject.value, triple.predicate.value)
            datatype = compact(literal.datatype.value, subject.project.settings.names.prefixes)
            yield Problem(
                Severity.ERROR,
                "ill-typed-literal",
                file.path,
                line,
                f"{literal.value!r} is no {datatype}.",
                "Write a value of the datatype, or use a plain string.",
            )

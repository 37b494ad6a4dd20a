"""What the value of a parameter may be: a type, and reading a typed-in text as one RDF term of it.

The type stands in the variable's name, behind the parameter's (grlc's convention, which is BASIL's):

    ?_name            any text                  ?_name_integer    a whole number
    ?_name_iri        an IRI, or a name         ?_name_number     a number of any kind
    ?_name_en         a text in a language      ?_name_xsd_date   a literal of an XSD datatype

``?__name``, with two underscores, is optional: not given, it stays a variable. Names are in camelCase,
since an underscore ends them. Values are checked by their lexical form (XSD 1.1 part 2) and, for dates, by
the calendar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

import pyoxigraph as ox

from kgraph.rdf.terms import parse_iri
from kgraph.vocab import XSD

__all__ = ["ValueType", "value_type"]


@dataclass(frozen=True, slots=True)
class ValueType:
    """A type of values. ``phrase`` completes the sentence "the value must be …".

    ``schema`` is its JSON Schema, as OpenAPI 3.1 uses it. A literal has a ``datatype`` (XSD's local name)
    or a ``language``; ``pattern`` is its lexical form, where not every text will do.
    """

    name: str
    phrase: str
    example: str
    schema: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({"type": "string"}))
    datatype: str = ""
    language: str = ""
    pattern: re.Pattern[str] | None = None

    def parse(self, text: str, *, prefixes: Mapping[str, str]) -> ox.NamedNode | ox.Literal:
        """Read a value.

        Raises:
            ValueError: the text is no value of this type.
        """
        if self.name == "iri":
            return parse_iri(text, prefixes=prefixes)
        if self.language:
            return ox.Literal(text, language=self.language)
        if self.pattern is None:
            return ox.Literal(text)
        lexical = text.strip()
        if not self.pattern.fullmatch(lexical):
            raise ValueError(f"{lexical!r} is not {self.phrase}")
        if self.datatype in ("date", "dateTime"):
            date.fromisoformat(lexical[:10])
        return ox.Literal(lexical, datatype=ox.NamedNode(XSD + (self.datatype or _kind_of_number(lexical))))

    def json_value(self, text: str) -> str | int | float | bool:
        """A value of this type as JSON has it, for a schema's ``default`` and ``enum``."""
        match self.schema["type"]:
            case "integer":
                return int(text)
            case "number":
                return float(text)
            case "boolean":
                return text.strip() in ("true", "1")
            case _:
                return text


def _kind_of_number(lexical: str) -> str:
    """The datatype of a number as SPARQL reads it when it stands bare (SPARQL 1.1, section 4.1.2)."""
    if "e" in lexical.lower():
        return "double"
    return "decimal" if "." in lexical else "integer"


_MONTH: Final = r"-(?:0[1-9]|1[0-2])"
_DATE: Final = rf"[0-9]{{4}}{_MONTH}-(?:0[1-9]|[12][0-9]|3[01])"
_ZONE: Final = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?"
_TIME: Final = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
_DURATION: Final = (
    r"-?P(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?"
    r"(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"
)
_DECIMAL: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DOUBLE: Final = rf"{_DECIMAL}(?:[eE][+-]?[0-9]+)?"


def _literal(name: str, phrase: str, example: str, pattern: str, **schema: str) -> ValueType:
    return ValueType(
        name,
        phrase,
        example,
        MappingProxyType({"type": "string", **schema}),
        datatype=name.removeprefix("xsd_"),
        pattern=re.compile(pattern),
    )


_INTEGER: Final = _literal("integer", "a whole number", "12", r"[+-]?[0-9]+", type="integer")
_TEXT: Final = ValueType("literal", "a text", "barricades")

_TYPES: Final = {
    kind.name: kind
    for kind in (
        _TEXT,
        ValueType(
            "iri",
            "an IRI, a prefixed name, or the name of a thing",
            "kgr:kfor",
        ),
        ValueType("number", "a number", "0.5", {"type": "number"}, pattern=re.compile(_DOUBLE)),
        _INTEGER,
        _literal("xsd_decimal", "a decimal number", "0.5", _DECIMAL, type="number"),
        _literal("xsd_double", "a number", "5e-1", _DOUBLE, type="number"),
        _literal("xsd_boolean", "true or false", "true", "true|false|1|0", type="boolean"),
        _literal("xsd_date", "a date (year-month-day)", "2011-10-18", _DATE + _ZONE, format="date"),
        _literal(
            "xsd_dateTime",
            "a date and time",
            "2011-10-18T12:00:00Z",
            _DATE + _TIME + _ZONE,
            format="date-time",
        ),
        _literal("xsd_gYearMonth", "a year and month", "2011-10", rf"[0-9]{{4}}{_MONTH}{_ZONE}"),
        _literal("xsd_gYear", "a year", "2011", rf"[0-9]{{4}}{_ZONE}"),
        _literal("xsd_time", "a time of day", "12:00:00", _TIME.removeprefix("T") + _ZONE),
        _literal("xsd_duration", "a duration", "P1DT2H", _DURATION),
        _literal("xsd_float", "a number", "0.5", _DOUBLE, type="number"),
        *(
            _literal(f"xsd_{name}", f"a whole number, of the type {name}", sample, pattern, type="integer")
            for name, sample, pattern in (
                ("int", "12", r"[+-]?[0-9]+"),
                ("long", "12", r"[+-]?[0-9]+"),
                ("short", "12", r"[+-]?[0-9]+"),
                ("byte", "12", r"[+-]?[0-9]+"),
                ("unsignedInt", "12", r"\+?[0-9]+"),
                ("unsignedLong", "12", r"\+?[0-9]+"),
                ("unsignedShort", "12", r"\+?[0-9]+"),
                ("unsignedByte", "12", r"\+?[0-9]+"),
                ("nonNegativeInteger", "12", r"\+?[0-9]+"),
                ("positiveInteger", "12", r"\+?0*[1-9][0-9]*"),
                ("nonPositiveInteger", "-12", r"-[0-9]+|0+"),
                ("negativeInteger", "-12", r"-0*[1-9][0-9]*"),
            )
        ),
    )
}
_SYNONYMS: Final = {"": _TEXT, "string": _TEXT, "xsd_string": _TEXT, "xsd_integer": _INTEGER}


def value_type(suffix: str) -> ValueType | None:
    """The type that a variable's name ends in (``iri``, ``xsd_date`` …), or None: there is no such type."""
    if re.fullmatch("[a-z]{2}", suffix):
        return ValueType(suffix, f"a text in the language {suffix!r}", "barricades", language=suffix)
    return _SYNONYMS.get(suffix) or _TYPES.get(suffix) or _TYPES.get(f"xsd_{suffix}")  # grlc knows both

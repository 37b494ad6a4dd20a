"""The columns of a table as values of Python, each of one type, told by the datatypes of its terms.

    all whole numbers (xsd:integer and what derives from it)   int, within 64 bits
    whole numbers and decimals                                  Decimal, within 38 digits
    numbers, among them xsd:double or xsd:float                 float
    truth values                                                bool
    dates without a time zone                                   date
    moments, all with a time zone or all without                datetime, in UTC or as it stands
    anything else, and any mixture                              str

What is unbound is None, in a column of any type. A literal that is no value of its datatype, or has more
digits than these types have, makes its column one of texts: nothing is lost or made up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, Literal

import pyoxigraph as ox

from kgraph.rdf.terms import Term, compact
from kgraph.vocab import XSD

__all__ = ["Column", "Iris", "Kind", "read_columns"]

Iris = Literal["full", "compact"]


class Kind(StrEnum):
    """The type of a column's values."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    LOCAL_MOMENT = "local moment"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Column:
    """A column. Where its values are decimals, ``scale`` is how many digits stand behind the point."""

    name: str
    kind: Kind
    values: Sequence[Any]
    scale: int = 0


_INTEGERS: Final = frozenset(
    XSD + name
    for name in "integer byte short int long unsignedByte unsignedShort unsignedInt unsignedLong "
    "positiveInteger negativeInteger nonPositiveInteger nonNegativeInteger".split()
)
_LEAST: Final = -(2**63)
_MOST: Final = 2**63 - 1
_MOST_DIGITS: Final = 38
_FLOATS: Final = {"INF": "inf", "+INF": "inf", "-INF": "-inf", "NaN": "nan"}
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}


def read_columns(
    names: Sequence[str],
    rows: Sequence[Mapping[str, Term | None]],
    prefixes: Mapping[str, str],
    *,
    iris: Iris = "compact",
    languages: bool = False,
) -> list[Column]:
    """The columns of some rows.

    Args:
        names: their names.
        rows: the terms.
        prefixes: what IRIs are shortened by.
        iris: how IRIs are written.
        languages: put a column of language tags, ``name@``, beside each that has any.
    """
    columns: list[Column] = []
    for name in names:
        terms = [row[name] for row in rows]
        columns.append(_column(name, terms, prefixes, iris))
        if languages and any(isinstance(term, ox.Literal) and term.language for term in terms):
            tags = [term.language if isinstance(term, ox.Literal) else None for term in terms]
            columns.append(Column(f"{name}@", Kind.TEXT, tags))
    return columns


def _column(name: str, terms: Sequence[Term | None], prefixes: Mapping[str, str], iris: Iris) -> Column:
    datatypes = {
        term.datatype.value if isinstance(term, ox.Literal) else "" for term in terms if term is not None
    }
    try:
        for kinds, read in _READERS:
            if datatypes and datatypes <= kinds:
                return read(name, [term.value if isinstance(term, ox.Literal) else None for term in terms])
    except (ValueError, KeyError, OverflowError, InvalidOperation):
        pass  # some literal is no value of its datatype, or none that a column can hold
    known = prefixes if iris == "compact" else {}
    shortened: dict[str, str] = {}

    def text(term: Term) -> str:
        if isinstance(term, ox.NamedNode):
            if term.value not in shortened:
                shortened[term.value] = compact(term.value, known)
            return shortened[term.value]
        if isinstance(term, ox.Triple):
            return f"<<( {term} )>>"
        return term.value if isinstance(term, ox.Literal) else str(term)

    return Column(name, Kind.TEXT, [None if term is None else text(term) for term in terms])


def _read(texts: Iterable[str | None], read: Callable[[str], Any]) -> list[Any]:
    return [None if text is None else read(text) for text in texts]


def _integers(name: str, texts: Sequence[str | None]) -> Column:
    values = _read(texts, lambda text: int(_ascii(text)))
    if any(value is not None and not _LEAST <= value <= _MOST for value in values):
        raise OverflowError
    return Column(name, Kind.INTEGER, values)


def _decimals(name: str, texts: Sequence[str | None]) -> Column:
    values = _read(texts, lambda text: Decimal(_plain(text)))
    known = [value.as_tuple() for value in values if value is not None]
    scale = max(max(0, -int(each.exponent)) for each in known)
    if max(len(each.digits) + int(each.exponent) for each in known) + scale > _MOST_DIGITS:
        raise OverflowError
    return Column(name, Kind.DECIMAL, values, scale)


def _floats(name: str, texts: Sequence[str | None]) -> Column:
    return Column(name, Kind.FLOAT, _read(texts, lambda text: float(_FLOATS.get(text) or _numeric(text))))


def _booleans(name: str, texts: Sequence[str | None]) -> Column:
    return Column(name, Kind.BOOLEAN, _read(texts, _BOOLEANS.__getitem__))


def _dates(name: str, texts: Sequence[str | None]) -> Column:
    return Column(name, Kind.DATE, _read(texts, lambda text: date.fromisoformat(_sized(text, 10))))


def _moments(name: str, texts: Sequence[str | None]) -> Column:
    values: list[datetime | None] = _read(texts, _moment)
    zoned = {value.tzinfo is not None for value in values if value is not None}
    if len(zoned) > 1:
        raise ValueError("some have a time zone and some have none")
    if zoned == {True}:
        return Column(name, Kind.MOMENT, [value and value.astimezone(UTC) for value in values])
    return Column(name, Kind.LOCAL_MOMENT, values)


def _moment(text: str) -> datetime:
    if _MOMENT.fullmatch(text) is None:
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _ascii(text: str) -> str:
    """Python also takes digits of other scripts, underscores and blanks, which XSD does not."""
    if not text.isascii() or not text.strip("+-").isdecimal():
        raise ValueError(text)
    return text


def _plain(text: str) -> str:
    if "e" in text.lower() or "n" in text.lower():
        raise ValueError(text)
    return _numeric(text)


def _numeric(text: str) -> str:
    if not text.isascii() or not set(text) <= set("0123456789.+-eE"):
        raise ValueError(text)
    return text


def _sized(text: str, length: int) -> str:
    if len(text) != length:
        raise ValueError(text)
    return text


#: For each set of datatypes, what reads them; the narrowest first.
_READERS: Final[tuple[tuple[frozenset[str], Callable[[str, Sequence[str | None]], Column]], ...]] = (
    (_INTEGERS, _integers),
    (_INTEGERS | {XSD + "decimal"}, _decimals),
    (_INTEGERS | {XSD + "decimal", XSD + "double", XSD + "float"}, _floats),
    (frozenset({XSD + "boolean"}), _booleans),
    (frozenset({XSD + "date"}), _dates),
    (frozenset({XSD + "dateTime", XSD + "dateTimeStamp"}), _moments),
)

"""Values that all articles share: quantities and calendar times, made from the text that a person writes.

    "more than 80" · "78 days" · "about 100 km" · "€14.2 million" · "less than half" · "20 %"
    "1999" · "2011-07" · "2011-10-18?"  (EDTF, ISO 8601-2; a curator's reading ends in a mark of doubt)

The same quantity or time has the same IRI in every article, so that what they say can be joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from kgraph.rdf.terms import in_words
from kgraph.text import spelled_numbers
from kgraph.vocab import KG, RDF_TYPE, SKOS, XSD

__all__ = ["Quantity", "parse_quantity", "quantity_triples", "time_iri", "time_triples"]

_COMPARATORS: Final = {
    "approximately": "about around approximately roughly some nearly almost circa",
    "moreThan": "more than|over|above|greater than",
    "atLeast": "at least|no fewer than|no less than|not less than|minimum of",
    "atMost": "at most|up to|no more than|not more than|as many as|maximum of",
    "lessThan": "less than|fewer than|under|below",
    "exactly": "exactly|just|precisely",
}
_PHRASES: Final = {
    phrase: name
    for name, phrases in _COMPARATORS.items()
    for phrase in (phrases.split("|") if "|" in phrases else phrases.split())
}
_CURRENCIES: Final = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB"}
_FRACTIONS: Final = {
    "half": Decimal(50),
    "a half": Decimal(50),
    "a third": Decimal("33.3"),
    "two thirds": Decimal("66.7"),
    "a quarter": Decimal(25),
    "three quarters": Decimal(75),
}
_UNITS: Final = {
    "km": "km kilometer kilometers kilometre kilometres",
    "m": "m meter meters metre metres",
    "cm": "cm centimeter centimeters centimetre centimetres",
    "mile": "mile miles mi",
    "foot": "foot feet ft",
    "kg": "kg kilogram kilograms kilogramme kilogrammes",
    "t": "t tonne tonnes ton tons",
    "l": "l litre litres liter liters",
    "ha": "ha hectare hectares",
    "second": "second seconds",
    "minute": "minute minutes",
    "hour": "hour hours",
    "day": "day days",
    "week": "week weeks",
    "month": "month months",
    "year": "year years",
    "decade": "decade decades",
    "%": "% percent",
}
_UNIT_NAMES: Final = {name: unit for unit, names in _UNITS.items() for name in names.split()}
#: Units that English spells out, with their plurals.
_PLURALS: Final = {
    unit: names.split()[1] for unit, names in _UNITS.items() if unit.isalpha() and len(unit) > 2
}
_NUMBER: Final = re.compile(
    r"(?P<digits>\d[\d,.\u00a0]*\d|\d)(?:\s*(?P<scale>thousand|million|billion|trillion|m|bn|k)\b)?",
    re.IGNORECASE,
)
_SCALES: Final = {
    "thousand": 10**3,
    "k": 10**3,
    "million": 10**6,
    "m": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "trillion": 10**12,
}
_WORD_NUMBER: Final = re.compile(r"^[a-z]+(?:[ -](?:and[ -])?[a-z]+)*$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its comparator (the local name of a concept of kg:comparators) and its unit."""

    number: Decimal
    comparator: str
    unit: str | None

    @property
    def slug(self) -> str:
        """The end of its IRI."""
        parts = [_comparing(self.comparator).replace(" ", "-")] if self.comparator != "exactly" else []
        parts += [f"{self.number:f}", *([_slugged(self.unit)] if self.unit else [])]
        return "-".join(parts)

    @property
    def label(self) -> str:
        """In words: ``more than 80``, ``about 100 km``."""
        parts = [_comparing(self.comparator)] if self.comparator != "exactly" else []
        unit = _PLURALS.get(self.unit or "", self.unit) if abs(self.number) != 1 else self.unit
        return " ".join([*parts, f"{self.number:,f}", *([unit] if unit else [])])


def _comparing(name: str) -> str:
    """A comparator in words."""
    return "about" if name == "approximately" else in_words(name)


def _slugged(unit: str) -> str:
    return "percent" if unit == "%" else re.sub(r"[^\w]+", "-", unit).strip("-")


def parse_quantity(text: str) -> Quantity | None:
    """Read a quantity; None where the text holds no number."""
    rest = " ".join(text.split())
    comparator = "exactly"
    for phrase in sorted(_PHRASES, key=len, reverse=True):
        if re.match(rf"{re.escape(phrase)}\b", rest, re.IGNORECASE):
            comparator, rest = _PHRASES[phrase], rest[len(phrase) :].strip()
            break
    fraction = re.sub(r" of\b.*$", "", rest.lower())
    if fraction == "most":
        return Quantity(Decimal(50), "moreThan", "%")
    if fraction in _FRACTIONS:
        return Quantity(_FRACTIONS[fraction], comparator, "%")
    currency = next((code for sign, code in _CURRENCIES.items() if sign in rest), None)
    rest = "".join(character for character in rest if character not in _CURRENCIES).strip()
    match = _NUMBER.match(rest)
    if match is None:
        return _in_words(rest, comparator)
    number = Decimal(_digits(match["digits"])) * _SCALES.get((match["scale"] or "").lower(), 1)
    unit = rest[match.end() :].strip(" -")
    return Quantity(_plain(number), comparator, currency or _unit(unit))


def _in_words(rest: str, comparator: str) -> Quantity | None:
    words = rest.split()
    for length in range(len(words), 0, -1):
        head = " ".join(words[:length]).lower()
        if _WORD_NUMBER.match(head) and (numbers := spelled_numbers(head)):
            spelled = spelled_numbers(" ".join(words[: length - 1]).lower()) if length > 1 else set()
            if max(numbers) in spelled:
                continue
            return Quantity(_plain(max(numbers)), comparator, _unit(" ".join(words[length:])))
    return None


def _digits(text: str) -> str:
    plain = text.replace("\u00a0", "")
    plain = re.sub(r",(?=\d{3}(?!\d))", "", plain)
    return plain.replace(",", ".") if plain.count(".") + plain.count(",") == 1 else plain.replace(".", "")


def _plain(number: Decimal) -> Decimal:
    return number.to_integral_value() if number == number.to_integral_value() else number.normalize()


def _unit(text: str) -> str | None:
    unit = text.strip().removeprefix("of ").strip()
    if not unit:
        return None
    return "%" if unit.lower() == "per cent" else _UNIT_NAMES.get(unit.lower(), unit)


def quantity_triples(quantity: Quantity, node: ox.NamedNode) -> Iterator[ox.Triple]:
    """What a quantity's node says."""
    yield ox.Triple(node, ox.NamedNode(RDF_TYPE), ox.NamedNode(KG + "Quantity"))
    yield ox.Triple(
        node,
        ox.NamedNode(KG + "number"),
        ox.Literal(f"{quantity.number:f}", datatype=ox.NamedNode(XSD + "decimal")),
    )
    yield ox.Triple(node, ox.NamedNode(KG + "comparator"), ox.NamedNode(KG + quantity.comparator))
    if quantity.unit:
        yield ox.Triple(node, ox.NamedNode(KG + "unit"), ox.Literal(quantity.unit))
    yield ox.Triple(node, ox.NamedNode(SKOS + "prefLabel"), ox.Literal(quantity.label, language="en"))


#: What EDTF marks doubt with.
_DOUBT: Final = "?~%"


def time_iri(resources: str, edtf: str) -> ox.NamedNode:
    """The IRI of the time that an EDTF string denotes, doubt left out."""
    return ox.NamedNode(f"{resources}time/{edtf.rstrip(_DOUBT).replace('/', '_')}")


def time_triples(node: ox.NamedNode, edtf: str) -> Iterator[ox.Triple]:
    """What a time's node says."""
    plain = edtf.rstrip(_DOUBT)
    yield ox.Triple(node, ox.NamedNode(RDF_TYPE), ox.NamedNode(KG + "Time"))
    yield ox.Triple(node, ox.NamedNode(KG + "edtf"), ox.Literal(plain))
    yield ox.Triple(node, ox.NamedNode(SKOS + "prefLabel"), ox.Literal(plain, language="en"))

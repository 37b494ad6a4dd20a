"""Quantities and times as a person writes them."""

from __future__ import annotations

from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.authoring.values import Quantity, parse_quantity, quantity_triples, time_iri, time_triples

CASES = [
    ("more than 80", "moreThan", "80", None),
    ("more than a dozen", "moreThan", "12", None),
    ("78 days", "exactly", "78", "day"),
    ("one day", "exactly", "1", "day"),
    ("about 100 km", "approximately", "100", "km"),
    ("about 100 kilometers", "approximately", "100", "km"),
    ("some 60 miles", "approximately", "60", "mile"),
    ("€14.2 million", "exactly", "14200000", "EUR"),
    ("£86 million", "exactly", "86000000", "GBP"),
    ("at least 1,200", "atLeast", "1200", None),
    ("up to 3.5 t", "atMost", "3.5", "t"),
    ("no more than 20 per cent", "atMost", "20", "%"),
    ("less than half", "lessThan", "50", "%"),
    ("most of the members", "moreThan", "50", "%"),
    ("a quarter", "exactly", "25", "%"),
    ("two hundred and five", "exactly", "205", None),
    ("fewer than forty villages", "lessThan", "40", "villages"),
]


@pytest.mark.parametrize(("text", "comparator", "number", "unit"), CASES, ids=[case[0] for case in CASES])
def test_quantities(text: str, comparator: str, number: str, unit: str | None) -> None:
    assert parse_quantity(text) == Quantity(Decimal(number), comparator, unit)


@pytest.mark.parametrize("text", ["", "several", "larger numbers", "€", "more than"])
def test_words_without_a_number_are_no_quantity(text: str) -> None:
    assert parse_quantity(text) is None


def test_the_same_quantity_has_the_same_name_however_it_is_written() -> None:
    slugs = {
        quantity.slug
        for text in ("about 100 km", "some 100 kilometres")
        if (quantity := parse_quantity(text))
    }
    assert slugs == {"about-100-km"}
    assert [q.label for t in ("one day", "78 days", "60 miles") if (q := parse_quantity(t))] == [
        "1 day",
        "78 days",
        "60 miles",
    ]


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from(["about", "more than", "at least", "at most", "less than", "exactly"]),
    st.sampled_from(["", "km", "days", "%", "boats"]),
)
def test_what_is_written_of_a_number_is_read(number: Decimal, comparator: str, unit: str) -> None:
    quantity = parse_quantity(f"{comparator} {number:,} {unit}".strip())
    assert quantity is not None
    assert quantity.number == number
    node = ox.NamedNode(f"http://x/{quantity.slug}")
    values = [
        triple.object.value
        for triple in quantity_triples(quantity, node)
        if isinstance(triple.object, ox.Literal) and triple.predicate.value.endswith("#number")
    ]
    assert list(map(Decimal, values)) == [number]


def test_a_reading_denotes_the_time_without_its_doubt() -> None:
    assert (
        time_iri("http://x/", "2011-07?")
        == time_iri("http://x/", "2011-07")
        == ox.NamedNode("http://x/time/2011-07")
    )
    node = time_iri("http://x/", "../1999")
    assert {str(triple.object) for triple in time_triples(node, "../1999")} >= {'"../1999"'}

"""A federated query gives what SPARQL gives over the merged data, and fetches no more than it needs."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from bench.wikidata import Recorder

from tests.federation.conftest import Both


def _queries(name: str) -> dict[str, str]:
    sections = (Path(__file__).parent / name).read_text(encoding="utf-8").split("\n## ")[1:]
    return {title: query for title, _, query in (section.partition("\n") for section in sections)}


SHAPES = _queries("shapes.txt")
NEEDED = _queries("needed.txt")


@pytest.mark.parametrize("shape", SHAPES)
def test_the_result_is_that_over_the_merged_data(shape: str, both: Both) -> None:
    query = SHAPES[shape]
    expected = both.judged(query)
    assert both.federated(query) == expected
    assert expected or "vain" in shape or "empty " in shape


@pytest.mark.parametrize("shape", NEEDED)
def test_only_rows_that_join_are_fetched(shape: str, both: Both, recorder: Recorder) -> None:
    needed = both.judged(NEEDED[shape])
    assert not isinstance(needed, bool)
    both.federated(SHAPES[shape])
    fetched = sum(call.rows for call in recorder.calls)
    assert 0 < fetched <= 1.1 * len(needed)


def test_a_hundred_bindings_go_into_one_request(both: Both, recorder: Recorder) -> None:
    bindings = both.judged("SELECT DISTINCT ?i { ?x :link ?i FILTER(!isBlank(?i)) }")
    assert not isinstance(bindings, bool)
    both.federated(SHAPES["join"])
    assert len(bindings) > 200
    assert len(recorder.calls) == math.ceil(len(bindings) / 100)


@pytest.mark.parametrize("shape", ["empty local side", "empty local side, nothing shared"])
def test_where_nothing_can_join_nobody_is_asked(shape: str, both: Both, recorder: Recorder) -> None:
    both.federated(SHAPES[shape])
    assert recorder.calls == []


def test_variables_that_nothing_else_needs_are_not_fetched(both: Both, recorder: Recorder) -> None:
    both.federated("SELECT ?x { ?x :link ?i ; :rank 6 SERVICE w:sparql { ?i wdt:P31 ?t ; rdfs:label ?l } }")
    assert recorder.calls[0].query.split("WHERE")[0].split()[-2:] == ["SELECT", "?i"]

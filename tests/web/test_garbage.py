"""The server looks for cyclic garbage in pauses, and finds it all the same where there are none."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from kgraph.web.garbage import GarbageCollection


class Knot:
    """Something that goes only when somebody looks for it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collection() -> Iterator[GarbageCollection]:
    usual = gc.get_threshold()
    collection = GarbageCollection()
    collection.start()
    yield collection
    collection.stop()
    assert gc.get_threshold() == usual


def old_knot() -> weakref.ref[Knot]:
    """Garbage that young collections do not find any more."""
    knot = Knot()
    gc.collect(0)
    gc.collect(1)
    return weakref.ref(knot)


def test_a_pause_is_used_and_a_busy_server_is_left_alone(collection: GarbageCollection) -> None:
    knot = old_knot()
    for second in range(60):
        collection.tick(requests=second + 1)
    assert knot() is not None
    collection.tick(requests=60)
    assert knot() is None


def test_garbage_goes_in_the_end_where_there_is_no_pause(collection: GarbageCollection) -> None:
    knot = old_knot()
    for second in range(120):
        collection.tick(requests=second + 1)
    assert knot() is None


def test_nothing_is_looked_over_where_nothing_has_happened(collection: GarbageCollection) -> None:
    for _ in range(60):
        collection.tick(requests=1)
    before = gc.get_stats()[2]["collections"]
    for _ in range(120):
        collection.tick(requests=1)
    assert gc.get_stats()[2]["collections"] == before


def test_the_young_are_looked_over_without_being_told(collection: GarbageCollection) -> None:
    before = gc.get_stats()
    kept: list[list[int]] = [[] for _ in range(200_000)]
    after = gc.get_stats()
    assert after[0]["collections"] > before[0]["collections"]
    assert after[2]["collections"] == before[2]["collections"]
    assert len(kept) == 200_000

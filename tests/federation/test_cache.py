"""The cache: what is kept, for how long, and how much."""

from __future__ import annotations

import os
import time
from pathlib import Path

from kgraph.federation.cache import AnswerCache, Retrieved


def test_it_keeps_answers_by_endpoint_and_query(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "a" / "cache.sqlite")
    assert cache.find("e", "q", max_age_s=None) is None
    assert not (tmp_path / "a").exists()
    cache.keep("e", "q", Retrieved(b"content", 5.0))
    assert AnswerCache(tmp_path / "a" / "cache.sqlite").find("e", "q", max_age_s=None) == Retrieved(
        b"content", 5.0, cached=True
    )
    assert cache.find("e", "p", max_age_s=None) is None
    assert cache.find("f", "q", max_age_s=None) is None


def test_it_knows_how_old_they_are(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache.sqlite")
    cache.keep("e", "q", Retrieved(b"old", time.time() - 100))
    assert cache.find("e", "q", max_age_s=90) is None
    assert cache.find("e", "q", max_age_s=110) is not None
    cache.keep("e", "q", Retrieved(b"new", time.time()))
    found = cache.find("e", "q", max_age_s=90)
    assert found is not None
    assert found.content == b"new"


def test_the_oldest_make_room(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache.sqlite", size_limit_bytes=10_000)
    for number in range(5):
        cache.keep("e", str(number), Retrieved(os.urandom(3000), 100.0 + number))
    kept = [number for number in range(5) if cache.find("e", str(number), max_age_s=None) is not None]
    assert kept == [2, 3, 4]


def test_it_remembers_who_wants_to_be_left_alone(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache.sqlite")
    assert cache.paused_until("e") == 0.0
    cache.pause("e", 5.0)
    cache.pause("e", 7.0)
    assert AnswerCache(tmp_path / "cache.sqlite").paused_until("e") == 7.0
    assert cache.paused_until("f") == 0.0

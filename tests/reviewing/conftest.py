"""A project of one article to review: the star clock, with or without its claims."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kgraph.reviewing import Review
from kgraph.settings import Settings, load_settings
from tests.conftest import REPOSITORY

SLUG = "star-clock"
BASE = "https://example.org/star-clock/id/"
CURATOR = BASE + "curator"
OTHER = BASE + "visitor"
ARTICLE = f"{BASE}article/{SLUG}/"
#: The day that the example's article gives for all of its claims.
DAY = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / SLUG
    shutil.copytree(REPOSITORY / "examples" / SLUG, folder, ignore=shutil.ignore_patterns(".kgraph"))
    return folder


@pytest.fixture
def settings(project: Path) -> Settings:
    return load_settings(project, environ={"KGRAPH_ENCODER": "none"})


@pytest.fixture
def review(settings: Settings) -> Review:
    return Review(settings, SLUG, now=lambda: DAY)


@pytest.fixture
def assertions(project: Path) -> Path:
    return project / "data/ttl/articles" / SLUG / "assertions.ttl"


@pytest.fixture
def text(project: Path) -> str:
    return (project / "seeds" / f"{SLUG}.txt").read_text(encoding="utf-8")


@pytest.fixture
def files(project: Path) -> Callable[[], dict[str, bytes]]:
    """What all Turtle files of the project hold."""
    return lambda: {
        path.relative_to(project).as_posix(): path.read_bytes() for path in project.rglob("*.ttl")
    }

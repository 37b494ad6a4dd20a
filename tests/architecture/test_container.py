"""The container file is right about this repository, which no test can build an image of."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()


def test_what_is_copied_is_there() -> None:
    copied = [line.split()[1:-1] for line in LINES if line.startswith("COPY") and "--from" not in line]
    sources = [source for line in copied for source in line]
    assert "src" in sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_it_has_the_python_that_the_locks_are_made_for_and_takes_hashed_packages_alone() -> None:
    (tag,) = {line.split()[1].rpartition(":")[2] for line in LINES if line.startswith("FROM")}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    made_with = re.search(r"with Python ([\d.]+)", lock)
    assert made_with is not None
    assert tag == f"{made_with[1]}-slim"
    installs = [each for line in LINES for each in re.findall(r"pip install [^&]*", line)]
    assert len(installs) >= 2
    assert all("--require-hashes" in each or "--no-deps" in each for each in installs)

"""docs/first-article.md: whoever does what it says gets what it says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).parents[2] / "docs" / "first-article.md"
BLOCK = re.compile(r"```(?P<kind>\w+)\n(?P<content>.*?)```", re.DOTALL)
FILE = re.compile(r"`(harbour/[\w/.-]+\.\w+)`")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each command of the page prints, after the files before it were written."""
    folder = tmp_path_factory.mktemp("tutorial")
    text = TUTORIAL.read_text(encoding="utf-8")
    printed: dict[str, str] = {}
    end = 0
    for block in BLOCK.finditer(text):
        before, end = text[end : block.start()], block.end()
        if block["kind"] == "sh":
            for line in block["content"].splitlines():
                command = [sys.executable, "-m", *shlex.split(line)]
                done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
                printed[line] = done.stdout + done.stderr
                assert done.returncode == 0, (line, printed[line])
        else:
            path = folder / FILE.findall(before)[-1]
            path.parent.mkdir(parents=True, exist_ok=True)
            earlier = path.read_text(encoding="utf-8") if "to the end of" in before else ""
            path.write_text(earlier + block["content"], encoding="utf-8")
    return printed


def _one(told: dict[str, str], start: str) -> str:
    (found,) = (printed for line, printed in told.items() if line.startswith(start))
    return found


def test_it_checks_clean(told: dict[str, str]) -> None:
    assert "0 errors, 0 warnings" in _one(told, "kgraph check")


def test_the_lexicon_has_what_is_looked_up(told: dict[str, str]) -> None:
    assert "kgl:Closure" in _one(told, "kgraph lexicon shut")
    assert "kgl:Control" in _one(told, "kgraph lexicon run")


def test_the_promise_is_the_speakers_and_the_agency_reports_it(told: dict[str, str]) -> None:
    first = _one(told, "kgraph who-said").partition("claim:")
    assert re.search(r"by Ana Holt \(word for word\)\n\s+reported by Coast Wire", first[0])
    assert "promise" in first[2].partition("cite:")[0]


def test_what_nobody_wrote_is_explained_by_the_claim(told: dict[str, str]) -> None:
    assert "Ana Holt, who runs the library" in _one(told, "kgraph explain")
    assert "neglect" in _one(told, "kgraph query denials")
    assert "closure" in _one(told, "kgraph query what-took-place")

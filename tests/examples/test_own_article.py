"""The guide to one's own article, followed as it is written: its commands, its text, its keys."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kgraph.reviewing import Review, State
from kgraph.settings import load_settings
from tests.conftest import REPOSITORY

GUIDE = (REPOSITORY / "docs/own-article.md").read_text(encoding="utf-8")
PROMISE = "We will open again in June"

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("spacy") is None, reason="drafting needs the extra kgraph[draft]"
)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def run(
    command: str, folder: Path, *, keys: str = "", check: bool = True
) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    assert words[0] == "kgraph"
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=os.environ | {"KGRAPH_ENCODER": "none"},
        input=keys,
        capture_output=True,
        text=True,
        check=check,
    )


def fields() -> list[str]:
    """What the guide has typed into the fields, in their order."""
    table = GUIDE.partition("| field | type |")[2].partition("\n\n")[0]
    return [row.split("|")[2].strip() for row in table.splitlines()[2:]]


def state_of(folder: Path) -> State:
    return Review(load_settings(folder / "harbour", environ={}), "library").state()


def test_the_guide_leads_to_an_answer(tmp_path: Path) -> None:
    begin, bring, draft, ask = blocks("sh")
    (text,) = blocks("text")
    (tmp_path / "library.txt").write_text(text, encoding="utf-8")
    said = [run(line, tmp_path).stdout for block in (begin, bring, draft) for line in block.splitlines()]
    assert "drafted, not reviewed" in said[-1]
    assert "Ana Holt" in said[-1]
    review = "kgraph review library --project harbour"
    assert review in GUIDE
    while (left := state_of(tmp_path).open) and len(left) <= 30:
        if left[0].proposal.spans[0].of(text) == PROMISE:
            done = run(review, tmp_path, keys="\n".join(["c", *fields(), "q"]) + "\n")
            assert "written: a:c" in done.stdout, done.stderr
        elif "written" not in run(review, tmp_path, keys="a\nq\n").stdout:
            assert "reject: done" in run(review, tmp_path, keys="r\nq\n").stdout
    decided = [str(each.decision) for each in state_of(tmp_path).decisions]
    assert "accept" in decided
    assert "change" in decided
    status, build, answer = (run(line, tmp_path) for line in ask.splitlines())
    assert re.search(r"library +\d+ +\d+% +\d+ +\d+ +0", status.stdout)
    assert "0 errors" not in build.stderr
    assert "promised by Ana Holt" in answer.stdout
    assert "Coast Wire" in answer.stdout
    assert "drafted" not in answer.stdout.split("\n\n")[0]
    for line in re.findall(r"`(kgraph (?:reanchor|remove library|agreement)[^`]*)`", GUIDE):
        done = run(f"{line} --project harbour", tmp_path, check=False)
        assert done.returncode == ("agreement" in line), done.stderr

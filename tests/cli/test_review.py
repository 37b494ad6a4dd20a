"""``kgraph review``: a whole article in lines, and in a terminal one key each."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kgraph.reviewing import Review
from kgraph.settings import load_settings
from tests.reviewing.drafts import SLUG, make_project

COMMAND = [sys.executable, "-m", "kgraph", "review", SLUG]
DENIAL = [
    "c",
    "",
    "neglect of the roof = Event",
    "theme",
    "roof of the library = Artefact",
    "",
    *[""] * 6,
]


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    return make_project(tmp_path / "harbour")


def written(folder: Path) -> str:
    return (folder / f"data/ttl/articles/{SLUG}/assertions.ttl").read_text(encoding="utf-8")


def reviewed(folder: Path, lines: list[str], *options: str) -> subprocess.CompletedProcess[str]:
    """A review of which each line is a key or what is filled in."""
    return subprocess.run(
        [*COMMAND, *options],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        cwd=folder,
        check=True,
    )


def test_an_article_in_lines(harbour: Path) -> None:
    lines = ["a", "s", "a", *DENIAL, "u", "r", "q"]
    done = reviewed(harbour, lines, "--reviewer", "Ines Caldrow")
    assert "promised by Ana Holt, in quotation marks" in done.stdout
    assert "  reopening of the library\n    agent · library of Marrow Bay\n" in done.stdout
    assert "new: closure of the library (closure)" in done.stdout
    assert "written: a:c0301" in done.stdout
    assert "5 decided, 1 open" in done.stderr
    assert written(harbour).count("kg:claims (") == 2  # the change was taken back
    assert "kg:reviewer kgr:inesCaldrow" in written(harbour)
    again = reviewed(harbour, ["r", "q"], "--again")
    assert "4 open" in again.stdout  # nobody's decisions but one's own count
    assert written(harbour).count("kg:claims (") == 1


def test_what_was_refused_is_kept_and_a_full_stop_keeps_the_rest(harbour: Path) -> None:
    refused = ["c", "", "neglect of the roof = Evnt", "theme", "roof of the library = Artefact", "", "."]
    mended = ["c", "", "neglect of the roof = Event", "."]
    done = reviewed(harbour, ["a", "s", "a", *refused, *mended, "q"])
    assert "There is no class 'Evnt'" in done.stderr
    assert "What you filled in is kept: press c again." in done.stderr
    assert "3 decided, 1 open" in done.stderr
    assert re.search(r"kg:claims \( kgr:neglect\w+ kg:theme kgr:roof\w+ \)", written(harbour))
    assert "kg:modality kg:denial" in written(harbour)


def test_one_key_a_decision_in_a_terminal(harbour: Path) -> None:
    leader, follower = pty.openpty()
    with subprocess.Popen(COMMAND, cwd=harbour, stdin=follower, stdout=follower, stderr=follower) as review:
        os.close(follower)
        try:
            for key in "arq":
                press(leader, key, review)
            assert review.wait(30) == 0
        finally:
            review.kill()
            os.close(leader)
    state = Review(load_settings(harbour, environ={}), SLUG).state()
    assert [str(each.decision) for each in state.decisions] == ["accept", "reject"]


def press(leader: int, key: str, review: subprocess.Popen[bytes]) -> None:
    """Wait for the keys to be shown, then press one, without the Enter key; what comes too early is lost."""
    shown, deadline = b"", time.monotonic() + 60
    while b"q quit" not in shown and time.monotonic() < deadline:
        if select.select([leader], [], [], 1)[0]:
            shown += os.read(leader, 4096)
    while review.poll() is None and time.monotonic() < deadline:
        time.sleep(0.3)
        os.write(leader, key.encode())
        if select.select([leader], [], [], 10)[0]:
            return


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere"], "There is no article 'nowhere' here"),
        ([SLUG, "--reviewer", "="], "There is no class"),
    ],
)
def test_what_cannot_be_reviewed_is_told(harbour: Path, arguments: list[str], complaint: str) -> None:
    command = [sys.executable, "-m", "kgraph", "review", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=harbour, check=False, input="")
    assert done.returncode == 1
    assert complaint in done.stderr

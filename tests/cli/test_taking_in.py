"""``kgraph new`` and ``kgraph draft``, as users run them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = """Marrow Bay library shut after flood

By Ana Oort, Coast Wire

The library of Marrow Bay has been shut since Sunday, when a flood ruined about 400 books.

“We will open again in June,” said Ana Holt, who runs the library. She denied that the roof had been rotten.
"""


def kgraph(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kgraph", *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "COLUMNS"},
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "harbour"
    assert kgraph("init", str(folder), "--base-iri", "https://example.org/harbour/").returncode == 0
    return folder


def test_a_text_becomes_an_article_that_checks_clean_and_is_drafted(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "library.txt"
    file.write_text(TEXT, encoding="utf-8")
    slug = "marrow-bay-library-shut-after-flood"
    taken = kgraph("new", str(file), "--yes", "--project", str(project))
    assert taken.returncode == 0, taken.stderr
    assert (project / "seeds" / f"{slug}.txt").read_text(encoding="utf-8") == TEXT
    assert {path.name for path in (project / "data/ttl/articles" / slug).iterdir()} == {
        "document.ttl",
        "entities.ttl",
    }
    assert "published  Coast Wire" in taken.stderr
    checked = kgraph("check", "--format", "json", "--project", str(project))
    assert checked.returncode == 0, checked.stdout
    assert {problem["code"] for problem in json.loads(checked.stdout)} <= {
        "article-without-claims",
        "uncovered-words",
    }

    again = kgraph("new", str(file), "--yes", "--project", str(project))
    assert again.returncode in {2, 1}
    assert "is there already" in again.stderr

    pytest.importorskip("spacy")
    drafted = kgraph("draft", "--all", "--project", str(project))
    assert drafted.returncode == 0, drafted.stderr
    draft = json.loads((project / f"data/drafts/{slug}.json").read_text(encoding="utf-8"))
    assert {"speaker": "Ana Holt", "kind": "promise", "words": "We will open again in June"}.items() <= {
        key: value for each in draft["candidates"] if each["mode"] == "direct" for key, value in each.items()
    }.items()
    second = kgraph("draft", slug, "--project", str(project))
    assert "drafted already" in second.stderr
    assert kgraph("check", "--project", str(project)).returncode == 0


def test_a_bare_text_is_drafted_as_json(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    file = tmp_path / "library.txt"
    file.write_text(TEXT, encoding="utf-8")
    printed = kgraph("draft", str(file), "--format", "json", "--project", str(tmp_path))
    assert printed.returncode == 0, printed.stderr
    draft = json.loads(printed.stdout)
    assert list(draft) == ["text", "tool", "candidates"]
    for each in draft["candidates"]:
        assert " … ".join(TEXT[s["begin"] : s["end"]] for s in each["content"]) == each["words"]
        assert each["chain"][-1] == "Coast Wire"


def test_a_dump_is_taken_in_and_bad_files_of_a_folder_are_left_out(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dump"
    folder.mkdir()
    lines = [
        json.dumps({"title": f"Ferry {n}", "text": f"The ferry {n} sails.", "source": "Coast Wire"})
        for n in "ab"
    ]
    (folder / "one.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "bad.txt").write_bytes(b"\xff\xfe\xfd")
    taken = kgraph("new", str(folder), "--yes", "--project", str(project))
    assert taken.returncode == 1
    assert "bad.txt is no text" in taken.stderr
    assert "2 articles taken in, 1 left out." in taken.stderr
    assert sorted(path.name for path in (project / "seeds").iterdir()) == ["ferry-a.txt", "ferry-b.txt"]


def test_unnamed_publishers_are_not_one_and_the_same(project: Path, tmp_path: Path) -> None:
    """Two texts that do not say who publishes them, and a publisher named as a thing of the project is."""
    for number, publisher in enumerate(([], [], ["--publisher", "Coast"], ["--publisher", "Coast!"])):
        file = tmp_path / f"text-{number}.txt"
        file.write_text(f"News {number}\n\nThe library of Marrow Bay shut on Monday.\n", encoding="utf-8")
        taken = kgraph("new", str(file), "--yes", "--project", str(project), *publisher)
        assert taken.returncode == 0, taken.stderr
    documents = (project / "data/ttl/articles").glob("*/document.ttl")
    publishers = [re.findall(r"dcterms:publisher (\S+)", path.read_text("utf-8")) for path in documents]
    assert len({name for names in publishers for name in names}) == 4
    checked = kgraph("check", "--format", "json", "--project", str(project))
    assert checked.returncode == 0, checked.stdout


def test_ctrl_c_loses_no_draft_and_the_next_run_goes_on(project: Path, tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    dump = tmp_path / "dump.jsonl"
    dump.write_text(
        "".join(json.dumps({"id": f"n{n}", "text": TEXT}) + "\n" for n in range(12)), encoding="utf-8"
    )
    assert kgraph("new", str(dump), "--yes", "--project", str(project)).returncode == 0
    command = [sys.executable, "-m", "kgraph", "draft", "--all", "--project", str(project)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == 130
    kept = list((project / "data/drafts").iterdir())
    assert 1 <= len(kept) < 12
    assert all(json.loads(path.read_text(encoding="utf-8"))["candidates"] for path in kept)
    again = kgraph("draft", "--all", "--project", str(project))
    assert (again.returncode, "Traceback" in again.stderr) == (0, False), again.stderr
    assert f"{12 - len(kept)} article" in again.stderr.splitlines()[-2]


def test_a_text_in_another_language_than_the_pipeline_s_is_not_drafted(project: Path, tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    text = "Die Fähre fuhr am Montag nicht. „Wir warten hier auf Nachricht“, sagte Ana Holt der Zeitung.\n"
    slug = "a" * 60
    (tmp_path / f"{slug}.txt").write_text(text, encoding="utf-8")
    taken = kgraph(
        "new", str(tmp_path / f"{slug}.txt"), "--language", "de", "--yes", "--project", str(project)
    )
    assert taken.returncode == 0
    drafted = kgraph("draft", "--all", "--project", str(project))
    assert drafted.returncode == 1
    assert "The text is in de" in drafted.stderr
    # A program gets a row of a table on one line, however long it is.
    status = kgraph("status", "--project", str(project)).stdout.splitlines()
    assert [line.split()[0] for line in status] == ["article", slug]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("new", "nowhere.txt", "--yes"), "nowhere.txt cannot be read"),
        (("new", "-"), "nobody to ask"),
        (("draft",), "Say which articles"),
        (("draft", "none"), "no article 'none'"),
        (("draft", "a", "b", "--format", "json"), "the draft of one file"),
        (("draft", "--all", "--pipeline", "xx_none"), "xx_none"),
    ],
)
def test_what_cannot_be_is_told(project: Path, arguments: tuple[str, ...], message: str) -> None:
    if "--all" in arguments:
        pytest.importorskip("spacy")
        (project / "a.txt").write_text(TEXT, encoding="utf-8")
        assert kgraph("new", str(project / "a.txt"), "--yes", "--project", str(project)).returncode == 0
    told = kgraph(*arguments, "--project", str(project), given="")
    assert told.returncode in (1, 2)
    assert message in told.stderr
    assert "Traceback" not in told.stderr

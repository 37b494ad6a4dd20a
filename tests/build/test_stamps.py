"""A file that nobody has touched is not read again; one that somebody has touched always is."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from kgraph.build import stamps
from kgraph.build.stamps import Stamps
from kgraph.project.listing import read_article_folder
from kgraph.text import digest

COUNT = 40


@pytest.fixture
def files(tmp_path: Path) -> list[tuple[str, Path]]:
    """More files than are always read again, written well before they are looked at."""
    made = []
    for number in range(COUNT):
        path = tmp_path / "data" / f"{number}.ttl"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"content {number:03}", encoding="utf-8")
        made.append((path.name, path))
    return made


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system's clock so fine that a file counts as old at once."""
    monkeypatch.setattr(stamps, "_TICK_NS", -1_000_000_000)


def as_listed(files: list[tuple[str, Path]]) -> list[tuple[str, str]]:
    return [(name, str(path)) for name, path in files]


def contents(files: list[tuple[str, Path]]) -> dict[str, str]:
    return {name: digest(path.read_bytes()) for name, path in files if path.is_file()}


def reads(monkeypatch: pytest.MonkeyPatch, look: Stamps, files: list[tuple[str, Path]]) -> int:
    """How many files are read when they are looked at."""
    seen: list[bytes] = []

    def counted(content: bytes) -> str:
        seen.append(content)
        return digest(content)

    with monkeypatch.context() as patch:
        patch.setattr(stamps, "digest", counted)
        assert look.digests(as_listed(files)) == contents(files)
    return len(seen)


@pytest.mark.usefixtures("old")
def test_only_what_was_touched_is_read_again(
    tmp_path: Path, files: list[tuple[str, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / ".kgraph"
    assert reads(monkeypatch, Stamps(store), files) == COUNT
    assert reads(monkeypatch, Stamps(store), files) == 0
    files[3][1].write_text("content 999", encoding="utf-8")
    files[4][1].unlink()
    assert reads(monkeypatch, Stamps(store), files) == 1
    assert reads(monkeypatch, Stamps(store, trusted=False), files) == COUNT - 1


def test_files_written_a_moment_ago_are_read_again(
    tmp_path: Path, files: list[tuple[str, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / ".kgraph"
    assert reads(monkeypatch, Stamps(store), files) == COUNT
    assert reads(monkeypatch, Stamps(store), files) == COUNT


@pytest.mark.usefixtures("old")
@pytest.mark.parametrize("seed", range(4))
def test_no_change_is_missed(tmp_path: Path, files: list[tuple[str, Path]], seed: int) -> None:
    """Also where size and time of modification stay as they were."""
    store, chance = tmp_path / ".kgraph", random.Random(seed)  # noqa: S311 - a test, not a secret
    for _ in range(8):
        assert Stamps(store).digests(as_listed(files)) == contents(files)
        time.sleep(0.02)
        for _, path in chance.sample(files, chance.choice((1, 3, COUNT))):
            before = path.stat() if path.is_file() else None
            match chance.randrange(4):
                case 0:
                    path.write_text(f"content {chance.randrange(1000):03}", encoding="utf-8")
                case 1:
                    other = path.with_suffix(".new")
                    other.write_text(f"content {chance.randrange(1000):03}", encoding="utf-8")
                    other.replace(path)
                case 2:
                    path.unlink(missing_ok=True)
                case _:
                    path.write_text("another length", encoding="utf-8")
            if before is not None and path.is_file():
                os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("content", ["", "[]", "{", '{"0.ttl": "soon"}', '{"0.ttl": 3}', "null"])
def test_notes_that_cannot_be_read_are_made_anew(
    tmp_path: Path, files: list[tuple[str, Path]], content: str
) -> None:
    store = tmp_path / ".kgraph"
    store.mkdir()
    (store / "seen.json").write_text(content, encoding="utf-8")
    assert Stamps(store).digests(as_listed(files)) == contents(files)


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("[!.]*.ttl") if path.is_file())


def noted(store: Path, folders: list[Path], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many folders are listed when their files are looked at."""
    read: list[str] = []

    def counted(folder: str) -> tuple[list[str], bool]:
        read.append(folder)
        return read_article_folder(folder)

    look = Stamps(store)
    with monkeypatch.context() as patch:
        patch.setattr(stamps, "read_article_folder", counted)
        for folder in folders:
            assert look.names_of(f"{folder}/") == listed(folder)
        look.digests([])
    return len(read)


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """More folders of articles than are always listed again, each with two files and one that is none."""
    made = [tmp_path / "articles" / str(number) for number in range(COUNT)]
    for folder in made:
        folder.mkdir(parents=True)
        for name in ("document.ttl", "assertions.ttl", "notes.txt", ".hidden.ttl"):
            (folder / name).write_text("", encoding="utf-8")
    return made


@pytest.mark.usefixtures("old")
@pytest.mark.parametrize("seed", range(4))
def test_a_folder_is_listed_again_where_something_came_or_went(
    tmp_path: Path, folders: list[Path], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    store, chance = tmp_path / ".kgraph", random.Random(seed)  # noqa: S311 - a test, not a secret
    assert noted(store, folders, monkeypatch) == COUNT
    for _ in range(6):
        time.sleep(0.02)
        touched = chance.sample(folders, chance.choice((1, 3, COUNT)))
        for folder in touched:
            match chance.randrange(4):
                case 0:
                    (folder / f"{chance.randrange(9)}.ttl").write_text("", encoding="utf-8")
                case 1:
                    (folder / "document.ttl").unlink(missing_ok=True)
                case 2 if (folder / "assertions.ttl").is_file():
                    (folder / "assertions.ttl").unlink()
                    (folder / "assertions.ttl").mkdir()
                case _:
                    old = next(iter(folder.glob("*.ttl")), folder / "notes.txt")
                    old.rename(folder / f"renamed-{chance.randrange(9)}.ttl")
        assert noted(store, folders, monkeypatch) <= stamps._FEW + len(touched)
        assert noted(store, folders, monkeypatch) <= stamps._FEW


@pytest.mark.usefixtures("old")
def test_what_a_link_leads_to_may_come_and_go_unseen(
    tmp_path: Path, folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, elsewhere = tmp_path / ".kgraph", tmp_path / "elsewhere.ttl"
    (folders[0] / "linked.ttl").symlink_to(elsewhere)
    for _ in range(2):
        assert noted(store, folders, monkeypatch) >= 1
        elsewhere.write_text("", encoding="utf-8")
        assert noted(store, folders, monkeypatch) == 1
        elsewhere.unlink()


def test_folders_are_listed_again_where_their_times_tell_nothing(
    tmp_path: Path, folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a file system that leaves a folder's times alone when a file comes into it."""
    monkeypatch.setattr(stamps, "_TICK_NS", -1_000_000_000)
    monkeypatch.setattr(stamps, "_tells", lambda _folder, _at: False)
    store = tmp_path / ".kgraph"
    assert noted(store, folders, monkeypatch) == COUNT
    assert noted(store, folders, monkeypatch) == COUNT


def test_folders_written_a_moment_ago_are_listed_again(
    tmp_path: Path, folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / ".kgraph"
    assert noted(store, folders, monkeypatch) == COUNT
    assert noted(store, folders, monkeypatch) == COUNT

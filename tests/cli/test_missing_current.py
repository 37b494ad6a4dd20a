"""A store that was copied or damaged: where nobody knows which generation is current, nothing starts anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kgraph.store import Catalog

from .conftest import Run

TRIPLE = '<urn:client> <urn:wrote> "it" .\n'
QUERY = "SELECT ?o { <urn:client> <urn:wrote> ?o }"


def dropped(store: Path, _: str) -> None:
    """A copy that leaves out links."""
    (store / "current").unlink()


def followed(store: Path, name: str) -> None:
    """A copy of what the link leads to."""
    (store / "current").unlink()
    shutil.copytree(store / "generations" / name, store / "current")


def followed_only(store: Path, name: str) -> None:
    """The same, of which the rest was left behind."""
    followed(store, name)
    shutil.rmtree(store / "generations" / name)


def followed_first(store: Path, name: str) -> None:
    """The same, with a copy of the generations that broke off."""
    followed(store, name)
    (store / "generations" / name / "manifest.json").unlink()


def as_text(store: Path, name: str) -> None:
    """A link as a file of text, as some programs write it."""
    (store / "current").unlink()
    (store / "current").write_text(f"generations/{name}")


def dangling(store: Path, _: str) -> None:
    """A link to a generation that is not there."""
    (store / "current").unlink()
    (store / "current").symlink_to("generations/20010101T000000.000000Z-00000000")


def empty(store: Path, name: str) -> None:
    """Another generation without its manifest, newer than all, that the link names."""
    (store / "current").unlink()
    newer = store / "generations" / f"9{name}"
    shutil.copytree(store / "generations" / name, newer)
    (newer / "manifest.json").unlink()
    (store / "current").symlink_to(f"generations/{newer.name}")


DAMAGES = (dropped, followed, followed_only, followed_first, as_text, dangling, empty)


COMMANDS = (
    ("build", "--force"),
    ("query", "-"),
    ("generations",),
    ("serve", "--port", "0", "--writable"),
    ("build",),
    ("serve", "--port", "0"),
    ("export", "nq"),
    ("who-said", "anything"),
    ("explain", "urn:a", "urn:b", "urn:c"),
)


@pytest.fixture
def store(run: Run, tiny: Path) -> Path:
    """A store with two generations, the second with what a client wrote."""
    (tiny / "d.nt").write_text(TRIPLE)
    assert run("build", "--project", tiny).returncode == 0
    assert run("load", tiny / "d.nt", "--project", tiny).returncode == 0
    return tiny / ".kgraph"


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_command_starts_afresh_and_each_names_the_remedy(
    run: Run, tiny: Path, store: Path, damage: Callable[[Path, str], None]
) -> None:
    name = Catalog(store).current().id
    damage(store, name)
    before = sorted(path.relative_to(store) for path in (store / "generations").glob("*"))
    commands = COMMANDS if damage is dropped else COMMANDS[:1]
    for command in (*commands, ("load", tiny / "d.nt")):
        done = run(*command, "--project", tiny, input=QUERY)
        assert done.returncode == 1, (command, done.stdout)
        assert "kgraph rollback" in done.stderr, (command, done.stderr)
        assert "Traceback" not in done.stderr
        assert sorted(path.relative_to(store) for path in (store / "generations").glob("*")) == before
    assert run("generations", "--project", tiny).stdout.count("load") == (
        damage not in (followed_only, followed_first)
    )

    hint = run("query", "-", "--project", tiny, input=QUERY).stderr
    remedy = ("rollback", name) if name in hint else ("rollback",)
    done = run(*remedy, "--project", tiny)
    if damage is dangling:  # nothing is older than that
        assert name in done.stderr
        done = run("rollback", name, "--project", tiny)
    assert done.returncode == 0, done.stderr
    assert Catalog(store).current().id == name
    for command in (("build", "--force"), ("load", tiny / "d.nt")) if damage is followed_first else ():
        done = run(*command, "--project", tiny)
        assert done.returncode == 0, done.stderr
        assert "it" in run("query", "-", "--project", tiny, "--format", "csv", input=QUERY).stdout


def test_a_store_whose_generations_cannot_be_read_is_not_written_over(
    run: Run, tiny: Path, store: Path
) -> None:
    (store / "current").unlink()
    for path in store.glob("generations/*/manifest.json"):
        path.unlink()
    done = run("build", "--project", tiny)
    assert done.returncode == 1
    assert "None of them can be read" in done.stderr
    assert len(list(store.glob("generations/*"))) == 2
    (store / "current").mkdir()
    done = run("rollback", "--project", tiny)
    assert done.returncode == 1
    assert "Move it away" in done.stderr


def test_an_empty_store_is_no_damage(run: Run, tiny: Path, store: Path) -> None:
    shutil.rmtree(store / "generations")
    assert run("build", "--project", tiny).returncode == 0
    shutil.rmtree(store)
    assert run("load", tiny / "d.nt", "--project", tiny).returncode == 0

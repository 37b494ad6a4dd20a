"""A workspace: a store kept open for writing from one small write to the next.

Opening a store for writing takes longer than most writes, and what RocksDB tidies up in the background
would be broken off each time it is closed. So whoever writes often keeps a copy of the current generation
open, in a folder of its own, changes that, and publishes checkpoints of it.

The folder is its process's alone: a lock in it says that the process lives, and whoever opens a workspace
sweeps away those of the dead.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from pathlib import Path
from typing import IO, Final

import pyoxigraph as ox

from kgraph.store.generation import Generation
from kgraph.store.locks import is_locked

__all__ = ["Workspace", "copy_store", "link_store"]

_PREFIX: Final = ".work-"
_OWNER: Final = "owner"


def copy_store(source: Path, target: Path) -> None:
    """Make a store of its own of a sealed one: by hard links to its files, or by copies where these fail."""
    try:
        ox.Store.read_only(str(source)).backup(str(target))
    except OSError:
        for leftover in target.parent.glob(f"{target.name}*"):
            shutil.rmtree(leftover)
        target.mkdir()
        for file in source.iterdir():
            shutil.copy2(file, target)


def link_store(store: ox.Store, target: Path) -> bool:
    """Make a store of its own of one that is open, by hard links to its files; False where these fail."""
    store.flush()
    try:
        store.backup(str(target))
    except OSError:
        for leftover in target.parent.glob(f"{target.name}*"):
            shutil.rmtree(leftover)
        return False
    return True


class Workspace:
    """A store that is open for writing, and the generation that it holds. Used under the right to write."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._owner: IO[str] | None = None
        self._store: ox.Store | None = None
        self._holds = ""

    def open(self, base: Generation) -> ox.Store:
        """The store, holding what a generation holds."""
        if self._store is None or self._holds != base.id:
            self.drop()
            folder = self._claim(base.path.parent)
            copy_store(base.store_path, folder / "oxigraph")
            self._store = ox.Store(str(folder / "oxigraph"))
            self._holds = base.id
        return self._store

    def keep(self, identifier: str) -> None:
        """Know that the store now holds another generation."""
        self._holds = identifier

    def give(self, target: Path) -> None:
        """Let go of the store, which nobody else may hold any more, and leave it in another folder."""
        assert self._folder is not None  # noqa: S101 - it is open
        self._store = None
        (self._folder / "oxigraph").rename(target)
        self.drop()

    def drop(self) -> None:
        """Forget the store, because nobody knows what it holds."""
        self._store = None
        self._holds = ""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        if self._owner is not None:
            self._owner.close()
            self._owner = None

    def _claim(self, generations: Path) -> Path:
        for folder in generations.glob(f"{_PREFIX}*"):
            if not is_locked(folder / _OWNER):
                shutil.rmtree(folder, ignore_errors=True)
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=generations))
        self._owner = (self._folder / _OWNER).open("w")
        fcntl.flock(self._owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return self._folder

"""The catalog of generations: which there are, which is current, and the one rename that changes it.

generations/<id>/     sealed generations
generations/.new-…/   one being written; a leftover of a killed build is swept away by the next one
current               a symbolic link to the current generation; SWAP: changed by one atomic rename
lock                  held by whoever writes; readers need none
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kgraph.errors import NoGenerationError, StoreError
from kgraph.store.generation import Generation, load_generation

__all__ = ["Catalog"]

#: How many generations are kept for a rollback, the current one included.
KEPT: Final = 3
_UNFINISHED: Final = ".new-"


class Catalog:
    """The generations below one folder. Any number of processes may read; one at a time may write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._link = str(self._current)
        self._target = ""
        self._loaded: Generation | None = None

    @property
    def _generations(self) -> Path:
        return self.path / "generations"

    @property
    def _current(self) -> Path:
        return self.path / "current"

    def current(self) -> Generation:
        """The current generation. Cheap enough to ask for each request: one readlink when nothing changed.

        Raises:
            NoGenerationError: nothing has been published yet.
            StoreError: what "current" names cannot be read.
        """
        try:
            target = os.readlink(self._link)  # noqa: PTH115 - once a request, where Path takes longer
        except OSError as error:
            raise NoGenerationError(
                f"There is no generation in {self.path} yet.", hint="Run 'kgraph build' first."
            ) from error
        if self._loaded is None or self._target != target:
            self._loaded = load_generation(self._generations / Path(target).name)
            self._target = target
        return self._loaded

    def generations(self) -> Iterator[Generation]:
        """Every readable generation, the newest first."""
        for path in sorted(self._generations.glob("[!.]*"), reverse=True):
            try:
                yield load_generation(path)
            except StoreError:
                continue

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write. The lock is the operating system's, so a killed writer leaves none.

        Raises:
            StoreError: another process holds it, or the folder cannot be written.
        """
        try:
            self._generations.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise self._unwritable(error) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise StoreError(
                    f"Another process is writing to {self.path}.",
                    hint="Wait for it to finish, then try again.",
                ) from error
            self._sweep()
            yield

    def publish(self, identifier: str, write: Callable[[Path], Generation]) -> Generation:
        """Have ``write`` fill a new folder, then make it the current generation.

        Until the last rename the old generation stays current, whatever happens. The caller holds
        :meth:`writing`.

        Raises:
            StoreError: the folder cannot be written, or its disk is full.
        """
        try:
            unfinished = self._generations / f"{_UNFINISHED}{identifier}"
            manifest = write(unfinished).manifest
            sealed = self._generations / identifier
            unfinished.rename(sealed)
            _sync(self._generations)
            link = self.path / f"{_UNFINISHED}current"
            link.unlink(missing_ok=True)
            link.symlink_to(Path("generations") / identifier)
            link.replace(self._current)
            _sync(self.path)
        except OSError as error:
            raise self._unwritable(error) from error
        self._prune()
        return Generation(sealed, manifest)

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(
            f"The store {self.path} cannot be written: {error.strerror or error}.",
            hint="See to its rights and the room on its disk, or name another folder with --store.",
        )

    def _sweep(self) -> None:
        for leftover in self._generations.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(leftover)

    def _prune(self) -> None:
        current = self._current.readlink().name
        paths = sorted(self._generations.glob("[!.]*"), reverse=True)
        for path in [path for path in paths if path.name != current][KEPT - 1 :]:
            shutil.rmtree(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""The catalog of generations: which there are, which is current, and the one rename that changes it.

generations/<id>/      sealed generations
generations/.new-…/    one being written; a leftover of a killed writer is swept away by the next one
generations/.build-…/  what a build prepares before it publishes; swept by the next build
current                a symbolic link to the current generation; SWAP: changed by one atomic rename
lock                   held by whoever publishes; readers need none
build.lock             held by a build from beginning to end, so that writes need not wait for it

Where there are generations and "current" names none of them, nobody knows what clients wrote last: that is an
error until a rollback says which is current, never a fresh start.

A generation that is being read is pinned (:class:`kgraph.store.locks.Pin`) and not pruned meanwhile.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from kgraph.errors import NoGenerationError, StoreError, UnknownNameError
from kgraph.store.generation import Generation, load_generation
from kgraph.store.locks import Pin, exclusive, pruning
from kgraph.store.sealing import sync_folder

__all__ = ["Catalog"]

#: How many generations are kept for a rollback, the current one included.
KEPT: Final = 5
_UNFINISHED: Final = ".new-"
_PREPARED: Final = ".build-"
_SWEEPS: Final = 10
_BETWEEN_SWEEPS_S: Final = 0.05
#: How writing fails on a disk that is full, broken or not to be written to.
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})
_TIME: Final = "%Y%m%dT%H%M%S.%fZ"


class Catalog:
    """The generations below one folder. Any number of processes may read; one at a time may publish."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._link = str(self._current)
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
            StoreError: there are generations, but what "current" names is none, or cannot be read.
        """
        name = self._current_name()
        if name is None:
            raise self._none_current()
        if self._loaded is None or self._loaded.path.name != name:
            self._loaded = None
            try:
                self._loaded = load_generation(self._generations / name)
            except StoreError:
                if self.is_bare():  # the only one was deleted, or was just about to come
                    raise self._none_current() from None
                raise
        return self._loaded

    def _none_current(self) -> StoreError:
        if self.is_bare():
            return NoGenerationError(
                f"There is no generation in {self.path} yet.", hint="Run 'kgraph build' first."
            )
        likeliest = next(self._readable(), None)
        return StoreError(
            f"The store {self.path} has generations, but 'current' is no link to one of them. "
            "Copying without links may have done that.",
            hint="None of them can be read. Copy the store again, with its links. What clients wrote is in "
            "no other place: delete it only where that may go, and build again."
            if likeliest is None
            else f"'kgraph rollback {likeliest.id}' makes it current again, with what clients wrote.",
        )

    def _readable(self) -> Iterator[Generation]:
        """The generations that may be meant, the likeliest first."""
        if self._is_copied():
            with suppress(StoreError):
                yield load_generation(self._current)
        yield from self.generations()

    def generations(self) -> Iterator[Generation]:
        """Every readable generation, the newest first."""
        for path in self._paths():
            try:
                yield load_generation(path)
            except StoreError:
                continue

    def is_bare(self) -> bool:
        """Whether there is no generation at all, be it readable or not."""
        return not self._paths() and not self._is_copied()

    def _is_copied(self) -> bool:
        """Whether a folder stands where the link should, as tools leave it that copy what a link leads to."""
        return self._current.is_dir() and not self._current.is_symlink()

    def pin(self, generation: Generation) -> Pin:
        """Keep a generation from being pruned.

        Raises:
            StoreError: it is gone already.
        """
        try:
            return Pin(generation.path)
        except OSError as error:
            raise StoreError(
                f"The generation {generation.id} has been removed meanwhile.",
                hint="Try again: the answer will come from the current one.",
            ) from error

    def pin_named(self, name: str) -> tuple[Generation, Pin]:
        """A generation by its name, pinned; the beginning of a name will do where it says which.

        Raises:
            UnknownNameError: there is none, or there are several.
            StoreError: it is gone, or cannot be read.
        """
        names = [path.name for path in self._paths()]
        fitting = [each for each in names if each == name] or [
            each for each in names if each.startswith(name)
        ]
        if len(fitting) != 1:
            raise UnknownNameError(
                f"There {'is no generation' if not fitting else 'are several generations'} {name}.",
                hint=f"There are: {', '.join(names)}.",
            )
        generation = load_generation(self._generations / fitting[0])
        return generation, self.pin(generation)

    def pin_current(self) -> tuple[Generation, Pin]:
        """The current generation, pinned.

        Raises:
            NoGenerationError: nothing has been published yet.
            StoreError: what "current" names cannot be read.
        """
        while True:
            generation = self.current()
            try:
                return generation, self.pin(generation)
            except StoreError:
                if self._current_name() == generation.path.name:
                    raise

    @contextmanager
    def writing(self, *, wait_s: float = 0.0) -> Iterator[None]:
        """Hold the right to publish.

        Raises:
            StoreError: another process holds it for longer than ``wait_s``, or the folder cannot be written.
        """
        with self._locked("lock", "writing to", wait_s):
            self._sweep(_UNFINISHED)
            yield

    @contextmanager
    def building(self) -> Iterator[Path]:
        """Hold the right to build: gives a folder, not made yet, for what is to be published in the end.

        Raises:
            StoreError: another process is building, or the folder cannot be written.
        """
        with self._locked("build.lock", "building in", 0.0):
            self._sweep(_PREPARED)
            prepared = self._generations / f"{_PREPARED}next"
            try:
                yield prepared
            except OSError as error:
                if error.errno in _NO_ROOM or error.errno is None:  # Oxigraph's have no number
                    raise self._unwritable(error) from error
                raise
            finally:
                self._sweep(_PREPARED)

    def identifier(self, digest: str) -> str:
        """A name for the next generation, which sorts after all others even if the clock went back."""
        now = datetime.now(UTC)
        for path in self._paths()[:1]:
            try:
                latest = datetime.strptime(path.name.partition("-")[0], _TIME).replace(tzinfo=UTC)
            except ValueError:
                continue
            now = max(now, latest + timedelta(microseconds=1))
        return f"{now:{_TIME}}-{digest[:8]}"

    def publish(self, identifier: str, write: Callable[[Path], Generation]) -> Generation:
        """Have ``write`` fill a new folder, then make it the current generation.

        Until the last rename the old generation stays current, whatever happens. The caller holds
        :meth:`writing`.

        Raises:
            StoreError: the folder cannot be written, or its disk is full.
        """
        try:
            unfinished = self._generations / f"{_UNFINISHED}{identifier}"
            try:
                manifest = write(unfinished).manifest
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise
            sealed = self._generations / identifier
            if self.is_bare():
                self._switch(identifier)  # there is never a generation without a current one
            unfinished.rename(sealed)
            sync_folder(self._generations)
            self._switch(identifier)
        except OSError as error:
            raise self._unwritable(error) from error
        self._prune()
        return Generation(sealed, manifest)

    def rollback(self, identifier: str | None = None, *, wait_s: float = 0.0) -> Generation:
        """Make an earlier generation current: the one before the current, or the one that is named.

        Raises:
            UnknownNameError: there is none such.
            StoreError: another process is writing, or the folder cannot be written.
        """
        with self.writing(wait_s=wait_s):
            if self._is_copied():
                self._adopt()
            there = {generation.id: generation for generation in self.generations()}
            current = self._current_name() or ""
            if identifier is None:
                before = there[current].manifest.previous if current in there else None
                # Where none is current, none is left, and the newest is meant.
                earlier = [name for name in there if name < current or not current]
                identifier = before if before in there else max(earlier, default="")
            if identifier not in there:
                what = (
                    f"There is no generation {identifier}" if identifier else "There is no earlier generation"
                )
                raise UnknownNameError(f"{what}.", hint=f"There are: {', '.join(there) or 'none'}.")
            try:
                self._switch(identifier)
            except OSError as error:
                raise self._unwritable(error) from error
            return there[identifier]

    @contextmanager
    def _locked(self, name: str, doing: str, wait_s: float) -> Iterator[None]:
        with ExitStack() as stack:
            try:
                self._generations.mkdir(parents=True, exist_ok=True)
                held = stack.enter_context(exclusive(self.path / name, wait_s=wait_s))
            except OSError as error:
                raise self._unwritable(error) from error
            if not held:
                raise StoreError(
                    f"Another process is {doing} {self.path}.",
                    hint="Wait for it to finish, then try again.",
                )
            yield

    def _switch(self, identifier: str) -> None:
        link = self.path / f"{_UNFINISHED}current"
        link.unlink(missing_ok=True)
        link.symlink_to(Path("generations") / identifier)
        link.replace(self._current)
        sync_folder(self.path)

    def _adopt(self) -> None:
        """Make room for the link where a folder stands: a generation goes to its place if it is not there."""
        try:
            home = self._generations / load_generation(self._current).id
        except StoreError as error:
            raise StoreError(
                f"{self._current} is a folder, and no generation that can be read.",
                hint="Move it away, then try again.",
            ) from error
        leftover = self._generations / f"{_UNFINISHED}copied-{home.name}"
        try:
            if home.name in {generation.id for generation in self.generations()}:
                home = leftover
            elif home.exists():
                home.rename(leftover)
            self._current.rename(home)
            sync_folder(self._generations)
            self._sweep(_UNFINISHED)
        except OSError as error:
            raise self._unwritable(error) from error

    def _current_name(self) -> str | None:
        try:
            target = os.readlink(self._link)  # noqa: PTH115 - once a request, where Path takes longer
        except OSError:
            return None
        return target.rpartition("/")[2]

    def _paths(self) -> list[Path]:
        return sorted(self._generations.glob("[!.]*"), reverse=True)

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(
            f"The store {self.path} cannot be written: {error.strerror or error}.",
            hint="See to its rights and the room on its disk, or name another folder with --store.",
        )

    def _sweep(self, prefix: str) -> None:
        for leftover in self._generations.glob(f"{prefix}*"):
            for _ in range(_SWEEPS):  # threads of RocksDB may still write there
                shutil.rmtree(leftover, ignore_errors=True)  # what cannot go now is in nobody's way
                if not leftover.exists():
                    break
                time.sleep(_BETWEEN_SWEEPS_S)

    def _prune(self) -> None:
        """Remove the oldest generations, but for those that are being read: they go another time."""
        current = self._current_name()
        for path in [path for path in self._paths() if path.name != current][KEPT - 1 :]:
            with pruning(path) as free:
                if free:
                    going = self._generations / f"{_UNFINISHED}gone-{path.name}"
                    path.rename(going)
                    shutil.rmtree(going)

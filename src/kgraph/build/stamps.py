"""Digests of files, remembered with what their folder tells of them, so that a file that nobody has touched
is not read again; and the names in folders, so that a folder where nothing came or went is not listed again.

A stamp is size, time of modification, time of change and inode. What is remembered is believed if the stamp
is the same. Only what was some seconds old when it was read is remembered: else a change within the same
tick of the file system's clock could not be told.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, NamedTuple

from kgraph.project.listing import read_article_folder
from kgraph.text import digest

__all__ = ["Stamps"]

_FILE: Final = "seen.json"
#: The coarsest clock of a file system in use counts in steps of two seconds.
_TICK_NS: Final = 2_000_000_000
#: Notes are written anew when more files than this were read: a few are read again as fast.
_FEW: Final = 32


class _Clock(NamedTuple):
    """What a file system's clock shows, and whether a folder's stamp tells that a file came into it."""

    at: int
    is_told: bool


class Stamps:
    """What is remembered in a folder; ``trusted`` is false where every file is to be read."""

    def __init__(self, folder: Path, *, trusted: bool = True) -> None:
        self._file = folder / _FILE
        self._known: dict[str, str] = {}
        if trusted:
            with suppress(OSError, ValueError, AttributeError):
                self._known = {name: str(note) for name, note in json.loads(self._file.read_bytes()).items()}
        self._listed: dict[str, str] = {}
        self._news = 0

    def names_of(self, folder: str) -> list[str]:
        """The Turtle files of an article's folder, by its path, which ends with a slash.

        Links lead to what may come and go elsewhere, so that a folder with one is always listed.
        """
        stamp, known = self._look(folder)
        if known is not None:
            self._listed[folder] = stamp + known
            return known.split("/") if known else []
        is_told = self._clock is not None and self._clock.is_told  # before the folder is read
        names, has_link = read_article_folder(folder)
        if stamp and is_told and not has_link:
            self._listed[folder] = stamp + "/".join(names)
            self._news += 1
        return names

    def _look(self, path: str, name: str | None = None) -> tuple[str, str | None]:
        """The stamp of a file or folder, nothing where there is none, and what is known of it."""
        try:
            status = os.stat(path)  # noqa: PTH116 - there are many
        except OSError:
            return "", None
        stamp = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino} "
        known = self._known.get(path if name is None else name, "")
        return stamp, known[len(stamp) :] if known.startswith(stamp) else None

    def digests(self, files: list[tuple[str, str]]) -> dict[str, str]:
        """The digests of some files by name; without those that cannot be read.

        Args:
            files: the files, each by its name and path.
        """
        stamps: dict[str, str] = {}
        found: dict[str, str] = {}
        unread: dict[str, str] = {}
        for name, path in files:
            stamp, known = self._look(path, name)
            if known is not None:
                found[name] = known
            elif stamp:
                stamps[name], unread[name] = stamp, path
        clock = self._clock if max(len(unread), self._news) > _FEW else None  # before any is read
        for name, path in unread.items():
            with suppress(OSError):
                found[name] = digest(Path(path).read_bytes())
        if clock is not None:
            notes = {name: self._known[name] for name in found if name not in stamps}
            notes |= {name: stamp + found[name] for name, stamp in stamps.items() if name in found}
            notes |= self._listed
            self._write({name: note for name, note in notes.items() if _was_old(note, clock.at)})
        return {name: found[name] for name, _ in files if name in found}

    @cached_property
    def _clock(self) -> _Clock | None:
        """The clock of the file system when it was first looked at; None where nothing can be written."""
        with suppress(OSError):
            folder = self._file.parent
            folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=folder, prefix=".stamps-") as file:
                at = os.fstat(file.fileno()).st_mtime_ns
                return _Clock(at, _tells(folder, at))
        return None

    def _write(self, notes: dict[str, str]) -> None:
        made = self._file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            made.write_text(json.dumps(notes), encoding="utf-8")
            made.replace(self._file)


def _was_old(note: str, at: int) -> bool:
    """Whether what is remembered had been there for long enough when a clock showed ``at``."""
    _, modified, changed, _ = note.split(" ", 3)
    return max(int(modified), int(changed)) < at - _TICK_NS


def _tells(folder: Path, at: int) -> bool:
    """Whether a folder's time of modification tells that a file came into it, just then."""
    return folder.stat().st_mtime_ns >= at - abs(_TICK_NS)

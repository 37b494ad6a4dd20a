"""Digests of files, remembered with what their folder tells of them, so that a file that nobody has touched
is not read again.

A stamp is size, time of modification, time of change and inode. A digest is believed only if the stamp is
the same, and was some seconds old when the file was read: else a change within the same tick of the file
system's clock could not be told.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from kgraph.text import digest

__all__ = ["Stamps"]

_FILE: Final = "stamps.json"
#: The coarsest clock of a file system in use counts in steps of two seconds.
_TICK_NS: Final = 2_000_000_000
#: Notes are written anew when more files than this were read: a few are read again as fast.
_FEW: Final = 32
_AT: Final = ""


class Stamps:
    """What is remembered in a folder; ``trusted`` is false where every file is to be read."""

    def __init__(self, folder: Path, *, trusted: bool = True) -> None:
        self._file = folder / _FILE
        self._known: dict[str, str] = {}
        if trusted:
            with suppress(OSError, ValueError, AttributeError):
                self._known = {name: str(note) for name, note in json.loads(self._file.read_bytes()).items()}

    def digests(self, files: list[tuple[str, str]]) -> dict[str, str]:
        """The digests of some files by name; without those that cannot be read.

        Args:
            files: the files, each by its name and path.
        """
        at = self._known.get(_AT, "")
        noted = int(at) - _TICK_NS if at.isascii() and at.isdigit() else 0
        stamps: dict[str, str] = {}
        found: dict[str, str] = {}
        unread: dict[str, str] = {}
        for name, path in files:
            try:
                status = os.stat(path)  # noqa: PTH116 - there are many
            except OSError:
                continue
            stamp = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino} "
            known = self._known.get(name, "")
            if known.startswith(stamp) and max(status.st_mtime_ns, status.st_ctime_ns) < noted:
                found[name] = known[len(stamp) :]
            else:
                stamps[name], unread[name] = stamp, path
        now = self._clock() if len(unread) > _FEW else None  # before any is read
        for name, path in unread.items():
            with suppress(OSError):
                found[name] = digest(Path(path).read_bytes())
        if now is not None:
            notes = {name: self._known[name] for name in found if name not in stamps}
            notes |= {name: stamp + found[name] for name, stamp in stamps.items() if name in found}
            self._write({_AT: now, **notes})
        return {name: found[name] for name, _ in files if name in found}

    def _clock(self) -> str | None:
        """The time by the clock of the file system; None where nothing can be written there."""
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._file.parent, prefix=".stamps-") as file:
                return str(os.fstat(file.fileno()).st_mtime_ns)
        return None

    def _write(self, notes: dict[str, str]) -> None:
        made = self._file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            made.write_text(json.dumps(notes), encoding="utf-8")
            made.replace(self._file)

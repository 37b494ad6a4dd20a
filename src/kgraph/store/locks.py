"""Locks on files: who may write, who builds, and which generations are being read.

All are the operating system's own (``flock``), so a process that is killed leaves none behind.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kgraph.store.generation import MANIFEST

__all__ = ["Pin", "exclusive", "is_locked", "pruning"]

_PAUSE_S: Final = 0.005


@contextmanager
def exclusive(path: Path, *, wait_s: float) -> Iterator[bool]:
    """Hold a lock alone, if it can be had in time: says whether."""
    with path.open("a+") as file:
        deadline = time.monotonic() + wait_s
        while not (held := _try(file.fileno(), fcntl.LOCK_EX)) and time.monotonic() < deadline:
            time.sleep(_PAUSE_S)
        yield held


class Pin:
    """Keeps a generation from being pruned until it is released, or this process ends.

    Raises:
        OSError: the generation is gone, or is going.
    """

    def __init__(self, generation: Path) -> None:
        manifest = generation / MANIFEST
        self._descriptor = os.open(manifest, os.O_RDONLY | os.O_CLOEXEC)
        try:
            # Whoever prunes holds the lock alone from before it moves the folder until that is gone.
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            manifest.stat()
        except BaseException:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Let the generation go. Once only."""
        os.close(self._descriptor)


@contextmanager
def pruning(generation: Path) -> Iterator[bool]:
    """Hold the right to remove a generation, if nobody reads it: says whether."""
    try:
        descriptor = os.open(generation / MANIFEST, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield True
        return
    try:
        yield _try(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock of a file that only one may hold."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _try(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

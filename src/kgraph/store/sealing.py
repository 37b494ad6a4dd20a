"""Sealing a generation: its manifest, and everything forced to disk.

After a seal a power cut may come: what the folder holds is there, whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from pathlib import Path

from kgraph.store.generation import MANIFEST, Generation
from kgraph.store.manifest import Manifest

__all__ = ["seal", "sync_folder", "sync_tree"]


def seal(path: Path, manifest: Manifest, *, base: Generation | None = None) -> Generation:
    """Write the manifest into a folder that holds all else, and force it to disk.

    What the folder shares with its ``base`` by hard links has been forced to disk with that.
    """
    (path / MANIFEST).write_text(manifest.render(), encoding="utf-8")
    shared = set() if base is None else {inode for _, inode in _files(base.path)}
    sync_tree(path, shared=shared)
    return Generation(path, manifest)


def sync_tree(path: Path, *, shared: Set[int] = frozenset()) -> None:
    """Force a folder and its files to disk, but for those whose inodes are in ``shared``."""
    for file, inode in _files(path):
        if inode not in shared:
            _sync(file)
    for folder, _, _ in os.walk(path):
        _sync(folder)


def _files(path: Path) -> Iterator[tuple[str, int]]:
    """Every file below a folder, with its inode."""
    for folder, _, _ in os.walk(path):
        with os.scandir(folder) as entries:
            yield from ((entry.path, entry.inode()) for entry in entries if entry.is_file())


def inodes_of(path: Path) -> set[int]:
    """The inodes of all files below a folder."""
    return {inode for _, inode in _files(path)}


def sync_folder(path: Path) -> None:
    """Force to disk which names a folder holds."""
    _sync(str(path))


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

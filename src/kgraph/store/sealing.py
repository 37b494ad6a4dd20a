"""Sealing a generation: its manifest, and everything forced to disk.

After a seal a power cut may come: what the folder holds is there, whole. Files that are hard links to
another generation's have been forced to disk with that one.
"""

from __future__ import annotations

import os
from pathlib import Path

from kgraph.store.generation import MANIFEST, Generation
from kgraph.store.manifest import Manifest

__all__ = ["seal", "sync_folder", "sync_tree"]


def seal(path: Path, manifest: Manifest) -> Generation:
    """Write the manifest into a folder that holds all else, and force it to disk."""
    (path / MANIFEST).write_text(manifest.render(), encoding="utf-8")
    sync_tree(path)
    return Generation(path, manifest)


def sync_tree(path: Path) -> None:
    """Force a folder's own files to disk, so that a power cut after the swap finds them whole."""
    for folder, _, files in os.walk(path):
        for name in files:
            if os.lstat(file := os.path.join(folder, name)).st_nlink == 1:  # noqa: PTH118 - in a write's way
                _sync(file)
        _sync(folder)


def sync_folder(path: Path) -> None:
    """Force to disk which names a folder holds."""
    _sync(str(path))


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

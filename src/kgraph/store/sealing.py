"""Sealing a generation: its manifest, the digests of its files, and everything forced to disk.

After a seal a power cut may come: what the folder holds is there, whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from kgraph.errors import StoreError
from kgraph.store.generation import MANIFEST, Generation
from kgraph.store.manifest import Manifest
from kgraph.store.sums import SUMS, digest_of, load_sums, render_sums

__all__ = ["seal", "sync_folder", "sync_tree"]


def seal(path: Path, manifest: Manifest, *, base: Generation | None = None) -> Generation:
    """Write the digests of all files and then the manifest into a folder that holds all else, and force it
    to disk.

    What the folder shares with its ``base`` by hard links has been forced to disk, and has its digest, with
    that.
    """
    shared = {} if base is None else {inode: file for file, inode in _files(base.path)}
    content = manifest.render().encode()
    digests = {MANIFEST: sha256(content).hexdigest()}
    known = _digests_of(base, shared)
    for file, inode in _files(path):
        name = os.path.relpath(file, path)
        digests[name] = known.get(inode) or digest_of(Path(file))
    (path / SUMS).write_bytes(render_sums(digests))
    (path / MANIFEST).write_bytes(content)
    sync_tree(path, shared=shared.keys())
    return Generation(path, manifest)


def _digests_of(base: Generation | None, files: Mapping[int, str]) -> dict[int, str]:
    """The digests of a generation's files by inode, as far as it says them."""
    digests: dict[str, str] = {}
    if base is not None:
        with suppress(StoreError):
            digests = load_sums(base.path)
    names = ((inode, os.path.relpath(file, base.path)) for inode, file in files.items()) if base else ()
    return {inode: digests[name] for inode, name in names if name in digests}


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

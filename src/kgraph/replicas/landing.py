"""Taking a generation into a store: only the files that are not there yet, each checked against its digest.

    generations/.cargo/<digest>        a file that has come whole
    generations/.cargo/<digest>.part   one that is coming; what is missing is asked for next time

Files are known by their digests. One that an earlier generation of the store has is shared with it by a hard
link. When all are there, the folder is put together, forced to disk and published by the catalog's swap: so
whatever is killed when, "current" names a whole generation. What has come survives, and is checked again
before it is used.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from kgraph.errors import ReplicaError, StoreError
from kgraph.replicas.source import Source
from kgraph.store.catalog import Catalog
from kgraph.store.generation import MANIFEST, Generation, load_generation
from kgraph.store.manifest import FORMAT
from kgraph.store.sealing import sync_tree
from kgraph.store.sums import SUMS, digest_of, load_sums, parse_sums

__all__ = ["Landing"]

_CARGO: Final = ".cargo"
_PART: Final = ".part"
#: What can be a generation's name, which becomes a folder's.
_IDENTIFIER: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}")
_PATIENCE_S: Final = 10.0
#: How often to tell how far it is, in seconds.
_PACE_S: Final = 1.0


class Landing:
    """Takes generations into a catalog; one process at a time.

    ``hear`` is told how far it is. ``taken_bytes`` is how much came of the last one.
    """

    def __init__(self, catalog: Catalog, hear: Callable[[str], None]) -> None:
        self._catalog = catalog
        self._generations = catalog.path / "generations"
        self._cargo = self._generations / _CARGO
        self._hear = hear
        self._reported = time.monotonic()
        self.taken_bytes = 0

    def land(self, source: Source, identifier: str) -> Generation:
        """Make a generation of a source the current one here.

        Raises:
            GoneError: it is not there any more.
            ReplicaError: it cannot be read, is not what its digests say, or is of another format.
            StoreError: the store here cannot be written.
        """
        if not _IDENTIFIER.fullmatch(identifier):
            raise ReplicaError(f"{source.name} names a generation {identifier[:60]!r}.", hint=_CHECK)
        listed = source.sums(identifier)
        try:
            sums = parse_sums(listed)
        except StoreError as error:
            raise ReplicaError(f"{error.message} It is that of {identifier}.", hint=_CHECK) from error
        if MANIFEST not in sums:
            raise ReplicaError(f"{SUMS} of {identifier} has no {MANIFEST}.", hint=_CHECK)
        self.taken_bytes = 0
        if (there := self._known(identifier, sums)) is not None:
            return there
        try:
            return self._take(source, identifier, sums, listed)
        except OSError as error:
            raise StoreError(
                f"The store {self._catalog.path} cannot be written: {error.strerror or error}.",
                hint="See to its rights and the room on its disk. What has come so far is kept.",
            ) from error

    def _known(self, identifier: str, sums: Mapping[str, str]) -> Generation | None:
        """A generation that is here already, as after a rollback, made current."""
        folder = self._generations / identifier
        if not folder.exists():
            return None
        if load_sums(folder) != sums:
            raise StoreError(
                f"The store {self._catalog.path} has another generation {identifier}.",
                hint="It follows something else than before: give it a new folder with --store.",
            )
        return self._catalog.rollback(identifier, wait_s=_PATIENCE_S)

    def _take(self, source: Source, identifier: str, sums: Mapping[str, str], listed: bytes) -> Generation:
        self._cargo.mkdir(parents=True, exist_ok=True)
        wanted = set(sums.values())
        here = self._files_here(wanted)
        self._sort_cargo(wanted)
        names = {digest: name for name, digest in sums.items()}
        missing = [digest for digest in wanted if digest not in here]
        missing.sort(key=lambda digest: (digest != sums[MANIFEST], names[digest]))
        for number, digest in enumerate(missing):
            self._report(f"taking {identifier}: file {number + 1} of {len(missing)}")
            if not (self._cargo / digest).exists():
                self._fetch(source, identifier, names[digest], digest)
            if digest == sums[MANIFEST]:
                self._require_format(self._cargo / digest, identifier, source)
        places = {**here, **{digest: self._cargo / digest for digest in missing}}
        shared = {places[digest].stat().st_ino for digest in here}

        def write(path: Path) -> Generation:
            for name, digest in sums.items():
                target = path / name
                target.parent.mkdir(parents=True, exist_ok=True)
                _link(places[digest], target)
            (path / SUMS).write_bytes(listed)
            sync_tree(path, shared=shared)
            return load_generation(path)

        with self._catalog.writing(wait_s=_PATIENCE_S):
            generation = self._catalog.publish(identifier, write)
        shutil.rmtree(self._cargo, ignore_errors=True)
        return generation

    def _report(self, text: str) -> None:
        """Tell how far it is, about once a second."""
        if time.monotonic() - self._reported >= _PACE_S:
            self._hear(text)
            self._reported = time.monotonic()

    def _files_here(self, wanted: set[str]) -> dict[str, Path]:
        """The files of the generations in this store, by digest, as far as they are wanted."""
        found: dict[str, Path] = {}
        for generation in self._catalog.generations():
            with suppress(StoreError):
                for name, digest in load_sums(generation.path).items():
                    if digest in wanted and digest not in found:
                        found[digest] = generation.path / name
        return {digest: path for digest, path in found.items() if path.is_file()}

    def _sort_cargo(self, wanted: set[str]) -> None:
        """Keep of what came before what is of use, and is what it should be."""
        for file in self._cargo.iterdir():
            is_part = file.name.endswith(_PART)
            digest = file.name.removesuffix(_PART)
            if digest not in wanted or (not is_part and digest_of(file) != digest):
                file.unlink()

    def _fetch(self, source: Source, identifier: str, name: str, digest: str) -> None:
        """One file, gone on with where it broke off."""
        part = self._cargo / f"{digest}{_PART}"
        hashed = sha256()
        begin = 0
        with part.open("a+b") as file:
            file.seek(0)
            while piece := file.read(1 << 20):
                hashed.update(piece)
                begin += len(piece)
            with source.reading(identifier, name, digest, begin=begin) as (from_byte, pieces):
                if from_byte != begin:
                    file.truncate(0)
                    hashed = sha256()
                for piece in pieces:
                    file.write(piece)
                    hashed.update(piece)
                    self.taken_bytes += len(piece)
        if hashed.hexdigest() != digest:
            part.unlink()
            raise ReplicaError(
                f"{name} of the generation {identifier} came otherwise than it was sealed.",
                hint=f"Its digest is wrong. If that goes on, the file is damaged at {source.name}.",
            )
        part.rename(self._cargo / digest)

    def _require_format(self, manifest: Path, identifier: str, source: Source) -> None:
        """Refuse what another version of kgraph made, before its files are taken."""
        try:
            told = json.loads(manifest.read_bytes())
            made, name = told["format"], told["id"]
        except (ValueError, KeyError, TypeError) as error:
            raise ReplicaError(f"The manifest of {identifier} cannot be read.", hint=_CHECK) from error
        if made != FORMAT:
            raise ReplicaError(
                f"The generation {identifier} at {source.name} has format {made}, and this kgraph reads "
                f"{FORMAT}.",
                hint="Install the same version of kgraph at both ends.",
            )
        if name != identifier:
            raise ReplicaError(f"{source.name} has {name} under the name of {identifier}.", hint=_CHECK)


_CHECK: Final = "See to what is followed: something wrote to it that is not kgraph."


def _link(source: Path, target: Path) -> None:
    """Have a file here too; as a copy where the file system knows no links, or takes no more of them."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)

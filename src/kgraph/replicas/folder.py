"""The folder of a store as the source of generations, on a shared file system for instance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kgraph.errors import NoGenerationError, ReplicaError, StoreError
from kgraph.replicas.source import CHUNK_BYTES, GoneError, Reading, unreadable
from kgraph.store.catalog import Catalog
from kgraph.store.locks import Pin
from kgraph.store.sums import SUMS

__all__ = ["StoreFolder"]


class StoreFolder:
    """A store that this machine sees. The generation that was asked for last is kept from being pruned, as
    far as the file system knows locks.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        self._pinned: tuple[str, Pin] | None = None

    def current(self, known: str | None) -> str:
        """The current generation."""
        del known
        try:
            return Catalog(self.path).current().path.name
        except NoGenerationError as error:
            raise ReplicaError(
                f"There is no generation in {self.path}.", hint="Name the folder of a store that was built."
            ) from error
        except StoreError as error:
            raise ReplicaError(error.message, hint=error.hint) from error

    def sums(self, generation: str) -> bytes:
        """The digests of a generation's files, which is pinned from now on."""
        folder = self.path / "generations" / generation
        if self._pinned is not None:
            self._pinned[1].release()
            self._pinned = None
        try:
            self._pinned = generation, Pin(folder)
        except FileNotFoundError as error:
            raise self._gone(generation) from error
        except OSError:
            pass  # there are no locks here, or it is just going: then a file will be missing
        try:
            return (folder / SUMS).read_bytes()
        except FileNotFoundError as error:
            raise ReplicaError(
                f"The generation {generation} in {self.path} has no {SUMS}: an older kgraph made it.",
                hint="Build it again with this version.",
            ) from error
        except OSError as error:
            raise unreadable(self.name, error) from error

    @contextmanager
    def reading(self, generation: str, name: str, digest: str, *, begin: int) -> Iterator[Reading]:
        """A file, from ``begin`` on."""
        del digest
        try:
            file = (self.path / "generations" / generation / name).open("rb")
        except FileNotFoundError as error:
            raise self._gone(generation) from error
        except OSError as error:
            raise unreadable(self.name, error) from error
        with file:
            file.seek(begin)
            yield begin, self._pieces(file)

    def _pieces(self, file: BinaryIO) -> Iterator[bytes]:
        try:
            while piece := file.read(CHUNK_BYTES):
                yield piece
        except OSError as error:
            raise unreadable(self.name, error) from error

    def _gone(self, generation: str) -> GoneError:
        return GoneError(f"The generation {generation} is not whole in {self.path} any more.")

"""A bucket, or whatever else fsspec reaches, as the source of generations; and putting them there.

    files/<digest>                      every file once, whichever generations it is of
    generations/<id>/SHA256SUMS         what a generation is made of
    current.json                        which is current; written last

A bucket knows no links and no renaming, so files are named by their digests: a new generation costs what is
new in it. One process at a time may publish.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from kgraph.errors import KgraphError, ReplicaError
from kgraph.replicas.source import CHUNK_BYTES, GoneError, Reading, shown, unreadable
from kgraph.store import Generation
from kgraph.store.catalog import KEPT
from kgraph.store.sums import SUMS, load_sums, parse_sums

__all__ = ["Bucket"]


class Bucket:
    """A place that fsspec's URL names, such as ``s3://bucket/folder``."""

    def __init__(self, url: str) -> None:
        self.name = shown(url)
        try:
            from fsspec.core import url_to_fs  # noqa: PLC0415 - the extra that only buckets need
        except ImportError as error:
            raise ReplicaError(
                f"{self.name} is a bucket, and what reads buckets is not installed.",
                hint="pip install 'kgraph[follow]', and the package of the bucket's kind (s3fs, gcsfs …).",
            ) from error
        try:
            self._files, root = url_to_fs(url)
        except Exception as error:  # whatever a driver raises
            raise unreadable(self.name, error) from error
        self._root = str(root).rstrip("/")

    def _path(self, *parts: str) -> str:
        return "/".join((self._root, *parts))

    def current(self, known: str | None) -> str:
        """The current generation."""
        del known
        try:
            return str(json.loads(self._files.cat_file(self._path("current.json")))["id"])
        except FileNotFoundError as error:
            raise ReplicaError(
                f"Nothing has been published in {self.name}.",
                hint=f"'kgraph publish {self.name}' does that.",
            ) from error
        except Exception as error:
            raise unreadable(self.name, error) from error

    def sums(self, generation: str) -> bytes:
        """The digests of a generation's files."""
        try:
            return bytes(self._files.cat_file(self._path("generations", generation, SUMS)))
        except FileNotFoundError as error:
            raise GoneError(f"{self.name} has the generation {generation} no more.") from error
        except Exception as error:
            raise unreadable(self.name, error) from error

    @contextmanager
    def reading(self, generation: str, name: str, digest: str, *, begin: int) -> Iterator[Reading]:
        """A file, from ``begin`` on."""
        try:
            file = self._files.open(self._path("files", digest), "rb")
        except FileNotFoundError as error:
            raise GoneError(f"{self.name} has {name} of the generation {generation} no more.") from error
        except Exception as error:
            raise unreadable(self.name, error) from error
        with file:
            yield begin, self._pieces(file, begin)

    def _pieces(self, file: Any, begin: int) -> Iterator[bytes]:
        try:
            file.seek(begin)
            while piece := file.read(CHUNK_BYTES):
                yield piece
        except Exception as error:
            raise unreadable(self.name, error) from error

    def publish(self, generation: Generation, hear: Callable[[str], None]) -> int:
        """Put a sealed generation there and make it the current one; how many files that took.

        Raises:
            StoreError: the generation does not say what it is made of.
            ReplicaError: the bucket cannot be written.
        """
        self._require_bucket()
        sums = load_sums(generation.path)
        names = {digest: name for name, digest in sums.items()}
        try:
            there = self._there("files")
            missing = [digest for digest in names if digest not in there]
            hear(f"publishing {generation.id}: {len(missing)} of {len(names)} files")
            for digest in missing:
                self._files.put_file(str(generation.path / names[digest]), self._path("files", digest))
            sealed = (generation.path / SUMS).read_bytes()
            self._write(sealed, "generations", generation.id, SUMS)
            self._write(json.dumps({"id": generation.id}).encode(), "current.json")
            self._tidy(generation.id)
        except KgraphError:
            raise
        except Exception as error:  # of the bucket's driver
            raise self._unwritable(error) from error
        return len(missing)

    def _require_bucket(self) -> None:
        """Make no bucket: one that is not there has mostly been misspelt."""
        bucket = self._root.partition("/")[0]
        try:
            is_there = not bucket or self._files.exists(bucket)
        except Exception as error:  # of the bucket's driver
            raise unreadable(self.name, error) from error
        if not is_there:
            raise ReplicaError(
                f"There is no {bucket} for {self.name}.",
                hint="Make it, mend its name, or see that it can be reached.",
            )

    def _write(self, content: bytes, *parts: str) -> None:
        self._files.makedirs(self._path(*parts[:-1]), exist_ok=True)
        self._files.pipe_file(self._path(*parts), content)

    def _there(self, *parts: str) -> set[str]:
        """The names of what is in a folder; and the folder, where its kind needs one."""
        folder = self._path(*parts)
        self._files.makedirs(folder, exist_ok=True)
        self._files.invalidate_cache()
        with suppress(FileNotFoundError):
            return {str(path).rstrip("/").rpartition("/")[2] for path in self._files.ls(folder, detail=False)}
        return set()

    def _tidy(self, current: str) -> None:
        """Take away the oldest generations, and the files that are of none that is left."""
        others = sorted(self._there("generations") - {current}, reverse=True)
        for name in others[KEPT - 1 :]:
            self._files.rm(self._path("generations", name), recursive=True)
        kept = {
            digest
            for name in (current, *others[: KEPT - 1])
            for digest in parse_sums(self.sums(name)).values()
        }
        for digest in self._there("files") - kept:
            self._files.rm_file(self._path("files", digest))

    def _unwritable(self, error: Exception) -> ReplicaError:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return ReplicaError(f"{self.name} cannot be written: {why}.", hint="See to its rights and its room.")

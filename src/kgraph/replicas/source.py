"""Where generations come from: the protocol that a server, a folder and a bucket share.

All calls block: they are made in a process that does nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from kgraph.errors import KgraphError, ReplicaError

__all__ = ["CHUNK_BYTES", "GoneError", "Reading", "Source", "folder_of", "open_source", "shown", "unreadable"]

CHUNK_BYTES: Final = 1 << 20
#: What is read: from which byte on, and the pieces.
Reading = tuple[int, Iterator[bytes]]


class GoneError(KgraphError):
    """The generation was there, and is no more: there is a newer one to take."""

    code = "gone"


class Source(Protocol):
    """Sealed generations, of which one is current. Every call may raise :class:`ReplicaError`."""

    @property
    def name(self) -> str:
        """What people call it; without secrets."""

    def current(self, known: str | None) -> str:
        """The current generation's id. Where that is ``known`` already, a source that can wait for another
        does so for a while.
        """

    def sums(self, generation: str) -> bytes:
        """Its ``SHA256SUMS``.

        Raises:
            GoneError: it is not there any more.
        """

    def reading(
        self, generation: str, name: str, digest: str, *, begin: int
    ) -> AbstractContextManager[Reading]:
        """One of its files, from a byte on where that can be had.

        Raises:
            GoneError: it is not there any more.
        """


def folder_of(text: str, project: Path) -> Path | None:
    """The folder that a setting names, by its path or as ``file://``; None for any other URL."""
    parts = urlsplit(text)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(unquote(parts.path))
    return None if "://" in text else (project / text).resolve()


def shown(text: str) -> str:
    """A URL as people may see it: without a name and password."""
    parts = urlsplit(text)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if parts.netloc else text


def open_source(text: str, project: Path, *, token: str = "") -> Source:
    """What a setting stands for.

    Args:
        text: the URL of a server or a bucket, or the path of a store's folder.
        project: what a relative path begins at.
        token: what a server wants to see (``replica_token``).

    Raises:
        ReplicaError: what would read it is not installed.
    """
    if text.startswith(("http://", "https://")):
        from kgraph.replicas.primary import Primary  # noqa: PLC0415 - only who needs it pays for it

        return Primary(text, token=token)
    folder = folder_of(text, project)
    if folder is not None:
        from kgraph.replicas.folder import StoreFolder  # noqa: PLC0415

        return StoreFolder(folder)
    from kgraph.replicas.bucket import Bucket  # noqa: PLC0415

    return Bucket(text)


def unreadable(name: str, error: Exception) -> ReplicaError:
    """What is followed cannot be read for a reason of its own."""
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return ReplicaError(f"{name} cannot be read: {why}.", hint="See to its address and its rights.")

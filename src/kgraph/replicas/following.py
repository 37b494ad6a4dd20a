"""Following: taking every generation of a source that becomes current, one after the other, for good."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from kgraph.errors import KgraphError, StoreError
from kgraph.replicas.landing import Landing
from kgraph.replicas.source import GoneError, Source
from kgraph.replicas.status import FOLLOW_LOCK, ReplicaStatus, now, read_status, write_status
from kgraph.store import Catalog, Generation
from kgraph.store.locks import exclusive

__all__ = ["Follower"]

#: How often a generation may go while it is taken, before that counts as a failure.
_TRIES: Final = 5
_LOCK_S: Final = 10.0


class Follower:
    """Keeps a store like a source.

    Args:
        source: what is followed.
        catalog: the generations here.
        tell: hears what happened, in a sentence, for a log.
        hear: hears how far a work is that takes a while.
    """

    def __init__(
        self,
        source: Source,
        catalog: Catalog,
        *,
        tell: Callable[[str], None],
        hear: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._source = source
        self._catalog = catalog
        self._tell = tell
        self._hear = hear
        self._status = ReplicaStatus(source.name)
        self._landing = Landing(catalog, self._progress)

    def take(self) -> Generation | None:
        """Take the current generation once; None where it is here already.

        Raises:
            ReplicaError: it cannot be had, or is not what it should be.
            StoreError: the store here cannot be written, or another process follows into it.
        """
        self._prepare()
        with exclusive(self._catalog.path / FOLLOW_LOCK, wait_s=_LOCK_S) as held:
            if not held:
                raise StoreError(
                    f"Another process follows into {self._catalog.path}.", hint="One is enough: let it."
                )
            try:
                return self._step(None)
            except KgraphError as error:
                self._note(landing=None, problem=str(error))
                raise

    def follow(self, *, interval_s: float) -> None:
        """Take every generation that becomes current, and never come back.

        It looks, or tries again, every ``interval_s``; a source that can wait tells at once. Where another
        process follows into the same store, it waits until that ends.
        """
        self._prepare()
        while True:
            with exclusive(self._catalog.path / FOLLOW_LOCK, wait_s=_LOCK_S) as held:
                while held:
                    begun = time.monotonic()
                    try:
                        taken = self._step(self._here())
                    except KgraphError as error:
                        taken = None
                        self._failed(error)
                    if taken is None:
                        time.sleep(max(0.0, interval_s - (time.monotonic() - begun)))

    def _prepare(self) -> None:
        """Make the folder; one that has generations of its own is left alone."""
        if not self._catalog.is_bare() and read_status(self._catalog.path) is None:
            raise StoreError(
                f"The store {self._catalog.path} has generations of its own, which would go.",
                hint="Name a new folder with --store. What clients wrote is in no other place.",
            )
        try:
            self._catalog.path.mkdir(parents=True, exist_ok=True)
            (self._catalog.path / FOLLOW_LOCK).touch()
            write_status(self._catalog.path, self._status)
        except OSError as error:
            raise StoreError(
                f"The store {self._catalog.path} cannot be written: {error.strerror or error}.",
                hint="See to its rights, or name another folder with --store.",
            ) from error

    def _here(self) -> str | None:
        with suppress(StoreError):
            return self._catalog.current().id
        return None

    def _step(self, known: str | None) -> Generation | None:
        """Look, and take what is there."""
        for number in range(_TRIES):
            offered = self._source.current(known if number == 0 else None)
            self._note(heard=now(), offered=offered)
            if offered == self._here():
                self._note(landing=None, problem=None)
                return None
            begun = time.monotonic()
            try:
                generation = self._landing.land(self._source, offered)
            except GoneError:
                if number == _TRIES - 1:
                    raise
                continue
            self._note(landing=None, problem=None)
            taken = self._landing.taken_bytes / 2**20
            self._tell(f"Took {generation.id}: {taken:.1f} MiB in {time.monotonic() - begun:.1f} s.")
            return generation
        raise AssertionError  # the last try returns or raises

    def _progress(self, text: str) -> None:
        self._note(landing=text)
        self._hear(text)

    def _failed(self, error: KgraphError) -> None:
        problem = str(error)
        if problem != self._status.problem:
            self._tell(problem)
        self._note(landing=None, problem=problem)

    def _note(self, **changes: Any) -> None:
        self._status = replace(self._status, **changes)
        with suppress(OSError):  # a full disk is told by what it stops
            write_status(self._catalog.path, self._status)

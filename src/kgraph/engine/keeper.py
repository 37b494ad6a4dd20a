"""Which generation is held in memory: one that fits the budget, the newest that was turned to.

The keeper has a holder loaded with the current generation, or carries the holder on from the generation
before where the folders tell exactly what has changed. Nobody waits for it: until it is done, queries are
answered from the disk, and where it fails they go on to be.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kgraph.engine.nursery import Child, Nursery, NurseryError
from kgraph.engine.passing import Message
from kgraph.vocab import HIDDEN_GRAPHS

__all__ = ["Snapshot", "SnapshotKeeper"]

_LOG: Final = logging.getLogger(__name__)

#: What a triple takes in memory, together with its copy in the union; a little more than measured.
_TRIPLE_BYTES: Final = 700
#: A generation is loaded when it has been the current one for so long: starts and bursts of writes go first.
_SETTLE_S: Final = 1.0
#: A holder may have been killed because the machine is out of memory: there is no hurry.
_RETRY_S: Final = 30.0
#: With more generations than this in between, loading anew is no slower.
_MOST_STEPS: Final = 50
_CHANGES: Final = ("removed.nq", "added.nq")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A generation in memory, by its store on disk, and who forks workers that share it."""

    store: Path
    resident_bytes: int
    holder: Nursery


class SnapshotKeeper:
    """Keeps a snapshot of the generation that was turned to last.

    Args:
        limit_bytes: the memory that a snapshot may take; 0 for none at all.
        spawner: gives the spawner that holders are forked from.
        changed: hears that ``snapshot`` is another.
    """

    def __init__(
        self, *, limit_bytes: int, spawner: Callable[[], Awaitable[Nursery]], changed: Callable[[], None]
    ) -> None:
        self.snapshot: Snapshot | None = None
        self._limit_bytes = limit_bytes
        self._spawner = spawner
        self._changed = changed
        self._wanted = Path()
        self._news = asyncio.Event()
        self._holder: tuple[Child, Nursery] | None = None
        self._outcome: asyncio.Future[Message] | None = None
        self._burials: set[asyncio.Task[None]] = set()

    def turn_to(self, store: Path) -> None:
        """Let the snapshot be of this store, as soon as may be."""
        if self._limit_bytes and store != self._wanted:
            self._wanted = store
            self._news.set()

    async def keep(self) -> None:
        """Follow what is turned to, for ever. Where a holder dies of itself, another is tried in a while."""
        while True:
            try:
                await self._wait_for_news()
                self._news.clear()
                if not await self._carry_on(self._wanted):
                    self._drop()
                    await self._load(self._wanted)
            except NurseryError:
                _LOG.warning("the process that holds the snapshot has died")
                self._drop()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), _RETRY_S)
                self._news.set()
            except OSError as error:
                _LOG.warning("no process can be started to hold the snapshot: %s", error.strerror or error)
                self._drop()
                await asyncio.sleep(_RETRY_S)
                self._news.set()
            except SnapshotRefusedError as error:
                _LOG.warning("generation %s is answered from disk: %s", self._wanted.parent.name, error)
                self._drop()

    async def _wait_for_news(self) -> None:
        """Wait until something is turned to.

        Raises:
            NurseryError: the holder is no more.
        """
        if self._holder is None:
            await self._news.wait()
            return
        holder = self._holder[1]
        await _first_of(self._news.wait(), holder.ended.wait())
        if holder.ended.is_set():
            raise NurseryError("the holder is gone")

    async def aclose(self) -> None:
        """End the holder, whatever it is doing. Whoever runs :meth:`keep` has cancelled it before."""
        if self._holder is not None:
            self._holder[0].kill()
        self._drop()
        await asyncio.gather(*self._burials)

    async def _carry_on(self, wanted: Path) -> bool:
        """Move the holder to a generation that was made from the one that it holds."""
        snapshot = self.snapshot
        if snapshot is None:
            return False
        changes = _changes(snapshot.store, wanted)
        if changes is None:
            return False
        try:
            await self._order(snapshot.holder, "apply", wanted, changes=changes)
        except SnapshotRefusedError as error:
            _LOG.info("generation %s is loaded anew: %s", wanted.parent.name, error)
            return False
        return True

    async def _load(self, wanted: Path) -> None:
        if (triples := _manifest(wanted.parent).get("triples", 0)) * _TRIPLE_BYTES > self._limit_bytes:
            _LOG.info(
                "generation %s is answered from disk: its %d triples exceed memory_snapshot",
                wanted.parent.name,
                triples,
            )
            return
        try:
            await asyncio.wait_for(self._news.wait(), _SETTLE_S)
        except TimeoutError:
            spawner = await self._spawner()
            self._holder = await spawner.hold(self._on_message)
            await self._order(self._holder[1], "load", wanted)

    async def _order(self, holder: Nursery, order: str, store: Path, **fields: Any) -> None:
        """Have the holder make the snapshot of a store, and tell of it."""
        self._outcome = asyncio.get_running_loop().create_future()
        try:
            holder.tell(
                order,
                {
                    "store": str(store),
                    "hidden": list(HIDDEN_GRAPHS),
                    "limit_bytes": self._limit_bytes,
                    **fields,
                },
            )
            await _first_of(holder.ended.wait(), self._outcome)
            if self._outcome.cancelled():
                raise NurseryError("the holder is gone")
            outcome = self._outcome.result()
        finally:
            self._outcome = None
        if outcome.kind == "failed":
            raise SnapshotRefusedError(outcome.fields["message"])
        self.snapshot = Snapshot(store, outcome.fields["resident_bytes"], holder)
        self._changed()

    def _on_message(self, message: Message) -> None:
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_result(message)

    def _drop(self) -> None:
        """Let go of the holder, which ends when the last worker that shares its memory has."""
        if self._holder is not None:
            child, holder = self._holder
            self._holder = None
            holder.close()
            burial = asyncio.create_task(_bury(child))
            self._burials.add(burial)
            burial.add_done_callback(self._burials.discard)
        if self.snapshot is not None:
            self.snapshot = None
            self._changed()


class SnapshotRefusedError(Exception):
    """The holder can make no snapshot of a generation."""


async def _first_of(*awaitables: Awaitable[Any]) -> None:
    """Wait until one of them is done; the others are given up."""
    futures = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for future in futures:
            future.cancel()


async def _bury(child: Child) -> None:
    await child.exited.wait()
    child.stderr.close()


def _manifest(generation: Path) -> dict[str, Any]:
    """The manifest of a generation; empty where there is none."""
    try:
        manifest: dict[str, Any] = json.loads((generation / "manifest.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return manifest


def _changes(held: Path, wanted: Path) -> list[tuple[str, ...]] | None:
    """The files that tell how one store became the other, in order; None where they do not tell."""
    steps: list[tuple[str, ...]] = []
    generation = wanted.parent
    while generation.name != held.parent.name:
        base = _manifest(generation).get("base")
        files = [generation / name for name in _CHANGES]
        if not base or len(steps) >= _MOST_STEPS or not all(file.is_file() for file in files):
            return None
        steps.append(tuple(map(str, files)))
        generation = generation.parent / base
    return steps[::-1]

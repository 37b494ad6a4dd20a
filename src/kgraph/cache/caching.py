"""The result cache: a :class:`kgraph.engine.Backend` that asks another one only what it does not know.

A generation never changes, so an answer keyed by generation, query, dataset and format is exact until the
swap. Kept are complete answers of repeatable queries, the least recently used going first when the room is
full. Identical queries that arrive together run once: whoever comes second waits for the first, and goes on
by itself where the first is given up, is turned away, or has an answer too large to be kept.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, fields
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Final

from kgraph.cache.kept import KeptAnswer, TeeAnswer
from kgraph.engine import Answer, Backend, BackendStatus, QueryRequest
from kgraph.errors import BusyError, KgraphError
from kgraph.rdf.sparql import QueryProfile, known_profile, profile_query

__all__ = ["CacheStatus", "CachingBackend"]

#: The largest share of the room that one answer may take.
_SHARE: Final = 8
#: Of longer queries no answer is kept: the query itself would take more room.
_LONGEST_KEPT: Final = 64 * 1024
#: The profiles that are kept of queries up to this length.
_LONGEST_REMEMBERED: Final = 8192
_PROFILES_REMEMBERED: Final = 512
#: Those that are no values to be compared as they are.
_MAPPINGS: Final = frozenset({"formats", "prefixes"})
_DECIDING: Final = attrgetter(*(field.name for field in fields(QueryRequest) if field.name not in _MAPPINGS))


@dataclass(frozen=True, slots=True)
class CacheStatus:
    """How the cache is doing. ``joined`` counts the queries that waited for an identical one."""

    hits: int
    misses: int
    joined: int
    entries: int
    size_bytes: int
    limit_bytes: int


class _Flight:
    """A query that is being answered, and what came of it for those who wait.

    Neither an answer nor an error means that it was given up; ``shared`` is false where everybody is to ask
    for themselves.
    """

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.answer: KeptAnswer | None = None
        self.error: KgraphError | None = None
        self.shared = True


class CachingBackend:
    """Keeps the answers of ``backend`` in ``limit_bytes``; 0 keeps none."""

    def __init__(self, backend: Backend, *, limit_bytes: int) -> None:
        self._backend = backend
        self._limit_bytes = limit_bytes
        self._store: Path | None = None
        self._entries: OrderedDict[Hashable, KeptAnswer] = OrderedDict()
        self._flights: dict[Hashable, _Flight] = {}
        self._size_bytes = 0
        self._profiles: dict[str, QueryProfile] = {}
        self._hits = self._misses = self._joined = 0

    @property
    def status(self) -> BackendStatus:
        """How the workers are doing."""
        return self._backend.status

    @property
    def cache_status(self) -> CacheStatus:
        """How the cache is doing."""
        return CacheStatus(
            self._hits,
            self._misses,
            self._joined,
            len(self._entries),
            self._size_bytes,
            self._limit_bytes,
        )

    async def aclose(self) -> None:
        """Free everything."""
        self._forget(None)
        await self._backend.aclose()

    def turn_to(self, store: Path) -> None:
        """Keep answers of this store from now on, and forget those of any other."""
        if store != self._store:
            self._forget(store)
            self._backend.turn_to(store)

    def _forget(self, store: Path | None) -> None:
        self._store = store
        self._entries = OrderedDict()
        self._size_bytes = 0

    async def profile(self, text: str, store: Path, client: str = "") -> QueryProfile:
        """Read the profile off a query: what was read lately or is short, here."""
        profile = self._profiles.get(text) if len(text) <= _LONGEST_REMEMBERED else None
        if profile is None and (profile := known_profile(text)) is None:
            profile = await self._backend.profile(text, store, client)
            if len(text) <= _LONGEST_REMEMBERED:
                if len(self._profiles) >= _PROFILES_REMEMBERED:
                    self._profiles.clear()
                self._profiles[text] = profile
        return profile

    async def query(self, request: QueryRequest, client: str = "") -> Answer:
        """Answer a query, from memory where that is exact."""
        key = self._key(request)
        if key is None:
            return await self._backend.query(request, client)
        while True:
            kept = self._find(key)
            if kept is not None:
                return kept.reader()
            flight = self._flights.get(key)
            if flight is None:
                return await self._lead(key, request, client)
            await flight.over.wait()
            if flight.answer is not None:
                self._joined += 1
                return flight.answer.reader()
            if flight.error is not None:
                raise flight.error.with_traceback(None)
            if not flight.shared:
                self._misses += 1
                return await self._backend.query(request, client)

    async def _lead(self, key: Hashable, request: QueryRequest, client: str) -> Answer:
        """Answer a query that others may wait for."""
        flight = self._flights[key] = _Flight()
        self._misses += 1
        try:
            answer = await self._backend.query(request, client)
            if not answer.complete:
                flight.shared = False
                return self._tee(answer, key, request)
            content = await answer.read()
            flight.answer = KeptAnswer(answer.kind, answer.format, answer.variables, content, request.query)
            self._keep(key, request.store, flight.answer)
            return flight.answer.reader()
        except BusyError:
            flight.shared = False  # whether somebody is turned away depends on who it is
            raise
        except KgraphError as error:
            flight.error = error
            raise
        finally:
            del self._flights[key]
            flight.over.set()

    def _tee(self, answer: Answer, key: Hashable, request: QueryRequest) -> Answer:
        def keep(content: bytes) -> None:
            kept = KeptAnswer(answer.kind, answer.format, answer.variables, content, request.query)
            self._keep(key, request.store, kept)

        return TeeAnswer(answer, self._limit_bytes // _SHARE, keep)

    def _key(self, request: QueryRequest) -> Hashable:
        """What decides over the answer; None where no answer is to be kept."""
        if not self._limit_bytes:
            return None
        profile = request.profile or profile_query(request.query)
        if len(request.query) > _LONGEST_KEPT or not profile.is_repeatable or profile.form is None:
            return None
        return (request.formats.get(profile.form), tuple(request.prefixes.items()), *_DECIDING(request))

    def _find(self, key: Hashable) -> KeptAnswer | None:
        kept = self._entries.get(key)
        if kept is not None:
            self._hits += 1
            self._entries.move_to_end(key)
        return kept

    def _keep(self, key: Hashable, store: Path, answer: KeptAnswer) -> None:
        """Keep an answer of the present generation, where it does not crowd out all others."""
        if store != self._store or answer.size_bytes > self._limit_bytes // _SHARE or key in self._entries:
            return
        self._entries[key] = answer
        answer.on_growth = partial(self._grown, key, answer)
        self._grow(answer.size_bytes)

    def _grown(self, key: Hashable, answer: KeptAnswer, size_bytes: int) -> None:
        if self._entries.get(key) is answer:
            self._grow(size_bytes)

    def _grow(self, size_bytes: int) -> None:
        self._size_bytes += size_bytes
        while self._size_bytes > self._limit_bytes:
            _, oldest = self._entries.popitem(last=False)
            self._size_bytes -= oldest.size_bytes

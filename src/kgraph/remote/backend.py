"""The backend that asks another engine, and the workers here where that would not be right.

Each query is read by a worker first, which finds its faults in our own words and puts it so that every
engine understands the same (:mod:`kgraph.engine.portable`). The engine is asked where it holds all of the
generation, and is known to do what the query needs. Everything else is answered here, from the same
generation: EXACT and HONEST do not depend on the engine being there, idle or right.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, Self

from anyio.to_thread import run_sync

from kgraph.engine import Answer, BackendStatus, EngineStatus, QueryRequest, WorkerPool
from kgraph.engine.portable import PortableQuery
from kgraph.errors import EngineError, QueryTimeoutError, StoreError
from kgraph.rdf.sparql import QueryProfile
from kgraph.remote.answers import SMALL_BYTES, LargeAnswer, SmallAnswer, Wording, write_small
from kgraph.remote.endpoint import Endpoint, EngineFault, Fault
from kgraph.remote.loading import Load, Loader
from kgraph.remote.places import Places
from kgraph.remote.pouring import DEFAULT
from kgraph.remote.profile import EngineProfile, probe_engine
from kgraph.remote.spelling import DOUBLES_QUERY, with_spellings
from kgraph.store import Generation
from kgraph.store.generation import load_generation
from kgraph.store.manifest import DEFAULT_KEY
from kgraph.vocab import ENGINE_GRAPHS

__all__ = ["RemoteBackend"]

_LOG: Final = logging.getLogger(__name__)
#: A graph without triples: what an empty default graph is called.
_NOTHING: Final = f"{ENGINE_GRAPHS}nothing"
_MOST_RUNNING: Final = 16
_RETRY_S: Final = 10.0
#: What is longer would keep a thread busy for too long.
_LONGEST_RESPELLED: Final = 16_384
#: A refusal for time counts as one where so much of it is over; before that, the engine is too busy.
_MOST_OF_TIME: Final = 0.8
_BLANK_NODE: Final = b'"bnode"'


class RemoteBackend:
    """Answers queries by another engine, with a pool of workers behind it. Used as a context manager.

    Args:
        endpoint: the engine.
        pool: the workers, which are open; they are closed with the backend.
        most: how many queries the engine is asked at a time.
        retry_s: how long it is left alone when something went wrong.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        pool: WorkerPool,
        *,
        most: int = _MOST_RUNNING,
        retry_s: float = _RETRY_S,
    ) -> None:
        self.engine_profile = EngineProfile()
        self._endpoint = endpoint
        self._pool = pool
        self._loader = Loader(endpoint)
        self._places = Places(most)
        self._retry_s = retry_s
        self._held: Load | None = None
        self._own: set[Load] = set()
        self._store: Path | None = None
        self._loading: Generation | None = None
        self._following: asyncio.Task[None] | None = None
        self._confirming: asyncio.Task[Load | None] | None = None
        self._has_doubles = False
        self._answered = 0
        self._here: Counter[str] = Counter()
        self._trouble = ""

    async def __aenter__(self) -> Self:
        """Find the engine, and find out what it does.

        Raises:
            EngineError: it is not there, holds what is not ours, or would give wrong answers.
        """
        try:
            await self._endpoint.find()
            self._held = await self._loader.claim()
            self._own = {self._held} if self._held else set()
            self._held = None  # until it is known to be what is current
            self.engine_profile = await probe_engine(self._endpoint)
            self.engine_profile.require(self._endpoint.url)
        except EngineFault as fault:
            await self._endpoint.aclose()
            raise EngineError(f"The engine at {self._endpoint.url} does not answer: {fault}.") from fault
        except BaseException:
            await self._endpoint.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections and end the workers. What the engine holds stays there."""
        for task in (self._following, self._confirming):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError, EngineFault):
                    await task
        await self._endpoint.aclose()
        await self._pool.aclose()

    @property
    def status(self) -> BackendStatus:
        """How the workers and the engine are doing."""
        engine = EngineStatus(
            url=self._endpoint.url,
            holds=self._held.generation if self._held else None,
            loading=self._loading.id if self._loading else None,
            sent_bytes=self._loader.sent_bytes if self._loading else 0,
            answered=self._answered,
            here=dict(self._here),
            trouble=self._trouble,
        )
        return replace(self._pool.status, engine=engine)

    async def profile(self, text: str, store: Path, client: str = "") -> QueryProfile:
        """Read the profile off a query, by a worker."""
        return await self._pool.profile(text, store, client)

    # Loading. Meanwhile the workers answer; what the engine is still answering is confirmed in the end.

    def turn_to(self, store: Path) -> None:
        """Have the engine hold the generation of this store, as soon as it can."""
        self._pool.turn_to(store)
        self._store = store
        if self._following is None or self._following.done():
            self._following = asyncio.get_running_loop().create_task(self._follow())

    async def _follow(self) -> None:
        """Load until what is current is there."""
        while (store := self._store) is not None:
            try:
                generation = await run_sync(load_generation, store.parent)
                held = await self._loader.claim()
                self._give_way(held, generation)
                if held is None or held.generation != generation.id:
                    held = await self._load(generation, held)
                if self.engine_profile.respells:
                    self._has_doubles = bool(await self._endpoint.rows(DOUBLES_QUERY))
                self._held, self._trouble = held, ""
                if store == self._store:
                    return
            except (EngineError, EngineFault, StoreError, OSError) as error:
                self._held, self._trouble = None, str(error)
                _LOG.warning("%s is not loaded, and the workers answer: %s", self._endpoint.url, error)
                await asyncio.sleep(self._retry_s)
            finally:
                self._loading = None

    def _give_way(self, held: Load | None, generation: Generation) -> None:
        """Leave an engine to the server that has loaded something newer, which this one will have soon."""
        if held is not None and held.generation > generation.id and held not in self._own:
            raise EngineFault(Fault.REFUSED, "it holds a newer generation, which another server serves")

    async def _load(self, generation: Generation, held: Load | None) -> Load:
        self._loading, self._held = generation, None
        began_s = asyncio.get_running_loop().time()
        load = await self._loader.load(generation, held)
        self._own.add(load)
        took_s = asyncio.get_running_loop().time() - began_s
        _LOG.info("%s holds %s, after %.1f s", self._endpoint.url, generation.id, took_s)
        return load

    async def _confirm(self, load: Load) -> None:
        """Make sure that the engine holds a load still. Those who ask at the same time share one question.

        Raises:
            EngineFault: it does not, or does not say.
        """
        before = self._confirming
        if before is not None and not before.done():
            await asyncio.wait([before])  # it may have been asked before this answer was whole
        if self._confirming is before or self._confirming is None:
            self._confirming = asyncio.get_running_loop().create_task(self._loader.held())
        if await asyncio.shield(self._confirming) != load:
            if self._held == load:
                self._lose("it was loaded anew by somebody else")
            raise EngineFault(Fault.CUT_OFF, "it was loaded anew meanwhile")

    # Answering.

    async def query(self, request: QueryRequest, client: str = "") -> Answer:
        """Answer a query, or raise one of the errors of :mod:`kgraph.errors`."""
        held = self._held
        if held is None or request.store.parent.name != held.generation:
            return await self._answer_here(request, client, "the engine does not hold the generation")
        if request.as_written:
            return await self._answer_here(request, client, "values are asked for as they were written")
        wording, reason = await self._worded(request, client)
        if wording is None:
            return await self._answer_here(request, client, reason)
        late_s = asyncio.get_running_loop().time() + _MOST_OF_TIME * self._pool.query_timeout_s
        try:
            answer = await self._ask(wording, held, client)
        except EngineFault as fault:
            if fault.fault is Fault.TIMEOUT and asyncio.get_running_loop().time() >= late_s:
                raise self._late() from fault
            _LOG.info("answered here, since the engine did not: %s", fault)
            if fault.fault in (Fault.AWAY, Fault.TIMEOUT):
                self._lose(str(fault))
            return await self._answer_here(request, client, f"the engine did not ({fault.fault})")
        if answer is None:
            return await self._answer_here(request, client, "blank nodes keep their labels")
        self._answered += 1
        return answer

    async def _worded(self, request: QueryRequest, client: str) -> tuple[Wording | None, str]:
        """How the engine is to be asked, or the reason why it is not."""
        query, profile = await self._pool.read(request, client), self.engine_profile
        name = request.formats.get(query.kind)
        if name is None:
            return None, "no format can carry the result"
        reason = profile.reason_against(query)
        if not reason and profile.respells:
            respell = partial(
                with_spellings,
                longest=min(profile.longest, _LONGEST_RESPELLED),
                has_doubles=self._has_doubles,
            )
            text = await run_sync(respell, query.text)
            if text is None:
                return None, "it sees how values are written"
            query = replace(query, text=text)
        wording = Wording(
            query,
            name,
            request.prefixes,
            memory_bytes=self._pool.query_memory_bytes,
            respells=profile.respells,
        )
        return None if reason else wording, reason

    async def _answer_here(self, request: QueryRequest, client: str, reason: str) -> Answer:
        self._here[reason] += 1
        return await self._pool.query(request, client)

    def _lose(self, trouble: str) -> None:
        """Ask the engine no more until it is back."""
        self._held, self._trouble = None, trouble
        if self._following is None or self._following.done():
            self._following = asyncio.get_running_loop().create_task(self._follow())

    def _late(self) -> QueryTimeoutError:
        return QueryTimeoutError(
            f"The query ran longer than {self._pool.query_timeout_s:g} seconds and was ended.",
            hint="Let its patterns share variables, bind more of them, or sort and count less.",
        )

    async def _ask(self, wording: Wording, held: Load, client: str) -> Answer | None:
        """The engine's answer; None where blank nodes are in it, whose labels are known here alone."""
        timeout_s = self._pool.query_timeout_s
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._places.place(client))
            deadline = asyncio.get_running_loop().time() + timeout_s
            try:
                async with asyncio.timeout_at(deadline):
                    pieces = await stack.enter_async_context(self._stream(wording.query, timeout_s))
                    head, is_whole = await _beginning(pieces)
                    if is_whole:
                        if _BLANK_NODE in head:
                            return None
                        content = await run_sync(write_small, wording, head)
                        await self._confirm(held)
                        return SmallAnswer(wording, content)
            except TimeoutError as error:
                raise self._late() from error
            return LargeAnswer(
                wording,
                _from_the_first(head, pieces),
                stack.pop_all(),
                lambda: self._confirm(held),
                deadline=deadline,
                late=self._late(),
            )

    def _stream(
        self, query: PortableQuery, timeout_s: float
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        return self._endpoint.stream(
            query.text,
            default_graphs=_visible(query.default_graphs) or (_NOTHING,),
            named_graphs=_visible(query.named_graphs),
            timeout_s=math.ceil(timeout_s) if self.engine_profile.cancels else None,
        )


def _visible(keys: tuple[str, ...]) -> list[str]:
    """Graphs as they are called in an engine. Its own graphs of state are no part of any dataset."""
    return [DEFAULT.value if key == DEFAULT_KEY else key for key in keys if not key.startswith(ENGINE_GRAPHS)]


async def _beginning(pieces: AsyncIterator[bytes]) -> tuple[bytes, bool]:
    """What comes first, and whether that is all."""
    parts: list[bytes] = []
    size = 0
    async for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size > SMALL_BYTES:
            return b"".join(parts), False
    return b"".join(parts), True


async def _from_the_first(head: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for piece in pieces:
        yield piece

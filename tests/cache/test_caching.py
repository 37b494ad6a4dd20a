"""The result cache before a backend that counts: what is kept, for whom, how long, and who waits for whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, cast

import pytest

from kgraph.cache import CachingBackend
from kgraph.engine import Answer, BackendStatus, QueryRequest
from kgraph.errors import BusyError, QueryTimeoutError
from kgraph.rdf.formats import FORMATS, Format, ResultKind
from kgraph.rdf.sparql import QueryProfile, profile_query

FORMAT = {ResultKind.SOLUTIONS: "json", ResultKind.BOOLEAN: "json", ResultKind.GRAPH: "ttl"}
ONE, TWO = Path("/g/one/oxigraph"), Path("/g/two/oxigraph")
REQUEST = QueryRequest(store=ONE, query="SELECT * { ?s ?p ?o }", formats=FORMAT)


@dataclass
class Pieces:
    """An answer of some pieces, whole or on its way."""

    pieces: list[bytes]
    complete: bool = True
    kind: ResultKind = ResultKind.SOLUTIONS
    format: Format = FORMATS["json"]
    variables: tuple[str, ...] = ("s",)

    notices: tuple[str, ...] = ()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        await asyncio.sleep(0)
        if not self.pieces:
            raise StopAsyncIteration
        return self.pieces.pop(0)

    async def read(self) -> bytes:
        return b"".join([piece async for piece in self])

    async def aclose(self) -> None:
        self.pieces = []


@dataclass
class Counting:
    """A backend that notes what it is asked, and answers when it is told to."""

    answer: Callable[[], Answer] = lambda: Pieces([b"rows"])
    asked: list[QueryRequest] = field(default_factory=list)
    profiled: list[str] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    status: BackendStatus = field(default_factory=lambda: BackendStatus(1, 1, 0, 0, {}))

    async def query(self, request: QueryRequest, client: str = "") -> Answer:
        self.asked.append(request)
        await self.open.wait()
        return self.answer()

    async def profile(self, text: str, store: Path, client: str = "") -> QueryProfile:
        del store, client
        self.profiled.append(text)
        return profile_query(text)

    def turn_to(self, store: Path) -> None:
        pass

    async def aclose(self) -> None:
        pass


@pytest.fixture
def backend() -> Counting:
    counting = Counting()
    counting.open.set()
    return counting


@pytest.fixture
def cache(backend: Counting) -> CachingBackend:
    caching = CachingBackend(backend, limit_bytes=64 * 1024)
    caching.turn_to(ONE)
    return caching


async def ask(cache: CachingBackend, request: QueryRequest = REQUEST, **changes: Any) -> bytes:
    return await (await cache.query(replace(request, **changes))).read()


def test_the_same_request_is_asked_once(cache: CachingBackend, backend: Counting) -> None:
    async def run() -> None:
        for _ in range(3):
            answer = await cache.query(REQUEST)
            assert (answer.complete, answer.kind, answer.variables) == (True, ResultKind.SOLUTIONS, ("s",))
            assert [piece async for piece in answer] == [b"rows"]
            assert await answer.read() == b""

    asyncio.run(run())
    assert len(backend.asked) == 1
    assert (cache.cache_status.hits, cache.cache_status.misses) == (2, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"query": "SELECT * { ?s ?p ?o } "},
        {"formats": {**FORMAT, ResultKind.SOLUTIONS: "csv"}},
        {"default_graphs": ("urn:g",)},
        {"default_graphs": ()},
        {"named_graphs": ("urn:g",)},
        {"prefixes": {"e": "urn:e"}},
        {"base_iri": "http://e/"},
        {"store": Path("/g/two/oxigraph")},
    ],
)
def test_another_request_is_asked_again(
    cache: CachingBackend, backend: Counting, changes: dict[str, Any]
) -> None:
    async def run() -> None:
        await ask(cache)
        await ask(cache, **changes)

    asyncio.run(run())
    assert len(backend.asked) == 2


def test_the_format_of_another_kind_of_result_makes_no_difference(
    cache: CachingBackend, backend: Counting
) -> None:
    async def run() -> None:
        await ask(cache)
        await ask(cache, formats={ResultKind.SOLUTIONS: "json"})

    asyncio.run(run())
    assert len(backend.asked) == 1


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (NOW() AS ?n) {}",
        "SELECT (now() AS ?n) {}",
        "SELECT (Rand() AS ?n) {}",
        "SELECT (UUID() AS ?n) {}",
        "SELECT (strUUID() AS ?n) {}",
        "SELECT (BNODE() AS ?n) {}",
        "SELECT * { SERVICE <urn:s> { ?s ?p ?o } }",
        "SELECT * { service silent ?s { ?s ?p ?o } }",
        "INSERT DATA { <urn:a> <urn:b> 1 }",
        "no query",
    ],
)
def test_what_differs_each_time_is_not_kept(cache: CachingBackend, backend: Counting, query: str) -> None:
    async def run() -> None:
        await ask(cache, query=query)
        await ask(cache, query=query)

    asyncio.run(run())
    assert len(backend.asked) == 2


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ("NOW() RAND()" AS ?now) { ?rand <urn:UUID> ?o } # BNODE()',
        "PREFIX e: <urn:> SELECT * { ?s e:NOW ?service }",
    ],
)
def test_words_in_strings_names_and_comments_are_no_functions(
    cache: CachingBackend, backend: Counting, query: str
) -> None:
    async def run() -> None:
        await ask(cache, query=query)
        await ask(cache, query=query)

    asyncio.run(run())
    assert len(backend.asked) == 1


def test_a_swap_forgets_and_what_comes_late_is_not_kept(cache: CachingBackend, backend: Counting) -> None:
    async def run() -> None:
        await ask(cache)
        cache.turn_to(TWO)
        assert cache.cache_status.size_bytes == 0
        await ask(cache)  # of the old one still
        assert cache.cache_status.entries == 0
        await ask(cache, store=TWO)
        assert cache.cache_status.entries == 1

    asyncio.run(run())
    assert len(backend.asked) == 3


def test_the_room_is_bounded_and_the_oldest_goes_first(cache: CachingBackend, backend: Counting) -> None:
    backend.answer = lambda: Pieces([b"x" * 4000])

    async def run() -> None:
        for number in range(40):
            await ask(cache, query=f"SELECT * {{ ?s ?p {number} }}")
            await ask(cache, query="SELECT * { ?s ?p 0 }")
            assert cache.cache_status.size_bytes <= 64 * 1024

    asyncio.run(run())
    assert 8 <= cache.cache_status.entries < 16
    assert len(backend.asked) == 40


def test_an_answer_that_would_crowd_out_all_others_is_not_kept(
    cache: CachingBackend, backend: Counting
) -> None:
    backend.answer = lambda: Pieces([b"x" * 10_000])

    async def run() -> None:
        assert len(await ask(cache)) == 10_000
        assert len(await ask(cache)) == 10_000

    asyncio.run(run())
    assert len(backend.asked) == 2


def test_a_room_of_nothing_keeps_nothing(backend: Counting) -> None:
    async def run() -> None:
        cache = CachingBackend(backend, limit_bytes=0)
        cache.turn_to(ONE)
        await ask(cache)
        await ask(cache)

    asyncio.run(run())
    assert len(backend.asked) == 2


def test_an_answer_that_streams_is_kept_once_it_has_arrived(cache: CachingBackend, backend: Counting) -> None:
    backend.answer = lambda: Pieces([b"a", b"b"], complete=False)

    async def run() -> None:
        assert not (await cache.query(REQUEST)).complete
        assert await ask(cache) == b"ab"
        assert await ask(cache) == b"ab"

    asyncio.run(run())
    assert len(backend.asked) == 2


def test_a_stream_that_breaks_off_or_is_closed_is_not_kept(cache: CachingBackend, backend: Counting) -> None:
    class Breaking(Pieces):
        async def __anext__(self) -> bytes:
            if not self.pieces:
                raise QueryTimeoutError("Too long.")
            return await super().__anext__()

    async def run() -> None:
        backend.answer = lambda: Breaking([b"a"], complete=False)
        with pytest.raises(QueryTimeoutError):
            await ask(cache)
        backend.answer = lambda: Pieces([b"a", b"b"], complete=False)
        answer = await cache.query(REQUEST)
        await anext(answer)
        await answer.aclose()

    asyncio.run(run())
    assert cache.cache_status.entries == 0


def test_a_stream_too_large_passes_without_being_gathered(cache: CachingBackend, backend: Counting) -> None:
    backend.answer = lambda: Pieces([b"x" * 5000] * 4, complete=False)
    assert len(asyncio.run(ask(cache))) == 20_000
    assert cache.cache_status.entries == 0


async def waiting(cache: CachingBackend, number: int) -> AsyncIterator[asyncio.Task[bytes]]:
    for _ in range(number):
        yield asyncio.create_task(ask(cache))
        await asyncio.sleep(0)


def test_identical_queries_that_arrive_together_run_once(cache: CachingBackend, backend: Counting) -> None:
    async def run() -> None:
        backend.open.clear()
        tasks = [task async for task in waiting(cache, 5)]
        backend.open.set()
        assert await asyncio.gather(*tasks) == [b"rows"] * 5

    asyncio.run(run())
    assert len(backend.asked) == 1
    assert cache.cache_status.joined == 4


def test_they_share_an_error_too(cache: CachingBackend, backend: Counting) -> None:
    def fail() -> Answer:
        raise QueryTimeoutError("Too long.")

    backend.answer = fail

    async def run() -> None:
        backend.open.clear()
        tasks = [task async for task in waiting(cache, 3)]
        backend.open.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [QueryTimeoutError] * 3
        with pytest.raises(QueryTimeoutError):
            await ask(cache)  # an error is not kept

    asyncio.run(run())
    assert len(backend.asked) == 2


def test_who_is_turned_away_takes_nobody_along(cache: CachingBackend, backend: Counting) -> None:
    def rows() -> Answer:
        return Pieces([b"rows"])

    def first_busy() -> Answer:
        backend.answer = rows
        raise BusyError("Full.")

    backend.answer = first_busy

    async def run() -> None:
        backend.open.clear()
        tasks = [task async for task in waiting(cache, 3)]
        backend.open.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(results[0], BusyError)
        assert results[1:] == [b"rows", b"rows"]

    asyncio.run(run())


def test_the_others_go_on_when_the_first_gives_up(cache: CachingBackend, backend: Counting) -> None:
    async def run() -> None:
        backend.open.clear()
        tasks = [task async for task in waiting(cache, 4)]
        tasks[0].cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(backend.asked) == 2  # one of the others is at it
        backend.open.set()
        assert await asyncio.gather(*tasks[1:]) == [b"rows"] * 3

    asyncio.run(run())
    assert len(backend.asked) == 2


def test_a_stream_holds_nobody_up(cache: CachingBackend, backend: Counting) -> None:
    backend.answer = lambda: Pieces([b"a", b"b"], complete=False)

    async def run() -> None:
        backend.open.clear()
        tasks = [task async for task in waiting(cache, 3)]
        backend.open.set()
        assert await asyncio.gather(*tasks) == [b"ab"] * 3

    asyncio.run(run())
    assert len(backend.asked) == 3


def test_an_encoding_counts_for_the_room_as_long_as_its_answer_is_kept(cache: CachingBackend) -> None:
    async def run() -> None:
        answer = cast(Any, await cache.query(REQUEST))
        before = cache.cache_status.size_bytes
        answer.kept.add_encoding("gzip", b"x" * 100)
        assert cache.cache_status.size_bytes == before + 100
        cache.turn_to(TWO)
        answer.kept.add_encoding("br", b"x" * 100)
        assert cache.cache_status.size_bytes == 0

    asyncio.run(run())


def test_only_what_is_long_and_not_plain_is_profiled_by_a_worker(
    cache: CachingBackend, backend: Counting
) -> None:
    plain = f"SELECT * {{ ?s ?p '{'x' * 3000}' }}"
    telling = plain.replace("SELECT *", "SELECT (NOW() AS ?n)")
    queries = ["ASK {}", "SELECT (NOW() AS ?n) {}", plain, telling, telling, telling * 9, telling * 9]

    async def run() -> None:
        for query in queries:
            assert await cache.profile(query, ONE) == profile_query(query)

    asyncio.run(run())
    assert backend.profiled == [telling, telling * 9, telling * 9]


def test_what_is_asked_takes_room_too_and_long_questions_none(
    cache: CachingBackend, backend: Counting
) -> None:
    async def run() -> None:
        for number in range(100):
            await ask(cache, query=f"ASK {{ ?s ?p {'7' * 6000}{number} }}")
        status = cache.cache_status
        assert status.size_bytes > 6000 * status.entries > 6000
        assert status.size_bytes <= status.limit_bytes
        await ask(cache, query=f"ASK {{ ?s ?p '{'x' * 70_000}' }}")
        assert cache.cache_status == replace(status, misses=status.misses)

    asyncio.run(run())
    assert len(backend.asked) == 101

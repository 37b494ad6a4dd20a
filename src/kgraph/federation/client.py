"""Calling services: politely, within limits, and never past what they ask for.

One request at a time to each endpoint and no more than the rules' rate, a User-Agent that names a contact, no
redirects, no proxies. 429 and 503 with Retry-After are waited for where that is short, and else remembered,
also by the next process: until then no request goes out. An answer counts when it is whole (HONEST).
"""

from __future__ import annotations

import asyncio
import email.utils
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

import httpx
from anyio.to_thread import run_sync

from kgraph.errors import (
    QueryRefusedError,
    RemoteBusyError,
    RemoteError,
    RemoteTimeoutError,
    ServiceNotAllowedError,
)
from kgraph.federation.cache import AnswerCache, Retrieved
from kgraph.federation.endpoints import Endpoint, Rules
from kgraph.federation.network import CheckedTransport, PrivateAddressError
from kgraph.federation.reasons import reason_in
from kgraph.federation.results import MalformedResults, StrangeTerm, read_solutions

__all__ = ["Allowance", "ServiceClient", "Solutions"]

_RESULTS: Final = "application/sparql-results+json"
_READABLE: Final = frozenset({_RESULTS, "application/json"})
_CONNECT_S: Final = 10.0
#: How long Retry-After is waited for, and how long a service is left alone that names no time.
_LONGEST_WAIT_S: Final = 5.0
_PAUSE_S: Final = 10.0
_ATTEMPTS: Final = 3
_REASON_BYTES: Final = 16 << 10


@dataclass(slots=True)
class Allowance:
    """What is left for the remote part of one query: until when, on the loop's clock, and how many bytes."""

    deadline: float
    bytes_left: int


@dataclass(frozen=True, slots=True)
class Solutions:
    """Solutions of a service, with terms in SPARQL, and when they were retrieved, in seconds since 1970."""

    rows: list[tuple[str, ...]]
    time: float


@dataclass(slots=True)
class _Line:
    """The line to one endpoint: who is on it, and when it may be used next.

    Both times are on the loop's clock.
    """

    client: httpx.AsyncClient
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_start: float = 0.0
    paused_until: float = 0.0


class ServiceClient:
    """Calls services under some rules. To be used in one event loop, and closed."""

    def __init__(self, rules: Rules, folder: Path) -> None:
        self.rules = rules
        self._cache = AnswerCache(folder / "cache.sqlite")
        self._lines: dict[Endpoint, _Line] = {}

    async def aclose(self) -> None:
        """Close every connection."""
        for line in self._lines.values():
            await line.client.aclose()
        self._lines.clear()

    def allowance(self) -> Allowance:
        """What a query may take from now on."""
        now = asyncio.get_running_loop().time()
        return Allowance(now + self.rules.timeout_s, self.rules.size_limit_bytes)

    async def ask(
        self, endpoint: Endpoint, query: str, variables: Sequence[str], allowance: Allowance
    ) -> Solutions:
        """The solutions of a query, from the cache or from the service itself.

        Raises:
            ServiceNotAllowedError: the endpoint stands in a private network that nobody listed.
            RemoteError: it cannot be reached, refuses, or its answer is not whole; subclasses say more.
            QueryRefusedError: its answer is larger than a query may take.
        """
        answer = await self._retrieve(endpoint, query, allowance)
        allowance.bytes_left -= len(answer.content)
        if allowance.bytes_left < 0:
            raise self._too_large(endpoint)
        name = sha256(f"{endpoint.iri}\n{query}\n{answer.time}".encode()).hexdigest()[:16]
        try:
            rows = await run_sync(lambda: read_solutions(answer.content, variables, answer=name))
        except StrangeTerm as error:
            raise RemoteError(
                f"The answer of {endpoint.iri} has what is no term of RDF: {error}.",
                hint="Leave it out there, with a FILTER within SERVICE.",
            ) from error
        except MalformedResults as error:
            raise RemoteError(
                f"The answer of {endpoint.iri} is cut off or no SPARQL result."
                f"{reason_in(_end_of(answer.content))}",
                hint="The service may have run out of its time: ask for less, or try again later.",
            ) from error
        if not answer.cached:
            await run_sync(self._cache.keep, endpoint.iri, query, answer)
        return Solutions(rows, answer.time)

    async def _retrieve(self, endpoint: Endpoint, query: str, allowance: Allowance) -> Retrieved:
        max_age_s = None if self.rules.offline else self.rules.max_age_s
        kept = await run_sync(lambda: self._cache.find(endpoint.iri, query, max_age_s=max_age_s))
        if kept is not None:
            return kept
        if self.rules.offline:
            raise RemoteError(
                f"What the query asks of {endpoint.iri} was not asked before, and this service is offline.",
                hint="Ask it once without --offline.",
            )
        try:
            async with asyncio.timeout_at(allowance.deadline):
                return await self._call_patiently(endpoint, query, allowance)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise RemoteTimeoutError(
                f"{endpoint.iri} did not answer in the {self.rules.timeout_s:g} seconds that services have.",
                hint="Bind more of the variables that the SERVICE shares with the rest of the query.",
            ) from error
        except PrivateAddressError as error:
            raise ServiceNotAllowedError(
                f"{endpoint.iri} leads into a private network.",
                hint="Whoever runs this service can name where it stands with --service-mirror.",
            ) from error
        except httpx.HTTPError as error:
            raise RemoteError(
                f"{endpoint.iri} cannot be reached: {str(error) or type(error).__name__}.",
                hint="Try again later, or put SILENT after SERVICE to go on without it.",
            ) from error

    async def _call_patiently(self, endpoint: Endpoint, query: str, allowance: Allowance) -> Retrieved:
        for _ in range(_ATTEMPTS - 1):
            try:
                async with self._turn(endpoint, allowance) as line:
                    return await self._call(line, endpoint, query, allowance)
            except RemoteBusyError as error:
                if error.retry_after_s > _LONGEST_WAIT_S:
                    raise
        async with self._turn(endpoint, allowance) as line:
            return await self._call(line, endpoint, query, allowance)

    @asynccontextmanager
    async def _turn(self, endpoint: Endpoint, allowance: Allowance) -> AsyncIterator[_Line]:
        """One's turn at an endpoint: alone, not too often, and not before it wants to be asked again."""
        line = self._lines.setdefault(endpoint, self._line(endpoint))
        loop = asyncio.get_running_loop()
        async with line.turn:
            known = await run_sync(self._cache.paused_until, endpoint.iri)
            pause_s = max(known - time.time(), line.paused_until - loop.time())
            if pause_s > min(_LONGEST_WAIT_S, allowance.deadline - loop.time()):
                raise _busy(endpoint, pause_s)
            await asyncio.sleep(max(pause_s, line.next_start - loop.time(), 0.0))
            line.next_start = loop.time() + 1 / self.rules.rate
            yield line

    def _line(self, endpoint: Endpoint) -> _Line:
        return _Line(
            httpx.AsyncClient(
                transport=CheckedTransport(any_address=endpoint.any_address),
                headers={"User-Agent": self.rules.user_agent, "Accept": _RESULTS},
                timeout=httpx.Timeout(self.rules.timeout_s, connect=_CONNECT_S),
                follow_redirects=False,
                trust_env=False,
            )
        )

    async def _call(self, line: _Line, endpoint: Endpoint, query: str, allowance: Allowance) -> Retrieved:
        now = time.time()
        async with line.client.stream("POST", endpoint.url, data={"query": query}) as response:
            if response.status_code in (429, 503):
                pause_s = _retry_after_s(response.headers.get("retry-after", ""))
                line.paused_until = asyncio.get_running_loop().time() + pause_s
                await run_sync(self._cache.pause, endpoint.iri, now + pause_s)
                raise _busy(endpoint, pause_s)
            await self._check(response, endpoint)
            content = bytearray()
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > allowance.bytes_left:
                    raise self._too_large(endpoint)
            return Retrieved(bytes(content), now)

    async def _check(self, response: httpx.Response, endpoint: Endpoint) -> None:
        status = response.status_code
        if response.is_redirect:
            raise RemoteError(
                f"{endpoint.iri} sends us elsewhere (status {status}), and redirects are not followed.",
                hint="Name the endpoint that it stands at now.",
            )
        said = "" if status == 200 else reason_in(await _beginning_of(response))
        if status == 504:
            raise RemoteTimeoutError(
                f"{endpoint.iri} ran out of its time (status 504).{said}",
                hint="Bind more of the variables that the SERVICE shares with the rest of the query.",
            )
        if status != 200:
            raise RemoteError(
                f"{endpoint.iri} answered with status {status}.{said}",
                hint="Check the pattern within SERVICE there."
                if status == 400
                else "Try again later, or put SILENT after SERVICE to go on without it.",
            )
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in _READABLE:
            raise RemoteError(
                f"{endpoint.iri} answered with {media_type[:80] or 'no media type'}, not {_RESULTS}.",
                hint="Is it a SPARQL endpoint?",
            )

    def _too_large(self, endpoint: Endpoint) -> QueryRefusedError:
        return QueryRefusedError(
            f"{endpoint.iri} answers with more than the {self.rules.size_limit_bytes >> 20} MiB that a query"
            " may fetch.",
            hint="Bind a variable of the SERVICE first, by a pattern around it, or put a LIMIT into it.",
        )


async def _beginning_of(response: httpx.Response) -> bytes:
    """As much of a refusal as may tell its reason."""
    content = bytearray()
    with suppress(httpx.HTTPError):  # what came until then
        async for piece in response.aiter_bytes():
            content += piece
            if len(content) > _REASON_BYTES:
                break
    return bytes(content[:_REASON_BYTES])


def _end_of(content: bytes) -> bytes:
    """Where a trace stands that breaks an answer off, in a document that still begins like one."""
    return b"{" + content[-_REASON_BYTES:]


def _busy(endpoint: Endpoint, pause_s: float) -> RemoteBusyError:
    retry_after_s = max(1, round(pause_s + 0.5))
    return RemoteBusyError(
        f"{endpoint.iri} wants to be left alone for {retry_after_s} s.",
        hint="Try again then.",
        retry_after_s=retry_after_s,
    )


def _retry_after_s(value: str) -> float:
    """The seconds that Retry-After names, as a number or as a date (RFC 9110, section 10.2.3)."""
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError):
        return _PAUSE_S

"""The way to another engine over HTTP: queries, updates, and a whole dataset as N-Quads.

NOCALL: it leads to the one URL that a setting names, and follows no redirects and no proxies.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self
from urllib.parse import urlencode

import httpx
import pyoxigraph as ox

from kgraph.errors import EngineError

__all__ = ["Addresses", "Endpoint", "EngineFault", "Fault"]

#: Where engines have their services below the URL of a dataset: queries, updates, graphs (SPARQL 1.1 Graph
#: Store HTTP Protocol). The first that answers is taken.
_LAYOUTS: Final = (("/query", "/update", "/store"), ("/query", "/update", "/data"), ("", "", ""))
_JSON: Final = "application/sparql-results+json"
_FORM: Final = "application/x-www-form-urlencoded"
_CONNECT_S: Final = 10.0
_MOST_CONNECTIONS: Final = 64
_REASON_CHARACTERS: Final = 200
_TIMEOUTS: Final = frozenset({408, 503, 504})


class Fault(StrEnum):
    """What kept an engine from answering."""

    AWAY = "away"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    CUT_OFF = "cut off"


class EngineFault(Exception):  # noqa: N818 -- no error of the user's: somebody else may answer
    """An engine gave no answer, or no whole one."""

    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Addresses:
    """The URLs of an engine's services; ``graphs`` is empty where whole datasets are not taken."""

    queries: str
    updates: str
    graphs: str


class Endpoint:
    """An engine's services. To be used in one event loop, and closed.

    Args:
        url: the URL of its dataset.
        token: what it takes as a bearer token, or USER:PASSWORD.
    """

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url
        self.addresses = Addresses(url, url, "")
        self._client = httpx.AsyncClient(
            headers=_authorization(token),
            timeout=httpx.Timeout(None, connect=_CONNECT_S),
            limits=httpx.Limits(max_connections=_MOST_CONNECTIONS, max_keepalive_connections=16),
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection; answers that are being read end with a fault."""
        await self._client.aclose()

    async def find(self) -> None:
        """Find out where its services are.

        Raises:
            EngineError: it cannot be reached, or nothing there answers SPARQL.
        """
        reasons: list[str] = []
        for queries, updates, graphs in _LAYOUTS:
            self.addresses = Addresses(
                f"{self.url}{queries}", f"{self.url}{updates}", f"{self.url}{graphs}" if graphs else ""
            )
            try:
                await self.rows("SELECT (1 AS ?one) {}")
                if not graphs or await self._takes_graphs():
                    return
            except EngineFault as fault:
                reasons.append(str(fault))
                if fault.fault is Fault.AWAY:
                    break
        raise EngineError(
            f"No SPARQL engine answers at {self.url}: {reasons[-1] if reasons else 'nothing there'}.",
            hint="Give what it wants to know you by as engine_token: a bearer token, or USER:PASSWORD."
            if reasons and "status 401" in reasons[-1]
            else "Start it, and name the URL of its dataset: http://host:3030/dataset for Fuseki,"
            " http://host:7878 for Oxigraph's server.",
        )

    async def _takes_graphs(self) -> bool:
        try:
            response = await self._client.head(self.addresses.graphs, params={"default": ""})
        except httpx.HTTPError as error:
            raise _away(error) from error
        return response.is_success

    @asynccontextmanager
    async def stream(
        self,
        query: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        timeout_s: int | None = None,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of an answer in JSON, of a dataset that the protocol's parameters describe (SPARQL 1.1
        Protocol, section 2.1.4). ``timeout_s`` is for an engine that takes it as a parameter.

        Raises:
            EngineFault: there is no answer; also from the iteration, where the answer breaks off.
        """
        fields = [("query", query)]
        fields += [("default-graph-uri", iri) for iri in default_graphs]
        fields += [("named-graph-uri", iri) for iri in named_graphs]
        if timeout_s is not None:
            fields.append(("timeout", str(timeout_s)))
        headers = {"Accept": _JSON, "Content-Type": _FORM}
        try:
            async with self._client.stream(
                "POST", self.addresses.queries, content=urlencode(fields), headers=headers
            ) as response:
                await _check(response)
                yield _pieces(response)
        except httpx.HTTPError as error:
            raise _away(error) from error

    async def rows(self, query: str, **dataset: Any) -> list[tuple[str, ...]]:
        """The rows of a small SELECT, terms as N-Triples writes them, an empty text for what is unbound.

        Raises:
            EngineFault: there is no whole answer.
        """
        async with self.stream(query, **dataset) as pieces:
            content = b"".join([piece async for piece in pieces])
        try:
            results = ox.parse_query_results(content, ox.QueryResultsFormat.JSON)
            if not isinstance(results, ox.QuerySolutions):
                raise EngineFault(Fault.REFUSED, "it answers SELECT with no rows")
            return [tuple("" if term is None else str(term) for term in row) for row in results]
        except (SyntaxError, ValueError) as error:
            raise EngineFault(Fault.CUT_OFF, f"its answer is no SPARQL result in JSON: {error}") from error

    async def update(self, text: str) -> None:
        """Carry out an update.

        Raises:
            EngineFault: it is not carried out.
        """
        try:
            response = await self._client.post(
                self.addresses.updates, content=urlencode({"update": text}), headers={"Content-Type": _FORM}
            )
            await _check(response)
        except httpx.HTTPError as error:
            raise _away(error) from error

    async def replace(self, quads: AsyncIterator[bytes]) -> None:
        """Put a dataset in N-Quads in the place of all that there is.

        Raises:
            EngineFault: it is not taken.
        """
        try:
            response = await self._client.put(
                self.addresses.graphs, content=quads, headers={"Content-Type": "application/n-quads"}
            )
            await _check(response)
        except httpx.HTTPError as error:
            raise _away(error) from error


def _authorization(token: str) -> dict[str, str]:
    if not token:
        return {}
    if ":" in token:  # RFC 7617, section 2
        return {"Authorization": f"Basic {base64.b64encode(token.encode()).decode()}"}
    return {"Authorization": f"Bearer {token}"}


async def _pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in response.aiter_bytes():
            yield piece
    except httpx.HTTPError as error:
        raise EngineFault(Fault.CUT_OFF, f"its answer breaks off: {error}") from error


async def _check(response: httpx.Response) -> None:
    """Virtuoso tells only in a header that an answer was cut off (S1TAT)."""
    state = response.headers.get("x-sql-state", "")
    if response.is_success and not state:
        return
    said = (await response.aread())[:_REASON_CHARACTERS].decode("utf-8", "replace").partition("\n")[0].strip()
    reason = f"it answers with status {response.status_code}{f' ({said})' if said else ''}"
    if response.is_success:
        raise EngineFault(Fault.CUT_OFF, f"it says in X-SQL-State that its answer is none ({state[:20]})")
    if response.status_code in _TIMEOUTS:
        raise EngineFault(Fault.TIMEOUT, reason)
    if response.status_code >= 500 or response.is_redirect or response.status_code in (401, 403):
        raise EngineFault(Fault.AWAY, reason)
    raise EngineFault(Fault.REFUSED, reason)


def _away(error: httpx.HTTPError) -> EngineFault:
    return EngineFault(Fault.AWAY, f"it cannot be reached ({str(error) or type(error).__name__})")

"""Another kgraph server as the source of generations: its addresses below ``/generations``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import quote

import httpx

from kgraph.errors import ReplicaError
from kgraph.replicas.source import CHUNK_BYTES, GoneError, Reading, shown
from kgraph.store.sums import SUMS

__all__ = ["Primary"]

#: How long a server is asked to wait for another generation (RFC 7240, section 4.3), in seconds.
WAIT_S: Final = 20
_TIMES: Final = httpx.Timeout(30.0, connect=5.0)
_WAITING: Final = httpx.Timeout(30.0 + WAIT_S, connect=5.0)


class Primary:
    """A server that gives its generations to whoever holds the token."""

    def __init__(self, url: str, *, token: str = "") -> None:
        self.name = shown(url)
        headers = {"User-Agent": "kgraph", "Accept-Encoding": "identity"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._url = url.rstrip("/") + "/generations"
        self._client = httpx.Client(headers=headers, timeout=_TIMES)

    def close(self) -> None:
        """Keep no connection."""
        self._client.close()

    def current(self, known: str | None) -> str:
        """The current generation; a server that has no other than the known one waits for it."""
        headers = {"Prefer": f"wait={WAIT_S}", "If-None-Match": f'"{known}"'} if known else {}
        try:
            response = self._client.get(f"{self._url}/current", headers=headers, timeout=_WAITING)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if response.status_code == httpx.codes.NOT_MODIFIED and known:
            return known
        self._require(response)
        try:
            return str(response.json()["id"])
        except (ValueError, KeyError, TypeError) as error:
            raise ReplicaError(
                f"{self.name} says nothing of a generation.", hint="Is it a kgraph server?"
            ) from error

    def sums(self, generation: str) -> bytes:
        """The digests of a generation's files."""
        with self.reading(generation, SUMS, "", begin=0) as (_, pieces):
            return b"".join(pieces)

    @contextmanager
    def reading(self, generation: str, name: str, digest: str, *, begin: int) -> Iterator[Reading]:
        """A file; from ``begin`` on where the server knows ranges (RFC 9110, section 14)."""
        headers = {"Range": f"bytes={begin}-", "If-Range": f'"{digest}"'} if begin else {}
        url = f"{self._url}/{quote(generation)}/{quote(name)}"
        try:
            with self._client.stream("GET", url, headers=headers) as response:
                if response.status_code == httpx.codes.NOT_FOUND:
                    raise GoneError(f"{self.name} has no file {name} of the generation {generation}.")
                if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    yield begin, iter(())  # there is no more of it
                    return
                self._require(response)
                is_part = response.status_code == httpx.codes.PARTIAL_CONTENT
                yield begin if is_part else 0, response.iter_raw(CHUNK_BYTES)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _require(self, response: httpx.Response) -> None:
        """Go on where the server gave what was asked for."""
        if response.is_success:
            return
        if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise ReplicaError(
                f"{self.name} gives no generations to this replica: {_detail(response)}",
                hint="Both need the same KGRAPH_REPLICA_TOKEN.",
            )
        raise ReplicaError(
            f"{self.name} answers {response.status_code}: {_detail(response)}",
            hint="It has to be a kgraph server of this version." if response.is_client_error else "",
        )

    def _unreachable(self, error: httpx.HTTPError) -> ReplicaError:
        return ReplicaError(
            f"{self.name} cannot be reached: {str(error).rstrip('.') or type(error).__name__}.",
            hint="See to its address, and that it runs.",
        )


def _detail(response: httpx.Response) -> str:
    """What the server says is wrong (RFC 9457)."""
    try:
        response.read()
        told: Any = response.json()
        return str(told["detail"])[:300]
    except (ValueError, KeyError, TypeError, httpx.HTTPError):
        return response.reason_phrase

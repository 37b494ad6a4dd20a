"""The facade over another kgraph's URL: its protocols, and its answers as the values that they were there.

Nothing here runs in a server: it dials out because whoever wrote the program named the address.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import httpx

from kgraph import errors
from kgraph.describe import Description
from kgraph.programs.calls import Value
from kgraph.programs.plain import from_plain, to_plain
from kgraph.rdf.formats import FORMATS, ResultKind
from kgraph.rdf.table import read_values
from kgraph.reasoning import Belief, Explanation
from kgraph.who_said import Answer as WhoSaid
from kgraph.who_said import Question

__all__ = ["RemoteCalls"]

_T = TypeVar("_T")
_RESULTS: Final = FORMATS["json"].media_type
_GRAPH: Final = FORMATS["nt"].media_type
_ACCEPT: Final = f"{_RESULTS}, {_GRAPH}"
_TYPE: Final = "urn:kgraph:problem:"
_ERRORS: Final[dict[str, type[errors.KgraphError]]] = {
    error.code: error
    for name in errors.__all__
    if issubclass(error := getattr(errors, name), errors.KgraphError)
}


class RemoteCalls:
    """The answers of another server: a :class:`kgraph.programs.calls.Calls`.

    Args:
        url: where it stands, such as ``https://example.org/kgraph``.
        token: what writers send there.
        timeout_s: how long an answer may take.
        transport: what carries requests; the network by default.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        timeout_s: float = 120.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        headers = {"User-Agent": "kgraph"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._client = httpx.AsyncClient(timeout=timeout_s, headers=headers, transport=transport)
        self._prefixes: dict[str, str] | None = None

    async def prefixes(self) -> Mapping[str, str]:
        """The prefixes that the project there uses."""
        if self._prefixes is None:
            self._prefixes = from_plain(dict[str, str], await self._call("prefixes", {}))
        return self._prefixes

    async def query(self, text: str) -> tuple[Value, Sequence[str]]:
        """The value of a SPARQL query."""
        response = await self._ask(
            "POST",
            "/sparql",
            content=text.encode(),
            headers={"Content-Type": "application/sparql-query", "Accept": _ACCEPT},
        )
        return await self._value(response), response.headers.get_list("X-Notice")

    async def canned(self, slug: str, values: Mapping[str, str]) -> Value:
        """The value of a canned query."""
        path = httpx.URL(path=f"/queries/{slug}").raw_path.decode()
        response = await self._ask("GET", path, params=dict(values), headers={"Accept": _ACCEPT})
        return await self._value(response)

    async def queries(self) -> Sequence[str]:
        """The slugs of the canned queries."""
        response = await self._ask("GET", "/queries", headers={"Accept": "application/json"})
        return tuple(str(each["slug"]) for each in response.json())

    async def who_said(self, question: Question) -> WhoSaid:
        """Who said some words, or a fact."""
        given = {name: value for name, value in to_plain(question).items() if value not in ("", None)}
        return await self._called(
            WhoSaid, "who-said", {("q" if k == "text" else k): v for k, v in given.items()}
        )

    async def explain(
        self, subject: str, predicate: str, value: str, *, every: bool, believing: Sequence[str]
    ) -> Explanation:
        """Why a triple holds."""
        given = {"subject": subject, "predicate": predicate, "object": value, "believing": list(believing)}
        return await self._called(Explanation, "explain", given | ({"all": "true"} if every else {}))

    async def describe(self, iri: str, *, page: int) -> Description:
        """What is known of a thing."""
        return await self._called(Description, "describe", {"iri": iri, "page": page})

    async def believe(self, speakers: Sequence[str], *, only: bool) -> Belief:
        """Nothing: a belief is reasoned with where the project's folder is.

        Raises:
            QueryRefusedError: always.
        """
        raise errors.QueryRefusedError(
            "What would hold if one believed somebody is not told over HTTP.",
            hint="Ask explain(…, believing=…) for one triple, or open the project's folder.",
        )

    async def update(self, text: str) -> None:
        """Carry out a SPARQL update. Every later answer holds it, whichever replica that comes from."""
        headers = {"Content-Type": "application/sparql-update"}
        response = await self._ask("POST", "/sparql", content=text.encode(), headers=headers)
        if written := response.headers.get("X-Generation"):
            self._client.headers["X-Generation"] = written

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _value(self, response: httpx.Response) -> Value:
        is_graph = response.headers.get("Content-Type", "").partition(";")[0] == _GRAPH
        kind = ResultKind.GRAPH if is_graph else ResultKind.SOLUTIONS
        try:
            return read_values(response.content, kind, await self.prefixes())
        except (SyntaxError, ValueError) as error:
            raise errors.RemoteError(
                f"{self.url} sent what is no whole result: {error}.", hint="Is there a kgraph server?"
            ) from error

    async def _called(self, kind: type[_T], name: str, given: Mapping[str, Any]) -> _T:
        try:
            return from_plain(kind, await self._call(name, given))
        except ValueError as error:
            raise errors.RemoteError(
                f"{self.url} answers in another way than this edition of kgraph reads: {error}.",
                hint="Use the same edition on both sides, or ask in SPARQL.",
            ) from error

    async def _call(self, name: str, given: Mapping[str, Any]) -> Any:
        response = await self._ask("GET", f"/facade/{name}", params=dict(given))
        return response.json()

    async def _ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        try:
            response = await self._client.request(method, self.url + path, **given)
        except httpx.TimeoutException as error:
            raise errors.RemoteTimeoutError(
                f"{self.url} did not answer in time.", hint="Ask for less, or give a longer timeout_s."
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise errors.RemoteError(
                f"{self.url} cannot be reached: {error}.", hint="Check the address, and that it is serving."
            ) from error
        if response.is_success:
            return response
        raise _error(response, self.url)


def _error(response: httpx.Response, url: str) -> errors.KgraphError:
    """The error that the server met, as the exception that it was there."""
    try:
        problem: dict[str, Any] = json.loads(response.content)
        code = str(problem["type"]).removeprefix(_TYPE)
        detail = str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        return errors.RemoteError(
            f"{url} answered {response.status_code} {response.reason_phrase}.",
            hint="Is there a kgraph server? Give the address that its front page has.",
        )
    kind = _ERRORS.get(code, errors.RemoteError)
    try:
        return kind(detail)
    except TypeError:
        return errors.RemoteError(detail)

"""A request as the frame that a worker gets; what no worker should see is refused here.

NOCALL: a query that asks for SERVICE is refused; what escapes the eye meets the wall around the worker
(:mod:`kgraph.engine.confinement`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from kgraph.engine.backend import DefaultGraph, QueryRequest
from kgraph.engine.protocol import QueryFields, encode_frame, encode_header, join_frame
from kgraph.errors import QueryRefusedError, ServiceNotAllowedError
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.sparql import profile_query
from kgraph.vocab import HIDDEN_GRAPHS

__all__ = ["RequestEncoder"]


class RequestEncoder:
    """Turns requests into frames, of queries that may grow a worker by so much memory."""

    def __init__(self, *, memory_limit_bytes: int) -> None:
        self._memory_limit_bytes = memory_limit_bytes
        #: The last headers with what they were made from: for most queries it is that of the query before.
        self._headers: deque[tuple[tuple[object, ...], bytes]] = deque(maxlen=8)

    def encode(self, request: QueryRequest, kind: str = "query") -> bytes:
        """The frame of a request, whose mappings nobody changes; of ``kind`` "read" where the query is only
        to be read for another engine.

        Raises:
            QueryRefusedError: it is an update.
            ServiceNotAllowedError: it calls another endpoint.
        """
        profile = request.profile or profile_query(request.query)
        if profile.is_update:
            raise QueryRefusedError(
                "This is an update, not a query.",
                hint="Send it as an update, by POST as application/sparql-update, where updates are allowed.",
            )
        if profile.services:
            raise ServiceNotAllowedError(
                f"The query calls another endpoint, {profile.services[0]}, and this service does not.",
                hint="Ask that endpoint by itself and join the results, or put them into a VALUES block.",
            )
        key = (
            kind,
            str(request.store),
            request.formats,
            request.prefixes,
            request.default_graph,
            request.default_graphs,
            request.named_graphs,
            request.cover,
            request.only,
            request.aside,
            profile.dataset,
            request.base_iri,
            request.as_written,
            self._memory_limit_bytes,
        )
        header = next((header for known, header in self._headers if known == key), None)
        if header is None:
            header = _header(*key)
            self._headers.append((key, header))
        return join_frame(header, request.query.encode())

    def encode_profile(self, text: str) -> bytes:
        """The frame by which a worker is to read the profile off a query."""
        return encode_frame("profile", {"memory_limit_bytes": self._memory_limit_bytes}, text.encode())


def _header(  # noqa: PLR0913, PLR0917 -- the fields of a request
    frame: str,
    store: str,
    formats: Mapping[ResultKind, str],
    prefixes: Mapping[str, str],
    default_graph: DefaultGraph,
    default_graphs: tuple[str, ...] | None,
    named_graphs: tuple[str, ...] | None,
    cover: tuple[str, ...],
    only: tuple[str, ...] | None,
    aside: tuple[str, ...],
    clauses: str | None,
    base_iri: str | None,
    as_written: bool,
    memory_limit_bytes: int,
) -> bytes:
    fields: QueryFields = {
        "store": store,
        "formats": {kind.value: name for kind, name in formats.items()},
        "prefixes": dict(prefixes),
        "base_iri": base_iri,
        "as_written": as_written,
        "default_mode": default_graph.value,
        "hidden": list(HIDDEN_GRAPHS),
        "cover": list(cover),
        "only": None if only is None else list(only),
        "aside": list(aside),
        "default_graphs": None if default_graphs is None else list(default_graphs),
        "named_graphs": None if named_graphs is None else list(named_graphs),
        "clauses": clauses,
        "memory_limit_bytes": memory_limit_bytes,
    }
    return encode_header(frame, fields)

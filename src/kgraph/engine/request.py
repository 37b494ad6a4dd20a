"""A request as the frame that a worker gets; what no worker should see is refused here.

NOCALL: a query that asks for SERVICE is refused; what escapes the eye meets the wall around the worker
(:mod:`kgraph.engine.confinement`).
"""

from __future__ import annotations

from functools import lru_cache

from kgraph.engine.backend import QueryRequest
from kgraph.engine.dataset import clauses_question
from kgraph.engine.protocol import QueryFields, encode_header, join_frame
from kgraph.errors import QueryRefusedError
from kgraph.rdf.sparql import profile_query
from kgraph.vocab import HIDDEN_GRAPHS

__all__ = ["encode_request"]


def encode_request(request: QueryRequest, *, memory_limit_bytes: int) -> bytes:
    """The frame of a request.

    Raises:
        QueryRefusedError: it is an update, or it calls another endpoint.
    """
    profile = request.profile or profile_query(request.query)
    if profile.is_update:
        raise QueryRefusedError(
            "This is an update, not a query.",
            hint="Send it as an update, by POST as application/sparql-update, where updates are allowed.",
        )
    if profile.services:
        raise QueryRefusedError(
            f"The query calls another endpoint, {profile.services[0]}, and this service does not.",
            hint="Ask that endpoint by itself and join the results, or put them into a VALUES block.",
        )
    header = _header(
        str(request.store),
        tuple(request.formats.items()),
        tuple(request.prefixes.items()),
        (request.default_graph.value, request.default_graphs, request.named_graphs),
        (request.cover, request.only),
        clauses_question(request.query) if profile.has_dataset else None,
        request.base_iri,
        memory_limit_bytes,
    )
    return join_frame(header, request.query.encode())


_Pairs = tuple[tuple[str, str], ...]
_Dataset = tuple[str, tuple[str, ...] | None, tuple[str, ...] | None]


@lru_cache(maxsize=64)
def _header(
    store: str,
    formats: _Pairs,
    prefixes: _Pairs,
    dataset: _Dataset,
    visible: tuple[tuple[str, ...], tuple[str, ...] | None],
    clauses: str | None,
    base_iri: str | None,
    memory_limit_bytes: int,
) -> bytes:
    """The header of a query frame: for most queries it is that of the query before."""
    default_mode, default_graphs, named_graphs = dataset
    cover, only = visible
    fields: QueryFields = {
        "store": store,
        "formats": dict(formats),
        "prefixes": dict(prefixes),
        "base_iri": base_iri,
        "default_mode": default_mode,
        "hidden": list(HIDDEN_GRAPHS),
        "cover": list(cover),
        "only": None if only is None else list(only),
        "default_graphs": None if default_graphs is None else list(default_graphs),
        "named_graphs": None if named_graphs is None else list(named_graphs),
        "clauses": clauses,
        "memory_limit_bytes": memory_limit_bytes,
    }
    return encode_header("query", fields)

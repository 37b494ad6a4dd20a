"""The worker: answers one query at a time on a generation, in a process that was forked for it.

It has a generation in memory where the process that it was forked from holds one, and opens any other
read-only. It imports pyoxigraph and little else, and judges nothing but the query: time, queueing and
the meaning of a sudden death are the pool's affair.

HONEST: the first bytes of an answer are held back, so that most faults come as a clean ``fail``; a fault
after them comes as ``fail`` too, and then the answer is never ended.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from time import monotonic
from traceback import format_exception
from typing import Any, Final, cast

import pyoxigraph as ox

from kgraph.engine.asking import Results, ask_engine
from kgraph.engine.confinement import Growth
from kgraph.engine.opened import Failure, OpenGeneration, View
from kgraph.engine.pages import is_cut, pages_without_order
from kgraph.engine.portable import read_portably
from kgraph.engine.protocol import (
    Frame,
    FrameDecoder,
    QueryFields,
    encode_frame,
    encode_header,
    join_frame,
)
from kgraph.errors import NotAcceptableError, QueryRefusedError
from kgraph.rdf.sparql import profile_query
from kgraph.rdf.syntax import explain_syntax_error
from kgraph.rdf.writing import write_graph, write_results
from kgraph.store.spelling import restore

__all__ = ["Worker"]

_HOLD_BACK_BYTES: Final = 256 << 10
_CHUNK_BYTES: Final = 64 << 10
#: What comes as fast as this, after as many seconds, is a large result: its reader need not wait.
_SWIFT_BYTES: Final = 32 << 10
_SWIFT_S: Final = (0.005, 0.02)
#: Queries faster than this are measured only once in so many.
_MOMENT_S: Final = 0.001
_MOST_MOMENTS: Final = 32


class _OutOfOrder(Exception):  # noqa: N818 -- no fault: the store on disk will be asked instead
    """An answer from memory that may be a part of the whole, cut where nothing but the store's order says."""


class _Outlet:
    """The file that a serialiser writes to: sends its bytes as frames, the first ones late.

    ``at_most`` is the number of rows from which on the answer may have been cut; it is then not sent.
    """

    def __init__(
        self,
        connection: socket.socket,
        kind: str,
        name: str,
        variables: tuple[str, ...],
        at_most: int | None = None,
    ) -> None:
        self._connection = connection
        self._at_most = at_most
        self._form = kind, name, variables
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._limit_bytes = _HOLD_BACK_BYTES
        self._has_begun = False
        self._began_s = monotonic()

    def write(self, data: bytes) -> int:
        self._pending.append(data)
        self._pending_bytes += len(data)
        if self._pending_bytes >= self._limit_bytes or self._is_swift():
            if self._at_most is not None:
                raise _OutOfOrder
            self._connection.sendall(self._take())
            self._has_begun = True
            self._limit_bytes = _CHUNK_BYTES
        return len(data)

    def _is_swift(self) -> bool:
        """Whether so much has come so soon that more is to be expected, and the first bytes need not wait."""
        return (
            not self._has_begun
            and self._pending_bytes >= _SWIFT_BYTES
            and _SWIFT_S[0] <= monotonic() - self._began_s <= _SWIFT_S[1]
        )

    def flush(self) -> None:
        """Nothing: what is pending leaves with the end, and not at all when the query fails."""

    def end(self, grown_bytes: int) -> None:
        """Send what is left, and that this was all."""
        grown_mib = grown_bytes >> 20
        if self._at_most is not None and is_cut(b"".join(self._pending), self._form[1], self._at_most):
            raise _OutOfOrder
        if not self._has_begun:
            last = join_frame(_header("whole", *self._form, grown_mib), b"".join(self._pending))
        else:
            last = self._take() + encode_frame("end", {"grown_mib": grown_mib})
        self._connection.sendall(last)

    def _take(self) -> bytes:
        head = b"" if self._has_begun else join_frame(_header("head", *self._form), b"")
        data = encode_frame("data", payload=b"".join(self._pending)) if self._pending else b""
        self._pending.clear()
        self._pending_bytes = 0
        return head + data


@lru_cache(maxsize=256)
def _header(
    frame: str, kind: str, name: str, variables: tuple[str, ...], grown_mib: int | None = None
) -> bytes:
    fields: dict[str, Any] = {"kind": kind, "format": name, "variables": variables}
    return encode_header(frame, fields if grown_mib is None else {**fields, "grown_mib": grown_mib})


class Worker:
    """Answers the queries that arrive on one connection."""

    def __init__(
        self, connection: socket.socket, *, may_dial_out: bool, snapshot: OpenGeneration | None = None
    ) -> None:
        self._connection = connection
        self._may_dial_out = may_dial_out
        self._snapshot = snapshot
        self._on_disk: OpenGeneration | None = None
        self._growth = Growth()
        self._last_grown_bytes = 0
        self._moments = 0

    def serve(self) -> None:
        """Answer until the pool closes the connection."""
        decoder = FrameDecoder()
        self._connection.sendall(encode_frame("ready"))
        while data := self._connection.recv(_CHUNK_BYTES):
            for frame in decoder.feed(data):
                if frame.kind == "open":
                    with suppress(Failure):  # which the first query will hear of
                        self._open(frame.fields["store"], frame.fields["hidden"])
                else:
                    self.answer(frame)

    def answer(self, frame: Frame) -> None:
        """Answer one query, or say why not; or say what a query is that is too long to be read elsewhere."""
        query = frame.payload.decode()
        try:
            if frame.kind == "profile":
                self._profile(query, frame.fields["memory_limit_bytes"])
            elif frame.kind == "read":
                self._read(query, cast(QueryFields, frame.fields))
            else:
                self._evaluate(query, cast(QueryFields, frame.fields))
        except Exception as error:  # whatever Oxigraph raises, the pool must hear of it
            self._connection.sendall(encode_frame("fail", _fault(error, query)))
            self._growth.measure()

    def _profile(self, query: str, memory_limit_bytes: int) -> None:
        began_s = monotonic()
        self._growth.limit(memory_limit_bytes)
        outlet = _Outlet(self._connection, "boolean", "json", ())
        outlet.write(json.dumps(asdict(profile_query(query))).encode())
        outlet.end(self._grown_bytes(began_s))

    def _read(self, query: str, fields: QueryFields) -> None:
        """Say how another engine is to be asked."""
        began_s = monotonic()
        snapshot = self._snapshot
        generation = snapshot if snapshot and snapshot.path == fields["store"] else self._opened(fields)
        self._growth.limit(fields["memory_limit_bytes"])
        outlet = _Outlet(self._connection, "boolean", "json", ())
        outlet.write(read_portably(generation, query, fields).render())
        outlet.end(self._grown_bytes(began_s))

    def _evaluate(self, query: str, fields: QueryFields) -> None:
        if self._may_dial_out and "service" in query.lower():
            # Keywords cannot be escaped, so without these letters there is no SERVICE.
            raise Failure("query-refused", "This system cannot keep a query from calling other endpoints.")
        if self._snapshot is None or self._snapshot.path != fields["store"]:
            self._evaluate_on(self._opened(fields), query, fields)
            return
        at_most = pages_without_order(query)
        if at_most != 0:
            with suppress(_OutOfOrder):
                self._evaluate_on(self._snapshot, query, fields, at_most=at_most)
                return
        self._evaluate_on(self._opened(fields), query, fields)

    def _evaluate_on(
        self, generation: OpenGeneration, query: str, fields: QueryFields, *, at_most: int | None = None
    ) -> None:
        began_s = monotonic()
        self._growth.limit(fields["memory_limit_bytes"])
        view = generation.view(query, fields)
        results = ask_engine(view, query, base_iri=fields["base_iri"])
        triples: Iterable[ox.Quad] | None = None
        if fields["as_written"] and isinstance(results, ox.QueryTriples):
            triples = _as_written(results, view)
        outlet = _serialize(results, fields, self._connection, triples, at_most=at_most)
        outlet.end(self._grown_bytes(began_s))

    def _grown_bytes(self, began_s: float) -> int:
        """How much the process has grown. A query of a moment cannot add much to it, and is not measured."""
        self._moments += 1
        if monotonic() - began_s > _MOMENT_S or self._moments >= _MOST_MOMENTS:
            self._moments = 0
            self._last_grown_bytes = self._growth.measure()
        return self._last_grown_bytes

    def _opened(self, fields: QueryFields) -> OpenGeneration:
        """The generation that a query names, on disk."""
        return self._open(fields["store"], fields["hidden"])

    def _open(self, path: str, hidden: Sequence[str]) -> OpenGeneration:
        if self._on_disk is None or self._on_disk.path != path:
            self._on_disk = None  # closed before the next is opened
            self._growth.free()  # a store maps its files
            self._on_disk = OpenGeneration(path, hidden)
            self._growth.measure()
        return self._on_disk


def _as_written(results: ox.QueryTriples, view: View) -> Iterator[ox.Quad]:
    """Triples of the graph that is the dataset, their values in the spelling that they came in."""
    (graph,) = view.default_graph
    quads = (ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in results)
    for quad in restore(view.store, quads):
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


def _serialize(
    results: Results,
    fields: QueryFields,
    connection: socket.socket,
    triples: Iterable[ox.Quad] | None,
    *,
    at_most: int | None,
) -> _Outlet:
    kind, variables = _kind(results)
    name = fields["formats"].get(kind)
    if name is None:
        raise Failure(
            "not-acceptable", f"The query gives {_NOUNS[kind]}, which no accepted format can carry."
        )
    outlet = _Outlet(connection, kind, name, variables, at_most if kind != "boolean" else None)
    if isinstance(results, ox.QueryTriples):
        write_graph(triples or results, outlet, name, fields["prefixes"])
    else:
        write_results(results, outlet, name)
    return outlet


#: What Oxigraph and this module raise; anything else is a fault of ours, and for the log.
_EXPECTED: Final = (
    Failure,
    NotAcceptableError,
    QueryRefusedError,
    SyntaxError,
    MemoryError,
    RuntimeError,
)
_NOUNS: Final = {"solutions": "rows", "boolean": "true or false", "graph": "a graph"}


def _kind(results: Results) -> tuple[str, tuple[str, ...]]:
    if isinstance(results, ox.QuerySolutions):
        return "solutions", tuple([variable.value for variable in results.variables])
    return ("boolean" if isinstance(results, ox.QueryBoolean) else "graph"), ()


_NO_MEMORY: Final = "The query ran out of its memory."


def _fault(error: Exception, query: str) -> dict[str, Any]:
    """The fields of a ``fail`` frame."""
    try:
        if isinstance(error, SyntaxError):
            fault = explain_syntax_error(query, error.msg or str(error))
            place = {"line": fault.line, "column": fault.column}
            return {
                "code": fault.code,
                "message": fault.message,
                "hint": fault.hint,
                "detail": "",
                **place,
            }
        failure = _explain(error, query)
        is_ours = not isinstance(error, _EXPECTED) or isinstance(error.__cause__, OSError)
        detail = "".join(format_exception(error)) if is_ours else ""
    except (MemoryError, RecursionError):
        failure, detail = Failure("query-memory", _NO_MEMORY), ""
    return {"code": failure.code, "message": str(failure), "detail": detail}


def _explain(error: Exception, query: str) -> Failure:
    if isinstance(error, Failure):
        return error
    if isinstance(error, QueryRefusedError | NotAcceptableError):
        return Failure(error.code, str(error))
    if isinstance(error, MemoryError):
        return Failure("query-memory", _NO_MEMORY)
    if isinstance(error, OSError) and "service" in query.lower():
        # The pool refuses what it can see; Oxigraph also reads SERVICE where no blank sets it apart.
        sentence = "The query tried to call another endpoint, which is not allowed here."
        return Failure("query-refused", sentence)
    if isinstance(error, RuntimeError | ValueError):  # what the query asks for is not there
        reason = f": {error}" if isinstance(error, RuntimeError) else ""
        return Failure("query-refused", f"The query cannot be evaluated{reason}.")
    return Failure("query-failed", "The query could not be evaluated.")

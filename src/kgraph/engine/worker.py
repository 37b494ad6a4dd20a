"""The worker process: answers one query at a time on a generation that it opens read-only.

``python -m kgraph.engine.worker FD`` serves the socket it inherits as FD until that closes. It imports
pyoxigraph and little else, so that it starts in milliseconds, and it judges nothing but the query: time,
queueing and the meaning of a sudden death are the pool's affair.

HONEST: the first bytes of an answer are held back, so that most faults come as a clean ``fail``; a fault
after them comes as ``fail`` too, and then the answer is never ended.
"""

from __future__ import annotations

import signal
import socket
import sys
from contextlib import suppress
from typing import Any, Final, cast

import pyoxigraph as ox

from kgraph.engine.confinement import confine_process, limited_memory, resident_bytes
from kgraph.engine.opened import Failure, OpenGeneration
from kgraph.engine.protocol import Frame, FrameDecoder, QueryFields, encode_frame

__all__ = ["Worker", "main"]

_HOLD_BACK_BYTES: Final = 256 << 10
_CHUNK_BYTES: Final = 64 << 10

_RESULT_FORMATS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_GRAPH_FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_WITH_PREFIXES: Final = frozenset({"ttl", "trig", "rdf"})


class _Outlet:
    """The file that a serialiser writes to: sends its bytes as frames, the first ones late."""

    def __init__(self, connection: socket.socket, head: dict[str, Any]) -> None:
        self._connection = connection
        self._frames = encode_frame("head", head)
        self._pending = bytearray()
        self._limit_bytes = _HOLD_BACK_BYTES

    def write(self, data: bytes) -> int:
        self._pending += data
        if len(self._pending) >= self._limit_bytes:
            self._send()
            self._limit_bytes = _CHUNK_BYTES
        return len(data)

    def flush(self) -> None:
        """Nothing: what is pending leaves with the end, and not at all when the query fails."""

    def end(self) -> None:
        """Send what is left, and that this was all."""
        self._send(encode_frame("end", {"resident_bytes": resident_bytes()}))

    def _send(self, after: bytes = b"") -> None:
        data = encode_frame("data", payload=bytes(self._pending)) if self._pending else b""
        self._connection.sendall(b"".join((self._frames, data, after)))
        self._frames = b""
        self._pending.clear()


class Worker:
    """Answers the queries that arrive on one connection."""

    def __init__(self, connection: socket.socket, *, may_dial_out: bool) -> None:
        self._connection = connection
        self._may_dial_out = may_dial_out
        self._generation: OpenGeneration | None = None

    def serve(self) -> None:
        """Answer until the pool closes the connection."""
        decoder = FrameDecoder()
        self._connection.sendall(encode_frame("ready"))
        while data := self._connection.recv(_CHUNK_BYTES):
            for frame in decoder.feed(data):
                self.answer(frame)

    def answer(self, frame: Frame) -> None:
        """Answer one query, or say why not."""
        query = frame.payload.decode()
        fields = cast(QueryFields, frame.fields)
        try:
            self._evaluate(query, fields)
        except Exception as error:  # whatever Oxigraph raises, the pool must hear of it
            code, message = _explain(error, query)
            self._connection.sendall(encode_frame("fail", {"code": code, "message": message}))

    def _evaluate(self, query: str, fields: QueryFields) -> None:
        if self._may_dial_out and "service" in query.lower():
            # Keywords cannot be escaped, so without these letters there is no SERVICE.
            raise Failure("query-refused", "This system cannot keep a query from calling other endpoints.")
        if self._generation is None or self._generation.path != fields["store"]:
            self._generation = None  # closed before the next is opened
            self._generation = OpenGeneration(fields["store"], fields["hidden"])
        with limited_memory(fields["memory_limit_bytes"]):
            view = self._generation.view(query, fields)
            results = view.store.query(
                query,
                base_iri=fields["base_iri"],
                default_graph=view.default_graph,
                named_graphs=view.named_graphs,
            )
            outlet = _serialize(results, fields, self._connection)
        outlet.end()


def _serialize(
    results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
    fields: QueryFields,
    connection: socket.socket,
) -> _Outlet:
    kind, variables = _kind(results)
    name = fields["formats"].get(kind)
    if name is None:
        raise Failure(
            "not-acceptable", f"The query gives {_NOUNS[kind]}, which no accepted format can carry."
        )
    outlet = _Outlet(connection, {"kind": kind, "format": name, "variables": variables})
    output = cast(Any, outlet)  # pyoxigraph asks for IO[bytes] and uses write and flush
    if not isinstance(results, ox.QueryTriples):
        # Boolean results have no CSV or TSV form in the standard; Oxigraph writes a bare true or false.
        results.serialize(output, _RESULT_FORMATS[name])
    elif name in _WITH_PREFIXES and fields["prefixes"]:
        ox.serialize(results, output, _GRAPH_FORMATS[name], prefixes=fields["prefixes"])
    else:
        results.serialize(output, _GRAPH_FORMATS[name])
    return outlet


_NOUNS: Final = {"solutions": "rows", "boolean": "true or false", "graph": "a graph"}


def _kind(results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> tuple[str, list[str]]:
    if isinstance(results, ox.QuerySolutions):
        return "solutions", [variable.value for variable in results.variables]
    return ("boolean" if isinstance(results, ox.QueryBoolean) else "graph"), []


def _explain(error: Exception, query: str) -> tuple[str, str]:
    """The code and the sentence of a ``fail`` frame."""
    if isinstance(error, Failure):
        return error.code, str(error)
    if isinstance(error, SyntaxError):
        return "query-syntax", str(error.msg)
    if isinstance(error, MemoryError):
        return "query-memory", "The query ran out of its memory."
    if isinstance(error, OSError) and "service" in query.lower():
        # The pool refuses what it can see; Oxigraph also reads SERVICE where no blank sets it apart.
        return "query-refused", "The query tried to call another endpoint, which is not allowed here."
    return "query-failed", f"The query could not be evaluated: {error}"


def main() -> None:
    """Serve the inherited socket whose number is the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then closes the socket
    connection = socket.socket(fileno=int(sys.argv[1]))
    walled = confine_process()
    with suppress(ConnectionError):  # the pool has gone, or wants no more of this answer
        Worker(connection, may_dial_out=not walled).serve()


if __name__ == "__main__":
    main()

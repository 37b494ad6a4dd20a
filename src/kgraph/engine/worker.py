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
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, cast

import pyoxigraph as ox

from kgraph.engine.confinement import confine_process, limited_memory, resident_bytes
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


class _Failure(Exception):  # noqa: N818 -- it is what the ``fail`` frame says
    """A query that is not answered, with the code of the error that the pool raises."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _View(NamedTuple):
    """The dataset of one query: what its store shows as default graph and as named graphs."""

    store: ox.Store
    default_graph: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]
    named_graphs: list[ox.NamedNode | ox.BlankNode]


class _Generation:
    """An opened generation, and the datasets that queries ask of it.

    The graph ``union`` holds the exact union of all others, because Oxigraph's own union repeats a triple
    for each graph it stands in. It is a device of the store and no part of any dataset.
    """

    def __init__(self, path: str, union_graph: str) -> None:
        try:
            self._store = ox.Store.read_only(path)
        except OSError as error:
            raise _Failure("store", f"The store of this generation cannot be opened: {error}") from error
        self.path = path
        self._union = ox.NamedNode(union_graph)
        self._named = [name for name in self._store.named_graphs() if name != self._union]
        self._merged: tuple[tuple[list[ox.NamedNode], list[ox.NamedNode]], ox.Store] | None = None

    def view(self, query: str, fields: QueryFields) -> _View:
        """The dataset that the protocol, else the query itself, else the service's own mode describes."""
        given = fields["default_graphs"], fields["named_graphs"]
        if given != (None, None):
            return self._assembled(self._graphs(given[0]), self._graphs(given[1]))
        if fields["clauses"] is not None:
            return self._assembled(*self._clauses(fields["clauses"], fields["base_iri"]))
        # Naming the visible graphs costs 8 µs each: only a query that says GRAPH can reach them.
        named = self._named if "graph" in query.lower() else []
        union = fields["default_mode"] == "union"
        return _View(self._store, [self._union if union else ox.DefaultGraph()], named)

    def _graphs(self, iris: Sequence[str] | None) -> list[ox.NamedNode]:
        try:
            names = [ox.NamedNode(iri) for iri in dict.fromkeys(iris or ())]
        except ValueError as error:
            raise _Failure("bad-parameter", f"A graph of the dataset has no valid IRI: {error}.") from error
        return [name for name in names if name != self._union]

    def _clauses(self, question: str, base_iri: str | None) -> tuple[list[ox.NamedNode], list[ox.NamedNode]]:
        try:
            solutions = cast(ox.QuerySolutions, ox.Store().query(question, base_iri=base_iri))
        except SyntaxError:
            return [], []  # the query's own fault, which its evaluation will place better
        names = [variable.value for variable in solutions.variables]
        row = next(solutions)
        iris = [(name[0], cast(ox.NamedNode, row[name]).value) for name in names]
        return (
            self._graphs([iri for clause, iri in iris if clause == "d"]),
            self._graphs([iri for clause, iri in iris if clause == "n"]),
        )

    def _assembled(self, default: list[ox.NamedNode], named: list[ox.NamedNode]) -> _View:
        """The dataset of these graphs. Where several make the default graph, their merge is a set of
        triples (RDF 1.1 Semantics, section 4), which Oxigraph only gives of a copy.
        """
        if len(default) < 2:
            return _View(self._store, [*default], [*named])
        if self._merged is None or self._merged[0] != (default, named):
            self._merged = None  # first of all let go of the one before
            copy = ox.Store()
            for name in default:
                copy.extend(
                    ox.Quad(quad.subject, quad.predicate, quad.object)
                    for quad in self._store.quads_for_pattern(None, None, None, name)
                )
            for name in named:
                copy.extend(self._store.quads_for_pattern(None, None, None, name))
            self._merged = (default, named), copy
        return _View(self._merged[1], [ox.DefaultGraph()], [*named])


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
        self._generation: _Generation | None = None

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
            raise _Failure("query-refused", "This system cannot keep a query from calling other endpoints.")
        if self._generation is None or self._generation.path != fields["store"]:
            self._generation = None  # closed before the next is opened
            self._generation = _Generation(fields["store"], fields["union_graph"])
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
        raise _Failure(
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
    if isinstance(error, _Failure):
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

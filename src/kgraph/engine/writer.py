"""The writer process: carries out one write at a time, each as a generation of its own.

``python -m kgraph.engine.writer FD`` serves the socket it inherits as FD until that closes. Its frames are
those of :mod:`kgraph.engine.protocol`::

    server → writer    update, put, add, delete    WriteFields, and a payload: the update, or the document
    writer → server    ready                       once
                       began                       the right to write is ours; the deadline runs from here
                       done                        generation, created: on disk and current
                       fail                        code, message, hint, line, column

Like a worker it is walled off from the network and limited in its memory, and may be killed at any moment:
what is not yet current is swept away by the next writer. It imports pyoxigraph and the standard library only.
"""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypedDict, cast

import pyoxigraph as ox

from kgraph.engine.confinement import Growth, confine_process, resident_bytes
from kgraph.engine.protocol import Frame, FrameDecoder, encode_frame
from kgraph.engine.updating import Updating
from kgraph.errors import (
    KgraphError,
    ParameterError,
    QueryFailedError,
    QueryMemoryError,
    RdfSyntaxError,
    UnknownNameError,
)
from kgraph.rdf.loading import DATASET_FORMATS, RDF_FORMATS, explain_rdf_error
from kgraph.rdf.operations import Dataset
from kgraph.rdf.update import parse_update
from kgraph.store.catalog import Catalog
from kgraph.store.delta import LIMIT_QUADS
from kgraph.store.draft import Draft
from kgraph.store.generation import Generation
from kgraph.store.manifest import GraphName, graph_key, render_graph
from kgraph.store.workspace import Workspace

__all__ = ["WriteFields", "Writer", "main"]

_CHUNK_BYTES: Final = 1 << 20
#: Larger documents go to Oxigraph's bulk loader, and are not recorded triple by triple.
_LARGE_BYTES: Final = 8 << 20


class WriteFields(TypedDict):
    """The header of a write. ``graph`` is None for the default graph; ``document`` is the path of a document
    that is not in the payload.
    """

    catalog: str
    memory_limit_bytes: int
    wait_s: float
    is_union: bool
    base_iri: str | None
    using: tuple[list[str], list[str]] | None
    graph: str | None
    format: str
    document: str | None


class _UnchangedError(Exception):
    """A write that changes nothing makes no generation."""


class Writer:
    """Carries out the writes that arrive on one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._growth = Growth()
        self._workspace = Workspace()

    def serve(self) -> None:
        """Write until the server closes the connection."""
        decoder = FrameDecoder()
        self._send("ready")
        while data := self._connection.recv(_CHUNK_BYTES):
            for frame in decoder.feed(data):
                self.answer(frame)
        self._workspace.drop()

    def answer(self, frame: Frame) -> None:
        """Carry out one write, or say why not."""
        try:
            done = self._write(frame.kind, cast(WriteFields, frame.fields), frame.payload)
        except Exception as error:  # whatever Oxigraph raises, the server must hear of it
            self._send("fail", _describe(error))
        else:
            self._send("done", {**done, "resident_bytes": resident_bytes()})

    def _write(self, kind: str, fields: WriteFields, payload: bytes) -> dict[str, Any]:
        with self._growth.limited(fields["memory_limit_bytes"]):
            work = _WORKS[kind](fields, payload)  # a syntax error needs no lock
        catalog = Catalog(Path(fields["catalog"]))
        with catalog.writing(wait_s=fields["wait_s"]):
            self._send("began")
            base = catalog.current()
            identifier = catalog.identifier(base.manifest.canonical_hash)
            created = False

            def write(path: Path) -> Generation:
                nonlocal created
                with Draft(base, path, workspace=self._workspace) as draft:
                    with self._growth.limited(fields["memory_limit_bytes"]):
                        created = work(draft)
                    if draft.is_unchanged:
                        raise _UnchangedError
                    return draft.seal(identifier, made_by=kind)

            try:
                generation = catalog.publish(identifier, write)
            except _UnchangedError:
                generation = base
        return {"generation": generation.id, "created": created}

    def _send(self, kind: str, fields: dict[str, Any] | None = None) -> None:
        self._connection.sendall(encode_frame(kind, fields))


#: What a write does to a draft; says whether it made a graph.
Work = Callable[[Draft], bool]


def _update(fields: WriteFields, payload: bytes) -> Work:
    using = fields["using"]
    operations = parse_update(
        payload.decode(),
        base_iri=fields["base_iri"],
        using=None if using is None else Dataset(_names(using[0]), _names(using[1])),
    )

    def work(draft: Draft) -> bool:
        Updating(draft, is_union=fields["is_union"], base_iri=fields["base_iri"]).carry_out(operations)
        return False

    return work


def _put(fields: WriteFields, payload: bytes) -> Work:
    return _store(fields, payload, replaces=True)


def _add(fields: WriteFields, payload: bytes) -> Work:
    return _store(fields, payload, replaces=False)


def _store(fields: WriteFields, payload: bytes, *, replaces: bool) -> Work:
    """PUT and POST of the Graph Store Protocol (sections 5.3 and 5.5)."""
    name = _target(fields["graph"])
    document = _Document(payload, fields)

    def work(draft: Draft) -> bool:
        draft.guard(name)
        created = not draft.has_graph(name)
        if replaces and not created and (document.is_large or draft.sizes[graph_key(name)] > LIMIT_QUADS):
            draft.clear(name)  # piece by piece: there may be more than fits into memory
        if document.is_large:
            draft.grow(name, lambda: document.load(draft, name))
        else:
            old = list(draft.store.quads_for_pattern(None, None, None, name)) if replaces else []
            draft.change(removed=old, added=document.quads(name))
        if not draft.has_graph(name):  # a document without triples makes an empty graph
            draft.create(name)
        return created

    return work


def _delete(fields: WriteFields, payload: bytes) -> Work:
    del payload
    name = _target(fields["graph"])

    def work(draft: Draft) -> bool:
        draft.guard(name)
        if not draft.has_graph(name):
            raise UnknownNameError(f"There is no graph {render_graph(name)}.")
        draft.drop(name)
        return False

    return work


_WORKS: Final[dict[str, Callable[[WriteFields, bytes], Work]]] = {
    "update": _update,
    "put": _put,
    "add": _add,
    "delete": _delete,
}


class _Document:
    """An RDF document as it arrived."""

    def __init__(self, payload: bytes, fields: WriteFields) -> None:
        self._path = fields["document"]
        self._payload = payload
        self._format = fields["format"]
        self._base_iri = fields["base_iri"]
        size = len(payload) if self._path is None else Path(self._path).stat().st_size
        self.is_large = size >= _LARGE_BYTES and self._format not in DATASET_FORMATS

    def quads(self, name: GraphName) -> list[ox.Quad]:
        """Its triples as quads of one graph, their blank nodes new."""
        quads = list(self._parse())
        if not all(isinstance(quad.graph_name, ox.DefaultGraph) for quad in quads):
            raise RdfSyntaxError("The document names graphs, but it is to fill a single one.")
        return [ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in quads]

    def load(self, draft: Draft, name: GraphName) -> None:
        """Have Oxigraph read it into a graph."""
        draft.store.bulk_extend(draft.notebook.pass_on(self._parse(), name))

    def _parse(self) -> Iterator[ox.Quad]:
        source: dict[str, Any] = {"input": self._payload} if self._path is None else {"path": self._path}
        try:
            yield from ox.parse(
                **source,
                format=RDF_FORMATS[self._format],
                base_iri=self._base_iri,
                rename_blank_nodes=True,
            )
        except SyntaxError as error:
            raise explain_rdf_error(error, "The document") from error
        except ValueError as error:
            raise ParameterError(f"The base IRI of the document is none: {error}.") from error


def _target(iri: str | None) -> GraphName:
    return ox.DefaultGraph() if iri is None else _names([iri])[0]


def _names(iris: list[str]) -> tuple[ox.NamedNode, ...]:
    try:
        return tuple(ox.NamedNode(iri) for iri in iris)
    except ValueError as error:
        raise ParameterError(f"A graph has no valid IRI: {error}.") from error


def _describe(error: Exception) -> dict[str, Any]:
    """The fields of a ``fail`` frame."""
    if isinstance(error, MemoryError):
        error = QueryMemoryError("The write ran out of its memory.")
    if not isinstance(error, KgraphError):
        error = QueryFailedError(f"The write could not be carried out: {error}")
    places = {key: getattr(error, key, None) for key in ("line", "column")}
    return {"code": error.code, "message": error.message, "hint": error.hint, **places}


def main() -> None:
    """Serve the inherited socket whose number is the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then closes the socket
    connection = socket.socket(fileno=int(sys.argv[1]))
    confine_process()
    with suppress(ConnectionError):  # the server has gone
        Writer(connection).serve()


if __name__ == "__main__":
    main()

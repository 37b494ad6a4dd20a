"""The writer process: carries out one write at a time, each as a generation of its own.

``python -m kgraph.engine.writer FD`` serves the socket it inherits as FD until that closes. Its frames are
those of :mod:`kgraph.engine.protocol`::

    server → writer    update, put, add, load, delete   WriteFields; payload: the update, or the document
    writer → server    ready                       once
                       began                       the right to write is ours; the deadline runs from here
                       done                        generation, created: on disk and current
                       fail                        code, message, hint, line, column; detail for the log

Like a worker it is walled off from the network and limited in its memory, and may be killed at any moment:
what is not yet current is swept away by the next writer. It imports pyoxigraph and the standard library only.
"""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from traceback import format_exception
from typing import Any, BinaryIO, Final, TypedDict, cast

import pyoxigraph as ox

from kgraph.engine.confinement import Growth, confine_process, resident_bytes
from kgraph.engine.form import split_form
from kgraph.engine.protocol import Frame, FrameDecoder, encode_frame
from kgraph.engine.updating import Updating
from kgraph.errors import (
    KgraphError,
    ParameterError,
    QueryFailedError,
    QueryMemoryError,
    QueryRefusedError,
    RdfSyntaxError,
    StoreError,
    UnknownNameError,
)
from kgraph.rdf.incoming import Incoming
from kgraph.rdf.loading import DATASET_FORMATS, RDF_FORMATS
from kgraph.rdf.nesting import DEEPEST_TERM, is_deep_text
from kgraph.rdf.operations import Dataset
from kgraph.rdf.update import parse_update
from kgraph.store.catalog import Catalog
from kgraph.store.delta import LIMIT_QUADS
from kgraph.store.draft import Draft
from kgraph.store.generation import Generation
from kgraph.store.manifest import GraphName, graph_key, render_graph
from kgraph.store.workspace import Workspace

__all__ = ["WriteFields", "Writer", "describe_failure", "main"]

_CHUNK_BYTES: Final = 1 << 20
#: Larger documents go to Oxigraph's bulk loader, and are not recorded triple by triple.
_LARGE_BYTES: Final = 8 << 20


class WriteFields(TypedDict):
    """The header of a write. ``graph`` is None for the default graph; ``document`` is the path of a document
    that is not in the payload. With a ``boundary`` it is a form, whose parts have formats of their own.
    """

    catalog: str
    memory_limit_bytes: int
    wait_s: float
    is_union: bool
    base_iri: str | None
    using: tuple[list[str], list[str]] | None
    graph: str | None
    format: str
    charset: str
    boundary: str | None
    document: str | None


class _UnchangedError(Exception):
    """A write that changes nothing makes no generation."""


class Writer:
    """Carries out the writes that arrive on one connection."""

    def __init__(self, connection: socket.socket, *, may_dial_out: bool) -> None:
        self._connection = connection
        self._may_dial_out = may_dial_out
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
            self._send("fail", describe_failure(error))
        else:
            self._send("done", {**done, "resident_bytes": resident_bytes()})

    def _write(self, kind: str, fields: WriteFields, payload: bytes) -> dict[str, Any]:
        if self._may_dial_out and kind == "update" and b"service" in payload.lower():
            # Keywords cannot be escaped, so without these letters there is no SERVICE.
            raise QueryRefusedError("This system cannot keep an update from calling other endpoints.")
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
    if is_deep_text(payload):
        raise QueryRefusedError(f"A triple term is nested more than {DEEPEST_TERM} deep.")
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
            draft.change(removed=old, added=document.triples(name))
        if not draft.has_graph(name):  # a document without triples makes an empty graph
            draft.create(name)
        return created

    return work


def _load(fields: WriteFields, payload: bytes) -> Work:
    """A dataset, each quad of which goes into the graph that it names."""
    document = _Document(payload, fields)

    def work(draft: Draft) -> bool:
        draft.change(added=document.quads())
        return False

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
    "load": _load,
    "delete": _delete,
}


class _Document:
    """An RDF document as it arrived, or a form with several."""

    def __init__(self, payload: bytes, fields: WriteFields) -> None:
        path = fields["document"]
        self._base_iri = fields["base_iri"]
        if fields["boundary"] is not None:
            body = payload if path is None else Path(path).read_bytes()
            parts = split_form(body, fields["boundary"])
            self._sources = [_source(part.name, part.format, part.charset, part.content) for part in parts]
            formats, size_bytes = {part.format for part in parts}, len(body)
        else:
            self._sources = [_source("The document", fields["format"], fields["charset"], payload, path)]
            formats = {fields["format"]}
            size_bytes = len(payload) if path is None else Path(path).stat().st_size
        self.is_large = size_bytes >= _LARGE_BYTES and not formats & DATASET_FORMATS

    def quads(self) -> list[ox.Quad]:
        """Its quads, their blank nodes new."""
        quads: list[ox.Quad] = []
        for each in self._sources:
            self._read(each, lambda **source: quads.extend(ox.parse(**source, rename_blank_nodes=True)))
        return quads

    def triples(self, name: GraphName) -> list[ox.Quad]:
        """Its triples as quads of one graph, their blank nodes new."""
        quads = self.quads()
        if not all(isinstance(quad.graph_name, ox.DefaultGraph) for quad in quads):
            raise RdfSyntaxError("The document names graphs, but it is to fill a single one.")
        return [ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in quads]

    def load(self, draft: Draft, name: GraphName) -> bool:
        """Have Oxigraph read it into a graph. True where there may be triple terms in it."""

        def extend(**source: Any) -> None:
            quads = ox.parse(**source, rename_blank_nodes=True)
            draft.store.bulk_extend(draft.notebook.pass_on(quads, name))

        may_nest = [self._read(source, extend) for source in self._sources]
        return any(may_nest)

    def _read(self, source: Incoming, load: Callable[..., None]) -> bool:
        try:
            return source.load(load, base_iri=self._base_iri)
        except ValueError as error:
            raise ParameterError(
                "The document cannot have this base IRI.", hint="Name its graph by an absolute IRI."
            ) from error


def _source(name: str, fmt: str, charset: str, content: bytes, path: str | None = None) -> Incoming:
    def open_document() -> BinaryIO:
        return BytesIO(content) if path is None else Path(path).open("rb")

    return Incoming(name, RDF_FORMATS[fmt], open_document, charset, path)


def _target(iri: str | None) -> GraphName:
    return ox.DefaultGraph() if iri is None else _names([iri])[0]


def _names(iris: list[str]) -> tuple[ox.NamedNode, ...]:
    try:
        return tuple(ox.NamedNode(iri) for iri in iris)
    except ValueError as error:
        raise ParameterError("A graph has no valid IRI.", hint="Write it in full.") from error


def describe_failure(error: Exception) -> dict[str, Any]:
    """The fields of a ``fail`` frame."""
    detail = ""
    if isinstance(error, MemoryError):
        error = QueryMemoryError("The write ran out of its memory.")
    elif isinstance(error, RecursionError):
        error = QueryRefusedError("The write is nested too deeply.", hint="Write less at once.")
    elif not isinstance(error, KgraphError):
        detail = "".join(format_exception(error))
        is_store = isinstance(error, OSError)  # which is all that Oxigraph says of its store
        error = (
            StoreError("The store cannot be written.", hint="See the log, and to the room on its disk.")
            if is_store
            else QueryFailedError("The write could not be carried out.", hint="See the log.")
        )
    places = {key: getattr(error, key, None) for key in ("line", "column")}
    return {"code": error.code, "message": error.message, "hint": error.hint, "detail": detail, **places}


def main() -> None:
    """Serve the inherited socket whose number is the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then closes the socket
    connection = socket.socket(fileno=int(sys.argv[1]))
    may_dial_out = not confine_process()
    with suppress(ConnectionError):  # the server has gone
        Writer(connection, may_dial_out=may_dial_out).serve()


if __name__ == "__main__":
    main()

"""What the pool and a worker say to each other: frames over a socket pair, without any input or output.

A frame is a small JSON header and a payload of raw bytes, each preceded by its length::

    pool → worker    query   QueryFields            payload: the text of the query
                     read    QueryFields            the same, to be read for another engine
                     open    store, hidden          the generation that is likely to be asked
    worker → pool    ready                          once, when it can take its first query
                     whole   those of head and end   payload: the answer
                     head    kind, format, variables
                     data                           payload: the next bytes of the answer
                     end     grown_mib              the answer is complete
                     fail    code, message, detail  the answer will never be complete; detail is for the log

A worker answers each query with ``whole``, with ``head data+ end`` where the answer is large, with ``fail``,
or with ``head data+ fail`` where the fault came to light after the first bytes had left. Only ``whole`` and
``end`` make an answer complete.

Most headers come again and again, byte for byte, so both sides remember what they have made and read:
the fields of a frame are shared with other frames, and nobody may change them.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypedDict

__all__ = [
    "Frame",
    "FrameDecoder",
    "FrameError",
    "QueryFields",
    "encode_frame",
    "encode_header",
    "join_frame",
]

_LENGTHS: Final = struct.Struct("!II")
_MAX_PART_BYTES: Final = 64 << 20
_REMEMBERED: Final = 64
_REMEMBERED_BYTES: Final = 4096


class QueryFields(TypedDict):
    """The header of a query frame.

    ``clauses`` is the question by which a query's own FROM clauses are resolved
    (:attr:`kgraph.rdf.sparql.QueryProfile.dataset`). The protocol's ``default_graphs`` and
    ``named_graphs`` go before it; where neither is given, ``default_mode`` says what the default graph is.
    The graphs of ``cover`` make up the union of all, where that is the default graph; ``only`` names all
    the named graphs that there are for this query, where these are not simply all. ``hidden`` graphs are
    shown in no other way. ``as_written`` asks for the triples of a single graph in their own spelling.
    """

    store: str
    formats: dict[str, str]
    prefixes: dict[str, str]
    base_iri: str | None
    as_written: bool
    default_mode: str
    hidden: list[str]
    cover: list[str]
    only: list[str] | None
    aside: list[str]
    default_graphs: list[str] | None
    named_graphs: list[str] | None
    clauses: str | None
    memory_limit_bytes: int


class FrameError(ValueError):
    """The other side does not speak this protocol."""


class Frame(NamedTuple):
    """One message."""

    kind: str
    fields: dict[str, Any]
    payload: bytes


def encode_header(kind: str, fields: QueryFields | dict[str, Any] | None = None) -> bytes:
    """The header of a frame as bytes."""
    return json.dumps([kind, fields or {}]).encode()


def encode_frame(
    kind: str, fields: QueryFields | dict[str, Any] | None = None, payload: bytes = b""
) -> bytes:
    """A frame as bytes."""
    header = encode_header(kind, fields) if fields or kind != "data" else _DATA
    return join_frame(header, payload)


def join_frame(header: bytes, payload: bytes) -> bytes:
    """A frame as bytes, of a header that is encoded already."""
    return b"".join((_LENGTHS.pack(len(header), len(payload)), header, payload))


_DATA: Final = encode_header("data")


class FrameDecoder:
    """Cuts a stream of bytes into frames, however the bytes arrive."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._known: dict[bytes, tuple[str, dict[str, Any]]] = {}

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take in some bytes and give the frames that are whole by now.

        Raises:
            FrameError: a part is impossibly long, or a header is not what :func:`encode_frame` writes.
        """
        buffer: bytes | bytearray = data
        if self._rest:
            self._rest += data
            buffer = self._rest
        position, available = 0, len(buffer)
        try:
            while available - position >= _LENGTHS.size:
                header_bytes, payload_bytes = _LENGTHS.unpack_from(buffer, position)
                if header_bytes > _MAX_PART_BYTES or payload_bytes > _MAX_PART_BYTES:
                    raise FrameError("a frame is longer than any that this protocol sends")
                start = position + _LENGTHS.size
                middle = start + header_bytes
                end = middle + payload_bytes
                if available < end:
                    break
                position = end
                kind, fields = self._header(bytes(buffer[start:middle]))
                yield Frame(kind, fields, bytes(buffer[middle:end]))
        finally:
            if buffer is self._rest:
                del self._rest[:position]
            elif position < available:
                self._rest += data[position:]

    def _header(self, header: bytes) -> tuple[str, dict[str, Any]]:
        known = self._known.get(header)
        if known is None:
            try:
                kind, fields = json.loads(header)
            except ValueError as error:
                raise FrameError("a frame has an unreadable header") from error
            known = kind, fields
            if len(header) <= _REMEMBERED_BYTES:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[header] = known
        return known

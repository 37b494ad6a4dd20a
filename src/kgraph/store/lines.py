"""Loading N-Triples and N-Quads by several threads at once.

Each line of these formats can be read by itself (RDF 1.1 N-Triples, section 2), so a document is loaded in
pieces, side by side. Only what a blank node label means is the whole document's affair: lines that may have
one are left out of the pieces, and read in a second pass by one parser, which sees blank lines in the place
of the others. Pieces that are smaller than Oxigraph's own batches also take less memory and time.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Lock
from typing import IO, BinaryIO, Final

__all__ = ["load_lines"]

#: A piece is a 64th of what is to be loaded, within these bounds: each becomes files of the store.
_SMALLEST_PIECE_BYTES: Final = 8 << 20
_LARGEST_PIECE_BYTES: Final = 64 << 20
_PIECES: Final = 64
#: More threads wait for each other when their files are taken in.
_MOST_THREADS: Final = 4
_MARK: Final = b"_:"
_READ_BYTES: Final = 1 << 20


def load_lines(
    open_document: Callable[[], BinaryIO], size_bytes: int, load: Callable[[bytes | IO[bytes]], None]
) -> None:
    """Load a document of lines.

    Args:
        open_document: opens it at its beginning.
        size_bytes: about how long it is.
        load: loads bytes, or what a stream gives, as a document of its own; called from several threads.

    Raises:
        SyntaxError: a line is not of the format; its ``lineno`` counts from the document's beginning.
    """
    piece_bytes = max(_SMALLEST_PIECE_BYTES, min(_LARGEST_PIECE_BYTES, size_bytes // _PIECES))
    with closing(open_document()) as document:
        pieces = _Pieces(document, piece_bytes)

        def work() -> None:
            while (piece := pieces.take()) is not None:
                lines_before, data = piece
                try:
                    load(data)
                except SyntaxError as error:
                    pieces.stop()
                    error.lineno = None if error.lineno is None else error.lineno + lines_before
                    raise

        threads = min(_MOST_THREADS, os.cpu_count() or 1)
        with ThreadPoolExecutor(threads) as executor:
            try:
                outcomes = [executor.submit(work) for _ in range(threads)]
                errors = [error for outcome in outcomes if (error := outcome.exception()) is not None]
            finally:
                pieces.stop()
    if errors:
        raise min(errors, key=lambda error: getattr(error, "lineno", None) or 0)
    if pieces.has_marked:
        with closing(open_document()) as document:
            load(io.BufferedReader(_Marked(document)))


class _Pieces:
    """The pieces of a document, for whoever comes next. ``has_marked`` tells of lines that were left out."""

    def __init__(self, document: BinaryIO, piece_bytes: int) -> None:
        self.has_marked = False
        self._document = document
        self._piece_bytes = piece_bytes
        self._lines = 0
        self._is_over = False
        self._lock = Lock()

    def take(self) -> tuple[int, bytes] | None:
        """The next piece, and how many lines come before it."""
        with self._lock:
            data = b"" if self._is_over else self._document.read(self._piece_bytes)
            if not data:
                return None
            data += self._document.readline()
            lines_before = self._lines
            self._lines += data.count(b"\n")
        if _MARK in data:
            self.has_marked = True
            data = _only(data, marked=False)
        return lines_before, data

    def stop(self) -> None:
        """Give out no more."""
        self._is_over = True


class _Marked(io.RawIOBase):
    """Only the lines that may have a blank node; the others are blank."""

    def __init__(self, document: BinaryIO) -> None:
        super().__init__()
        self._lines = self._read(document)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if not self._rest:
            self._rest = next(self._lines, b"")
        part = self._rest[: len(view)]
        view[: len(part)] = part
        self._rest = self._rest[len(part) :]
        return len(part)

    @staticmethod
    def _read(document: BinaryIO) -> Iterator[bytes]:
        while data := document.read(_READ_BYTES):
            data += document.readline()
            if _MARK in data:
                yield _only(data, marked=True)
            else:
                yield b"\n" * data.count(b"\n")


def _only(data: bytes, *, marked: bool) -> bytes:
    """The lines that have the mark, or those that have not; the others are blank."""
    lines = data.splitlines(keepends=True)
    return b"".join(line if (_MARK in line) is marked else b"\n" for line in lines)

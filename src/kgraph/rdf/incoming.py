"""A document of RDF as it comes from outside, and as Oxigraph takes it: UTF-8 without a byte order mark.

The encoding is what a byte order mark says, else what came with the document (the ``charset`` of a media
type, RFC 7303, section 3), else for XML what its first bytes and its declaration say (XML 1.0, appendix F).
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast

import pyoxigraph as ox

from kgraph.encodings import marked_encoding
from kgraph.errors import RdfSyntaxError, WriteError
from kgraph.rdf.loading import explain_rdf_error
from kgraph.rdf.nesting import DEEPEST_TERM, NestingGauge
from kgraph.rdf.soundness import DEEPEST_PART, TooDeepError, require_shallow_json, require_sound_xml

__all__ = ["Incoming", "is_known_charset"]

_READ_BYTES: Final = 1 << 20
_HEAD_BYTES: Final = 1024
_DECLARATION: Final = re.compile(
    rb"""<\?xml\s[^>]*?encoding\s*=\s*(?P<quoted>["'](?P<name>[A-Za-z][\w.-]*)["'])"""
)
#: XML without a mark, by the ``<`` that it begins with.
_WIDE: Final = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
#: Python's names of the encodings of texts on the web; what else it calls an encoding has other uses.
_CHARSET: Final = re.compile(
    r"ascii|utf-(8|8-sig|16|16-[lb]e|32|32-[lb]e)|iso8859-\d+|cp\d+|koi8-[rut]|mac-\w+|tis-620"
    r"|gb2312|gbk|gb18030|big5|big5hkscs|shift_jis\w*|euc_\w+|iso2022_\w+|johab|hz|ptcp154|kz1048"
)


#: UTF-8, whole or in part.
_PLAIN: Final = ("utf-8", "ascii")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document. ``name`` is what errors call it; ``path`` is a file that Oxigraph may read by itself."""

    name: str
    format: ox.RdfFormat
    open: Callable[[], BinaryIO]
    charset: str = ""
    path: str | None = None

    def load(self, load: Callable[..., None], **options: Any) -> bool:
        """Have one of Oxigraph's loaders read it. True where there may be triple terms in it.

        Raises:
            RdfSyntaxError: it is not of its format; knows line and column where Oxigraph does.
            WriteError: it nests triple terms too deeply.
            OSError: it cannot be read.
        """
        self._require_json()
        may_nest = self._may_nest()
        self._require_sound()
        try:
            if self.path is not None and self._codec() is None:
                load(path=self.path, format=self.format, **options)
            else:
                with self.open_readable() as stream:
                    load(input=stream, format=self.format, **options)
        except SyntaxError as error:
            raise explain_rdf_error(error, self.name, self._head) from error
        except UnicodeError as error:
            raise self._undecodable(error) from error
        return may_nest

    def open_readable(self) -> BinaryIO:
        """The document in UTF-8, without a byte order mark."""
        codec = self._codec()
        stream = self.open()
        if codec is None:
            return stream
        is_xml = self.format == ox.RdfFormat.RDF_XML
        return cast(BinaryIO, io.BufferedReader(_Recoded(stream, codec, is_xml=is_xml), _READ_BYTES))

    def _may_nest(self) -> bool:
        if self.format == ox.RdfFormat.JSON_LD:  # which knows no triple terms
            return False
        gauge = NestingGauge()
        for piece in self._pieces():
            gauge.watch(piece, is_last=not piece)
            if gauge.is_deep:
                raise WriteError(
                    f"{self.name} has a triple term that is nested more than {DEEPEST_TERM} deep.",
                    hint="Give the inner ones names (rdf:reifies), and nest those.",
                )
        return gauge.may_nest

    def _require_sound(self) -> None:
        """Not nested too deeply, and not cut off where only XML can tell."""
        try:
            if self.format == ox.RdfFormat.JSON_LD:
                require_shallow_json(self._pieces())
            if self.format != ox.RdfFormat.RDF_XML:
                return
            unclosed = require_sound_xml(self._pieces())
        except TooDeepError as error:
            raise WriteError(
                f"{self.name} is nested more than {DEEPEST_PART} deep.",
                hint="Give the inner nodes names, and put them side by side. Nothing was stored.",
            ) from error
        if unclosed is not None:
            raise RdfSyntaxError(
                f"{self.name} is cut off: <{unclosed.name}> of line {unclosed.line} is never closed.",
                hint="Nothing was stored. Get the whole document.",
                line=unclosed.line,
            )

    def _pieces(self) -> Iterator[bytes]:
        """The document in UTF-8, piece by piece; the last piece is empty."""
        try:
            with self.open_readable() as stream:
                while piece := stream.read(_READ_BYTES):
                    yield piece
        except UnicodeError as error:
            raise self._undecodable(error) from error
        yield b""

    def _require_json(self) -> None:
        """JSON-LD 1.1, section 9; Oxigraph takes a number for an empty document."""
        if self.format == ox.RdfFormat.JSON_LD and not self._head().lstrip().startswith((b"{", b"[")):
            raise RdfSyntaxError(f"{self.name} is neither a JSON object nor an array.")

    def _head(self) -> bytes:
        """The beginning of the document in UTF-8."""
        try:
            with self.open_readable() as stream:
                return stream.read(_READ_BYTES)
        except UnicodeError as error:
            raise self._undecodable(error) from error

    def _codec(self) -> str | None:
        """The codec to decode it with; None for UTF-8 without a byte order mark."""
        with self.open() as stream:
            head = stream.read(_HEAD_BYTES)
        if (marked := marked_encoding(head)) is not None:
            return marked
        is_xml = self.format == ox.RdfFormat.RDF_XML
        wide = next((codec for start, codec in _WIDE if head.startswith(start)), None) if is_xml else None
        declaration = _DECLARATION.match(head) if is_xml else None
        declared = _codec_called(declaration["name"].decode()) if declaration is not None else "utf-8"
        if self.charset:
            codec = _codec_called(self.charset)
            if codec in ("utf-16", "utf-32"):
                codec = wide or f"{codec}-be"  # RFC 2781, section 4.3
        elif wide is not None or declared.startswith(("utf-16", "utf-32")):
            codec = wide or "utf-8"  # a declaration of single bytes is not in what it says
        else:
            codec = declared
        return None if codec in _PLAIN and declared in _PLAIN else codec

    def _undecodable(self, error: UnicodeError) -> RdfSyntaxError:
        codec = getattr(error, "encoding", "its encoding")
        return RdfSyntaxError(
            f"{self.name} is not in {codec}, as its beginning or its sender says.",
            hint="Nothing was stored. Save it as UTF-8.",
        )


def is_known_charset(name: str) -> bool:
    """Whether documents in an encoding of this name can be read."""
    try:
        _codec_called(name)
    except RdfSyntaxError:
        return False
    return True


def _codec_called(name: str) -> str:
    """Python's name of an encoding.

    Raises:
        RdfSyntaxError: it is none that is read here.
    """
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        codec = ""
    if not _CHARSET.fullmatch(codec):
        raise RdfSyntaxError(
            f"The document is in an encoding {name[:40]!r}, which is not read here.",
            hint="Nothing was stored. Save it as UTF-8.",
        )
    return codec


class _Recoded(io.RawIOBase):
    """A stream in UTF-8 of one in another encoding. An XML declaration says so then."""

    def __init__(self, stream: BinaryIO, codec: str, *, is_xml: bool) -> None:
        super().__init__()
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(codec)()
        self._rest = b""
        self._is_at_declaration = is_xml
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._rest and not self._is_over:
            self._rest = self._next()
        part = self._rest[: len(view)]
        view[: len(part)] = part
        self._rest = self._rest[len(part) :]
        return len(part)

    def _next(self) -> bytes:
        raw = self._stream.read(_READ_BYTES)
        self._is_over = not raw
        data = self._decoder.decode(raw, final=self._is_over).encode()
        if self._is_at_declaration and data:
            self._is_at_declaration = False
            if declared := _DECLARATION.match(data):
                start, end = declared.span("quoted")
                data = data[:start] + b'"UTF-8"'.ljust(end - start) + data[end:]
        return data

    def close(self) -> None:
        self._stream.close()
        super().close()

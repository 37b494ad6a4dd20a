"""Reading ``multipart/form-data`` (RFC 7578): the parts of a form that are documents of RDF.

Done where documents are parsed, in the writer process: however a form is made, it keeps nobody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kgraph.errors import MediaTypeError, RdfSyntaxError
from kgraph.rdf.formats import FORMATS, ResultKind, formats_for

__all__ = ["Part", "split_form"]

_LARGEST_HEAD_BYTES: Final = 8 << 10
_NAME: Final = re.compile(r'[;\s](?:file)?name="([^"\r\n]{1,80})')
_CHARSET: Final = re.compile(r';\s*charset\s*=\s*"?([^\s;"]+)', re.IGNORECASE)
_FORMATS: Final = {media_type: fmt for fmt in formats_for(ResultKind.GRAPH) for media_type in fmt.media_types}


@dataclass(frozen=True, slots=True)
class Part:
    """A document of a form: what errors call it, the name of its format, its charset and its bytes."""

    name: str
    format: str
    charset: str
    content: bytes


def split_form(body: bytes, boundary: str) -> list[Part]:
    """The parts of a form.

    Raises:
        RdfSyntaxError: the body is no form with this boundary (RFC 2046, section 5.1.1).
        MediaTypeError: a part comes as something that is no RDF.
    """
    delimiter = b"--" + boundary.encode("latin-1", "replace")
    pieces = re.split(rb"\r\n" + re.escape(delimiter) + rb"(?=--|[ \t]*+\r\n)", b"\r\n" + body)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise _malformed()
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Part:
    """A part, of what stands between two delimiters; transport padding and a line break come first."""
    end = piece.find(b"\r\n\r\n", 0, _LARGEST_HEAD_BYTES)
    if end < 0:
        raise _malformed()
    fields: dict[str, str] = {}
    for line in piece[:end].decode("utf-8", "replace").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    if fields.get("content-transfer-encoding", "binary").lower() not in ("binary", "8bit", "7bit"):
        raise _malformed()  # deprecated by RFC 7578, section 4.7
    kind = fields.get("content-type", "")
    named = _NAME.search(fields.get("content-disposition", ""))
    name = f"The part “{named[1]}”" if named is not None else "A part"
    fmt = _FORMATS.get(kind.partition(";")[0].strip().lower())
    if fmt is None:
        taken = [known.media_type for known in FORMATS.values() if ResultKind.GRAPH in known.carries]
        raise MediaTypeError(
            f"{name} cannot come as {kind[:80] or 'a document without Content-Type'}.",
            hint=f"Send it as {' or '.join(taken)}.",
        )
    charset = _CHARSET.search(kind)
    return Part(name, fmt.name, charset[1] if charset is not None else "", piece[end + 4 :])


def _malformed() -> RdfSyntaxError:
    return RdfSyntaxError(
        "The body is no multipart/form-data with the boundary that its Content-Type names.",
        hint="Let a library write the form (RFC 7578).",
    )

"""The encodings in which texts and documents come, by the byte order marks that they begin with."""

from __future__ import annotations

from typing import Final

__all__ = ["decode_text", "marked_encoding"]

#: Byte order marks (Unicode, section 23.8) and the codecs that take them away. UTF-32's begins as UTF-16's.
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def marked_encoding(head: bytes) -> str | None:
    """The codec that a byte order mark at the beginning of a file asks for; None where there is no mark."""
    return next((codec for mark, codec in _MARKS if head.startswith(mark)), None)


def decode_text(content: bytes) -> str:
    """A file's text, without its byte order mark: in the encoding that the mark says, else in UTF-8.

    Raises:
        UnicodeDecodeError: it is not in that encoding.
    """
    return content.decode(marked_encoding(content) or "utf-8")

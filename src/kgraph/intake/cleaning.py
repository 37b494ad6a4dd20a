"""What a text must be before anything counts its characters, and what was changed to make it so.

No word is changed. Line ends, byte order marks, blanks of unusual widths and marks that nobody sees are made
plain, and each change is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kgraph.encodings import decode_text, marked_encoding
from kgraph.errors import TextError

__all__ = ["Cleaned", "clean", "decode"]

#: What is replaced, by what, and what it is called.
_CHANGES: Final = (
    (re.compile(r"\r\n?"), "\n", "line end of Windows or old Macs (CRLF, CR)"),
    (re.compile("[\x0b\x0c\x85\u2028\u2029]"), "\n", "page break or line separator (FF, VT, NEL, LS, PS)"),
    (re.compile("[\u00a0\u2007\u202f]"), " ", "no-break space (NBSP)"),
    (re.compile("[\u1680\u2000-\u2006\u2008-\u200a\u205f\u3000]"), " ", "space of unusual width"),
    (re.compile("[\u200b\u200c\u200d\u2060\ufeff]"), "", "mark of no width (BOM, ZWSP …)"),
    (re.compile("\u00ad"), "", "soft hyphen"),
    (re.compile("\t"), " ", "tab"),
)
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BLANKS: Final = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text that is plain, and what was changed in it, in words."""

    text: str
    notes: tuple[str, ...]


def decode(content: bytes, where: str, *, encoding: str = "") -> tuple[str, tuple[str, ...]]:
    """A file's text, with what there is to say of its encoding.

    Raises:
        TextError: it is no text in that encoding (UTF-8 unless told otherwise).
    """
    try:
        text = content.decode(encoding) if encoding else decode_text(content)
    except LookupError as error:
        raise TextError(
            f"There is no encoding {encoding!r}.", hint="Try utf-8, cp1252 or iso-8859-15."
        ) from error
    except (UnicodeDecodeError, UnicodeError) as error:
        raise TextError(
            f"{where} is no text in {encoding or 'UTF-8'}: {error}.",
            hint="Say how it is encoded, such as --encoding cp1252, or save it as UTF-8.",
        ) from error
    marked = marked_encoding(content)
    return text, (
        (f"a byte order mark ({marked.removesuffix('-sig').upper()}) was taken off",) if marked else ()
    )


def clean(text: str, where: str) -> Cleaned:
    """The text made plain.

    Raises:
        TextError: it holds characters that no text holds.
    """
    notes: list[str] = []
    for pattern, plain, name in _CHANGES:
        text, count = pattern.subn(plain, text)
        if count:
            became = {"\n": "made a line end (LF)", " ": "made a space", "": "taken out"}[plain]
            notes.append(f"{count} x {name}: {became}")
    lines = [line.rstrip(" ") for line in text.split("\n")]
    if count := sum(len(line) < len(old) for line, old in zip(lines, text.split("\n"), strict=True)):
        notes.append(f"{count} x space at the end of a line: taken out")
    text = "\n".join(lines)
    if match := _CONTROL.search(text):
        line = text.count("\n", 0, match.start()) + 1
        raise TextError(
            f"{where}, line {line}: U+{ord(match.group()):04X} is a control character; this is no text.",
            hint="Take it out, or give the file its right ending (.pdf, .docx, .html).",
        )
    text, count = _BLANKS.subn("\n\n", text)
    if count:
        notes.append(f"{count} x several blank lines: made one")
    return Cleaned(text.strip("\n ") + "\n", tuple(notes))

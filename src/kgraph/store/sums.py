"""``SHA256SUMS``: the files of a generation with their digests, as ``sha256sum --check`` reads them.

The first line is a comment with the digest of the lines below it: so the list vouches for itself too, and a
generation that comes from elsewhere can be checked to the last byte. Names are relative, with ``/`` between
folders, and escaped as GNU coreutils do it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final

from kgraph.errors import StoreError

__all__ = ["SUMS", "digest_of", "load_sums", "parse_sums", "render_sums"]

SUMS: Final = "SHA256SUMS"
_HEAD: Final = "# SHA-256 of the lines below: "
_LINE: Final = re.compile(r"(\\?)([0-9a-f]{64})  ([^\n]+)")
_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_ESCAPED: Final = re.compile(r"\\([\\nr])")
_MEANT: Final = {"\\": "\\", "n": "\n", "r": "\r"}


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def render_sums(digests: Mapping[str, str]) -> bytes:
    """The list of files by name, with their digests."""
    lines = "".join(_line(name, digest) for name, digest in sorted(digests.items()))
    body = lines.encode("utf-8", "surrogateescape")
    return f"{_HEAD}{sha256(body).hexdigest()}\n".encode() + body


def _line(name: str, digest: str) -> str:
    escaped = "".join(_ESCAPES.get(char, char) for char in name)
    mark = "\\" if escaped != name else ""
    return f"{mark}{digest}  {escaped}\n"


def parse_sums(content: bytes) -> dict[str, str]:
    """The digests by name.

    Raises:
        StoreError: it is no such list, a byte of it is wrong, or a name leads out of the folder.
    """
    head, _, body = content.partition(b"\n")
    if head != f"{_HEAD}{sha256(body).hexdigest()}".encode():
        raise _wrong("it is not what was written")
    digests: dict[str, str] = {}
    for line in body.decode("utf-8", "surrogateescape").split("\n")[:-1]:
        if (match := _LINE.fullmatch(line)) is None:
            raise _wrong("it has a line that is none of a list of digests")
        escaped, digest, name = match.groups()
        if escaped:
            name = _ESCAPED.sub(lambda found: _MEANT[found[1]], name)
        if name == SUMS or any(part in ("", ".", "..") for part in name.split("/")) or "\0" in name:
            raise _wrong(f"it names {name!r}")
        digests[name] = digest
    return digests


def load_sums(folder: Path) -> dict[str, str]:
    """The digests of the files of a generation, by name.

    Raises:
        StoreError: it has no list of them, or a wrong one.
    """
    try:
        return parse_sums((folder / SUMS).read_bytes())
    except OSError as error:
        raise _wrong(error.strerror or str(error)) from error


def _wrong(why: str) -> StoreError:
    return StoreError(
        f"{SUMS} of the generation cannot be used: {why}.", hint="Take the generation again, or build."
    )

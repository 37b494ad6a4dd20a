"""Products: what the build has made of some files, kept beside the generations under the digest of what it
is.

A product is a JSON header and named parts of bytes. It is written once, under the digest of its content, so
that a name can never stand for something else; one that was cut off or altered is as if it were not there.
"""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

__all__ = ["Product", "Products"]

_DIGEST_BYTES: Final = 20
#: The quickest, which makes triples six times as small.
_LEVEL: Final = 1


@dataclass(frozen=True, slots=True)
class Product:
    """What was made: a header of JSON values, and bytes by name."""

    header: Mapping[str, Any]
    parts: Mapping[str, bytes]


class Products:
    """The products below one folder. Any number of processes may read and add."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _file(self, name: str) -> Path:
        return self._path / name[:2] / name[2:]

    def put(self, product: Product) -> str:
        """Keep a product; its name."""
        sizes = [(name, len(part)) for name, part in product.parts.items()]
        head = json.dumps([product.header, sizes], separators=(",", ":"), ensure_ascii=False).encode()
        content = b"".join((head, b"\n", *product.parts.values()))
        name = blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
        file = self._file(name)
        if self.get(name) is None:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(dir=file.parent, prefix=".")
            with os.fdopen(handle, "wb") as stream:
                stream.write(zlib.compress(content, _LEVEL))
            Path(beside).replace(file)
        return name

    def get(self, name: str) -> Product | None:
        """A product by its name; None where it is not there as it was made."""
        try:
            content = zlib.decompress(self._file(name).read_bytes())
        except (OSError, zlib.error):
            return None
        if blake2b(content, digest_size=_DIGEST_BYTES).hexdigest() != name:
            return None
        end = content.index(b"\n")
        header, sizes = json.loads(content[:end])
        parts, start = {}, end + 1
        for part, size in sizes:
            parts[part] = content[start : start + size]
            start += size
        return Product(header, parts)

    def names(self) -> set[str]:
        """The names of all products that there are."""
        found: set[str] = set()
        with suppress(OSError), os.scandir(self._path) as folders:
            for folder in folders:
                with suppress(OSError):
                    found.update(folder.name + name for name in os.listdir(folder.path))  # noqa: PTH208 - names
        return found

    def keep_only(self, names: Iterable[str]) -> None:
        """Delete all but these."""
        for name in self.names().difference(names):
            with suppress(OSError):
                self._file(name).unlink()

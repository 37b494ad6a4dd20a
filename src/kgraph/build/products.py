"""Products: what the build has made of some files, kept beside the generations under the digest of what it
is.

A product is a JSON header and named parts of bytes, each packed by itself, since most readers want one of
them. It is written once, under the digest of its file, so that a name can never stand for something else; one
that was cut off or altered is as if it were not there.
"""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

__all__ = ["Product", "Products"]

_DIGEST_BYTES: Final = 20
#: The quickest, which makes triples six times as small.
_LEVEL: Final = 1
#: A file begins with so many bytes of the size of its head.
_SIZE_BYTES: Final = 4


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
        parts = [zlib.compress(part, _LEVEL) for part in product.parts.values()]
        sizes = list(zip(product.parts, map(len, parts), strict=True))
        head = json.dumps([product.header, sizes], separators=(",", ":"), ensure_ascii=False).encode()
        packed = zlib.compress(head, _LEVEL)
        content = b"".join((len(packed).to_bytes(_SIZE_BYTES), packed, *parts))
        name = _digest(content)
        file = self._file(name)
        if self._read(name) is None:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(dir=file.parent, prefix=".")
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(beside).replace(file)
        return name

    def _read(self, name: str) -> bytes | None:
        try:
            content = self._file(name).read_bytes()
        except OSError:
            return None
        return content if _digest(content) == name else None

    def get(self, name: str) -> Product | None:
        """A product by its name; None where it is not there as it was made."""
        if (content := self._read(name)) is None:
            return None
        end = _SIZE_BYTES + int.from_bytes(content[:_SIZE_BYTES])
        header, sizes = json.loads(zlib.decompress(content[_SIZE_BYTES:end]))
        return Product(header, _Parts(content, end, sizes))

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


class _Parts(Mapping[str, bytes]):
    """The parts in the content of a product's file, from some place on; unpacked when they are asked for."""

    def __init__(self, content: bytes, start: int, sizes: list[tuple[str, int]]) -> None:
        self._content = memoryview(content)
        starts = accumulate((size for _, size in sizes), initial=start)
        self._places = {name: (at, at + size) for (name, size), at in zip(sizes, starts, strict=False)}

    def __getitem__(self, name: str) -> bytes:
        start, end = self._places[name]
        return zlib.decompress(self._content[start:end])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()

"""Content codings (RFC 9110, section 8.4): gzip where the client asks for it and it pays."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable, AsyncIterator
from enum import Enum
from http import HTTPStatus
from typing import Final

from anyio.to_thread import run_sync

from kgraph.web.negotiation import parse_qualities
from kgraph.web.problems import HttpProblem

__all__ = ["GZIP", "Coding", "choose_coding", "compress", "compress_stream", "is_worthwhile"]

GZIP: Final = "gzip"
#: Below this size a coding saves no packet.
_WORTHWHILE_BYTES: Final = 1024
#: What takes longer than a millisecond is compressed in a thread, where zlib holds no lock.
_LONG_BYTES: Final = 32 * 1024
_GZIP_WINDOW: Final = 31  # zlib's number for a gzip header around a window of 32 KiB


class Coding(Enum):
    """What the client takes: the bytes as they are, gzip as well, or nothing but gzip."""

    IDENTITY = "identity"
    GZIP = "gzip"
    GZIP_ONLY = "gzip only"


#: What browsers and libraries send.
_USUAL: Final = dict.fromkeys(
    ("gzip", "gzip, deflate", "gzip, deflate, br", "gzip, deflate, br, zstd"), Coding.GZIP
) | {"identity": Coding.IDENTITY}


def choose_coding(accept_encoding: str | None) -> Coding:
    """Read Accept-Encoding (RFC 9110, section 12.5.3).

    What is not listed can be had as it is, unless ``identity;q=0`` or ``*;q=0`` says otherwise.

    Raises:
        HttpProblem: neither gzip nor the bytes as they are will do.
    """
    if accept_encoding is None:
        return Coding.IDENTITY
    if accept_encoding in _USUAL:
        return _USUAL[accept_encoding]
    qualities = dict(parse_qualities(accept_encoding))
    others = qualities.get("*")
    gzip = qualities.get(GZIP, qualities.get("x-gzip", others or 0.0))
    plain = qualities.get("identity", others)
    if gzip and (plain is None or gzip >= plain):
        return Coding.GZIP_ONLY if plain == 0.0 else Coding.GZIP
    if plain == 0.0:
        raise HttpProblem(
            HTTPStatus.NOT_ACCEPTABLE,
            "not-acceptable",
            "The client accepts no content coding that there is.",
            "There are: gzip, identity.",
        )
    return Coding.IDENTITY


def is_worthwhile(size_bytes: int) -> bool:
    """Whether an answer of this size gains by being compressed."""
    return size_bytes > _WORTHWHILE_BYTES


async def compress(content: bytes) -> bytes:
    """A whole answer as gzip. The same bytes every time: the header has no date."""
    return await run_sync(_compress, content) if len(content) > _LONG_BYTES else _compress(content)


def _compress(content: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP_WINDOW)
    return packer.compress(content) + packer.flush()


async def compress_stream(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """An answer on its way as gzip; each piece goes out as soon as it has come."""
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP_WINDOW)

    def pack(piece: bytes) -> bytes:
        return packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)

    async for piece in pieces:
        yield await run_sync(pack, piece) if len(piece) > _LONG_BYTES else pack(piece)
    yield packer.flush()

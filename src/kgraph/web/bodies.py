"""The bodies of requests: of which media type they are, and how much of them there may be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from fastapi import Request

from kgraph.web.problems import HttpProblem

__all__ = [
    "WRITE_LIMIT_BYTES",
    "Arriving",
    "boundary_of",
    "charset_of",
    "media_type_of",
    "read_body",
    "read_octets",
    "require_utf8",
    "unsupported",
]

BODY_LIMIT_BYTES: Final = 8 * 2**20
#: What is written may be larger than what is asked; what is larger still is for ``kgraph load``.
WRITE_LIMIT_BYTES: Final = 64 * 2**20
#: What all bodies may take together that are on their way at the same time.
ARRIVING_LIMIT_BYTES: Final = 256 * 2**20
_BOUNDARY: Final = re.compile(r'boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;,"]{1,70})(?![^\s;,]))', re.IGNORECASE)
_CHARSET: Final = re.compile(r'charset\s*=\s*"?([^\s;"]+)', re.IGNORECASE)


def media_type_of(request: Request) -> str:
    """The media type of the body, without its parameters; empty where none is said."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def unsupported(media_type: str, taken: Sequence[str], *, what: str) -> HttpProblem:
    """415, with the list of what is taken."""
    return HttpProblem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "media-type",
        f"{what} cannot come as {media_type[:80] or 'a body without Content-Type'}.",
        f"Send it as {' or '.join(taken)}.",
        headers={"Accept-Post": ", ".join(taken)},
    )


def charset_of(request: Request) -> str:
    """The charset that the media type of the body has; empty where it has none."""
    charset = _CHARSET.search(request.headers.get("content-type", ""))
    return charset[1] if charset is not None else ""


def boundary_of(request: Request) -> str:
    """The boundary of a body in parts (RFC 2046, section 5.1.1).

    Raises:
        HttpProblem: there is none.
    """
    boundary = _BOUNDARY.search(request.headers.get("content-type", ""))
    if boundary is None:
        raise HttpProblem(
            HTTPStatus.BAD_REQUEST,
            "multipart",
            "The Content-Type of the form has no boundary of at most 70 characters.",
            "Let a library write the form (RFC 7578).",
        )
    return boundary[1] or boundary[2]


def require_utf8(request: Request) -> None:
    """Refuse a body in another charset (415)."""
    charset = charset_of(request)
    if charset.lower() not in ("", "utf-8", "utf8", "us-ascii"):
        raise HttpProblem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "encoding",
            f"The request is in {charset[:40]}, and only UTF-8 is read here.",
            "Send it in UTF-8.",
        )


async def read_body(request: Request, *, limit_bytes: int = BODY_LIMIT_BYTES) -> bytes:
    """The body, which is UTF-8, up to a limit."""
    require_utf8(request)
    return await read_octets(request, limit_bytes=limit_bytes)


async def read_octets(request: Request, *, limit_bytes: int = BODY_LIMIT_BYTES) -> bytes:
    """The body in whatever charset, up to a limit."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise HttpProblem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "content-coding",
            "The body has a content coding, and none is read here.",
            "Send it as it is.",
            headers={"Accept-Encoding": "identity"},
        )
    too_large = HttpProblem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "body-too-large",
        f"The request is larger than {limit_bytes // 2**20} MiB.",
        "Send less at once.",
    )
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limit_bytes:
        raise too_large
    with request.app.arriving.body() as body:
        async for piece in request.stream():
            body.take(piece)
            if len(body.content) > limit_bytes:
                raise too_large
        return bytes(body.content)


class Arriving:
    """The bodies that are on their way, all of which together have to find room in memory."""

    def __init__(self, *, limit_bytes: int = ARRIVING_LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.size_bytes = 0

    @contextmanager
    def body(self) -> Iterator[ArrivingBody]:
        """One more body, for as long as it arrives."""
        body = ArrivingBody(self)
        try:
            yield body
        finally:
            self.size_bytes -= len(body.content)


class ArrivingBody:
    """What has come of a body. Made by :meth:`Arriving.body`."""

    def __init__(self, arriving: Arriving) -> None:
        self.content = bytearray()
        self._arriving = arriving

    def take(self, piece: bytes) -> None:
        """Take in one more piece.

        Raises:
            HttpProblem: there is no room for it.
        """
        if self._arriving.size_bytes + len(piece) > self._arriving.limit_bytes:
            raise HttpProblem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "busy",
                "Too much is being sent to the service at once.",
                "Try again in some seconds.",
                headers={"Retry-After": "5"},
            )
        self.content += piece
        self._arriving.size_bytes += len(piece)

"""Reading what a client sent: parameters and bodies in UTF-8, for as long as it is there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.requests import ClientDisconnect

from kgraph.rdf.formats import Format, media_types
from kgraph.web.negotiation import Choice, choose
from kgraph.web.problems import HttpProblem

__all__ = [
    "ON_DISCONNECT",
    "WRITE_LIMIT_BYTES",
    "accept_of",
    "choose_format",
    "client_of",
    "decode_parameters",
    "decode_text",
    "media_type_of",
    "read_body",
    "read_parameters",
    "single_values",
    "unsupported",
    "while_connected",
]

BODY_LIMIT_BYTES: Final = 8 * 2**20
#: What is written may be larger than what is asked; what is larger still is for ``kgraph load``.
WRITE_LIMIT_BYTES: Final = 64 * 2**20
PARAMETER_LIMIT: Final = 10_000

#: The key of a request's scope under which its connection takes what to call when the client leaves.
ON_DISCONNECT: Final = "kgraph.on_disconnect"

_T = TypeVar("_T")
_CHARSET: Final = re.compile(r'charset\s*=\s*"?([^\s;"]+)', re.IGNORECASE)
_STRAY_PERCENT: Final = re.compile("%(?![0-9A-Fa-f]{2})")


def client_of(request: Request) -> str:
    """Who asks, by address: clients share what there is."""
    return request.client.host if request.client is not None else ""


def accept_of(request: Request) -> str | None:
    """The Accept header; lines of the same name are one list (RFC 9110, section 5.3)."""
    lines = request.headers.getlist("accept")
    return ", ".join(lines) if lines else None


def read_parameters(request: Request) -> list[tuple[str, str]]:
    """The names and values of the query string, in their order."""
    return decode_parameters(request.scope["query_string"])


def single_values(request: Request) -> dict[str, str]:
    """The parameters of a query string, each given once; an empty field of a form counts as not given."""
    values: dict[str, str] = {}
    for name, value in read_parameters(request):
        if not value:
            continue
        if name in values:
            raise HttpProblem(
                HTTPStatus.BAD_REQUEST, "bad-parameter", f"{name[:80]!r} is given twice.", "Give it once."
            )
        values[name] = value
    return values


def choose_format(request: Request, formats: Sequence[Format], *, what: str) -> Choice:
    """The format of these that the client likes best; 406, with the list of what there is, for none."""
    choice = choose(accept_of(request), formats)
    if choice is None:
        raise HttpProblem(
            HTTPStatus.NOT_ACCEPTABLE,
            "not-acceptable",
            f"{what} is not available in a format that the client accepts.",
            f"There are: {', '.join(media_types(formats))}.",
        )
    return choice


def decode_parameters(encoded: bytes) -> list[tuple[str, str]]:
    """The names and values of a query string or a form, which is UTF-8 under percent-encoding."""
    text = decode_text(encoded)
    if stray := _STRAY_PERCENT.search(text):
        raise HttpProblem(
            HTTPStatus.BAD_REQUEST,
            "encoding",
            f"The parameters are not percent-encoded: {text[stray.start() :][:3]!r} stands for nothing.",
            "Encode a percent sign as %25.",
        )
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=PARAMETER_LIMIT)
    except UnicodeDecodeError as error:
        raise _not_utf8() from error
    except ValueError as error:
        raise HttpProblem(
            HTTPStatus.BAD_REQUEST,
            "too-many-parameters",
            f"The request has more than {PARAMETER_LIMIT} parameters.",
            "Put the values into the query.",
        ) from error


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


async def read_body(request: Request, *, limit_bytes: int = BODY_LIMIT_BYTES) -> bytes:
    """The body, up to a limit."""
    charset = _CHARSET.search(request.headers.get("content-type", ""))
    if charset is not None and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise HttpProblem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "encoding",
            f"The request is in {charset[1][:40]}, and only UTF-8 is read here.",
            "Send it in UTF-8.",
        )
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
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit_bytes:
            raise too_large
    return bytes(body)


def decode_text(body: bytes) -> str:
    """A body as text."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8() from error


def _not_utf8() -> HttpProblem:
    return HttpProblem(
        HTTPStatus.BAD_REQUEST, "encoding", "The request is not UTF-8.", "Send the query in UTF-8."
    )


async def while_connected(request: Request, work: Coroutine[Any, Any, _T]) -> _T:
    """Do some work for as long as the client waits for it (KILL: nobody's query holds no worker).

    A connection of ours says when its client leaves; any other server is asked by a task of its own.

    Raises:
        ClientDisconnect: the client went away, and the work was given up.
    """
    on_disconnect = request.scope.get(ON_DISCONNECT)
    if on_disconnect is None:
        return await _while_watched(request, work)
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - for the type checker
    gone = False

    def leave() -> None:
        nonlocal gone
        gone = True
        task.cancel()

    on_disconnect(leave)
    try:
        return await work
    except asyncio.CancelledError:
        if gone and task.uncancel() == 0:
            raise ClientDisconnect from None
        raise
    finally:
        on_disconnect(None)


async def _while_watched(request: Request, work: Coroutine[Any, Any, _T]) -> _T:
    task = asyncio.create_task(work)
    watch = asyncio.create_task(_disconnect(request))
    try:
        await asyncio.wait((task, watch), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return task.result()
    finally:
        watch.cancel()
        task.cancel()


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass

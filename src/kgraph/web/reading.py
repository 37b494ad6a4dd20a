"""Reading what a client sent, for as long as it is there: parameters and texts in UTF-8."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from kgraph.rdf.formats import Format, media_types
from kgraph.web.negotiation import Choice, choose
from kgraph.web.problems import HttpProblem

__all__ = [
    "ON_DISCONNECT",
    "choice_of_suffix",
    "choose_format",
    "client_of",
    "decode_parameters",
    "decode_text",
    "header_of",
    "page_of",
    "read_parameters",
    "single_values",
    "while_connected",
]

PARAMETER_LIMIT: Final = 10_000

#: The key of a request's scope under which its connection takes what to call when the client leaves.
ON_DISCONNECT: Final = "kgraph.on_disconnect"

_T = TypeVar("_T")
_STRAY_PERCENT: Final = re.compile("%(?![0-9A-Fa-f]{2})")


def client_of(request: Request) -> str:
    """Who asks, by address: clients share what there is."""
    return request.client.host if request.client is not None else ""


def header_of(request: Request, name: bytes) -> str | None:
    """A header, by its name in lower case; lines of one name are one list (RFC 9110, section 5.3)."""
    lines = [value for sent, value in request.scope["headers"] if sent == name]
    return b", ".join(lines).decode("latin-1") if lines else None


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


def page_of(request: Request) -> int:
    """Which page of a list is asked for, from 1.

    Raises:
        HttpProblem: 400, it is no number.
    """
    given = [value for name, value in read_parameters(request) if name == "page" and value]
    text = given[-1] if given else "1"
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:9]) < 10**8:
        raise HttpProblem(
            HTTPStatus.BAD_REQUEST,
            "bad-parameter",
            "A page is a whole number from 1.",
            "Leave it out for the first.",
        )
    return int(text)


def choose_format(request: Request, formats: Sequence[Format], *, what: str) -> Choice:
    """The format of these that the client likes best; 406, with the list of what there is, for none."""
    choice = choose(header_of(request, b"accept"), formats)
    if choice is None:
        raise HttpProblem(
            HTTPStatus.NOT_ACCEPTABLE,
            "not-acceptable",
            f"{what} is not available in a format that the client accepts.",
            f"There are: {', '.join(media_types(formats))}.",
        )
    return choice


def choice_of_suffix(suffix: str, formats: Mapping[str, Format]) -> Choice:
    """The format that the end of a path names; 404, with the list of what there is, for any other."""
    if suffix not in formats:
        raise HttpProblem(
            HTTPStatus.NOT_FOUND,
            "unknown-suffix",
            f"There is no format .{suffix[:40]}.",
            f"There are: {', '.join(formats)}.",
        )
    return Choice(formats[suffix], formats[suffix].media_type)


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
    fields = text.split("&")
    if len(fields) > PARAMETER_LIMIT:
        raise HttpProblem(
            HTTPStatus.BAD_REQUEST,
            "too-many-parameters",
            f"The request has more than {PARAMETER_LIMIT} parameters.",
            "Put the values into the query.",
        )
    try:
        return [
            (_decoded(name), _decoded(value)) for name, _, value in (f.partition("=") for f in fields if f)
        ]
    except UnicodeDecodeError as error:
        raise _not_utf8() from error


def _decoded(text: str) -> str:
    """A name or a value as it was before it was encoded for a form (URL Standard, section 5.1)."""
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    # Python unescapes its own form of this at once, and that of URLs piece by piece, in ten times the time.
    escaped = text.encode().replace(b"\\", b"\\\\").replace(b"%", b"\\x")
    return escaped.decode("unicode_escape").encode("latin-1").decode()


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

"""Answers as responses: their entity tag, their content coding, and whether they may be repeated.

A resource that answers from a generation asks :func:`begin` first, which knows the tag before anything has
run, and hands what comes of it to :func:`respond` or :func:`respond_whole`.

HONEST: an answer that breaks off is not brought to an end, whereupon the server aborts the connection.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from kgraph.cache import KeptReader
from kgraph.engine import Answer
from kgraph.errors import KgraphError
from kgraph.store import Generation
from kgraph.web.conditional import encoded_tag, entity_tag, is_known, is_named
from kgraph.web.encoding import GZIP, Coding, choose_coding, compress, compress_stream, is_worthwhile
from kgraph.web.negotiation import Choice
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import header_of

__all__ = ["Unchanged", "Variant", "begin", "respond", "respond_whole"]

_log: Final = logging.getLogger(__name__)
#: The key of a request's scope under which it says of which generation its answer may be repeated.
REPEATABLE: Final = "kgraph.repeatable"
_GZIPPED: Final = (b"content-encoding", GZIP.encode())
_NO_STORE: Final = (b"cache-control", b"no-store")
_NO_CACHE: Final = (b"cache-control", b"no-cache")


@dataclass(frozen=True, slots=True)
class Variant:
    """What is about to be answered: a representation of a resource as a generation has it.

    ``tag`` is None where each answer is another. ``is_exact`` says that it names the answer byte for byte: it
    is a strong one (RFC 9110, section 8.8.1).
    """

    choice: Choice
    coding: Coding
    generation: str
    tag: str | None
    is_exact: bool = True

    def fields(self, *, gzipped: bool) -> list[tuple[bytes, bytes]]:
        """The header fields of the answer."""
        fields = [*self.choice.fields, self.origin]
        if gzipped:
            fields.append(_GZIPPED)
        if self.tag is None:
            fields.append(_NO_STORE)
        else:
            fields += self.validators(encoded_tag(self.tag, GZIP) if gzipped else self.tag)
        return fields

    @property
    def origin(self) -> tuple[bytes, bytes]:
        """The header field that names the generation (:mod:`kgraph.web.waiting`)."""
        return b"x-generation", self.generation.encode()

    def validators(self, tag: str) -> tuple[tuple[bytes, bytes], ...]:
        """The header fields by which a client keeps the answer, and asks later whether it still holds."""
        return (b"etag", (tag if self.is_exact else f"W/{tag}").encode()), _NO_CACHE


class Unchanged(Exception):  # noqa: N818 - no fault, but what the client hopes to hear
    """The client has the answer already. Holds the response that says so."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def begin(
    request: Request,
    choice: Choice,
    generation: Generation,
    *parts: str,
    repeatable: bool = True,
    exact: bool = True,
) -> Variant:
    """Say what is about to be answered. ``parts`` are whatever decides over the answer beside the choice;
    where they decide over each of its bytes, it is ``exact``.

    Raises:
        Unchanged: the client has it already; no query is needed.
        HttpProblem: it takes no content coding that there is, or its precondition forbids the answer.
    """
    coding = choose_coding(header_of(request, b"accept-encoding"))
    if not repeatable:
        return Variant(choice, coding, generation.id, None)
    tag = entity_tag(generation.id, choice.format.name, choice.media_type, *parts)
    variant = Variant(choice, coding, generation.id, tag, exact)
    known = header_of(request, b"if-none-match")
    named = known and is_named(known, tag, encoded_tag(tag, GZIP))
    if named:
        raise Unchanged(_unchanged(request, variant, named))
    return variant


def _unchanged(request: Request, variant: Variant, tag: str) -> Response:
    if request.method not in ("GET", "HEAD"):  # RFC 9110, section 13.1.2
        raise HttpProblem(
            HTTPStatus.PRECONDITION_FAILED,
            "precondition",
            "The answer is still the one that If-None-Match names.",
            "Use what you have, or ask without If-None-Match.",
            headers={name.decode(): value.decode() for name, value in variant.validators(tag)},
        )
    request.scope[REPEATABLE] = variant.generation
    _, *fields = variant.choice.fields  # without content there is no type of it
    fields = [*fields, variant.origin, *variant.validators(tag)]
    return _PlainResponse(b"", fields, status=HTTPStatus.NOT_MODIFIED)


async def respond_whole(request: Request, variant: Variant, content: bytes) -> Response:
    """An answer that is all there."""
    gzipped = _is_gzipped(variant, len(content))
    return _whole(request, variant, await compress(content) if gzipped else content, gzipped=gzipped)


async def respond(request: Request, variant: Variant, answer: Answer) -> Response:
    """An answer of the engine: at once where it is complete, streamed where more is to come."""
    if not answer.complete:
        return await _head(answer, variant) if request.method == "HEAD" else _AnswerResponse(answer, variant)
    if not isinstance(answer, KeptReader):
        return await respond_whole(request, variant, await answer.read())
    kept = answer.kept
    if not _is_gzipped(variant, len(kept.content)):
        return _whole(request, variant, kept.content, gzipped=False)
    if GZIP not in kept.encoded:
        kept.add_encoding(GZIP, await compress(kept.content))
    return _whole(request, variant, kept.encoded[GZIP], gzipped=True)


def _is_gzipped(variant: Variant, size_bytes: int) -> bool:
    return variant.coding is Coding.GZIP_ONLY or (variant.coding is Coding.GZIP and is_worthwhile(size_bytes))


def _whole(request: Request, variant: Variant, content: bytes, *, gzipped: bool) -> Response:
    if variant.tag is not None:
        known = header_of(request, b"if-none-match")
        if known and request.method in ("GET", "HEAD") and is_known(known, variant.tag):
            return _unchanged(request, variant, variant.tag)
        request.scope[REPEATABLE] = variant.generation
    length = (b"content-length", b"%d" % len(content))
    return _PlainResponse(content, [*variant.fields(gzipped=gzipped), length])


async def _head(answer: Answer, variant: Variant) -> Response:
    """What is known of an answer without its content; how long that is is not."""
    await answer.aclose()
    return _PlainResponse(b"", variant.fields(gzipped=variant.coding is not Coding.IDENTITY))


class _PlainResponse(Response):
    """A response whose header fields are as they go out."""

    def __init__(
        self, content: bytes, fields: list[tuple[bytes, bytes]], *, status: HTTPStatus = HTTPStatus.OK
    ) -> None:
        self.status_code = status
        self.background = None
        self.body = content
        self.raw_headers = fields


class _AnswerResponse(StreamingResponse):
    """An answer on its way. It is closed with the response, so a client that leaves frees the worker."""

    def __init__(self, answer: Answer, variant: Variant) -> None:
        gzipped = variant.coding is not Coding.IDENTITY
        pieces: AsyncIterator[bytes] = compress_stream(answer) if gzipped else answer
        super().__init__(pieces)
        self.raw_headers = variant.fields(gzipped=gzipped)
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except KgraphError as error:
            _log.warning("an answer was cut off midway: %s", error.message)
        finally:
            await self._answer.aclose()

"""What is answered where a request never gets as far as the application, as bytes for the connection."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from kgraph.web.limits import Limits
from kgraph.web.problems import HttpProblem, details

__all__ = ["closing", "crowded", "large_head", "long_url", "no_request", "refusal", "slow_client"]


def refusal(fault: HttpProblem, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A whole response, after which the connection is closed. ``headers`` go with every answer."""
    status, problem, more = details(fault, instance="")
    content = json.dumps(problem).encode()
    fields = [
        *headers,
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(content)),
        (b"connection", b"close"),
        *((name.lower().encode(), value.encode()) for name, value in more.items()),
    ]
    return b"".join((STATUS_LINE[status], *(b"%b: %b\r\n" % field for field in fields), b"\r\n", content))


def no_request(hint: str = "Send HTTP/1.1 or HTTP/1.0.") -> HttpProblem:
    """What came cannot be read as a request."""
    return HttpProblem(HTTPStatus.BAD_REQUEST, "bad-request", "This is no HTTP request.", hint)


def long_url(limits: Limits) -> HttpProblem:
    """The URL is longer than it may be."""
    return HttpProblem(
        HTTPStatus.REQUEST_URI_TOO_LONG,
        "url-too-long",
        f"The URL is longer than {limits.url_bytes // 1024} KiB.",
        "Send the query by POST.",
    )


def large_head(limits: Limits) -> HttpProblem:
    """The head is larger than it may be."""
    return HttpProblem(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "head-too-large",
        f"The request's head has more than {limits.head_fields} fields or {limits.head_bytes // 1024} KiB.",
        "Send fewer or shorter fields.",
    )


def slow_client(part: str) -> HttpProblem:
    """A part of the request does not arrive in time."""
    return HttpProblem(
        HTTPStatus.REQUEST_TIMEOUT,
        "slow-request",
        f"The {part} of the request comes too slowly.",
        "Try again.",
    )


def crowded() -> HttpProblem:
    """No more connections are taken."""
    return HttpProblem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "busy",
        "There are too many connections.",
        "Try again in some seconds.",
        headers={"Retry-After": "5"},
    )


def closing() -> HttpProblem:
    """The server ends."""
    return HttpProblem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "closing",
        "The service is closing.",
        "Try again in some seconds.",
        headers={"Retry-After": "5"},
    )

"""Waiting until a generation is there: what a client asks for that has written, or has seen more elsewhere.

A write's answer names the generation that holds it, in ``X-Generation``, and a query's answer the one that it
is from. Whoever sends that back gets this generation or a newer one, whichever server answers. A replica that
is not so far waits for a bounded time, which ``Prefer: wait`` may set (RFC 7240, section 4.3), and then says
503: whoever stands before it may ask another.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from fastapi import Request

from kgraph.errors import StoreError
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import ON_DISCONNECT, header_of, while_connected

__all__ = ["AT_LEAST", "require_generation", "wait_of", "wait_until"]

AT_LEAST: Final = b"x-generation"
#: How generations are called: by their time, so that newer ones sort after older ones.
_IDENTIFIER: Final = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}")
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})", re.IGNORECASE)
#: How long a client is kept waiting that says nothing else, and at most, in seconds.
USUAL_WAIT_S: Final = 5.0
LONGEST_WAIT_S: Final = 30.0
_PAUSE_S: Final = 0.02


def wait_of(request: Request, *, usual_s: float) -> float:
    """How long the client would rather wait than get no answer, in seconds."""
    match = _WAIT.search(header_of(request, b"prefer") or "")
    return usual_s if match is None else min(float(match[1]), LONGEST_WAIT_S)


async def wait_until(request: Request, holds: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until something holds, time is over, the client leaves or the server ends: whether it holds."""

    async def wait() -> bool:
        end = asyncio.get_running_loop().time() + seconds
        while not holds():
            if request.app.ending or asyncio.get_running_loop().time() >= end:
                return False
            await asyncio.sleep(_PAUSE_S)
        return True

    if ON_DISCONNECT not in request.scope:  # watching would take the body that is to be read later
        return await wait()
    return await while_connected(request, wait())


async def require_generation(request: Request) -> None:
    """Go on when the generation that the client has seen, or a newer one, is there.

    Raises:
        HttpProblem: 503, it is not there in time; 400, that is no generation's name.
    """
    wanted = header_of(request, AT_LEAST) or ""
    if not _IDENTIFIER.fullmatch(wanted):
        raise HttpProblem(
            HTTPStatus.BAD_REQUEST,
            "bad-generation",
            "X-Generation does not name a generation.",
            "Send what an answer had there, or leave it out.",
        )
    graph = request.app.state.graph

    def holds() -> bool:
        try:
            return bool(graph.generation.id >= wanted)
        except StoreError:
            return False

    usual_s = USUAL_WAIT_S if graph.settings.follow else 0.0  # where writes go, nothing is on its way
    if not await wait_until(request, holds, seconds=wait_of(request, usual_s=usual_s)):
        raise HttpProblem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "behind",
            f"The generation {wanted} is not here, nor a newer one.",
            "Try again soon. After a rollback it does not come back: leave X-Generation out.",
            headers={"Retry-After": "1"},
        )

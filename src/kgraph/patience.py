"""Work in threads for as long as somebody waits for it.

What takes more than a moment has no place in an event loop, and a thread cannot be killed. So it asks now and
then whether it is still wanted: it is no more when its time is over, when its client has left, or when the
server ends.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Final, TypeVar

from anyio import CapacityLimiter, fail_after
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync

from kgraph.errors import QueryTimeoutError

__all__ = ["UnwantedError", "patiently"]

_T = TypeVar("_T")

#: How many threads do such work at a time: others are for what is short.
_MOST: Final = 4
_limiter: Final[RunVar[CapacityLimiter]] = RunVar("kgraph.patience")


class UnwantedError(Exception):
    """Nobody waits for the result."""


async def patiently(work: Callable[[Callable[[], None]], _T], *, seconds: float) -> _T:
    """Have a thread do some work, which is given a check that it is to call every few milliseconds.

    The check raises :class:`UnwantedError` where nobody waits for the work any more.

    Raises:
        QueryTimeoutError: it is not done after ``seconds``, waiting for a thread included.
    """
    unwanted = Event()

    def check() -> None:
        if unwanted.is_set():
            raise UnwantedError

    limiter = _limiter.get(None)
    if limiter is None:
        limiter = CapacityLimiter(_MOST)
        _limiter.set(limiter)
    try:
        with fail_after(seconds):
            return await run_sync(work, check, abandon_on_cancel=True, limiter=limiter)
    except TimeoutError as error:
        raise QueryTimeoutError(
            f"Reading the query took longer than {seconds:g} seconds, and was given up.",
            hint="Write a shorter query.",
        ) from error
    finally:
        unwanted.set()

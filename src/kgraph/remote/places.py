"""How many queries an engine is asked at a time, and how many of one client's.

Whoever asks much waits behind themselves: of all places one client has at most three quarters.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from kgraph.errors import BusyError

__all__ = ["Places"]

_RETRY_S: Final = 2


class Places:
    """Places for ``most`` queries, for which others wait ``patience_s`` seconds at most."""

    def __init__(self, most: int, *, patience_s: float = 10.0) -> None:
        self._most = most
        self._share = max(1, most * 3 // 4)
        self._patience_s = patience_s
        self._taken: Counter[str] = Counter()
        self._freed = asyncio.Condition()
        self.waiting = 0

    @property
    def running(self) -> int:
        """How many are taken."""
        return self._taken.total()

    @asynccontextmanager
    async def place(self, client: str) -> AsyncIterator[None]:
        """Hold a place.

        Raises:
            BusyError: none has become free in time.
        """
        self.waiting += 1
        try:
            async with asyncio.timeout(self._patience_s), self._freed:
                await self._freed.wait_for(lambda: self._has_room(client))
                self._taken[client] += 1
        except TimeoutError as error:
            raise BusyError(
                "The engine is busy and others are waiting.",
                hint=f"Try again in {_RETRY_S} s.",
                retry_after_s=_RETRY_S,
            ) from error
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self._taken[client] -= 1
            if not self._taken[client]:
                del self._taken[client]
            async with self._freed:
                self._freed.notify_all()

    def _has_room(self, client: str) -> bool:
        return self.running < self._most and self._taken.get(client, 0) < self._share

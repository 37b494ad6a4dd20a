"""How many queries may run, and whose.

A query is *young* until it has run for a while. Few are young at a time, so that each gets a processor;
many more may be old. Where several clients ask, one of the places for young queries is always left to
the others, and so is a part of all places: whoever asks much or long keeps nobody else from asking little.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Final

__all__ = ["Room", "most_running"]

#: Who has asked within this time counts as somebody who asks.
_PRESENCE_S: Final = 1.0
#: Running queries for each worker that is kept: where all are long, the machine has this much more to share.
_MOST_TIMES: Final = 5


class Room:
    """Counts what runs. ``size`` queries may be young, ``most`` may run, ``share`` of them for one client."""

    def __init__(self, *, size: int, most: int) -> None:
        self.size = size
        self.most = most
        self.share = max(size, most - size)
        self.running = 0
        self.young = 0
        self._running_of: Counter[str] = Counter()
        self._young_of: Counter[str] = Counter()
        self._seen: dict[str, float] = {}

    def see(self, client: str, now_s: float) -> None:
        """Take note that a client asks."""
        self._seen[client] = now_s

    def forget(self, now_s: float) -> None:
        """Forget clients who have not asked for a while."""
        if len(self._seen) > 1:
            self._seen = {client: at_s for client, at_s in self._seen.items() if now_s - at_s < _PRESENCE_S}

    def free_for(self, client: str) -> int:
        """How many more queries this client may begin now."""
        young_share = max(1, self.size - (len(self._seen) > 1))
        return min(
            self.size - self.young,
            self.most - self.running,
            self.share - self._running_of[client],
            young_share - self._young_of[client],
        )

    def enter(self, client: str) -> None:
        """A query begins."""
        self.running += 1
        self.young += 1
        self._running_of[client] += 1
        self._young_of[client] += 1

    def age(self, client: str) -> None:
        """A query is young no more."""
        self.young -= 1
        _decrease(self._young_of, client)

    def leave(self, client: str, *, is_young: bool) -> None:
        """A query has ended."""
        if is_young:
            self.age(client)
        self.running -= 1
        _decrease(self._running_of, client)


def _decrease(counter: Counter[str], client: str) -> None:
    counter[client] -= 1
    if not counter[client]:
        del counter[client]


def most_running(size: int, query_memory_bytes: int) -> int:
    """How many queries may run at a time: what half of the machine's memory is enough for, within bounds."""
    memory_bytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(2 * size, min(_MOST_TIMES * size, memory_bytes // 2 // query_memory_bytes))

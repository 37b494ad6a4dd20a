"""The order in which waiting queries are served: round-robin over clients, each client's in their order.

The queue is bounded. Where it is full, whoever waits with the most queries loses the last of them to a
client that waits with fewer, so that no number of one client's queries keeps another from waiting.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kgraph.engine.answer import PoolAnswer

__all__ = ["Turn", "TurnQueue"]


class Turn:
    """A query, and its wait for a worker until ``expires_s`` by the event loop's clock.

    Once it has a worker there is an ``answer``; ``news`` is done when the first of that has arrived, or when
    nobody will serve it.
    """

    __slots__ = ("answer", "client", "expires_s", "frame", "news", "store")

    def __init__(self, client: str, store: str, frame: bytes, expires_s: float = math.inf) -> None:
        self.client = client
        self.store = store
        self.frame = frame
        self.expires_s = expires_s
        self.answer: PoolAnswer | None = None
        self.news: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class TurnQueue:
    """Who waits. A turn that has news is no longer waiting, whoever has brought them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._clients: dict[str, deque[Turn]] = {}  # in the order in which they are next

    def __iter__(self) -> Iterator[Turn]:
        for turns in self._clients.values():
            yield from turns

    def __len__(self) -> int:
        return sum(map(len, self._clients.values())) if self._clients else 0

    def __bool__(self) -> bool:
        return bool(self._clients)

    def add(self, turn: Turn) -> Turn | None:
        """Let a turn wait; the one that has to go for it is returned, which may be itself."""
        own = self._clients.get(turn.client, ())
        evicted: Turn | None = None
        if len(self) >= self._limit:
            greediest = max(self._clients.values(), key=len, default=deque())
            if len(greediest) <= len(own) + 1:
                return turn
            evicted = greediest[-1]
            self.discard(evicted)
        self._clients.setdefault(turn.client, deque()).append(turn)
        return evicted

    def discard(self, turn: Turn) -> None:
        """Take a turn out; nothing where it is out already."""
        turns = self._clients.get(turn.client)
        if turns is not None and turn in turns:
            turns.remove(turn)
            if not turns:
                del self._clients[turn.client]

    def count(self, room_of: Callable[[str], int], limit: int) -> int:
        """How many could be served now, of each client as many as there is room for, and so many in all."""
        return min(limit, sum(min(len(turns), room_of(client)) for client, turns in self._clients.items()))

    def next(self, is_admissible: Callable[[str], bool]) -> Turn | None:
        """The turn to be served now, which is taken out; its client is then the last in the round."""
        client = next(filter(is_admissible, self._clients), None)
        if client is None:
            return None
        turns = self._clients.pop(client)
        turn = turns.popleft()
        if turns:
            self._clients[client] = turns
        return turn

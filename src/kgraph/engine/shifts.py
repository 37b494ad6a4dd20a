"""Long queries work in shifts: as many at a time as there are processors, while the others stand still.

Each has caches of its own, so that more of them side by side would spend a part of their time refilling those
(a third, eight on two processors). A shift is long to a processor and short to whoever waits, and a
query that has ended makes room at once. Who works is a matter of signals (SIGSTOP and SIGCONT, signal(7)).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection
from typing import Final

from kgraph.engine.process import WorkerProcess

__all__ = ["Shifts"]

_SHIFT_S: Final = 0.08


class Shifts:
    """Decides who works: ``width`` workers at a time, one a processor and not fewer than ``least``."""

    def __init__(self, least: int) -> None:
        self.width = max(least, os.cpu_count() or 1)
        self._working: deque[WorkerProcess] = deque()
        self._waiting: deque[WorkerProcess] = deque()
        self._ends_s = 0.0

    def arrange(self, workers: Collection[WorkerProcess], now_s: float) -> None:
        """Have some of these work and the others stand still: in turn, whoever has come last as the last.

        Who is not among them any more moves on.
        """
        known = {*self._working, *self._waiting}
        for worker in known.difference(workers):
            worker.move_on()
        self._working = deque(worker for worker in self._working if worker in workers)
        self._waiting = deque(worker for worker in self._waiting if worker in workers)
        self._waiting.extend(worker for worker in workers if worker not in known)
        if now_s >= self._ends_s:
            self._ends_s = now_s + _SHIFT_S
            if self._waiting:
                self._waiting.extend(self._working)
                self._working.clear()
        while self._waiting and len(self._working) < self.width:
            self._working.append(self._waiting.popleft())
        for worker in self._waiting:
            worker.stand_still()
        for worker in self._working:
            worker.move_on()

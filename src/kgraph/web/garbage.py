"""When Python looks for cyclic garbage in the server: in pauses, not in the middle of requests.

Almost all that a request leaves behind goes by itself, with its last reference. Python's collector, as it is
set, walks over everything that lives whenever that has grown by a quarter: with a filled cache it stops
the server for a tenth of a second at a time. Here young objects are looked over as ever, a few thousand at
a time; all of them only when nothing is going on, or when that has been put off for long. What is free then
goes back to the system.
"""

from __future__ import annotations

import gc
from typing import Final

from kgraph.memory import trim_memory

__all__ = ["GarbageCollection"]

#: New objects after which the young ones are looked over, and how often that is done before those that
#: survived it once are, too.
_YOUNG: Final = 5_000
_ROUNDS: Final = 20
#: As good as never: Python's own counts for the old ones.
_NEVER: Final = 1_000_000
#: Seconds between two walks over everything: in a pause, and where there is none.
_SOON_S: Final = 10
_LATE_S: Final = 120


class GarbageCollection:
    """Takes over from Python while the server runs; :meth:`tick` is called once a second."""

    def __init__(self) -> None:
        self._thresholds = gc.get_threshold()
        self._since_s = 0
        self._seen = self._collected = 0

    def start(self) -> None:
        """Set aside what has been loaded so far, and begin."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(_YOUNG, _ROUNDS, _NEVER)

    def stop(self) -> None:
        """Leave it to Python again."""
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def tick(self, requests: int) -> None:
        """A second has passed. ``requests`` counts all that there were so far: no more of them is a pause."""
        is_quiet, self._seen = requests == self._seen, requests
        self._since_s += 1
        if requests != self._collected and self._since_s >= (_SOON_S if is_quiet else _LATE_S):
            self._since_s, self._collected = 0, requests
            gc.collect()
            trim_memory()

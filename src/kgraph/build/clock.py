"""The steps of a long work: telling each as it begins, and timing it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

__all__ = ["Clock", "Progress", "silent"]

#: Hears of each step of a long work as it begins.
Progress: TypeAlias = Callable[[str], None]


class Clock:
    """Reports steps and keeps the time that each took, that of steps within it aside."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._within: list[float] = []
        self._told = ""
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step; it is told unless it goes on with the one before."""
        if name != self._told:
            self._progress(name)
            self._told = name
        start = time.perf_counter()
        self._within.append(0.0)
        yield
        taken = time.perf_counter() - start
        self.seconds[name] = self.seconds.get(name, 0.0) + taken - self._within.pop()
        if self._within:
            self._within[-1] += taken


def silent(step: str) -> None:
    """Hear of a step, and tell nobody."""
    del step

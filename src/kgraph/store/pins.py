"""The generations that this process reads, each pinned once however many requests it serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from kgraph.store.catalog import Catalog
from kgraph.store.generation import Generation
from kgraph.store.locks import Pin

__all__ = ["Pins"]


class Pins:
    """Pins of one catalog. For one thread."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._pins: dict[str, tuple[Pin, int]] = {}

    def hold(self, generation: Generation | None = None) -> tuple[Generation, Callable[[], None]]:
        """Keep a generation (the current one) until the function that comes with it is called, once.

        Raises:
            StoreError: it is gone already, or what is current cannot be read.
        """
        if generation is None:
            generation = self._catalog.current()
            if generation.id not in self._pins:
                generation, pin = self._catalog.pin_current()
                self._pins[generation.id] = pin, 0
        elif generation.id not in self._pins:
            self._pins[generation.id] = self._catalog.pin(generation), 0
        pin, count = self._pins[generation.id]
        self._pins[generation.id] = pin, count + 1
        return generation, partial(self._release, generation.id)

    @contextmanager
    def holding(self, generation: Generation | None = None) -> Iterator[Generation]:
        """Keep a generation for the length of a block."""
        generation, release = self.hold(generation)
        try:
            yield generation
        finally:
            release()

    def _release(self, identifier: str) -> None:
        pin, count = self._pins[identifier]
        if count > 1:
            self._pins[identifier] = pin, count - 1
        else:
            del self._pins[identifier]
            pin.release()

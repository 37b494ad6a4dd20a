"""What a write changes, exactly: quads that were not there and are, quads that were there and are not."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kgraph.store.generation import ADDED, REMOVED

__all__ = ["LIMIT_QUADS", "Delta"]

#: A change of more quads than this is not recorded: whoever follows the changes reads the store anew.
LIMIT_QUADS: Final = 100_000


class Delta:
    """The sum of the changes since the base generation. Given only changes that take effect, it is exact."""

    def __init__(self) -> None:
        self.added: set[ox.Quad] = set()
        self.removed: set[ox.Quad] = set()
        self.is_recorded = True

    def note(self, *, removed: Iterable[ox.Quad] = (), added: Iterable[ox.Quad] = ()) -> None:
        """Take in a change; what cancels out leaves nothing behind."""
        if not self.is_recorded:
            return
        _cancel(removed, self.added, self.removed)
        _cancel(added, self.removed, self.added)
        if len(self.added) + len(self.removed) > LIMIT_QUADS:
            self.forget()

    def forget(self) -> None:
        """Record nothing: there is more than anybody would want to follow."""
        self.is_recorded = False
        self.added, self.removed = set(), set()

    def write(self, folder: Path) -> None:
        """Leave the record in a generation's folder, where there is one."""
        if self.is_recorded:
            for name, quads in ((ADDED, self.added), (REMOVED, self.removed)):
                (folder / name).write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")


def _cancel(quads: Iterable[ox.Quad], against: set[ox.Quad], into: set[ox.Quad]) -> None:
    for quad in quads:
        if quad in against:
            against.remove(quad)
        else:
            into.add(quad)

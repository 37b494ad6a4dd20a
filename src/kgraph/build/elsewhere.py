"""What a build can have done elsewhere than in its own processes: on Spark, for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import pyoxigraph as ox

from kgraph.build.filling import Filler
from kgraph.reasoning import Clash, Remainder, Ways, describe_support
from kgraph.reasoning.support_graph import SUPPORT
from kgraph.reasoning.world import INFERRED

if TYPE_CHECKING:
    from kgraph.build.state import State
    from kgraph.build.work import Outcome, Setting, Task

__all__ = ["Closed", "Elsewhere", "take_over"]

_T = TypeVar("_T")
_BATCH: Final = 10_000


class Closed(Protocol):
    """What follows from a project; where there are contradictions, without support."""

    @property
    def clashes(self) -> tuple[Clash, ...]:
        """The contradictions."""

    def conclusions(self, *, kept: bool) -> Iterator[str]:
        """The lines of N-Triples of the conclusions that a graph shows, or of those that none does."""

    def support(self) -> Iterator[tuple[str, Ways]]:
        """On whose word triples rest, these as N-Triples writes them."""


class Elsewhere(Protocol):
    """Where a build is done."""

    def do(self, setting: Setting, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """The outcomes of tasks, in any order."""

    def closed(self, state: State) -> AbstractContextManager[Closed]:
        """What follows from all that the ledger of a build names, for as long as the context lasts."""


def _batched(some: Iterator[_T]) -> Iterator[list[_T]]:
    while batch := list(islice(some, _BATCH)):
        yield batch


def take_over(state: State, store: ox.Store, closed: Closed) -> Remainder:
    """Put what follows where it belongs: into a store and the ledger; what no graph shows is given back."""
    with Filler(store, state.names) as filler:
        for some_lines in _batched(closed.conclusions(kept=True)):
            filler.add_graph(INFERRED, "".join(some_lines).encode())
        lines = "".join(closed.conclusions(kept=False))
        dropped = tuple(quad.triple for quad in ox.parse(lines, ox.RdfFormat.N_TRIPLES))
        names = set(map(str, dropped))
        resting: dict[ox.Triple, Ways] = {}
        for some in _batched(closed.support()):
            shown: dict[ox.Triple, Ways] = {}
            lines = "".join(f"{text} .\n" for text, _ in some)
            triples = (quad.triple for quad in ox.parse(lines, ox.RdfFormat.N_TRIPLES))
            for triple, (text, ways) in zip(triples, some, strict=True):
                state.ledger.put_support(text, ways)
                (resting if text in names else shown)[triple] = ways
            content = ox.serialize(describe_support(shown, state.names), format=ox.RdfFormat.N_TRIPLES)
            filler.add_graph(SUPPORT, content or b"")
    return Remainder(dropped, resting)

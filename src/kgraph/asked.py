"""One generation, as the use cases that ask several questions of it see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar, cast

import pyoxigraph as ox
from anyio.to_thread import run_sync

from kgraph.rdf.table import Table
from kgraph.reasoning import Explanation, Proof
from kgraph.search import TextIndex
from kgraph.store import Generation, Manifest
from kgraph.vocab import Names

__all__ = ["AskedGeneration"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class AskedGeneration:
    """A generation with what answers queries on it: a :class:`kgraph.who_said.Dataset`."""

    generation: Generation
    names: Names
    answer: Callable[[str], Awaitable[Table | bool | list[ox.Triple]]]
    search_proof: Callable[[ox.Triple], Awaitable[Explanation]]
    open_index: Callable[[], TextIndex]

    @property
    def index(self) -> TextIndex:
        """Its text index."""
        return self.open_index()

    @property
    def manifest(self) -> Manifest:
        """What it is."""
        return self.generation.manifest

    async def construct(self, query: str) -> list[ox.Triple]:
        """The triples that a CONSTRUCT or DESCRIBE query gives."""
        return cast(list[ox.Triple], await self.answer(query))

    async def select(self, query: str) -> Table:
        """The rows that a SELECT query gives."""
        return cast(Table, await self.answer(query))

    async def prove(self, triple: ox.Triple) -> Proof | None:
        """The smallest proof of a triple; None where it does not follow."""
        return next(iter((await self.search_proof(triple)).proofs), None)

    async def run(self, work: Callable[[], _T]) -> _T:
        """Do a short piece of work in a thread."""
        return await run_sync(work)

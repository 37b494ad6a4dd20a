"""Why something holds, and what would hold if somebody were believed, as one generation has it.

A search for proofs asks queries as it goes; here they are answered, all from the same generation.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, cast

import pyoxigraph as ox

from kgraph.rdf.table import Table
from kgraph.reasoning import Belief, Explainer, Explanation, Remainder, believe, compile_program
from kgraph.reasoning.evidence import Asking
from kgraph.store import Generation
from kgraph.vocab import Names

__all__ = ["Reasons"]

_T = TypeVar("_T")


class Reasons:
    """Finds proofs and beliefs. ``select`` answers a SELECT query on the project's graphs of a generation."""

    def __init__(self, names: Names, select: Callable[[Generation, str], Awaitable[Table]]) -> None:
        self._names = names
        self._select = select
        self._explainer: tuple[str, Explainer] | None = None

    async def explain(
        self,
        triple: ox.Triple,
        generation: Generation,
        *,
        every: bool = False,
        believing: Sequence[str] = (),
    ) -> Explanation:
        """Why a triple holds; ``every`` way to derive it, and ``believing`` some speakers, by their IRIs."""
        if believing:
            belief = await self.believe(believing, generation)
            return await self._search(belief.explain(triple, every=every), generation)
        return await self._search(self._explainer_of(generation).explain(triple, every=every), generation)

    async def believe(self, speakers: Sequence[str], generation: Generation, *, only: bool = False) -> Belief:
        """What would hold if one believed some speakers, by their IRIs (``only``: and nobody else)."""
        remainder = Remainder.read(generation.remainder(), self._names)
        explainer = self._explainer_of(generation)
        search = believe(speakers, generation.axioms(), remainder, explainer, only=only)
        return await self._search(search, generation)

    def _explainer_of(self, generation: Generation) -> Explainer:
        part = generation.manifest.project_part
        if self._explainer is None or self._explainer[0] != part:
            self._explainer = part, Explainer(compile_program(generation.axioms()), self._names)
        return self._explainer[1]

    async def _search(self, search: Asking[_T], generation: Generation) -> _T:
        """Answer a search's questions until it has its result."""
        try:
            query = next(search)
            while True:
                query = search.send((await self._select(generation, query)).rows)
        except StopIteration as end:
            return cast(_T, end.value)

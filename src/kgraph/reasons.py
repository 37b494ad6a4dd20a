"""The part of the facade that says why: proofs, and what would hold if one believed somebody."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeVar, cast

import pyoxigraph as ox

from kgraph.canned import Reader
from kgraph.rdf.table import Table
from kgraph.reasoning import Belief, Explainer, Explanation, Remainder, believe, compile_program
from kgraph.reasoning.evidence import Asking
from kgraph.settings import Settings
from kgraph.store import Generation
from kgraph.store.pins import Pins

__all__ = ["Reasons"]

_T = TypeVar("_T")


class Reasons(ABC):
    """Explanations and beliefs, each from one generation from beginning to end."""

    settings: Settings
    _pins: Pins
    _explainer: tuple[str, Explainer] | None = None

    @abstractmethod
    async def _reader(self, generation: Generation) -> Reader:
        """What reads the names that a person writes."""

    @abstractmethod
    async def _rows(self, query: str, generation: Generation) -> Table | bool | list[ox.Triple]:
        """What the project's own graphs answer."""

    async def select_project(self, query: str) -> Table:
        """The rows of a SELECT query on the project's own graphs: nothing of clients is among them."""
        with self._pins.holding() as generation:
            return cast(Table, await self._rows(query, generation))

    async def read_name(self, name: str) -> str:
        """The IRI of what a label, an IRI or a prefixed name means.

        Raises:
            ParameterError: it means nothing, or several things.
        """
        with self._pins.holding() as generation:
            return (await (await self._reader(generation)).read("thing", name, None)).value

    async def explain(
        self, subject: str, predicate: str, value: str, *, every: bool = False, believing: Sequence[str] = ()
    ) -> Explanation:
        """Why a triple holds, down to quoted sentences.

        Args:
            subject: the triple's subject: an IRI, a prefixed name or a label.
            predicate: its predicate, likewise; ``a`` is the type.
            value: its object, likewise, or a literal as Turtle writes it.
            every: find every way to derive it.
            believing: speakers to be believed, as in :meth:`believe`.

        Raises:
            ParameterError: a term cannot be read, or names nothing or several things.
        """
        with self._pins.holding() as generation:
            triple = await (await self._reader(generation)).read_triple(subject, predicate, value)
            search = self._explainer_of(generation).explain(triple, every=every)
            if believing:
                belief = await self._believe(believing, generation, only=False)
                search = belief.explain(triple, every=every)
            return await self._search(search, generation)

    async def believe(self, *speakers: str, only: bool = False) -> Belief:
        """What would hold if one believed some speakers (``only``: and nobody else); it enters no graph.

        Raises:
            ParameterError: a name means nothing or several actors.
        """
        with self._pins.holding() as generation:
            return await self._believe(speakers, generation, only=only)

    async def _believe(self, speakers: Sequence[str], generation: Generation, *, only: bool) -> Belief:
        reader = await self._reader(generation)
        iris = await reader.read_speakers(speakers)
        explainer = self._explainer_of(generation)
        remainder = Remainder.read(generation.remainder(), self.settings.names)
        search = believe(iris, generation.axioms(), remainder, explainer, only=only)
        return await self._search(search, generation)

    def _explainer_of(self, generation: Generation) -> Explainer:
        part = generation.manifest.project_part
        if self._explainer is None or self._explainer[0] != part:
            explainer = Explainer(compile_program(generation.axioms()), self.settings.names)
            self._explainer = part, explainer
        return self._explainer[1]

    async def _search(self, search: Asking[_T], generation: Generation) -> _T:
        """Answer a search's questions, all from one generation, until it has its result."""
        try:
            query = next(search)
            while True:
                query = search.send(cast(Table, await self._rows(query, generation)).rows)
        except StopIteration as end:
            return cast(_T, end.value)

"""What a facade asks for: one protocol, and the answers of a project's folder to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Final, Protocol, Self, TypeAlias

import pyoxigraph as ox

from kgraph.api import VALUES
from kgraph.api import AsyncKnowledgeGraph as Graph
from kgraph.describe import Description
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.table import Table
from kgraph.rdf.terms import parse_iri, read_term
from kgraph.reasoning import Belief, Explanation
from kgraph.settings import Settings
from kgraph.who_said import Answer as WhoSaid
from kgraph.who_said import Question

__all__ = ["Calls", "LocalCalls", "Value"]

#: What a query gives: rows, a truth value or triples.
Value: TypeAlias = Table | bool | list[ox.Triple]


#: Rows come in TSV, of which data frames are made without a Python object for each value.
_QUICK: Final = {**VALUES, ResultKind.SOLUTIONS: "tsv"}


class Calls(Protocol):
    """What both kinds of knowledge graph can do. Each raises what :mod:`kgraph.errors` has."""

    async def query(self, text: str) -> tuple[Value, Sequence[str]]:
        """The value of a SPARQL query, and what its author is to know."""

    async def canned(self, slug: str, values: Mapping[str, str]) -> Value:
        """The value of a canned query."""

    async def queries(self) -> Sequence[str]:
        """The slugs of the canned queries."""

    async def who_said(self, question: Question) -> WhoSaid:
        """Who said some words, or a fact."""

    async def explain(
        self, subject: str, predicate: str, value: str, *, every: bool, believing: Sequence[str]
    ) -> Explanation:
        """Why a triple holds."""

    async def describe(self, iri: str, *, page: int) -> Description:
        """What is known of a thing."""

    async def believe(self, speakers: Sequence[str], *, only: bool) -> Belief:
        """What would hold if one believed somebody."""

    async def update(self, text: str) -> None:
        """Carry out a SPARQL update."""

    async def aclose(self) -> None:
        """Let go of everything."""


class LocalCalls:
    """The answers of a project's folder: a :class:`Calls`, and what only the folder has."""

    def __init__(self, graph: Graph, opened: AsyncExitStack) -> None:
        self.graph = graph
        self._opened = opened

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """Open what has been built."""
        stack = AsyncExitStack()
        return cls(await stack.enter_async_context(Graph.open(settings)), stack)

    async def query(self, text: str) -> tuple[Value, Sequence[str]]:
        """The value of a SPARQL query, and what its author is to know."""
        answer = await self.graph.query(text, formats=_QUICK)
        return await self.graph.fetch(answer), answer.notices

    async def canned(self, slug: str, values: Mapping[str, str]) -> Value:
        """The value of a canned query."""
        return await self.graph.fetch(await self.graph.canned(slug, values, formats=_QUICK))

    async def queries(self) -> Sequence[str]:
        """The slugs of the canned queries."""
        return tuple(self.graph.canned_queries())

    async def who_said(self, question: Question) -> WhoSaid:
        """Who said some words, or a fact."""
        return await self.graph.who_said(question)

    async def explain(
        self, subject: str, predicate: str, value: str, *, every: bool, believing: Sequence[str]
    ) -> Explanation:
        """Why a triple holds."""
        return await self.graph.explain(subject, predicate, value, every=every, believing=believing)

    async def describe(self, iri: str, *, page: int) -> Description:
        """What is known of a thing."""
        node = read_term("thing", iri, parse_iri, prefixes=self.graph.prefixes)
        return await self.graph.describe(node.value, page=page)

    async def believe(self, speakers: Sequence[str], *, only: bool) -> Belief:
        """What would hold if one believed somebody."""
        return await self.graph.believe(*speakers, only=only)

    async def update(self, text: str) -> None:
        """Carry out a SPARQL update."""
        await self.graph.update(text)

    async def aclose(self) -> None:
        """Let go of everything."""
        await self._opened.aclose()

"""One generation, as whoever asks for descriptions sees it; it remembers the last ones.

A generation never changes, so what was gathered once for an IRI holds for every format.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyoxigraph as ox

from kgraph.describe.article import ArticleText
from kgraph.describe.catalogue import Addresses, describe_dataset
from kgraph.describe.describing import (
    describe,
    describe_article,
    describe_terms,
    find_hashed,
    find_known,
    list_articles,
    list_documents,
)
from kgraph.describe.description import Description
from kgraph.describe.terms import Ontology
from kgraph.errors import QueryError
from kgraph.store import Generation
from kgraph.who_said import Dataset

__all__ = ["Describer"]

#: How many descriptions are remembered, and how large one may be, in facts.
REMEMBERED: Final = 64
REMEMBERED_FACTS: Final = 3_000
#: Up to how many triples are read for a document that is known by nothing but its parts.
SEARCHED_TRIPLES: Final = 1_000_000


class Describer:
    """Describes the things of a generation, its ontology, and itself.

    What is known of a thing may stand in any graph, a client's too (``everything``); claims and articles are
    the project's: nobody else can put words into somebody's mouth.
    """

    def __init__(
        self, generation: Generation, everything: Dataset, project: Dataset, *, licence: str
    ) -> None:
        self._generation = generation
        self._dataset = everything
        self._project = project
        self._licence = licence
        self._described: dict[tuple[str, int], Description] = {}
        self._hashed: frozenset[str] | None = None

    @property
    def generation(self) -> Generation:
        """The generation that is asked."""
        return self._generation

    async def find_known(self, iris: Sequence[str]) -> str | None:
        """The first of some IRIs that the graphs know, be it only by parts of its document."""
        if (known := await find_known(iris, self._dataset)) is not None:
            return known
        manifest = self._generation.manifest
        if self._hashed is None and manifest.triples + manifest.client_triples <= SEARCHED_TRIPLES:
            self._hashed = frozenset()  # for whoever asks meanwhile, and where it takes too long
            try:
                self._hashed = await find_hashed(self._dataset)
            except QueryError:
                return None
        return next((iri for iri in iris if iri in (self._hashed or ())), None)

    async def describe(self, iri: str, *, page: int = 1) -> Description:
        """What is known of an IRI."""
        if (known := self._described.pop((iri, page), None)) is None:
            known = await describe(iri, self._dataset, self._project, page=page)
        if len(known.facts) + len(known.links) + len(known.gathered) <= REMEMBERED_FACTS:
            self._described[iri, page] = known
        if len(self._described) > REMEMBERED:
            del self._described[next(iter(self._described))]
        return known

    async def article(self, description: Description) -> ArticleText:
        """The text of a described article, with its claims on their words."""
        return await describe_article(description, self._project)

    async def terms(self, description: Description) -> Ontology:
        """The terms of a described ontology, with examples of their use."""
        return await describe_terms(description, self._project)

    async def articles(self, *, limit: int) -> list[tuple[str, str]]:
        """Some articles with their titles."""
        return await list_articles(self._project, limit=limit)

    async def documents(self, *, offset: int, limit: int) -> list[str]:
        """The IRIs of the project's own things that have a document each, some of them at a time."""
        return await list_documents(self._dataset, offset=offset, limit=limit)

    async def catalogue(self, addresses: Addresses) -> list[ox.Triple]:
        """The dataset's own description (VoID, DCAT), for a server at some addresses."""
        return await describe_dataset(self._project, addresses, licence=self._licence)

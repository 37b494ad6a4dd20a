"""One generation, as whoever asks for descriptions sees it; it remembers the last ones.

A generation never changes, so what was gathered once for an IRI holds for every format.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from kgraph.describe.article import ArticleText, Listed
from kgraph.describe.browsing import (
    Facet,
    Place,
    Talk,
    VoiceCount,
    count_facets,
    list_claims,
    list_places,
    list_talk,
    list_voices,
)
from kgraph.describe.catalogue import Addresses, describe_dataset
from kgraph.describe.describing import (
    describe,
    describe_article,
    describe_terms,
    find_hashed,
    find_known,
    known_among,
    list_articles,
    list_documents,
    read_articles,
    read_claims,
)
from kgraph.describe.description import Description, Name, short_name
from kgraph.describe.naming import find_names
from kgraph.describe.partitions import Partitions, read_partitions
from kgraph.describe.terms import Ontology
from kgraph.errors import QueryError
from kgraph.store import Generation
from kgraph.store.documents import Documents
from kgraph.who_said import Attribution, Dataset

__all__ = ["Describer", "Known"]

#: How many facts the remembered descriptions may have together, and of how many lists of claims something is.
REMEMBERED_FACTS: Final = 100_000
REMEMBERED_LISTS: Final = 64
#: Up to how many claims a list is remembered as a whole, and how many such lists there may be.
LISTED_CLAIMS: Final = 100_000
REMEMBERED_WHOLE: Final = 4
#: How many articles are remembered with their claims, for whoever goes through their words.
REMEMBERED_TEXTS: Final = 8
#: How many articles are remembered in their order.
LISTED_ARTICLES: Final = 100_000
#: How many documents of clients a sitemap has at most.
LISTED_DOCUMENTS: Final = 1_000_000
#: Up to how many triples are read for a document that is known by nothing but its parts.
SEARCHED_TRIPLES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Known:
    """An IRI that is known: to the project, or else to clients alone."""

    iri: str
    is_projects: bool


class Describer:
    """Describes the things of a generation, its ontology, and itself.

    What is said in the project's name is read from its own graphs alone. Clients are asked what they add
    (None where there is nothing of theirs), and that stays apart. ``everything`` is asked only for what has
    an address.
    """

    def __init__(
        self,
        generation: Generation,
        everything: Dataset,
        project: Dataset,
        clients: Dataset | None,
        *,
        licence: str,
    ) -> None:
        self._generation = generation
        self._everything = everything
        self._project = project
        self._clients = clients
        self._licence = licence
        self._described: dict[tuple[str, int], Description] = {}
        self._described_facts = 0
        self._partitions: Partitions | None = None
        self._texts: dict[str, ArticleText] = {}
        self._hashed: dict[bool, frozenset[str]] = {}
        self._others: list[str] | None = None
        self._articles: list[str] | None = None
        self._voices: list[VoiceCount] | None = None
        self._places: list[Place] | None = None
        self._facets: dict[frozenset[tuple[str, str]], list[Facet]] = {}
        self._listed: dict[frozenset[tuple[str, str]], list[str]] = {}

    @property
    def generation(self) -> Generation:
        """The generation that is asked."""
        return self._generation

    async def find_known(self, iris: Sequence[str]) -> Known | None:
        """The first of some IRIs that the project knows, or else that clients know.

        One that is known only by parts of its document counts, too.
        """
        manifest = self._generation.manifest
        for dataset, graphs, triples in (
            (self._project, manifest.graphs, manifest.triples),
            (self._clients, manifest.named_graphs, manifest.client_triples),
        ):
            if dataset is None:
                continue
            is_projects = dataset is self._project
            known = await find_known(iris, dataset, graphs)
            if known is None and triples <= SEARCHED_TRIPLES:
                hashed = await self._find_hashed(dataset)
                known = next((iri for iri in iris if iri in hashed), None)
            if known is not None:
                return Known(known, is_projects)
        return None

    async def _find_hashed(self, dataset: Dataset) -> frozenset[str]:
        """The documents that exist by their parts alone."""
        key = dataset is self._project
        if key not in self._hashed:
            self._hashed[key] = frozenset()  # for whoever asks meanwhile, and where it takes too long
            with suppress(QueryError):
                self._hashed[key] = await find_hashed(dataset)
        return self._hashed[key]

    async def describe(self, iri: str, *, page: int = 1) -> Description:
        """What is known of an IRI."""
        if (known := self._described.pop((iri, page), None)) is None:
            known = await describe(iri, self._project, self._clients, page=page)
            self._described_facts += _size(known)
        self._described_facts -= _size(self._described.pop((iri, page), None))  # somebody else was faster
        self._described[iri, page] = known
        while self._described_facts > REMEMBERED_FACTS:
            self._described_facts -= _size(self._described.pop(next(iter(self._described))))
        return known

    async def article(self, description: Description) -> ArticleText:
        """The text of a described article, with its claims on their words."""
        if (known := self._texts.pop(description.iri, None)) is None:
            known = await describe_article(description, self._project)
        self._texts[description.iri] = known
        if len(self._texts) > REMEMBERED_TEXTS:
            del self._texts[next(iter(self._texts))]
        return known

    async def terms(self, description: Description) -> Ontology:
        """The terms of a described ontology, with examples of their use."""
        return await describe_terms(description, self._project)

    async def articles(self, *, limit: int, offset: int = 0) -> list[Listed]:
        """Some articles, the latest first. The order of most of them is read once a generation."""
        if self._articles is None:
            self._articles = await list_articles(self._project, offset=0, limit=LISTED_ARTICLES)
        iris = self._articles[offset : offset + limit]
        if len(self._articles) == LISTED_ARTICLES < offset + limit:
            iris = await list_articles(self._project, offset=offset, limit=limit)
        return await read_articles(iris, self._project)

    async def partitions(self) -> Partitions:
        """Which classes and properties occur together, and how often. Read once a generation."""
        if self._partitions is None:
            self._partitions = await read_partitions(self._project)
        return self._partitions

    async def voices(self) -> list[VoiceCount]:
        """Who speaks, the most quoted first. Counted once a generation."""
        if self._voices is None:
            self._voices = await list_voices(self._project)
        return self._voices

    async def places(self, iris: Sequence[str] = ()) -> list[Place]:
        """Some places; without any, all of them, by what they are called. All are read once a generation."""
        if iris:
            return await list_places(self._project, iris)
        if self._places is None:
            found = await list_places(self._project)
            names = await self.names(place.iri for place in found)
            self._places = sorted(found, key=lambda place: (names[place.iri].text.casefold(), place.iri))
        return self._places

    async def talk(self, *, own: bool) -> list[Talk]:
        """Who talks about whom; ``own`` counts what publications say in their own voice, too."""
        return await list_talk(self._project, own=own)

    async def browse(
        self, chosen: Mapping[str, str], *, offset: int, limit: int
    ) -> tuple[list[Attribution], bool, list[Facet]]:
        """Some of the claims with the chosen values (IRIs by facet), whether there are more, and what
        narrows them further: that is counted once, whatever the page.
        """
        key = frozenset(chosen.items())
        facets = self._facets.pop(key, None)
        if facets is None:
            facets = await count_facets(self._project, chosen)
        iris = await self._list(chosen, offset=offset, limit=limit + 1)
        self._facets[key] = facets
        if len(self._facets) > REMEMBERED_LISTS:
            del self._facets[next(iter(self._facets))]
        return await self.claims(iris[:limit]), len(iris) > limit, facets

    async def _list(self, chosen: Mapping[str, str], *, offset: int, limit: int) -> list[str]:
        """A stretch of the claims with the chosen values. Their order costs the most, so it is kept."""
        key = frozenset(chosen.items())
        every = self._listed.pop(key, None)
        if every is None:
            every = await list_claims(self._project, chosen, offset=0, limit=LISTED_CLAIMS)
        self._listed[key] = every
        if len(self._listed) > REMEMBERED_WHOLE:
            del self._listed[next(iter(self._listed))]
        if len(every) < LISTED_CLAIMS or offset + limit <= LISTED_CLAIMS:
            return every[offset : offset + limit]
        return await list_claims(self._project, chosen, offset=offset, limit=limit)

    async def claims(self, iris: Sequence[str], *, compared: bool = False) -> list[Attribution]:
        """Some claims by their IRIs, in the order of the text; ``compared`` with the others that make the
        same claim, of which there may be many.
        """
        return await read_claims(iris, self._project, compared=compared)

    async def names(self, iris: Iterable[str]) -> dict[str, Name]:
        """What some things are called; their short IRIs, where nothing says so.

        Clients name what the project says nothing of, and nothing else.
        """
        wanted = list(dict.fromkeys(iris))
        found = await find_names(wanted, self._project)
        unnamed = [iri for iri in wanted if iri not in found]
        if unnamed and self._clients is not None:
            own = await known_among(unnamed, self._project)
            found |= await find_names((iri for iri in unnamed if iri not in own), self._clients)
        prefixes = self._project.names.prefixes
        return {iri: found.get(iri) or short_name(iri, prefixes) for iri in wanted}

    async def documents(self, *, offset: int, limit: int) -> list[str]:
        """The IRIs below the base that have a document each, some of them at a time; clients' at the end."""
        written, others = self._written, await self._other_documents()
        if written is None:
            return others[offset : offset + limit]
        found = await self._project.run(lambda: written.page(offset, limit))
        start = max(0, offset - written.count)
        return found + others[start : start + limit - len(found)]

    async def document_count(self) -> int:
        """How many of them there are."""
        written = self._written
        return (written.count if written is not None else 0) + len(await self._other_documents())

    @cached_property
    def _written(self) -> Documents | None:
        """The documents that the generation has written down."""
        return self._generation.documents()

    async def _other_documents(self) -> list[str]:
        """The documents that the generation has not written down. Read once a generation."""
        if self._others is None:
            written = self._written
            dataset = self._clients if written is not None else self._everything
            found = await list_documents(dataset, limit=LISTED_DOCUMENTS) if dataset is not None else []
            if found and written is not None:
                theirs = frozenset(found)
                own = await self._project.run(lambda: theirs.intersection(written))
                found = [iri for iri in found if iri not in own]
            self._others = found
        return self._others

    async def catalogue(self, addresses: Addresses) -> list[ox.Triple]:
        """The dataset's own description (VoID, DCAT), for a server at some addresses."""
        return await describe_dataset(self._project, addresses, licence=self._licence)


def _size(known: Description | None) -> int:
    """What a description takes in memory, in facts and some more."""
    if known is None:
        return 0
    facts = (known.facts, known.links, known.uses, known.parts, known.gathered, known.added.facts)
    return 10 + sum(map(len, facts))

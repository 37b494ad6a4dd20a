"""The facade: what the web, the command line and notebooks talk to.

It answers from the current generation, and a request sees one generation from beginning to end, whatever is
published meanwhile. :class:`kgraph.blocking.KnowledgeGraph` is the same for notebooks and scripts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import Self

import pyoxigraph as ox

from kgraph.asked import AskedGeneration
from kgraph.cache import CacheStatus, CachingBackend
from kgraph.canned import CannedQuery, Naming, Reader, find_canned, load_canned, read_naming
from kgraph.describe import Describer, Description
from kgraph.engine import Answer, Backend, BackendStatus, DefaultGraph, QueryRequest, WorkerPool
from kgraph.federation import Federation, rules_of
from kgraph.queries import VALUES, Queries
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.table import Table
from kgraph.reasoning import Explanation
from kgraph.reasons import Reasons
from kgraph.remote import Endpoint, RemoteBackend
from kgraph.search import TextIndex, open_encoder
from kgraph.settings import Settings
from kgraph.store import Catalog, Generation
from kgraph.store.pins import Pins
from kgraph.who_said import Answer as WhoSaid
from kgraph.who_said import Question, ask
from kgraph.writes import Writes

__all__ = ["VALUES", "AsyncKnowledgeGraph", "Table"]


class AsyncKnowledgeGraph(Queries, Reasons, Writes):
    """A project's knowledge graph, for use within an event loop. See :func:`AsyncKnowledgeGraph.open`."""

    def __init__(self, settings: Settings, backend: Backend) -> None:
        super().__init__(settings)
        self._backend = CachingBackend(backend, limit_bytes=settings.result_cache)
        self._catalog = Catalog(settings.store_path)
        self._federation = Federation(rules_of(settings), settings.store_path / "federation")
        self._pins = Pins(self._catalog)
        self._prefixes = settings.names.prefixes
        self._latest: Generation | None = None
        self._let_go: Callable[[], None] = lambda: None
        self._canned: tuple[str, dict[str, CannedQuery]] = ("", {})
        self._naming: tuple[str, Naming] | None = None
        self._index: tuple[str, TextIndex] | None = None
        self._describer: tuple[str, Describer] | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings, *, with_engine: bool = False) -> AsyncIterator[Self]:
        """Open what has been built, with workers to answer queries; ``with_engine``: and with the engine that
        the settings name, if they name one.

        Raises:
            NoGenerationError: nothing has been built yet.
            EngineError: the engine is not there, holds what is not ours, or would give wrong answers.
        """
        Catalog(settings.store_path).current()
        async with AsyncExitStack() as stack:
            pool = await stack.enter_async_context(
                WorkerPool(
                    size=settings.workers,
                    query_timeout_s=settings.query_timeout,
                    query_memory_bytes=settings.query_memory,
                    snapshot_bytes=settings.memory_snapshot,
                )
            )
            backend: Backend = pool
            if with_engine and settings.engine:
                engine = Endpoint(settings.engine, settings.engine_token)
                backend = await stack.enter_async_context(RemoteBackend(engine, pool))
            graph = cls(settings, backend)
            stack.push_async_callback(graph.finish_writes)
            stack.push_async_callback(graph._federation.aclose)
            try:
                yield graph
            finally:
                graph._let_go()

    @property
    def generation(self) -> Generation:
        """The current generation. Ask once a request, and stay with the answer."""
        generation = self._catalog.current()
        return generation if generation is self._latest else self._turn()

    def _turn(self) -> Generation:
        """Notice a new generation, and keep it as long as it is the current one."""
        let_go = self._let_go
        self._latest, self._let_go = self._pins.hold()
        let_go()
        self._backend.turn_to(self._latest.store_path)
        return self._latest

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that this project's queries and answers use."""
        return self._prefixes

    @property
    def status(self) -> BackendStatus:
        """How the workers are doing."""
        return self._backend.status

    @property
    def cache_status(self) -> CacheStatus:
        """How the result cache is doing."""
        return self._backend.cache_status

    def canned_queries(self, generation: Generation | None = None) -> dict[str, CannedQuery]:
        """The canned queries of a generation (the current one), by slug."""
        generation = generation or self.generation
        if self._canned[0] != generation.manifest.project_part:
            queries, _ = load_canned(generation.queries(), prefixes=self.prefixes)
            self._canned = (generation.manifest.project_part, queries)
        return self._canned[1]

    def text_index(self, generation: Generation | None = None) -> TextIndex:
        """The text index of a generation (the current one). Opened once a generation."""
        generation = generation or self.generation
        part = generation.manifest.project_part
        if self._index is None or self._index[0] != part:
            settings = self.settings
            encoder = open_encoder(settings.encoder, settings.encoder_model, settings.encoder_token)
            self._index = part, TextIndex(generation.index_path, encoder)
        return self._index[1]

    async def who_said(self, question: Question, *, generation: Generation | None = None) -> WhoSaid:
        """Answer "who said this?", for words or for a fact.

        Raises:
            ParameterError: nothing is asked, or a value does not fit.
        """
        with self._pins.holding(generation) as held:
            return await ask(question, self._asked(held, DefaultGraph.DRAFTED))

    @contextmanager
    def describing(self, generation: Generation | None = None) -> Iterator[Describer]:
        """What says what a generation (the current one) knows of an IRI, and of itself."""
        with self._pins.holding(generation) as held:
            if self._describer is None or self._describer[0] != held.id:
                clients = self._asked(held, DefaultGraph.CLIENTS) if held.manifest.client_triples else None
                union, drafted = (
                    self._asked(held, each) for each in (DefaultGraph.UNION, DefaultGraph.DRAFTED)
                )
                describer = Describer(held, union, drafted, clients, licence=self.settings.licence)
                self._describer = (held.id, describer)
            yield self._describer[1]

    async def describe(self, iri: str, *, page: int = 1) -> Description:
        """What the graphs say about an IRI, a page at a time."""
        with self.describing() as describer:
            return await describer.describe(iri, page=page)

    async def canned(
        self,
        slug: str,
        values: Mapping[str, str | Sequence[str]],
        *,
        formats: Mapping[ResultKind, str],
        generation: Generation | None = None,
    ) -> Answer:
        """Answer a canned query with values for its parameters.

        Raises:
            UnknownNameError: there is no canned query of that name.
            ParameterError: a value is missing or does not fit.
        """
        generation = generation or self.generation
        query = find_canned(self.canned_queries(generation), slug)
        text = await self.bind(query, values, generation=generation)
        return await self.query(text, formats=formats, generation=generation)

    async def bind(
        self,
        query: CannedQuery,
        values: Mapping[str, str | Sequence[str]],
        *,
        generation: Generation | None = None,
    ) -> str:
        """The SPARQL of a canned query with values for its parameters, which may be names of things.

        Raises:
            ParameterError: a value is missing, does not fit, or names nothing or several things.
        """
        if not any(each.takes_names and each.name in values for each in query.parameters):
            return query.bind(values, prefixes=self.prefixes)  # without reading what all things are called
        reader = await self._reader(generation or self.generation)
        return await reader.bind(query, values)

    async def suggest(self, text: str, *, limit: int) -> list[tuple[str, str]]:
        """Things (IRI and name) whose names begin with a text, for whoever is typing one."""
        await self._reader(self.generation)
        assert self._naming is not None  # noqa: S101 - the reader has just read it
        return self._naming[1].beginning(text, limit=limit)

    async def _reader(self, generation: Generation) -> Reader:
        part = generation.manifest.project_part
        if self._naming is None or self._naming[0] != part:
            self._naming = part, await read_naming(self._asked(generation).select)
        return Reader(self._naming[1], self.prefixes, self._asked(generation, DefaultGraph.UNION).answer)

    async def canned_values(
        self, slug: str, values: Mapping[str, str | Sequence[str]]
    ) -> Table | bool | list[ox.Triple]:
        """Answer a canned query with values, likewise."""
        return await self.fetch(await self.canned(slug, values, formats=VALUES))

    async def _rows(self, query: str, generation: Generation) -> Table | bool | list[ox.Triple]:
        request = QueryRequest(store=generation.store_path, query=query, formats=VALUES)
        return await self.fetch(await self._backend.query(request.of_graphs(generation.manifest.graphs)))

    def _asked(
        self, generation: Generation, default_graph: DefaultGraph = DefaultGraph.PROJECT
    ) -> AskedGeneration:
        async def answer(query: str) -> Table | bool | list[ox.Triple]:
            found = await self.query(
                query, formats=VALUES, generation=generation, default_graph=default_graph
            )
            return await self.fetch(found)

        async def prove(triple: ox.Triple) -> Explanation:
            return await self._search(self._explainer_of(generation).explain(triple), generation)

        index = partial(self.text_index, generation)
        return AskedGeneration(generation, self.settings.names, answer, prove, index)

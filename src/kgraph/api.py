"""The facade: what the web, the command line and notebooks talk to.

It answers from the current generation, and a request sees one generation from beginning to end, whatever is
published meanwhile. :class:`kgraph.blocking.KnowledgeGraph` is the same for notebooks and scripts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from typing import Final, Self, TypeVar
from weakref import finalize

import pyoxigraph as ox

from kgraph.asked import AskedGeneration
from kgraph.cache import CacheStatus, CachingBackend
from kgraph.canned import CannedQuery, Naming, Reader, find_canned, load_canned, read_naming
from kgraph.describe import Describer, Description
from kgraph.engine import Answer, Backend, BackendStatus, DefaultGraph, QueryRequest, WorkerPool
from kgraph.errors import QuerySyntaxError
from kgraph.federation import Federation, rules_of
from kgraph.patience import patiently
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.prefixes import declare_prefixes
from kgraph.rdf.sparql import QueryProfile, place_prefixes
from kgraph.rdf.table import Table, read_values
from kgraph.reasoning import Explanation
from kgraph.reasons import Reasons
from kgraph.search import TextIndex, expand_search, open_encoder
from kgraph.settings import Settings
from kgraph.store import Catalog, Generation
from kgraph.store.pins import Pins
from kgraph.vocab import DRAFTS, UNION_GRAPH
from kgraph.who_said import Answer as WhoSaid
from kgraph.who_said import Question, ask
from kgraph.writes import Writes

__all__ = ["VALUES", "AsyncKnowledgeGraph", "Table"]

#: The formats in which results come back as values.
VALUES: Final = {ResultKind.SOLUTIONS: "json", ResultKind.BOOLEAN: "json", ResultKind.GRAPH: "nt"}

_T = TypeVar("_T")


class AsyncKnowledgeGraph(Reasons, Writes):
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
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        """Open what has been built, with workers to answer queries.

        Raises:
            NoGenerationError: nothing has been built yet.
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
            graph = cls(settings, pool)
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

    async def profile(
        self, text: str, *, generation: Generation | None = None, client: str = ""
    ) -> QueryProfile:
        """What can be known of a query before it runs. A long one is read by a worker.

        Raises:
            QueryError: it cannot be read, as :meth:`query` says.
            BusyError: there is no worker free in time.
        """
        return await self._backend.profile(text, (generation or self.generation).store_path, client)

    async def query(  # noqa: PLR0913 -- what decides over an answer
        self,
        text: str,
        *,
        formats: Mapping[ResultKind, str],
        default_graphs: tuple[str, ...] | None = None,
        named_graphs: tuple[str, ...] | None = None,
        base_iri: str | None = None,
        default_graph: DefaultGraph | None = None,
        generation: Generation | None = None,
        client: str = "",
        profile: QueryProfile | None = None,
    ) -> Answer:
        """Answer a SPARQL query. Text search in it (:mod:`kgraph.search.property`) is looked up first, and
        services are called (:mod:`kgraph.federation`). A prefix that it does not declare is taken as what
        everybody takes it for, which the answer's ``notices`` tell (:mod:`kgraph.rdf.prefixes`).

        Args:
            text: the query.
            formats: the name of the format (see :data:`kgraph.rdf.formats.FORMATS`) for each kind of result
                that the caller can take.
            default_graphs: the graphs to merge into the default graph, by IRI, as in SPARQL 1.1 Protocol,
                section 2.1.4.
            named_graphs: the named graphs to query, likewise.
            base_iri: what relative IRIs are relative to where the query does not say.
            default_graph: what a query sees that names no graph; what the settings say by default.
            generation: the generation to ask; the current one by default.
            client: who asks. Clients are served in turn where there is not enough for all.
            profile: what :meth:`profile` gives, where it is known.

        Raises:
            QueryError: the query cannot be answered; its subclasses say why.
            BusyError: there is no worker free in time.
        """
        text = place_prefixes(text, self.prefixes)
        generation, release = self._pins.hold(generation)
        with ExitStack() as stack:
            stack.callback(release)
            request = QueryRequest(
                store=generation.store_path,
                query=text,
                formats=formats,
                default_graph=default_graph or DefaultGraph(self.settings.default_graph),
                default_graphs=default_graphs,
                named_graphs=named_graphs,
                cover=tuple(generation.manifest.cover),
                prefixes=self.prefixes,
                base_iri=base_iri,
                profile=profile or await self._backend.profile(text, generation.store_path, client),
            )
            if default_graph is DefaultGraph.PROJECT:
                request = request.of_graphs(generation.manifest.graphs)
            elif default_graph is DefaultGraph.DRAFTED:
                request = request.of_graphs(generation.manifest.graphs, drafted=True)
            elif default_graph is DefaultGraph.CLIENTS:
                others = tuple(key for key in generation.manifest.cover if key != UNION_GRAPH)
                request = replace(request, default_graph=DefaultGraph.UNION, cover=others)
            else:
                request = replace(request, aside=self._aside(text, generation))
            try:
                answer = await self._carry_out(request, generation, client)
            except QuerySyntaxError:
                declared = await patiently(
                    lambda _: declare_prefixes(text, self.prefixes), seconds=self.settings.query_timeout
                )
                if declared is None:
                    raise
                try:
                    known = await self._backend.profile(declared.text, generation.store_path, client)
                    request = replace(request, query=declared.text, profile=known)
                    answer = await self._carry_out(request, generation, client)
                except QuerySyntaxError as error:
                    raise declared.place(error) from None
                answer.notices = (declared.notice,)
            if not answer.complete:
                finalize(answer, stack.pop_all().close)  # it is read from until nobody has it any more
        return answer

    def _aside(self, text: str, generation: Generation) -> tuple[str, ...]:
        """DRAFT: a query does not come upon what is drafted and not reviewed unless it names that graph."""
        drafts = self.settings.names.graph(DRAFTS)
        is_named = drafts in text or f":{DRAFTS}" in text
        return () if is_named or drafts not in generation.manifest.graphs else (drafts,)

    async def _carry_out(self, request: QueryRequest, generation: Generation, client: str) -> Answer:
        return await self._backend.query(await self._expanded(request, generation, client), client)

    async def read_graph(
        self,
        graph: str | None,
        *,
        format: str,  # noqa: A002 - it is what other methods call it
        beside: str = "",
        generation: Generation | None = None,
        client: str = "",
    ) -> Answer:
        """The triples of a graph (None: the store's default graph), as they were written.

        Args are those of :meth:`query`; ``beside`` is a triple to give with them, as SPARQL writes it.

        Raises:
            QueryError: the format cannot carry them, or they take too long.
            BusyError: there is no worker free in time.
        """
        generation, release = self._pins.hold(generation)
        also = f"{{ VALUES (?s ?p ?o) {{ ({beside}) }} }} UNION " if beside else ""
        request = QueryRequest(
            store=generation.store_path,
            query=f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {also}{{ ?s ?p ?o }} }}",
            formats={ResultKind.GRAPH: format},
            default_graph=DefaultGraph.STRICT,
            default_graphs=None if graph is None else (graph,),
            cover=tuple(generation.manifest.cover),
            prefixes=self.prefixes,
            as_written=True,
        )
        with ExitStack() as stack:
            stack.callback(release)
            answer = await self._backend.query(request, client)
            if not answer.complete:
                finalize(answer, stack.pop_all().close)
        return answer

    async def _expanded(self, request: QueryRequest, generation: Generation, client: str) -> QueryRequest:
        """A request whose query has in it what the text index finds and what services answer."""
        profile = request.profile
        assert profile is not None  # noqa: S101 - it has just been read
        if profile.has_search:

            def expand(check: Callable[[], None]) -> str:
                return expand_search(request.query, self.text_index(generation).best, check=check)

            text = await patiently(expand, seconds=self.settings.query_timeout)
            request = replace(request, query=text)
        return await self._federated(request, client) if profile.services else request

    async def _federated(self, request: QueryRequest, client: str) -> QueryRequest:
        """A request whose query has the solutions of services in it, and calls nobody any more."""
        profile = request.profile
        assert profile is not None  # noqa: S101 - it has just been read
        # Much may come from a service: what is known of the query is not read off all of it again.
        plain = replace(request, profile=replace(profile, services=(), is_repeatable=False))

        async def ask(part: str) -> Table | bool | list[ox.Triple]:
            answer = await self._backend.query(replace(plain, query=part, formats=VALUES), client)
            return await self.fetch(answer)

        async def patient(work: Callable[[], _T]) -> _T:
            return await patiently(lambda _: work(), seconds=self.settings.query_timeout)

        text = await self._federation.expand(request.query, ask, patient, base_iri=request.base_iri)
        return request if text == request.query else replace(plain, query=text)

    def graph_exists(self, graph: str | None, *, generation: Generation | None = None) -> bool:
        """Whether there is such a named graph; the default graph (None) always is there."""
        return graph is None or graph in (generation or self.generation).manifest.named_graphs

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

    async def fetch(self, answer: Answer) -> Table | bool | list[ox.Triple]:
        """Read an answer that came in the formats of :data:`VALUES` as a value."""
        return read_values(await answer.read(), answer.kind, self.prefixes)

    async def query_values(self, text: str) -> Table | bool | list[ox.Triple]:
        """Answer a SPARQL query with values: a table, a truth value or a list of triples."""
        return await self.fetch(await self.query(text, formats=VALUES))

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

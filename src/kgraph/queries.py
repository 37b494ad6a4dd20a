"""The part of the facade that answers SPARQL: from a query to an answer of one generation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Final, TypeVar
from weakref import finalize

import pyoxigraph as ox

from kgraph.cache import CachingBackend
from kgraph.engine import Answer, DefaultGraph, QueryRequest
from kgraph.errors import QuerySyntaxError
from kgraph.federation import Federation
from kgraph.patience import patiently
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.prefixes import declare_prefixes
from kgraph.rdf.sparql import SOON_READ_LENGTH, QueryProfile, may_be_relative, place_prefixes
from kgraph.rdf.table import Table, read_values
from kgraph.search import TextIndex, expand_search
from kgraph.settings import Settings
from kgraph.store import Generation
from kgraph.store.pins import Pins
from kgraph.vocab import DRAFTS, METADATA, UNION_GRAPH

__all__ = ["VALUES", "Queries"]

#: The formats in which results come back as values.
VALUES: Final = {ResultKind.SOLUTIONS: "json", ResultKind.BOOLEAN: "json", ResultKind.GRAPH: "nt"}

_T = TypeVar("_T")

#: The namespaces and usual prefixes of VoID and SHACL, in which the metadata of the dataset stand.
_WORDS_FOR_METADATA: Final = ("rdfs.org/ns/void", "www.w3.org/ns/shacl", "void:", "sh:", "urn:kgraph:")


class Queries(ABC):
    """Answers to queries, each from one generation from beginning to end."""

    settings: Settings
    _pins: Pins
    _backend: CachingBackend
    _federation: Federation

    @property
    @abstractmethod
    def generation(self) -> Generation:
        """The current generation."""

    @property
    @abstractmethod
    def prefixes(self) -> dict[str, str]:
        """The prefixes that queries and answers use."""

    @abstractmethod
    def text_index(self, generation: Generation | None = None) -> TextIndex:
        """The text index of a generation (the current one)."""

    async def profile(
        self, text: str, *, generation: Generation | None = None, client: str = ""
    ) -> QueryProfile:
        """What can be known of a query before it runs. A long one is read by a worker.

        Raises:
            QueryError: it cannot be read, as :meth:`query` says.
            BusyError: there is no worker free in time.
        """
        text = await self._placed(text)
        return await self._backend.profile(text, (generation or self.generation).store_path, client)

    async def _placed(self, text: str) -> str:
        """A query that declares the ends of the project's namespaces, with the whole of them."""
        if len(text) <= SOON_READ_LENGTH or not may_be_relative(text):
            return place_prefixes(text, self.prefixes)
        return await patiently(
            lambda _: place_prefixes(text, self.prefixes), seconds=self.settings.query_timeout
        )

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
        text = await self._placed(text)

        async def answer(held: Generation) -> Answer:
            request = QueryRequest(
                store=held.store_path,
                query=text,
                formats=formats,
                default_graph=default_graph or DefaultGraph(self.settings.default_graph),
                default_graphs=default_graphs,
                named_graphs=named_graphs,
                cover=tuple(held.manifest.cover),
                prefixes=self.prefixes,
                base_iri=base_iri,
                profile=profile or await self._backend.profile(text, held.store_path, client),
            )
            return await self._answer(self._seen(request, default_graph, held), held, client)

        return await self._pinned(generation, answer)

    async def _pinned(
        self, generation: Generation | None, answer: Callable[[Generation], Awaitable[Answer]]
    ) -> Answer:
        """An answer of a generation (the current one), which is kept until the answer has been read."""
        held, release = self._pins.hold(generation)
        with ExitStack() as stack:
            stack.callback(release)
            found = await answer(held)
            if not found.complete:
                finalize(found, stack.pop_all().close)  # it is read from until nobody has it any more
        return found

    def _seen(
        self, request: QueryRequest, default_graph: DefaultGraph | None, generation: Generation
    ) -> QueryRequest:
        """A request with the graphs that it is to see."""
        manifest = generation.manifest
        if default_graph is DefaultGraph.PROJECT:
            return request.of_graphs(manifest.graphs)
        if default_graph is DefaultGraph.DRAFTED:
            return request.of_graphs(manifest.graphs, drafted=True)
        if default_graph is DefaultGraph.CLIENTS:
            others = tuple(key for key in manifest.cover if key != UNION_GRAPH)
            return replace(request, default_graph=DefaultGraph.UNION, cover=others)
        return self._without_what_stands_apart(request, generation)

    async def _answer(self, request: QueryRequest, generation: Generation, client: str) -> Answer:
        """The answer; where prefixes are missing that everybody knows, to the query with these."""
        try:
            return await self._carry_out(request, generation, client)
        except QuerySyntaxError:
            declared = await patiently(
                lambda _: declare_prefixes(request.query, self.prefixes),
                seconds=self.settings.query_timeout,
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
        return answer

    def _without_what_stands_apart(self, request: QueryRequest, generation: Generation) -> QueryRequest:
        """DRAFT: a query does not come upon what is drafted and not reviewed unless it names that graph; nor
        upon what tools ask an endpoint for, unless it speaks in the words for that.
        """
        text, names, graphs = request.query, self.settings.names, generation.manifest.graphs
        aside = []
        for name, words in ((DRAFTS, ()), (METADATA, _WORDS_FOR_METADATA)):
            graph = names.graph(name)
            if graph not in graphs:
                continue
            if not any(word in text for word in (*words, graph, f":{name}")):
                aside.append(graph)
            elif name == METADATA:
                request = replace(request, cover=(*request.cover, graph))
        return replace(request, aside=tuple(aside))

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
        also = f"{{ VALUES (?s ?p ?o) {{ ({beside}) }} }} UNION " if beside else ""

        async def answer(held: Generation) -> Answer:
            request = QueryRequest(
                store=held.store_path,
                query=f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {also}{{ ?s ?p ?o }} }}",
                formats={ResultKind.GRAPH: format},
                default_graph=DefaultGraph.STRICT,
                default_graphs=None if graph is None else (graph,),
                cover=tuple(held.manifest.cover),
                prefixes=self.prefixes,
                as_written=True,
            )
            return await self._backend.query(request, client)

        return await self._pinned(generation, answer)

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

    async def fetch(self, answer: Answer) -> Table | bool | list[ox.Triple]:
        """Read an answer that came in the formats of :data:`VALUES` as a value."""
        return read_values(await answer.read(), answer.kind, self.prefixes)

    async def query_values(self, text: str) -> Table | bool | list[ox.Triple]:
        """Answer a SPARQL query with values: a table, a truth value or a list of triples."""
        return await self.fetch(await self.query(text, formats=VALUES))

"""The facade: what the web, the command line and notebooks talk to.

:class:`AsyncKnowledgeGraph` is the core, for servers; :class:`KnowledgeGraph` is the same, for notebooks and
scripts, with every call waiting for its answer. Both answer from the current generation, and each request
sees one generation from beginning to end, whatever is published meanwhile.

    >>> with KnowledgeGraph(".") as graph:                                      # doctest: +SKIP
    ...     for row in graph.canned("who-said", text="barricades"):
    ...         print(row["speaker"], row["quote"])
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, cast

import pyoxigraph as ox
from anyio.from_thread import start_blocking_portal
from anyio.to_thread import run_sync

from kgraph.canned import CannedQuery, find_canned, load_canned
from kgraph.engine import Answer, Backend, BackendStatus, DefaultGraph, QueryRequest, WorkerPool
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.table import Table
from kgraph.rdf.terms import parse_iri, parse_triple, read_term
from kgraph.reasoning import Belief, Explainer, Explanation, Remainder, believe, compile_program
from kgraph.reasoning.evidence import Asking
from kgraph.search import TextIndex, expand_search, uses_search
from kgraph.settings import Settings, load_settings
from kgraph.store import Catalog, Generation, Manifest
from kgraph.vocab import Names
from kgraph.who_said import Answer as WhoSaid
from kgraph.who_said import Question, ask

if TYPE_CHECKING:
    pass

__all__ = ["AsyncKnowledgeGraph", "KnowledgeGraph", "Table"]

_T = TypeVar("_T")

#: The formats in which results come back as values.
_VALUES: Final = {ResultKind.SOLUTIONS: "json", ResultKind.BOOLEAN: "json", ResultKind.GRAPH: "nt"}


class AsyncKnowledgeGraph:
    """A project's knowledge graph, for use within an event loop. See :func:`AsyncKnowledgeGraph.open`."""

    def __init__(self, settings: Settings, backend: Backend) -> None:
        self.settings = settings
        self._backend = backend
        self._catalog = Catalog(settings.store_path)
        self._canned: tuple[str, dict[str, CannedQuery]] = ("", {})
        self._explainer: tuple[str, Explainer] | None = None
        self._index: tuple[str, TextIndex] | None = None

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
                )
            )
            yield cls(settings, pool)

    @property
    def generation(self) -> Generation:
        """The current generation. Ask once a request, and stay with the answer."""
        return self._catalog.current()

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that this project's queries and answers use."""
        return self.settings.names.prefixes

    @property
    def status(self) -> BackendStatus:
        """How the workers are doing."""
        return self._backend.status

    def canned_queries(self, generation: Generation | None = None) -> dict[str, CannedQuery]:
        """The canned queries of a generation (the current one), by slug."""
        generation = generation or self.generation
        if self._canned[0] != generation.id:
            queries, _ = load_canned(generation.queries(), prefixes=self.prefixes)
            self._canned = (generation.id, queries)
        return self._canned[1]

    def text_index(self, generation: Generation | None = None) -> TextIndex:
        """The text index of a generation (the current one). Opened once a generation."""
        generation = generation or self.generation
        if self._index is None or self._index[0] != generation.id:
            self._index = (generation.id, TextIndex(generation.index_path))
        return self._index[1]

    async def who_said(self, question: Question, *, generation: Generation | None = None) -> WhoSaid:
        """Answer "who said this?", for words or for a fact.

        Raises:
            ParameterError: nothing is asked, or a value does not fit.
        """
        return await ask(question, _Asked(self, generation or self.generation))

    async def query(
        self,
        text: str,
        *,
        formats: Mapping[ResultKind, str],
        default_graphs: tuple[str, ...] | None = None,
        named_graphs: tuple[str, ...] | None = None,
        generation: Generation | None = None,
    ) -> Answer:
        """Answer a SPARQL query. Text search in it (:mod:`kgraph.search.property`) is looked up first.

        Args:
            text: the query.
            formats: the name of the format (see :data:`kgraph.rdf.formats.FORMATS`) for each kind of result
                that the caller can take.
            default_graphs: the graphs to merge into the default graph, by IRI, as in SPARQL 1.1 Protocol,
                section 2.1.4.
            named_graphs: the named graphs to query, likewise.
            generation: the generation to ask; the current one by default.

        Raises:
            QueryError: the query cannot be answered; its subclasses say why.
            BusyError: there is no worker free in time.
        """
        generation = generation or self.generation
        if uses_search(text):
            index = self.text_index(generation)
            text = await run_sync(expand_search, text, index.best)
        request = QueryRequest(
            store=generation.store_path,
            query=text,
            formats=formats,
            default_graph=DefaultGraph(self.settings.default_graph),
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            prefixes=self.prefixes,
        )
        return await self._backend.query(request)

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
        text = query.bind(values, prefixes=self.prefixes)
        return await self.query(text, formats=formats, generation=generation)

    async def fetch(self, answer: Answer) -> Table | bool | list[ox.Triple]:
        """Read an answer that came in the formats of :data:`_VALUES` as a value."""
        content = await answer.read()
        if answer.kind is ResultKind.GRAPH:
            return [quad.triple for quad in ox.parse(content, ox.RdfFormat.N_TRIPLES)]
        results = ox.parse_query_results(content, ox.QueryResultsFormat.JSON)
        if isinstance(results, ox.QueryBoolean):
            return bool(results)
        names = tuple(variable.value for variable in results.variables)
        rows = tuple({name: solution[name] for name in names} for solution in results)
        return Table(names, rows, self.prefixes)

    async def query_values(self, text: str) -> Table | bool | list[ox.Triple]:
        """Answer a SPARQL query with values: a table, a truth value or a list of triples."""
        return await self.fetch(await self.query(text, formats=_VALUES))

    async def canned_values(
        self, slug: str, values: Mapping[str, str | Sequence[str]]
    ) -> Table | bool | list[ox.Triple]:
        """Answer a canned query with values, likewise."""
        return await self.fetch(await self.canned(slug, values, formats=_VALUES))

    async def explain(
        self, subject: str, predicate: str, value: str, *, every: bool = False, believing: Sequence[str] = ()
    ) -> Explanation:
        """Why a triple holds, down to quoted sentences.

        Args:
            subject: the triple's subject, as :func:`kgraph.rdf.terms.parse_triple` reads it.
            predicate: its predicate.
            value: its object.
            every: find every way to derive it.
            believing: speakers to be believed, as in :meth:`believe`.

        Raises:
            ParameterError: a term cannot be read.
        """
        generation = self.generation
        triple = parse_triple(subject, predicate, value, prefixes=self.prefixes)
        if not believing:
            search = self._explainer_of(generation).explain(triple, every=every)
        else:
            belief = await self._believe(believing, generation, only=False)
            search = belief.explain(triple, every=every)
        return await self._search(search, generation)

    async def believe(self, *speakers: str, only: bool = False) -> Belief:
        """What would hold if one believed some speakers (``only``: and nobody else); it enters no graph.

        Raises:
            ParameterError: a name cannot be read.
        """
        return await self._believe(speakers, self.generation, only=only)

    async def _believe(self, speakers: Sequence[str], generation: Generation, *, only: bool) -> Belief:
        iris = [read_term("speaker", name, parse_iri, prefixes=self.prefixes).value for name in speakers]
        explainer = self._explainer_of(generation)
        remainder = Remainder.read(generation.remainder(), self.settings.names)
        search = believe(iris, generation.axioms(), remainder, explainer, only=only)
        return await self._search(search, generation)

    def _explainer_of(self, generation: Generation) -> Explainer:
        if self._explainer is None or self._explainer[0] != generation.id:
            explainer = Explainer(compile_program(generation.axioms()), self.settings.names)
            self._explainer = generation.id, explainer
        return self._explainer[1]

    async def _search(self, search: Asking[_T], generation: Generation) -> _T:
        """Answer a search's questions, all from one generation, until it has its result."""
        try:
            query = next(search)
            while True:
                request = QueryRequest(store=generation.store_path, query=query, formats=_VALUES)
                table = await self.fetch(await self._backend.query(request))
                query = search.send(cast(Table, table).rows)
        except StopIteration as end:
            return cast(_T, end.value)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One generation of a knowledge graph, as asking who said something sees it."""

    graph: AsyncKnowledgeGraph
    generation: Generation

    @property
    def index(self) -> TextIndex:
        return self.graph.text_index(self.generation)

    @property
    def manifest(self) -> Manifest:
        return self.generation.manifest

    @property
    def names(self) -> Names:
        return self.graph.settings.names

    async def construct(self, query: str) -> list[ox.Triple]:
        return cast(list[ox.Triple], await self._fetch(query))

    async def select(self, query: str) -> Table:
        return cast(Table, await self._fetch(query))

    async def _fetch(self, query: str) -> Table | bool | list[ox.Triple]:
        answer = await self.graph.query(query, formats=_VALUES, generation=self.generation)
        return await self.graph.fetch(answer)

    async def run(self, work: Callable[[], _T]) -> _T:
        return await run_sync(work)


class KnowledgeGraph:
    """A project's knowledge graph, for notebooks and scripts.

    Opening it builds the project first where its sources changed. Use it as a context manager, or call
    :meth:`close`: it holds worker processes.

    Args:
        project: the project's folder.
        progress: hears of each step of the build as it begins.
        settings: any setting of :data:`kgraph.settings.SETTINGS` by key, such as ``query_timeout=5``.

    Raises:
        ProjectError: the project has errors.
        SettingsError: a setting is unknown or impossible.
    """

    def __init__(
        self, project: str | Path = ".", *, progress: Callable[[str], None] | None = None, **settings: Any
    ) -> None:
        from kgraph.build import build  # noqa: PLC0415 - reading a built project needs none of it

        self.settings = load_settings(Path(project), flags=settings)
        build(self.settings, progress=progress or _silent)
        with ExitStack() as stack:
            self._portal = stack.enter_context(start_blocking_portal())
            self._graph = stack.enter_context(
                self._portal.wrap_async_context_manager(AsyncKnowledgeGraph.open(self.settings))
            )
            self._open = stack.pop_all()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker processes; nothing where that was done before."""
        self._closed = True
        self._open.close()

    @property
    def generation(self) -> Generation:
        """The current generation."""
        return self._graph.generation

    @property
    def queries(self) -> dict[str, CannedQuery]:
        """The canned queries, by slug."""
        return self._graph.canned_queries()

    def query(self, text: str) -> Table | bool | list[ox.Triple]:
        """Answer a SPARQL query: a table for SELECT, a truth value for ASK, triples for the rest.

        Raises:
            QueryError: the query cannot be answered; its subclasses say why.
        """
        return self._call(self._graph.query_values, text)

    def canned(self, slug: str, /, **values: object) -> Table | bool | list[ox.Triple]:
        """Answer a canned query with values for its parameters: texts, numbers, dates, or terms of a row.

        Raises:
            UnknownNameError: there is no canned query of that name.
            ParameterError: a value is missing or does not fit.
        """
        return self._call(self._graph.canned_values, slug, {name: _text(v) for name, v in values.items()})

    def explain(
        self, subject: str, predicate: str, value: str, *, every: bool = False, believing: Sequence[str] = ()
    ) -> Explanation:
        """Why a triple holds: see :meth:`AsyncKnowledgeGraph.explain`."""
        explain = partial(self._graph.explain, every=every, believing=believing)
        return self._call(explain, subject, predicate, value)

    def believe(self, *speakers: str, only: bool = False) -> Belief:
        """What would hold if one believed somebody: see :meth:`AsyncKnowledgeGraph.believe`."""
        return self._call(partial(self._graph.believe, only=only), *speakers)

    def who_said(self, text: str = "", **asked: Any) -> WhoSaid:
        """Answer "who said this?": for words, or for a fact by its ``subject``, ``predicate`` or ``object``.

        The other fields of :class:`kgraph.who_said.Question` narrow the question and page through its answer.

        Raises:
            ParameterError: nothing is asked, or a value does not fit.
        """
        return self._call(self._graph.who_said, Question(text=text, **asked))

    def write(self, text: str, *, formats: Mapping[ResultKind, str]) -> Iterator[bytes]:
        """Answer a SPARQL query as bytes, piece by piece, in a format for each kind of result."""

        async def ask() -> Answer:
            return await self._graph.query(text, formats=formats)

        answer = self._call(ask)

        async def more() -> bytes | None:
            return await anext(answer, None)

        try:
            while (piece := self._call(more)) is not None:
                yield piece
        finally:
            if not self._closed:
                self._call(answer.aclose)

    def _call(self, function: Callable[..., Awaitable[_T]], *arguments: object) -> _T:
        """Have the event loop of the portal's thread do something, and wait for it."""
        if self._closed:
            raise RuntimeError("This knowledge graph is closed.")
        return self._portal.call(function, *arguments)


def _silent(step: str) -> None:
    del step


def _text(value: object) -> str:
    """A parameter's value as a user would type it."""
    if isinstance(value, ox.NamedNode | ox.Literal):
        return value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)

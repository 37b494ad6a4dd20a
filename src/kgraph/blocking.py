"""The facade for notebooks and scripts: :mod:`kgraph.api` with every call waiting for its answer.

>>> with KnowledgeGraph(".") as graph:                                      # doctest: +SKIP
...     for row in graph.canned("who-said", text="barricades"):
...         print(row["speaker"], row["quote"])
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread, get_ident
from typing import Any, Self, TypeVar, overload
from weakref import finalize

import anyio
import pyoxigraph as ox
from anyio.from_thread import BlockingPortal

from kgraph.canned import CannedQuery
from kgraph.describe import Description
from kgraph.engine import Answer
from kgraph.programs import AsyncKnowledgeGraph
from kgraph.programs.awaited import warn
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.table import Table
from kgraph.reasoning import Belief, Explanation
from kgraph.settings import Settings
from kgraph.store import Generation
from kgraph.who_said import Answer as WhoSaid

__all__ = ["KnowledgeGraph"]

_T = TypeVar("_T")
_V = TypeVar("_V", Table, bool, list[ox.Triple])


class KnowledgeGraph:
    """A knowledge graph for notebooks and scripts, of a project's folder or of another kgraph server.

    Use it as a context manager, or call :meth:`close`: it holds worker processes.

    Args:
        project: the project's folder, which is built first where its sources changed; or a server's URL.
        token: what writers send to that server.
        progress: hears of each step of the build as it begins.
        notice: hears what a query's author is to know, such as prefixes that were declared for it; by default
            that is a warning.
        settings: any setting of :data:`kgraph.settings.SETTINGS` by key, such as ``query_timeout=5``.

    Raises:
        ProjectError: the project has errors.
        SettingsError: a setting is unknown or impossible.
    """

    def __init__(
        self,
        project: str | Path = ".",
        *,
        token: str = "",
        progress: Callable[[str], None] | None = None,
        notice: Callable[[str], None] | None = None,
        **settings: Any,
    ) -> None:
        self._notice = notice or warn
        # Notices are told in the thread of whoever asked.
        self._notices: list[str] = []
        self._graph = AsyncKnowledgeGraph(
            project, token=token, progress=progress, notice=self._notices.append, **settings
        )
        with ExitStack() as stack:
            self._portal = stack.enter_context(_loop_in_a_thread())
            stack.enter_context(self._portal.wrap_async_context_manager(self._graph))
            # At the latest when the interpreter ends; by then the threads that it waits for have ended.
            self._end = finalize(self, _close, stack.pop_all(), self._portal.call(get_ident))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker processes; nothing where that was done before. A script's end does it too."""
        self._end()

    @property
    def settings(self) -> Settings:
        """The settings of the project's folder."""
        return self._graph.local.graph.settings

    @property
    def generation(self) -> Generation:
        """The current generation of the project's folder."""
        return self._graph.local.graph.generation

    @property
    def queries(self) -> Mapping[str, CannedQuery]:
        """The canned queries of the project's folder, by slug."""
        return self._graph.local.graph.canned_queries()

    @overload
    def query(self, text: str, /) -> Any: ...
    @overload
    def query(self, text: str, expected: type[_V], /) -> _V: ...
    def query(self, text: str, expected: type | None = None, /) -> Any:
        """Answer a SPARQL query: a table for SELECT, a truth value for ASK, triples for the rest.

        Args:
            text: the query.
            expected: ``Table``, ``bool`` or ``list``, for a type checker to know and for this to make sure.

        Raises:
            QueryError: the query cannot be answered; its subclasses say why.
        """
        value = self._call(lambda: self._graph.query(text, *(() if expected is None else (expected,))))
        self._tell()
        return value

    @overload
    def canned(self, slug: str, /, **values: object) -> Any: ...
    @overload
    def canned(self, slug: str, expected: type[_V], /, **values: object) -> _V: ...
    def canned(self, slug: str, expected: type | None = None, /, **values: object) -> Any:
        """Answer a canned query with values for its parameters: texts, names, numbers, dates, or terms
        of a row.

        Raises:
            UnknownNameError: there is no canned query of that name.
            ParameterError: a value is missing or does not fit.
        """
        kind = () if expected is None else (expected,)
        return self._call(lambda: self._graph.canned(slug, *kind, **values))

    def bind(self, query: CannedQuery, values: Mapping[str, str | Sequence[str]]) -> str:
        """The SPARQL of a canned query with values: see :meth:`kgraph.api.AsyncKnowledgeGraph.bind`."""
        return self._call(lambda: self._graph.local.graph.bind(query, values))

    def names(self, iris: Iterable[str]) -> dict[str, str]:
        """What some things of the project's folder are called: a claim by its speaker and words, a sentence
        by its number and article, what nothing calls anything by its short IRI.
        """

        async def ask() -> dict[str, str]:
            with self._graph.local.graph.describing() as describer:
                return {iri: name.text for iri, name in (await describer.names(iris)).items()}

        return self._call(ask)

    def describe(self, iri: str, *, page: int = 1) -> Description:
        """What the graphs say about an IRI, in full or as a prefixed name: facts, links and claims.

        Raises:
            ParameterError: the name cannot be read.
        """
        return self._call(lambda: self._graph.describe(iri, page=page))

    def explain(
        self, subject: str, predicate: str, value: str, *, every: bool = False, believing: Sequence[str] = ()
    ) -> Explanation:
        """Why a triple holds: see :meth:`kgraph.AsyncKnowledgeGraph.explain`."""
        return self._call(
            lambda: self._graph.explain(subject, predicate, value, every=every, believing=believing)
        )

    def believe(self, *speakers: str, only: bool = False) -> Belief:
        """What would hold if one believed somebody: see :meth:`kgraph.AsyncKnowledgeGraph.believe`."""
        return self._call(lambda: self._graph.believe(*speakers, only=only))

    def who_said(self, text: str = "", **asked: Any) -> WhoSaid:
        """Answer "who said this?": see :meth:`kgraph.AsyncKnowledgeGraph.who_said`."""
        return self._call(lambda: self._graph.who_said(text, **asked))

    def update(self, text: str) -> None:
        """Carry out a SPARQL update: see :meth:`kgraph.AsyncKnowledgeGraph.update`."""
        self._call(lambda: self._graph.update(text))

    def write(self, text: str, *, formats: Mapping[ResultKind, str]) -> Iterator[bytes]:
        """Answer a SPARQL query as bytes, piece by piece, in a format for each kind of result."""

        async def ask() -> Answer:
            answer = await self._graph.local.graph.query(text, formats=formats)
            self._notices.extend(answer.notices)
            return answer

        answer = self._call(ask)
        self._tell()

        async def more() -> bytes | None:
            return await anext(answer, None)

        try:
            while (piece := self._call(more)) is not None:
                yield piece
        finally:
            if self._end.alive:
                self._call(answer.aclose)

    def _tell(self) -> None:
        while self._notices:
            self._notice(self._notices.pop(0))

    def _call(self, function: Callable[[], Awaitable[_T]]) -> _T:
        """Have the event loop of the portal's thread do something, and wait for it."""
        if not self._end.alive:
            raise RuntimeError("This knowledge graph is closed.")
        return self._portal.call(function)


@contextmanager
def _loop_in_a_thread() -> Iterator[BlockingPortal]:
    """An event loop in a thread that no interpreter waits for."""
    opened: Future[BlockingPortal] = Future()

    async def serve() -> None:
        async with BlockingPortal() as portal:
            opened.set_result(portal)
            await portal.sleep_until_stopped()

    thread = Thread(target=anyio.run, args=(serve,), name="kgraph", daemon=True)
    thread.start()
    portal = opened.result()
    try:
        yield portal
    finally:
        portal.call(portal.stop)
        thread.join()


def _close(opened: ExitStack, loop_thread: int) -> None:
    """Close what was opened. The loop's own thread, where the collector may run, cannot wait for itself."""
    if get_ident() == loop_thread:
        Thread(target=opened.close, daemon=True).start()
    else:
        opened.close()

"""The facade for notebooks and scripts: :mod:`kgraph.api` with every call waiting for its answer.

>>> with KnowledgeGraph(".") as graph:                                      # doctest: +SKIP
...     for row in graph.canned("who-said", text="barricades"):
...         print(row["speaker"], row["quote"])
"""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from threading import Thread, get_ident
from typing import Any, Self, TypeVar
from weakref import finalize

import anyio
import pyoxigraph as ox
from anyio.from_thread import BlockingPortal

from kgraph.api import VALUES, AsyncKnowledgeGraph
from kgraph.canned import CannedQuery
from kgraph.describe import Description
from kgraph.engine import Answer
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.table import Table
from kgraph.rdf.terms import parse_iri, read_term
from kgraph.reasoning import Belief, Explanation
from kgraph.settings import load_settings
from kgraph.store import Generation
from kgraph.who_said import Answer as WhoSaid
from kgraph.who_said import Question

__all__ = ["KnowledgeGraph"]

_T = TypeVar("_T")


class KnowledgeGraph:
    """A project's knowledge graph, for notebooks and scripts.

    Opening it builds the project first where its sources changed. Use it as a context manager, or call
    :meth:`close`: it holds worker processes.

    Args:
        project: the project's folder.
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
        progress: Callable[[str], None] | None = None,
        notice: Callable[[str], None] | None = None,
        **settings: Any,
    ) -> None:
        from kgraph.build import build  # noqa: PLC0415 - reading a built project needs none of it

        self.settings = load_settings(Path(project), flags=settings)
        build(self.settings, progress=progress or _silent)
        with ExitStack() as stack:
            self._portal = stack.enter_context(_loop_in_a_thread())
            self._graph = stack.enter_context(
                self._portal.wrap_async_context_manager(AsyncKnowledgeGraph.open(self.settings))
            )
            # At the latest when the interpreter ends; by then the threads that it waits for have ended.
            self._end = finalize(self, _close, stack.pop_all(), self._portal.call(get_ident))
        self._notice = notice or _warn

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker processes; nothing where that was done before. A script's end does it too."""
        self._end()

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

        async def ask() -> tuple[Table | bool | list[ox.Triple], tuple[str, ...]]:
            answer = await self._graph.query(text, formats=VALUES)
            return await self._graph.fetch(answer), answer.notices

        value, notices = self._call(ask)
        self._tell(notices)
        return value

    def update(self, text: str) -> None:
        """Carry out a SPARQL update; the next query sees it. See :meth:`AsyncKnowledgeGraph.update`.

        Raises:
            QueryError: it is not carried out; its subclasses say why.
            WriteError: it would change what it may not.
        """
        self._call(self._graph.update, text)

    def canned(self, slug: str, /, **values: object) -> Table | bool | list[ox.Triple]:
        """Answer a canned query with values for its parameters: texts, names, numbers, dates, or terms
        of a row.

        Raises:
            UnknownNameError: there is no canned query of that name.
            ParameterError: a value is missing or does not fit.
        """
        return self._call(self._graph.canned_values, slug, {name: _text(v) for name, v in values.items()})

    def bind(self, query: CannedQuery, values: Mapping[str, str | Sequence[str]]) -> str:
        """The SPARQL of a canned query with values: see :meth:`AsyncKnowledgeGraph.bind`."""
        return self._call(self._graph.bind, query, values)

    def describe(self, iri: str, *, page: int = 1) -> Description:
        """What the graphs say about an IRI, in full or as a prefixed name: facts, links and claims.

        Raises:
            ParameterError: the name cannot be read.
        """
        node = read_term("thing", iri, parse_iri, prefixes=self.settings.names.prefixes)
        return self._call(partial(self._graph.describe, page=page), node.value)

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
        self._tell(answer.notices)

        async def more() -> bytes | None:
            return await anext(answer, None)

        try:
            while (piece := self._call(more)) is not None:
                yield piece
        finally:
            if self._end.alive:
                self._call(answer.aclose)

    def _tell(self, notices: Sequence[str]) -> None:
        for notice in notices:
            self._notice(notice)

    def _call(self, function: Callable[..., Awaitable[_T]], *arguments: object) -> _T:
        """Have the event loop of the portal's thread do something, and wait for it."""
        if not self._end.alive:
            raise RuntimeError("This knowledge graph is closed.")
        return self._portal.call(function, *arguments)


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


def _warn(notice: str) -> None:
    warnings.warn(notice, stacklevel=4)


def _silent(step: str) -> None:
    del step


def _text(value: object) -> str:
    """A parameter's value as a user would type it."""
    if isinstance(value, ox.NamedNode | ox.Literal):
        return value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)

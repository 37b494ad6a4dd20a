"""The facade for event loops: every question is awaited, and its answer is a value.

>>> async with AsyncKnowledgeGraph(".") as graph:                            # doctest: +SKIP
...     table = await graph.query("SELECT * { ?s ?p ?o } LIMIT 5", Table)
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Self, TypeVar, overload

import pyoxigraph as ox
from anyio.to_thread import run_sync

from kgraph.describe import Description
from kgraph.errors import ParameterError, QueryRefusedError
from kgraph.programs.calls import Calls, LocalCalls, Value
from kgraph.programs.remote import RemoteCalls
from kgraph.rdf.table import Table
from kgraph.reasoning import Belief, Explanation
from kgraph.settings import Settings, load_settings
from kgraph.who_said import Answer as WhoSaid
from kgraph.who_said import Question

__all__ = ["AsyncKnowledgeGraph", "is_address"]

_T = TypeVar("_T", Table, bool, list[ox.Triple])
_NAMES = {Table: "rows", bool: "a truth value", list: "triples"}


def is_address(project: str | Path) -> bool:
    """Whether this is the URL of a server and not a folder."""
    return isinstance(project, str) and project.startswith(("http://", "https://"))


class AsyncKnowledgeGraph:
    """A knowledge graph, of a project's folder or of another kgraph server. An async context manager.

    Args:
        project: the project's folder, which is built first where its sources changed; or a server's URL.
        token: what writers send to that server.
        progress: hears of each step of the build as it begins.
        notice: hears what a query's author is to know; by default that is a warning.
        settings: any setting of :data:`kgraph.settings.SETTINGS` by key, for a folder.

    Raises:
        ProjectError: the project has errors.
        SettingsError: a setting is unknown or impossible.
        RemoteError: the server cannot be reached; when it is asked.
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
        self.settings: Settings | None = None
        self._calls: Calls | None = None
        self._progress = progress or _silent
        self._notice = notice or warn
        if is_address(project):
            if settings:
                raise ParameterError(
                    f"{next(iter(settings))} is a setting of that server.", hint="Leave it out."
                )
            self._calls = RemoteCalls(str(project), token=token)
        else:
            self.settings = load_settings(Path(project), flags=settings)

    async def __aenter__(self) -> Self:
        if self.settings is not None:
            from kgraph.build import build  # noqa: PLC0415 - reading a built project needs none of it

            opened = self.settings
            await run_sync(lambda: build(opened, progress=self._progress))
            self._calls = await LocalCalls.open(opened)
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the worker processes or close the connections."""
        calls, self._calls = self._calls, None
        if calls is not None:
            await calls.aclose()

    @property
    def local(self) -> LocalCalls:
        """What answers, where that is a project's folder.

        Raises:
            QueryRefusedError: it is another server.
        """
        if not isinstance(self.calls, LocalCalls):
            raise QueryRefusedError(
                "That is asked of a project's folder, and this is another server.", hint="Open the folder."
            )
        return self.calls

    @property
    def calls(self) -> Calls:
        """What answers.

        Raises:
            RuntimeError: it is closed, or was never opened.
        """
        if self._calls is None:
            raise RuntimeError("This knowledge graph is closed.")
        return self._calls

    async def queries(self) -> Sequence[str]:
        """The slugs of the canned queries."""
        return await self.calls.queries()

    @overload
    async def query(self, text: str, /) -> Any: ...
    @overload
    async def query(self, text: str, expected: type[_T], /) -> _T: ...
    async def query(self, text: str, expected: type | None = None, /) -> Any:
        """Answer a SPARQL query: a table for SELECT, a truth value for ASK, triples for the rest.

        Args:
            text: the query.
            expected: ``Table``, ``bool`` or ``list``, for a type checker to know and for this to make sure.

        Raises:
            QueryError: the query cannot be answered; its subclasses say why.
        """
        value, notices = await self.calls.query(text)
        for notice in notices:
            self._notice(notice)
        return checked(value, expected)

    @overload
    async def canned(self, slug: str, /, **values: object) -> Any: ...
    @overload
    async def canned(self, slug: str, expected: type[_T], /, **values: object) -> _T: ...
    async def canned(self, slug: str, expected: type | None = None, /, **values: object) -> Any:
        """Answer a canned query with values for its parameters: texts, names, numbers, dates, or terms
        of a row.

        Raises:
            UnknownNameError: there is no canned query of that name.
            ParameterError: a value is missing or does not fit.
        """
        texts = {name: text_of(value) for name, value in values.items()}
        return checked(await self.calls.canned(slug, texts), expected)

    async def describe(self, iri: str, *, page: int = 1) -> Description:
        """What the graphs say about an IRI, in full or as a prefixed name: facts, links and claims.

        Raises:
            ParameterError: the name cannot be read.
        """
        return await self.calls.describe(iri, page=page)

    async def explain(
        self, subject: str, predicate: str, value: str, *, every: bool = False, believing: Sequence[str] = ()
    ) -> Explanation:
        """Why a triple holds, down to quoted sentences.

        Args:
            subject: the triple's subject: an IRI, a prefixed name or a label.
            predicate: its predicate, likewise; ``a`` is the type.
            value: its object, likewise, or a literal as Turtle writes it.
            every: find every way to derive it.
            believing: speakers to be believed.

        Raises:
            ParameterError: a term cannot be read, or names nothing or several things.
        """
        return await self.calls.explain(subject, predicate, value, every=every, believing=believing)

    async def believe(self, *speakers: str, only: bool = False) -> Belief:
        """What would hold if one believed some speakers (``only``: and nobody else); it enters no graph.

        Raises:
            ParameterError: a name means nothing or several actors.
        """
        return await self.calls.believe(speakers, only=only)

    async def who_said(self, text: str = "", **asked: Any) -> WhoSaid:
        """Answer "who said this?": for words, or for a fact by its ``subject``, ``predicate`` or ``object``.

        The other fields of :class:`kgraph.who_said.Question` narrow the question and page through its answer.

        Raises:
            ParameterError: nothing is asked, or a value does not fit.
        """
        return await self.calls.who_said(Question(text=text, **asked))

    async def update(self, text: str) -> None:
        """Carry out a SPARQL update; the next query sees it.

        Raises:
            QueryError: it is not carried out; its subclasses say why.
            WriteError: it would change what it may not.
        """
        await self.calls.update(text)


def checked(value: Value, expected: type | None) -> Any:
    """A value, if it is of the expected type.

    Raises:
        QueryRefusedError: it is of another.
    """
    kind = getattr(expected, "__origin__", expected)
    if kind is not None and not isinstance(value, kind):
        raise QueryRefusedError(
            f"This query gives {_NAMES[type(value)]}, not {_NAMES.get(kind, kind.__name__)}.",
            hint="Expect what it gives: Table for SELECT, bool for ASK, list for CONSTRUCT and DESCRIBE.",
        )
    return value


def text_of(value: object) -> str:
    """A parameter's value as a user would type it."""
    if isinstance(value, ox.NamedNode | ox.Literal):
        return value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def warn(notice: str) -> None:
    """Warn whoever asked."""
    warnings.warn(notice, stacklevel=4)


def _silent(step: str) -> None:
    del step

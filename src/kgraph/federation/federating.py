"""SERVICE, executed: each one gives way to the solutions that its endpoint has for it.

The engine never calls anybody. Before a query goes to it, every SERVICE pattern is asked of its endpoint
and replaced by a VALUES block of the answer, which SPARQL then joins as it joins anything:

1. The engine reads the query, with each SERVICE as a plain group, and resolves the endpoints' IRIs. A fault
   of the query, and an endpoint that may not be called, are found before anything is sent.
2. In the order of the text, the solutions around each SERVICE (:mod:`kgraph.federation.surroundings`) are
   asked of the engine, and sent along to the endpoint, a hundred at a time
   (:mod:`kgraph.federation.question`).
3. What comes back stands for the SERVICE, also for those that follow it.

A SERVICE within another is sent along as it stands, where it calls what the endpoint has itself (so Wikidata
labels its items), or what could be called from here.

A service evaluates its pattern by itself: within EXISTS, the values of the solution at hand reach what is
joined, and no filter of the service. With SILENT, a service that fails has one solution without bindings
(SPARQL 1.1 Federated Query, section 2.3); one that may not be called is an error in any case.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeAlias, TypeVar

import pyoxigraph as ox

from kgraph.errors import QueryRefusedError, RemoteError
from kgraph.federation.client import Allowance, ServiceClient
from kgraph.federation.endpoints import Endpoint, Rules
from kgraph.federation.question import Known, Question, read_question
from kgraph.federation.results import REMOTE_NODE, UNDEFINED
from kgraph.federation.source import Source, blanked, read_source
from kgraph.federation.surroundings import Part, connected, surroundings_of
from kgraph.rdf.pattern import Element
from kgraph.rdf.sparql import Token, profile_query
from kgraph.rdf.table import Table
from kgraph.rdf.terms import Term
from kgraph.vocab import XSD

__all__ = ["Ask", "Federation", "Patient"]

_T = TypeVar("_T")

#: How many solutions are sent along in one request, and for one SERVICE.
BATCH: Final = 100
MOST: Final = 20_000
#: How many solutions for further variables go with each request, which have nothing to do with the others.
BESIDE: Final = 1000
#: How long a query with SERVICE may be, in characters, and how many of them it may have.
LONGEST: Final = 512 * 1024
MOST_SERVICES: Final = 64

#: Has the engine answer a query about the dataset that the whole query is about.
Ask: TypeAlias = Callable[[str], Awaitable[Table | bool | list[ox.Triple]]]


class Patient(Protocol):
    """Has something done that takes longer than a moment, and waits for it."""

    async def __call__(self, work: Callable[[], _T], /) -> _T:
        """What the work gives."""


async def _at_once(work: Callable[[], _T]) -> _T:
    return work()


class Federation:
    """Executes the SERVICE patterns of queries. To be used in one event loop, and closed.

    Args:
        rules: what may be called, and how.
        folder: where answers are kept.
    """

    def __init__(self, rules: Rules, folder: Path) -> None:
        self._rules = rules
        self._client = ServiceClient(rules, folder)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def expand(
        self, text: str, ask: Ask, patient: Patient = _at_once, *, base_iri: str | None = None
    ) -> str:
        """The query with each SERVICE replaced by its solutions; itself where it has none.

        Args:
            text: the query.
            ask: has the engine answer the queries that this takes.
            patient: has the query taken apart, without holding up anybody.
            base_iri: what relative IRIs are relative to where the query does not say.

        Raises:
            QuerySyntaxError: it is no query.
            QueryRefusedError: it calls what may not be called, or asks for too much.
            RemoteError: an endpoint gave no whole answer, and its SERVICE is not SILENT.
        """
        if len(text) > LONGEST:
            raise QueryRefusedError(
                f"A query with SERVICE has no more than {LONGEST // 1024:,} KiB.",
                hint="Ask the endpoint in several queries.",
            )
        profile = await patient(lambda: profile_query(text))
        if profile.is_update or not profile.services:
            return text
        if len(profile.services) > MOST_SERVICES:
            raise QueryRefusedError(
                f"The query has more than {MOST_SERVICES} SERVICE patterns.", hint="Ask in several queries."
            )
        await ask(await patient(lambda: blanked(text)))
        source = await patient(lambda: read_source(text, base_iri=base_iri))
        services = source.services
        if any(
            token.kind == "word" and token.text.upper() == "SERVICE"
            for index, token in enumerate(source.tokens)
            if not any(service.start <= index < service.end for service in services)
        ):
            raise QueryRefusedError("A SERVICE stands where no pattern of SPARQL 1.1 has one.")
        endpoints = await self._endpoints(services, source, ask)
        questions = await patient(lambda: [read_question(service, source) for service in services])
        allowance = self._client.allowance()
        for service, endpoint, question in zip(services, endpoints, questions, strict=True):
            around = await patient(partial(_around, service, source))
            rows = await self._rows(service, endpoint, question, source, around, ask, allowance)
            source.replaced[service] = f" {Known(question.columns, rows).text} "
        return source.render()

    async def _endpoints(self, services: Sequence[Element], source: Source, ask: Ask) -> list[Endpoint]:
        """The endpoint of each SERVICE, its IRI being read as the engine reads it."""
        outer = [source.tokens[service.groups[0].start - 1] for service in services]
        inner = [token for service in services for token in _called_within(service, source)]
        written = [*outer, *inner]
        for token in written:
            if token.kind == "variable":
                raise QueryRefusedError(
                    f"The endpoint of a SERVICE is {token.text}, a variable.",
                    hint="Name the endpoint by its IRI; it must be one that this service calls.",
                )
        columns = " ".join(f"({token.text} AS ?s{i})" for i, token in enumerate(written))
        table = await ask(f"{source.prologue}SELECT {columns} {{}}")
        assert isinstance(table, Table)  # noqa: S101 - it is a SELECT
        (row,) = table.rows
        values = [row[f"s{i}"] for i in range(len(written))]
        iris = [value.value if isinstance(value, ox.NamedNode) else "" for value in values]
        for iri in iris[len(outer) :]:
            self._rules.admit_within(iri)
        return [self._rules.endpoint(iri) for iri in iris[: len(outer)]]

    async def _rows(
        self,
        service: Element,
        endpoint: Endpoint,
        question: Question,
        source: Source,
        around: Sequence[Sequence[Part]],
        ask: Ask,
        allowance: Allowance,
    ) -> list[tuple[str, ...]]:
        """The solutions of a SERVICE, as far as they can matter."""
        known = await _known(question, around, source, ask)
        rows: list[tuple[str, ...]] = []
        try:
            for blocks in _batches(known):
                answer = await self._client.ask(
                    endpoint, question.text(blocks), question.variables, allowance
                )
                stamp = _stamp(question, endpoint, answer.time)
                rows += [(*row, *stamp) for row in answer.rows]
        except RemoteError:
            if source.tokens[service.start + 1].text.upper() != "SILENT":
                raise
            return [(UNDEFINED,) * len(question.columns)]
        return rows


def _around(service: Element, source: Source) -> list[list[Part]]:
    return connected(surroundings_of(service, source))


def _called_within(service: Element, source: Source) -> Iterator[Token]:
    """What each SERVICE within a SERVICE calls."""
    tokens = source.tokens[service.groups[0].start : service.end]
    for index, token in enumerate(tokens):
        if token.kind == "word" and token.text.upper() == "SERVICE":
            silent = tokens[index + 1].text.upper() == "SILENT"
            yield tokens[index + 1 + silent]


async def _known(
    question: Question, around: Sequence[Sequence[Part]], source: Source, ask: Ask
) -> list[Known] | None:
    """What is known of the variables to ask for; None where nothing can come of asking."""
    known: list[Known] = []
    for parts in around:
        where = f"{source.dataset} WHERE {{ {' '.join(part.text for part in parts)} }}"
        shared = question.bindable & frozenset[str]().union(*(part.variables for part in parts))
        if not shared:
            if not await ask(f"{source.prologue}ASK {where}"):
                return None
            continue
        columns = " ".join(f"?{name}" for name in sorted(shared))
        table = await ask(f"{source.prologue}SELECT DISTINCT {columns} {where} LIMIT {MOST + 1}")
        assert isinstance(table, Table)  # noqa: S101 - it is a SELECT
        # What is unbound in some solution agrees with anything, so it cannot narrow the question down.
        names = tuple(n for n in table.columns if all(row[n] is not None for row in table.rows))
        if table.rows and not names:
            continue
        rows = sorted(set(_sendable([row[name] for name in names] for row in table.rows)))
        if not rows:
            return None
        known.append(Known(names, rows))
    known.sort(key=lambda block: len(block.rows))
    if known and len(known[0].rows) > MOST:
        raise QueryRefusedError(
            f"There are more than {MOST:,} values for {' '.join('?' + n for n in known[0].names)} to ask a"
            " service about.",
            hint="Narrow the patterns around SERVICE down, or take fewer rows in a sub-select with LIMIT.",
        )
    return known


def _batches(known: list[Known] | None) -> Iterator[list[Known]]:
    """What to send along with each request: the shortest list in pieces, and others that are not too long."""
    if known is None:
        return
    if not known:
        yield []
        return
    first, *others = known
    beside = [block for block in others if len(block.rows) <= BESIDE]
    for start in range(0, len(first.rows), BATCH):
        yield [Known(first.names, first.rows[start : start + BATCH]), *beside]


def _sendable(rows: Iterable[Sequence[Term | None]]) -> Iterator[tuple[str, ...]]:
    """Solutions as SPARQL. One with a blank node is that of no service: the node is known nowhere else."""
    for row in rows:
        written = tuple(map(str, row))
        if not any(isinstance(term, ox.BlankNode) for term in row) and not any(
            text.startswith(f"<{REMOTE_NODE}") for text in written
        ):
            yield written


def _stamp(question: Question, endpoint: Endpoint, time: float) -> tuple[str, ...]:
    """Where and when solutions were retrieved, as far as the query asks for it."""
    moment = datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    stamps: list[str] = []
    if question.source_variable is not None:
        stamps.append(str(ox.NamedNode(endpoint.iri)))
    if question.time_variable is not None:
        stamps.append(str(ox.Literal(moment, datatype=ox.NamedNode(XSD + "dateTime"))))
    return tuple(stamps)

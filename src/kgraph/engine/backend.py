"""What answers SPARQL queries: the request, the answer, and the protocol behind which backends are siblings.

HONEST: ``query`` returns once the answer's status is certain, that is with its first bytes or its end,
and an answer that breaks off after that raises from its iteration. One whose iteration ends is complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

from kgraph.rdf.formats import Format, ResultKind
from kgraph.rdf.sparql import QueryProfile
from kgraph.vocab import UNION_GRAPH, is_drafts, is_metadata

__all__ = ["Answer", "Backend", "BackendStatus", "DefaultGraph", "EngineStatus", "QueryRequest"]


class DefaultGraph(StrEnum):
    """What the default graph of the service's dataset is: the union of all graphs, the store's own default
    graph, the union of the project's graphs, which then are all that there is, the same with what is drafted
    and not reviewed, or what clients add to it.
    """

    UNION = "union"
    STRICT = "strict"
    PROJECT = "project"
    DRAFTED = "drafted"
    CLIENTS = "clients"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest:
    """A query, the generation it is asked of, and how its answer is to be written.

    ``formats`` names a format for each kind of result that the caller can take. ``default_graphs`` and
    ``named_graphs`` are the protocol's dataset; where either is given, it replaces the query's own
    (SPARQL 1.1 Protocol, section 2.1.4). ``cover`` are the keys of the graphs that together are the union of
    all (see :class:`kgraph.store.manifest.Manifest`), and ``only`` limits the service's own dataset to some
    named graphs: so a question can be asked of the project's graphs alone. ``aside`` are graphs that it does
    not have unless they are named in ``only`` or in the protocol's dataset. ``prefixes`` shorten the IRIs of
    an answer in Turtle, TriG or RDF/XML; ``base_iri`` resolves the relative IRIs of the query. ``profile`` is
    what whoever wrote the query knows of it; it is read off the text where it is not given.
    ``as_written`` asks for the triples of a single graph, values in their own spelling.
    """

    store: Path
    query: str
    formats: Mapping[ResultKind, str]
    default_graph: DefaultGraph = DefaultGraph.UNION
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    cover: tuple[str, ...] = (UNION_GRAPH,)
    only: tuple[str, ...] | None = None
    aside: tuple[str, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)
    base_iri: str | None = None
    profile: QueryProfile | None = None
    as_written: bool = False

    def of_graphs(self, graphs: Iterable[str], *, drafted: bool = False) -> Self:
        """The same request to the graphs that are made from the project's files: nobody else can put words
        into somebody's mouth, or hold up a proof. DRAFT: neither can a draft, unless ``drafted`` asks for it.
        """
        only = tuple(
            graph for graph in graphs if not is_metadata(graph) and (drafted or not is_drafts(graph))
        )
        cover = (UNION_GRAPH, *(graph for graph in only if is_drafts(graph)))
        return replace(self, default_graph=DefaultGraph.UNION, cover=cover, only=only, aside=())


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStatus:
    """How another engine is doing.

    ``holds`` is the generation that it holds all of, if any, and ``loading`` the one that is on its way
    there, of which so many ``sent_bytes`` have left. ``answered`` counts the queries that it answered,
    ``here`` those that were answered in its place, by reason. ``trouble`` is what went wrong last, until it
    is over.
    """

    url: str
    holds: str | None
    loading: str | None
    sent_bytes: int
    answered: int
    here: Mapping[str, int]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class BackendStatus:
    """How a backend is doing.

    ``size`` workers are kept; there are ``ready`` ones, of which ``busy`` are answering, ``starting`` ones,
    and ``waiting`` queries that wait for one. ``restarts`` counts the workers that came to an end, by reason.
    ``snapshot`` is the generation that is held in memory, if one is, and ``snapshot_bytes`` what it takes
    there. ``engine`` is there where another engine is asked first.
    """

    size: int
    ready: int
    busy: int
    waiting: int
    restarts: Mapping[str, int]
    snapshot: str | None = None
    snapshot_bytes: int = 0
    starting: int = 0
    engine: EngineStatus | None = None


class Answer(Protocol):
    """A successful answer: iterates over its bytes, and is closed where it is not read to its end.

    ``notices`` are sentences for whoever asked, which came up as the query was read.
    """

    notices: tuple[str, ...]

    @property
    def kind(self) -> ResultKind:
        """What the query gave."""

    @property
    def format(self) -> Format:
        """How it is written."""

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the columns, where there are columns."""

    @property
    def complete(self) -> bool:
        """Whether every byte has arrived, so that nothing can go wrong any more."""

    def __aiter__(self) -> Self: ...

    async def __anext__(self) -> bytes: ...

    async def read(self) -> bytes:
        """All bytes that are still to come."""

    async def aclose(self) -> None:
        """Want no more of it."""


class Backend(Protocol):
    """Whatever answers queries."""

    async def query(self, request: QueryRequest, client: str = "") -> Answer:
        """Answer a query, or raise one of the errors of :mod:`kgraph.errors`. Clients share what there is."""

    async def profile(self, text: str, store: Path, client: str = "") -> QueryProfile:
        """Read the profile off a query, however long; ``store`` is the one that it is to be asked of."""

    def turn_to(self, store: Path) -> None:
        """Be told that this store is the current generation's, of which most questions will be."""

    @property
    def status(self) -> BackendStatus:
        """Counts for ``/health``."""

    async def aclose(self) -> None:
        """Free everything; what is still being answered fails."""

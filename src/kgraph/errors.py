"""The exception tree of kgraph. Every error has a stable code and a hint, and never an HTTP status.

    KgraphError
    ├── SettingsError          a setting that is unknown or has an impossible value
    ├── ProjectError           the project has faults; carries the problems found
    ├── StoreError             the derived store is missing, unreadable or locked
    │   └── NoGenerationError  nothing has been built yet
    ├── ReplicaError           a generation cannot be taken from where it is followed, or put where it goes
    ├── UnknownNameError       no canned query (or other named thing) of that name
    ├── QueryError             the query cannot be answered
    │   ├── QuerySyntaxError   it is not SPARQL; knows line and column where there is one
    │   ├── QueryRefusedError  it is SPARQL, and asks for what this service does not do
    │   │   └── ServiceNotAllowedError  it calls an endpoint that is not on the list, or loads a document
    │   ├── ParameterError     a value that does not fit a parameter (of a canned query, or of the dataset)
    │   ├── NotAcceptableError its result is of a kind that none of the accepted formats can carry
    │   ├── QueryTimeoutError  it ran out of its time
    │   ├── QueryMemoryError   it ran out of its memory
    │   ├── RemoteError        an endpoint that it calls gave no whole answer
    │   │   ├── RemoteTimeoutError  nor will in the time that there is
    │   │   └── RemoteBusyError     it asked to be left alone for some time
    │   └── QueryFailedError   the engine gave it up for another reason
    ├── WriteError             the data cannot be changed in this way
    │   ├── ReadOnlyGraphError it would change a graph that is made from the project's files
    │   ├── GraphStateError    it creates a graph that there is, or clears one that there is not
    │   ├── MediaTypeError     what is to be stored comes in a format that is not read here
    │   └── RdfSyntaxError     what is to be stored is not RDF; knows line and column where there is one
    ├── TextError              a text that is brought in cannot be read as an article
    ├── DraftError             candidates cannot be made, or those kept cannot be read
    ├── ReviewError            a decision on a candidate cannot be taken, or those kept cannot be read
    ├── EngineError            another engine that is to answer queries is away, or cannot do so rightly
    └── BusyError              every worker is taken and the queue is full

Those that may know a place in a text are also a :class:`PlacedError`.

Foreign exceptions (of pyoxigraph, rdflib, the operating system) are translated into these at the one
boundary where they arise, and chained with ``from`` so that the cause stays visible.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from kgraph.problems import Problem

__all__ = [
    "BusyError",
    "DraftError",
    "EngineError",
    "GraphStateError",
    "KgraphError",
    "MediaTypeError",
    "NoGenerationError",
    "NotAcceptableError",
    "ParameterError",
    "PlacedError",
    "ProjectError",
    "QueryError",
    "QueryFailedError",
    "QueryMemoryError",
    "QueryRefusedError",
    "QuerySyntaxError",
    "QueryTimeoutError",
    "RdfSyntaxError",
    "ReadOnlyGraphError",
    "RemoteBusyError",
    "RemoteError",
    "RemoteTimeoutError",
    "ReplicaError",
    "ReviewError",
    "ServiceNotAllowedError",
    "SettingsError",
    "StoreError",
    "TextError",
    "UnknownNameError",
    "WriteError",
]


class KgraphError(Exception):
    """Anything that kgraph reports to its user: one sentence of what is wrong, one of what to do."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class PlacedError(KgraphError):
    """An error that may know its place: ``line`` and ``column`` count from 1 where they are known."""

    def __init__(
        self, message: str, *, hint: str = "", line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.line = line
        self.column = column


class SettingsError(KgraphError):
    """A setting is unknown or has a value that it cannot have."""

    code = "bad-setting"


class ProjectError(KgraphError):
    """The project has faults that forbid a build; ``problems`` lists every one of them."""

    code = "project-faults"

    def __init__(self, message: str, problems: Sequence[Problem], *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class StoreError(KgraphError):
    """The derived store is missing, unreadable or locked by another process."""

    code = "store"


class NoGenerationError(StoreError):
    """Nothing has been built yet."""

    code = "no-generation"


class ReplicaError(KgraphError):
    """A generation cannot be taken from where it is followed, or put where it is to go."""

    code = "replica"


class UnknownNameError(KgraphError):
    """There is no canned query (or other named thing) of that name."""

    code = "unknown-name"


class QueryError(KgraphError):
    """The query cannot be answered."""

    code = "query"


class QuerySyntaxError(PlacedError, QueryError):
    """The text is not a SPARQL 1.1 query, or no update."""

    code = "query-syntax"


class QueryRefusedError(QueryError):
    """The query asks for something that this service does not do (an update, SERVICE, LOAD)."""

    code = "query-refused"


class ServiceNotAllowedError(QueryRefusedError):
    """The query calls an endpoint that this service may not call, or the update loads a document."""

    code = "service-not-allowed"


class ParameterError(QueryError):
    """A value does not fit a parameter: of a canned query, or an IRI of the query's dataset."""

    code = "bad-parameter"


class NotAcceptableError(QueryError):
    """The query gives a kind of result that none of the accepted formats can carry."""

    code = "not-acceptable"


class QueryTimeoutError(QueryError):
    """The query ran out of its time and was ended."""

    code = "query-timeout"


class QueryMemoryError(QueryError):
    """The query ran out of its memory and was ended."""

    code = "query-memory"


class QueryFailedError(QueryError):
    """The engine gave the query up for a reason other than syntax, time or memory."""

    code = "query-failed"


class RemoteError(QueryError):
    """An endpoint that the query calls (SERVICE) cannot be reached, refuses, or gave no whole answer."""

    code = "remote-failed"


class RemoteTimeoutError(RemoteError):
    """An endpoint that the query calls gave no answer in time."""

    code = "remote-timeout"


class RemoteBusyError(RemoteError):
    """An endpoint that the query calls asked to be left alone for ``retry_after_s`` seconds."""

    code = "remote-busy"

    def __init__(self, message: str, *, hint: str = "", retry_after_s: int = 1) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class WriteError(KgraphError):
    """The data cannot be changed in this way."""

    code = "write"


class ReadOnlyGraphError(WriteError):
    """The write would change a graph that is made from the project's files, or computed from those."""

    code = "read-only-graph"


class GraphStateError(WriteError):
    """A graph is to be created that there is already, or to be cleared or dropped that there is not."""

    code = "graph-state"


class MediaTypeError(WriteError):
    """What is to be stored comes in a format that is not read here."""

    code = "media-type"


class RdfSyntaxError(PlacedError, WriteError):
    """What is to be stored is not RDF of its format."""

    code = "rdf-syntax"


class TextError(KgraphError):
    """A text that is brought in cannot be read as an article."""

    code = "bad-text"


class DraftError(KgraphError):
    """Candidates cannot be made, or those that are kept cannot be read."""

    code = "draft"


class ReviewError(KgraphError):
    """A decision on a candidate cannot be taken, or those that are kept cannot be read."""

    code = "review"


class EngineError(KgraphError):
    """Another engine that is to answer queries is away, holds what is not ours, or would answer wrongly."""

    code = "engine"


class BusyError(KgraphError):
    """Every worker is taken and the queue is full; try again after ``retry_after_s`` seconds."""

    code = "busy"

    def __init__(self, message: str, *, hint: str = "", retry_after_s: int = 1) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s

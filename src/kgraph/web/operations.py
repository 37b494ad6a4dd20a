"""The operations of the SPARQL 1.1 Protocol (section 2) as values, read off a request's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from kgraph.web.problems import HttpProblem

__all__ = ["FORM", "QUERY", "UPDATE", "QueryOperation", "UpdateOperation", "parse_operation"]

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"

Pairs = Sequence[tuple[str, str]]
#: The parameters of one operation that the other does not have.
_OF_QUERIES: Final = ("default-graph-uri", "named-graph-uri")
_OF_UPDATES: Final = ("using-graph-uri", "using-named-graph-uri")
#: The byte order mark, which an editor may have put before a text.
_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class QueryOperation:
    """A query (section 2.1). The graphs are None where the request names none."""

    text: str
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    format: str | None

    @property
    def dataset(self) -> tuple[str, ...]:
        """The dataset as parts of an entity tag."""
        return (
            *(f"default {iri}" for iri in self.default_graphs or ()),
            *(f"named {iri}" for iri in self.named_graphs or ()),
        )


@dataclass(frozen=True, slots=True)
class UpdateOperation:
    """An update (section 2.2), likewise."""

    text: str
    using_graphs: tuple[str, ...] | None
    using_named_graphs: tuple[str, ...] | None


def parse_operation(pairs: Pairs) -> QueryOperation | UpdateOperation:
    """The one operation that the parameters of a request ask for.

    Raises:
        HttpProblem: they ask for none or for several, or give one the dataset of the other.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    queries, updates = given.get("query", []), given.get("update", [])
    if len(queries) + len(updates) != 1:
        said = "both a query and an update" if queries and updates else _many(queries or updates)
        raise _bad(
            "one-query",
            f"The request holds {said}.",
            "Send exactly one 'query' or 'update' (SPARQL 1.1 Protocol, section 2).",
        )
    for name in _OF_QUERIES if updates else _OF_UPDATES:
        if name in given:
            what, instead = ("An update", "using-graph-uri") if updates else ("A query", "default-graph-uri")
            raise _bad("dataset", f"{what} has no parameter {name!r}.", f"See {instead!r}.")
    if updates:
        using, using_named = (_graphs(given, name) for name in _OF_UPDATES)
        return UpdateOperation(updates[0].removeprefix(_MARK), using, using_named)
    default, named = (_graphs(given, name) for name in _OF_QUERIES)
    formats = given.get("format")
    return QueryOperation(queries[0].removeprefix(_MARK), default, named, formats[-1] if formats else None)


def _graphs(given: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...] | None:
    return tuple(given[name]) if name in given else None


def _many(texts: Sequence[str]) -> str:
    return f"{len(texts)} operations" if texts else "no query"


def _bad(code: str, message: str, hint: str) -> HttpProblem:
    return HttpProblem(HTTPStatus.BAD_REQUEST, code, message, hint)

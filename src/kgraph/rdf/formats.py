"""The serialisation formats, in one table: name, media types, file suffix, and what they can carry.

Media types are those registered for SPARQL 1.1 Query Results (JSON, XML, CSV and TSV) and for RDF 1.1.
The name is also the value of ``--format`` and the key under which a worker finds the serialiser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

__all__ = ["FORMATS", "Format", "ResultKind", "formats_for", "media_types"]


class ResultKind(StrEnum):
    """What a query gives: rows of bindings (SELECT), a truth value (ASK) or a graph."""

    SOLUTIONS = "solutions"
    BOOLEAN = "boolean"
    GRAPH = "graph"


_RESULTS: Final = frozenset({ResultKind.SOLUTIONS, ResultKind.BOOLEAN})
_ROWS_ONLY: Final = frozenset({ResultKind.SOLUTIONS})
_GRAPH: Final = frozenset({ResultKind.GRAPH})


@dataclass(frozen=True, slots=True)
class Format:
    """One serialisation. ``media_types[0]`` is the registered type that answers carry."""

    name: str
    media_types: tuple[str, ...]
    suffix: str
    carries: frozenset[ResultKind]

    @property
    def media_type(self) -> str:
        """The registered media type."""
        return self.media_types[0]


_TABLE: Final = (
    Format("json", ("application/sparql-results+json", "application/json"), "json", _RESULTS),
    Format("xml", ("application/sparql-results+xml", "application/xml", "text/xml"), "xml", _RESULTS),
    Format("csv", ("text/csv",), "csv", _RESULTS),
    Format("tsv", ("text/tab-separated-values",), "tsv", _RESULTS),
    Format("ttl", ("text/turtle", "application/x-turtle"), "ttl", _GRAPH),
    Format("nt", ("application/n-triples", "text/plain"), "nt", _GRAPH),
    Format("jsonld", ("application/ld+json", "application/json"), "jsonld", _GRAPH),
    Format("rdf", ("application/rdf+xml", "application/xml", "text/xml"), "rdf", _GRAPH),
    Format("nq", ("application/n-quads",), "nq", _GRAPH),
    Format("trig", ("application/trig",), "trig", _GRAPH),
)

#: Every format by name, in order of the service's own preference.
FORMATS: Final[Mapping[str, Format]] = MappingProxyType({fmt.name: fmt for fmt in _TABLE})


def formats_for(kind: ResultKind) -> tuple[Format, ...]:
    """The formats that can carry a result of this kind, the preferred one first."""
    return tuple(fmt for fmt in _TABLE if kind in fmt.carries)


def media_types(formats: Iterable[Format]) -> tuple[str, ...]:
    """The registered media types of some formats, for a 406 answer or a service description."""
    return tuple(fmt.media_type for fmt in formats)

"""The operations of a SPARQL update as values, and filling templates with solutions.

Sections are those of SPARQL 1.1 Update.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import pyoxigraph as ox

__all__ = ["Change", "Data", "Dataset", "Management", "Operation", "Scope", "Template"]

Graph: TypeAlias = ox.NamedNode | ox.BlankNode | ox.DefaultGraph
Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Solution: TypeAlias = Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Data:
    """INSERT DATA or DELETE DATA (SPARQL 1.1 Update, sections 3.1.1 and 3.1.2)."""

    quads: tuple[ox.Quad, ...]
    is_insertion: bool


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs of USING and USING NAMED (section 3.1.3)."""

    default: tuple[ox.NamedNode, ...] = ()
    named: tuple[ox.NamedNode, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """Quads with variables, which stand in them as marker IRIs."""

    quads: tuple[ox.Quad, ...] = ()
    markers: Mapping[str, str] = field(default_factory=dict)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of its variables."""
        return tuple(dict.fromkeys(self.markers.values()))

    @property
    def has_blank_nodes(self) -> bool:
        """Whether each solution makes nodes of its own."""
        return any(
            isinstance(term, ox.BlankNode)
            for quad in self.quads
            for term in _terms(quad.subject, quad.predicate, quad.object)
        )

    def instances(self, solution: Solution) -> Iterator[ox.Quad]:
        """The quads for one solution. What would be no quad is left out (section 3.1.3.2)."""
        fresh: dict[ox.BlankNode, ox.BlankNode] = {}
        for quad in self.quads:
            parts = [
                self._fill(part, solution, fresh)
                for part in (quad.subject, quad.predicate, quad.object, quad.graph_name)
            ]
            if None in parts:
                continue
            try:
                yield ox.Quad(*parts)  # type: ignore[arg-type]
            except TypeError:  # a part is of a kind that cannot stand there
                continue

    def _fill(
        self, part: Term | Graph, solution: Solution, fresh: dict[ox.BlankNode, ox.BlankNode]
    ) -> Term | Graph | None:
        if isinstance(part, ox.NamedNode):
            name = self.markers.get(part.value)
            return part if name is None else solution.get(name)
        if isinstance(part, ox.BlankNode):
            return fresh.setdefault(part, ox.BlankNode())
        if isinstance(part, ox.Triple):
            inner = [
                self._fill(each, solution, fresh) for each in (part.subject, part.predicate, part.object)
            ]
            try:
                return ox.Triple(*inner)  # type: ignore[arg-type]
            except TypeError:
                return None
        return part


@dataclass(frozen=True, slots=True)
class Change:
    """DELETE/INSERT … WHERE, and DELETE WHERE (sections 3.1.3 and 3.1.3.3).

    ``select`` asks for the solutions, each once unless the templates have blank nodes. ``scope`` is the graph
    of WITH, for which the templates are written already; ``using`` is the dataset of the operation's own,
    or that of the protocol's parameters.
    """

    select: str
    removed: Template
    added: Template
    scope: ox.NamedNode | None = None
    using: Dataset | None = None


class Scope(StrEnum):
    """Every graph of a kind."""

    NAMED = "NAMED"
    ALL = "ALL"


@dataclass(frozen=True, slots=True)
class Management:
    """CLEAR, DROP, CREATE, ADD, MOVE or COPY (section 3.2), and the graphs that it names, in order."""

    verb: str
    graphs: tuple[ox.NamedNode | ox.DefaultGraph | Scope, ...]
    is_silent: bool


Operation: TypeAlias = Data | Change | Management


def _terms(*parts: Term) -> Iterator[Term]:
    """Some terms, and those inside of them."""
    for part in parts:
        yield part
        if isinstance(part, ox.Triple):
            yield from _terms(part.subject, part.predicate, part.object)

"""A generation as a worker has it open: its store, and the dataset that each query sees of it.

Like the worker it imports pyoxigraph and the standard library only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import pyoxigraph as ox

from kgraph.engine.protocol import QueryFields

__all__ = ["Failure", "OpenGeneration", "View"]


class Failure(Exception):  # noqa: N818 -- it is what the ``fail`` frame says
    """A query that is not answered, with the code of the error that the pool raises."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class View(NamedTuple):
    """The dataset of one query: what its store shows as default graph and as named graphs."""

    store: ox.Store
    default_graph: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]
    named_graphs: list[ox.NamedNode | ox.BlankNode]


class OpenGeneration:
    """An opened generation, and the datasets that queries ask of it. ``snapshot`` has the same in memory.

    The graph ``union`` holds the exact union of all others, because Oxigraph's own union repeats a triple
    for each graph it stands in. It is a device of the store and no part of any dataset.
    """

    def __init__(self, path: str, union_graph: str, snapshot: ox.Store | None = None) -> None:
        try:
            self._store = ox.Store.read_only(path) if snapshot is None else snapshot
        except OSError as error:
            raise Failure("store", f"The store of this generation cannot be opened: {error}") from error
        self.path = path
        self._union = ox.NamedNode(union_graph)
        self._named = [name for name in self._store.named_graphs() if name != self._union]
        self._merged: tuple[tuple[list[ox.NamedNode], list[ox.NamedNode]], ox.Store] | None = None

    def view(self, query: str, fields: QueryFields) -> View:
        """The dataset that the protocol, else the query itself, else the service's own mode describes."""
        given = fields["default_graphs"], fields["named_graphs"]
        if given != (None, None):
            return self._assembled(self._graphs(given[0]), self._graphs(given[1]))
        if fields["clauses"] is not None:
            return self._assembled(*self._clauses(fields["clauses"], fields["base_iri"]))
        # Naming the visible graphs costs 8 µs each: only a query that says GRAPH can reach them.
        named = self._named if "graph" in query.lower() else []
        union = fields["default_mode"] == "union"
        return View(self._store, [self._union if union else ox.DefaultGraph()], named)

    def _graphs(self, iris: Sequence[str] | None) -> list[ox.NamedNode]:
        try:
            names = [ox.NamedNode(iri) for iri in dict.fromkeys(iris or ())]
        except ValueError as error:
            raise Failure("bad-parameter", f"A graph of the dataset has no valid IRI: {error}.") from error
        return [name for name in names if name != self._union]

    def _clauses(self, question: str, base_iri: str | None) -> tuple[list[ox.NamedNode], list[ox.NamedNode]]:
        try:
            solutions = cast(ox.QuerySolutions, ox.Store().query(question, base_iri=base_iri))
        except SyntaxError:
            return [], []  # the query's own fault, which its evaluation will place better
        names = [variable.value for variable in solutions.variables]
        row = next(solutions)
        iris = [(name[0], cast(ox.NamedNode, row[name]).value) for name in names]
        return (
            self._graphs([iri for clause, iri in iris if clause == "d"]),
            self._graphs([iri for clause, iri in iris if clause == "n"]),
        )

    def _assembled(self, default: list[ox.NamedNode], named: list[ox.NamedNode]) -> View:
        """The dataset of these graphs. Where several make the default graph, their merge is a set of
        triples (RDF 1.1 Semantics, section 4), which Oxigraph only gives of a copy.
        """
        if len(default) < 2:
            return View(self._store, [*default], [*named])
        if self._merged is None or self._merged[0] != (default, named):
            self._merged = None  # first of all let go of the one before
            copy = ox.Store()
            for name in default:
                copy.extend(
                    ox.Quad(quad.subject, quad.predicate, quad.object)
                    for quad in self._store.quads_for_pattern(None, None, None, name)
                )
            for name in named:
                copy.extend(self._store.quads_for_pattern(None, None, None, name))
            self._merged = (default, named), copy
        return View(self._merged[1], [ox.DefaultGraph()], [*named])

"""A generation as a worker has it open: its store, and the dataset that each query sees of it.

Like the worker it imports pyoxigraph and the standard library only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias, cast

import pyoxigraph as ox

from kgraph.engine.protocol import QueryFields
from kgraph.rdf.spelling import read_spelled

__all__ = ["Failure", "OpenGeneration", "View", "merge_graphs"]

GraphName: TypeAlias = ox.NamedNode | ox.BlankNode | ox.DefaultGraph

#: Up to so many named graphs the engine asks each of them; of more it sees all of the store's.
FEW_GRAPHS: Final = 16


class Failure(Exception):  # noqa: N818 -- it is what the ``fail`` frame says
    """A query that is not answered, with the code of the error that the pool raises."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class View(NamedTuple):
    """The dataset of one query: what its store shows as default graph and as named graphs.

    ``others`` are the other named graphs of the store; None where the dataset is not most of the store.
    """

    store: ox.Store
    default_graph: list[GraphName]
    named_graphs: list[ox.NamedNode | ox.BlankNode]
    others: list[ox.NamedNode | ox.BlankNode] | None = None


class OpenGeneration:
    """An opened generation, and the datasets that queries ask of it. ``snapshot`` has the same in memory.

    The ``hidden`` graphs are devices of the store and no part of any dataset. Among them are members of the
    union's cover, because Oxigraph's own union repeats a triple for each graph it stands in
    (:mod:`kgraph.store.cover`).
    """

    def __init__(self, path: str, hidden: Sequence[str], snapshot: ox.Store | None = None) -> None:
        try:
            self._store = ox.Store.read_only(path) if snapshot is None else snapshot
        except OSError as error:
            raise Failure("store", "The store of this generation cannot be opened.") from error
        self.path = path
        self._hidden = {ox.NamedNode(iri) for iri in hidden}
        self._all = list(self._store.named_graphs())
        self._named = [name for name in self._all if name not in self._hidden]
        self._merged: tuple[tuple[list[ox.NamedNode], list[ox.NamedNode]], ox.Store] | None = None

    def view(self, query: str, fields: QueryFields) -> View:
        """The dataset that the protocol, else the query itself, else the service's own mode describes."""
        described = self.described(fields)
        if described is not None:
            return self._assembled(*described)
        cover, named = self.own(query, fields)
        others = None
        if len(named) > FEW_GRAPHS:
            shown = set(named)
            others = [name for name in self._all if name not in shown]
        return View(self._store, [_graph(key) for key in cover], named, others)

    def described(self, fields: QueryFields) -> tuple[list[ox.NamedNode], list[ox.NamedNode]] | None:
        """The graphs that the protocol, else the query itself names, where either does."""
        given = fields["default_graphs"], fields["named_graphs"]
        if given != (None, None):
            return self._graphs(given[0]), self._graphs(given[1])
        return None if fields["clauses"] is None else self._clauses(fields["clauses"], fields["base_iri"])

    def own(self, query: str, fields: QueryFields) -> tuple[list[str], list[ox.NamedNode | ox.BlankNode]]:
        """The service's own dataset: the keys of the default graph's cover, and the named graphs."""
        # Naming the visible graphs costs 8 µs each: only a query that says GRAPH can reach them.
        named: Sequence[ox.NamedNode | ox.BlankNode] = ()
        if "graph" in query.lower():
            only, aside = fields["only"], fields["aside"]
            named = self._named if only is None else self._graphs(only)
            if aside:
                named = [name for name in named if name.value not in aside]
        return (fields["cover"] if fields["default_mode"] == "union" else ["default"]), [*named]

    def _graphs(self, iris: Sequence[str] | None) -> list[ox.NamedNode]:
        try:
            names = [ox.NamedNode(iri) for iri in dict.fromkeys(iris or ())]
        except ValueError as error:
            raise Failure("bad-parameter", "A graph of the dataset has no valid IRI.") from error
        return [name for name in names if name not in self._hidden]

    def _clauses(self, question: str, base_iri: str | None) -> tuple[list[ox.NamedNode], list[ox.NamedNode]]:
        try:
            results = read_spelled(question, lambda text: ox.Store().query(text, base_iri=base_iri))
        except SyntaxError:
            return [], []  # the query's own fault, which its evaluation will place better
        solutions = cast(ox.QuerySolutions, results)
        names = [variable.value for variable in solutions.variables]
        row = next(solutions)
        iris = [(name[0], cast(ox.NamedNode, row[name]).value) for name in names]
        return (
            self._graphs([iri for clause, iri in iris if clause == "d"]),
            self._graphs([iri for clause, iri in iris if clause == "n"]),
        )

    def _assembled(self, default: list[ox.NamedNode], named: list[ox.NamedNode]) -> View:
        if len(default) < 2:
            return View(self._store, [*default], [*named])
        if self._merged is None or self._merged[0] != (default, named):
            self._merged = None  # first of all let go of the one before
            self._merged = (default, named), merge_graphs(self._store, default, named)
        return View(self._merged[1], [ox.DefaultGraph()], [*named])


def merge_graphs(
    store: ox.Store, default: Sequence[GraphName], named: Sequence[ox.NamedNode | ox.BlankNode]
) -> ox.Store:
    """A copy of some graphs in which several make the default graph: their merge is a set of triples
    (RDF 1.1 Semantics, section 4), which Oxigraph only gives of a copy.
    """
    copy = ox.Store()
    for name in default:
        copy.extend(
            ox.Quad(quad.subject, quad.predicate, quad.object)
            for quad in store.quads_for_pattern(None, None, None, name)
        )
    for name in named:
        copy.extend(store.quads_for_pattern(None, None, None, name))
    return copy


def _graph(key: str) -> GraphName:
    """The graph that a cover names; the two other kinds of name look like no IRI."""
    if key == "default":
        return ox.DefaultGraph()
    return ox.BlankNode(key[2:]) if key.startswith("_:") else ox.NamedNode(key)

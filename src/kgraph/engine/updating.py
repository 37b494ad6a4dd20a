"""Carrying out an update on a draft: each operation becomes quads to remove and quads to add.

An operation sees what the ones before it have done. The dataset of a WHERE clause is what SPARQL 1.1
Update, section 3.1.3, says: that of USING, else the graph of WITH, else the service's own. Where graphs that
are missing or there already make an operation fail, it is where Oxigraph's own server does.

pyoxigraph and the standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

import pyoxigraph as ox

from kgraph.engine.asking import ask_engine
from kgraph.engine.opened import GraphName, View, merge_graphs
from kgraph.errors import GraphStateError, QueryRefusedError, ServiceNotAllowedError
from kgraph.rdf.operations import Change, Data, Dataset, Management, Operation, Scope
from kgraph.store.draft import Draft
from kgraph.vocab import HIDDEN_GRAPHS

__all__ = ["Updating"]

_HIDDEN = {ox.NamedNode(iri) for iri in HIDDEN_GRAPHS}


class Updating:
    """Carries operations out on one draft. ``is_union`` says what the default graph of the service is."""

    def __init__(self, draft: Draft, *, is_union: bool, base_iri: str | None = None) -> None:
        self._draft = draft
        self._is_union = is_union
        self._base_iri = base_iri

    def carry_out(self, operations: Iterable[Operation]) -> None:
        """Carry all of them out, in order.

        Raises:
            ReadOnlyGraphError: one would write to a graph that is not a client's.
            GraphStateError: one needs a graph that is not there, or not to be there.
            QueryRefusedError: a WHERE clause cannot be evaluated.
        """
        for operation in operations:
            if isinstance(operation, Data):
                if operation.is_insertion:
                    self._draft.change(added=operation.quads)
                else:
                    self._draft.change(removed=operation.quads)
            elif isinstance(operation, Change):
                self._change(operation)
            else:
                self._manage(operation)

    def _change(self, change: Change) -> None:
        store, default, named = self._dataset(change)
        removed: list[ox.Quad] = []
        added: list[ox.Quad] = []
        variables = dict.fromkeys((*change.removed.variables, *change.added.variables))
        try:
            solutions = ask_engine(View(store, default, named), change.select, base_iri=self._base_iri)
            for row in cast(ox.QuerySolutions, solutions):
                solution = {name: value for name in variables if (value := row[name]) is not None}
                removed += change.removed.instances(solution)
                added += change.added.instances(solution)
        except SyntaxError as error:  # its author's pattern is none by itself
            raise QueryRefusedError(
                "The update cannot be taken apart, though it is well formed.",
                hint="Put blanks around operators and between terms.",
            ) from error
        except RuntimeError as error:
            raise QueryRefusedError(f"The update cannot be evaluated: {error}.") from error
        except OSError as error:
            if "service" not in change.select.lower():
                raise
            # What the tokens show is refused before; Oxigraph also reads SERVICE with no blank behind it.
            raise ServiceNotAllowedError(
                "The update calls another endpoint, and this service does not."
            ) from error
        self._draft.change(removed=removed, added=added)

    def _dataset(self, change: Change) -> tuple[ox.Store, list[GraphName], list[ox.NamedNode | ox.BlankNode]]:
        draft = self._draft
        if change.using is not None:
            return _assembled(draft.store, change.using)
        # Naming the visible graphs costs 8 µs each: only a pattern that says GRAPH can reach them.
        named = draft.visible_graphs() if "graph" in change.select.lower() else []
        if change.scope is not None:
            return draft.store, [change.scope] if change.scope not in _HIDDEN else [], named
        return draft.store, draft.cover.names() if self._is_union else [ox.DefaultGraph()], named

    def _manage(self, operation: Management) -> None:
        verb, silent = operation.verb, operation.is_silent
        acts = {"CREATE": self._draft.create, "CLEAR": self._draft.clear, "DROP": self._draft.drop}
        if verb in acts:
            for name in self._named_by(operation.graphs[0]):
                self._attempt(acts[verb], name, silent=silent)
        else:
            source, target = cast(tuple[GraphName, GraphName], operation.graphs)
            if source != target:
                self._transfer(verb, source, target, silent=silent)

    def _attempt(self, act: Callable[[GraphName], None], name: GraphName, *, silent: bool) -> None:
        try:
            act(name)
        except GraphStateError:
            if not silent:
                raise

    def _named_by(self, name: GraphName | Scope) -> list[GraphName]:
        if not isinstance(name, Scope):
            return [name]
        named: list[GraphName] = [*self._draft.visible_graphs()]
        return [ox.DefaultGraph(), *named] if name is Scope.ALL else named

    def _transfer(self, verb: str, source: GraphName, target: GraphName, *, silent: bool) -> None:
        """ADD, MOVE or COPY, as sections 3.2.3 to 3.2.5 define them by other operations."""
        draft = self._draft
        quads = [] if source in _HIDDEN else draft.store.quads_for_pattern(None, None, None, source)
        copied = [ox.Quad(quad.subject, quad.predicate, quad.object, target) for quad in quads]
        if verb != "ADD":
            self._attempt(draft.drop, target, silent=True)
        draft.guard(target)
        draft.change(added=copied)
        if verb == "MOVE":
            self._attempt(draft.drop, source, silent=silent)


def _assembled(
    store: ox.Store, dataset: Dataset
) -> tuple[ox.Store, list[GraphName], list[ox.NamedNode | ox.BlankNode]]:
    default = [name for name in dict.fromkeys(dataset.default) if name not in _HIDDEN]
    named = [name for name in dict.fromkeys(dataset.named) if name not in _HIDDEN]
    if len(default) < 2:
        return store, [*default], [*named]
    return merge_graphs(store, default, named), [ox.DefaultGraph()], [*named]

"""Asking the engine a query, so that it understands it and answers as the standard says.

What it cannot read as it is written it gets in another spelling (:mod:`kgraph.rdf.spelling`), and what it
would answer wrongly in another way (:mod:`kgraph.rdf.mending`).
"""

from __future__ import annotations

from typing import TypeAlias

import pyoxigraph as ox

from kgraph.engine.opened import View
from kgraph.rdf.mending import in_order, mend
from kgraph.rdf.spelling import read_spelled

__all__ = ["Results", "ask_engine"]

Results: TypeAlias = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


def ask_engine(view: View, query: str, *, base_iri: str | None) -> Results:
    """What a dataset gives for a query that calls no services.

    Raises:
        SyntaxError: it is no query; the message tells the place in it.
        QueryRefusedError: the engine would need it at too great a length.
        RuntimeError: it asks for what the engine does not have, such as a function.
    """

    def evaluate(text: str) -> Results:
        return view.store.query(
            text, base_iri=base_iri, default_graph=view.default_graph, named_graphs=view.named_graphs
        )

    def holds(text: str) -> bool:
        try:
            return bool(evaluate(text))
        except SyntaxError as error:
            raise ValueError("the query is no query") from error

    def graphs() -> list[str] | None:
        names = [str(name) for name in view.named_graphs if isinstance(name, ox.NamedNode)]
        return names if len(names) == len(view.named_graphs) else None

    def columns(text: str) -> list[str]:
        try:
            results = ox.Store().query(text, base_iri=base_iri)
        except (SyntaxError, RuntimeError, OSError):
            return []
        return [each.value for each in results.variables] if isinstance(results, ox.QuerySolutions) else []

    def answer(text: str) -> Results:
        mended = mend(text, holds, graphs)
        try:
            return evaluate(in_order(mended, text, columns))
        except SyntaxError:
            if mended == text:
                raise
            return evaluate(text)  # its own fault, or something that only this engine reads

    return read_spelled(query, answer)

"""``GRAPH`` over a dataset of many named graphs: one look-up and a filter, not a look-up for each graph.

Where a query sees some of a store's graphs only, the engine is told which, and asks each of them for every
triple pattern in ``GRAPH ?g``. A project has a graph for each of its articles. So the engine is rather let
see every graph, and what it finds in the few that are not of the dataset is filtered out: ``GRAPH ?g { … }``
gets ``FILTER(?g NOT IN (…))`` beside it in its group, which means the same wherever each solution of the
group binds the variable by it (SPARQL 1.1 Query, sections 5.2.2, 13.3 and 18.6): where the engine did not
bind it, :mod:`kgraph.rdf.graphwise` has written the pattern out. A group of its own for both would keep the
engine from looking up what OPTIONAL has in it.

``GRAPH <g> { … }`` needs no filter where the dataset has that graph; but with each look-up the engine goes
through the list of those that it is told, so it is better told none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kgraph.errors import QueryRefusedError
from kgraph.rdf.pattern import Kind, elements_of, parse_query
from kgraph.rdf.sparql import iri_of, iter_tokens, namespaces_of
from kgraph.rdf.spelling import Edit, edited

__all__ = ["narrowed"]


def narrowed(text: str, shown: Collection[str], others: Sequence[str]) -> str | None:
    """The query for a dataset of all named graphs, which means what it means where only some are ``shown``.

    Args:
        text: a query without FROM and FROM NAMED.
        shown: the IRIs of the graphs that it sees.
        others: those of the other graphs of the store.

    Returns:
        None where the query asks no graph by ``GRAPH``, names one that it does not see, or cannot be read.
    """
    tokens = list(iter_tokens(text))
    try:
        found = list(elements_of(parse_query(tokens), Kind.GRAPH))
    except (QueryRefusedError, RecursionError, ValueError, LookupError):
        return None
    names = [tokens[element.start + 1] for element in found]
    known = namespaces_of(tokens)
    constants = [name for name in names if name.kind != "variable"]
    if not names or any(iri_of(name, known) not in shown for name in constants):
        return None
    hidden = ", ".join(f"<{iri}>" for iri in others)
    edits = []
    for element, name in zip(found, names, strict=True):
        if name.kind == "variable":
            end = tokens[element.end - 1].end
            edits.append(Edit(end, end, f" FILTER({name.text} NOT IN ({hidden}))"))
    return edited(text, edits) if hidden else text

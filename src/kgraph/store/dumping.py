"""Writing out what a generation holds: every visible graph, or one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Final

import pyoxigraph as ox

from kgraph.errors import ParameterError, UnknownNameError
from kgraph.rdf.loading import RDF_FORMATS
from kgraph.rdf.writing import write_graph
from kgraph.store.generation import Generation
from kgraph.store.manifest import DEFAULT_KEY, graph_name
from kgraph.store.spelling import restore

__all__ = ["DUMP_FORMATS", "dump_generation"]

#: The formats by name; those whose documents hold one graph need to be told which.
DUMP_FORMATS: Final = tuple(RDF_FORMATS)


def dump_generation(
    generation: Generation,
    output: IO[bytes],
    format_name: str,
    *,
    graph: str | None = None,
    prefixes: dict[str, str],
) -> None:
    """Write all graphs, or one by its key (``default`` for the default graph).

    Blank nodes come with their labels, values as they were written.

    Raises:
        ParameterError: the format cannot carry more than one graph, and none is named.
        UnknownNameError: there is no graph of that name.
        NotAcceptableError: the format has no form for something that is there.
    """
    rdf_format = RDF_FORMATS[format_name]
    manifest = generation.manifest
    keys = {**manifest.named_graphs, DEFAULT_KEY: 0}
    if graph is None and not rdf_format.supports_datasets:
        raise ParameterError(
            f"A document in {format_name} holds one graph, and there are several.",
            hint="Name one with --graph, or write nq or trig.",
        )
    if graph is not None and graph not in keys:
        raise UnknownNameError(f"There is no graph {graph}.", hint=f"There are: {', '.join(keys)}.")
    store = ox.Store.read_only(str(generation.store_path))
    quads = _quads(store, keys if graph is None else [graph])
    write_graph(
        quads if rdf_format.supports_datasets else (quad.triple for quad in quads),
        output,
        format_name,
        prefixes,
    )


def _quads(store: ox.Store, keys: Iterable[str]) -> Iterator[ox.Quad]:
    for key in keys:
        yield from restore(store, store.quads_for_pattern(None, None, None, graph_name(key)))

"""The part of the facade that changes what is served: updates, and whole graphs.

Each write is a generation of its own, made by the writer process; when a call returns, it is on disk and
current, and the next query sees it.
"""

from __future__ import annotations

from pathlib import Path

from kgraph.engine import DefaultGraph
from kgraph.engine.writing import GraphWriter, Written
from kgraph.settings import Settings

__all__ = ["Writes"]


class Writes:
    """Writes to the current generation's successor."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._writer = GraphWriter(
            settings.store_path,
            timeout_s=settings.query_timeout,
            memory_bytes=settings.query_memory,
            is_union=settings.default_graph == DefaultGraph.UNION,
        )

    async def finish_writes(self) -> None:
        """Take no more writes, and wait for those that are under way."""
        await self._writer.aclose()

    async def update(
        self,
        text: str,
        *,
        using_graphs: tuple[str, ...] | None = None,
        using_named_graphs: tuple[str, ...] | None = None,
        base_iri: str | None = None,
    ) -> Written:
        """Carry out a SPARQL update, as one generation: all of it is visible at once, or nothing.

        Args:
            text: the update request.
            using_graphs: the graphs to merge into the default graph of its WHERE clauses, by IRI, as in
                SPARQL 1.1 Protocol, section 2.2.3.
            using_named_graphs: their named graphs, likewise.
            base_iri: what relative IRIs are resolved against.

        Raises:
            QueryError: it is not carried out; its subclasses say why.
            WriteError: it would change what it may not, or needs a graph to be there or not to be.
            BusyError: too many writes are waiting.
            StoreError: another process goes on writing, or the store cannot be written.
        """
        using = None
        if using_graphs is not None or using_named_graphs is not None:
            using = [*(using_graphs or ())], [*(using_named_graphs or ())]
        return await self._writer.update(text, using=using, base_iri=base_iri)

    async def put_graph(
        self,
        graph: str | None,
        data: Path | bytes,
        *,
        format: str,  # noqa: A002 - it is what the table of formats calls it
        base_iri: str | None = None,
        charset: str = "",
    ) -> bool:
        """Put an RDF document in the place of a graph (None: the default graph). True where it is new.

        Args:
            graph: the graph's IRI.
            data: the document, or the path of its file.
            format: the name of its format (see :data:`kgraph.rdf.formats.FORMATS`).
            base_iri: what its relative IRIs are resolved against.
            charset: its encoding, where that came with it (see :mod:`kgraph.rdf.incoming`).

        Raises:
            RdfSyntaxError: it is no document of that format.
            ReadOnlyGraphError: the graph is not a client's.
            KgraphError: what :meth:`update` raises.
        """
        written = await self._writer.store(
            "put", data, graph=graph, format=format, base_iri=base_iri, charset=charset
        )
        return written.created

    async def add_to_graph(
        self,
        graph: str | None,
        data: Path | bytes,
        *,
        format: str,  # noqa: A002
        base_iri: str | None = None,
        charset: str = "",
        boundary: str | None = None,
    ) -> bool:
        """Add an RDF document to a graph, its blank nodes as new ones; otherwise as :meth:`put_graph`.

        With the ``boundary`` of a form (RFC 7578), ``data`` is one whose parts are such documents, and each
        says its own format and charset.
        """
        written = await self._writer.store(
            "add", data, graph=graph, format=format, base_iri=base_iri, charset=charset, boundary=boundary
        )
        return written.created

    async def add_quads(
        self,
        data: Path | bytes,
        *,
        format: str,  # noqa: A002
        base_iri: str | None = None,
        charset: str = "",
    ) -> None:
        """Add an RDF document to the graphs that it names; otherwise as :meth:`put_graph`."""
        await self._writer.store("load", data, format=format, base_iri=base_iri, charset=charset)

    async def delete_graph(self, graph: str | None) -> None:
        """Take a graph away; the default graph is emptied.

        Raises:
            UnknownNameError: there is none of that name.
            KgraphError: what :meth:`update` raises.
        """
        await self._writer.delete(graph)

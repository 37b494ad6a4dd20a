"""Which graphs clients may not write to, and why."""

from __future__ import annotations

from kgraph.errors import ReadOnlyGraphError
from kgraph.store.manifest import GraphName, Manifest, graph_key
from kgraph.vocab import HIDDEN_GRAPHS, Names, is_derived

__all__ = ["ReadOnly"]


class ReadOnly:
    """Knows the graphs that are not a client's, and why."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._graphs = Names(manifest.base_iri).graphs

    def guard(self, name: GraphName) -> None:
        """Let a write to a graph pass.

        Raises:
            ReadOnlyGraphError: it is not a client's.
        """
        key = graph_key(name)
        if key in HIDDEN_GRAPHS:
            raise ReadOnlyGraphError(f"The graph name <{key}> is reserved.", hint="Choose another name.")
        computed = key.startswith(self._graphs) and is_derived(key.removeprefix(self._graphs))
        if key not in self._manifest.graphs and not computed:
            return
        files = self._manifest.graph_sources.get(key, ())
        if files:
            what = f"is made from {', '.join(files)}"
            hint = f"Change {'that file' if len(files) == 1 else 'those files'} and build again, or write to "
        else:
            what = "is computed from the project's files"
            hint = "Change the files that it follows from and build again, or write to "
        raise ReadOnlyGraphError(
            f"The graph <{key}> {what}, so it cannot be written to.", hint=hint + "a graph of another name."
        )

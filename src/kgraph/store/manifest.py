"""The manifest of a generation: what it was made from, and what is in it.

A graph has a key, by which manifests, requests and records of changes name it: its IRI, ``_:label`` where
a blank node is its name, and ``default`` for the default graph (which is no IRI, having no colon).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final, TypeAlias

import pyoxigraph as ox

from kgraph.vocab import STATED_BY, UNION_GRAPH

__all__ = [
    "DEFAULT_KEY",
    "FORMAT",
    "HASH_METHOD",
    "GraphName",
    "Manifest",
    "graph_key",
    "graph_name",
    "name_hash",
    "render_graph",
]

GraphName: TypeAlias = ox.NamedNode | ox.BlankNode | ox.DefaultGraph

#: Raised whenever a build writes something else from the same sources, so that old stores are rebuilt.
#: Up to 3 there were no graphs of clients.
FORMAT: Final = 25
#: How many graphs of what articles state are listed one by one.
_LISTED: Final = 60
#: What the hash of a dataset is, in words: :mod:`kgraph.store.hashing` says it in full.
HASH_METHOD: Final = "SHA-256 of the sum of the quads' SHA-256"
DEFAULT_KEY: Final = "default"


def graph_key(name: GraphName) -> str:
    """How a graph is called in a manifest."""
    if isinstance(name, ox.NamedNode):
        return name.value
    return DEFAULT_KEY if isinstance(name, ox.DefaultGraph) else str(name)


def graph_name(key: str) -> GraphName:
    """The graph of a key."""
    if key == DEFAULT_KEY:
        return ox.DefaultGraph()
    return ox.BlankNode(key[2:]) if key.startswith("_:") else ox.NamedNode(key)


def name_hash(value: str) -> str:
    """A dataset hash with the name of its method, as citations and metadata have it."""
    return f"sha256-sum:{value}"


def render_graph(name: GraphName) -> str:
    """A graph's name for an error."""
    return "DEFAULT" if isinstance(name, ox.DefaultGraph) else str(name)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is.

    Of the project: ``sources`` maps each source file to its SHA-256; ``graphs`` the IRI of each graph to its
    number of triples, and ``triples`` is their sum; ``graph_sources`` names the files that a graph is made
    from (none for one that is computed); ``canonical_hash`` is that of these graphs as the store holds them
    (:mod:`kgraph.store.hashing`). No client's write changes any of this.

    Of clients: ``client_graphs`` maps the key of each graph to its number of triples, the default graph
    among them where it has any. ``cover`` are the keys of the pairwise disjoint graphs that together are the
    union of all (:mod:`kgraph.store.cover`).

    ``client_versions`` names, for each of them, the generation that changed it last.

    ``created`` is UTC in ISO 8601; ``made_by`` says what made it (``build``, ``update``, ``load`` …);
    ``built`` is the generation of the build that the project's part comes from, where that is another one;
    ``quads`` counts all that the store holds, hidden graphs included, where that is known;
    ``previous`` is the generation that was current before. Where the folder holds the changes against
    another generation, in ``added.nq`` and ``removed.nq``, ``base`` names that. ``encoder`` is the model that
    made the vectors of the text index, where there are any; ``licence`` the licence of the annotations.
    """

    id: str
    created: str
    title: str
    base_iri: str
    format: int
    versions: Mapping[str, str]
    sources: Mapping[str, str]
    graphs: Mapping[str, int]
    triples: int
    canonical_hash: str
    warnings: int
    graph_sources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    client_graphs: Mapping[str, int] = field(default_factory=dict)
    client_versions: Mapping[str, str] = field(default_factory=dict)
    cover: Sequence[str] = field(default_factory=lambda: [UNION_GRAPH])
    built: str | None = None
    quads: int | None = None
    made_by: str = "build"
    previous: str | None = None
    base: str | None = None
    encoder: str = ""
    licence: str = ""

    @property
    def version(self) -> str:
        """The hash of the project's part with the name of its method, which tells versions apart."""
        return name_hash(self.canonical_hash)

    @property
    def project_part(self) -> str:
        """The generation from which on the project's graphs, texts and queries are what they are here."""
        return self.built or self.id

    @property
    def named_graphs(self) -> dict[str, int]:
        """Every named graph that a query can see, with its number of triples."""
        return {**self.graphs, **{key: n for key, n in self.client_graphs.items() if key != DEFAULT_KEY}}

    @property
    def client_triples(self) -> int:
        """How many triples the graphs of clients hold together."""
        return sum(self.client_graphs.values())

    def listed_graphs(self, namespace: str) -> list[tuple[str, int, int]]:
        """The project's graphs as people read them: name, triples, and of how many graphs that is the sum.

        What each article states comes last, in one row where there are many articles.
        """
        rows, articles = list[tuple[str, int, int]](), list[tuple[str, int, int]]()
        for iri, count in self.graphs.items():
            name = iri.removeprefix(namespace)
            (articles if name.startswith(STATED_BY) else rows).append((name, count, 1))
        if len(articles) > _LISTED:
            articles = [(f"{STATED_BY}…", sum(count for _, count, _ in articles), len(articles))]
        return rows + articles

    def render(self) -> str:
        """The manifest as the JSON that stands in the generation's folder."""
        lines = (
            f"  {json.dumps(each.name)}: {json.dumps(getattr(self, each.name), ensure_ascii=False)}"
            for each in fields(self)
        )
        return "{\n" + ",\n".join(lines) + "\n}\n"  # with an indent all through, it takes ten times as long

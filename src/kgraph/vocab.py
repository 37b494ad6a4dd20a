"""IRI constants: the kgraph vocabulary and the standards it leans on.

The vocabulary's namespace is fixed, as for any published ontology, whatever base IRI a project gives to
its own things; a project's graphs and resources hang below its base (see :class:`Names`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["KG", "PREFIXES", "Names"]

KG: Final = "https://w3id.org/kgraph/ontology#"
#: The IRI of the ontology itself: its terms are fragments of it.
ONTOLOGY: Final = KG.removesuffix("#")
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
SH: Final = "http://www.w3.org/ns/shacl#"
PROV: Final = "http://www.w3.org/ns/prov#"
DCTERMS: Final = "http://purl.org/dc/terms/"
GEO: Final = "http://www.w3.org/2003/01/geo/wgs84_pos#"
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
#: The lexicon that comes with kgraph: what happens and holds in ordinary news.
KGL: Final = "https://w3id.org/kgraph/lexicon#"
LEXICON: Final = KGL.removesuffix("#")
#: What names this program where a standard asks what made something.
TOOL: Final = "https://w3id.org/kgraph/"
WD: Final = "http://www.wikidata.org/entity/"

RDF_TYPE: Final = RDF + "type"
OWL_SAME_AS: Final = OWL + "sameAs"

#: The policy's values: see :mod:`kgraph.projection`.
MODES_OF_THE_PUBLICATION: Final = frozenset({KG + "narrated", KG + "byline"})
DIRECT_QUOTATION: Final = KG + "direct-quotation"
POSITIVE: Final = KG + "positive"
FACT: Final = KG + "fact"
#: The modalities by which a speaker presents a content as holding.
AFFIRMING: Final = frozenset({FACT} | {KG + name for name in ("claim", "estimate", "degree", "framing")})

#: The graph that holds the union of the project's graphs in a generation's store, so that the default graph
#: of the served dataset is a set of triples (RDF 1.1 Semantics, section 4: a merge is a graph).
UNION_GRAPH: Final = "urn:kgraph:union"
#: The graph that holds what clients' graphs add to it (:mod:`kgraph.store.cover`).
EXTRA_GRAPH: Final = "urn:kgraph:extra"
#: The graph that tells how values were written (:mod:`kgraph.store.spelling`).
SPELLING_GRAPH: Final = "urn:kgraph:spellings"
#: What begins the names of kgraph's own graphs in another engine (:mod:`kgraph.remote`).
ENGINE_GRAPHS: Final = "urn:kgraph:engine:"
#: Devices of the store: never listed, never asked, never written by name.
HIDDEN_GRAPHS: Final = (UNION_GRAPH, EXTRA_GRAPH, SPELLING_GRAPH)
#: Graphs that a build computes, by short name; neither a file nor a client may fill them.
DERIVED_GRAPHS: Final = frozenset({"stated", "inferred", "support", "drafts", "metadata"})
#: What is drafted and not reviewed: no member of the union, and seen only by who asks for it.
DRAFTS: Final = "drafts"
#: What tools ask an endpoint for: no member of the union, and seen by who asks in their words.
METADATA: Final = "metadata"
#: What one article states: ``stated/<slug>``, beside the union of them all.
STATED_BY: Final = "stated/"


def is_derived(graph: str) -> bool:
    """Whether a build computes the graph of this short name."""
    return graph in DERIVED_GRAPHS or graph.startswith(STATED_BY)


def is_drafts(graph: str) -> bool:
    """Whether a graph's IRI is that of what is drafted and not reviewed."""
    return graph.endswith((f"/graph/{DRAFTS}", f":graph/{DRAFTS}"))


def is_metadata(graph: str) -> bool:
    """Whether a graph's IRI is that of what tools ask for."""
    return graph.endswith((f"/graph/{METADATA}", f":graph/{METADATA}"))


def is_apart(graph: str) -> bool:
    """Whether the graph of this IRI is no member of the union."""
    return is_drafts(graph) or is_metadata(graph)


@dataclass(frozen=True, slots=True)
class Names:
    """The IRIs that hang below a project's base IRI."""

    base: str

    @property
    def resources(self) -> str:
        """Namespace of entities, articles, sentences and assertions."""
        return self.base + "id/"

    @property
    def graphs(self) -> str:
        """Namespace of the named graphs."""
        return self.base + "graph/"

    def graph(self, name: str) -> str:
        """The IRI of the named graph called ``name`` (``stated``, ``assertions`` …)."""
        return self.graphs + name

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that queries, results and reports of this project use."""
        return {"kgr": self.resources, "g": self.graphs, **PREFIXES}


PREFIXES: Final[dict[str, str]] = {
    "kg": KG,
    "kgl": KGL,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "prov": PROV,
    "dcterms": DCTERMS,
    "geo": GEO,
    "wd": WD,
}

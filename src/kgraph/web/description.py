"""The service's description in RDF (SPARQL 1.1 Service Description): what it can do and what is in it.

The names for SPARQL 1.2 are those of its draft: what Oxigraph has of it (triple terms, base directions,
``VERSION``) is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from kgraph.api import AsyncKnowledgeGraph
from kgraph.rdf.formats import FORMATS, Format, ResultKind
from kgraph.rdf.writing import serialize_graph
from kgraph.search import SEARCH
from kgraph.store.manifest import DEFAULT_KEY
from kgraph.vocab import RDF_TYPE, RDFS, SD, XSD

__all__ = ["DESCRIPTION_FORMATS", "describe_service"]

#: The formats of a description, the preferred one first.
DESCRIPTION_FORMATS: Final = tuple(FORMATS[name] for name in ("ttl", "nt", "jsonld", "rdf"))
_VOID: Final = "http://rdfs.org/ns/void#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
#: The W3C's IRIs of the formats, by our names.
_FORMAT_IRIS: Final = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "ttl": "Turtle",
    "nt": "N-Triples",
    "jsonld": "JSON-LD",
    "rdf": "RDF_XML",
    "nq": "N-Quads",
    "trig": "TriG",
}
#: The formats in which graphs are taken.
_INPUT: Final = (*(fmt.name for fmt in DESCRIPTION_FORMATS), "nq", "trig")


def describe_service(graph: AsyncKnowledgeGraph, *, endpoint: str, format: Format) -> bytes:  # noqa: A002
    """The description of the service at an endpoint, for the current generation."""
    prefixes = {"sd": SD, "void": _VOID, "formats": _FORMATS, "g": graph.settings.names.graphs}
    return serialize_graph(_triples(graph, endpoint), format.name, prefixes)


def _triples(graph: AsyncKnowledgeGraph, endpoint: str) -> Iterator[ox.Triple]:
    service, dataset = ox.NamedNode(endpoint), ox.BlankNode("dataset")

    def say(subject: ox.NamedNode | ox.BlankNode, predicate: str, value: object) -> ox.Triple:
        term = ox.NamedNode(value) if isinstance(value, str) else value
        return ox.Triple(subject, ox.NamedNode(predicate), term)  # type: ignore[arg-type]

    def size(subject: ox.BlankNode, triples: int) -> ox.Triple:
        return say(
            subject, _VOID + "triples", ox.Literal(str(triples), datatype=ox.NamedNode(XSD + "integer"))
        )

    yield say(service, RDF_TYPE, SD + "Service")
    yield say(service, SD + "endpoint", service)
    is_union = graph.settings.default_graph == "union"
    for kind in ("Query", "Update") if graph.settings.writable else ("Query",):
        for version in ("11", "12"):
            yield say(service, SD + "supportedLanguage", f"{SD}SPARQL{version}{kind}")
    if graph.settings.writable:
        yield say(service, SD + "feature", SD + "EmptyGraphs")
        for name in _INPUT:
            yield say(service, SD + "inputFormat", _FORMATS + _FORMAT_IRIS[name])
    if is_union:
        yield say(service, SD + "feature", SD + "UnionDefaultGraph")
    if graph.settings.allow_service:
        yield say(service, SD + "feature", SD + "BasicFederatedQuery")
    yield say(service, SD + "propertyFeature", SEARCH)
    yield say(service, RDFS + "seeAlso", endpoint.removesuffix("/sparql") + "/.well-known/void")
    for name, local in _FORMAT_IRIS.items():
        if FORMATS[name].carries & set(ResultKind):
            yield say(service, SD + "resultFormat", _FORMATS + local)
    yield say(service, SD + "defaultDataset", dataset)
    yield say(dataset, RDF_TYPE, SD + "Dataset")
    default = ox.BlankNode("default")
    yield say(dataset, SD + "defaultGraph", default)
    yield say(default, RDF_TYPE, SD + "Graph")
    manifest = graph.generation.manifest
    if not is_union:  # how many triples the union has is not known, as graphs may overlap
        yield size(default, manifest.client_graphs.get(DEFAULT_KEY, 0))
    graphs = [(key, count) for key, count in manifest.named_graphs.items() if not key.startswith("_:")]
    for number, (iri, count) in enumerate(graphs):
        named, content = ox.BlankNode(f"named{number}"), ox.BlankNode(f"graph{number}")
        yield say(dataset, SD + "namedGraph", named)
        yield say(named, RDF_TYPE, SD + "NamedGraph")
        yield say(named, SD + "name", iri)
        yield say(named, SD + "graph", content)
        yield say(content, RDF_TYPE, SD + "Graph")
        yield size(content, count)

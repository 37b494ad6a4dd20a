"""The graph ``metadata``: what tools ask an endpoint for before they ask anything else.

* what occurs together, and how often: see :mod:`kgraph.describe.occurrences`
* the canned queries as SHACL executables, as SIB's editor and sparql-llm look for them
* the prefixes (SHACL, section 5.2.1)

Nodes that nobody needs an address for are URNs, so that the dataset's canonical hash stays cheap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from kgraph.canned import CannedQuery
from kgraph.describe.examples import executable_of, without_header
from kgraph.vocab import RDF_TYPE, RDFS, SH, XSD, Names

__all__ = ["describe_queries"]

_URN: Final = "urn:kgraph:"


def describe_queries(queries: Mapping[str, CannedQuery], names: Names) -> Iterator[ox.Triple]:
    """The metadata of a dataset's canned queries and its prefixes."""
    yield from _prefixes(names.prefixes)
    for slug, query in queries.items():
        yield from _example(query, f"{_URN}example:{slug}", names.prefixes)


def _prefixes(prefixes: Mapping[str, str]) -> Iterator[ox.Triple]:
    shared = ox.NamedNode(_URN + "prefixes")
    for prefix, namespace in prefixes.items():
        node = ox.NamedNode(f"{_URN}prefix:{prefix}")
        yield _iri(shared, SH + "declare", node.value)
        yield ox.Triple(node, ox.NamedNode(SH + "prefix"), ox.Literal(prefix))
        value = ox.Literal(namespace, datatype=ox.NamedNode(XSD + "anyURI"))
        yield ox.Triple(node, ox.NamedNode(SH + "namespace"), value)


def _example(query: CannedQuery, iri: str, prefixes: Mapping[str, str]) -> Iterator[ox.Triple]:
    node = ox.NamedNode(iri)
    values = {parameter.name: parameter.sample for parameter in query.parameters if parameter.required}
    text = without_header(query.bind(values, prefixes=prefixes))
    kind, predicate = executable_of(text, query.kind)
    for cls in dict.fromkeys(("SPARQLExecutable", kind)):
        yield _iri(node, RDF_TYPE, SH + cls)
    yield ox.Triple(node, ox.NamedNode(RDFS + "comment"), ox.Literal(query.summary, language="en"))
    yield ox.Triple(node, ox.NamedNode(predicate), ox.Literal(text))
    yield _iri(node, SH + "prefixes", _URN + "prefixes")


def _iri(subject: ox.NamedNode, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(value))

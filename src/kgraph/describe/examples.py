"""The canned queries as RDF: SHACL's executables, as SIB's collections of example queries have them.

Each query's text runs as it stands: its parameters hold their default, or else an example.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from kgraph.canned import CannedQuery
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.sparql import iter_tokens
from kgraph.vocab import RDF_TYPE, RDFS, SH, XSD

__all__ = ["EXAMPLE_PREFIXES", "describe_examples", "executable_of", "without_header"]

SCHEMA: Final = "https://schema.org/"
SPEX: Final = "https://purl.expasy.org/sparql-examples/ontology#"
EXAMPLE_PREFIXES: Final = {"sh": SH, "schema": SCHEMA, "spex": SPEX}
_FORMS: Final = {
    "SELECT": ("SPARQLSelectExecutable", SH + "select"),
    "ASK": ("SPARQLAskExecutable", SH + "ask"),
    "CONSTRUCT": ("SPARQLConstructExecutable", SH + "construct"),
    "DESCRIBE": ("SPARQLExecutable", SPEX + "describe"),
}


def describe_examples(
    queries: Mapping[str, CannedQuery],
    *,
    base: str,
    endpoint: str,
    prefixes: Mapping[str, str],
) -> Iterator[ox.Triple]:
    """The queries, each below ``base`` by its slug; and the prefixes that they share."""
    shared = ox.BlankNode("prefixes")
    for number, (prefix, namespace) in enumerate(prefixes.items()):
        declaration = ox.BlankNode(f"prefix{number}")
        yield ox.Triple(shared, ox.NamedNode(SH + "declare"), declaration)
        yield ox.Triple(declaration, ox.NamedNode(SH + "prefix"), ox.Literal(prefix))
        value = ox.Literal(namespace, datatype=ox.NamedNode(XSD + "anyURI"))
        yield ox.Triple(declaration, ox.NamedNode(SH + "namespace"), value)
    for query in queries.values():
        yield from _example(query, base + query.slug, endpoint, prefixes, shared)


def _example(
    query: CannedQuery, iri: str, endpoint: str, prefixes: Mapping[str, str], shared: ox.BlankNode
) -> Iterator[ox.Triple]:
    node = ox.NamedNode(iri)
    values = {parameter.name: parameter.sample for parameter in query.parameters if parameter.required}
    text = without_header(query.bind(values, prefixes=prefixes))
    executable, predicate = executable_of(text, query.kind)
    for kind in dict.fromkeys(("SPARQLExecutable", executable)):
        yield ox.Triple(node, ox.NamedNode(RDF_TYPE), ox.NamedNode(SH + kind))
    yield ox.Triple(node, ox.NamedNode(RDFS + "label"), ox.Literal(query.summary, language="en"))
    comment = f"{query.summary} {query.description}".strip()
    yield ox.Triple(node, ox.NamedNode(RDFS + "comment"), ox.Literal(comment, language="en"))
    yield ox.Triple(node, ox.NamedNode(predicate), ox.Literal(text))
    yield ox.Triple(node, ox.NamedNode(SH + "prefixes"), shared)
    yield ox.Triple(node, ox.NamedNode(SCHEMA + "target"), ox.NamedNode(endpoint))
    for tag in query.tags:
        yield ox.Triple(node, ox.NamedNode(SCHEMA + "keywords"), ox.Literal(tag))


def without_header(text: str) -> str:
    """A query without the lines that its comment repeats."""
    lines = [line for line in text.split("\n") if not line.startswith("#+")]
    return "\n".join(lines).strip() + "\n"


def executable_of(text: str, kind: ResultKind) -> tuple[str, str]:
    """The class (its name in SHACL) and the property (an IRI) for a query's text."""
    return _FORMS[_form(text, kind)]


def _form(text: str, kind: ResultKind) -> str:
    words = (token.text.upper() for token in iter_tokens(text) if token.kind == "word")
    default = {ResultKind.SOLUTIONS: "SELECT", ResultKind.BOOLEAN: "ASK", ResultKind.GRAPH: "CONSTRUCT"}[kind]
    return next((word for word in words if word in _FORMS), default)

"""The graph ``metadata``: what tools ask an endpoint for before they ask anything else.

* VoID class and property partitions: what occurs together, and how often (VoID, section 4.5), with the
  classes and datatypes of the values as void-ext has them
* the canned queries as SHACL executables, as SIB's editor and sparql-llm look for them
* the prefixes (SHACL, section 5.2.1)

Nodes that nobody needs an address for are URNs, so that the dataset's canonical hash stays cheap.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Final

import pyoxigraph as ox

from kgraph.canned import CannedQuery
from kgraph.describe.examples import executable_of, without_header
from kgraph.vocab import RDF_TYPE, RDFS, SH, XSD, Names

__all__ = ["METADATA", "describe_metadata"]

METADATA: Final = "metadata"
_VOID: Final = "http://rdfs.org/ns/void#"
_VOID_EXT: Final = "http://ldf.fi/void-ext#"
_URN: Final = "urn:kgraph:"


def describe_metadata(
    triples: Iterable[ox.Triple], queries: Mapping[str, CannedQuery], names: Names
) -> Iterator[ox.Triple]:
    """The metadata of a dataset: of all its ``triples``, its canned queries and its prefixes."""
    yield from _partitions(list(dict.fromkeys(triples)))
    yield from _prefixes(names.prefixes)
    for slug, query in queries.items():
        yield from _example(query, f"{_URN}example:{slug}", names.prefixes)


def _partitions(triples: list[ox.Triple]) -> Iterator[ox.Triple]:
    classes: dict[object, list[str]] = defaultdict(list)
    for triple in triples:
        if triple.predicate.value == RDF_TYPE and isinstance(triple.object, ox.NamedNode):
            classes[triple.subject].append(triple.object.value)
    things = Counter(cls for types in classes.values() for cls in types)
    uses: Counter[tuple[str, str]] = Counter()
    values: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for triple in triples:
        found = _kinds_of(triple.object, classes)
        for cls in classes.get(triple.subject, ()):
            key = (cls, triple.predicate.value)
            uses[key] += 1
            values[key].update(found)
    dataset = ox.NamedNode(_URN + "dataset")
    yield _iri(dataset, RDF_TYPE, _VOID + "Dataset")
    yield _count(dataset, "triples", len(triples))
    for cls, count in sorted(things.items()):
        node = _node("class", cls)
        yield _iri(dataset, _VOID + "classPartition", node.value)
        yield _iri(node, _VOID + "class", cls)
        yield _count(node, "entities", count)
    for (cls, prop), count in sorted(uses.items()):
        node = _node("property", cls, prop)
        yield _iri(_node("class", cls), _VOID + "propertyPartition", node.value)
        yield _iri(node, _VOID + "property", prop)
        yield _count(node, "triples", count)
        for (kind, value), number in sorted(values[cls, prop].items()):
            part = _node(kind, cls, prop, value)
            namespace = _VOID if kind == "class" else _VOID_EXT
            yield _iri(node, f"{namespace}{kind}Partition", part.value)
            yield _iri(part, namespace + kind, value)
            yield _count(part, "triples", number)


def _kinds_of(value: object, classes: Mapping[object, list[str]]) -> list[tuple[str, str]]:
    """The classes of a thing, or the datatype of a literal."""
    if isinstance(value, ox.Literal):
        return [("datatype", value.datatype.value)]
    return [("class", cls) for cls in classes.get(value, ())]


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


def _node(kind: str, *parts: str) -> ox.NamedNode:
    digest = sha256("\n".join(parts).encode()).hexdigest()[:20]
    return ox.NamedNode(f"{_URN}partition:{kind}-{digest}")


def _iri(subject: ox.NamedNode, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(value))


def _count(subject: ox.NamedNode, name: str, number: int) -> ox.Triple:
    value = ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))
    return ox.Triple(subject, ox.NamedNode(_VOID + name), value)

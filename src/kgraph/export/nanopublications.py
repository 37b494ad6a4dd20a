"""Claims as nanopublications (Nanopublication Guidelines, version 1.8), and back.

The assertion graph says what somebody claims, as the description of the claim: it never asserts the content
of what is merely said. The provenance leads to the words, the sentence and the article; the publication info
says who annotated, when, by which edition of the dataset and under which licence. What is said of the
nanopublication's own parts is the frame, and all else are the claim's triples as the files have them: so a
reader gets back exactly these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Final

import pyoxigraph as ox

from kgraph.errors import RdfSyntaxError
from kgraph.export.claims import Claim, Claims
from kgraph.export.source import Source
from kgraph.vocab import DCTERMS, KG, PROV, RDF_TYPE, RDFS, TOOL, XSD, Names

__all__ = ["content_of", "is_nanopublication", "nanopublication", "write_nanopublications"]

NP: Final = "http://www.nanopub.org/nschema#"
_CREATED_WITH: Final = "http://purl.org/pav/createdWith"
_PARTS: Final = ("Head", "assertion", "provenance", "pubinfo")
_HELD: Final = {"assertion": "hasAssertion", "provenance": "hasProvenance", "pubinfo": "hasPublicationInfo"}
#: What is told of a claim in its publication info: who made the annotation, not who claims.
_INFO: Final = frozenset({KG + "annotator", KG + "annotatedOn"})
_PLACE: Final = frozenset({KG + "evidence", KG + "inSentence"})
_Object = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def write_nanopublications(source: Source, output: IO[bytes]) -> None:
    """Write every claim as a nanopublication, in TriG."""
    claims = Claims(source)
    prefixes = {**source.names.prefixes, "np": NP}
    quads = (quad for claim in claims for quad in nanopublication(claim, claims))
    ox.serialize(quads, output, ox.RdfFormat.TRIG, prefixes=prefixes)


def nanopublication(claim: Claim, claims: Claims) -> Iterator[ox.Quad]:
    """The quads of one claim's nanopublication."""
    source = claims.source
    base = nanopublication_iri(claim.iri, source.names)
    it = ox.NamedNode(base)
    graphs = {part: ox.NamedNode(f"{base}#{part}") for part in _PARTS}

    def say(part: str, subject: ox.NamedNode, predicate: str, value: _Object | str) -> ox.Quad:
        term = ox.NamedNode(value) if isinstance(value, str) else value
        return ox.Quad(subject, ox.NamedNode(predicate), term, graphs[part])

    yield say("Head", it, RDF_TYPE, NP + "Nanopublication")
    for part, link in _HELD.items():
        yield say("Head", it, NP + link, graphs[part])

    for triple in claim.triples:
        predicate = triple.predicate.value
        part = "pubinfo" if predicate in _INFO else "provenance" if predicate in _PLACE else "assertion"
        yield ox.Quad(triple.subject, triple.predicate, triple.object, graphs[part])
    for triple in claim.around:
        yield ox.Quad(triple.subject, triple.predicate, triple.object, graphs["provenance"])

    assertion = graphs["assertion"]
    for speaker in (*claim.speakers, *claim.relayers):
        yield say("provenance", assertion, PROV + "wasAttributedTo", speaker)
    if claim.article is not None:
        yield say("provenance", assertion, PROV + "hadPrimarySource", claim.article.iri)
    for span in claim.spans:
        yield say("provenance", assertion, PROV + "wasQuotedFrom", span.iri)

    manifest = source.generation.manifest
    yield say("pubinfo", it, RDFS + "label", ox.Literal(claims.words(claim)))
    if claim.annotated_on:
        day = ox.Literal(claim.annotated_on, datatype=_day_type(claim.annotated_on))
        yield say("pubinfo", it, DCTERMS + "created", day)
    for annotator in claim.annotators:
        yield say("pubinfo", it, DCTERMS + "creator", annotator)
    if source.settings.licence:
        yield say("pubinfo", it, DCTERMS + "license", source.settings.licence)
    yield say("pubinfo", it, PROV + "wasDerivedFrom", claim.iri)
    yield say("pubinfo", it, DCTERMS + "hasVersion", ox.Literal(manifest.version))
    yield say("pubinfo", it, _CREATED_WITH, TOOL)


def nanopublication_iri(claim: str, names: Names) -> str:
    """The IRI of a claim's nanopublication."""
    return f"{names.base}np/{claim.removeprefix(names.resources).removeprefix('article/')}"


def is_nanopublication(quads: Iterable[ox.Quad]) -> bool:
    """Whether there is a nanopublication among some quads."""
    kind = ox.NamedNode(NP + "Nanopublication")
    return any(quad.object == kind and quad.predicate.value == RDF_TYPE for quad in quads)


def content_of(quads: Iterable[ox.Quad]) -> Iterator[ox.Triple]:
    """What nanopublications say, without what is said of their own parts.

    Raises:
        RdfSyntaxError: there is none, or one lacks a part.
    """
    by_graph: dict[object, list[ox.Triple]] = {}
    for quad in quads:
        by_graph.setdefault(quad.graph_name, []).append(quad.triple)
    heads = [
        (graph, triple.subject)
        for graph, triples in by_graph.items()
        for triple in triples
        if triple.predicate.value == RDF_TYPE and triple.object == ox.NamedNode(NP + "Nanopublication")
    ]
    if not heads:
        raise RdfSyntaxError("There is no nanopublication.", hint="Load it as TriG or N-Quads.")
    for graph, it in heads:
        held = {triple.predicate.value: triple.object for triple in by_graph[graph] if triple.subject == it}
        parts = [held.get(NP + link) for link in _HELD.values()]
        if not all(part in by_graph for part in parts):
            raise RdfSyntaxError(
                f"The nanopublication {it} lacks its assertion, its provenance or its publication info.",
                hint="Give the whole of it, as one document.",
            )
        frame = {it, graph, *parts}
        for part in parts:
            yield from (triple for triple in by_graph[part] if triple.subject not in frame)


def _day_type(text: str) -> ox.NamedNode:
    """The datatype of a year, a month, a day or a moment."""
    names = {4: "gYear", 7: "gYearMonth", 10: "date"}
    return ox.NamedNode(XSD + names.get(len(text), "dateTime"))

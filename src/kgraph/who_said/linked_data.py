"""An answer as RDF: PROV-O says whose the claims are, the Web Annotation vocabulary where they stand.

Each assertion is a prov:Entity, attributed to its speaker and, with the role ``kg:relayedBy``, to each
voice through which it came. Each passage is an oa:Annotation of the article with the assertion as its body;
its selectors (Web Annotation Data Model, sections 4.2.4 and 4.2.5) give the words with what stands around
them, and the positions in code points. An inferred triple, which nobody said, is an rdf:Statement that
asserts nothing (RDF 1.1 Semantics, appendix D.1), derived from the assertions and sources that its proof
rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from kgraph.vocab import DCTERMS, KG, PROV, RDF, RDF_TYPE, RDFS, XSD
from kgraph.who_said.attribution import Answer, Attribution, Inferred, Level, Thing
from kgraph.who_said.citation import cite

__all__ = ["render_linked_data"]

OA: Final = "http://www.w3.org/ns/oa#"
_WRITERS: Final = {"ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}
_Node = ox.NamedNode | ox.BlankNode


def render_linked_data(answer: Answer, format_name: str, prefixes: Mapping[str, str]) -> bytes:
    """The answer in Turtle (``ttl``) or JSON-LD (``jsonld``)."""
    writer = _WRITERS[format_name]
    return ox.serialize(_triples(answer), format=writer, prefixes={**prefixes, "oa": OA}) or b""


def _triples(answer: Answer) -> Iterator[ox.Triple]:
    """The answer itself, as far as words were asked for, and what it names."""
    if answer.found is not None:
        node = ox.BlankNode("answer")
        yield _text(node, KG + "found", answer.found)
        yield _text(node, RDFS + "label", answer.summary)
        for word in answer.unmatched:
            yield _text(node, KG + "unmatched", word)
        for difference in answer.differs:
            yield _text(node, KG + "differs", str(difference))
        for attribution in answer.attributions:
            yield _iri(node, PROV + "hadMember", attribution.iri)
    for number, attribution in enumerate(answer.attributions):
        yield from _assertion(attribution, answer, f"a{number}")
    described = {attribution.iri for attribution in answer.attributions}
    for number, inferred in enumerate(answer.inferred):
        yield from _inferred(inferred, ox.BlankNode(f"i{number}"))
        for step, attribution in enumerate(inferred.attributions):
            if attribution.iri not in described:
                described.add(attribution.iri)
                yield from _assertion(attribution, answer, f"i{number}a{step}")


def _inferred(inferred: Inferred, node: ox.BlankNode) -> Iterator[ox.Triple]:
    yield _iri(node, RDF_TYPE, RDF + "Statement")
    yield _iri(node, RDF_TYPE, PROV + "Entity")
    yield _text(node, RDFS + "label", f"{inferred.claim} ({Level.INFERRED})")
    for name in ("subject", "predicate", "object"):
        yield ox.Triple(node, ox.NamedNode(RDF + name), getattr(inferred.triple, name))
    for attribution in inferred.attributions:
        yield _iri(node, PROV + "wasDerivedFrom", attribution.iri)
    for source in dict.fromkeys(source for leaf in inferred.leaves for source in leaf.sources):
        yield _iri(node, PROV + "wasDerivedFrom", source)


def _assertion(attribution: Attribution, answer: Answer, prefix: str) -> Iterator[ox.Triple]:
    assertion = ox.NamedNode(attribution.iri)
    if attribution.found is not None:
        yield _text(assertion, KG + "found", attribution.found)
        score = ox.Literal(f"{attribution.score or 0.0:.4f}", datatype=ox.NamedNode(XSD + "decimal"))
        yield ox.Triple(assertion, ox.NamedNode(KG + "searchScore"), score)
    if attribution.level is Level.UNANNOTATED:
        yield _iri(assertion, RDF_TYPE, KG + "Sentence")
        yield _text(assertion, RDFS + "comment", attribution.verdict)
        yield from _passages(attribution, prefix)
        return
    yield _iri(assertion, RDF_TYPE, KG + "Assertion")
    yield _iri(assertion, RDF_TYPE, PROV + "Entity")
    yield _text(
        assertion, RDFS + "label", f"{attribution.claim} ({attribution.verdict} {attribution.speaker.label})"
    )
    for name in ("subject", "predicate", "object", "mode", "polarity", "modality"):
        yield from _thing(assertion, KG + name, getattr(attribution, name))
    yield from _thing(assertion, PROV + "wasAttributedTo", attribution.speaker)
    yield _text(assertion, DCTERMS + "bibliographicCitation", cite(attribution, answer).text)
    for step, voice in enumerate(attribution.relayers):
        if voice.agent.iri is not None:
            relay = ox.BlankNode(f"{prefix}v{step}")
            yield ox.Triple(assertion, ox.NamedNode(PROV + "qualifiedAttribution"), relay)
            yield _iri(relay, RDF_TYPE, PROV + "Attribution")
            yield from _thing(relay, PROV + "agent", voice.agent)
            yield _iri(relay, PROV + "hadRole", KG + "relayedBy")
            for cue in voice.cues:
                yield _text(relay, KG + "cue", cue)
    for beside in attribution.contrasting:
        yield _iri(assertion, KG + "contrastsWith", beside.iri)
    for time in attribution.times:
        yield _iri(assertion, KG + "temporalContext", time.iri)
        yield _text(ox.NamedNode(time.iri), RDFS + "label", time.printed)
        for reading in time.readings:
            node = ox.NamedNode(reading.iri)
            yield _iri(node, RDF_TYPE, KG + "EditorialStatement")
            yield _iri(node, KG + "about", time.iri)
            yield _text(node, KG + "edtf", reading.edtf)
            yield from _thing(node, PROV + "wasAttributedTo", reading.by)
    if attribution.sentence is not None:
        yield _iri(assertion, KG + "inSentence", attribution.sentence.iri)
    yield from _passages(attribution, prefix)


def _passages(attribution: Attribution, prefix: str) -> Iterator[ox.Triple]:
    article = attribution.article
    if article is None:
        return
    assertion = ox.NamedNode(attribution.iri)
    yield _iri(assertion, PROV + "wasQuotedFrom", article.iri)
    yield _text(ox.NamedNode(article.iri), DCTERMS + "title", article.title)
    yield _text(ox.NamedNode(article.iri), KG + "sha256", article.sha256)
    if article.publisher is not None:
        yield from _thing(ox.NamedNode(article.iri), DCTERMS + "publisher", article.publisher)
    for step, passage in enumerate(attribution.passages):
        names = ("annotation", "target", "quote", "position")
        annotation, target, quote, position = (ox.BlankNode(f"{prefix}p{step}{name}") for name in names)
        yield _iri(assertion, KG + "evidence", passage.iri)
        yield _iri(annotation, RDF_TYPE, OA + "Annotation")
        yield _iri(annotation, OA + "hasBody", attribution.iri)
        yield ox.Triple(annotation, ox.NamedNode(OA + "hasTarget"), target)
        yield _iri(target, RDF_TYPE, OA + "SpecificResource")
        yield _iri(target, OA + "hasSource", article.iri)
        yield ox.Triple(target, ox.NamedNode(OA + "hasSelector"), quote)
        yield ox.Triple(target, ox.NamedNode(OA + "hasSelector"), position)
        yield _iri(quote, RDF_TYPE, OA + "TextQuoteSelector")
        for name, text in (("exact", passage.exact), ("prefix", passage.before), ("suffix", passage.after)):
            yield _text(quote, OA + name, text)
        yield _iri(position, RDF_TYPE, OA + "TextPositionSelector")
        for name, offset in (("start", passage.start), ("end", passage.end)):
            number = ox.Literal(str(offset), datatype=ox.NamedNode(XSD + "nonNegativeInteger"))
            yield ox.Triple(position, ox.NamedNode(OA + name), number)


def _iri(subject: _Node, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(value))


def _text(subject: _Node, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.Literal(value))


def _thing(subject: _Node, predicate: str, thing: Thing) -> Iterator[ox.Triple]:
    """A link to something, and its name; a literal stands for itself."""
    if thing.iri is None:
        yield _text(subject, KG + "value" if predicate == KG + "object" else predicate, thing.label)
        return
    yield _iri(subject, predicate, thing.iri)
    if not predicate.startswith(KG):
        yield _text(ox.NamedNode(thing.iri), RDFS + "label", thing.label)

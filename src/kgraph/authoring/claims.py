"""Claims: from a list of a subject, predicates and objects to assertions with words, voice and defaults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.authoring.entries import Entry, Lists
from kgraph.authoring.manuscript import Manuscript, kg, typed
from kgraph.authoring.values import parse_quantity, quantity_triples
from kgraph.rdf.terms import Term, local_name
from kgraph.text import Span
from kgraph.vocab import DCTERMS, KG, RDF_TYPE

__all__ = ["Identified", "expand_claims"]

#: What an article says of its claims where they don't say it themselves.
_INHERITED: Final = tuple(KG + name for name in ("annotator", "annotatedOn", "draftedBy", "reviewer"))
#: What a claim's own words settle: not copied to its parts.
_SETTLED: Final = frozenset(
    {RDF_TYPE, *_INHERITED}
    | {KG + name for name in ("claims", "words", "by", "source", "mode", "polarity", "modality")}
)
_QUANTIFIED: Final = frozenset({KG + "amount", KG + "duration"})


@dataclass(frozen=True, slots=True)
class Identified:
    """A curator's reading: which words name which thing."""

    statement: ox.NamedNode
    thing: Term
    spans: tuple[Span, ...]


def expand_claims(
    entry: Entry, manuscript: Manuscript, lists: Lists, identified: Sequence[Identified], *, resources: str
) -> Iterator[ox.Triple]:
    """The assertions that an entry makes; none where its words or its content cannot be read."""
    spans = tuple(sorted({span for spans in manuscript.find(entry) for span in spans}))
    contents = [
        content for head in entry.terms("claims") for content in _contents(entry, head, manuscript, lists)
    ]
    if not spans or not contents:
        return
    names = _names(entry.subject.value, [content.predicate.value for content in contents])
    shared = list(_shared(entry, spans, manuscript))
    for name, content in zip(names, contents, strict=True):
        claim = ox.NamedNode(name)
        yield typed(claim, "Assertion")
        yield kg(claim, "subject", content.subject)
        yield kg(claim, "predicate", content.predicate)
        yield from _object(entry, claim, content, manuscript, resources)
        for predicate, value in shared:
            yield ox.Triple(claim, ox.NamedNode(predicate), value)
        yield from manuscript.evidence(claim, spans)
        for reading in identified:
            concerned = reading.thing in (content.subject, content.object)
            if concerned and any(a.overlaps(b) for a in reading.spans for b in spans):
                yield kg(claim, "restsOn", reading.statement)


def _contents(entry: Entry, head: Term, manuscript: Manuscript, lists: Lists) -> Iterator[ox.Triple]:
    """The triples of a list: a subject, then predicates and objects."""
    members = lists.members(head)
    if members is None or len(members) < 3 or len(members) % 2 == 0:
        manuscript.fault(
            "claim-content",
            entry,
            "claims",
            "kg:claims is no list of a subject, a predicate and an object.",
            "Write kg:claims ( subject predicate object ); more predicates and objects may follow.",
        )
        return
    subject, *rest = members
    for predicate, value in zip(rest[::2], rest[1::2], strict=True):
        if not isinstance(subject, ox.NamedNode) or not isinstance(predicate, ox.NamedNode):
            manuscript.fault(
                "claim-content",
                entry,
                "claims",
                f"{predicate if isinstance(subject, ox.NamedNode) else subject} is no name.",
                "Give the subject and the predicate IRIs; entities stand in data/ttl/entities.ttl.",
            )
            return
        yield ox.Triple(subject, predicate, value)


def _object(
    entry: Entry, claim: ox.NamedNode, content: ox.Triple, manuscript: Manuscript, resources: str
) -> Iterator[ox.Triple]:
    value = content.object
    if not isinstance(value, ox.Literal):
        yield kg(claim, "object", value)
    elif content.predicate.value not in _QUANTIFIED:
        yield kg(claim, "value", value)
    elif (quantity := parse_quantity(value.value)) is not None:
        node = ox.NamedNode(f"{resources}quantity/{quantity.slug}")
        yield kg(claim, "object", node)
        yield from quantity_triples(quantity, node)
    else:
        manuscript.fault(
            "quantity",
            entry,
            "claims",
            f"{value.value!r} is no quantity: no number is in it.",
            'Write it as "more than 80" or "78 days"; keep words without a number in kg:described.',
        )


def _shared(entry: Entry, spans: tuple[Span, ...], manuscript: Manuscript) -> Iterator[tuple[str, Term]]:
    """What all claims of an entry share: whose they are, how they are put, where they stand."""
    article = manuscript.article
    named = entry.iri(KG + "by") or entry.iri(KG + "source")
    source = named or manuscript.narrator
    voice = manuscript.entries.get(source.value)
    agent = article.iri(DCTERMS + "publisher") if source == manuscript.narrator else None
    if voice is not None and agent is None:
        agent = voice.iri(KG + "sourceAgent")
    if agent is None and source != manuscript.narrator:
        manuscript.fault(
            "unknown-voice",
            entry,
            "by",
            f"{local_name(source.value)} is not declared as a voice of this article.",
            'Declare it: a:speaker kg:sourceAgent kgr:somebody ; kg:cue "said" .',
        )
    yield KG + "source", source
    if agent is not None:
        yield KG + "attributedTo", agent
    home = manuscript.home(spans[0])
    mode = _mode(spans, home, manuscript, narrated=source == manuscript.narrator)
    yield KG + "mode", entry.iri(KG + "mode") or ox.NamedNode(KG + mode)
    yield KG + "polarity", entry.iri(KG + "polarity") or ox.NamedNode(KG + "positive")
    yield KG + "modality", entry.iri(KG + "modality") or ox.NamedNode(KG + "fact")
    if home is not None:
        yield KG + "inSentence", home.subject if isinstance(home, Entry) else home
    for predicate in _INHERITED:
        for value in entry.said.get(predicate) or article.said.get(predicate, []):
            yield predicate, value
    for predicate, values in entry.said.items():
        if predicate not in _SETTLED:
            yield from ((predicate, value) for value in values)


def _mode(
    spans: tuple[Span, ...], home: Entry | ox.NamedNode | None, manuscript: Manuscript, *, narrated: bool
) -> str:
    if narrated:
        is_byline = isinstance(home, Entry) and ox.NamedNode(KG + "bylinePart") in home.terms("partKind")
        return "byline" if is_byline else "narrated"
    quoted = all(any(span.within(quote) for quote in manuscript.quotations) for span in spans)
    return "direct-quotation" if quoted else "indirect-speech"


def _names(entry: str, predicates: list[str]) -> list[str]:
    """The claims' IRIs: the entry's own for a single one, else by predicate."""
    if len(predicates) == 1:
        return [entry]
    counts: Counter[str] = Counter()
    found = []
    for predicate in predicates:
        local = local_name(predicate)
        counts[local] += 1
        found.append(f"{entry}-{local}" + (f"-{counts[local]}" if counts[local] > 1 else ""))
    return found

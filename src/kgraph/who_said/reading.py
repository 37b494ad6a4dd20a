"""From the triples about some assertions to attributions.

Whatever is missing in the data is missing in the answer: a claim without evidence still has a speaker.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from kgraph.project.claims import Claim, read_claims, source_chain
from kgraph.project.index import TripleIndex
from kgraph.projection import is_stated
from kgraph.rdf.terms import Term, compact
from kgraph.text import Span
from kgraph.vocab import DCTERMS, KG, PROV, RDF_TYPE, RDFS, SKOS
from kgraph.who_said.attribution import (
    NOTHING,
    Article,
    Attribution,
    Beside,
    Level,
    Passage,
    Reading,
    Sentence,
    Thing,
    Time,
    Voice,
)
from kgraph.who_said.wording import verdict, worded_claim

__all__ = ["AttributionReader", "things_in"]

_TYPE_WORDS: Final = {RDF_TYPE: "is a", SKOS + "altLabel": "is also called"}


def things_in(triples: Iterable[ox.Triple]) -> list[str]:
    """The IRIs whose names an answer may need: all that the triples have as object."""
    return list(dict.fromkeys(t.object.value for t in triples if isinstance(t.object, ox.NamedNode)))


class AttributionReader:
    """Reads attributions off the triples that ``details.rq`` and ``labels.rq`` give."""

    def __init__(self, triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> None:
        self._index = TripleIndex(dict.fromkeys(triples))
        self._prefixes = prefixes
        self._claims = {claim.iri: claim for claim in read_claims(self._index)}
        self._drafted = {claim.iri: claim for claim in read_claims(self._index, drafted=True)}

    def thing(self, term: Term | str | None) -> Thing:
        """A term with what it is called."""
        if term is None:
            return NOTHING
        if isinstance(term, ox.Literal):
            return Thing(None, term.value)
        iri = term.value if isinstance(term, ox.NamedNode) else str(term)
        for predicate in (SKOS + "prefLabel", RDFS + "label"):
            if (label := self._index.literal(iri, predicate)) is not None:
                return Thing(iri, label)
        if iri in _TYPE_WORDS:
            return Thing(iri, _TYPE_WORDS[iri])
        return Thing(iri, compact(iri, self._prefixes))

    def things(self, triple: ox.Triple) -> tuple[Thing, Thing, Thing]:
        """The terms of a triple with what they are called."""
        return self.thing(triple.subject), self.thing(triple.predicate), self.thing(triple.object)

    def attribution(self, iri: str) -> Attribution | None:
        """The answer that an assertion gives, or a sentence; None where it is not described."""
        claim = self._claims.get(iri) or self._drafted.get(iri)
        if claim is None:
            return self._unannotated(iri)
        sentence = self._sentence(claim.sentence)
        subject, predicate, value = map(self._part, (claim.subject, claim.predicate, claim.object))
        agreeing, contrasting = self._beside(claim)
        level, does = Level.STATED if is_stated(claim) else Level.CLAIMED, _verdict(claim)
        if iri not in self._claims:
            # Nothing of a draft is stated before somebody has reviewed it.
            level, does = Level.DRAFTED, f"drafted, not reviewed: {_verdict(claim, is_draft=True)}"
        return Attribution(
            iri=iri,
            level=level,
            verdict=does,
            voices=self._voices(claim),
            mode=self.thing(claim.mode),
            polarity=self.thing(claim.polarity),
            modality=self.thing(claim.modality),
            subject=subject,
            predicate=predicate,
            object=value,
            claim=worded_claim(
                subject.label, predicate.label, value.label, negative=claim.polarity == KG + "negative"
            )
            if claim.predicate is not None
            else f"“{self._quote(claim.evidence)}”",
            times=tuple(self._times(claim)),
            passages=tuple(self._passages(claim, sentence)),
            sentence=sentence,
            article=self._article(sentence),
            corroborating=agreeing,
            contrasting=contrasting,
        )

    def _unannotated(self, iri: str) -> Attribution | None:
        """A sentence of which no claim has been drawn; None where it is no sentence."""
        sentence = self._sentence(iri)
        if sentence is None:
            return None
        return Attribution(
            iri=iri,
            level=Level.UNANNOTATED,
            verdict="no claim drawn from these words yet",
            passages=(Passage(iri, sentence.text, "", "", sentence.start, sentence.end),),
            sentence=sentence,
            article=self._article(sentence),
        )

    def _part(self, term: Term | None) -> Thing:
        """A part of a claim; a part that is itself a claim is called by its words."""
        if isinstance(term, ox.NamedNode) and (inner := self._claims.get(term.value)) is not None:
            return Thing(term.value, f"“{self._quote(inner.evidence)}”")
        return self.thing(term)

    def _voices(self, claim: Claim) -> tuple[Voice, ...]:
        index = self._index
        voices = []
        for source in source_chain(index, claim.source).sources:
            agent = index.iri(source, KG + "sourceAgent")
            cues = tuple(sorted(index.literals(source, KG + "cue")))
            is_medium = KG + "Medium" in index.iris(agent or "", RDF_TYPE)
            voices.append(Voice(self.thing(agent), self.thing(source), cues, is_medium))
        speakers = [Voice(self.thing(iri), NOTHING, (), False) for iri in claim.attributed_to]
        return tuple(voices or speakers or [Voice(Thing(None, "nobody named"), NOTHING, (), False)])

    def _times(self, claim: Claim) -> Iterator[Time]:
        index = self._index
        times = index.iris(claim.iri, KG + "temporalContext")
        times += [
            iri
            for iri in index.iris(claim.iri, KG + "object")
            if KG + "TimeExpression" in index.iris(iri, RDF_TYPE)
        ]
        for iri in dict.fromkeys(times):
            printed = self._quote(index.iris(iri, KG + "evidence"))
            meant = index.iri(iri, KG + "denotes")
            in_text = index.literal(meant, KG + "edtf") if meant is not None else None
            yield Time(iri, printed, in_text, tuple(self._readings(iri)))

    def _readings(self, time: str) -> Iterator[Reading]:
        index = self._index
        for iri in index.instances(KG + "EditorialStatement"):
            edtf = index.literal(iri, KG + "edtf")
            if edtf is not None and time in index.iris(iri, KG + "about"):
                yield Reading(
                    edtf,
                    self.thing(index.iri(iri, PROV + "wasAttributedTo")),
                    iri,
                    index.literal(iri, RDFS + "comment") or "",
                    tuple(index.iris(iri, DCTERMS + "source")),
                )

    def _spans(self, evidence: Iterable[str]) -> list[tuple[Span, str]]:
        """Each evidence span with its IRI, in the order of the text."""
        return sorted((span, iri) for iri in evidence if (span := self._index.span(iri)) is not None)

    def _passages(self, claim: Claim, sentence: Sentence | None) -> Iterator[Passage]:
        for span, iri in self._spans(claim.evidence):
            start, end = span.start, span.end
            before = after = ""
            if sentence is not None and sentence.start <= start and end <= sentence.end:
                before = sentence.text[: start - sentence.start]
                after = sentence.text[end - sentence.start :]
            exact = self._index.literal(iri, KG + "exactText") or ""
            yield Passage(iri, exact, before, after, start, end)

    def _quote(self, evidence: Iterable[str]) -> str:
        texts = (self._index.literal(iri, KG + "exactText") or "" for _, iri in self._spans(evidence))
        return " … ".join(texts)

    def _sentence(self, iri: str | None) -> Sentence | None:
        index = self._index
        if iri is None or (text := index.literal(iri, KG + "exactText")) is None:
            return None
        span = index.span(iri) or Span(0, 0)
        return Sentence(iri, index.whole_number(iri, KG + "sentenceNumber"), text, span.start, span.end)

    def _article(self, sentence: Sentence | None) -> Article | None:
        index = self._index
        iri = index.iri(sentence.iri, KG + "partOfArticle") if sentence is not None else None
        if iri is None:
            return None
        publisher = index.iri(iri, DCTERMS + "publisher")
        return Article(
            iri,
            index.literal(iri, DCTERMS + "title") or compact(iri, self._prefixes),
            self.thing(publisher) if publisher is not None else None,
            index.literal(iri, KG + "sha256") or "",
            index.literal(iri, KG + "textFile") or "",
            index.literal(iri, DCTERMS + "issued") or "",
        )

    def _beside(self, claim: Claim) -> tuple[tuple[Beside, ...], tuple[Beside, ...]]:
        """The assertions that make the same claim in the same way, and those that contrast with this one:
        by a curator's judgement, or because they put the same claim otherwise.
        """
        marked = set(self._index.iris(claim.iri, KG + "contrastsWith"))
        agreeing: list[Claim] = []
        contrasting: list[Claim] = []
        for other in self._claims.values():
            if other.iri == claim.iri:
                continue
            if other.iri in marked or claim.iri in self._index.iris(other.iri, KG + "contrastsWith"):
                contrasting.append(other)
            elif claim.triple is not None and other.triple == claim.triple:
                same = (other.polarity, other.modality) == (claim.polarity, claim.modality)
                (agreeing if same else contrasting).append(other)
        return self._listed(agreeing), self._listed(contrasting)

    def _listed(self, claims: list[Claim]) -> tuple[Beside, ...]:
        return tuple(
            Beside(
                claim.iri,
                self.thing(next(iter(claim.attributed_to), None)),
                _verdict(claim),
                self._quote(claim.evidence),
            )
            for claim in sorted(claims, key=lambda claim: claim.iri)
        )


def _verdict(claim: Claim, *, is_draft: bool = False) -> str:
    stated = not is_draft and is_stated(claim)
    return verdict(mode=claim.mode, polarity=claim.polarity, modality=claim.modality, stated=stated)

"""Rows of the Parquet tables: names resolved to labels, classes, days and places."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any, Final

import pyoxigraph as ox

from kgraph.export.claims import Claim, Claims, Says
from kgraph.search.dates import parse_edtf, spanning
from kgraph.vocab import GEO, KG, RDF_TYPE, RDFS, SKOS, XSD

__all__ = ["Resolver"]

_NUMBERS: Final = frozenset(
    XSD + name
    for name in (
        *("integer", "decimal", "double", "float", "int", "long", "short", "byte"),
        *("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
        *("unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte"),
    )
)
_LABELS: Final = (SKOS + "prefLabel", SKOS + "altLabel", KG + "alias", RDFS + "label")
Row = dict[str, Any]


class Resolver:
    """Makes rows of what a generation says."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._store, self._names = claims.source.store, claims.source.names
        self._articles = {article.iri for article in claims.articles()}
        self._says = lru_cache(maxsize=50_000)(self._read)

    def _read(self, iri: str) -> Says:
        return Says(self._claims.triples(ox.NamedNode(iri)))

    def claim(self, claim: Claim) -> Row:
        """A row of ``claims``."""
        says = Says(claim.triples)
        source = says.iri(KG + "source")
        voices = (self._says(each).iri(KG + "sourceAgent") for each in self._outwards(source))
        chain = [agent for agent in voices if agent]
        content = claim.content
        subject = content.subject.value if isinstance(content.subject, ox.NamedNode) else str(content.subject)
        times = list(says.iris(KG + "temporalContext"))
        if isinstance(content.object, ox.NamedNode) and self._is_time(content.object.value):
            times.append(content.object.value)
        article, spans, sentence = claim.article, claim.spans, claim.sentence
        return {
            "claim": claim.iri,
            "subject": subject,
            "subject_label": self._label(subject),
            "subject_types": self._types(subject),
            "predicate": content.predicate.value,
            "predicate_label": self._label(content.predicate.value),
            **self._object(content.object),
            "stated": claim.is_stated,
            "negative": claim.is_negative,
            "polarity": _last(claim.polarity),
            "modality": _last(claim.modality),
            "mode": _last(claim.mode),
            "speakers": claim.speakers,
            "speaker_labels": [self._label(iri) for iri in claim.speakers],
            "relayed_by": claim.relayers,
            "source": source or None,
            "chain": chain,
            "chain_labels": [self._label(iri) for iri in chain],
            "times": times,
            **self._days(text for time in times for text in self._readings(time)),
            "article": article.iri if article else None,
            "article_title": article.title if article else None,
            "publisher": (article.publisher or None) if article else None,
            "publisher_label": (article.publisher_name or None) if article else None,
            "issued": (article.issued or None) if article else None,
            "language": (article.language or None) if article else None,
            "sentence": sentence.iri if sentence else None,
            "sentence_number": claim.number,
            "sentence_text": sentence.exact if sentence else None,
            "words": " … ".join(span.exact for span in spans),
            "begin": min((span.begin for span in spans), default=None),
            "end": max((span.end for span in spans), default=None),
            "annotators": claim.annotators,
            "annotated_on": claim.annotated_on or None,
        }

    def articles(self) -> Iterator[Row]:
        """The rows of ``articles``."""
        for article in self._claims.articles():
            row = {"article": article.iri, "publisher_label": article.publisher_name, **asdict(article)}
            yield {name: value or None for name, value in row.items()}

    def sources(self) -> Iterator[Row]:
        """The rows of ``sources``."""
        for iri in self._instances(KG + "Source"):
            says = self._says(iri)
            agent = says.iri(KG + "sourceAgent")
            yield {
                "source": iri,
                "label": self._label(iri),
                "agent": agent or None,
                "agent_label": self._label(agent) if agent else None,
                "embedded_in": says.iri(KG + "embeddedIn") or None,
                "depth": len(self._outwards(iri)),
                "cues": [cue.value for cue in says.literals(KG + "cue")],
                "article": self._home(iri),
            }

    def entities(self) -> Iterator[Row]:
        """The rows of ``entities``: what has a preferred name and is the project's own."""
        named = self._store.quads_for_pattern(None, ox.NamedNode(SKOS + "prefLabel"), None, None)
        resources = self._names.resources
        iris = {quad.subject.value for quad in named if isinstance(quad.subject, ox.NamedNode)}
        for iri in sorted(each for each in iris if each.startswith(resources)):
            says = self._says(iri)
            if not says.literals(SKOS + "prefLabel"):
                continue  # only a draft or a client says so
            label = self._label(iri)
            others = (each.value for name in _LABELS for each in says.literals(name))
            types = self._types(iri)
            yield {
                "entity": iri,
                "label": label,
                "other_labels": [each for each in dict.fromkeys(others) if each != label],
                "types": types,
                "inferred_types": [each for each in self._inferred_types(iri) if each not in types],
                "definition": says.text(SKOS + "definition") or None,
                "matches": [*says.iris(SKOS + "exactMatch"), *says.iris(SKOS + "closeMatch")],
                "latitude": _number(says.text(GEO + "lat")),
                "longitude": _number(says.text(GEO + "long")),
                "claims": self._count(iri),
            }

    def times(self) -> Iterator[Row]:
        """The rows of ``times``."""
        for iri in self._instances(KG + "TimeExpression"):
            edtf = self._readings(iri)
            row = {"time": iri, "label": self._label(iri), "edtf": edtf}
            yield {**row, **self._days(edtf), "article": self._home(iri)}

    def _label(self, iri: str) -> str:
        return self._claims.label(iri)

    def _types(self, iri: str) -> list[str]:
        return [] if iri.startswith("_:") else list(self._says(iri).iris(RDF_TYPE))

    def _inferred_types(self, iri: str) -> list[str]:
        graph = ox.NamedNode(self._names.graph("inferred"))
        found = self._store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(RDF_TYPE), None, graph)
        return sorted(quad.object.value for quad in found if isinstance(quad.object, ox.NamedNode))

    def _is_time(self, iri: str) -> bool:
        return KG + "TimeExpression" in self._types(iri)

    def _object(self, term: object) -> Row:
        if isinstance(term, ox.Literal):
            datatype = term.datatype.value
            return {
                "object_label": term.value,
                "object_types": [],
                "value": term.value,
                "value_type": datatype,
                "value_language": term.language,
                "value_number": _number(term.value) if datatype in _NUMBERS else None,
            }
        iri = term.value if isinstance(term, ox.NamedNode) else str(term)
        return {"object": iri, "object_label": self._label(iri), "object_types": self._types(iri)}

    def _outwards(self, source: str) -> list[str]:
        """A voice and those that report it, outwards."""
        found: list[str] = []
        while source and source not in found:
            found.append(source)
            source = self._says(source).iri(KG + "embeddedIn")
        return found

    def _readings(self, time: str) -> list[str]:
        """How an expression of time is read, by the text or a curator."""
        own = [each.value for each in self._says(time).literals(KG + "edtf")]
        about = self._store.quads_for_pattern(None, ox.NamedNode(KG + "about"), ox.NamedNode(time), None)
        by_curators = {quad.subject.value for quad in about if isinstance(quad.subject, ox.NamedNode)}
        own += [each.value for iri in sorted(by_curators) for each in self._says(iri).literals(KG + "edtf")]
        return list(dict.fromkeys(own))

    def _days(self, readings: Iterable[str]) -> Row:
        days = spanning(found for text in readings if (found := parse_edtf(text)) is not None)
        return {"first_day": _day(days.first), "last_day": _day(days.last)} if days else {}

    def _home(self, iri: str) -> str | None:
        """The article that something is below."""
        above = (iri.rpartition(mark)[0] for mark in "#/")
        return next((each for each in above if each in self._articles), None)

    def _instances(self, cls: str) -> list[str]:
        found = self._store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), ox.NamedNode(cls), None)
        iris = {quad.subject.value for quad in found if isinstance(quad.subject, ox.NamedNode)}
        return sorted(iri for iri in iris if cls in self._types(iri))

    def _count(self, iri: str) -> int:
        graph, node = ox.NamedNode(self._names.graph("assertions")), ox.NamedNode(iri)
        found = set()
        for name in ("subject", "object"):
            quads = self._store.quads_for_pattern(None, ox.NamedNode(KG + name), node, graph)
            found |= {quad.subject for quad in quads}
        return len(found)


def _last(iri: str) -> str | None:
    return iri.replace("#", "/").rpartition("/")[2] or None


def _number(text: str) -> float | None:
    with suppress(ValueError):
        number = float(text)
        return number if math.isfinite(number) else None
    return None


def _day(number: int) -> date | None:
    """A day as dates count it; None where a range is open or ends beyond the calendar's years."""
    with suppress(ValueError):
        return date(number // 10_000, number // 100 % 100, number % 100)
    return None

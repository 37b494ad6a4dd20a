"""What the text index holds: an entry for each assertion, and one for each thing that has a name.

Read off the graphs that a generation is made of, so the index says exactly what the generation says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.project.claims import Claim, read_claims, source_chain
from kgraph.project.index import TripleIndex
from kgraph.rdf.terms import Term
from kgraph.search.dates import DayRange, parse_edtf, spanning
from kgraph.vocab import KG, RDFS, SKOS

__all__ = ["AssertionEntry", "NameEntry", "read_entries"]

_LABELS: Final = (SKOS + "prefLabel", SKOS + "altLabel", RDFS + "label", KG + "rawText")
_NEGATIVE: Final = KG + "negative"
#: What a reader may call each way of putting a claim.
_MANNERS: Final = {
    "prediction": "predict foresee forecast will",
    "demand": "demand",
    "request": "ask request call",
    "order": "order",
    "conditional": "condition if",
    "intention": "intend intention plan aim",
    "attempt": "attempt try",
    "possibility": "possible may",
    "inability": "unable cannot",
    "ended": "former formerly once",
    "negative": "deny denied no not",
    "editorial-insertion": "editor desk insert bracket",
    "byline": "byline credit agency wrote author",
}


@dataclass(frozen=True, slots=True)
class AssertionEntry:
    """An assertion as the index sees it.

    ``quotes`` are its verbatim words, ``sentence`` the whole of what they stand in, ``names`` what its parts
    and its speakers are called. ``depth`` counts the voices between the words and the reader; ``is_link``
    is true of a claim that only ties an act of speech to its content (kg:hasContent).
    """

    iri: str
    quotes: tuple[str, ...]
    sentence: str
    names: tuple[str, ...]
    speakers: tuple[str, ...]
    article: str | None
    mode: str | None
    modality: str | None
    polarity: str | None
    days: DayRange | None
    depth: int
    is_link: bool

    @property
    def is_negative(self) -> bool:
        """Whether the claim denies its content."""
        return self.polarity == _NEGATIVE


@dataclass(frozen=True, slots=True)
class NameEntry:
    """A thing and all that it is called, the preferred label first."""

    iri: str
    labels: tuple[str, ...]


def read_entries(triples: Iterable[ox.Triple]) -> Iterator[AssertionEntry | NameEntry]:
    """The entries of a generation's graphs, taken together."""
    index = TripleIndex(triples)
    reader = _Reader(index)
    for claim in read_claims(index):
        yield reader.assertion(claim)
    for iri in index:
        if not iri.startswith("_:") and (labels := reader.labels(iri)):
            yield NameEntry(iri, labels)


class _Reader:
    def __init__(self, index: TripleIndex) -> None:
        self._index = index
        self._readings: dict[str, list[str]] = {}
        for interpretation in index.instances(KG + "DateInterpretation"):
            for subject in index.iris(interpretation, KG + "about"):
                self._readings.setdefault(subject, []).extend(self._literals(interpretation, KG + "edtf"))

    def labels(self, iri: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for name in _LABELS for text in self._literals(iri, name)))

    def _literals(self, iri: str, predicate: str) -> list[str]:
        return [t.value for t in self._index.objects(iri, predicate) if isinstance(t, ox.Literal)]

    def assertion(self, claim: Claim) -> AssertionEntry:
        index = self._index
        chain = source_chain(index, claim.source)
        spans = sorted(claim.evidence, key=lambda iri: index.whole_number(iri, KG + "beginIndex") or 0)
        parts: list[Term | None] = [claim.subject, claim.predicate, claim.object]
        names = [name for part in parts for name in self._names(part)]
        names += [name for agent in (*claim.attributed_to, *chain.agents) for name in self.labels(agent)]
        for value in (claim.mode, claim.modality, claim.polarity):
            manner = (value or "").removeprefix(KG)
            names += [_MANNERS[manner]] if manner in _MANNERS else []
        return AssertionEntry(
            iri=claim.iri,
            quotes=tuple(text for span in spans if (text := index.literal(span, KG + "exactText"))),
            sentence=index.literal(claim.sentence or "", KG + "exactText") or "",
            names=tuple(dict.fromkeys(names)),
            speakers=claim.attributed_to,
            article=index.iri(claim.sentence or "", KG + "partOfArticle"),
            mode=claim.mode,
            modality=claim.modality,
            polarity=claim.polarity,
            days=self._days(claim),
            depth=len(chain.agents),
            is_link=claim.predicate is not None and claim.predicate.value == KG + "hasContent",
        )

    def _names(self, term: Term | None) -> list[str]:
        if isinstance(term, ox.Literal):
            return [term.value]
        return list(self.labels(term.value)) if isinstance(term, ox.NamedNode) else []

    def _days(self, claim: Claim) -> DayRange | None:
        """When it holds: by its time expressions, as the text or a curator resolves them."""
        times = self._index.iris(claim.iri, KG + "temporalContext")
        times += [claim.object.value] if isinstance(claim.object, ox.NamedNode) else []
        edtf = [
            t for time in times for t in (*self._literals(time, KG + "edtf"), *self._readings.get(time, ()))
        ]
        return spanning(days for text in edtf if (days := parse_edtf(text)) is not None)

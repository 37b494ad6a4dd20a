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
from kgraph.search.inquiry import Kind
from kgraph.search.words import folded_groups, read_words
from kgraph.vocab import DCTERMS, KG, RDF_TYPE, RDFS, SKOS, XSD

__all__ = ["AssertionEntry", "NameEntry", "Part", "read_entries"]

_LABELS: Final = (SKOS + "prefLabel", SKOS + "altLabel", RDFS + "label", DCTERMS + "title")
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
    "denial": "deny",
    "refusal": "refuse will not",
    "promise": "promise",
    "plan": "plan will",
    "estimate": "estimate",
    "negative": "deny denied no not",
    "editorial-insertion": "editor desk insert add write bracket",
    "byline": "byline credit agency write wrote written author publish news source article report story",
}


#: What the things of a class are an answer to; and the predicates that say more of it than that class does.
_KINDS_OF_CLASSES: Final = {
    KG + "Actor": (Kind.WHO,),
    KG + "Location": (Kind.WHERE,),
    KG + "TimeExpression": (Kind.WHEN,),
    KG + "Artefact": (Kind.HOW,),
    KG + "Medium": (Kind.HOW, Kind.WHERE),
    KG + "Status": (Kind.SORT,),
    KG + "Eventuality": (Kind.EVENT,),
}
_KINDS_OF_PREDICATES: Final = {
    RDF_TYPE: Kind.SORT,
    KG + "purpose": Kind.WHY,
    KG + "after": Kind.OCCASION,
    KG + "coincidesWith": Kind.OCCASION,
    KG + "duration": Kind.DURATION,
    KG + "described": Kind.SORT,
}
_AMOUNT: Final = KG + "amount"
#: What something is about is no answer to who, even where it is somebody.
_CONCERNS: Final = KG + "topic"
_CAUSES: Final = KG + "cause"
_AGENT: Final = KG + "agent"
_THEME: Final = KG + "theme"
_KINDS_OF_WORDS: Final = {
    Kind.COUNT: frozenset(word for group in folded_groups("quantities.txt") for word in group),
    Kind.DURATION: frozenset("hours days weeks months years decades".split()),
    Kind.WHERE: frozenset("in at near nearby outside inside".split()),
}
#: Predicates of other vocabularies, whose names stand in no graph.
_UNNAMED: Final = {RDF_TYPE: ("is a",), SKOS + "altLabel": ("alternative label", "alias")}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a claim: what it is called, and the kinds of question that it answers."""

    names: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class AssertionEntry:
    """An assertion as the index sees it.

    ``quotes`` are its verbatim words, ``sentence`` the whole of what they stand in, ``manner`` what may be
    said of how it is put, ``speaker`` and ``relayers`` what they are called, ``epithets`` what the speaker is
    called by office, ``event`` the event that it is about, ``beside`` what other claims say of that event,
    ``restated`` how a curator says the same in other words. ``depth`` counts the voices between the words
    and the reader; ``is_link`` is true of a claim that only ties an act of speech to its content
    (kg:content).
    """

    iri: str
    quotes: tuple[str, ...]
    sentence: str
    subject: Part = Part()
    predicate: Part = Part()
    object: Part = Part()
    manner: str = ""
    speaker: tuple[str, ...] = ()
    relayers: tuple[str, ...] = ()
    epithets: tuple[str, ...] = ()
    event: str = ""
    beside: tuple[str, ...] = ()
    restated: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    article: str | None = None
    mode: str | None = None
    modality: str | None = None
    polarity: str | None = None
    days: DayRange | None = None
    depth: int = 1
    is_link: bool = False

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
    claims = list(read_claims(index))
    reader.learn(claims)
    for claim in claims:
        yield reader.assertion(claim)
    for iri in index:
        if not iri.startswith("_:") and (labels := reader.labels(iri)):
            yield NameEntry(iri, labels)


class _Reader:
    def __init__(self, index: TripleIndex) -> None:
        self._index = index
        self._readings: dict[str, list[str]] = {}
        for interpretation in index.instances(KG + "EditorialStatement"):
            for subject in index.iris(interpretation, KG + "about"):
                self._readings.setdefault(subject, []).extend(self._literals(interpretation, KG + "edtf"))
        self._epithets: dict[str, list[str]] = {}
        self._said_of: dict[str, list[Claim]] = {}

    def learn(self, claims: Iterable[Claim]) -> None:
        """What speakers are called by office ("mayor of Zubin Potok"), and what is said of each event."""
        for claim in claims:
            if isinstance(claim.subject, ox.NamedNode) and Kind.EVENT in self._kinds(claim.subject):
                self._said_of.setdefault(claim.subject.value, []).append(claim)
        for state, said in self._said_of.items():
            # an office: "mayor of Zubin Potok" is what its state's types are called, of what it is held in
            held = [claim for claim in said if claim.predicate is not None]
            holders = [c.object for c in held if c.predicate.value == _AGENT]  # type: ignore[union-attr]
            places = [c.object for c in held if c.predicate.value == _THEME]  # type: ignore[union-attr]
            words = [word for cls in self._index.iris(state, RDF_TYPE) for word in self._words_of(cls)]
            for holder in holders:
                if isinstance(holder, ox.NamedNode):
                    self._epithets.setdefault(holder.value, []).extend(
                        f"{word} {name}" for word in words for place in places for name in self._names(place)
                    )

    def _words_of(self, cls: str) -> list[str]:
        """What a type is called, and the words that evoke it."""
        return [*self.labels(cls), *self._literals(cls, KG + "evokedBy")]

    def labels(self, iri: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for name in _LABELS for text in self._literals(iri, name)))

    def _literals(self, iri: str, predicate: str) -> list[str]:
        return [t.value for t in self._index.objects(iri, predicate) if isinstance(t, ox.Literal)]

    def assertion(self, claim: Claim) -> AssertionEntry:
        index = self._index
        chain = source_chain(index, claim.source)
        manners = ((value or "").removeprefix(KG) for value in (claim.mode, claim.modality, claim.polarity))
        epithets = (name for agent in claim.attributed_to for name in self._epithets.get(agent, ()))
        speaker, relayers = (
            tuple(dict.fromkeys(name for agent in agents for name in self.labels(agent)))
            for agents in (claim.attributed_to, chain.agents[1:])
        )
        predicate = claim.predicate.value if claim.predicate is not None else ""
        event = self._event(claim)
        return AssertionEntry(
            iri=claim.iri,
            quotes=self._quoted(claim.evidence),
            sentence=index.literal(claim.sentence or "", KG + "exactText") or "",
            subject=Part(self._subject_names(claim.subject), self._subject_kinds(claim.subject, predicate)),
            predicate=Part((*self._predicate_names(predicate), *self._type_names(event))),
            object=Part(
                self._object_names(claim.object, predicate), self._object_kinds(claim.object, predicate)
            ),
            manner=" ".join(_MANNERS[manner] for manner in manners if manner in _MANNERS),
            speaker=speaker,
            relayers=relayers,
            epithets=tuple(epithets),
            event=event,
            beside=self._beside(claim, event),
            restated=(),
            speakers=claim.attributed_to,
            article=index.iri(claim.sentence or "", KG + "partOfArticle"),
            mode=claim.mode,
            modality=claim.modality,
            polarity=claim.polarity,
            days=self._days(claim),
            depth=len(chain.agents),
            is_link=predicate == KG + "content",
        )

    def _type_names(self, event: str) -> tuple[str, ...]:
        """The words of an event's types, by which people speak of it."""
        return tuple(word for cls in self._index.iris(event, RDF_TYPE) for word in self._words_of(cls))

    def _event(self, claim: Claim) -> str:
        """The event that a claim is about, or nothing."""
        subject = claim.subject.value if isinstance(claim.subject, ox.NamedNode) else ""
        return subject if subject in self._said_of else ""

    def _beside(self, claim: Claim, event: str) -> tuple[str, ...]:
        """The quotations of what else is said of the same event, each once."""
        others = (other for other in self._said_of.get(event, ()) if other.iri != claim.iri)
        return tuple(dict.fromkeys(text for other in others for text in self._quoted(other.evidence)))

    def _names(self, term: Term | None) -> tuple[str, ...]:
        if isinstance(term, ox.Literal):
            return (term.value,)
        if not isinstance(term, ox.NamedNode):
            return ()
        return self.labels(term.value) or self._quoted(self._index.iris(term.value, KG + "evidence"))

    def _subject_names(self, term: Term | None) -> tuple[str, ...]:
        """Of a claim that another is about, also who is in it."""
        names = self._names(term)
        if not isinstance(term, ox.NamedNode) or self.labels(term.value):
            return names
        ends = (end for name in ("subject", "object") for end in self._index.iris(term.value, KG + name))
        actors = (end for end in ends if Kind.WHO in self._kinds(ox.NamedNode(end)))
        return (*names, *(name for actor in actors for name in self.labels(actor)))

    def _object_names(self, term: Term | None, predicate: str) -> tuple[str, ...]:
        return self._names(term)

    def _quoted(self, spans: Iterable[str]) -> tuple[str, ...]:
        """The words of some spans, in the order of the text: what a claim is called that another is about."""
        in_order = sorted(spans, key=lambda iri: self._index.whole_number(iri, KG + "beginIndex") or 0)
        return tuple(text for span in in_order if (text := self._index.literal(span, KG + "exactText")))

    def _predicate_names(self, predicate: str) -> tuple[str, ...]:
        """What it is called, and what the properties above it are."""
        if predicate in _UNNAMED:
            return _UNNAMED[predicate]
        return tuple(dict.fromkeys(name for iri in self._upwards(predicate) for name in self.labels(iri)))

    def _upwards(self, predicate: str) -> list[str]:
        """A property and those above it (rdfs:subPropertyOf), the nearest first."""
        found = [predicate]
        for iri in found:
            found += [above for above in self._index.iris(iri, RDFS + "subPropertyOf") if above not in found]
        return found

    def _subject_kinds(self, term: Term | None, predicate: str) -> tuple[Kind, ...]:
        kinds = self._kinds_of(self._index.iris(predicate, RDFS + "domain")) or self._kinds(term)
        return (*kinds, *((Kind.CAUSE,) if predicate == _CAUSES else ()))

    def _object_kinds(self, term: Term | None, predicate: str) -> tuple[Kind, ...]:
        """By what its predicate says of it, or else by its class: a state can be a place, and can act."""
        if predicate == _AMOUNT:
            return (Kind.DISTANCE,) if self._is_distance(term) else (Kind.COUNT,)
        if (kind := _KINDS_OF_PREDICATES.get(predicate)) is not None:
            return (kind, *self._kinds_of_words(term))
        kinds = self._kinds_of(self._index.iris(predicate, RDFS + "range")) or self._kinds(term)
        if predicate == _CONCERNS:
            return tuple(kind for kind in kinds if kind is not Kind.WHO) or (Kind.WHAT,)
        if predicate == _AGENT:
            return kinds
        return tuple(Kind.WHOM if kind is Kind.WHO else kind for kind in kinds)

    def _is_distance(self, term: Term | None) -> bool:
        unit = self._index.literal(term.value, KG + "unit") if isinstance(term, ox.NamedNode) else None
        return unit in ("km", "m", "mile", "foot")

    def _kinds_of_words(self, term: Term | None) -> tuple[Kind, ...]:
        """What a literal says more than its predicate does: "larger numbers" is a quantity."""
        words = set(read_words(term.value)) if isinstance(term, ox.Literal) and term.language else set()
        return tuple(kind for kind, telling in _KINDS_OF_WORDS.items() if words & telling)

    def _kinds(self, term: Term | None) -> tuple[Kind, ...]:
        if isinstance(term, ox.Literal):
            return (Kind.COUNT,) if term.datatype.value == XSD + "integer" else (Kind.WHAT,)
        if not isinstance(term, ox.NamedNode):
            return ()
        return self._kinds_of(self._index.iris(term.value, RDF_TYPE)) or (Kind.WHAT,)

    def _kinds_of(self, classes: Iterable[str]) -> tuple[Kind, ...]:
        return tuple(dict.fromkeys(kind for iri in classes for kind in self._kinds_of_class(iri)))

    def _kinds_of_class(self, cls: str) -> tuple[Kind, ...]:
        """The kinds of the nearest classes above that have some."""
        seen, nearest = set[str](), [cls]
        while nearest:
            kinds = tuple(kind for iri in nearest for kind in _KINDS_OF_CLASSES.get(iri, ()))
            if kinds:
                return kinds
            seen |= set(nearest)
            nearest = [
                up for iri in nearest for up in self._index.iris(iri, RDFS + "subClassOf") if up not in seen
            ]
        return ()

    def _days(self, claim: Claim) -> DayRange | None:
        """When it holds: by its time expressions, as the text or a curator resolves them."""
        times = self._index.iris(claim.iri, KG + "temporalContext")
        times += [claim.object.value] if isinstance(claim.object, ox.NamedNode) else []
        edtf = [
            t for time in times for t in (*self._literals(time, KG + "edtf"), *self._readings.get(time, ()))
        ]
        return spanning(days for text in edtf if (days := parse_edtf(text)) is not None)

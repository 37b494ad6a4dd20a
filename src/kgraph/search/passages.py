"""What the text index holds: a passage for each sentence with the claims drawn from it, and all that has a
name.

Read off the graphs that a generation is made of, so the index says exactly what the generation says. A
sentence of which no claim has been drawn is a passage too. A passage is any part of an article that has
words of its own and no smaller part within it: headlines, captions and bylines count, paragraphs do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyoxigraph as ox

from kgraph.project.claims import Claim, read_claims, source_chain
from kgraph.project.index import TripleIndex
from kgraph.rdf.terms import Term
from kgraph.search.dates import DayRange, parse_edtf, spanning
from kgraph.search.roles import Kind, kinds_of_object, kinds_of_subject, phrases, role_of, upwards
from kgraph.search.words import listed, read_words
from kgraph.text import pieces_of
from kgraph.vocab import DCTERMS, DIRECT_QUOTATION, KG, RDF_TYPE, RDFS, SKOS

__all__ = [
    "DRAFTED",
    "ClaimEntry",
    "NameEntry",
    "Part",
    "PassageEntry",
    "Reader",
    "clauses",
    "labels_of",
    "named_by",
    "nearest_cue",
    "passage_from",
    "read_entries",
    "shared",
    "times_of",
]

_LABELS: Final = (
    *(SKOS + "prefLabel", SKOS + "altLabel", RDFS + "label", DCTERMS + "title"),
    KG + "evokedBy",
)
_MARKS: Final = r"[,;:()“”„\"«»‹›—–]"
_CUT: Final = re.compile(
    rf"(?<!{_MARKS}){_MARKS}++(?=\s|\w|$)" + r"|\s(?=(?:%s)\s)" % "|".join(sorted(listed("clause"))),  # noqa: UP031
    re.IGNORECASE,
)
_SHORTEST_CLAUSE: Final = 3
#: How many words may stand between a cue and the words that it attributes, if they are read in one.
_FEW: Final = 4
#: The trait of a claim that nobody has reviewed.
DRAFTED: Final = "level=drafted"
_ROLE: Final = "role="


@dataclass(frozen=True, slots=True)
class Part:
    """An end of a claim or its predicate: what it is called, and the kinds of question that it answers."""

    names: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimEntry:
    """A claim as the index sees it.

    ``spans`` are its words: where each begins and ends in the article, in code points. ``speaker`` are
    the names of its voices, without the publication where that only passes it on. ``depth`` counts the
    voices between the words and the reader. ``traits`` are what a search can be narrowed by, each as
    ``name=IRI``. ``cue`` is where the words begin and end that attribute it, if they stand in its sentence.
    """

    iri: str
    spans: tuple[tuple[int, int], ...]
    subject: Part = Part()
    predicate: Part = Part()
    object: Part = Part()
    speaker: tuple[str, ...] = ()
    depth: int = 1
    is_negative: bool = False
    traits: tuple[str, ...] = ()
    days: DayRange | None = None
    cue: tuple[int, int] | None = None

    @property
    def role(self) -> str:
        """The role of its object, as :mod:`kgraph.search.roles` names it; empty for none."""
        return next((trait[len(_ROLE) :] for trait in self.traits if trait.startswith(_ROLE)), "")

    @property
    def is_draft(self) -> bool:
        """Whether nobody has reviewed it."""
        return DRAFTED in self.traits

    @property
    def denies_without_a_word(self) -> bool:
        """Whether it is denied by how it is attributed alone ("denied that"), and not a quotation."""
        return self.is_negative and f"mode={DIRECT_QUOTATION}" not in self.traits

    @property
    def wording(self) -> str:
        """The claim as a line of labels, with the question that its object answers for the role."""
        subject, predicate, value = (
            next(iter(part.names), "") for part in (self.subject, self.predicate, self.object)
        )
        asks = f"{subject}, {phrases(self.role)[0]}:" if self.role else f"{subject} {predicate}"
        return f"{asks} {'not ' * self.is_negative}{value}".strip()


@dataclass(frozen=True, slots=True)
class PassageEntry:
    """A sentence of an article, or a part that stands for one; offsets count code points of the text."""

    iri: str
    article: str
    number: int
    begin: int
    end: int
    text: str
    language: str = "en"
    claims: tuple[ClaimEntry, ...] = field(default=())

    def words_of(self, spans: Iterable[tuple[int, int]]) -> str:
        """The words of some spans of the article that lie in it."""
        return " ".join(self.text[begin - self.begin : end - self.begin] for begin, end in spans)

    def reach(self, claim: ClaimEntry) -> list[tuple[int, int]]:
        """The words of a claim with those that attribute it, and the few between."""
        pieces = sorted(claim.spans if claim.cue is None else (claim.cue, *claim.spans))
        joined = pieces[:1]
        for begin, end in pieces[1:]:
            between = self.words_of([(joined[-1][1], begin)])
            if claim.cue is not None and len(between.split()) <= _FEW:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((begin, end))
        return joined

    def tells_of(self, teller: ClaimEntry, claim: ClaimEntry) -> bool:
        """Whether a claim tells of the saying of another, by the voice around that one's: its words have the
        cue of that one. Who denies it does not tell.
        """
        return (
            claim.cue is not None
            and teller.depth == claim.depth - 1
            and not teller.is_negative
            and shared(teller.spans, [claim.cue]) == claim.cue[1] - claim.cue[0]
        )


@dataclass(frozen=True, slots=True)
class NameEntry:
    """A thing and all that it is called, the preferred label first."""

    iri: str
    labels: tuple[str, ...]
    #: The filters (speaker, article, mode …) that it is a value of.
    filters: tuple[str, ...] = ()


def labels_of(claims: Iterable[ClaimEntry], *, voices: bool = True) -> list[str]:
    """What the ends of claims are called, and their voices."""
    return [
        *dict.fromkeys(
            name
            for claim in claims
            for names in (claim.subject.names, claim.predicate.names, claim.object.names)
            for name in (*names, *claim.speaker * voices)
        )
    ]


def named_by(claims: Iterable[ClaimEntry]) -> set[str]:
    """The words of what the ends of claims are called, and their voices."""
    return {word for label in labels_of(claims) for word in read_words(label)}


def shared(spans: Iterable[tuple[int, int]], others: Sequence[tuple[int, int]]) -> int:
    """How many characters some spans share with others."""
    return sum(
        max(0, min(end, behind) - max(begin, first)) for begin, end in spans for first, behind in others
    )


def clauses(text: str) -> list[str]:
    """The parts of a sentence that can be said alone, by its marks and conjunctions; not the whole itself."""
    parts = (part.strip() for part in _CUT.split(text))
    return [part for part in dict.fromkeys(parts) if len(part.split()) >= _SHORTEST_CLAUSE and part != text]


def nearest_cue(
    text: str, begin: int, cues: Iterable[str], spans: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    """Where some cue stands in a sentence that begins at an offset: next to a claim's words, sooner before
    them than behind."""
    if not spans:
        return None
    first, last = spans[0][0], spans[-1][1]
    found = []
    for cue in filter(str.strip, cues):
        pieces = (r"\s+".join(map(re.escape, piece.split())) for piece in pieces_of(cue))
        for match in re.finditer(".*?".join(pieces), text):
            before, behind = begin + match.start(), begin + match.end()
            if behind <= first or before >= last:
                found.append((max(first - behind, before - last), before >= last, (before, behind)))
    return min(found)[2] if found else None


def passage_from(fields: Mapping[str, Any]) -> PassageEntry:
    """A passage from what JSON has made of it."""
    return PassageEntry(**{**fields, "claims": tuple(map(_claim_from, fields["claims"]))})


def _claim_from(fields: Mapping[str, Any]) -> ClaimEntry:
    read: dict[str, Any] = dict(fields)
    read |= {name: _frozen(value) for name, value in fields.items() if type(value) is list}
    for name in ("subject", "predicate", "object"):
        read[name] = Part(tuple(fields[name]["names"]), tuple(map(Kind, fields[name]["kinds"])))
    read["days"] = DayRange(**fields["days"]) if fields["days"] else None
    return ClaimEntry(**read)


def _frozen(values: list[Any]) -> tuple[Any, ...]:
    """Lists as tuples, however deep."""
    return tuple(_frozen(value) if type(value) is list else value for value in values)


def read_entries(triples: Iterable[ox.Triple]) -> Iterator[PassageEntry | NameEntry]:
    """The entries of a generation's graphs, taken together: passages in the order of the texts, then
    names."""
    index = TripleIndex(triples)
    reader = Reader(index)
    yield from reader.passages([*read_claims(index), *read_claims(index, drafted=True)])
    yield from reader.names()


def times_of(index: TripleIndex, claim: Claim) -> list[str]:
    """The names of what can say when a claim holds: its times, and its object where that is one."""
    times = index.iris(claim.iri, KG + "temporalContext")
    if isinstance(claim.object, ox.NamedNode) and Kind.WHEN in kinds_of_subject(index, claim.object):
        times = [*times, claim.object.value]
    return times


class Reader:
    """Reads the entries of an index of triples. ``uses`` are the filters that a thing is a value of, as far
    as passages were read.
    """

    def __init__(self, index: TripleIndex) -> None:
        self.index = index
        self.uses: dict[str, set[str]] = {}
        self._readings: dict[str, list[str]] = {}
        self._known: dict[str, tuple[str, ...]] = {}
        for statement in index.instances(KG + "EditorialStatement"):
            for about in index.iris(statement, KG + "about"):
                self._readings.setdefault(about, []).extend(self.index.literals(statement, KG + "edtf"))

    def passages(self, claims: list[Claim]) -> Iterator[PassageEntry]:
        """The passages with the claims drawn from each, in the order of the texts."""
        drawn: dict[str, list[ClaimEntry]] = {}
        for claim in claims:
            drawn.setdefault(claim.sentence or claim.iri, []).append(self._claim(claim))
        places = sorted(place for iri in self.index if (place := self._place(iri)) is not None)
        for (article, begin, behind, iri), following in zip(places, [*places[1:], None], strict=False):
            holds_another = following is not None and following[0] == article and following[2] >= behind
            if holds_another and iri not in drawn:
                continue
            language = (self.index.literal(article, DCTERMS + "language") or "en").partition("-")[0].lower()
            yield PassageEntry(
                iri,
                article,
                self.index.whole_number(iri, KG + "sentenceNumber") or 0,
                begin,
                -behind,
                self.index.literal(iri, KG + "exactText") or "",
                language,
                tuple(drawn.get(iri, ())),
            )

    def _place(self, iri: str) -> tuple[str, int, int, str] | None:
        """Article, begin and negative end of a part of a text that has words; None of anything else."""
        index = self.index
        article, span = index.iri(iri, KG + "partOfArticle"), index.span(iri)
        if article is None or span is None or not index.literal(iri, KG + "exactText"):
            return None
        if KG + "EvidenceSpan" in index.iris(iri, RDF_TYPE):
            return None
        return article, span.start, -span.end, iri

    def names(self) -> Iterator[NameEntry]:
        """All that has a name."""
        index = self.index
        for name in ("mode", "modality", "polarity"):
            for cls in index.iris(KG + name, RDFS + "range"):
                for member in index.instances(cls):
                    self.uses.setdefault(member, set()).add(name)
        for iri in index:
            if not iri.startswith("_:") and (labels := self.labels(iri)):
                yield NameEntry(iri, labels, tuple(sorted(self.uses.get(iri, ()))))

    def labels(self, iri: str) -> tuple[str, ...]:
        """What a thing is called, the preferred label first."""
        if iri not in self._known:
            texts = (text for name in _LABELS for text in self.index.literals(iri, name))
            self._known[iri] = tuple(dict.fromkeys(texts))
        return self._known[iri]

    def _claim(self, claim: Claim) -> ClaimEntry:
        index = self.index
        predicate = claim.predicate.value if claim.predicate is not None else ""
        chain = source_chain(index, claim.source)
        voices = claim.attributed_to or chain.agents[:1]
        voiced = chain.agents[:-1] or chain.agents
        values = [("mode", claim.mode), ("modality", claim.modality), ("polarity", claim.polarity)]
        values += [("speaker", voice) for voice in voices]
        values.append(("article", index.iri(claim.sentence or "", KG + "partOfArticle")))
        for name, iri in values:
            if iri is not None:
                self.uses.setdefault(iri, set()).add(name)
        found = sorted(span for iri in claim.evidence if (span := index.span(iri)) is not None)
        spans = tuple((span.start, span.end) for span in found)
        return ClaimEntry(
            iri=claim.iri,
            spans=spans,
            subject=Part(self._called(claim.subject), kinds_of_subject(index, claim.subject)),
            predicate=Part(
                tuple(name for iri in upwards(index, predicate) for name in self.labels(iri))
                or ((predicate.rpartition("#")[2],) if predicate else ())
            ),
            object=Part(self._called(claim.object), kinds_of_object(index, claim.object, predicate)),
            speaker=tuple(dict.fromkeys(name for agent in voiced for name in self.labels(agent))),
            depth=max(1, len(chain.agents)),
            is_negative=claim.polarity == KG + "negative",
            traits=(
                *(f"{name}={iri}" for name, iri in values if iri is not None),
                *((_ROLE + role,) if (role := role_of(index, predicate)) else ()),
                *((DRAFTED,) if KG + "DraftedAssertion" in index.iris(claim.iri, RDF_TYPE) else ()),
            ),
            days=self._days(claim),
            cue=self._cue(claim, spans),
        )

    def _cue(self, claim: Claim, spans: tuple[tuple[int, int], ...]) -> tuple[int, int] | None:
        """The words of its sentence that attribute a claim: of several, those next to its own."""
        sentence = claim.sentence or ""
        text = self.index.literal(sentence, KG + "exactText")
        begin = self.index.whole_number(sentence, KG + "beginIndex")
        if text is None or begin is None or claim.source is None:
            return None
        return nearest_cue(text, begin, self.index.literals(claim.source, KG + "cue"), spans)

    def _called(self, term: Term | None) -> tuple[str, ...]:
        """What an end of a claim is called; a claim that another is about, by its words."""
        if isinstance(term, ox.Literal):
            return (term.value,)
        if not isinstance(term, ox.NamedNode):
            return ()
        if labels := self.labels(term.value):
            return labels
        quoted = self.index.iris(term.value, KG + "evidence")
        return tuple(text for span in quoted if (text := self.index.literal(span, KG + "exactText")))

    def _days(self, claim: Claim) -> DayRange | None:
        """When it holds: by its time expressions, as the text or a curator resolves them."""
        edtf = [
            text
            for time in times_of(self.index, claim)
            for text in (*self.index.literals(time, KG + "edtf"), *self._readings.get(time, ()))
        ]
        return spanning(days for text in edtf if (days := parse_edtf(text)) is not None)

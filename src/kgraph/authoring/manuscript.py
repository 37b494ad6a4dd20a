"""The text that claims are about, with what is found in it: parts, sentences, quotations, words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from kgraph.authoring.entries import Entry
from kgraph.authoring.layout import Layout, lay_out
from kgraph.authoring.words import Lost, find_words
from kgraph.rdf.terms import Term
from kgraph.text import Span, quoted_spans
from kgraph.vocab import DCTERMS, KG, RDF_TYPE, XSD

__all__ = ["Fault", "Manuscript", "count", "kg", "typed"]

_COUNT: Final = ox.NamedNode(XSD + "nonNegativeInteger")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with what is written of a subject."""

    code: str
    subject: str
    predicate: str
    message: str
    hint: str


def kg(subject: ox.NamedNode, name: str, value: Term) -> ox.Triple:
    """A triple with a property of kgraph's."""
    return ox.Triple(subject, ox.NamedNode(KG + name), value)


def typed(node: ox.NamedNode, cls: str) -> ox.Triple:
    """That something is of a class of kgraph's."""
    return ox.Triple(node, ox.NamedNode(RDF_TYPE), ox.NamedNode(KG + cls))


def count(value: int) -> ox.Literal:
    """A number of things, or an offset."""
    return ox.Literal(str(value), datatype=_COUNT)


@dataclass(slots=True)
class Manuscript:
    """One article's text and what is written of it.

    ``sentences`` are the IRIs of the layout's sentences; ``faults`` collect what is wrong. ``laid_out`` is
    false where the files give the sentences themselves, with their offsets.
    """

    article: Entry
    text: str
    entries: Mapping[str, Entry]
    quotations: list[Span] = field(init=False)
    layout: Layout = field(init=False)
    sentences: list[str] = field(init=False)
    laid_out: bool = field(init=False)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.quotations = quoted_spans(self.text)
        self.layout = Layout({}, (), ())
        given = self._given_sentences()
        self.laid_out = not given
        if given:
            self.layout = Layout({}, (), tuple(span for span, _ in given))
            self.sentences = [iri for _, iri in given]
            return
        parts: dict[str, Span] = {}
        marked: list[Span] = []
        for entry in self.entries.values():
            if entry.terms("partKind") or (entry.is_a("Sentence") and entry.is_short):
                for spans in self.find(entry):
                    hull = Span(spans[0].start, spans[-1].end)
                    if entry.terms("partKind"):
                        parts[entry.subject.value] = hull
                    else:
                        marked.append(hull)
        self.layout = lay_out(self.text, parts, marked, language=self.language)
        number = len(self.layout.sentences)
        self.sentences = [self.name(f"s{n:0{max(2, len(str(number)))}}").value for n in range(1, number + 1)]

    def _given_sentences(self) -> list[tuple[Span, str]]:
        """Sentences in the full form: those of another tool's file, or of an earlier version."""
        found = []
        for entry in self.entries.values():
            if entry.is_a("Sentence") and entry.literals("beginIndex") and entry.literals("endIndex"):
                offsets = (entry.literals("beginIndex")[0], entry.literals("endIndex")[0])
                if all(offset.isascii() and offset.isdecimal() for offset in offsets):
                    found.append((Span(int(offsets[0]), int(offsets[1])), entry.subject.value))
        return sorted(found)

    @property
    def language(self) -> str:
        """The text's language, as a BCP 47 tag; English where the article names none."""
        said = self.article.said.get(DCTERMS + "language", ())
        return next((term.value for term in said if isinstance(term, ox.Literal)), "en")

    @property
    def narrator(self) -> ox.NamedNode:
        """The source that the publication itself is."""
        return self.name("narrator")

    def name(self, local: str) -> ox.NamedNode:
        """The IRI of something in the article."""
        return ox.NamedNode(f"{self.article.subject.value}/{local}")

    def fault(self, code: str, entry: Entry, name: str, message: str, hint: str) -> None:
        """Note what is wrong with a kg: property of an entry."""
        self.faults.append(Fault(code, entry.subject.value, KG + name, message, hint))

    def find(self, entry: Entry) -> Iterator[tuple[Span, ...]]:
        """The places of each of an entry's words; a fault for those that have none."""
        words = entry.literals("words")
        if not words:
            hint = "Quote them from the text with kg:words."
            self.fault("no-words", entry, "claims", "No words are given.", hint)
        for quoted in words:
            spans = find_words(quoted, self.text, self.layout.sentences or (Span(0, len(self.text)),))
            if isinstance(spans, Lost):
                self.fault("words", entry, "words", spans.message, spans.hint)
            else:
                yield spans

    def home(self, span: Span) -> Entry | ox.NamedNode | None:
        """Where words begin: a part that is written of, or a sentence by its name."""
        home = self.layout.home(span.start)
        if isinstance(home, int):
            return ox.NamedNode(self.sentences[home])
        return None if home is None else self.entries[home]

    def span(self, node: ox.NamedNode, cls: str, span: Span) -> Iterator[ox.Triple]:
        """A stretch of the text in the full form."""
        yield typed(node, cls)
        yield kg(node, "partOfArticle", self.article.subject)
        yield kg(node, "beginIndex", count(span.start))
        yield kg(node, "endIndex", count(span.end))
        yield kg(node, "exactText", ox.Literal(span.of(self.text)))

    def evidence(self, node: ox.NamedNode, spans: Iterable[Span]) -> Iterator[ox.Triple]:
        """That something is carried by stretches of the text."""
        for span in spans:
            evidence = ox.NamedNode(f"{self.article.subject.value}#char={span.start},{span.end}")
            yield kg(node, "evidence", evidence)
            yield from self.span(evidence, "EvidenceSpan", span)

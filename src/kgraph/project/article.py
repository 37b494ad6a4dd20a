"""Articles as described in a project's data: their text file, sentences and evidence spans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kgraph.project.index import TripleIndex
from kgraph.text import Span
from kgraph.vocab import KG

__all__ = ["Article", "Evidence", "Sentence", "read_articles"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or another part of the text, with the span and the words that the data give it.

    ``part`` says which part of the layout it is, by the local name of a concept of kg:partKinds; a sentence
    has none.
    """

    iri: str
    number: int | None
    span: Span | None
    text: str | None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """An evidence span with the words that the data give it."""

    iri: str
    span: Span | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Article:
    """An article: where its text is, and what the data say of it. ``parts`` are its paragraphs and what is
    laid out beside them.
    """

    iri: str
    text_file: str | None
    sha256: str | None
    sentences: tuple[Sentence, ...]
    parts: tuple[Sentence, ...]
    evidence: tuple[Evidence, ...]

    @property
    def slug(self) -> str:
        """The last part of its IRI."""
        return self.iri.rsplit("/", 1)[-1]


def read_articles(index: TripleIndex) -> Iterator[Article]:
    """Every kg:Article with its sentences in order, its other parts and its evidence spans."""
    sentences: dict[str, list[Sentence]] = {}
    parts: dict[str, list[Sentence]] = {}
    evidence: dict[str, list[Evidence]] = {}
    for iri in index.instances(KG + "Sentence"):
        number = index.whole_number(iri, KG + "sentenceNumber")
        text = index.literal(iri, KG + "exactText")
        sentence = Sentence(iri, number, index.span(iri), text)
        sentences.setdefault(index.iri(iri, KG + "partOfArticle") or "", []).append(sentence)
    for iri in index.instances(KG + "TextPart"):
        kind = (index.iri(iri, KG + "partKind") or "").removeprefix(KG)
        part = Sentence(iri, None, index.span(iri), index.literal(iri, KG + "exactText"), part=kind)
        parts.setdefault(index.iri(iri, KG + "partOfArticle") or "", []).append(part)
    for iri in index.instances(KG + "EvidenceSpan"):
        span = Evidence(iri, index.span(iri), index.literal(iri, KG + "exactText"))
        evidence.setdefault(index.iri(iri, KG + "partOfArticle") or "", []).append(span)

    def in_order(found: list[Sentence]) -> tuple[Sentence, ...]:
        return tuple(sorted(found, key=lambda part: part.span or Span(0, 0)))

    for iri in index.instances(KG + "Article"):
        yield Article(
            iri,
            index.literal(iri, KG + "textFile"),
            index.literal(iri, KG + "sha256"),
            in_order(sentences.get(iri, [])),
            in_order(parts.get(iri, [])),
            tuple(evidence.get(iri, ())),
        )

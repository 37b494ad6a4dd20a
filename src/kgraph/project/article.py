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
    """A sentence (or the byline) with the span and the words that the data give it."""

    iri: str
    number: int | None
    span: Span | None
    text: str | None
    is_byline: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """An evidence span with the words that the data give it."""

    iri: str
    span: Span | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Article:
    """An article: where its text is, and what the data say of it."""

    iri: str
    text_file: str | None
    sha256: str | None
    sentences: tuple[Sentence, ...]
    evidence: tuple[Evidence, ...]


def _span(index: TripleIndex, iri: str) -> Span | None:
    start = index.whole_number(iri, KG + "beginIndex")
    end = index.whole_number(iri, KG + "endIndex")
    return None if start is None or end is None else Span(start, end)


def read_articles(index: TripleIndex) -> Iterator[Article]:
    """Every kg:Article with its sentences in order and its evidence spans."""
    parts: dict[str, tuple[list[Sentence], list[Evidence]]] = {}
    for cls in ("Sentence", "Byline"):
        for iri in index.instances(KG + cls):
            sentence = Sentence(
                iri,
                index.whole_number(iri, KG + "sentenceNumber"),
                _span(index, iri),
                index.literal(iri, KG + "exactText"),
                is_byline=cls == "Byline",
            )
            parts.setdefault(index.iri(iri, KG + "partOfArticle") or "", ([], []))[0].append(sentence)
    for iri in index.instances(KG + "EvidenceSpan"):
        evidence = Evidence(iri, _span(index, iri), index.literal(iri, KG + "exactText"))
        parts.setdefault(index.iri(iri, KG + "partOfArticle") or "", ([], []))[1].append(evidence)
    for iri in index.instances(KG + "Article"):
        sentences, spans = parts.get(iri, ([], []))
        yield Article(
            iri,
            index.literal(iri, KG + "textFile"),
            index.literal(iri, KG + "sha256"),
            tuple(sorted(sentences, key=lambda sentence: sentence.span or Span(0, 0))),
            tuple(spans),
        )

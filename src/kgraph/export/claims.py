"""The claims of a generation as values: what is claimed, whose it is, and the words, with their triples.

They are read from the graphs that the project's files fill, as the files have them; what a build derives
(types, conclusions) is not among their triples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from kgraph.export.source import Source
from kgraph.store.spelling import restore
from kgraph.vocab import DCTERMS, KG, RDF_TYPE, RDFS, SKOS, is_derived

__all__ = ["Article", "Claim", "Claims", "Says", "Span"]

_NAMES: Final = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", KG + "rawText")
_Node = ox.NamedNode | ox.BlankNode


@dataclass(frozen=True, slots=True)
class Span:
    """Words of an article; offsets count code points, the end excluded."""

    iri: str
    exact: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """An article. ``issued`` is its own day or year (EDTF), empty where that is not known."""

    iri: str
    title: str
    publisher: str
    publisher_name: str
    language: str
    sha256: str
    issued: str
    licence: str
    rights: str
    text_file: str

    @property
    def slug(self) -> str:
        """The last part of its IRI."""
        return self.iri.rstrip("/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim. ``triples`` are its own, ``around`` those of its spans, ``content`` what is claimed."""

    iri: str
    content: ox.Triple
    mode: str
    polarity: str
    modality: str
    speakers: tuple[str, ...]
    relayers: tuple[str, ...]
    article: Article | None
    sentence: Span | None
    number: int | None
    spans: tuple[Span, ...]
    annotators: tuple[str, ...]
    annotated_on: str
    is_stated: bool
    triples: tuple[ox.Triple, ...]
    around: tuple[ox.Triple, ...]

    @property
    def is_negative(self) -> bool:
        """Whether the speaker says that it is not so."""
        return self.polarity == KG + "negative"


class Claims:
    """Reads the claims of a source, one after the other."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._articles: dict[str, Article | None] = {}
        self._labels: dict[str, str] = {}

    @cached_property
    def _files(self) -> frozenset[ox.NamedNode]:
        """The graphs that files fill."""
        names = self.source.names
        return frozenset(
            ox.NamedNode(iri)
            for iri in self.source.generation.manifest.graphs
            if not is_derived(iri.removeprefix(names.graphs))
        )

    def triples(self, node: _Node) -> list[ox.Triple]:
        """What the files say of a node, as they were written, in a fixed order."""
        store = self.source.store
        quads = [q for q in store.quads_for_pattern(node, None, None, None) if q.graph_name in self._files]
        return sorted({quad.triple for quad in restore(store, iter(quads))}, key=str)

    def __iter__(self) -> Iterator[Claim]:
        graph = ox.NamedNode(self.source.names.graph("assertions"))
        kind = ox.NamedNode(KG + "Assertion")
        found = self.source.store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), kind, graph)
        iris = sorted(quad.subject.value for quad in found if isinstance(quad.subject, ox.NamedNode))
        for iri in iris:
            claim = self._claim(iri)
            if claim is not None:
                yield claim

    def _claim(self, iri: str) -> Claim | None:
        own = self.triples(ox.NamedNode(iri))
        says = Says(own)
        subject, predicate = says.first(KG + "subject"), says.first(KG + "predicate")
        value = says.first(KG + "object") or says.first(KG + "value")
        if not isinstance(subject, _Node) or not isinstance(predicate, ox.NamedNode) or value is None:
            return None
        spans = [self._span(node) for node in says.nodes(KG + "evidence")]
        sentence_node = says.first(KG + "inSentence")
        sentence = self._span(sentence_node) if isinstance(sentence_node, ox.NamedNode) else None
        around = [triple for node in says.nodes(KG + "evidence") for triple in self.triples(node)]
        about = Says(self.triples(sentence_node)) if isinstance(sentence_node, ox.NamedNode) else Says(())
        article = about.iri(KG + "partOfArticle")
        return Claim(
            iri=iri,
            content=ox.Triple(subject, predicate, value),
            mode=says.iri(KG + "mode"),
            polarity=says.iri(KG + "polarity"),
            modality=says.iri(KG + "modality"),
            speakers=says.iris(KG + "attributedTo"),
            relayers=says.iris(KG + "relayedBy"),
            article=self.article(article) if article else None,
            sentence=sentence,
            number=_number(about.text(KG + "sentenceNumber")),
            spans=tuple(sorted((s for s in spans if s is not None), key=lambda span: (span.begin, span.end))),
            annotators=says.iris(KG + "annotator"),
            annotated_on=says.text(KG + "annotatedOn"),
            is_stated=self._is_stated(iri),
            triples=tuple(own),
            around=tuple(dict.fromkeys(around)),
        )

    def _is_stated(self, iri: str) -> bool:
        kind = ox.NamedNode(KG + "StatedAssertion")
        quads = self.source.store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(RDF_TYPE), kind, None)
        return next(iter(quads), None) is not None

    def _span(self, node: ox.NamedNode) -> Span | None:
        says = Says(self.triples(node))
        begin, end = _number(says.text(KG + "beginIndex")), _number(says.text(KG + "endIndex"))
        if begin is None or end is None:
            return None
        return Span(node.value, says.text(KG + "exactText"), begin, end)

    def article(self, iri: str) -> Article | None:
        """An article by its IRI."""
        if iri not in self._articles:
            says = Says(self.triples(ox.NamedNode(iri)))
            publisher = says.iri(DCTERMS + "publisher")
            self._articles[iri] = Article(
                iri=iri,
                title=says.text(DCTERMS + "title"),
                publisher=publisher,
                publisher_name=self.label(publisher) if publisher else "",
                language=says.text(DCTERMS + "language"),
                sha256=says.text(KG + "sha256"),
                issued=says.text(DCTERMS + "issued"),
                licence=says.iri(DCTERMS + "license"),
                rights=says.text(DCTERMS + "rights"),
                text_file=says.text(KG + "textFile"),
            )
        return self._articles[iri]

    def articles(self) -> list[Article]:
        """All articles, by IRI."""
        kind = ox.NamedNode(KG + "Article")
        graph = ox.NamedNode(self.source.names.graph("document"))
        found = self.source.store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), kind, graph)
        iris = sorted(quad.subject.value for quad in found if isinstance(quad.subject, ox.NamedNode))
        return [article for iri in iris if (article := self.article(iri)) is not None]

    def label(self, iri: str) -> str:
        """What a thing is called, in English where there is a choice; else the end of its IRI."""
        if iri not in self._labels:
            says = Says(self.triples(ox.NamedNode(iri)))
            names = [name for predicate in _NAMES for name in says.literals(predicate)]
            names.sort(key=lambda name: (name.language or "") not in ("en", ""))
            last = iri.rstrip("/#").replace("#", "/").rpartition("/")[2]
            self._labels[iri] = names[0].value if names else last
        return self._labels[iri]

    def words(self, claim: Claim) -> str:
        """A claim as a line: its parts by name, with a *not* where it is denied."""
        subject, value = (
            self.label(term.value) if isinstance(term, ox.NamedNode) else str(getattr(term, "value", term))
            for term in (claim.content.subject, claim.content.object)
        )
        no = "not: " if claim.is_negative else ""
        return f"{subject} · {no}{self.label(claim.content.predicate.value)} · {value}"


class Says:
    """What some triples of one subject say, by predicate."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._said: dict[str, list[object]] = {}
        for triple in triples:
            self._said.setdefault(triple.predicate.value, []).append(triple.object)

    def first(self, predicate: str) -> ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None:
        """The first object of a predicate; None where there is none."""
        return next(iter(self._said.get(predicate, ())), None)  # type: ignore[return-value]

    def nodes(self, predicate: str) -> list[ox.NamedNode]:
        """The things that are objects of a predicate."""
        return [term for term in self._said.get(predicate, ()) if isinstance(term, ox.NamedNode)]

    def iris(self, predicate: str) -> tuple[str, ...]:
        """Their IRIs."""
        return tuple(node.value for node in self.nodes(predicate))

    def iri(self, predicate: str) -> str:
        """The first IRI; empty where there is none."""
        return next(iter(self.iris(predicate)), "")

    def literals(self, predicate: str) -> list[ox.Literal]:
        """The values of a predicate."""
        return [term for term in self._said.get(predicate, ()) if isinstance(term, ox.Literal)]

    def text(self, predicate: str) -> str:
        """The first value, as it is written; empty where there is none."""
        return next((literal.value for literal in self.literals(predicate)), "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None

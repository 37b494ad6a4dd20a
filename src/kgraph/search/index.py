"""The text index of a generation: a folder of tantivy's, written once and then only read.

A document's texts are indexed as the words of :mod:`kgraph.search.words`, so that tantivy's own query
language never comes into play: questions are built from words, term by term.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import tantivy

from kgraph.errors import StoreError
from kgraph.search.entries import AssertionEntry, NameEntry
from kgraph.search.words import joined_words, lemmas, read_words

__all__ = ["FILTERS", "Document", "IndexReader", "write_index"]

#: Fields that a search can be narrowed by; each holds IRIs.
FILTERS: Final = ("speaker", "article", "mode", "modality", "polarity")
_HEAP_BYTES: Final = 15_000_000
_BIG: Final = 20_000
_BIG_HEAP_BYTES: Final = 200_000_000


class Kind(StrEnum):
    """What a document stands for."""

    ASSERTION = "assertion"
    NAME = "name"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("iri", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("kind", "label", *FILTERS):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("quote", "names", "sentence"):
        builder.add_text_field(name, stored=True, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("stems", tokenizer_name="stems", index_option="freq")
    for name in ("first", "last"):
        builder.add_integer_field(name, indexed=True)
    for name in ("depth", "link", "negative"):
        builder.add_integer_field(name, stored=True)
    return builder.build()


def _open(path: Path, schema: tantivy.Schema, *, reuse: bool) -> tantivy.Index:
    index = tantivy.Index(schema, path=str(path), reuse=reuse)
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    index.register_tokenizer("whitespace", words.build())
    stems = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    index.register_tokenizer("stems", stems.filter(tantivy.Filter.stemmer("english")).build())
    return index


def write_index(path: Path, entries: Iterable[AssertionEntry | NameEntry]) -> None:
    """Write a new index into a new folder."""
    path.mkdir(parents=True)
    known = list(entries)
    # One thread keeps the documents in their order; a big index is worth two.
    big = len(known) > _BIG
    writer = _open(path, _schema(), reuse=False).writer(
        _BIG_HEAP_BYTES if big else _HEAP_BYTES, 2 if big else 1
    )
    for entry in known:
        document = tantivy.Document()
        if isinstance(entry, NameEntry):
            _fill_name(document, entry)
        else:
            _fill_assertion(document, entry)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def _fill_name(document: tantivy.Document, entry: NameEntry) -> None:
    document.add_text("kind", Kind.NAME)
    document.add_text("iri", entry.iri)
    stems: set[str] = set()
    for label in entry.labels:
        for words in _renditions([label]):
            document.add_text("label", " ".join(words))
            document.add_text("names", " ".join(words))
            stems.update(words)
    document.add_text("stems", " ".join(lemmas(stems)))


def _fill_assertion(document: tantivy.Document, entry: AssertionEntry) -> None:
    document.add_text("kind", Kind.ASSERTION)
    document.add_text("iri", entry.iri)
    stems: set[str] = set()
    for name, texts in (
        ("quote", [" ".join(entry.quotes)]),
        ("sentence", [entry.sentence]),
        ("names", entry.names),
    ):
        for words in _renditions(texts):
            document.add_text(name, " ".join(words))
            stems.update(words)
    document.add_text("stems", " ".join(lemmas(stems)))
    for speaker in entry.speakers:
        document.add_text("speaker", speaker)
    for name in FILTERS[1:]:
        if (iri := getattr(entry, name)) is not None:
            document.add_text(name, iri)
    if entry.days is not None:
        document.add_integer("first", entry.days.first)
        document.add_integer("last", entry.days.last)
    document.add_integer("depth", entry.depth)
    document.add_integer("link", int(entry.is_link))
    document.add_integer("negative", int(entry.is_negative))


def _renditions(texts: Iterable[str]) -> Iterable[list[str]]:
    """The words of each text; a text with hyphens once more with every hyphen closed."""
    for text in texts:
        yield read_words(text)
        if "-" in text and (joined := joined_words(text)) is not None:
            yield joined


@dataclass(frozen=True, slots=True)
class Document:
    """What a search reads of a document in order to rank it."""

    iri: str
    quote: tuple[str, ...]
    sentence: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    depth: int
    is_link: bool
    is_negative: bool
    renditions: tuple[str, ...] = field(default=())


class IndexReader:
    """An index as opened for reading. Safe to share between threads; nothing here ever writes."""

    def __init__(self, path: Path) -> None:
        self.schema = _schema()
        try:
            index = _open(path, self.schema, reuse=True)
            index.config_reader("manual", 1)
            self._searcher = index.searcher()
        except (OSError, ValueError) as error:
            raise StoreError(
                f"The text index of this generation cannot be opened: {error}.", hint="Build it again."
            ) from error

    @property
    def size(self) -> int:
        """How many documents there are."""
        return int(self._searcher.num_docs)

    def frequency(self, field_name: str, word: str) -> int:
        """In how many documents a field has a word."""
        return int(self._searcher.doc_freq(field_name, word))

    def find(self, query: tantivy.Query, limit: int) -> list[Any]:
        """The addresses of the best documents, the best first."""
        return [address for _, address in self._searcher.search(query, limit, count=False).hits]

    def iri(self, address: Any) -> str:
        """The thing that a document stands for."""
        return str(self._searcher.doc(address).get_first("iri"))

    def read(self, address: Any) -> Document:
        """What is stored of a document."""
        stored = self._searcher.doc(address)
        quotes, sentences = stored.get_all("quote"), stored.get_all("sentence")
        return Document(
            iri=str(stored.get_first("iri")),
            quote=tuple(quotes[0].split()) if quotes else (),
            sentence=tuple(sentences[0].split()) if sentences else (),
            names=tuple(tuple(name.split()) for name in stored.get_all("names")),
            depth=int(stored.get_first("depth") or 0),
            is_link=bool(stored.get_first("link")),
            is_negative=bool(stored.get_first("negative")),
            renditions=(*quotes[1:], *sentences[1:]),
        )

"""The text index of a generation: a folder of tantivy's, written once and then only read.

A document's texts are indexed as the words of :mod:`kgraph.search.words`, so that tantivy's own query
language never comes into play: questions are built from words, term by term.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import tantivy

from kgraph.errors import StoreError
from kgraph.search.entries import AssertionEntry, NameEntry
from kgraph.search.inquiry import Kind
from kgraph.search.words import close_hyphens, fold_words, stems

__all__ = ["FILTERS", "Aspect", "Document", "Entry", "IndexReader", "write_index"]

#: Fields that a search can be narrowed by; each holds IRIs.
FILTERS: Final = ("speaker", "article", "mode", "modality", "polarity")
_HEAP_BYTES: Final = 15_000_000
_BIG: Final = 20_000
_BIG_HEAP_BYTES: Final = 200_000_000


class Entry(StrEnum):
    """What a document stands for."""

    ASSERTION = "assertion"
    NAME = "name"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_bytes_field("record", stored=True)
    builder.add_text_field("label", tokenizer_name="raw", index_option="basic")
    for name in ("quote", "names", "sentence"):
        builder.add_text_field(name, stored=True, tokenizer_name="whitespace", index_option="position")
    for name in ("epithet", "beside", "restated"):
        builder.add_text_field(name, stored=True, tokenizer_name="whitespace", index_option="basic")
    for name in ("stems", "traits"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for name in ("first", "last"):
        builder.add_integer_field(name, indexed=True)
    return builder.build()


def _open(path: Path, schema: tantivy.Schema, *, reuse: bool) -> tantivy.Index:
    index = tantivy.Index(schema, path=str(path), reuse=reuse)
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    index.register_tokenizer("whitespace", words.build())
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
        fill = _name_document if isinstance(entry, NameEntry) else _assertion_document
        writer.add_document(fill(entry))  # type: ignore[arg-type]
    writer.commit()
    writer.wait_merging_threads()


def _name_document(entry: NameEntry) -> tantivy.Document:
    document = tantivy.Document()
    texts = [text for label in entry.labels for text in _renditions(label)]
    for text in texts:
        document.add_text("label", text)
        document.add_text("names", text)
    document.add_text("stems", _stems(texts))
    document.add_text("traits", _trait("kind", Entry.NAME))
    document.add_bytes("record", _record(entry.iri, "100", "", ()))
    return document


def _assertion_document(entry: AssertionEntry) -> tantivy.Document:
    # Everything here is done once for every claim of a dataset, so it is written for speed.
    document = tantivy.Document()
    add = document.add_text
    quotes = entry.quotes
    quoted = _renditions(quotes[0] if len(quotes) == 1 else " ".join(quotes))
    texts = _renditions(entry.sentence)
    for rendition in quoted:
        add("quote", rendition)
    for rendition in texts:
        add("sentence", rendition)
    if not (quoted and texts and quoted[0] in texts[0]):
        texts += quoted  # or else the sentence has the words already
    parts = []
    for names, kinds in (
        (entry.subject.names, entry.subject.kinds),
        (entry.predicate.names, ()),
        (entry.object.names, entry.object.kinds),
        ((entry.manner,), ()),
        (entry.speaker, ()),
        (entry.relayers, ()),
    ):
        before = len(texts)
        for name in names:
            texts += _renditions(name)
        for rendition in texts[before:]:
            add("names", rendition)
        parts.append(f"{len(texts) - before}:{','.join(kinds)}")
    for name, others in (("epithet", entry.epithets), ("restated", entry.restated)):
        for text in filter(None, map(fold_words, others)):
            add(name, text)
            texts.append(text)
    add("stems", _stems(texts))
    if entry.beside:
        add("beside", " ".join(set(fold_words(" ".join(entry.beside)).split())))
    add("traits", _traits(entry))
    marks = f"{entry.depth}{int(entry.is_link)}{int(entry.is_negative)}"
    document.add_bytes("record", _record(entry.iri, marks, entry.event, parts))
    if entry.days is not None:
        document.add_integer("first", entry.days.first)
        document.add_integer("last", entry.days.last)
    return document


def _renditions(text: str) -> list[str]:
    """A text's words, folded; where it has hyphens, once more with every hyphen closed."""
    words = fold_words(text)
    if not words:
        return []
    joined = close_hyphens(text)
    return [words] if joined is None else [words, joined]


def _stems(texts: Iterable[str]) -> str:
    return " ".join(stems(set(" ".join(texts).split())))


def _traits(entry: AssertionEntry) -> str:
    """What a search can be narrowed by, as words of one field."""
    traits = [_IS_ASSERTION]
    traits += [f"speaker={iri}" for iri in entry.speakers]
    for name in FILTERS[1:]:
        if (iri := getattr(entry, name)) is not None:
            traits.append(f"{name}={iri}")
    return " ".join(traits)


def _trait(name: str, value: str) -> str:
    return f"{name}={value}"


_IS_ASSERTION: Final = _trait("kind", Entry.ASSERTION)


def _record(iri: str, marks: str, event: str, parts: Iterable[str]) -> bytes:
    """What a document says besides words: its IRI, depth and two marks, its event, whose names are whose."""
    return " ".join((iri, marks, event, *parts)).encode()


@dataclass(frozen=True, slots=True)
class Aspect:
    """A part of a claim as a search reads it: the words of each of its names, and what it answers."""

    names: tuple[tuple[str, ...], ...]
    kinds: frozenset[Kind] = frozenset()


@dataclass(frozen=True, slots=True)
class Document:
    """What a search reads of a document to rank it.

    ``names`` has those of all parts and of the voices, ``beside`` the words of other claims about the event.
    """

    iri: str
    quote: tuple[str, ...]
    sentence: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    subject: Aspect
    predicate: Aspect
    object: Aspect
    manner: Aspect
    speaker: Aspect
    depth: int
    is_link: bool
    is_negative: bool
    renditions: tuple[str, ...] = field(default=())
    event: str = ""
    beside: frozenset[str] = frozenset()
    restated: tuple[tuple[str, ...], ...] = ()

    @property
    def parts(self) -> tuple[Aspect, Aspect, Aspect]:
        """What the claim is made of: its subject, predicate and object."""
        return self.subject, self.predicate, self.object


def _aspects(parts: Iterable[str], names: tuple[tuple[str, ...], ...]) -> list[Aspect]:
    """The parts of a document, as far as it has some."""
    aspects = []
    start = 0
    for part in parts:
        number, _, kinds = part.partition(":")
        end = start + int(number)
        aspects.append(
            Aspect(names[start:end], frozenset(map(Kind, kinds.split(","))) if kinds else frozenset())
        )
        start = end
    return aspects or [Aspect(())] * 5


class IndexReader:
    """An index as opened for reading. Safe to share between threads; nothing here ever writes."""

    def __init__(self, path: Path) -> None:
        self.schema = _schema()
        try:
            if os.access(path, os.W_OK):
                self._searcher = self._search(path)
                return
            # tantivy makes a lock file beside the files that it opens, and then holds on to these by itself.
            with tempfile.TemporaryDirectory() as folder:
                for file in path.iterdir():
                    if file.suffix != ".lock":
                        (Path(folder) / file.name).symlink_to(file.absolute())
                self._searcher = self._search(Path(folder))
        except (OSError, ValueError) as error:
            raise StoreError(
                f"The text index of this generation cannot be opened: {error}.",
                hint="Build it again. Where the disk is only read, TMPDIR has to name a folder that is not.",
            ) from error

    def _search(self, path: Path) -> tantivy.Searcher:
        index = _open(path, self.schema, reuse=True)
        index.config_reader("manual", 1)
        return index.searcher()

    @property
    def size(self) -> int:
        """How many documents there are."""
        return int(self._searcher.num_docs)

    def frequency(self, field_name: str, word: str) -> int:
        """In how many documents a field has a word."""
        return int(self._searcher.doc_freq(field_name, word))

    def has_phrase(self, first: str, second: str) -> bool:
        """Whether two words stand side by side in some text."""
        return any(
            self.find(tantivy.Query.phrase_query(self.schema, name, [first, second]), 1)
            for name in ("sentence", "names")
        )

    def trait(self, name: str, value: str) -> tantivy.Query:
        """The documents with a trait: of a kind, or with a value for one of the filters."""
        return tantivy.Query.term_query(self.schema, "traits", _trait(name, value))

    def find(self, query: tantivy.Query, limit: int) -> list[Any]:
        """The addresses of the best documents, the best first."""
        return [address for _, address in self._searcher.search(query, limit, count=False).hits]

    def iri(self, address: Any) -> str:
        """The thing that a document stands for."""
        return self._record(self._searcher.doc(address))[0]

    def _record(self, stored: tantivy.Document) -> list[str]:
        return bytes(stored.get_first("record") or b"").decode().split(" ")

    def read(self, address: Any) -> Document:
        """What is stored of a document."""
        stored = self._searcher.doc(address)
        quotes, sentences = stored.get_all("quote"), stored.get_all("sentence")
        names = tuple(tuple(name.split()) for name in stored.get_all("names"))
        iri, marks, event, *parts = self._record(stored)
        subject, predicate, value, manner, speaker, *_ = _aspects(parts, names)
        return Document(
            iri=iri,
            quote=tuple(quotes[0].split()) if quotes else (),
            sentence=tuple(sentences[0].split()) if sentences else (),
            names=names,
            subject=subject,
            predicate=predicate,
            object=value,
            manner=manner,
            speaker=Aspect((*speaker.names, *(tuple(name.split()) for name in stored.get_all("epithet")))),
            depth=int(marks[0]),
            is_link=marks[1] == "1",
            is_negative=marks[2] == "1",
            renditions=(*quotes[1:], *sentences[1:]),
            event=event,
            beside=frozenset(word for text in stored.get_all("beside") for word in text.split()),
            restated=tuple(tuple(text.split()) for text in stored.get_all("restated")),
        )

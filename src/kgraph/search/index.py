"""The text index of a generation: a folder of tantivy's with the vectors beside it, written once and then
only read.

A document's texts are indexed as the words of :mod:`kgraph.search.words`, so that tantivy's own query
language never comes into play: questions are built from words, term by term.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import tantivy

from kgraph.errors import StoreError
from kgraph.search.dates import DayRange
from kgraph.search.encoders import Encoder
from kgraph.search.passages import ClaimEntry, NameEntry, Part, PassageEntry, clauses
from kgraph.search.roles import Kind
from kgraph.search.vectors import Progress, Vectors, write_vectors
from kgraph.search.words import capitalised, join_numbers, read_words, stem

__all__ = [
    "ABOUT",
    "FILTERS",
    "OVERHANG",
    "IndexReader",
    "Passage",
    "Rows",
    "document_of_name",
    "document_of_passage",
    "open_index",
    "write_index",
]

#: What a search can be narrowed by; each holds IRIs.
FILTERS: Final = ("speaker", "article", "mode", "modality", "polarity")
#: How many words of the text after a passage are indexed with it, so that words over its end are found.
OVERHANG: Final = 7
ABOUT: Final = "about.json"
_HEAP_BYTES: Final = 15_000_000
_BIG: Final = 20_000
_BIG_HEAP_BYTES: Final = 200_000_000
_PASSAGE: Final = "kind=passage"
_NAME: Final = "kind=name"
#: The languages that write every noun with a capital, so that a capital tells no name.
_CAPITAL_NOUNS: Final = frozenset({"de", "lb"})


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as a search reads it: its entry, its place in the order of all, and the rows of its vectors.

    ``rows`` are those of the whole and of its clauses, ``claim_rows`` those of each claim.
    """

    entry: PassageEntry
    ordinal: int
    rows: tuple[int, ...]
    claim_rows: tuple[tuple[int, ...], ...]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_bytes_field("record", stored=True)
    builder.add_text_field("label", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("flow", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("names", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("stems", tokenizer_name="whitespace", index_option="freq")
    for name in ("capitals", "traits"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    builder.add_unsigned_field("ordinal", indexed=True)
    for name in ("first", "last"):
        builder.add_integer_field(name, indexed=True)
    return builder.build()


def open_index(path: Path, *, reuse: bool) -> tantivy.Index:
    """Open an index to write to; without ``reuse`` a new one is made."""
    return _open(path, _schema(), reuse=reuse)


def _open(path: Path, schema: tantivy.Schema, *, reuse: bool) -> tantivy.Index:
    index = tantivy.Index(schema, path=str(path), reuse=reuse)
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    index.register_tokenizer("whitespace", words.build())
    return index


def write_index(
    path: Path,
    entries: Iterable[PassageEntry | NameEntry],
    *,
    encoder: Encoder | None = None,
    earlier: Path | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a new index into a new folder, with the vectors of its texts where there is an encoder.

    ``earlier`` is the folder of another index, whose vectors are taken over.
    """
    path.mkdir(parents=True)
    known = list(entries)
    passages = [entry for entry in known if isinstance(entry, PassageEntry)]
    rows = Rows([entry.text for entry in passages])
    big = len(known) > _BIG
    writer = _open(path, _schema(), reuse=False).writer(
        _BIG_HEAP_BYTES if big else _HEAP_BYTES, 2 if big else 1
    )
    for document in documents_of_passages(passages, 0, rows):
        writer.add_document(document)
    for name in known:
        if isinstance(name, NameEntry):
            writer.add_document(document_of_name(name))
    writer.commit()
    writer.wait_merging_threads()
    about = {"passages": len(passages), "languages": sorted({entry.language for entry in passages})}
    (path / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    if encoder is not None and passages:
        write_vectors(path, rows.texts, encoder, earlier=earlier, progress=progress)


class Rows:
    """Which row of the vectors a text has: the passages first, then whatever else, each text once."""

    def __init__(self, passages: list[str]) -> None:
        self.texts = passages
        self._known = {text: row for row, text in reversed([*enumerate(passages)])}

    def of(self, text: str) -> int:
        """The row of a text."""
        row = self._known.setdefault(text, len(self.texts))
        if row == len(self.texts):
            self.texts.append(text)
        return row


def documents_of_passages(
    passages: Sequence[PassageEntry], first: int, rows: Rows
) -> Iterator[tantivy.Document]:
    """The documents of passages in the order of their texts, numbered from ``first``.

    The words of each go on into the next passages of its article, for phrases over the ends of sentences.
    """
    words = [read_words(entry.text) for entry in passages]
    for number, entry in enumerate(passages):
        overhang: list[str] = []
        for following in range(number + 1, min(number + 1 + OVERHANG, len(passages))):
            if passages[following].article != entry.article or len(overhang) >= OVERHANG:
                break
            overhang += words[following]
        flow = " ".join(words[number] + overhang[:OVERHANG])
        yield document_of_passage(entry, first + number, flow, words[number], rows)


def document_of_name(entry: NameEntry) -> tantivy.Document:
    """What is indexed of a thing's names."""
    document = tantivy.Document()
    folded = [" ".join(read_words(label)) for label in entry.labels]
    for text in filter(None, folded):
        document.add_text("label", text)
        document.add_text("names", text)
    document.add_text(
        "traits", " ".join((_NAME, f"iri={entry.iri}", *(f"filter={name}" for name in entry.filters)))
    )
    document.add_bytes("record", json.dumps([entry.iri, *entry.labels[:1]]).encode())
    return document


def document_of_passage(
    entry: PassageEntry, ordinal: int, flow: str, words: Sequence[str], rows: Rows
) -> tantivy.Document:
    """What is indexed of a passage.

    Args:
        entry: the passage.
        ordinal: its place in the order of all.
        flow: its words, and the first ones after it.
        words: its words.
        rows: which rows of the vectors its texts have.
    """
    document = tantivy.Document()
    document.add_text("flow", flow)
    named = {
        name
        for claim in entry.claims
        for part in (claim.subject, claim.predicate, claim.object, Part(claim.speaker))
        for name in part.names
    }
    texts = [*words, *(word for name in sorted(named) for word in read_words(name))]
    document.add_text("stems", " ".join(stem(word, entry.language) for word in dict.fromkeys(texts)))
    capitals = capitalised(entry.text) if entry.language not in _CAPITAL_NOUNS else []
    document.add_text("capitals", " ".join(read_words(" ".join(capitals))))
    traits = {trait for claim in entry.claims for trait in (f"claim={claim.iri}", *claim.traits)}
    document.add_text("traits", " ".join((_PASSAGE, f"article={entry.article}", *sorted(traits))))
    document.add_unsigned("ordinal", ordinal)
    days = [claim.days for claim in entry.claims if claim.days is not None]
    if days:
        document.add_integer("first", min(each.first for each in days))
        document.add_integer("last", max(each.last for each in days))
    document.add_bytes("record", json.dumps(_record(entry, ordinal, rows)).encode())
    return document


def _record(entry: PassageEntry, ordinal: int, rows: Rows) -> list[Any]:
    whole = [entry.iri, entry.article, entry.number, entry.begin, entry.end, entry.text, entry.language]
    own = [ordinal, *map(rows.of, clauses(entry.text))]
    return [*whole, ordinal, own, [_claim_record(claim, entry, rows) for claim in entry.claims]]


def _claim_record(claim: ClaimEntry, entry: PassageEntry, rows: Rows) -> list[Any]:
    quote = entry.words_of(claim.spans)
    told = f"{claim.wording}."
    if claim.cue is not None:
        called = " ".join(name for name in claim.speaker[:1] if name not in claim.subject.names)
        told = f"{told} {called} {entry.words_of([claim.cue])}:"
    texts = [text for text in (quote, f"{told} {quote}".lstrip(". ")) if text.strip()]
    parts = [(part.names, part.kinds) for part in (claim.subject, claim.predicate, claim.object)]
    days = (claim.days.first, claim.days.last) if claim.days is not None else None
    voice = [claim.speaker, claim.depth, claim.is_negative, claim.traits]
    return [claim.iri, claim.spans, parts, *voice, days, claim.cue, [*map(rows.of, texts)]]


def _read(record: bytes) -> Passage:
    iri, article, number, begin, end, text, language, ordinal, rows, claims = json.loads(record)
    drawn = []
    for claim, spans, parts, speaker, depth, negative, traits, days, cue, _ in claims:
        subject, predicate, value = (Part(tuple(names), tuple(map(Kind, kinds))) for names, kinds in parts)
        drawn.append(
            ClaimEntry(
                claim,
                tuple((first, last) for first, last in spans),
                subject,
                predicate,
                value,
                tuple(speaker),
                depth,
                negative,
                tuple(traits),
                DayRange(*days) if days is not None else None,
                tuple(cue) if cue is not None else None,
            )
        )
    entry = PassageEntry(iri, article, number, begin, end, text, language, tuple(drawn))
    return Passage(entry, ordinal, tuple(rows), tuple(tuple(claim[-1]) for claim in claims))


class IndexReader:
    """An index as opened for reading. Safe to share between threads; nothing here ever writes."""

    def __init__(self, path: Path, encoder: Encoder | None = None) -> None:
        self.schema = _schema()
        self.vectors = Vectors.of(path, encoder)
        try:
            if os.access(path, os.W_OK):
                self._searcher = self._search(path)
            else:
                # tantivy makes a lock file beside the files that it opens, and then holds on to these.
                with tempfile.TemporaryDirectory() as folder:
                    for file in path.iterdir():
                        if file.suffix != ".lock":
                            (Path(folder) / file.name).symlink_to(file.absolute())
                    self._searcher = self._search(Path(folder))
            about = json.loads((path / ABOUT).read_text(encoding="utf-8"))
            self.size, self.languages = int(about["passages"]), tuple(about["languages"])
            self._has_gone = bool(about.get("gone"))
        except (OSError, ValueError, KeyError) as error:
            raise StoreError(
                f"The text index of this generation cannot be opened: {error}.",
                hint="Build it again. Where the disk is only read, TMPDIR has to name a folder that is not.",
            ) from error

    def _search(self, path: Path) -> tantivy.Searcher:
        index = _open(path, self.schema, reuse=True)
        index.config_reader("manual", 1)
        return index.searcher()

    def stems(self, word: str) -> set[str]:
        """The stems of a word in the languages of the texts."""
        return {stem(word, language) for language in self.languages}

    def frequency(self, word: str) -> int:
        """How many passages have a word, in some form."""
        return max((self._count("stems", root) for root in self.stems(word)), default=0)

    def has_word(self, word: str) -> bool:
        """Whether some passage has a word in just this form."""
        return bool(self._count("flow", word))

    def is_name(self, word: str) -> bool:
        """Whether the texts write a word with a capital wherever a sentence does not begin with it."""
        capitals = self._count("capitals", word)
        return bool(capitals) and 3 * capitals >= self._count("flow", word)

    def _count(self, field: str, word: str) -> int:
        """How many documents have a word in a field. The index's own figure counts what was taken out."""
        known = self._searcher.doc_freq(field, word)
        if not known or not self._has_gone:
            return int(known)
        found: Any = self._searcher.search(self.term(field, word), 1, count=True)  # its stub lacks the count
        return int(found.count or 0)

    def term(self, field: str, word: str) -> tantivy.Query:
        """The documents that have a word in a field."""
        return tantivy.Query.term_query(self.schema, field, word)

    def phrase(self, words: Sequence[str]) -> tantivy.Query:
        """The passages where some words begin side by side."""
        if len(words) == 1:
            return self.term("flow", words[0])
        return tantivy.Query.phrase_query(self.schema, "flow", list(words))

    def like(self, words: Iterable[str]) -> tantivy.Query:
        """The passages that have some of the words, in some form, or one that each may misspell."""
        queries = []
        for word in words:
            if self.frequency(word):
                queries += [(_SHOULD, self.term("stems", root)) for root in self.stems(word)]
            elif len(word) >= 4:
                distance = 2 if len(word) >= 6 else 1
                near = tantivy.Query.fuzzy_term_query(self.schema, "flow", word, distance)
                queries.append((_SHOULD, near))
        return tantivy.Query.boolean_query(queries) if queries else tantivy.Query.empty_query()

    def passages(self, query: tantivy.Query, only: Sequence[tantivy.Query], limit: int) -> Iterator[Passage]:
        """The best passages for a query, the best first, read one by one."""
        for address in self._find(query, [self.term("traits", _PASSAGE), *only], limit):
            yield self._passage(address)

    def at(self, ordinals: Sequence[int], only: Sequence[tantivy.Query] = ()) -> list[Passage]:
        """The passages at some places of the order, as far as the conditions hold for them."""
        if not ordinals:
            return []
        any_of = [
            (_SHOULD, tantivy.Query.term_query(self.schema, "ordinal", ordinal)) for ordinal in ordinals
        ]
        found = self._find(tantivy.Query.boolean_query(any_of), only, len(ordinals))
        return [self._passage(address) for address in found]

    def named(self, text: str, limit: int, *, widely: bool = False) -> list[tuple[str, str]]:
        """The things that are called so, by IRI and label; ``widely``: whose names have all of the words."""
        words = join_numbers(read_words(text))
        query = self.term("label", " ".join(words))
        if widely and words:
            query = tantivy.Query.boolean_query([(_MUST, self.term("names", word)) for word in words])
        return self._names(query, limit)

    def choices(self, name: str, near: str = "", limit: int = 1_000) -> list[tuple[str, str]]:
        """The values of a filter, by IRI and label; those whose names are ``near`` a text, where one is
        given."""
        query = self.term("traits", f"filter={name}")
        for word in read_words(near):
            like = tantivy.Query.fuzzy_term_query(self.schema, "names", word, 2 if len(word) > 4 else 1)
            query = tantivy.Query.boolean_query([(_MUST, query), (_SHOULD, like)])
        return self._names(query, limit)

    def has_name(self, iri: str) -> bool:
        """Whether a thing has a name."""
        return bool(self._find(self.term("traits", f"iri={iri}"), [self.term("traits", _NAME)], 1))

    def with_claims(self, iris: Sequence[str]) -> list[Passage]:
        """The passages that some claims are drawn from."""
        any_of = [(_SHOULD, self.term("traits", f"claim={iri}")) for iri in iris]
        return list(self.passages(tantivy.Query.boolean_query(any_of), (), len(iris))) if iris else []

    def _names(self, query: tantivy.Query, limit: int) -> list[tuple[str, str]]:
        found = self._find(query, [self.term("traits", _NAME)], limit)
        return [(iri, label) for iri, label in (json.loads(self._stored(each)) for each in found)]

    def _find(self, query: tantivy.Query, only: Sequence[tantivy.Query], limit: int) -> list[Any]:
        """The addresses of the best documents; what they must have besides does not count in the order."""
        unscored = [(_MUST, tantivy.Query.const_score_query(each, 0.0)) for each in only]
        whole = tantivy.Query.boolean_query([(_MUST, query), *unscored]) if only else query
        return [address for _, address in self._searcher.search(whole, limit, count=False).hits]

    def _stored(self, address: Any) -> bytes:
        return bytes(self._searcher.doc(address).get_first("record") or b"[]")

    def _passage(self, address: Any) -> Passage:
        return _read(self._stored(address))


_MUST: Final = tantivy.Occur.Must
_SHOULD: Final = tantivy.Occur.Should

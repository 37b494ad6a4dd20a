"""The text index of a generation as it is read: a folder of tantivy's with the vectors beside it.

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
from kgraph.search.encoders import Encoder
from kgraph.search.passages import PassageEntry, passage_from
from kgraph.search.vectors import Vectors
from kgraph.search.words import read_words, stem

__all__ = [
    "ABOUT",
    "FILTERS",
    "NAME",
    "OVERHANG",
    "PASSAGE",
    "IndexReader",
    "Passage",
    "open_index",
]

#: What a search can be narrowed by; each holds IRIs.
FILTERS: Final = ("speaker", "article", "mode", "modality", "polarity")
#: How many words of the text after a passage are indexed with it, so that words over its end are found.
OVERHANG: Final = 7
ABOUT: Final = "about.json"
#: The traits that tell the two kinds of documents apart.
PASSAGE: Final = "kind=passage"
NAME: Final = "kind=name"


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as a search reads it: its entry, its place in the order of all, and the keys of its vectors.

    ``keys`` are those of the whole and of its clauses, ``claim_keys`` those of its claims as they are told.
    """

    entry: PassageEntry
    ordinal: int
    keys: tuple[int, ...]
    claim_keys: tuple[int, ...]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_bytes_field("record", stored=True)
    builder.add_text_field("label", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("flow", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("names", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("stems", tokenizer_name="whitespace", index_option="freq")
    for name in ("capitals", "small", "traits"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    builder.add_unsigned_field("ordinal", indexed=True)
    for name in ("first", "last"):
        builder.add_integer_field(name, indexed=True)
    return builder.build()


_SCHEMA: Final = _schema()


def open_index(path: Path, *, reuse: bool) -> tantivy.Index:
    """Open an index; without ``reuse`` a new one is made."""
    index = tantivy.Index(_SCHEMA, path=str(path), reuse=reuse)
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    index.register_tokenizer("whitespace", words.build())
    return index


class IndexReader:
    """An index as opened for reading. Safe to share between threads; nothing here ever writes."""

    def __init__(self, path: Path, encoder: Encoder | None = None) -> None:
        self.schema = _SCHEMA
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
        index = open_index(path, reuse=True)
        index.config_reader("manual", 1)
        return index.searcher()

    def stems(self, word: str) -> set[str]:
        """The stems of a word in the languages of the texts."""
        return {stem(word, language) for language in self.languages}

    def frequency(self, word: str) -> int:
        """How many passages have a word, in some form."""
        return max((self._count("stems", root) for root in self.stems(word)), default=0)

    def is_name(self, word: str) -> bool:
        """Whether the texts write a word with a capital where no sentence begins with it, and mostly so."""
        capitals = self._count("capitals", word)
        return bool(capitals) and capitals >= self._count("small", word)

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
        for address in self._find(query, [self.term("traits", PASSAGE), *only], limit):
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

    def named(self, text: str, *, widely: bool = False, limit: int = 25) -> list[tuple[str, str]]:
        """The things that are called so, by IRI and label; ``widely``: whose names have all of the words."""
        words = read_words(text)
        query = self.term("label", " ".join(words))
        if widely:
            query = tantivy.Query.boolean_query([(_MUST, self.term("names", word)) for word in words])
        return sorted(self._names(query, limit)) if words else []

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
        return bool(self._find(self.term("traits", f"iri={iri}"), [self.term("traits", NAME)], 1))

    def with_claims(self, iris: Sequence[str]) -> list[Passage]:
        """The passages that some claims are drawn from."""
        any_of = [(_SHOULD, self.term("traits", f"claim={iri}")) for iri in iris]
        return list(self.passages(tantivy.Query.boolean_query(any_of), (), len(iris))) if iris else []

    def _names(self, query: tantivy.Query, limit: int) -> list[tuple[str, str]]:
        found = self._find(query, [self.term("traits", NAME)], limit)
        return [(iri, label) for iri, label in (json.loads(self._stored(each)) for each in found)]

    def _find(self, query: tantivy.Query, only: Sequence[tantivy.Query], limit: int) -> list[Any]:
        """The addresses of the best documents; what they must have besides does not count in the order."""
        unscored = [(_MUST, tantivy.Query.const_score_query(each, 0.0)) for each in only]
        whole = tantivy.Query.boolean_query([(_MUST, query), *unscored]) if only else query
        return [address for _, address in self._searcher.search(whole, limit, count=False).hits]

    def _stored(self, address: Any) -> bytes:
        return bytes(self._searcher.doc(address).get_first("record") or b"[]")

    def _passage(self, address: Any) -> Passage:
        told = json.loads(self._stored(address))
        keys, claim_keys = tuple(told["keys"]), tuple(told["claim_keys"])
        return Passage(passage_from(told["entry"]), told["ordinal"], keys, claim_keys)


_MUST: Final = tantivy.Occur.Must
_SHOULD: Final = tantivy.Occur.Should

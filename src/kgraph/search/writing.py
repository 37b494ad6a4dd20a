"""Writing a text index: as a whole, or article by article as a copy of an earlier one in which some have
changed.

tantivy's segments and those of the vectors are never written again, so the copy is hard links, and what is
new comes beside them.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import tantivy

from kgraph.search.encoders import Encoder
from kgraph.search.index import ABOUT, NAME, OVERHANG, PASSAGE, open_index
from kgraph.search.passages import ClaimEntry, NameEntry, PassageEntry, clauses, named_by
from kgraph.search.vectors import Progress, Vectors, key_of, link_file, write_vectors
from kgraph.search.words import capitalised, read_words, stem

__all__ = ["IndexRevision", "write_index"]

_HEAP_BYTES: Final = 50_000_000
_LOCKS: Final = ".lock"
#: An index of which more was taken out than this share of its passages is written anew.
_MOST_GONE: Final = 0.3
_FEW: Final = 1_000
#: The languages that write every noun with a capital, so that a capital tells no name.
_CAPITAL_NOUNS: Final = frozenset({"de", "lb"})


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
    revision = IndexRevision(path, encoder=encoder, vectors=earlier)
    known = list(entries)
    revision.add_passages([entry for entry in known if isinstance(entry, PassageEntry)])
    for entry in known:
        if isinstance(entry, NameEntry):
            revision.add_name(entry)
    revision.finish(progress)


class IndexRevision:
    """An index that is being written.

    Args:
        path: its folder; an index that is there is gone on with.
        earlier: the folder of the index to go on from; without one it is new.
        encoder: makes the vectors of the texts that are added; without one there are none.
        vectors: the folder of an index whose vectors are taken over; otherwise ``earlier``.
    """

    def __init__(
        self,
        path: Path,
        earlier: Path | None = None,
        *,
        encoder: Encoder | None = None,
        vectors: Path | None = None,
    ) -> None:
        self._path, self._earlier, self._encoder, self._vectors = path, earlier, encoder, vectors
        self._texts: dict[str, None] = {}
        self._added: list[tuple[str, int, str]] = []
        self._removed: set[str] = set()
        path.mkdir(parents=True, exist_ok=True)
        if earlier is not None:
            for file in earlier.iterdir():
                if file.suffix != _LOCKS and file.is_file():
                    _copy(file, path / file.name)
        goes_on = (path / ABOUT).is_file()
        about: dict[str, Any] = {"passages": 0, "next": 0, "gone": 0, "spoken": {}}
        if goes_on:
            about = json.loads((path / ABOUT).read_text(encoding="utf-8"))
            (path / ABOUT).unlink()
        self._passages, self._next, self._gone = (int(about[name]) for name in ("passages", "next", "gone"))
        self._languages = Counter[str](about["spoken"])
        self._writer = open_index(path, reuse=goes_on).writer(_HEAP_BYTES, 1)

    @staticmethod
    def can_go_on_from(earlier: Path, encoder: Encoder | None = None) -> bool:
        """Whether most of an index is still there, and it has the vectors of the encoder that there is."""
        try:
            about = json.loads((earlier / ABOUT).read_text(encoding="utf-8"))
            is_there = bool(about["gone"] <= max(_FEW, about["passages"] * _MOST_GONE))
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return is_there and (encoder is None or Vectors.are_of(earlier, encoder))

    def remove_articles(self, passages: Iterable[PassageEntry]) -> None:
        """Take out the articles of some passages, all that are indexed of them."""
        known = list(passages)
        articles = {entry.article for entry in known}
        self._removed |= articles
        for article in articles:
            self._writer.delete_documents_by_term("traits", f"article={article}")
        self._passages -= len(known)
        self._gone += len(known)
        self._languages.subtract(entry.language for entry in known)

    def add_passages(self, passages: Sequence[PassageEntry]) -> None:
        """Add the passages of some articles, all of each, in the order of the text."""
        words = [read_words(entry.text) for entry in passages]
        for number, entry in enumerate(passages):
            # The words go on into the next passages of the article, for phrases over the ends of sentences.
            flow = list(words[number])
            for following in range(number + 1, min(number + 1 + OVERHANG, len(passages))):
                if passages[following].article != entry.article:
                    break
                flow += words[following]
            flow = flow[: len(words[number]) + OVERHANG]
            record, texts = _record(entry, self._next)
            self._writer.add_document(_document(entry, self._next, flow, words[number], record))
            if self._encoder is not None:
                self._texts |= dict.fromkeys(texts)
                self._added.append((entry.article, self._next, entry.text))
            self._next += 1
        self._next += 1  # a gap: what follows is of another article
        self._languages.update(entry.language for entry in passages)
        self._passages += len(passages)

    def remove_name(self, iri: str) -> None:
        """Take out the names of a thing."""
        self._writer.delete_documents_by_term("traits", f"iri={iri}")
        self._gone += 1

    def add_name(self, entry: NameEntry) -> None:
        """Add the names of a thing."""
        document = tantivy.Document()
        for text in filter(None, (" ".join(read_words(label)) for label in entry.labels)):
            document.add_text("label", text)
            document.add_text("names", text)
        document.add_text(
            "traits", " ".join((NAME, f"iri={entry.iri}", *map("filter={}".format, entry.filters)))
        )
        document.add_bytes("record", json.dumps([entry.iri, *entry.labels[:1]]).encode())
        self._writer.add_document(document)

    def finish(self, progress: Progress | None = None) -> None:
        """Write what is left; ``progress`` hears how many of how many vectors have been made."""
        self._writer.commit()
        self._writer.wait_merging_threads()
        about = {
            "passages": self._passages,
            "languages": sorted(+self._languages),
            "spoken": self._languages,
            "next": self._next,
            "gone": self._gone,
        }
        (self._path / ABOUT).write_text(json.dumps(about), encoding="utf-8")
        if self._encoder is not None and self._passages:
            write_vectors(
                self._path,
                self._encoder,
                self._texts,
                self._added,
                before=self._vectors or self._earlier,
                goes_on=self._earlier is not None,
                gone=self._removed,
                progress=progress,
            )


def _record(entry: PassageEntry, ordinal: int) -> tuple[bytes, list[str]]:
    """What is stored of a passage; and its texts that have vectors: it, its clauses, its claims as told."""
    own, claims = [entry.text, *clauses(entry.text)], [_told(claim, entry) for claim in entry.claims]
    told = {
        "entry": entry,
        "ordinal": ordinal,
        "keys": [*map(key_of, own)],
        "claim_keys": [*map(key_of, claims)],
    }
    return json.dumps(told, default=_fields).encode(), [*own, *claims]


def _document(
    entry: PassageEntry, ordinal: int, flow: Sequence[str], words: Sequence[str], record: bytes
) -> tantivy.Document:
    """What is indexed of a passage.

    Args:
        entry: the passage.
        ordinal: its place in the order of all.
        flow: its words, and the first ones after it.
        words: its words.
        record: what is stored of it.
    """
    document = tantivy.Document()
    document.add_text("flow", " ".join(flow))
    texts = [*words, *sorted(named_by(entry.claims))]
    document.add_text("stems", " ".join(stem(word, entry.language) for word in dict.fromkeys(texts)))
    capitals = capitalised(entry.text) if entry.language not in _CAPITAL_NOUNS else []
    document.add_text("capitals", " ".join(read_words(" ".join(capitals))))
    small = [word for word in entry.text.split() if not any(map(str.isupper, word))]
    document.add_text("small", " ".join(dict.fromkeys(read_words(" ".join(small)))))
    traits = {trait for claim in entry.claims for trait in (f"claim={claim.iri}", *claim.traits)}
    document.add_text("traits", " ".join((PASSAGE, f"article={entry.article}", *sorted(traits))))
    document.add_unsigned("ordinal", ordinal)
    days = [claim.days for claim in entry.claims if claim.days is not None]
    if days:
        document.add_integer("first", min(each.first for each in days))
        document.add_integer("last", max(each.last for each in days))
    document.add_bytes("record", record)
    return document


def _fields(entry: Any) -> dict[str, Any]:
    return {field.name: getattr(entry, field.name) for field in fields(entry)}


def _told(claim: ClaimEntry, entry: PassageEntry) -> str:
    """A claim as it is told: its ends, its speaker, its cue and its words."""
    quote = entry.words_of(claim.spans)
    told = f"{claim.wording}."
    if claim.cue is not None:
        called = " ".join(name for name in claim.speaker[:1] if name not in claim.subject.names)
        told = f"{told} {called} {entry.words_of([claim.cue])}:"
    return f"{told} {quote}".lstrip(". ")


def _copy(source: Path, target: Path) -> None:
    if source.name.startswith((".", "meta")):  # which tantivy writes again
        shutil.copy2(source, target)
    else:
        link_file(source, target)

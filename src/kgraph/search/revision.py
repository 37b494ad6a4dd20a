"""Writing a text index article by article: a new one, or a copy of an earlier one in which some have changed.

tantivy's segments are never written again, so the copy is hard links, and what is new comes beside them.
With a sentence encoder the rows of the vectors count all passages through, so such an index is written as a
whole.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from kgraph.search.index import (
    ABOUT,
    Rows,
    document_of_name,
    documents_of_passages,
    open_index,
)
from kgraph.search.passages import NameEntry, PassageEntry

__all__ = ["IndexRevision"]

_HEAP_BYTES: Final = 50_000_000
_LOCKS: Final = ".lock"
#: An index of which more was taken out than this share of its passages is written anew.
_MOST_GONE: Final = 0.3
_FEW: Final = 1_000


class IndexRevision:
    """An index without vectors that is being written.

    Args:
        path: its folder; an index that is there is gone on with.
        earlier: the folder of the index to go on from; without one it is new.
    """

    def __init__(self, path: Path, earlier: Path | None = None) -> None:
        self._path = path
        path.mkdir(parents=True, exist_ok=True)
        self._passages, self._next, self._gone = 0, 0, 0
        self._languages: Counter[str] = Counter()
        if earlier is not None:
            for file in earlier.iterdir():
                if file.suffix != _LOCKS and file.is_file():
                    _link(file, path / file.name)
        goes_on = (path / ABOUT).is_file()
        if goes_on:
            about = json.loads((path / ABOUT).read_text(encoding="utf-8"))
            self._passages, self._next = int(about["passages"]), int(about["next"])
            self._languages = Counter(about["spoken"])
            self._gone = int(about["gone"])
            (path / ABOUT).unlink()
        self._writer = open_index(path, reuse=goes_on).writer(_HEAP_BYTES, 1)

    @staticmethod
    def can_go_on_from(earlier: Path) -> bool:
        """Whether an index is one that this class has written, most of which is still there."""
        try:
            about = json.loads((earlier / ABOUT).read_text(encoding="utf-8"))
            return bool(about["gone"] <= max(_FEW, about["passages"] * _MOST_GONE))
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def remove_articles(self, passages: Iterable[PassageEntry]) -> None:
        """Take out the articles of some passages, all that are indexed of them."""
        known = list(passages)
        for article in {entry.article for entry in known}:
            self._writer.delete_documents_by_term("traits", f"article={article}")
        self._passages -= len(known)
        self._gone += len(known)
        self._languages.subtract(entry.language for entry in known)

    def add_passages(self, passages: Sequence[PassageEntry]) -> None:
        """Add the passages of some articles, all of each, in the order of the text."""
        for document in documents_of_passages(passages, self._next, Rows([])):
            self._writer.add_document(document)
        self._languages.update(entry.language for entry in passages)
        self._next += len(passages) + 1  # a gap: what follows is of another article
        self._passages += len(passages)

    def remove_name(self, iri: str) -> None:
        """Take out the names of a thing."""
        self._writer.delete_documents_by_term("traits", f"iri={iri}")
        self._gone += 1

    def add_name(self, entry: NameEntry) -> None:
        """Add the names of a thing."""
        self._writer.add_document(document_of_name(entry))

    def finish(self) -> None:
        """Write what is left."""
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


def _link(source: Path, target: Path) -> None:
    if source.name.startswith((".", "meta")) or source.name == ABOUT:
        shutil.copy2(source, target)
        return
    try:
        os.link(source, target)
    except OSError:
        with suppress(FileNotFoundError):
            shutil.copy2(source, target)

"""The tables of a ledger, and what stands in them as values."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

__all__ = ["SCHEMA", "UnitRow", "ranges", "room_for", "sealed", "short", "unit_of_row"]

SCHEMA: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE units (unit TEXT PRIMARY KEY, files TEXT, product TEXT, ground TEXT, blank TEXT, lists TEXT)
  WITHOUT ROWID;
CREATE TABLE articles (iri TEXT, unit TEXT, PRIMARY KEY (iri, unit)) WITHOUT ROWID;
CREATE TABLE mentions (name TEXT, unit TEXT, said TEXT, rest TEXT, PRIMARY KEY (name, unit)) WITHOUT ROWID;
CREATE TABLE clusters (id INTEGER PRIMARY KEY, cluster TEXT UNIQUE, inputs TEXT, product TEXT, articles INT,
                       claims INT);
CREATE TABLE reads (name TEXT, of INT, digest BLOB, PRIMARY KEY (name, of)) WITHOUT ROWID;
CREATE TABLE kinds (id INTEGER PRIMARY KEY, severity TEXT, code TEXT, said TEXT,
                    UNIQUE (severity, code, said));
CREATE TABLE problems (owner TEXT, kind INT, same BLOB, told BLOB);
CREATE INDEX problems_by_owner ON problems (owner, kind);
CREATE TABLE unread (cluster TEXT, term TEXT, uses INT, subject TEXT, PRIMARY KEY (cluster, term))
  WITHOUT ROWID;
CREATE TABLE voices (triple BLOB, cluster TEXT, ways TEXT, PRIMARY KEY (triple, cluster)) WITHOUT ROWID;
CREATE TABLE support (triple BLOB PRIMARY KEY, ways TEXT) WITHOUT ROWID;
CREATE TABLE uses (name TEXT, filter TEXT, cluster TEXT, PRIMARY KEY (name, filter, cluster)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """What the ledger has on a unit.

    ``ground`` and ``blank`` are its part of the canonical hash; ``edges`` the names that it is looked up by;
    ``graphs`` the graphs that its files fill, each with the file.
    """

    unit: str
    files: str
    texts: dict[str, str | None]
    product: str
    ground: int
    blank: int
    articles: tuple[str, ...]
    edges: tuple[str, ...]
    graphs: dict[str, str]


def unit_of_row(row: Sequence[Any]) -> UnitRow:
    """A row of the table of units."""
    unit, files, product, ground, blank, lists = row
    texts, articles, edges, graphs = json.loads(lists)
    sums = int(ground, 16), int(blank, 16)
    return UnitRow(unit, files, texts, product, *sums, tuple(articles), tuple(edges), graphs)


@contextmanager
def room_for(folder: Path) -> Iterator[None]:
    """Have a ledger that cannot be written be the fault of its disk, in the system's own words.

    Raises:
        OSError: the disk takes no more.
    """
    try:
        yield
    except sqlite3.OperationalError:
        (folder / "room").write_bytes(bytes(1 << 20))  # SQLite does not tell what the system said
        raise


def sealed(path: Path, query: str, *values: str) -> list[Any]:
    """The rows that a sealed ledger answers with; none where it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            return db.execute(query, values).fetchall()
    except sqlite3.Error:
        return []


def short(text: str) -> bytes:
    """What a triple or another text stands under."""
    return blake2b(text.encode(), digest_size=16).digest()


def ranges(article: str) -> list[tuple[str, str]]:
    """Where an article and what is below it stand in the order of names."""
    return [(article, article + "\0"), *((article + mark, article + chr(ord(mark) + 1)) for mark in "#/")]

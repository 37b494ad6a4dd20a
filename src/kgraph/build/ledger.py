"""The ledger of a generation: which unit of files says what, and what each examination has read.

    units      a unit (an article's folder, or one data file): the digest of its files, the texts that it
               was read with, its product, its part of the canonical hash, the articles that it describes
    mentions   the names that a unit mentions beyond those below its own articles, each with the sum over
               the quads that it says of it, where it says any
    clusters   units that are examined together, with the product of that
    reads      the names, texts and settings that an examination has asked for, each with the digest of
               what it saw
    problems   what was found, by unit or cluster

An examination is reused only if each of its reads would see the same today: nothing else tells whether it
holds. It is one SQLite file, so nothing of it need be in memory.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from kgraph.build.problem_table import ProblemTable
from kgraph.build.rows import SCHEMA, UnitRow, ranges, sealed, short, unit_of_row
from kgraph.build.sources import combine
from kgraph.store.hashing import MODULUS

__all__ = ["Ledger"]

#: Of so many names is remembered who says something of them.
_REMEMBERED: Final = 16_384


class Ledger:
    """A ledger, open for writing by one process."""

    def __init__(self, path: Path, *, earlier: Path | None = None) -> None:
        """Open a new one, or go on from a copy of an earlier one."""
        is_new = earlier is None
        if earlier is not None:
            shutil.copyfile(earlier, path)
        self._db = sqlite3.connect(path, isolation_level=None)
        # It is part of a generation, which is forced to disk as a whole before anybody may rely on it.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-65536"):
            self._db.execute(f"PRAGMA {pragma}")
        if is_new:
            self._db.executescript(SCHEMA)
        self._db.execute("BEGIN")
        self.problems = ProblemTable(self._db, is_new=is_new)
        # What many clusters name is looked up once.
        self._digests = lru_cache(_REMEMBERED)(self._digest)
        self._owners = lru_cache(_REMEMBERED)(self._find_owners)
        self._homes = lru_cache(_REMEMBERED)(self._find_homes)
        self._rows: dict[str, UnitRow] = {}

    def _units_change(self) -> None:
        for known in (self._digests, self._owners, self._homes):
            known.cache_clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._db.execute("COMMIT")
        self._db.close()

    @staticmethod
    def read_units(path: Path) -> list[UnitRow]:
        """The units of a sealed ledger; none where it cannot be read."""
        return [unit_of_row(row) for row in sealed(path, "SELECT * FROM units")]

    @staticmethod
    def read_products(path: Path) -> set[str]:
        """The products that a sealed ledger names; none where it cannot be read."""
        query = "SELECT product FROM units UNION SELECT product FROM clusters"
        return {name for (name,) in sealed(path, query)}

    @staticmethod
    def read_meta(path: Path, key: str) -> str | None:
        """A value of a sealed ledger; None where it has none, or cannot be read."""
        rows = sealed(path, "SELECT value FROM meta WHERE key = ?", key)
        return str(rows[0][0]) if rows else None

    # Settings and sums

    def get(self, key: str) -> str | None:
        """A value of the generation as a whole."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def put(self, key: str, value: str) -> None:
        """Set a value of the generation as a whole."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # Units

    def units(self) -> tuple[UnitRow, ...]:
        """All units, by name."""
        if not self._rows:
            self._rows.update((row[0], unit_of_row(row)) for row in self._db.execute("SELECT * FROM units"))
        return tuple(self._rows[name] for name in sorted(self._rows))

    def unit(self, name: str) -> UnitRow | None:
        """A unit by its name."""
        if self._rows:
            return self._rows.get(name)
        row = self._db.execute("SELECT * FROM units WHERE unit = ?", (name,)).fetchone()
        return None if row is None else unit_of_row(row)

    def put_unit(self, unit: UnitRow, mentions: Iterable[tuple[str, str | None, str]]) -> None:
        """Take in a unit that is new; one that was there must have been dropped.

        ``mentions`` are names with the sums over what is said of each as it is stored and over the rest.
        """
        self._units_change()
        if self._rows:
            self._rows[unit.unit] = unit
        lists = json.dumps([unit.texts, unit.articles, unit.edges, unit.graphs])
        values = (unit.unit, unit.files, unit.product, f"{unit.ground:x}", f"{unit.blank:x}", lists)
        self._db.execute("INSERT INTO units VALUES (?, ?, ?, ?, ?, ?)", values)
        self._db.executemany(
            "INSERT INTO articles VALUES (?, ?)", [(iri, unit.unit) for iri in unit.articles]
        )
        self._db.executemany(
            "INSERT INTO mentions VALUES (?, ?, ?, ?)",
            ((name, unit.unit, said, rest) for name, said, rest in mentions),
        )

    def drop_unit(self, unit: UnitRow, mentioned: Iterable[str]) -> None:
        """Forget a unit, which mentioned these names."""
        self._units_change()
        self._rows.pop(unit.unit, None)
        self._db.execute("DELETE FROM units WHERE unit = ?", (unit.unit,))
        self._db.executemany(
            "DELETE FROM articles WHERE iri = ? AND unit = ?", [(iri, unit.unit) for iri in unit.articles]
        )
        self._db.executemany(
            "DELETE FROM mentions WHERE name = ? AND unit = ?", ((name, unit.unit) for name in mentioned)
        )
        self.problems.put(f"reading {unit.unit}", ())

    def articles(self) -> Iterator[tuple[str, str]]:
        """All articles with the units that describe them."""
        yield from self._db.execute("SELECT iri, unit FROM articles ORDER BY iri, unit").fetchall()

    def said_any(self, names: Iterable[str]) -> str:
        """A digest of all that data say of some names; empty where that is nothing."""
        found = [name for name in names if self.said_by(name)]
        return combine(map(self.digest, found)) if found else ""

    # Names

    def said_by(self, name: str) -> list[str]:
        """The units that say something of a name which is not below their own articles."""
        rows = self._db.execute(
            "SELECT unit FROM mentions WHERE name = ? AND said IS NOT NULL ORDER BY unit", (name,)
        )
        return [unit for (unit,) in rows]

    def said_of_articles(self) -> list[tuple[str, str]]:
        """The units of articles, each with one that says something of its article or of what is below it."""
        one = (
            "SELECT articles.unit, mentions.unit FROM articles CROSS JOIN mentions "
            "WHERE name >= iri || ? AND name < iri || ? AND said IS NOT NULL"
        )
        ends = ranges("")
        several = " UNION ".join([one] * len(ends))
        return self._db.execute(several, [end for pair in ends for end in pair]).fetchall()

    def owners(self, name: str) -> list[str]:
        """The units that describe the article which a name is, or is below."""
        return self._owners(name)

    def _find_owners(self, name: str) -> list[str]:
        ends = [end for end, character in enumerate(name) if character in "/#"]
        found: list[str] = []
        for iri in dict.fromkeys([name, *(name[:end] for end in reversed(ends))]):
            rows = self._db.execute(
                "SELECT unit FROM articles WHERE iri = ? ORDER BY unit", (iri,)
            ).fetchall()
            if rows:
                found = [unit for (unit,) in rows]
                break
        return found

    def digest(self, name: str) -> str:
        """A digest of all that is said of a name: what a read of it depends on."""
        return self._digests(name)

    def _digest(self, name: str) -> str:
        rows = self._db.execute(
            "SELECT unit, coalesce(said, ''), rest FROM mentions "
            "WHERE name = ? AND (said IS NOT NULL OR rest != '') ORDER BY unit",
            (name,),
        )
        parts = [" ".join(row) for row in rows]
        for unit in self.owners(name):
            row = self.unit(unit)
            parts.append(f"{unit} {row.product if row else ''}")
        return combine(parts)

    def repeated(self) -> Iterator[tuple[str, int]]:
        """The names that several units say something of, with the sum of all that."""
        rows = self._db.execute(
            "SELECT name, group_concat(said) FROM mentions WHERE said IS NOT NULL GROUP BY name "
            "HAVING count(*) > 1"
        )
        for name, sums in rows:
            yield name, sum(int(said, 16) for said in sums.split(",")) % MODULUS

    def told(self, name: str) -> int:
        """The sum over all that units say of a name which is not below their own articles."""
        rows = self._db.execute("SELECT said FROM mentions WHERE name = ? AND said IS NOT NULL", (name,))
        return sum(int(said, 16) for (said,) in rows)

    def shared(self) -> Iterator[str]:
        """The names that several units mention."""
        for (name,) in self._db.execute("SELECT name FROM mentions GROUP BY name HAVING count(*) > 1"):
            yield name
        for article, _ in self.articles():
            for first, last in ranges(article):
                query = "SELECT DISTINCT name FROM mentions WHERE name >= ? AND name < ?"
                yield from (name for (name,) in self._db.execute(query, (first, last)).fetchall())

    def is_shared(self, name: str) -> bool:
        """Whether several units mention a name, its article's own included."""
        (count,) = self._db.execute("SELECT count(*) FROM mentions WHERE name = ?", (name,)).fetchone()
        return bool(count) if self.owners(name) else count != 1

    def homes(self, name: str) -> list[str]:
        """The units that mention a name, its article's own included."""
        return self._homes(name)

    def _find_homes(self, name: str) -> list[str]:
        rows = self._db.execute("SELECT unit FROM mentions WHERE name = ?", (name,))
        return [*self.owners(name), *(unit for (unit,) in rows)]

    def mentions(self, unit: str, term: object) -> bool:
        """Whether a unit mentions a name that is not below its own articles."""
        query = "SELECT 1 FROM mentions WHERE name = ? AND unit = ?"
        return self._db.execute(query, (getattr(term, "value", ""), unit)).fetchone() is not None

    def described(self) -> Iterator[str]:
        """The names, not below an article, that some unit says something of."""
        for (name,) in self._db.execute("SELECT DISTINCT name FROM mentions WHERE said IS NOT NULL"):
            yield name

    # Examinations

    def cluster(self, name: str) -> tuple[str, str] | None:
        """What a cluster was made of, and its product."""
        row = self._db.execute("SELECT inputs, product FROM clusters WHERE cluster = ?", (name,)).fetchone()
        return None if row is None else (row[0], row[1])

    def names_of_clusters(self) -> set[str]:
        """The names of all clusters."""
        return {name for (name,) in self._db.execute("SELECT cluster FROM clusters")}

    def clusters(self) -> Iterator[tuple[str, str]]:
        """All clusters with their products."""
        yield from self._db.execute("SELECT cluster, product FROM clusters ORDER BY cluster").fetchall()

    def counts(self) -> tuple[int, int]:
        """How many articles and claims there are."""
        row = self._db.execute("SELECT sum(articles), sum(claims) FROM clusters").fetchone()
        return row[0] or 0, row[1] or 0

    def put_cluster(
        self,
        name: str,
        inputs: str,
        product: str,
        counts: tuple[int, int],
        reads: Iterable[tuple[str, str]],
        uses: Iterable[Sequence[str]],
    ) -> None:
        """Take in an examination."""
        query = "INSERT INTO clusters VALUES (NULL, ?, ?, ?, ?, ?)"
        number = self._db.execute(query, (name, inputs, product, *counts)).lastrowid
        self._db.executemany(
            "INSERT INTO reads VALUES (?, ?, ?)",
            ((read, number, bytes.fromhex(seen)) for read, seen in reads),
        )
        self._db.executemany("INSERT OR IGNORE INTO uses VALUES (?, ?, ?)", ((*use, name) for use in uses))

    def drop_cluster(self, name: str, reads: Iterable[str], uses: Iterable[Sequence[str]]) -> None:
        """Forget an examination, which read and used these names."""
        (number,) = self._db.execute("SELECT id FROM clusters WHERE cluster = ?", (name,)).fetchone()
        self._db.execute("DELETE FROM clusters WHERE id = ?", (number,))
        self._db.executemany(
            "DELETE FROM reads WHERE name = ? AND of = ?", ((read, number) for read in reads)
        )
        self._db.executemany(
            "DELETE FROM uses WHERE name = ? AND filter = ? AND cluster = ?", ((*use, name) for use in uses)
        )
        self._db.execute("DELETE FROM unread WHERE cluster = ?", (name,))
        self.problems.put(name, ())

    def put_voices(self, cluster: str, voices: Iterable[tuple[str, Sequence[Sequence[str]]]]) -> None:
        """Note in which ways a cluster's claims state triples, these as N-Triples writes them."""
        rows = ((short(triple), cluster, json.dumps(ways)) for triple, ways in voices)
        self._db.executemany("INSERT INTO voices VALUES (?, ?, ?)", rows)

    def drop_voices(self, cluster: str, triples: Iterable[str]) -> None:
        """Forget that a cluster's claims state some triples."""
        rows = ((short(triple), cluster) for triple in triples)
        self._db.executemany("DELETE FROM voices WHERE triple = ? AND cluster = ?", rows)

    def voices(self, triple: str) -> list[list[str]]:
        """In which ways claims state a triple: none where nobody states it."""
        return [way for ways in self.voices_by_cluster(triple) for way in ways]

    def voices_by_cluster(self, triple: str) -> list[list[list[str]]]:
        """In which ways the claims of each cluster that does so state a triple."""
        rows = self._db.execute("SELECT ways FROM voices WHERE triple = ?", (short(triple),))
        return [json.loads(ways) for (ways,) in rows]

    def put_support(self, triple: str, ways: Iterable[Iterable[str]]) -> None:
        """Note on whose word a triple rests."""
        told = json.dumps([sorted(way) for way in ways])
        self._db.execute("INSERT OR REPLACE INTO support VALUES (?, ?)", (short(triple), told))

    def drop_support(self, triple: str) -> None:
        """Forget on whose word a triple rests."""
        self._db.execute("DELETE FROM support WHERE triple = ?", (short(triple),))

    def support(self, triple: str) -> frozenset[frozenset[str]]:
        """On whose word a triple rests: nothing where it is told or holds anyhow."""
        row = self._db.execute("SELECT ways FROM support WHERE triple = ?", (short(triple),)).fetchone()
        return frozenset() if row is None else frozenset(map(frozenset, json.loads(row[0])))

    def put_unread(self, cluster: str, terms: Mapping[str, Sequence[Any]]) -> None:
        """Note the axioms of a cluster that no rule reads: by term, how many and of what first."""
        rows = ((cluster, term, uses, subject) for term, (uses, subject) in terms.items())
        self._db.executemany("INSERT INTO unread VALUES (?, ?, ?, ?)", rows)

    def unread(self) -> list[tuple[str, int, str]]:
        """The terms of axioms that no rule reads, how many use each, and of what first."""
        query = "SELECT term, sum(uses), min(subject) FROM unread GROUP BY term ORDER BY term"
        return self._db.execute(query).fetchall()

    def readers(self, name: str) -> list[tuple[str, str]]:
        """The clusters that have read a name, each with the digest of what it saw."""
        query = "SELECT cluster, digest FROM reads JOIN clusters ON id = of WHERE name = ?"
        return [(cluster, seen.hex()) for cluster, seen in self._db.execute(query, (name,))]

    def readers_below(self, article: str) -> list[tuple[str, str, str]]:
        """The clusters that have read names which are, or are below, an article; with name and digest."""
        query = (
            "SELECT cluster, name, digest FROM reads JOIN clusters ON id = of WHERE name >= ? AND name < ?"
        )
        return [
            (cluster, name, seen.hex())
            for pair in ranges(article)
            for cluster, name, seen in self._db.execute(query, pair)
        ]

    def filters(self, name: str) -> list[str]:
        """What a name is a value of, for a search to be narrowed by."""
        rows = self._db.execute("SELECT DISTINCT filter FROM uses WHERE name = ? ORDER BY filter", (name,))
        return [each for (each,) in rows]

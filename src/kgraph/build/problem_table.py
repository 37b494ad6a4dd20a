"""The problems of a project in its ledger: by whoever has them, a unit that was read or a cluster.

An archive may have a hundred thousand of a kind, of which a few are told. So those of a kind that one owner
has stand in one row, compressed, each with a digest by which the same problem of two owners counts once.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from array import array
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from kgraph.build.rows import short
from kgraph.problems import Problem, Severity

__all__ = ["Located", "ProblemTable"]

_FAST: Final = 1
_NUMBERS: Final = array("q")
_ROWS: Final = "SELECT same, told FROM problems WHERE kind = ?"


@dataclass(frozen=True, slots=True)
class Located:
    """A problem with what it is about, by which its place can be found."""

    problem: Problem
    subject: str | None = None
    predicate: str | None = None

    @property
    def kind(self) -> tuple[str, str, str]:
        """What kind of problem it is: severity, code, and what problems of its kind have in common."""
        return str(self.problem.severity), self.problem.code, self.problem.kind

    @property
    def same(self) -> bytes:
        """What two problems share that differ in the line alone: eight bytes."""
        it = self.problem
        parts = (it.path, it.message, it.hint, self.subject, self.predicate)
        return short("\0".join(each or "" for each in parts))[: _NUMBERS.itemsize]


class ProblemTable:
    """The problems of a ledger, in its database."""

    def __init__(self, database: sqlite3.Connection, *, is_new: bool) -> None:
        self._db = database
        self._kinds = lru_cache(maxsize=None)(self._find_kind)
        #: Whose problems were put here since an earlier build: they are told first.
        self._latest: dict[str, None] | None = None if is_new else {}

    def put(self, owner: str, problems: Iterable[Located]) -> None:
        """Set what was found in a unit or a cluster."""
        self._db.execute("DELETE FROM problems WHERE owner = ?", (owner,))
        kinds: dict[int, list[Located]] = {}
        for each in problems:
            kinds.setdefault(self._kinds(each.kind), []).append(each)
        for kind, some in kinds.items():
            some.sort(key=lambda each: (each.problem.path, each.problem.line or 0, each.problem.message))
            told = json.dumps([astuple(each) for each in some], separators=(",", ":")).encode()
            same = b"".join(each.same for each in some)
            self._db.execute(
                "INSERT INTO problems VALUES (?, ?, ?, ?)", (owner, kind, same, zlib.compress(told, _FAST))
            )
        if self._latest is not None:
            self._latest[owner] = None

    def _find_kind(self, kind: tuple[str, str, str]) -> int:
        self._db.execute("INSERT OR IGNORE INTO kinds (severity, code, said) VALUES (?, ?, ?)", kind)
        query = "SELECT id FROM kinds WHERE severity = ? AND code = ? AND said = ?"
        return int(self._db.execute(query, kind).fetchone()[0])

    def kinds(self) -> list[tuple[int, int]]:
        """The kinds of problems that there are, by severity and code, with how many there are of each."""
        known = self._db.execute("SELECT id FROM kinds ORDER BY severity, code, said").fetchall()
        seen: dict[int, set[int]] = {}
        for kind, same in self._db.execute("SELECT kind, same FROM problems"):
            seen.setdefault(kind, set()).update(array(_NUMBERS.typecode, same))
        return [(kind, len(seen[kind])) for (kind,) in known if kind in seen]

    def first(self, kind: int, limit: int) -> list[Located]:
        """The first problems of a kind: those of whoever was looked at last, then all by their owners."""
        latest = (self._db.execute(f"{_ROWS} AND owner = ?", (kind, owner)) for owner in self._latest or ())
        rows = chain(chain.from_iterable(latest), self._db.execute(f"{_ROWS} ORDER BY owner", (kind,)))
        found: dict[int, Located] = {}
        for same, told in rows:
            problems = map(_located, json.loads(zlib.decompress(told)))
            for key, problem in zip(array(_NUMBERS.typecode, same), problems, strict=True):
                found.setdefault(key, problem)
            if len(found) >= limit:
                break
        return list(found.values())[:limit]


def _located(row: list[Any]) -> Located:
    fields, subject, predicate = row
    return Located(Problem(Severity(fields[0]), *fields[1:]), subject, predicate)

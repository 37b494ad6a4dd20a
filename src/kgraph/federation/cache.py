"""Answers of services, kept on disk with the time of retrieval, and until when a service must not be asked.

One SQLite file below the store, ``federation/cache.sqlite``: it can be deleted at any time, and several
processes may share it. A cache that cannot be read or written is as good as none, and says so in the log.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeVar

__all__ = ["AnswerCache", "Retrieved"]

_T = TypeVar("_T")
_log: Final = logging.getLogger(__name__)

_TABLES: Final = """
    CREATE TABLE IF NOT EXISTS answer
      (key BLOB PRIMARY KEY, endpoint TEXT, query TEXT, retrieved REAL, size INTEGER, content BLOB);
    CREATE INDEX IF NOT EXISTS answer_age ON answer (retrieved);
    CREATE TABLE IF NOT EXISTS pause (endpoint TEXT PRIMARY KEY, until REAL);
"""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """An answer of a service, and when it was given, in seconds since 1970."""

    content: bytes
    time: float
    cached: bool = False


#: By how much clocks may differ, and for how long a service may ask to be left alone.
_SLACK_S: Final = 60.0
_LONGEST_PAUSE_S: Final = 86_400.0


class AnswerCache:
    """The answers of services, by endpoint and query. Safe to use from several threads."""

    def __init__(self, path: Path, *, size_limit_bytes: int = 256 << 20) -> None:
        self._path = path
        self._limit_bytes = size_limit_bytes
        self._lock = threading.Lock()

    def find(self, endpoint: str, query: str, *, max_age_s: float | None) -> Retrieved | None:
        """The answer that was kept, unless it is older than ``max_age_s`` (None takes any)."""

        def look(database: sqlite3.Connection) -> Retrieved | None:
            row = database.execute(
                "SELECT content, retrieved FROM answer WHERE key = ?", (_key(endpoint, query),)
            ).fetchone()
            if row is None:
                return None
            age_s = time.time() - row[1]
            # What was retrieved in the future is of unknown age: the clock has been put back since.
            if max_age_s is not None and not -_SLACK_S <= age_s <= max_age_s:
                return None
            return Retrieved(zlib.decompress(row[0]), row[1], cached=True)

        # Reading makes no file, so that a store which nobody may write stays as it is.
        return self._with(look, otherwise=None) if self._path.is_file() else None

    def keep(self, endpoint: str, query: str, answer: Retrieved) -> None:
        """Keep an answer; the oldest ones make room for it."""

        def put(database: sqlite3.Connection) -> None:
            content = zlib.compress(answer.content)
            database.execute(
                "REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?)",
                (_key(endpoint, query), endpoint, query, answer.time, len(content), content),
            )
            database.execute(
                "DELETE FROM answer WHERE key IN (SELECT key FROM (SELECT key, SUM(size) OVER"
                " (ORDER BY retrieved DESC, key) AS kept FROM answer) WHERE kept > ?)",
                (self._limit_bytes,),
            )

        self._with(put, otherwise=None)

    def pause(self, endpoint: str, until: float) -> None:
        """Remember until when, in seconds since 1970, a service asked to be left alone."""

        def put(database: sqlite3.Connection) -> None:
            database.execute("REPLACE INTO pause VALUES (?, ?)", (endpoint, until))

        self._with(put, otherwise=None)

    def paused_until(self, endpoint: str) -> float:
        """Until when a service is to be left alone; 0 where nothing is known."""

        def look(database: sqlite3.Connection) -> float:
            row = database.execute("SELECT until FROM pause WHERE endpoint = ?", (endpoint,)).fetchone()
            # A pause as long as this comes of a clock that has been put back since.
            return float(row[0]) if row and row[0] - time.time() <= _LONGEST_PAUSE_S else 0.0

        return self._with(look, otherwise=0.0) if self._path.is_file() else 0.0

    def _with(self, work: Callable[[sqlite3.Connection], _T], *, otherwise: _T) -> _T:
        try:
            with self._lock:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with closing(sqlite3.connect(self._path, timeout=10)) as database, database:
                    database.executescript(_TABLES)
                    return work(database)
        except (sqlite3.Error, OSError, zlib.error) as error:
            _log.warning("the cache %s cannot be used: %s", self._path, error)
            return otherwise


def _key(endpoint: str, query: str) -> bytes:
    return sha256(f"{endpoint}\n{query}".encode()).digest()

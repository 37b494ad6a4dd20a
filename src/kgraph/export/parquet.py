"""Claims as Parquet, for DuckDB, Spark, pandas or Polars: one row a claim with everything resolved.

``claims.parquet`` stands by itself; ``articles``, ``sources``, ``spans``, ``entities`` and ``times`` hold
what claims share. Rows are written in groups, so memory does not grow with their number. What a column holds
stands in its metadata (``description``) and in ``docs/parquet.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from kgraph.export.claims import Claim, Claims
from kgraph.export.columns import TABLES
from kgraph.export.resolving import Resolver
from kgraph.export.source import Source

__all__ = ["write_parquet"]

#: Rows that are written together.
_GROUP: Final = 20_000
Row = dict[str, Any]


def write_parquet(source: Source, folder: Path) -> None:
    """Write the tables."""
    claims = Claims(source)
    resolver = Resolver(claims)
    with ExitStack() as stack:
        tables = {
            name: stack.enter_context(_Table(folder / f"{name}.parquet", _schema(name, source)))
            for name in TABLES
        }
        source.progress("writing claims")
        for claim in claims:
            tables["claims"].add(resolver.claim(claim))
            tables["spans"].extend(_spans(claim))
        rows: dict[str, Callable[[], Iterable[Row]]] = {
            "articles": resolver.articles,
            "sources": resolver.sources,
            "entities": resolver.entities,
            "times": resolver.times,
        }
        for name, read in rows.items():
            source.progress(f"writing {name}")
            tables[name].extend(read())


def _spans(claim: Claim) -> Iterator[Row]:
    article = claim.article.iri if claim.article else None
    for span in claim.spans:
        place = {"begin": span.begin, "end": span.end}
        yield {"claim": claim.iri, "article": article, "span": span.iri, "words": span.exact, **place}


def _schema(name: str, source: Source) -> pa.Schema:
    """The columns of a table, each with what it holds, and what the table is of."""
    manifest, settings = source.generation.manifest, source.settings
    fields = [
        pa.field(column.name, column.type, metadata={"description": column.holds}) for column in TABLES[name]
    ]
    told = {"title": settings.title, "generation": manifest.id, "version": manifest.version}
    return pa.schema(fields, metadata={**told, "license": settings.licence})


class _Table:
    """A file that is written group by group."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")
        self._rows: list[Row] = []

    def __enter__(self) -> _Table:
        return self

    def __exit__(self, *error: object) -> None:
        self._write()
        self._writer.close()

    def add(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) >= _GROUP:
            self._write()

    def extend(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.add(row)

    def _write(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []

"""Parquet: DuckDB reads the tables, and they say what the graph says."""

# ruff: noqa: S608 - the queries are of our own names
from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kgraph.export import Source
from kgraph.export.claims import Claims
from kgraph.export.columns import TABLES
from kgraph.vocab import KG

from .conftest import Folder

DOCS = Path(__file__).parents[2] / "docs" / "parquet.md"


@pytest.fixture(scope="module")
def database(folder: Folder) -> duckdb.DuckDBPyConnection:
    where = folder("parquet")
    found = duckdb.connect()
    for name in TABLES:
        found.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{where / name}.parquet')")
    return found


def rows(database: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return database.execute(query).fetchall()


def test_a_row_a_claim_as_the_graph_has_it(database: duckdb.DuckDBPyConnection, source: Source) -> None:
    claims = list(Claims(source))
    found = rows(database, "SELECT claim, speakers, sentence_text, stated, negative, predicate FROM claims")
    assert sorted(found, key=str) == sorted(
        [
            (
                claim.iri,
                list(claim.speakers),
                claim.sentence.exact if claim.sentence else None,
                claim.is_stated,
                claim.is_negative,
                claim.content.predicate.value,
            )
            for claim in claims
        ],
        key=str,
    )
    spans = rows(database, 'SELECT claim, begin, "end", words FROM spans ORDER BY claim, begin')
    assert len(spans) == sum(len(claim.spans) for claim in claims)
    for _, begin, end, words in spans:
        assert end - begin == len(str(words))  # type: ignore[operator]


def test_what_claims_name_is_in_the_other_tables(database: duckdb.DuckDBPyConnection) -> None:
    for column, table, key in (
        ("article", "articles", "article"),
        ("source", "sources", "source"),
        ("unnest(times)", "times", "time"),
        ("unnest(speakers)", "entities", "entity"),
    ):
        lost = rows(
            database,
            f"SELECT DISTINCT n FROM (SELECT {column} AS n FROM claims) WHERE n IS NOT NULL "
            f"AND n NOT IN (SELECT {key} FROM {table})",
        )
        assert lost == [], column
    ((wrong,),) = rows(
        database,
        "SELECT count(*) FROM claims c JOIN sources s USING (source) "
        "WHERE len(c.chain) > s.depth OR c.article != s.article",
    )
    assert wrong == 0
    ((entities, _, most),) = rows(
        database, "SELECT count(*), count(latitude), max(claims) FROM entities WHERE label != ''"
    )
    assert entities
    assert most


def test_days_are_days(database: duckdb.DuckDBPyConnection, source: Source) -> None:
    """A reading of a curator's dates a claim, in the table of times and in its row."""
    for table in ("times", "claims"):
        found = rows(database, f"SELECT first_day, last_day FROM {table} WHERE first_day IS NOT NULL")
        assert all(first <= last for first, last in found if last is not None)  # type: ignore[operator]
        edtf = list(source.select(f"SELECT * {{ ?it <{KG}edtf> ?day }} LIMIT 1"))
        assert bool(found) == bool(edtf)


def test_every_question_of_who_says_how_much_is_one_query(database: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        database,
        "SELECT who, modality, count(*) AS n FROM (SELECT unnest(speaker_labels) AS who, modality "
        "FROM claims WHERE NOT stated) GROUP BY ALL ORDER BY n DESC, who LIMIT 3",
    )
    assert found
    assert all(isinstance(who, str) and who for who, _, _ in found)


def test_each_column_says_what_it_holds(folder: Folder, source: Source) -> None:
    docs = DOCS.read_text(encoding="utf-8")
    for name, columns in TABLES.items():
        schema = pq.read_schema(folder("parquet") / f"{name}.parquet")
        assert schema.metadata[b"version"].decode() == source.generation.manifest.version
        assert f"`{name}.parquet`" in docs
        for column in columns:
            field = schema.field(column.name)
            assert field.type == column.type
            assert field.metadata[b"description"].decode() == column.holds
            kind = "list of string" if pa.types.is_list(column.type) else str(column.type)
            assert f"| `{column.name}` | {kind} | {column.holds} |" in docs


def test_no_column_is_always_empty(database: duckdb.DuckDBPyConnection) -> None:
    empty = {
        f"{name}.{column.name}"
        for name, columns in TABLES.items()
        for column in columns
        if not rows(database, f'SELECT 1 FROM {name} WHERE "{column.name}" IS NOT NULL LIMIT 1')
    }
    assert empty <= {
        "articles.licence",
        "articles.issued",
        "claims.issued",
        "claims.value_language",
        "claims.value_number",
        "entities.latitude",
        "entities.longitude",
        "claims.annotated_on",
    }

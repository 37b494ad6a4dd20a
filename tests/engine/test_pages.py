"""Pages without an order: cut from the same order, whether a generation is in memory already or not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.engine import WorkerPool
from kgraph.engine.pages import is_cut, pages_without_order
from kgraph.rdf.formats import ResultKind

from .conftest import Ask, Fact
from .test_results import body
from .test_snapshots import at_once, pool_on, write_generation

__all__ = ["at_once"]  # a fixture

GRAPH = "GRAPH ?g { ?s ?p ?o }"
#: Queries that a client pages through; PAGE is a LIMIT and an OFFSET.
PAGED = [
    f"SELECT ?s ?o {{ {GRAPH} }} PAGE",
    f"SELECT DISTINCT ?o {{ {GRAPH} }} PAGE",
    f"SELECT ?o (COUNT(?s) AS ?n) {{ {GRAPH} }} GROUP BY ?o PAGE",
    f"SELECT * {{ {{ SELECT ?s ?o {{ {GRAPH} }} PAGE }} }}",
    f"SELECT * {{ {{ SELECT ?s ?o {{ {GRAPH} }} PAGE }} FILTER(STRLEN(STR(?o)) > 0) }} ORDER BY ?s ?o",
    f"CONSTRUCT {{ ?s ?p ?o }} {{ {GRAPH} }} PAGE",
    f'SELECT ?s ?o {{ {GRAPH} FILTER(?o != "order by") }} # order by ?s\nPAGE',
]
FORMATS = {ResultKind.SOLUTIONS: "tsv", ResultKind.BOOLEAN: "json", ResultKind.GRAPH: "nt"}


def _paged(query: str, offset: int, limit: int) -> str:
    # The first page is often asked for without an OFFSET.
    return query.replace("PAGE", f"LIMIT {limit}" + (f" OFFSET {offset}" if offset else ""))


@pytest.mark.anyio
@pytest.mark.parametrize("query", PAGED)
async def test_pages_from_before_and_after_the_snapshot_are_of_one_order(
    ask: Ask, tmp_path: Path, query: str
) -> None:
    facts: list[Fact] = [("big", f"s{n}", "p", f"value {n % 97}") for n in range(1, 301)]
    store = write_generation(tmp_path / "one", facts)
    limit = 40
    async with WorkerPool(size=1) as disk, pool_on(store) as memory:

        async def lines(pool: WorkerPool, text: str) -> list[str]:
            content = await body(pool, ask(text, store=store, formats=FORMATS))
            return content.decode().splitlines()[0 if text.startswith("CONSTRUCT") else 1 :]

        whole = await lines(disk, query.replace("PAGE", ""))
        mixed = []
        for number, offset in enumerate(range(0, 400, limit)):
            page = _paged(query, offset, limit)
            from_disk, from_memory = await lines(disk, page), await lines(memory, page)
            assert from_disk == from_memory
            mixed += (from_disk, from_memory)[number % 2]
    assert Counter(mixed) == Counter(whole)


@pytest.mark.anyio
async def test_what_no_limit_cuts_comes_from_memory(ask: Ask, tmp_path: Path) -> None:
    facts: list[Fact] = [("big", f"s{n}", "p", "value") for n in range(10)]
    store = write_generation(tmp_path / "one", facts)
    async with pool_on(store) as memory:
        for text in ("SELECT ?s { GRAPH ?g { ?s ?p ?o } }", "SELECT ?s { GRAPH ?g { ?s ?p ?o } } LIMIT 1000"):
            answer = json.loads(await body(memory, ask(text, store=store)))
            assert len(answer["results"]["bindings"]) >= 10
        store.rename(tmp_path / "elsewhere")  # on disk there is none any more
        answer = json.loads(await body(memory, ask(text, store=store)))
        assert len(answer["results"]["bindings"]) >= 10


@pytest.mark.parametrize(
    ("query", "at_most"),
    [
        ("SELECT * { ?s ?p ?o }", None),
        ("SELECT * { ?s ?p 'limit 4' }", None),
        ("SELECT * { ?s ?p ?limit . ?s <http://offset/> ?p }", None),
        ("SELECT * { ?s ?p ?o } ORDER BY ?s LIMIT 4 OFFSET 8", None),
        ("SELECT * { { SELECT ?s { ?s ?p ?o } LIMIT 3 } } ORDER BY ?s LIMIT 9", 0),
        ("SELECT * { { SELECT ?s { ?s ?p ?o } LIMIT 3 } }", 0),
        ("SELECT * { ?s ?p ?o } LIMIT 4 OFFSET 8", 0),
        ("SELECT * { ?s ?p ?o } OFFSET 8 LIMIT 4", 0),
        ("SELECT * { ?s ?p ?o } ORDER BY ?s LIMIT 4", None),
        ("SELECT * { ?s ?p ?o } LIMIT 4", 4),
        ("SELECT * { ?s ?p ?o }limit\n4", 4),
        ("SELECT * { ?s ?p ?o } LIMIT # order by\n 4", 4),
        ("SELECT * { ?s ?p ?o } LIMIT <# 4", 0),
        ("SELECT * { ?s ?p ?o } OFFSET 0", 0),
        ("SELECT * { { SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 3 } } LIMIT 9", 9),
        ('SELECT * { ?s <http://order/by> \'order by\' , "order\\" by" } LIMIT 7', 7),
        ("SELECT * { ?s ex:order ?by } LIMIT 7", 7),
    ],
)
def test_the_keywords_of_a_page_are_told_from_other_words(query: str, at_most: int | None) -> None:
    assert pages_without_order(query) == at_most


@given(st.text("\"'<>#\\ \nlimtofserdy:?4", max_size=200))
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    assert pages_without_order(f"{text}\nLIMIT 5") in (None, 0, 5) or "limit" in text


def test_rows_are_not_counted_too_low() -> None:
    rows = {"json": b'{"results":{"bindings":[{"a":1},{"a":2}]}}', "csv": b"a\n1\n2\n", "tsv": b"?a\n1\n2\n"}
    for name, content in {**rows, "xml": b"<results><result></result><result></result></results>"}.items():
        assert is_cut(content, name, 2), name
        assert not is_cut(content, name, 9), name
    assert is_cut(b"", "nt", 9)

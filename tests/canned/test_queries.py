"""The canned queries of this repository: documented, and giving the rows that they promise."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib.plugins.sparql import prepareQuery

from kgraph.canned import CannedQuery, Example, load_canned, render_row
from kgraph.canned.query import Row
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.sparql import iter_tokens
from kgraph.vocab import Names

FOLDER = Path(__file__).parents[2] / "queries"
PREFIXES = Names("https://w3id.org/kgraph/").prefixes
QUERIES, PROBLEMS = load_canned(
    ((f"queries/{path.name}", path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.rq")),
    prefixes=PREFIXES,
)
GROUPS = {
    "who-said-this",
    "barricades",
    "declaration-and-recognition",
    "actors-and-places",
    "time",
    "contested-views",
    "inference",
    "federation",
    "wikidata",
    "provenance",
}
#: Those that call no service. The others are run in tests/federation, where there is one to call.
LOCAL = {slug: query for slug, query in QUERIES.items() if not query.services}


def _rows(store: ox.Store, text: str) -> list[Row]:
    results = store.query(text)
    assert isinstance(results, ox.QuerySolutions)
    return [render_row(row, PREFIXES) for row in results]


each_query = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
each_local_query = pytest.mark.parametrize("query", LOCAL.values(), ids=LOCAL)


def test_every_query_is_sound_and_fully_documented() -> None:
    assert len(QUERIES) >= 36
    assert [str(problem) for problem in PROBLEMS] == []


def test_every_group_of_questions_has_its_queries() -> None:
    assert {tag for query in QUERIES.values() for tag in query.tags} == GROUPS


@each_query
def test_a_query_says_what_its_rows_mean_and_shows_some(query: CannedQuery) -> None:
    assert query.kind is ResultKind.SOLUTIONS
    assert query.summary.endswith(("?", "…"))
    assert query.description.endswith((".", ")"))
    assert len(query.tags) == 1
    assert any(example.rows for example in query.examples)
    assert all(parameter.example for parameter in query.parameters)
    assert not any(parameter.required for parameter in query.parameters)
    assert query.services == (("<https://query.wikidata.org/sparql>",) if "wikidata" in query.tags else ())


@each_local_query
def test_a_query_names_the_graph_of_every_pattern(query: CannedQuery, without_graphs: ox.Store) -> None:
    """P2: no answer mixes levels unseen. All the data in the default graph is as good as none."""
    text = query.bind({}, prefixes=PREFIXES)
    assert _rows(without_graphs, text) == _rows(ox.Store(), text)


@each_query
def test_a_query_is_ordered_and_binds_no_exists(query: CannedQuery) -> None:
    """P36: EXISTS within BIND mislabels rows."""
    words = [token.text.upper() for token in iter_tokens(query.sparql) if token.kind != "variable"]
    assert "ORDER" in words
    assert ["BIND", "(", "EXISTS"] not in [words[i : i + 3] for i in range(len(words))]


@each_query
def test_a_query_parses_where_grlc_would_parse_it(query: CannedQuery) -> None:
    """grlc reads a query with rdflib, parameters being variables."""
    prepareQuery(query.sparql)


@pytest.mark.parametrize(
    ("query", "example"),
    [
        pytest.param(query, example, id=f"{slug}-{','.join(example.values.values()) or 'default'}")
        for slug, query in LOCAL.items()
        for example in query.examples
    ],
)
def test_a_query_gives_the_rows_that_it_promises(
    query: CannedQuery, example: Example, dataset: ox.Store
) -> None:
    rows = _rows(dataset, query.bind(example.values, prefixes=PREFIXES))
    if not example.holds_for(rows):
        expected, got = (["  |  ".join(row) for row in side] for side in (example.rows, rows))
        pytest.fail("\n".join(unified_diff(expected, got, "expected", "got", n=0, lineterm="")))


@pytest.mark.parametrize(
    ("subject", "predicate", "question"),
    [
        ("kgr:europeanUnion", "kg:recognises", "the European Union recognises Kosovo"),
        ("kgr:kosovo", "kg:locatedIn", "Kosovo is located in Serbia"),
        ("kgr:erectionOfBarricades", "kg:hasAgent", "anyone erected the barricades"),
    ],
)
def test_what_the_article_does_not_say_is_answered_as_silence(
    subject: str, predicate: str, question: str, dataset: ox.Store
) -> None:
    """P35: nothing found must not look like "no"."""
    query = QUERIES["is-it-said"].bind({"subject": subject, "predicate": predicate}, prefixes=PREFIXES)
    assert [row[0] for row in _rows(dataset, query)] == ["not stated in the article"], question

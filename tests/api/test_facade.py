"""The facade in a script and in a notebook: values in, values out, typed errors, a clean end."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Thread

import pyoxigraph as ox
import pytest

import kgraph
from kgraph import KnowledgeGraph
from kgraph.api import Table
from kgraph.errors import (
    ParameterError,
    ProjectError,
    QuerySyntaxError,
    QueryTimeoutError,
    SettingsError,
    UnknownNameError,
)
from kgraph.rdf.formats import ResultKind

TYPED = """\
#+ summary: What comes of values?
SELECT (?__count_integer AS ?count) (?__day_xsd_date AS ?day) (?__thing_iri AS ?thing)
  (?__so_xsd_boolean AS ?so) (?__slug AS ?words) {}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("facade")
    (folder / "queries").mkdir()
    (folder / "queries" / "typed.rq").write_text(TYPED)
    return folder


@pytest.fixture(scope="module")
def graph(folder: Path) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph(folder, workers=1) as graph:
        yield graph


def test_select_gives_a_table_ask_a_truth_value_construct_triples(graph: KnowledgeGraph) -> None:
    table = graph.query("SELECT ?a ?b { VALUES (?a ?b) { (<urn:x> 1) (UNDEF 'é'@fr) } }")
    assert isinstance(table, Table)
    assert (len(table), table.columns) == (2, ("a", "b"))
    assert table[0]["a"] == ox.NamedNode("urn:x")
    assert table[1]["a"] is None
    assert [row["b"] for row in table] == [ox.Literal(1), ox.Literal("é", language="fr")]
    assert table.render() == [("urn:x", "1"), ("", "é")]
    assert graph.query("ASK { ?s ?p ?o }") is False
    triple = ox.Triple(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal(1))
    assert graph.query("CONSTRUCT { <urn:a> <urn:b> 1 } {}") == [triple]
    empty = graph.query("SELECT ?a { ?a ?b ?c }")
    assert isinstance(empty, Table)
    assert (empty.columns, len(empty)) == (("a",), 0)


def test_values_may_be_texts_numbers_dates_or_terms(graph: KnowledgeGraph) -> None:
    table = graph.canned(
        "typed", count=3, day=date(2011, 10, 18), thing=ox.NamedNode("urn:x"), so=True, slug="a name's"
    )
    assert isinstance(table, Table)
    assert table.render() == [("3", "2011-10-18", "urn:x", "true", "a name's")]
    again = graph.canned("typed", thing=table[0]["thing"], slug=table[0]["words"])
    assert isinstance(again, Table)
    assert again.render() == [("", "", "urn:x", "", "a name's")]


def test_an_answer_can_be_had_as_bytes(graph: KnowledgeGraph) -> None:
    pieces = graph.write("SELECT ('x' AS ?x) {}", formats={ResultKind.SOLUTIONS: "csv"})
    assert b"".join(pieces) == b"x\r\nx\r\n"
    unread = graph.write("SELECT ('x' AS ?x) {}", formats={ResultKind.SOLUTIONS: "csv"})
    next(unread)
    unread.close()  # type: ignore[attr-defined]
    assert graph.query("ASK {}") is True


def test_errors_have_types(graph: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        graph.query("SELEC *")
    assert caught.value.line == 1
    with pytest.raises(UnknownNameError, match="Did you mean 'typed'"):
        graph.canned("tiped")
    with pytest.raises(ParameterError, match="'count'"):
        graph.canned("typed", count="many")
    with pytest.raises(SettingsError, match="no folder"):
        KnowledgeGraph(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match="--workers"):
        KnowledgeGraph(tmp_path, workers=0)
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "broken.rq").write_text("SELEC *")
    with pytest.raises(ProjectError) as faults:
        KnowledgeGraph(tmp_path)
    assert faults.value.problems[0].path == "queries/broken.rq"


def test_a_bomb_is_an_error_and_the_graph_goes_on(folder: Path) -> None:
    numbers = " ".join(map(str, range(400)))
    bomb = " ".join(f"VALUES ?x{n} {{ {numbers} }}" for n in range(4))
    with KnowledgeGraph(folder, workers=1, query_timeout=0.5) as graph:
        with pytest.raises(QueryTimeoutError):
            graph.query(f"SELECT (COUNT(*) AS ?n) {{ {bomb} }}")
        assert graph.query("ASK {}") is True


def test_it_works_where_an_event_loop_is_running(graph: KnowledgeGraph) -> None:
    async def cell() -> object:
        return graph.query("ASK {}")

    assert asyncio.run(cell()) is True


def test_threads_share_it(graph: KnowledgeGraph) -> None:
    answers: list[object] = []
    threads = [Thread(target=lambda: answers.append(graph.query("ASK {}"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 8


def test_closing_twice_is_no_fault_and_using_a_closed_one_is(folder: Path) -> None:
    graph = KnowledgeGraph(folder, workers=1)
    graph.close()
    graph.close()
    with pytest.raises(RuntimeError, match="closed"):
        graph.query("ASK {}")


def test_a_build_is_heard_and_the_settings_hold(tmp_path: Path) -> None:
    steps: list[str] = []
    with KnowledgeGraph(tmp_path, progress=steps.append, workers=1, title="A title") as graph:
        assert graph.generation.manifest.title == "A title"
        assert graph.queries == {}
    assert steps


def test_a_data_frame_without_pandas_says_what_to_install(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    table = graph.query("SELECT ('x' AS ?x) {}")
    assert isinstance(table, Table)
    with pytest.raises(ImportError, match="pip install pandas"):
        table.to_pandas()


def test_the_package_offers_what_it_says() -> None:
    assert kgraph.__all__ == sorted(kgraph.__all__)
    assert all(getattr(kgraph, name) is not None for name in kgraph.__all__)
    with pytest.raises(AttributeError):
        kgraph.nonsense  # noqa: B018

"""A query that forgets to declare what everybody knows is answered, and its author is told."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kgraph import KnowledgeGraph
from kgraph.api import Table
from kgraph.errors import QuerySyntaxError
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.prefixes import WELL_KNOWN, declare_prefixes
from kgraph.vocab import Names

KNOWN = Names("https://w3id.org/kgraph/").prefixes


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory, told: list[str]) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph(tmp_path_factory.mktemp("prefixes"), workers=1, notice=told.append) as graph:
        yield graph


def test_what_is_forgotten_is_declared_and_told(graph: KnowledgeGraph, told: list[str]) -> None:
    told.clear()
    table = graph.query("PREFIX foaf: <urn:mine:> SELECT (foaf:x AS ?a) (skos:y AS ?b) (wdt:P1 AS ?c) {}")
    assert isinstance(table, Table)
    assert [str(value) for value in table[0].values()] == [
        "<urn:mine:x>",
        "<http://www.w3.org/2004/02/skos/core#y>",
        "<http://www.wikidata.org/prop/direct/P1>",
    ]
    (notice,) = told
    assert f"skos: <{KNOWN['skos']}>" in notice
    assert f"wdt: <{WELL_KNOWN['wdt']}>" in notice
    assert "foaf" not in notice


def test_an_answer_in_bytes_is_told_of_likewise(graph: KnowledgeGraph, told: list[str]) -> None:
    told.clear()
    assert b"core#" in b"".join(
        graph.write("SELECT (skos:x AS ?a) {}", formats={ResultKind.SOLUTIONS: "csv"})
    )
    assert len(told) == 1


@pytest.mark.parametrize(
    "text", ["SELECT ?x { ?x a 'skos:a' } # skos:b", "PREFIX skos: <urn:x> ASK { ?x a skos:a }"]
)
def test_nothing_is_told_where_nothing_is_forgotten(
    graph: KnowledgeGraph, told: list[str], text: str
) -> None:
    told.clear()
    graph.query(text)
    assert told == []
    assert declare_prefixes(text, KNOWN) is None


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("SELECT ?x { ?x a skos:a ", 1, 11, "never closed"),
        ("SELECT ?x { ?x a skos:a ; mine:b 1 }", 1, 27, "mine:"),
        ("SELECT ?x {\n ?x a skos:a ; mine:b 1 }", 2, 16, "mine:"),
    ],
)
def test_a_fault_is_placed_in_the_text_that_was_given(
    graph: KnowledgeGraph, text: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(QuerySyntaxError, match=words) as caught:
        graph.query(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert f"at line {line}, column {column}" in caught.value.message


def test_without_a_listener_it_is_a_warning(tmp_path: Path) -> None:
    with (
        KnowledgeGraph(tmp_path, workers=1) as graph,
        pytest.warns(UserWarning, match="taken as skos:") as caught,
    ):
        graph.query("ASK { ?x a skos:Concept }")
    assert caught[0].filename == __file__


def test_the_command_line_prints_it_beside_the_answer(tmp_path: Path) -> None:
    (tmp_path / "kgraph.toml").write_text("", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "kgraph", "query", "--project", tmp_path, "--format", "csv", "-"],
        input="SELECT (skos:x AS ?x) {}",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "x\nhttp://www.w3.org/2004/02/skos/core#x\n"
    assert re.search("^notice: Prefixes .* skos:", done.stderr, re.MULTILINE)

"""Names in the place of IRIs, asked of a built project: canned queries, explain, believe."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kgraph import KnowledgeGraph
from kgraph.api import Table
from kgraph.errors import ParameterError

STAR_CLOCK = Path(__file__).parents[2] / "examples" / "star-clock"


@pytest.fixture(scope="module", params=["", "https://example.org/x/"], ids=["own", "strange"])
def graph(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KnowledgeGraph]:
    project = tmp_path_factory.mktemp("named") / "star-clock"
    shutil.copytree(STAR_CLOCK, project)
    flags = {"base_iri": request.param} if request.param else {}
    with KnowledgeGraph(project, workers=1, writable=True, encoder="none", **flags) as graph:
        yield graph


def column(graph: KnowledgeGraph, slug: str, name: str, **values: object) -> list[str]:
    table = graph.canned(slug, **values)
    assert isinstance(table, Table)
    return [row[table.columns.index(name)] for row in table.render()]


def test_a_canned_query_takes_names(graph: KnowledgeGraph) -> None:
    assert set(column(graph, "said-by", "quote", speaker="pieter laske")) == {
        "nothing to do with it",
        "the clock would turn up within two years",
    }
    assert column(graph, "affiliations", "level", thing="Pieter Laske") == ["not stated"]
    with pytest.raises(ParameterError, match="Did you mean 'Pieter Laske'"):
        graph.canned("said-by", speaker="Peter Laske")


def test_explain_and_believe_take_names(graph: KnowledgeGraph) -> None:
    assert graph.explain("Harbour Museum", "based in", "Ardovia").holds
    assert not graph.explain("Pieter Laske", "based in", "Ardovia").holds
    with pytest.raises(ParameterError, match=r"none 'Ardovya'.*Did you mean 'Ardovia'"):
        graph.explain("Harbour Museum", "based in", "Ardovya")
    assert graph.believe("former guard", "Bram Oskell").believed
    with pytest.raises(ParameterError, match=r"none 'Bram Oscell'.*Did you mean 'Bram Oskell'"):
        graph.believe("Bram Oscell")


def test_the_namespaces_of_which_a_query_declares_the_ends_are_the_projects(graph: KnowledgeGraph) -> None:
    table = graph.query(
        "PREFIX g: <graph/> PREFIX kg: <https://w3id.org/kgraph/ontology#> "
        "SELECT (COUNT(*) AS ?n) WHERE { GRAPH g:assertions { ?claim a kg:Assertion } }"
    )
    assert isinstance(table, Table)
    assert int(table.render()[0][0]) > 100


def test_names_are_the_projects_alone_and_a_clients_things_may_be_asked_about(graph: KnowledgeGraph) -> None:
    graph.update(
        "INSERT DATA { GRAPH <urn:mine> { <urn:impostor> a <https://w3id.org/kgraph/ontology#Actor> ; "
        '<http://www.w3.org/2004/02/skos/core#prefLabel> "Ysolde Marran", "A stranger" } }'
    )
    assert set(column(graph, "said-by", "speaker", speaker="Ysolde Marran")) == {
        row for row in column(graph, "said-by", "speaker") if row.endswith("marran")
    }
    with pytest.raises(ParameterError, match="none 'A stranger'"):
        graph.canned("said-by", speaker="A stranger")
    assert column(graph, "said-by", "level", speaker="urn:impostor") == ["not stated"]

"""Queries that are nested too deeply for a reader of ours are refused; they are no fault of the server."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from kgraph.build import build
from kgraph.settings import load_settings

from .conformance import QUERY
from .conftest import Serve

SERVICE = "SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o }"


@pytest.fixture(scope="module")
def calling(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    folder: Path = tmp_path_factory.mktemp("calling")
    build(load_settings(folder, environ={}))
    return serve(folder, workers=1, allow_service=["http://127.0.0.1:9/sparql"])


@pytest.mark.parametrize("depth", [100, 400, 3_000, 30_000])
@pytest.mark.parametrize(
    ("opening", "inner", "closing"),
    [
        ("{", SERVICE, "}"),
        ("OPTIONAL {", SERVICE, "}"),
        ("{ SELECT * {", SERVICE, "} }"),
        ("FILTER EXISTS {", SERVICE, "}"),
        ("FILTER(" + "(", "1", ")" + ")" + SERVICE),
        ("?s ?p [", "", "] . " + SERVICE),
        ('{ ?x <https://w3id.org/kgraph/ontology#search> "a" . ', "", "}"),
    ],
)
def test_a_deep_query_is_no_fault_of_the_server(
    calling: httpx.Client, depth: int, opening: str, inner: str, closing: str
) -> None:
    query = "SELECT * {" + opening * depth + inner + closing * depth + "}"
    response = calling.post("/sparql", content=query, headers={**QUERY, "Accept": "application/json"})
    assert response.status_code in (200, 400, 403, 413, 502, 504, 507), response.text[:500]
    assert calling.get("/health").status_code == 200

"""What the server says of itself: OpenAPI, the pages, its health, and the generation that it serves."""

from __future__ import annotations

import re
import shutil
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

import kgraph
from kgraph.build import build
from kgraph.engine import BackendStatus
from kgraph.settings import load_settings

from .conftest import Serve

HTML = {"Accept": "text/html"}


@pytest.fixture
def openapi(client: httpx.Client) -> dict[str, Any]:
    description: dict[str, Any] = client.get("/openapi.json").json()
    return description


def test_openapi_has_one_typed_path_for_each_canned_query(
    client: httpx.Client, openapi: dict[str, Any]
) -> None:
    assert openapi["openapi"].startswith("3.1")
    for query in client.get("/queries").json():
        operation = openapi["paths"][f"/queries/{query['slug']}"]["get"]
        assert operation["summary"] == query["summary"]
        assert operation["parameters"] == query["parameters"]
        for parameter in operation["parameters"]:
            assert parameter["in"] == "query"
            assert parameter["schema"]["type"] in ("string", "integer", "number", "boolean")
            assert parameter["description"]
    assert {"/sparql", "/queries", "/health"} <= set(openapi["paths"])


def test_openapi_names_each_operation_once_and_describes_its_responses(openapi: dict[str, Any]) -> None:
    operations = [each for path in openapi["paths"].values() for each in path.values()]
    identifiers = [each["operationId"] for each in operations]
    assert len(identifiers) == len(set(identifiers))
    assert all(re.fullmatch(r"\w+", each) for each in identifiers)
    assert all(each["summary"] for each in operations)
    assert all(any(status.startswith("2") for status in each["responses"]) for each in operations)
    references = re.findall(r"'\$ref': '#/([^']+)'", str(openapi))
    for reference in references:
        part: Any = openapi
        for key in reference.split("/"):
            part = part[key]


def test_the_pages_stand_by_themselves(client: httpx.Client) -> None:
    for path in ("/", "/queries", "/queries/who-said", "/sparql", "/docs"):
        page = client.get(path, headers=HTML)
        assert page.status_code == 200
        assert "<title>" in page.text
        data = '<script type="application/ld+json">'  # no script that runs, but the server's own
        own = re.sub(r'<script type="module" src="/static/[^"]+">', "", page.text.replace(data, ""))
        assert "<script" not in own
        for link in re.findall(r'(?:href|src)="(/static/[^"]*)"', page.text):
            assert client.get(link).status_code == 200, link
    assert client.get("/static/kgraph.css").headers["content-type"].startswith("text/css")


def test_the_projects_own_iris_lead_to_what_is_known_of_them(client: httpx.Client) -> None:
    page = client.get("/queries/find", params={"name": "KFOR"}, headers=HTML).text
    assert 'href="/id/kfor" title="https://w3id.org/kgraph/id/kfor"' in page
    described = client.get("/id/kfor", headers=HTML)
    assert described.status_code == 200
    assert "https://w3id.org/kgraph/id/kfor" in described.text


def test_health_tells_the_generation_and_the_workers(client: httpx.Client) -> None:
    health = client.get("/health").json()
    assert (health["status"], health["version"]) == ("ok", kgraph.__version__)
    generation = health["generation"]
    assert set(generation) == {"id", "created", "age_s", "triples", "canonical_hash"}
    assert datetime.fromisoformat(generation["created"]) < datetime.now(UTC)
    assert generation["age_s"] >= 0
    assert re.fullmatch("[0-9a-f]{64}", generation["canonical_hash"])
    assert set(health["workers"]) == {field.name for field in fields(BackendStatus)}


def test_a_new_generation_is_served_without_a_restart(
    serve: Serve, small_project: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "changing"
    shutil.copytree(small_project / "queries", folder / "queries")
    settings = load_settings(folder, environ={})
    first = build(settings).generation
    client = serve(folder, workers=1)
    assert client.get("/health").json()["generation"]["id"] == first.id
    assert client.get("/queries/fresh").status_code == 404
    (folder / "queries" / "fresh.rq").write_text("#+ summary: Fresh?\nASK {}\n")
    second = build(settings).generation
    assert client.get("/health").json()["generation"]["id"] == second.id != first.id
    assert client.get("/queries/fresh").json()["boolean"] is True
    assert "/queries/fresh" in client.get("/openapi.json").json()["paths"]
    assert "Fresh?" in client.get("/queries", headers=HTML).text


def test_an_answer_under_way_stays_with_its_generation(serve: Serve, project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "swapped"
    folder.mkdir()
    shutil.copytree(project / ".kgraph", folder / ".kgraph", symlinks=True)
    client = serve(folder, workers=1)
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 60000"
    with client.stream("GET", "/sparql", params={"query": query, "format": "tsv"}) as response:
        pieces = response.iter_bytes()
        lines = next(pieces).count(b"\n")
        build(load_settings(folder, environ={}))  # of a folder that has nothing else in it
        assert lines + sum(piece.count(b"\n") for piece in pieces) == 60_001
    assert client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"}).json()["boolean"] is False


def test_the_public_url_stands_in_what_is_said_to_the_world(serve: Serve, small_project: Path) -> None:
    client = serve(small_project, public_url="https://kg.example.org/", workers=1)
    assert client.get("/queries").json()[0]["url"].startswith("https://kg.example.org/queries/")
    assert "<https://kg.example.org/sparql>" in client.get("/sparql", headers={"Accept": "text/turtle"}).text

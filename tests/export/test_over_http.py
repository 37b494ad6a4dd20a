"""Dumps and changes over HTTP, from a real server, as other programs read them."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import feedparser
import httpx
import pyoxigraph as ox
import pytest

from kgraph.build import build
from kgraph.export.nanopublications import content_of
from kgraph.settings import load_settings
from kgraph.store.generation import canonical_hash
from tests.web.conftest import _serving

from .conftest import EXAMPLE

E = "http://example.org/"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("http") / "star-clock"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".kgraph"))
    build(load_settings(folder, environ={"KGRAPH_ENCODER": "none"}))
    return folder


@pytest.fixture(scope="module")
def client(project: Path) -> Iterator[httpx.Client]:
    flags = {"workers": 1, "writable": True, "encoder": "none"}
    settings = load_settings(project, flags=flags, environ={})
    with _serving(settings, None) as url, httpx.Client(base_url=url, timeout=120) as client:
        yield client


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "kgraph", *arguments], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout


def test_dumps_are_listed_and_are_the_exports(client: httpx.Client, project: Path) -> None:
    listed = {each["format"]: each for each in client.get("/dumps").json()}
    assert {"nq", "nanopubs", "csvw", "ro-crate", "annotations"} <= set(listed)
    answer = client.get(listed["nq"]["url"])
    assert answer.headers["content-type"] == "application/n-quads"
    exported = run("export", "nq", "--project", str(project))
    quads = list(ox.parse(answer.content, ox.RdfFormat.N_QUADS))
    assert canonical_hash(quads) == canonical_hash(ox.parse(exported.encode(), ox.RdfFormat.N_QUADS))
    again = client.get(listed["nq"]["url"], headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    archive = ZipFile(io.BytesIO(client.get(listed["csvw"]["url"]).content))
    assert set(archive.namelist()) == {"articles.csv", "claims.csv", "csv-metadata.json", "evidence.csv"}
    wrong = client.get("/dumps/nonsense.nq")
    assert (wrong.status_code, "nanopubs.trig" in wrong.json()["detail"]) == (404, True)
    void = client.get("/.well-known/void.ttl").text
    assert "/dumps/nq.nq" in void


def apply(patch: str, quads: set[str]) -> set[str]:
    """What an RDF Patch makes of some lines of N-Quads."""
    assert patch.startswith("H id ")
    assert patch.endswith("TC .\n")
    for line in patch.splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "D":
            quads.remove(rest)
        elif mark == "A":
            assert rest not in quads
            quads.add(rest)
    return quads


def quads_of(project: Path, generation: str) -> set[str]:
    return set(run("export", "nq", "--generation", generation, "--project", str(project)).splitlines())


def test_a_consumer_follows_the_feed_and_has_the_same_data(client: httpx.Client, project: Path) -> None:
    first = client.get("/health").json()["generation"]
    first = first["id"] if isinstance(first, dict) else first
    for update in (
        f'INSERT DATA {{ GRAPH <{E}g> {{ <{E}a> <{E}p> "é", 1.50 . <{E}b> <{E}p> <{E}c> }} }}',
        f"DELETE DATA {{ GRAPH <{E}g> {{ <{E}b> <{E}p> <{E}c> }} }}; INSERT DATA {{ <{E}d> <{E}p> 2 }}",
    ):
        headers = {"Content-Type": "application/sparql-update"}
        assert client.post("/sparql", content=update, headers=headers).status_code == 204
    entities = project / "data" / "ttl" / "entities.ttl"
    entities.write_text(
        entities.read_text() + f"\n<{E}new> <http://www.w3.org/2000/01/rdf-schema#label> 'New' .\n"
    )
    run("build", "--project", str(project))

    feed = client.get("/changes.json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    items = feed["items"]
    assert [item["_kgraph"]["from"] for item in items][-1] == first
    data = quads_of(project, first)
    for item in reversed(items):
        patch = client.get(item["attachments"][0]["url"])
        assert patch.headers["content-type"].startswith("application/rdf-patch")
        data = apply(patch.text, data)
        numbers = item["_kgraph"]["graphs"]
        assert sum(each["added"] for each in numbers.values()) == patch.text.count("\nA ")
        assert sum(each["removed"] for each in numbers.values()) == patch.text.count("\nD ")
        assert data == quads_of(project, item["_kgraph"]["to"])
    assert items[1]["_kgraph"]["graphs"][f"{E}g"] == {"added": 0, "removed": 1}
    assert any(graph.endswith("graph/entities") for graph in items[0]["_kgraph"]["graphs"])

    atom = feedparser.parse(client.get("/changes", headers={"Accept": "application/atom+xml"}).content)
    assert not atom.bozo
    assert atom.version == "atom10"
    assert [entry.id for entry in atom.entries] == [item["id"] for item in items]
    assert [entry.links[0].href for entry in atom.entries] == [item["url"] for item in items]
    assert "1 removed" in atom.entries[1].summary

    whole = client.get(f"/changes/{first}..{items[0]['_kgraph']['to']}").text
    assert apply(whole, quads_of(project, first)) == data
    shown = json.loads(run("diff", first, "--format", "json", "--project", str(project)))
    assert shown == client.get(f"/changes/{first}..{items[0]['_kgraph']['to']}.json").json()
    assert client.get(f"/changes/{first}..nonsense").status_code == 404
    assert "1 added" in run("diff", first, "--project", str(project))


def test_nanopublications_come_back_over_http(client: httpx.Client, project: Path) -> None:
    dump = client.get("/dumps/nanopubs.trig").content
    sent = client.post("/graph-store", content=dump, headers={"Content-Type": "application/trig"})
    assert sent.status_code in (200, 201), sent.text
    whole = ox.parse(run("export", "nq", "--project", str(project)).encode(), ox.RdfFormat.N_QUADS)
    back = [quad for quad in whole if "/np/" in str(quad.graph_name)]
    there = list(ox.parse(dump, ox.RdfFormat.TRIG))
    assert canonical_hash(back) == canonical_hash(there)
    assert len({*content_of(back)}) == len({*content_of(there)}) > 100

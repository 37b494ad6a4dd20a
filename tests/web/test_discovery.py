"""What programs find out for themselves: the dataset's description, the queries as RDF, the sitemap."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest

from kgraph.settings import load_settings
from kgraph.store import Catalog
from kgraph.web import discovery
from tests.web.conftest import Serve
from tests.web.test_resources import BASE, FORMATS, parse

VOID = "http://rdfs.org/ns/void#"
DCAT = "http://www.w3.org/ns/dcat#"
DCTERMS = "http://purl.org/dc/terms/"
SH = "http://www.w3.org/ns/shacl#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
DATASET = f"{BASE}.well-known/void#dataset"
PATHS = ("/.well-known/void", "/.well-known/sparql-examples")
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def store_of(response: httpx.Response) -> ox.Store:
    store = ox.Store()
    for triple in parse(response.content, ox.RdfFormat.TURTLE):
        store.add(ox.Quad(*triple))
    return store


def objects(store: ox.Store, subject: str, predicate: str) -> list[str]:
    quads = store.quads_for_pattern(ox.NamedNode(subject), ox.NamedNode(predicate), None, None)
    return sorted(getattr(quad.object, "value", str(quad.object)) for quad in quads)


@pytest.fixture(scope="module")
def void(client: httpx.Client) -> ox.Store:
    return store_of(client.get("/.well-known/void"))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_description_comes_in_every_format(client: httpx.Client, path: str, suffix: str) -> None:
    media_type, format = FORMATS[suffix]  # noqa: A001
    by_accept = client.get(path, headers={"Accept": media_type})
    by_suffix = client.get(f"{path}.{suffix}", headers={"Accept": "text/html"})
    assert by_accept.headers["content-type"].startswith(media_type)
    assert by_accept.content == by_suffix.content
    assert len(parse(by_accept.content, format)) == len(parse(client.get(path).content, ox.RdfFormat.TURTLE))
    again = client.get(path, headers={"Accept": media_type, "If-None-Match": by_accept.headers["etag"]})
    assert again.status_code == 304
    assert client.get(f"{path}.docx").status_code == 404


def test_the_dataset_is_described_with_its_counts(
    client: httpx.Client, void: ox.Store, project: Path
) -> None:
    manifest = Catalog(load_settings(project, environ={}).store_path).current().manifest
    assert objects(void, DATASET, RDF_TYPE) == [f"{VOID}Dataset", f"{DCAT}Dataset"]
    assert objects(void, DATASET, f"{VOID}triples") == [str(manifest.triples)]
    assert objects(void, DATASET, f"{DCAT}version") == [manifest.version]
    assert objects(void, DATASET, f"{VOID}subset") == sorted(manifest.graphs)
    for graph, count in manifest.graphs.items():
        assert objects(void, graph, f"{VOID}triples") == [str(count)]
    endpoint = str(client.base_url.join("/sparql"))
    assert objects(void, DATASET, f"{VOID}sparqlEndpoint") == [endpoint]
    assert objects(void, endpoint, f"{DCAT}servesDataset") == [DATASET]


def test_the_licences_are_told_apart(void: ox.Store) -> None:
    assert objects(void, f"{BASE}graph/entities", f"{DCTERMS}license") == [CC_BY]
    assert objects(void, f"{BASE}graph/entities", f"{DCTERMS}rights") == []
    assert objects(void, f"{BASE}ontology", f"{DCTERMS}license") == [CC_BY]
    (rights,) = objects(void, f"{BASE}graph/document", f"{DCTERMS}rights")
    assert "rights of their owners" in rights
    (text,) = objects(void, f"{BASE}id/article/north-kosovo-roadblocks", f"{DCTERMS}rights")
    assert "work of Reuters" in text


def test_everything_that_the_description_offers_is_there(client: httpx.Client, void: ox.Store) -> None:
    dumps = {
        quad.object.value
        for quad in void.quads_for_pattern(None, ox.NamedNode(f"{VOID}dataDump"), None, None)
        if isinstance(quad.object, ox.NamedNode)
    }
    query = "SELECT DISTINCT ?g { GRAPH ?g {} } # void: shows the graph of metadata, which stands apart"
    graphs = client.get("/sparql", params={"query": query}).json()
    # Each graph in four formats, and all of them in one file.
    assert len(dumps) == len(graphs["results"]["bindings"]) * 4 + 1
    for dump in sorted(dumps):
        assert client.head(dump).status_code == 200, dump
    examples = objects(void, DATASET, f"{VOID}exampleResource")
    assert len(examples) >= 3
    for example in examples:
        assert client.get(f"/{example.removeprefix(BASE)}").status_code == 200
    assert "http://www.w3.org/2004/02/skos/core#" in objects(void, DATASET, f"{VOID}vocabulary")


def test_every_description_leads_to_the_dataset(client: httpx.Client) -> None:
    for path in ("/id/kosovo", "/graph/stated", "/ontology"):
        response = client.get(path)
        assert '/.well-known/void>; rel="describedby"' in response.headers["link"]
        triples = parse(response.content, ox.RdfFormat.TURTLE)
        assert any(
            t.predicate.value == f"{VOID}inDataset" and t.object == ox.NamedNode(DATASET) for t in triples
        )
    assert 'href="/.well-known/void"' in client.get("/about", headers={"Accept": "text/html"}).text


def test_the_queries_are_executables_that_run(client: httpx.Client) -> None:
    store = store_of(client.get("/.well-known/sparql-examples"))
    found = {
        quad.subject.value
        for quad in store.quads_for_pattern(
            None, ox.NamedNode(RDF_TYPE), ox.NamedNode(f"{SH}SPARQLExecutable"), None
        )
        if isinstance(quad.subject, ox.NamedNode)
    }
    queries = client.get("/queries", headers={"Accept": "application/json"}).json()
    assert found == {f"{BASE}queries/{query['slug']}" for query in queries}
    endpoint = str(client.base_url.join("/sparql"))
    prefixes = set()
    for iri in sorted(found):
        assert objects(store, iri, "https://schema.org/target") == [endpoint]
        assert objects(store, iri, "http://www.w3.org/2000/01/rdf-schema#comment")
        assert objects(store, iri, "https://schema.org/keywords")
        prefixes |= set(objects(store, iri, f"{SH}prefixes"))
        texts = [text for form in ("select", "ask", "construct") for text in objects(store, iri, SH + form)]
        assert len(texts) == 1
        response = client.post("/sparql", data={"query": texts[0]})
        # What asks another endpoint is not answered here, where there is no network.
        assert response.status_code == (502 if "SERVICE <" in texts[0] else 200), iri
    assert len(prefixes) == 1


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_query_is_a_thing_with_an_address(client: httpx.Client, suffix: str) -> None:
    media_type, format = FORMATS[suffix]  # noqa: A001
    for response in (
        client.get("/queries/said-by", headers={"Accept": media_type}),
        client.get(f"/queries/said-by.{suffix}"),
    ):
        assert response.headers["content-type"].startswith(media_type)
        triples = parse(response.content, format)
        text = [t.object for t in triples if t.predicate.value == f"{SH}select"]
        assert len(text) == 1
        assert {t.subject for t in triples if t.object in text} == {ox.NamedNode(f"{BASE}queries/said-by")}
    rows = client.get("/queries/said-by", headers={"Accept": "application/json"})
    assert rows.headers["content-type"].startswith("application/json")
    refused = client.get("/queries/said-by?speaker=kgr:nato", headers={"Accept": media_type})
    assert refused.status_code == 406  # its rows are asked for, and they are no graph


def locations(response: httpx.Response, element: str) -> list[str]:
    root = ElementTree.fromstring(response.content)  # noqa: S314 - our own
    return [loc.text or "" for loc in root.iterfind(f"{SITEMAP}{element}/{SITEMAP}loc")]


def test_the_sitemap_has_every_page_once(client: httpx.Client) -> None:
    pages = locations(client.get("/sitemap.xml"), "url")
    assert len(pages) == len(set(pages)) > 450
    base = str(client.base_url).rstrip("/")
    for path in (
        "/",
        "/queries/said-by",
        "/graph/stated",
        "/graph/stated/north-kosovo-roadblocks",
        "/id/kosovo",
        "/ontology",
        "/lexicon",
        "/id/article/north-kosovo-roadblocks/s01",
    ):
        assert base + path in pages
    assert not [page for page in pages if "#" in page]
    for page in pages[::23]:
        assert client.get(page, headers={"Accept": "text/html"}).status_code == 200


def test_a_sitemap_too_long_for_one_file_comes_in_several(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = locations(client.get("/sitemap.xml"), "url")
    monkeypatch.setattr(discovery, "SITEMAP_LIMIT", 50)
    parts = locations(client.get("/sitemap.xml"), "sitemap")
    assert len(parts) == -(-len(whole) // 50)
    assert [page for part in parts for page in locations(client.get(part), "url")] == whole
    assert client.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404
    assert client.get("/sitemap-0.xml").status_code == 404


def test_robots_read_pages_and_ask_no_queries(client: httpx.Client) -> None:
    lines = [line.partition(": ") for line in client.get("/robots.txt").text.splitlines()]
    rules = [(name == "Allow", value) for name, _, value in lines if name in ("Allow", "Disallow")]

    def may_read(path: str) -> bool:
        """The longest rule that fits decides; a star stands for anything (RFC 9309, section 2.2)."""
        fitting = [
            (len(rule), allowed)
            for allowed, rule in rules
            if re.match(re.escape(rule).replace(r"\*", ".*"), path)
        ]
        return max(fitting, default=(0, True))[1]

    for path in ("/", "/id/kosovo", "/queries/said-by", "/sparql", "/ontology"):
        assert may_read(path)
    for path in ("/sparql?query=ASK{}", "/who-said?q=x", "/explain?subject=x", "/queries/said-by?speaker=x"):
        assert not may_read(path)
    assert ("Sitemap", ": ", str(client.base_url.join("/sitemap.xml"))) in lines


@pytest.fixture(scope="module")
def elsewhere(serve: Serve, small_project: Path) -> httpx.Client:
    return serve(small_project, public_url="https://kg.example/")


def test_addresses_follow_the_public_url(elsewhere: httpx.Client) -> None:
    store = store_of(elsewhere.get("/.well-known/void"))
    assert objects(store, DATASET, f"{VOID}sparqlEndpoint") == ["https://kg.example/sparql"]
    assert locations(elsewhere.get("/sitemap.xml"), "url")[0] == "https://kg.example/"
    assert "Sitemap: https://kg.example/sitemap.xml" in elsewhere.get("/robots.txt").text

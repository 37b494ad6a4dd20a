"""``/graph-store``: the exchanges of the W3C's suite for the Graph Store HTTP Protocol, and what else is.

The suite names graphs directly and indirectly; here each exchange is tried both ways.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from kgraph.build import build
from kgraph.settings import load_settings

from .conformance import UPDATE
from .conftest import Serve

TURTLE = {"Content-Type": "text/turtle; charset=utf-8"}
QUADS = {"Content-Type": "application/n-quads"}
PREFIXES = "@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix v: <http://www.w3.org/2006/vcard/ns#> ."
JOHN = f'{PREFIXES} <urn:1> a foaf:Person ; foaf:businessCard [ a v:VCard ; v:fn "John Doe" ] .'
JANE = f'{PREFIXES} <urn:1> a foaf:Person ; foaf:businessCard [ a v:VCard ; v:fn "Jane Doe" ] .'
NAME = f'{PREFIXES} <urn:1> foaf:name "Jane Doe" .'
ALICE = f'{PREFIXES} [] a foaf:Person ; foaf:businessCard [ a v:VCard ; v:given-name "Alice" ] .'
FORM = """--a6fe4cd636164618814be9f8d3d1a0de\r
Content-Disposition: form-data; name="lastName.ttl"; filename="lastName.ttl"\r
Content-Type: text/turtle; charset=utf-8\r
\r
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
<urn:1> foaf:familyName "Doe" ; foaf:knows _:a .
\r
--a6fe4cd636164618814be9f8d3d1a0de\r
Content-Disposition: form-data; name="firstName.ttl"; filename="firstName.ttl"\r
Content-Type: application/n-triples\r
\r
<urn:1> <http://xmlns.com/foaf/0.1/givenName> "Jane" .
<urn:1> <http://xmlns.com/foaf/0.1/knows> _:a .
\r
--a6fe4cd636164618814be9f8d3d1a0de--\r
"""
FORM_TYPE = {"Content-Type": "multipart/form-data; boundary=a6fe4cd636164618814be9f8d3d1a0de"}

Ways = Callable[[str], str]


@pytest.fixture(scope="module")
def store(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    folder = tmp_path_factory.mktemp("stored")
    build(load_settings(folder, environ={}))
    return serve(folder, writable=True, default_graph="strict")


@pytest.fixture
def empty(store: httpx.Client) -> httpx.Client:
    assert store.post("/sparql", content="DROP ALL", headers=UPDATE).is_success
    return store


@pytest.fixture(params=["direct", "indirect", "relative"])
def at(request: pytest.FixtureRequest, empty: httpx.Client) -> Ways:
    """How a graph is named: by its URL, by its IRI, or by an IRI that is relative to the store's."""

    def name(path: str) -> str:
        if request.param == "direct":
            return f"/graph-store/{path}"
        base = str(empty.base_url).rstrip("/") if request.param == "indirect" else ""
        return f"/graph-store?graph={base}/graph-store/{path}"

    return name


def triples(text: str | bytes) -> ox.Dataset:
    dataset = ox.Dataset(ox.parse(text, ox.RdfFormat.TURTLE))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def assert_holds(response: httpx.Response, *documents: str) -> None:
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"
    expected = ox.Dataset(
        quad for text in documents for quad in ox.parse(text, ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    )
    expected.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert triples(response.content) == expected


def test_put_and_what_a_get_shows_of_it(empty: httpx.Client, at: Ways) -> None:
    person = at("person/1.ttl")
    created = empty.put(person, content=JOHN, headers=TURTLE)
    assert created.status_code == 201
    assert created.headers["x-generation"] == empty.get("/health").json()["generation"]["id"]
    assert_holds(empty.get(person, headers={"Accept": "text/turtle"}), JOHN)
    replaced = empty.put(person, content=JANE, headers=TURTLE)
    assert (replaced.status_code, replaced.content) == (204, b"")
    assert_holds(empty.get(person), JANE)


def test_the_ways_to_name_a_graph_lead_to_the_same(empty: httpx.Client) -> None:
    empty.put("/graph-store/person/1.ttl", content=JOHN, headers=TURTLE)
    iri = f"{str(empty.base_url).rstrip('/')}/graph-store/person/1.ttl"
    assert_holds(empty.get("/graph-store", params={"graph": iri}), JOHN)
    assert_holds(empty.get("/graph-store?graph=/graph-store/person/1.ttl"), JOHN)
    query = f"ASK {{ GRAPH <{iri}> {{ <urn:1> ?p ?o }} }}"
    assert empty.get("/sparql", params={"query": query}).json()["boolean"] is True


def test_put_to_the_default_graph(empty: httpx.Client) -> None:
    assert empty.put("/graph-store?default", content=ALICE, headers=TURTLE).status_code == 201
    assert_holds(empty.get("/graph-store?default"), ALICE)
    assert empty.put("/graph-store?default=", content=JOHN, headers=TURTLE).status_code == 204
    assert_holds(empty.get("/graph-store?default"), JOHN)


def test_put_of_a_mismatched_payload(empty: httpx.Client, at: Ways) -> None:
    response = empty.put(at("person/1.ttl"), content=JANE, headers={"Content-Type": "application/rdf+xml"})
    assert (response.status_code, response.json()["type"]) == (400, "urn:kgraph:problem:rdf-syntax")
    assert empty.get(at("person/1.ttl")).status_code == 404


def test_delete(empty: httpx.Client, at: Ways) -> None:
    person = at("person/2.ttl")
    empty.put(person, content=JOHN, headers=TURTLE)
    assert empty.delete(person).status_code == 200
    assert empty.get(person).status_code == 404
    gone = empty.delete(person)
    assert (gone.status_code, gone.json()["type"]) == (404, "urn:kgraph:problem:unknown-graph")


def test_delete_of_the_default_graph_empties_it(empty: httpx.Client) -> None:
    empty.put("/graph-store?default", content=ALICE, headers=TURTLE)
    assert empty.delete("/graph-store?default").status_code == 200
    assert_holds(empty.get("/graph-store?default"), "")


def test_post_to_an_existing_graph(empty: httpx.Client, at: Ways) -> None:
    person = at("person/1.ttl")
    empty.put(person, content=JANE, headers=TURTLE)
    assert empty.post(person, content=NAME, headers=TURTLE).status_code == 200
    assert_holds(empty.get(person), JANE, NAME)
    assert empty.post(person, content="", headers=TURTLE).status_code == 200
    assert_holds(empty.get(person), JANE, NAME)


def test_post_of_a_form_with_several_files(empty: httpx.Client, at: Ways) -> None:
    person = at("person/1.ttl")
    empty.put(person, content=JANE, headers=TURTLE)
    assert empty.post(person, content=FORM, headers=FORM_TYPE).status_code == 200
    names = '<urn:1> foaf:familyName "Doe" ; foaf:givenName "Jane" ; foaf:knows _:a, _:b .'
    assert_holds(empty.get(person), JANE, f"{PREFIXES} {names}")


def test_post_creates_a_graph_of_its_own(empty: httpx.Client) -> None:
    response = empty.post("/graph-store", content=ALICE, headers=TURTLE)
    assert response.status_code == 201
    location = response.headers["location"]
    assert location.startswith(f"{str(empty.base_url).rstrip('/')}/graph-store/")
    assert response.json() == {"graph": location, "generation": response.headers["x-generation"]}
    assert_holds(empty.get(location), ALICE)
    assert empty.post(location, content="", headers=TURTLE).status_code == 200
    assert_holds(empty.get(location), ALICE)
    other = empty.post("/graph-store/", content=ALICE, headers=TURTLE).headers["location"]
    assert other != location


def test_head(empty: httpx.Client, at: Ways) -> None:
    empty.put(at("person/1.ttl"), content=JOHN, headers=TURTLE)
    head = empty.head(at("person/1.ttl"), headers=TURTLE)
    get = empty.get(at("person/1.ttl"))
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "etag"):
        assert head.headers[name] == get.headers[name]
    assert empty.head(at("person/4.ttl")).status_code == 404


@pytest.mark.parametrize(
    ("media_type", "document"),
    [
        ("text/turtle", "<urn:s> <urn:p> <x> ."),
        ("application/x-turtle", "<urn:s> <urn:p> <x> ."),
        ("application/n-triples", "<urn:s> <urn:p> <http://g/x> ."),
        ("application/ld+json", '{"@id": "urn:s", "urn:p": {"@id": "x"}}'),
        (
            "application/rdf+xml",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="urn:">'
            '<rdf:Description rdf:about="urn:s"><p rdf:resource="x"/></rdf:Description></rdf:RDF>',
        ),
    ],
)
def test_every_format_can_be_put_and_its_relative_iris_belong_to_the_graph(
    empty: httpx.Client, media_type: str, document: str
) -> None:
    url = "/graph-store?graph=http://g/"
    response = empty.put(url, content=document, headers={"Content-Type": media_type})
    assert response.status_code == 201, response.text
    for accept in ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"):
        shown = empty.get(url, headers={"Accept": accept})
        assert shown.headers["content-type"].partition(";")[0] == accept
    assert (
        empty.get(url, headers={"Accept": "application/n-triples"}).text == "<urn:s> <urn:p> <http://g/x> .\n"
    )


@pytest.mark.parametrize(
    ("method", "url", "headers", "body", "status"),
    [
        ("GET", "/graph-store", {}, "", 400),
        ("GET", "/graph-store?default&graph=urn:x", {}, "", 400),
        ("GET", "/graph-store?graph=urn:x&graph=urn:y", {}, "", 400),
        ("GET", "/graph-store?graph=http://[", {}, "", 400),
        ("GET", "/graph-store?graph=urn:none", {}, "", 404),
        ("GET", "/graph-store?graph=urn:kgraph:union", {}, "", 404),
        ("GET", "/graph-store?default", {"Accept": "image/png"}, "", 406),
        ("PUT", "/graph-store", TURTLE, "", 400),
        ("DELETE", "/graph-store", {}, "", 400),
        ("PUT", "/graph-store?default", {}, "", 415),
        ("PUT", "/graph-store?default", {"Content-Type": "text/html"}, "", 415),
        ("PUT", "/graph-store", {"Content-Type": "application/n-quads"}, "", 400),
        ("PUT", "/graph-store?default", QUADS, "<urn:s> <urn:p> <urn:o> <urn:g> .", 400),
        ("POST", "/graph-store?default", QUADS, "<urn:s> <urn:p> <urn:o> <urn:g> .", 400),
        ("POST", "/graph-store", QUADS, "<urn:s> <urn:p> <urn:o> <urn:kgraph:union> .", 403),
        ("POST", "/graph-store", QUADS, "<urn:s> <urn:p> <urn:o> <urn:g>", 400),
        ("PUT", "/graph-store?default", {"Content-Type": "text/turtle; charset=latin-1"}, "", 415),
        ("PUT", "/graph-store?default", {**TURTLE, "Content-Encoding": "gzip"}, "", 415),
        ("PUT", "/graph-store?default", FORM_TYPE, FORM, 415),
        ("PUT", "/graph-store?default", TURTLE, "<urn:s> <urn:p>", 400),
        ("PUT", "/graph-store?default", {"Content-Type": "application/ld+json"}, "30.0", 400),
        ("PUT", "/graph-store?default", {"Content-Type": "application/ld+json"}, "", 400),
        ("PUT", "/graph-store?graph=", TURTLE, "", 400),
        ("PUT", "/graph-store?graph=urn:kgraph:union", TURTLE, "", 403),
        ("POST", "/graph-store?default", {"Content-Type": "multipart/form-data"}, FORM, 400),
        ("POST", "/graph-store?default", FORM_TYPE, "no form", 400),
        ("POST", "/graph-store?default", FORM_TYPE, FORM.replace("text/turtle", "text/html"), 415),
        ("POST", "/graph-store?default", FORM_TYPE, FORM.replace("<urn:1>", "<urn 1>"), 400),
        ("PATCH", "/graph-store?default", TURTLE, "", 405),
        ("PATCH", "/graph-store/person/1.ttl", TURTLE, "", 405),
    ],
)
def test_what_is_wrong_is_told_and_changes_nothing(
    empty: httpx.Client, method: str, url: str, headers: dict[str, str], body: str, status: int
) -> None:
    generation = empty.get("/health").json()["generation"]["id"]
    response = empty.request(method, url, headers=headers, content=body)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert response.json()["detail"]
    assert empty.get("/health").json()["generation"]["id"] == generation
    if status == 405:
        assert response.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, POST, PUT"


def test_a_syntax_error_says_where(empty: httpx.Client) -> None:
    body = "<urn:s> <urn:p> 1 .\n<urn:s> <urn:p> nonsense .\n"
    problem = empty.put("/graph-store?default", content=body, headers=TURTLE).json()
    assert (problem["type"], problem["line"]) == ("urn:kgraph:problem:rdf-syntax", 2)


def test_preconditions_of_writes(empty: httpx.Client) -> None:
    graph = "/graph-store?graph=urn:g"
    new = {**TURTLE, "If-None-Match": "*"}
    assert empty.put(graph, content=JOHN, headers={**TURTLE, "If-Match": "*"}).status_code == 412
    assert empty.put(graph, content=JOHN, headers=new).status_code == 201
    assert empty.put(graph, content=JANE, headers=new).status_code == 412
    tag = empty.get(graph, headers={"Accept-Encoding": "identity"}).headers["etag"]
    other = empty.get(graph, headers={"Accept": "application/n-triples"}).headers["etag"]
    assert empty.delete(graph, headers={"If-Match": f"W/{tag}"}).status_code == 412
    assert empty.put(graph, content=JANE, headers={**TURTLE, "If-Match": tag}).status_code == 204
    assert empty.put(graph, content=JOHN, headers={**TURTLE, "If-Match": other}).status_code == 412
    assert empty.delete(graph, headers={"If-None-Match": tag}).status_code == 200
    assert empty.delete(graph, headers={"If-Match": "*"}).status_code == 412


def test_a_reader_who_has_the_graph_is_told_so(empty: httpx.Client) -> None:
    graph = "/graph-store?graph=urn:g"
    empty.put(graph, content=JOHN, headers=TURTLE)
    tag = empty.get(graph).headers["etag"]
    assert empty.get(graph, headers={"If-None-Match": tag}).status_code == 304
    empty.post(graph, content=NAME, headers=TURTLE)
    assert empty.get(graph, headers={"If-None-Match": tag}).status_code == 200


# A server with a project, in union mode.


@pytest.fixture(scope="module")
def mixed(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    folder: Path = tmp_path_factory.mktemp("mixed")
    (folder / "data" / "ttl").mkdir(parents=True)
    (folder / "data" / "ttl" / "entities.ttl").write_text("<urn:own> <urn:p> 1 .\n")
    build(load_settings(folder, environ={}))
    return serve(folder, writable=True)


OWN = "/graph-store?graph=https://w3id.org/kgraph/graph/entities"


def test_the_projects_graphs_can_be_read_and_not_written(mixed: httpx.Client) -> None:
    assert "urn:own" in mixed.get(OWN).text
    for method in ("PUT", "POST"):
        response = mixed.request(method, OWN, content=JOHN, headers=TURTLE)
        assert (response.status_code, response.json()["type"]) == (403, "urn:kgraph:problem:read-only-graph")
        assert "data/ttl/entities.ttl" in response.json()["detail"]
    assert mixed.delete(OWN).status_code == 403
    assert "urn:own" in mixed.get(OWN).text


def test_the_default_graph_is_the_stores_own_though_queries_see_the_union(mixed: httpx.Client) -> None:
    assert mixed.put("/graph-store?default", content=JOHN, headers=TURTLE).status_code == 201
    assert_holds(mixed.get("/graph-store?default"), JOHN)
    for subject in ("urn:own", "urn:1"):
        assert (
            mixed.get("/sparql", params={"query": f"ASK {{ <{subject}> ?p ?o }}"}).json()["boolean"] is True
        )

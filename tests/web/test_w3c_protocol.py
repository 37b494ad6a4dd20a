"""The exchanges of the W3C's suite for the SPARQL 1.1 Protocol, by the names that they have there.

Each runs on an empty project that is writable and has no token, as a harness starts it.
"""

from __future__ import annotations

import httpx
import pyoxigraph as ox
import pytest

from kgraph.build import build
from kgraph.settings import load_settings

from .conformance import DATA, FORM, QUERY, UPDATE, iri, using
from .conftest import Serve

FOAF = "http://xmlns.com/foaf/0.1/"
D1, D2, D3 = (f"<{DATA[number]}>" for number in (1, 2, 3))
DESCRIBED = "<http://purl.org/dc/terms/BibliographicResource>"


@pytest.fixture(scope="session")
def empty(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    folder = tmp_path_factory.mktemp("empty")
    build(load_settings(folder, environ={}))
    return serve(folder, writable=True, default_graph="strict")


@pytest.fixture
def endpoint(empty: httpx.Client) -> httpx.Client:
    """The server, with a graph for each data set."""
    documents = " ".join(f"GRAPH <{each}> {{ <{each}> a <{FOAF}Document> }}" for each in DATA.values())
    update(empty, f"DROP ALL; INSERT DATA {{ {documents} }}")
    return empty


def update(client: httpx.Client, text: str, graphs: str = "") -> None:
    response = client.post(f"/sparql/{graphs}", content=text, headers=UPDATE)
    assert response.is_success, response.text
    assert response.headers["x-generation"] == client.get("/health").json()["generation"]["id"]


def ask(client: httpx.Client, text: str, graphs: str = "") -> bool:
    response = client.post(f"/sparql/{graphs}", content=text, headers=QUERY)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/sparql-results+json"
    verdict = response.json()["boolean"]
    assert isinstance(verdict, bool)
    return verdict


def test_query_get(endpoint: httpx.Client) -> None:
    response = endpoint.get(f"/sparql/?query=ASK%20%7B%7D&default-graph-uri={iri(0)}")
    assert response.json()["boolean"] is True


def test_query_post_form(endpoint: httpx.Client) -> None:
    response = endpoint.post(f"/sparql/{using(default=[0])}", content="query=ASK%20%7B%7D", headers=FORM)
    assert response.json()["boolean"] is True


def test_query_post_direct(endpoint: httpx.Client) -> None:
    assert ask(endpoint, "ASK {}")


@pytest.mark.parametrize(
    ("query", "graphs"),
    [
        (f"ASK {{ {D1} a ?t . {D2} a ?t }}", using(default=[1, 2])),
        (f"ASK {{ GRAPH ?g {{ {D1} a ?t }} GRAPH ?h {{ {D2} a ?t }} }}", using(named=[1, 2])),
        (
            f"ASK {{ {D3} a ?t GRAPH ?g {{ {D1} a ?t }} GRAPH ?h {{ {D2} a ?t }} }}",
            using(default=[3], named=[1, 2]),
        ),
        (f"ASK FROM {D3} {{ GRAPH ?g {{ {D1} a ?t }} GRAPH ?h {{ {D2} a ?t }} }}", using(named=[1, 2])),
    ],
    ids=["default_graphs", "named_graphs", "full", "multiple"],
)
def test_query_dataset(endpoint: httpx.Client, query: str, graphs: str) -> None:
    assert ask(endpoint, query, graphs)
    assert endpoint.get(f"/sparql/{graphs}", params={"query": query}).status_code == 200
    by_get = endpoint.get(f"/sparql/{graphs}&query={httpx.QueryParams({'q': query})['q']}")
    assert by_get.json()["boolean"] is True
    assert not ask(endpoint, query.replace("FROM", "FROM NAMED"), using(default=[0]))


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("SELECT (1 AS ?value) {}", {"application/sparql-results+json"}),
        ("ASK {}", {"application/sparql-results+json"}),
        ("DESCRIBE <http://example.org/>", {"text/turtle; charset=utf-8"}),
        ("CONSTRUCT { <s> <p> 1 } WHERE {}", {"text/turtle; charset=utf-8"}),
    ],
)
def test_query_content_type(endpoint: httpx.Client, query: str, types: set[str]) -> None:
    response = endpoint.post(f"/sparql/{using(default=[0])}", content=query, headers=QUERY)
    assert response.status_code == 200
    assert response.headers["content-type"] in types


def test_relative_iris_of_a_query_are_resolved_against_the_endpoint(endpoint: httpx.Client) -> None:
    response = endpoint.get("/sparql", params={"query": "CONSTRUCT { <s> <p> 1 } WHERE {}", "format": "nt"})
    base = str(endpoint.base_url).rstrip("/")
    assert response.text.startswith(f"<{base}/s> <{base}/p> ")


INSERT = f"""PREFIX dc: <http://purl.org/dc/terms/> PREFIX foaf: <{FOAF}>
{{start}} ; INSERT DATA {{{{
  GRAPH {D1} {{{{ {D1} a foaf:Document }}}}
  GRAPH {D2} {{{{ {D2} a foaf:Document }}}}
  GRAPH {D3} {{{{ {D3} a foaf:Document }}}}
}}}} ;
INSERT {{{{ GRAPH <urn:out> {{{{ ?s a dc:BibliographicResource }}}} }}}} WHERE {{{{ {{where}} }}}}"""


@pytest.mark.parametrize(
    ("start", "where", "graphs", "found"),
    [
        ("CLEAR ALL", "?s a foaf:Document", using(using=[1]), {D1}),
        ("DROP ALL", "?s a foaf:Document", using(using=[1, 2]), {D1, D2}),
        ("DROP ALL", "GRAPH ?g { ?s a foaf:Document }", using(using_named=[1, 2]), {D1, D2}),
        ("DROP ALL", "GRAPH ?g { ?s a foaf:Document }", using(using=[1], using_named=[2]), {D2}),
        ("DROP ALL", "?s a foaf:Document", using(using=[1], using_named=[2]), {D1}),
        ("DROP ALL", "?s a foaf:Document", "", set()),
    ],
    ids=["default_graph", "default_graphs", "named_graphs", "full_named", "full_default", "service"],
)
def test_update_dataset(endpoint: httpx.Client, start: str, where: str, graphs: str, found: set[str]) -> None:
    update(endpoint, INSERT.format(start=start, where=where), graphs)
    for document in (D1, D2, D3):
        query = f"ASK {{ GRAPH <urn:out> {{ {document} a {DESCRIBED} }} }}"
        assert ask(endpoint, query) == (document in found)


@pytest.mark.parametrize(
    ("body", "headers"),
    [("update=CLEAR+ALL", FORM), ("CLEAR ALL", UPDATE)],
    ids=["update_post_form", "update_post_direct"],
)
def test_update(endpoint: httpx.Client, body: str, headers: dict[str, str]) -> None:
    assert ask(endpoint, "ASK { GRAPH ?g { ?s ?p ?o } }")
    assert endpoint.post("/sparql/", content=body, headers=headers).is_success
    assert not ask(endpoint, "ASK { GRAPH ?g { ?s ?p ?o } }")


def test_update_dataset_in_a_form(endpoint: httpx.Client) -> None:
    text = "INSERT { GRAPH <urn:out> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
    response = endpoint.post("/sparql", data={"update": text, "using-graph-uri": DATA[1]})
    assert response.is_success
    assert ask(endpoint, f"ASK {{ GRAPH <urn:out> {{ {D1} ?p ?o }} }}")


def test_update_base_uri(endpoint: httpx.Client) -> None:
    graph = "<http://example.org/protocol-base-test/>"
    update(
        endpoint, f"CLEAR SILENT GRAPH {graph} ; INSERT DATA {{ GRAPH {graph} {{ <urn:s> <urn:p> <test> }} }}"
    )
    query = f"SELECT ?o WHERE {{ GRAPH {graph} {{ <urn:s> <urn:p> ?o }} }}"
    (row,) = endpoint.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    assert row["o"] == {"type": "uri", "value": f"{str(endpoint.base_url).rstrip('/')}/test"}


UTF16 = "ASK {}".encode("utf-16")
CONFLICT = f"WITH <urn:g> DELETE {{ ?p <{FOAF}n> 1 }} WHERE {{ ?p <{FOAF}n> 1 }}".encode()


@pytest.mark.parametrize(
    ("method", "url", "headers", "body", "status"),
    [
        pytest.param("PUT", "/sparql/?query=ASK%20%7B%7D", FORM, b"", 405, id="bad_query_method"),
        pytest.param(
            "GET",
            "/sparql/?query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D",
            {},
            b"",
            400,
            id="bad_multiple_queries",
        ),
        pytest.param(
            "POST",
            "/sparql/",
            {"Content-Type": "text/plain"},
            b"ASK {}",
            415,
            id="bad_query_wrong_media_type",
        ),
        pytest.param("POST", "/sparql/", {}, b"query=ASK%20%7B%7D", 415, id="bad_query_missing_form_type"),
        pytest.param("POST", "/sparql/", {}, b"ASK {}", 415, id="bad_query_missing_direct_type"),
        pytest.param(
            "POST",
            "/sparql/",
            {"Content-Type": "application/sparql-query; charset=UTF-16"},
            UTF16,
            415,
            id="bad_query_non_utf8",
        ),
        pytest.param("POST", "/sparql/", QUERY, UTF16, 400, id="bad_query_non_utf8_unsaid"),
        pytest.param("GET", "/sparql/?query=ASK%20%7B", {}, b"", 400, id="bad_query_syntax"),
        pytest.param("GET", "/sparql/?update=CLEAR%20ALL", {}, b"", 400, id="bad_update_get"),
        pytest.param(
            "POST",
            "/sparql/",
            FORM,
            b"update=CLEAR%20NAMED&update=CLEAR%20DEFAULT",
            400,
            id="bad_multiple_updates",
        ),
        pytest.param(
            "POST",
            "/sparql/",
            {"Content-Type": "text/plain"},
            b"CLEAR NAMED",
            415,
            id="bad_update_wrong_media_type",
        ),
        pytest.param("POST", "/sparql/", {}, b"update=CLEAR%20NAMED", 415, id="bad_update_missing_form_type"),
        pytest.param(
            "POST",
            "/sparql/",
            {"Content-Type": "application/sparql-update; charset=UTF-16"},
            UTF16,
            415,
            id="bad_update_non_utf8",
        ),
        pytest.param("POST", "/sparql/", FORM, b"update=CLEAR%20XYZ", 400, id="bad_update_syntax"),
        pytest.param(
            "POST",
            "/sparql/?using-named-graph-uri=http%3A%2F%2Fexample%2Fpeople",
            UPDATE,
            CONFLICT,
            400,
            id="bad_update_dataset_conflict",
        ),
        pytest.param("POST", "/sparql?update=CLEAR%20ALL", QUERY, b"ASK {}", 400, id="update_in_the_url"),
        pytest.param("POST", "/sparql", FORM, b"update=CLEAR+ALL&query=ASK{}", 400, id="both"),
        pytest.param("POST", "/sparql", FORM, b"query=CLEAR+ALL", 400, id="update_as_query"),
        pytest.param("POST", "/sparql", FORM, b"update=ASK{}", 400, id="query_as_update"),
        pytest.param("POST", "/sparql", FORM, b"update=LOAD+<urn:x>", 403, id="load"),
        pytest.param(
            "POST", "/sparql?default-graph-uri=urn:x", UPDATE, b"CLEAR ALL", 400, id="dataset_of_a_query"
        ),
        pytest.param(
            "GET", "/sparql?query=ASK{}&using-graph-uri=urn:x", {}, b"", 400, id="dataset_of_an_update"
        ),
        pytest.param("POST", "/sparql?using-graph-uri=no+iri", UPDATE, b"CLEAR ALL", 400, id="no_iri"),
    ],
)
def test_bad_requests(
    endpoint: httpx.Client, method: str, url: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    generation = endpoint.get("/health").json()["generation"]["id"]
    response = endpoint.request(method, url, headers=headers, content=body)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert endpoint.get("/health").json()["generation"]["id"] == generation


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
def test_service_description(endpoint: httpx.Client, path: str) -> None:
    """returns-rdf, has-endpoint-triple, conforms-to-schema."""
    sd = "http://www.w3.org/ns/sparql-service-description#"
    response = endpoint.get(path)
    syntax = ox.RdfFormat.from_media_type(response.headers["content-type"].partition(";")[0])
    assert syntax is not None
    triples = [quad.triple for quad in ox.parse(response.content, syntax)]
    url = ox.NamedNode(f"{str(endpoint.base_url).rstrip('/')}{path}")
    assert ox.Triple(url, ox.NamedNode(sd + "endpoint"), url) in triples

    def values(predicate: str) -> list[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]:
        return [triple.object for triple in triples if triple.predicate.value == sd + predicate]

    def subjects(cls: str) -> set[object]:
        is_a = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
        return {
            t.subject for t in triples if t.predicate.value == is_a and t.object == ox.NamedNode(sd + cls)
        }

    # What the vocabulary's domains and ranges say (SPARQL 1.1 Service Description, section 3).
    assert url in subjects("Service")
    assert set(values("supportedLanguage")) == {
        ox.NamedNode(f"{sd}SPARQL{version}{kind}") for version in (11, 12) for kind in ("Query", "Update")
    }
    formats = {str(value).rpartition("/")[2].rstrip(">") for value in values("inputFormat")}
    assert formats == {"Turtle", "N-Triples", "JSON-LD", "RDF_XML", "N-Quads", "TriG"}
    for predicate, cls in (
        ("defaultDataset", "Dataset"),
        ("defaultGraph", "Graph"),
        ("namedGraph", "NamedGraph"),
        ("graph", "Graph"),
    ):
        assert values(predicate)
        assert set(values(predicate)) <= subjects(cls)
    assert set(values("name")) == {ox.NamedNode(each) for each in DATA.values()}
    for predicate in ("resultFormat", "inputFormat", "feature", "supportedLanguage", "name"):
        assert all(isinstance(value, ox.NamedNode) for value in values(predicate))

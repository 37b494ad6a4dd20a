"""``/sparql`` as the SPARQL 1.1 Protocol has it, and as the programs that call it do."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pyoxigraph as ox
import pytest

from kgraph.rdf.formats import FORMATS, ResultKind

from .conftest import Serve

G = "https://w3id.org/kgraph/graph/"
KG = "https://w3id.org/kgraph/ontology#"
FORM = "application/x-www-form-urlencoded"
QUERY = {"Content-Type": "application/sparql-query"}
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
EXAMPLES = {
    ResultKind.SOLUTIONS: "SELECT ?c { ?c a <http://www.w3.org/2002/07/owl#Class> } LIMIT 3",
    ResultKind.BOOLEAN: "ASK { ?s ?p ?o }",
    ResultKind.GRAPH: "CONSTRUCT { ?s ?p ?o } { ?s a <http://www.w3.org/2002/07/owl#Class> ; ?p ?o } LIMIT 3",
}


def number(response: httpx.Response) -> int:
    assert response.status_code == 200, response.text
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


def problem(response: httpx.Response, status: int) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = response.json()
    return body


def test_a_query_comes_by_get_by_form_or_as_the_body(client: httpx.Client) -> None:
    by_get = client.get("/sparql", params={"query": COUNT})
    by_form = client.post("/sparql", data={"query": COUNT})
    direct = client.post("/sparql", content=COUNT, headers=QUERY)
    assert by_get.content == by_form.content == direct.content
    assert number(by_get) > 1000


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_a_content_type_may_name_its_charset(client: httpx.Client, charset: str) -> None:
    text = 'SELECT ("é" AS ?e) {}'.encode()
    for media_type, body in (
        ("application/sparql-query", text),
        (FORM, b"query=SELECT%20(%22%C3%A9%22AS%20%3Fe)%7B%7D"),
    ):
        response = client.post(
            "/sparql", content=body, headers={"Content-Type": f"{media_type}; charset={charset}"}
        )
        assert response.json()["results"]["bindings"][0]["e"]["value"] == "é"


def test_the_dataset_comes_in_the_url_or_in_the_form(client: httpx.Client) -> None:
    graph = {"default-graph-uri": G + "stated"}
    stated = number(client.get("/sparql", params={"query": COUNT, **graph}))
    assert stated == number(client.post("/sparql", params=graph, content=COUNT, headers=QUERY))
    assert stated == number(client.post("/sparql", data={"query": COUNT, **graph}))
    assert 0 < stated < number(client.get("/sparql", params={"query": COUNT}))
    named = {"query": "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", "named-graph-uri": G + "stated"}
    assert stated == number(client.get("/sparql", params=named))
    assert number(client.get("/sparql", params={"query": COUNT, "named-graph-uri": G + "stated"})) == 0
    assert number(client.get("/sparql", params={"query": COUNT, "default-graph-uri": "urn:no-such"})) == 0
    problem(client.get("/sparql", params={"query": COUNT, "default-graph-uri": "not an iri"}), 400)


def test_the_default_graph_is_the_union_as_a_set(client: httpx.Client) -> None:
    union = number(client.get("/sparql", params={"query": COUNT}))
    distinct = "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } }"
    assert union == number(client.get("/sparql", params={"query": distinct}))


def test_a_strict_server_shows_the_default_graph_alone(serve: Serve, project: Path) -> None:
    strict = serve(project, default_graph="strict", workers=1)
    assert number(strict.get("/sparql", params={"query": COUNT})) == 0
    named = {"query": "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"}
    assert number(strict.get("/sparql", params=named)) > 1000
    assert "UnionDefaultGraph" not in strict.get("/sparql").text


@pytest.mark.parametrize("kind", list(ResultKind))
@pytest.mark.parametrize("way", ["accept", "format"])
def test_every_format_can_be_had_by_accept_and_by_name(
    client: httpx.Client, kind: ResultKind, way: str
) -> None:
    for fmt in FORMATS.values():
        for media_type in fmt.media_types:
            if kind not in fmt.carries:
                continue
            if way == "accept":
                response = client.get(
                    "/sparql", params={"query": EXAMPLES[kind]}, headers={"Accept": media_type}
                )
                expected = media_type
            else:
                response = client.get("/sparql", params={"query": EXAMPLES[kind], "format": fmt.name})
                expected = fmt.media_type
            assert response.status_code == 200
            assert response.headers["content-type"].partition(";")[0] == expected
            assert "Accept" in response.headers["vary"]
            read_back(fmt.name, kind, response.content)


def read_back(name: str, kind: ResultKind, content: bytes) -> None:
    if kind is ResultKind.GRAPH:
        syntax = {
            "ttl": ox.RdfFormat.TURTLE,
            "nt": ox.RdfFormat.N_TRIPLES,
            "jsonld": ox.RdfFormat.JSON_LD,
            "rdf": ox.RdfFormat.RDF_XML,
            "nq": ox.RdfFormat.N_QUADS,
            "trig": ox.RdfFormat.TRIG,
        }[name]
        assert len(list(ox.parse(content, syntax))) == 3
    elif name == "csv":
        assert content.splitlines()[0] in (b"c", b"true")
    elif kind is ResultKind.SOLUTIONS:
        results = ox.parse_query_results(content, getattr(ox.QueryResultsFormat, name.upper()))
        assert isinstance(results, ox.QuerySolutions)
        assert len(list(results)) == 3
    else:
        assert b"true" in content


def test_a_browser_gets_a_page_and_curl_gets_json(client: httpx.Client) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    for query in EXAMPLES.values():
        page = client.get("/sparql", params={"query": query}, headers=browser)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "<h2>Answer</h2>" in page.text
    several = [("Accept", "text/csv;q=0.1"), ("Accept", "application/sparql-results+xml")]
    response = client.send(
        httpx.Request("GET", client.base_url.join("/sparql"), params={"query": COUNT}, headers=several)
    )
    assert response.headers["content-type"] == "application/sparql-results+xml"


@pytest.mark.parametrize("times", [1, 2])
def test_declarations_that_a_query_forgets_are_told_in_a_header_and_on_the_page(
    client: httpx.Client, times: int
) -> None:
    query = {"query": f"SELECT (skos:note AS ?forgotten) {{}} # {times}"}
    notices = [client.get("/sparql", params=query).headers["x-notice"] for _ in range(times)]
    assert all("skos: <http://www.w3.org/2004/02/skos/core#>" in notice for notice in notices)
    page = client.get("/sparql", params=query, headers={"Accept": "text/html"}).text
    assert "does not declare were taken as skos:" in page
    assert "x-notice" not in client.get("/sparql", params={"query": "ASK {}"}).headers


def test_406_lists_what_there_is(client: httpx.Client) -> None:
    said = problem(client.get("/sparql", params={"query": COUNT}, headers={"Accept": "image/png"}), 406)
    for fmt in ("json", "xml", "csv", "tsv"):
        assert FORMATS[fmt].media_type in str(said["detail"])
    assert "text/turtle" not in str(said["detail"])
    said = problem(client.get("/sparql", headers={"Accept": "image/png"}), 406)
    assert "text/turtle" in str(said["detail"])
    said = problem(client.get("/sparql", params={"query": COUNT, "format": "docx"}), 406)
    assert "json, xml, csv, tsv" in str(said["detail"])
    problem(client.get("/sparql", params={"query": COUNT, "format": "ttl"}), 406)


def test_without_a_query_the_service_describes_itself(client: httpx.Client) -> None:
    sd = "http://www.w3.org/ns/sparql-service-description#"
    sizes = set()
    for name in ("ttl", "nt", "jsonld", "rdf"):
        response = client.get("/sparql", headers={"Accept": FORMATS[name].media_type})
        syntax = ox.RdfFormat.from_media_type(FORMATS[name].media_type)
        assert syntax is not None
        triples = {quad.triple for quad in ox.parse(response.content, syntax)}
        endpoint = ox.NamedNode(f"{str(client.base_url).rstrip('/')}/sparql")
        assert ox.Triple(endpoint, ox.NamedNode(sd + "endpoint"), endpoint) in triples
        feature = ox.Triple(endpoint, ox.NamedNode(sd + "feature"), ox.NamedNode(sd + "UnionDefaultGraph"))
        assert feature in triples
        names = {triple.object for triple in triples if triple.predicate.value == sd + "name"}
        assert ox.NamedNode(G + "stated") in names
        assert not any("union" in str(name) for name in names)
        sizes.add(len(triples))
    assert len(sizes) == 1
    assert "<form" in client.get("/sparql", headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(
    ("method", "url", "headers", "body", "status"),
    [
        ("GET", "/sparql?query=ASK{}&query=ASK{}", {}, b"", 400),
        ("POST", "/sparql?query=ASK{}", QUERY, b"ASK{}", 400),
        ("POST", "/sparql", {"Content-Type": FORM}, b"query=ASK{}&query=ASK{}", 400),
        ("POST", "/sparql", {"Content-Type": FORM}, b"", 400),
        ("POST", "/sparql", QUERY, b"", 400),
        ("GET", "/sparql?query=", {}, b"", 400),
        ("POST", "/sparql", {"Content-Type": "text/plain"}, b"ASK{}", 415),
        ("POST", "/sparql", {}, b"", 415),
        ("POST", "/sparql", {"Content-Type": "application/sparql-query; charset=latin-1"}, b"ASK{}", 415),
        ("POST", "/sparql", QUERY, b"ASK{?s ?p '\xff'}", 400),
        ("POST", "/sparql", {"Content-Type": FORM}, b"query=ASK%7B%FF%7D", 400),
        ("GET", "/sparql?query=ASK%7B%FF%7D", {}, b"", 400),
        ("GET", "/sparql?query=ASK%7B%7D%2", {}, b"", 400),
        ("GET", "/sparql?query=ASK%7B%7D%zz", {}, b"", 400),
        ("GET", "/sparql?" + "a=&" * 10_001, {}, b"", 400),
        ("GET", "/sparql?query=CLEAR%20ALL", {}, b"", 400),
        ("GET", "/sparql?update=CLEAR%20ALL", {}, b"", 403),
        ("POST", "/sparql", {"Content-Type": FORM}, b"update=CLEAR%20ALL", 403),
        ("POST", "/sparql", {"Content-Type": "application/sparql-update"}, b"CLEAR ALL", 403),
        ("POST", "/sparql", QUERY, b"INSERT DATA { <urn:a> <urn:b> 1 }", 400),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    client: httpx.Client, method: str, url: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    response = client.request(method, url, headers=headers, content=body)
    assert problem(response, status)["detail"]
    if status == 415 and "charset" not in headers.get("Content-Type", ""):
        assert response.headers["accept-post"] == f"application/sparql-query, {FORM}"


def test_a_body_over_the_limit_is_refused(client: httpx.Client) -> None:
    problem(client.post("/sparql", content=b"#" * (9 * 2**20), headers=QUERY), 413)
    assert number(client.post("/sparql", content=b"#" * 2**20 + b"\n" + COUNT.encode(), headers=QUERY)) > 0


def test_a_syntax_error_says_where(client: httpx.Client) -> None:
    said = problem(client.get("/sparql", params={"query": "SELECT *\nWHERE { ?s ?p }"}), 400)
    assert (said["line"], said["type"]) == (2, "urn:kgraph:problem:query-syntax")
    assert isinstance(said["column"], int)
    page = client.get("/sparql", params={"query": "SELEC *"}, headers={"Accept": "text/html"})
    assert page.status_code == 400
    assert "SELEC *</textarea>" in page.text
    assert 'role="alert"' in page.text


def test_head_works_wherever_get_does(client: httpx.Client) -> None:
    for path in (
        "/",
        "/sparql?query=ASK{}",
        "/sparql",
        "/queries",
        "/queries/sentence",
        "/who-said?q=barricades",
        "/explain?subject=kgr:unitedStates&predicate=kgl:recognises&object=kgr:kosovo",
        "/health",
        "/openapi.json",
        "/docs",
    ):
        head, get = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"] == get.headers["content-type"]


def test_reading_is_open_to_pages_from_elsewhere(client: httpx.Client) -> None:
    elsewhere = {"Origin": "https://example.org"}
    response = client.get("/sparql", params={"query": COUNT}, headers=elsewhere)
    assert response.headers["access-control-allow-origin"] == "*"
    preflight = {
        **elsewhere,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, x-requested-with",
    }
    response = client.options("/sparql", headers=preflight)
    assert response.status_code == 200
    assert "POST" in response.headers["access-control-allow-methods"]
    assert "x-requested-with" in response.headers["access-control-allow-headers"]
    problems = client.get("/sparql", params={"query": "no"}, headers=elsewhere)
    assert problems.headers["access-control-allow-origin"] == "*"


def test_service_is_refused_and_calls_nobody(client: httpx.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/sparql"
        for service in (f"SERVICE <{address}>", f"SERVICE SILENT <{address}>", f"sErViCe<{address}>"):
            query = f"SELECT * {{ {service} {{ ?s ?p ?o }} }}"
            assert "does not" in str(problem(client.get("/sparql", params={"query": query}), 403)["detail"])
        client.get("/sparql", params={"query": "ASK { ?s ?p ?o }", "default-graph-uri": address})
        trap.settimeout(0.3)
        with pytest.raises(TimeoutError):
            trap.accept()


# The programs of facts.md, each with what it sends and what it expects.


def test_wikidata_query_service_asks_for_xml_with_values_at_the_end(client: httpx.Client) -> None:
    query = (
        f"SELECT ?e ?x WHERE {{ ?e <{KG}attributedTo> ?x }} VALUES ?x {{ <https://w3id.org/kgraph/id/kfor> }}"
    )
    response = client.get(
        "/sparql",
        params={"query": query, "queryId": "00000000-0000-0000-0000-000000000000"},
        headers={"Accept": "application/sparql-results+xml"},
    )
    assert response.headers["content-type"] == "application/sparql-results+xml"
    results = "{http://www.w3.org/2005/sparql-results#}"
    assert len(ET.fromstring(response.text).findall(f"{results}results/{results}result")) > 0  # noqa: S314


def test_qlever_posts_directly_and_reads_the_projection_off_an_empty_answer(client: httpx.Client) -> None:
    headers = {**QUERY, "Accept": "application/sparql-results+json"}
    query = "SELECT ?b ?a ?c WHERE { ?a <urn:none> ?b }"
    response = client.post("/sparql", content=query, headers=headers, follow_redirects=False)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/sparql-results+json"
    assert response.json() == {"head": {"vars": ["b", "a", "c"]}, "results": {"bindings": []}}
    rows = " ".join(f"<urn:row:{n}>" for n in range(9_999))
    query = f"SELECT ?x ?p {{ VALUES ?x {{ <{KG}Actor> {rows} }} ?x ?p ?o }}"
    response = client.post("/sparql", content=query, headers=headers)
    assert {row["x"]["value"] for row in response.json()["results"]["bindings"]} == {KG + "Actor"}


def test_comunica_reads_the_description_then_posts_a_form(client: httpx.Client) -> None:
    accept = (
        "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,"
        "text/turtle;q=0.6,application/rdf+xml;q=0.5,text/html;q=0.3"
    )
    description = client.get("/sparql", headers={"Accept": accept})
    assert description.headers["content-type"] == "application/ld+json"
    values = " ".join(f"<urn:row:{n}>" for n in range(16))
    response = client.post(
        "/sparql",
        data={"query": f"SELECT (COUNT(*) AS ?n) {{ VALUES ?s {{ {values} }} ?s ?p ?o }}"},
        headers={
            "Accept": "application/sparql-results+json;q=1.0,application/sparql-results+xml;q=0.7",
            "User-Agent": "Comunica/4.0",
        },
    )
    assert number(response) == 0


def test_jena_takes_what_it_likes_best(client: httpx.Client) -> None:
    accept = (
        "application/sparql-results+json, application/sparql-results+xml;q=0.9, "
        "text/tab-separated-values;q=0.7, text/csv;q=0.5, application/json;q=0.2, */*;q=0.1"
    )
    response = client.get("/sparql", params={"query": COUNT}, headers={"Accept": accept})
    assert response.headers["content-type"] == "application/sparql-results+json"
    accept = "text/turtle, application/n-triples;q=0.9, application/rdf+xml;q=0.7, */*;q=0.1"
    response = client.post("/sparql", data={"query": EXAMPLES[ResultKind.GRAPH]}, headers={"Accept": accept})
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"


def test_oxigraph_posts_directly_and_follows_no_redirect(client: httpx.Client) -> None:
    headers = {**QUERY, "Accept": "application/sparql-results+json, application/sparql-results+xml"}
    response = client.post("/sparql", content=COUNT, headers=headers, follow_redirects=False)
    assert json.loads(response.content)["head"]["vars"] == ["n"]

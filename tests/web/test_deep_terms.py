"""What a client makes deep or large is parsed and written by processes that may die, and never by the server.

The server of these tests runs in this process: what would end it ends the tests.
"""

from __future__ import annotations

from pathlib import Path
from time import process_time

import httpx
import pytest

from kgraph.build import build
from kgraph.rdf.nesting import DEEPEST_TERM
from kgraph.settings import load_settings

from .conformance import QUERY, UPDATE
from .conftest import Serve

G = "/graph-store?graph=urn:g"
THING = "https://w3id.org/kgraph/id/thing"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TEXTS = ("text/turtle", "application/n-triples", "application/trig", "application/n-quads")
DEPTHS = (DEEPEST_TERM + 1, 5_000, 8_000, 200_000)


@pytest.fixture(scope="module")
def store(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    folder: Path = tmp_path_factory.mktemp("deep")
    build(load_settings(folder, environ={}))
    return serve(folder, writable=True)


def nested(depth: int) -> str:
    return "<<(<a:a><a:b>" * depth + "<a:o>" + ")>>" * depth


def triple(depth: int) -> str:
    return f"<{THING}> <a:p> {nested(depth)} ."


def xml(depth: int) -> str:
    """Without a prefix of its own for RDF, and its parse type spelt as few would."""
    before = '<e:p r:parseType="&#84;riple"><r:Description r:about="a:a">'
    after = "</r:Description></e:p>"
    said = f'{before * depth}<e:p r:resource="a:o"/>{after * depth}'
    document = f'<r:Description r:about="{THING}">{said}</r:Description>'
    return f'<r:RDF xmlns:r="{RDF}" xmlns:e="a:" r:version="1.2">{document}</r:RDF>'


def form(*parts: tuple[str, str]) -> tuple[dict[str, str], str]:
    body = "".join(
        f'--cut\r\nContent-Disposition: form-data; name="f{n}"\r\nContent-Type: {kind}\r\n\r\n{text}\r\n'
        for n, (kind, text) in enumerate(parts)
    )
    return {"Content-Type": 'multipart/form-data; boundary="cut"'}, f"{body}--cut--\r\n"


def assert_unharmed(store: httpx.Client, generation: str) -> None:
    health = store.get("/health")
    assert (health.status_code, health.json()["generation"]["id"]) == (200, generation)


def generation(store: httpx.Client) -> str:
    identifier: str = store.get("/health").json()["generation"]["id"]
    return identifier


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("depth", DEPTHS)
def test_a_document_that_is_nested_too_deeply_is_refused(store: httpx.Client, kind: str, depth: int) -> None:
    before = generation(store)
    for method, url in (("PUT", G), ("POST", G), ("PUT", "/graph-store?default")):
        response = store.request(method, url, content=triple(depth), headers={"Content-Type": kind})
        assert response.status_code == 400
        assert f"more than {DEEPEST_TERM} deep" in response.json()["detail"]
        headers, body = form(("text/turtle", "<a:a> <a:b> 1 ."), (kind, triple(depth)))
    for url in (G, "/graph-store?default", "/graph-store"):
        response = store.post(url, content=body, headers=headers)
        assert response.status_code == 400
    assert_unharmed(store, before)


@pytest.mark.parametrize("depth", [DEEPEST_TERM + 1, 5_000])
def test_a_document_of_xml_is_refused_likewise(store: httpx.Client, depth: int) -> None:
    before = generation(store)
    kind = "application/rdf+xml"
    response = store.put(G, content=xml(depth), headers={"Content-Type": kind})
    assert (response.status_code, "deep" in response.json()["detail"]) == (400, True)
    headers, body = form((kind, xml(depth)), (kind, xml(1)))
    assert store.post(G, content=body, headers=headers).status_code == 400
    assert_unharmed(store, before)


def test_a_document_of_xml_that_is_cut_off_stores_nothing(store: httpx.Client) -> None:
    before = generation(store)
    whole = xml(2)
    for end in [place + 1 for place, mark in enumerate(whole[:-1]) if mark == ">" and place > 120]:
        response = store.put(G, content=whole[:end], headers={"Content-Type": "application/rdf+xml"})
        assert (response.status_code, "is cut off" in response.json()["detail"]) == (400, True), whole[:end]
    assert_unharmed(store, before)


def test_a_document_of_json_is_refused_likewise(store: httpx.Client) -> None:
    before = generation(store)
    deep = '{"@id": "a:a", "a:p": ' * 20_000 + "1" + "}" * 20_000
    response = store.put(G, content=deep, headers={"Content-Type": "application/ld+json"})
    assert (response.status_code, "deep" in response.json()["detail"]) == (400, True)
    assert_unharmed(store, before)


def test_a_large_document_is_refused_likewise(store: httpx.Client) -> None:
    before = generation(store)
    filler = "".join(f"<a:{n:0100}> <a:p> {n} .\n" for n in range(75_000))
    comment = f"<!--{filler.replace('--', '')}-->"
    for kind, text in (
        ("text/turtle", filler + triple(DEEPEST_TERM + 1)),
        ("application/rdf+xml", xml(DEEPEST_TERM + 1).replace("<r:Desc", f"{comment}<r:Desc", 1)),
    ):
        assert len(text) > 8 << 20
        response = store.put(G, content=text, headers={"Content-Type": kind})
        assert (response.status_code, "deep" in response.json()["detail"]) == (400, True), response.text
    assert_unharmed(store, before)


@pytest.mark.parametrize(
    "update",
    [
        f"INSERT DATA {{ {triple(DEEPEST_TERM + 1)} }}",
        f"INSERT DATA {{ {triple(50_000)} }}",
        f"INSERT {{ {triple(DEEPEST_TERM + 1)} }} WHERE {{}}",
        f"INSERT {{ <a:a> <a:b> {nested(DEEPEST_TERM).replace('<a:o>', '?o')} }} "
        "WHERE { BIND(TRIPLE(<a:a>, <a:b>, 1) AS ?o) }",
        f"DELETE {{ <a:a> <a:b> ?o }} INSERT {{ <a:a> <a:b> ?t }} WHERE {{ BIND(1 AS ?o) "
        f"BIND({'TRIPLE(<a:a>, <a:b>, ' * (DEEPEST_TERM + 1)}1{')' * (DEEPEST_TERM + 1)} AS ?t) }}",
    ],
)
def test_an_update_that_nests_too_deeply_is_refused(store: httpx.Client, update: str) -> None:
    before = generation(store)
    response = store.post("/sparql", content=update, headers=UPDATE)
    assert (response.status_code, "deep" in response.json()["detail"]) == (400, True), response.text
    assert_unharmed(store, before)


def test_no_number_of_updates_nests_deeper(store: httpx.Client) -> None:
    step = nested(10).replace("<a:o>", "?o")
    update = (
        f"DELETE {{ <a:grow> <a:b> ?o }} INSERT {{ <a:grow> <a:b> {step} }} WHERE {{ <a:grow> <a:b> ?o }}"
    )
    assert store.post("/sparql", content="INSERT DATA { <a:grow> <a:b> 1 }", headers=UPDATE).is_success
    statuses = [store.post("/sparql", content=update, headers=UPDATE).status_code for _ in range(4)]
    assert statuses == [204, 204, 204, 400]


def test_what_is_nested_as_deeply_as_may_be_is_shown_everywhere(store: httpx.Client) -> None:
    headers = {"Content-Type": "text/turtle"}
    assert store.put(G, content=triple(DEEPEST_TERM), headers=headers).is_success
    select = "SELECT ?s ?p ?o { ?s ?p ?o FILTER(isTriple(?o)) }"
    for accept in ("text/html", "application/sparql-results+json", "text/csv", "text/tab-separated-values"):
        shown = store.get("/sparql", params={"query": select}, headers={"Accept": accept})
        assert (shown.status_code, shown.text.count("a:o") >= 1) == (200, True), accept
    for url in ("/id/thing", "/id/thing.html"):
        assert store.get(url, headers={"Accept": "text/html"}).status_code == 200
    for accept in ("text/turtle", "application/n-triples", "application/rdf+xml"):
        for url in ("/id/thing", G):
            assert store.get(url, headers={"Accept": accept}).status_code == 200, (url, accept)


@pytest.mark.parametrize("depth", [DEEPEST_TERM, *DEPTHS[:-1], 50_000])
@pytest.mark.parametrize(
    "form_", ["SELECT ({} AS ?x) {{}}", "CONSTRUCT {{ ?s ?s ?x }} {{ BIND({} AS ?x) BIND(<a:s> AS ?s) }}"]
)
def test_an_answer_that_is_nested_too_deeply_ends_no_server(
    store: httpx.Client, depth: int, form_: str
) -> None:
    before = generation(store)
    query = form_.format(nested(depth))
    for accept in ("text/html", "application/sparql-results+json, text/turtle;q=0.5", "*/*"):
        response = store.post("/sparql", content=query, headers={**QUERY, "Accept": accept})
        assert response.status_code in ((200,) if depth == DEEPEST_TERM else (200, 400, 507)), response.text
    assert_unharmed(store, before)


def test_entities_in_a_form_are_expanded_where_memory_is_limited(store: httpx.Client) -> None:
    before = generation(store)
    entities = '<!ENTITY a "hahahaha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    laughs = (
        f'<!DOCTYPE r [{entities}]><r:RDF xmlns:r="{RDF}" xmlns:e="a:"><r:Description r:about="a:a">'
        "<e:p>&j;</e:p></r:Description></r:RDF>"
    )
    headers, body = form(("application/rdf+xml", laughs), ("text/turtle", "<a:a> <a:b> 1 ."))
    response = store.post(G, content=body, headers=headers)
    assert response.status_code in (400, 504, 507), response.text
    assert_unharmed(store, before)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--cut",
        b"--cut--\r\n",
        b"--cut\r\n\r\n--cut--",
        b"--cut\r\nContent-Type: text/turtle\r\n--cut--",
        b"--cut\r\nContent-Type: text/turtle\r\n\r\n<a:a> <a:b> 1 .\r\n",
        b"--cut\r\nContent-Type: text/turtle\r\nContent-Transfer-Encoding: base64\r\n\r\nPGE+\r\n--cut--",
        b"--cut\r\nX: " + b"x" * 9000 + b"\r\nContent-Type: text/turtle\r\n\r\n\r\n--cut--",
        b"--cut\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 1000 + b"\r\n--cut--",
        b"\r\n--cut" * 10_000,
        b"--cut" + b" " * 200_000,
    ],
)
def test_what_is_no_form_is_refused(store: httpx.Client, body: bytes) -> None:
    before = generation(store)
    response = store.post(G, content=body, headers={"Content-Type": "multipart/form-data; boundary=cut"})
    assert response.status_code in (400, 415), response.text
    assert_unharmed(store, before)


def test_a_form_may_have_a_preamble_padding_and_one_part(store: httpx.Client) -> None:
    body = (
        b"preamble\r\n--cut \t\r\ncontent-type: TEXT/Turtle; charset=UTF-8\r\n\r\n"
        b"<urn:f> <a:b> '''\r\n--cutter'''.\r\n--cut-- \r\nepilogue\r\n"
    )
    url = "/graph-store?graph=urn:form"
    assert store.post(
        url, content=body, headers={"Content-Type": "Multipart/Form-Data; boundary=cut"}
    ).is_success
    assert "cutter" in store.get(url).text


def test_a_text_that_looks_like_nested_terms_keeps_no_page(store: httpx.Client) -> None:
    texts = "<<(#" * 200_000, r"<<(\n#" * 100_000
    for text in texts:
        query = f"SELECT ('{text}' AS ?x) {{}}"
        headers = {**QUERY, "Accept": "text/html"}
        started = process_time()  # of this process, which is the server's
        assert store.post("/sparql", content=query, headers=headers).status_code == 200
        assert process_time() - started < 3

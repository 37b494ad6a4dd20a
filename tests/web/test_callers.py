"""Being federated with: what other engines send is answered as each expects, and real clients are content.

The requests are those that the engines' sources and recordings show: method, parameters, headers and the
shape of the query, with the bindings of the outer query as VALUES after the WHERE clause (Blazegraph) or
first in it (QLever, Comunica).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from rdflib.query import ResultRow
from SPARQLWrapper import SPARQLWrapper

from tests.conftest import ENTITY, REPOSITORY

KG = "https://w3id.org/kgraph/ontology#"
JSON_TYPE = "application/sparql-results+json"
XML_TYPE = "application/sparql-results+xml"
RESULTS = "{http://www.w3.org/2005/sparql-results#}"
ROWS = 10_000

Rows = list[dict[str, str]]


def rows_of(response: httpx.Response) -> tuple[list[str], Rows]:
    """Head and rows of an answer, whichever of the two formats it came in."""
    assert response.status_code == 200, response.text[:500]
    if response.headers["content-type"] == JSON_TYPE:
        body = response.json()
        rows = [{name: term["value"] for name, term in row.items()} for row in body["results"]["bindings"]]
        return body["head"]["vars"], rows
    assert response.headers["content-type"] == XML_TYPE
    root = ElementTree.fromstring(response.content)  # noqa: S314 - our own
    head = [variable.get("name", "") for variable in root.iterfind(f"{RESULTS}head/{RESULTS}variable")]
    rows = [
        {binding.get("name", ""): "".join(binding.itertext()).strip() for binding in result}
        for result in root.iterfind(f"{RESULTS}results/{RESULTS}result")
    ]
    return head, rows


def nodes(count: int) -> list[str]:
    """IRIs to ask about, of which the graph knows the first."""
    return [f"<{ENTITY}kosovo>", *(f"<{ENTITY}nothing{n}>" for n in range(count - 1))]


def blazegraph(client: httpx.Client, pattern: str, bindings: str = "") -> httpx.Response:
    """SERVICE of the Wikidata Query Service: GET, a query id, XML, prefixes on lines, VALUES in the end."""
    query = f"\nprefix kg: <{KG}>\nSELECT  ?thing ?name\nWHERE {{\n{pattern}\n}}\n{bindings}"
    params = {"query": query, "queryId": "1b2c3d4e-0000-4000-8000-0123456789ab"}
    return client.get("/sparql", params=params, headers={"Accept": XML_TYPE})


def qlever(client: httpx.Client, pattern: str, bindings: str = "") -> httpx.Response:
    """SERVICE of QLever: direct POST, JSON alone, no WHERE, VALUES first in the group."""
    query = f"PREFIX kg: <{KG}>\nSELECT ?thing ?name {{\n{bindings}\n{pattern}\n}}"
    headers = {"Content-Type": "application/sparql-query", "Accept": JSON_TYPE}
    return client.post("/sparql", content=query, headers=headers)


def jena(client: httpx.Client, pattern: str, bindings: str = "") -> httpx.Response:
    """SERVICE of Jena: GET, or a form where the URL would be long; JSON, XML and more by quality."""
    query = f"PREFIX  kg:   <{KG}>\n\nSELECT  *\nWHERE\n  {{ {bindings}\n    {pattern}\n  }}\n"
    accept = (
        f"{JSON_TYPE},{XML_TYPE};q=0.9,text/tab-separated-values;q=0.7,text/csv;q=0.5,"
        "application/json;q=0.2,application/xml;q=0.2,*/*;q=0.1"
    )
    if len(query) > 2_000:
        return client.post("/sparql", data={"query": query}, headers={"Accept": accept})
    return client.get("/sparql", params={"query": query}, headers={"Accept": accept})


def oxigraph(client: httpx.Client, pattern: str, bindings: str = "") -> httpx.Response:
    """SERVICE of Oxigraph: direct POST, full IRIs, JSON or XML without a preference."""
    query = f"SELECT ?thing ?name WHERE {{ {bindings} {pattern} }}"
    headers = {"Content-Type": "application/sparql-query", "Accept": f"{JSON_TYPE}, {XML_TYPE}"}
    return client.post("/sparql", content=query, headers=headers)


def comunica(client: httpx.Client, pattern: str, bindings: str = "") -> httpx.Response:
    """Comunica's actor for endpoints: GET, or a form where the URL would be long; JSON before XML."""
    query = f"PREFIX kg: <{KG}> SELECT ?thing ?name WHERE {{ {bindings} {pattern} }}"
    accept = f"{JSON_TYPE};q=1.0,{XML_TYPE};q=0.7"
    headers = {"Accept": accept, "Accept-Encoding": "br,gzip,deflate"}
    if len(query) > 2_000:
        return client.post("/sparql", data={"query": query}, headers=headers)
    return client.get("/sparql", params={"query": query}, headers=headers)


Caller = Callable[[httpx.Client, str, str], httpx.Response]
CALLERS: dict[str, tuple[Caller, str]] = {
    "blazegraph": (blazegraph, XML_TYPE),
    "qlever": (qlever, JSON_TYPE),
    "jena": (jena, JSON_TYPE),
    "oxigraph": (oxigraph, JSON_TYPE),
    "comunica": (comunica, JSON_TYPE),
}
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
NAMED = f"?thing <{LABEL}> ?name ."
UNKNOWN = "?thing <urn:no:such:property> ?name ."


@pytest.mark.parametrize("name", CALLERS)
def test_a_caller_gets_its_format_and_its_rows(client: httpx.Client, name: str) -> None:
    call, media_type = CALLERS[name]
    response = call(client, NAMED, "")
    assert response.headers["content-type"] == media_type
    assert response.history == []
    head, rows = rows_of(response)
    assert sorted(head) == ["name", "thing"]
    assert {"thing": f"{ENTITY}kosovo", "name": "Kosovo"} in rows


@pytest.mark.parametrize("name", CALLERS)
def test_an_empty_answer_still_has_the_projection(client: httpx.Client, name: str) -> None:
    call, _ = CALLERS[name]
    head, rows = rows_of(call(client, UNKNOWN, ""))
    assert (sorted(head), rows) == (["name", "thing"], [])
    if name != "jena":  # which asks for everything
        assert head == ["thing", "name"]


@pytest.mark.parametrize("name", [name for name in CALLERS if name != "blazegraph"])
def test_ten_thousand_bindings_join(client: httpx.Client, name: str) -> None:
    call, _ = CALLERS[name]
    values = "VALUES ?thing { " + " ".join(nodes(ROWS)) + " }"
    _, rows = rows_of(call(client, NAMED, values))
    assert rows == [{"thing": f"{ENTITY}kosovo", "name": "Kosovo"}]
    rows_in_brackets = "VALUES (?thing) {\n" + "\n".join(f"( {node} )" for node in nodes(ROWS)) + " }"
    assert rows_of(call(client, NAMED, rows_in_brackets))[1] == rows


def test_bindings_after_the_where_clause_join(client: httpx.Client) -> None:
    rows = "\n".join(f"( {node} UNDEF )" for node in nodes(60))
    response = blazegraph(client, NAMED, f"VALUES ( ?thing ?name) {{\n{rows}\n}}\n")
    assert rows_of(response)[1] == [{"thing": f"{ENTITY}kosovo", "name": "Kosovo"}]
    everything = blazegraph(client, NAMED, "VALUES ( ?thing) {\n( UNDEF )\n}\n")
    assert len(rows_of(everything)[1]) == len(rows_of(blazegraph(client, NAMED))[1])
    many = "\n".join(f"( {node} )" for node in nodes(ROWS))
    query = f"SELECT ?thing ?name\nWHERE {{\n{NAMED}\n}}\nVALUES ( ?thing) {{\n{many}\n}}\n"
    posted = client.post("/sparql", data={"query": query, "queryId": "x"}, headers={"Accept": XML_TYPE})
    assert rows_of(posted)[1] == [{"thing": f"{ENTITY}kosovo", "name": "Kosovo"}]


def test_blank_rows_and_literals_travel_as_bindings(client: httpx.Client) -> None:
    values = (
        'VALUES (?thing ?name) { (UNDEF "Kosovo"@en) (UNDEF "Kosovo") (UNDEF "1"^^<urn:t>) (UNDEF UNDEF) }'
    )
    _, rows = rows_of(qlever(client, NAMED, values))
    named = rows_of(qlever(client, NAMED))[1]
    assert len(rows) == len(named) + 1


def test_a_probe_counts_and_asks(client: httpx.Client) -> None:
    accept = {"Accept": f"{JSON_TYPE};q=1.0,{XML_TYPE};q=0.7"}
    count = f"SELECT ( COUNT( * ) AS ?count ) WHERE {{ ?s <{LABEL}> ?o . }}"
    head, rows = rows_of(client.get("/sparql", params={"query": count}, headers=accept))
    assert head == ["count"]
    assert int(rows[0]["count"]) > 50
    ask = client.get("/sparql", params={"query": f"ASK WHERE {{ {NAMED} }}"}, headers=accept)
    assert ask.json()["boolean"] is True


def test_the_description_comes_first_to_whom_pages_come_last(client: httpx.Client) -> None:
    accept = (
        "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,"
        "text/turtle;q=0.6,application/rdf+xml;q=0.5,text/n3;q=0.35,application/xml;q=0.3,image/svg+xml;q=0.3,"
        "text/xml;q=0.3,text/html;q=0.2,application/xhtml+xml;q=0.18,application/json;q=0.135"
    )
    response = client.get("/sparql", headers={"Accept": accept})
    media_type = response.headers["content-type"]
    assert media_type in ("application/ld+json", "application/n-quads", "application/trig")
    store = ox.Store()
    found = ox.RdfFormat.from_media_type(media_type)
    assert found is not None
    store.load(response.content, found)
    endpoint = str(client.base_url.join("/sparql"))
    sd = "http://www.w3.org/ns/sparql-service-description#"
    for predicate, value in (("endpoint", endpoint), ("feature", f"{sd}UnionDefaultGraph")):
        pattern = (None, ox.NamedNode(sd + predicate), ox.NamedNode(value), None)
        assert list(store.quads_for_pattern(*pattern)), predicate


KOSOVO = f"<{ENTITY}kosovo>"
ASKED = {
    "SELECT": (f"SELECT ?name {{ {KOSOVO} <{LABEL}> ?name }}", ("json", "xml", "csv", "tsv")),
    "ASK": (f"ASK {{ {KOSOVO} <{LABEL}> ?name }}", ("json", "xml")),
    "DESCRIBE": (f"DESCRIBE {KOSOVO}", ("turtle", "xml", "rdf+xml", "n3", "json-ld")),
    "CONSTRUCT": (f"CONSTRUCT WHERE {{ {KOSOVO} <{LABEL}> ?name }}", ("turtle", "rdf+xml", "json-ld")),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("form", "name"), [(form, name) for form in ASKED for name in ASKED[form][1]])
def test_sparqlwrapper(client: httpx.Client, method: str, form: str, name: str) -> None:
    wrapper = SPARQLWrapper(str(client.base_url.join("/sparql")))
    wrapper.setQuery(ASKED[form][0])
    wrapper.setMethod(method)
    wrapper.setReturnFormat(name)  # which it sends by Accept, and as format, output and results besides
    result = wrapper.query().response.read()
    assert b"true" in result if form == "ASK" else b"Kosovo" in result


def test_rdflibs_sparqlstore(client: httpx.Client) -> None:
    store = SPARQLStore(str(client.base_url.join("/sparql")))
    graph = Graph(store)
    rows = graph.query(f"SELECT ?s {{ ?s <{KG}locatedIn> {KOSOVO} }}")
    assert f"{ENTITY}northKosovo" in {str(row[0]) for row in rows if isinstance(row, ResultRow)}
    unit = URIRef(f"{ENTITY}kfor"), URIRef(f"{KG}partOf")
    assert list(graph.objects(*unit)) == [URIRef(f"{ENTITY}nato")]
    assert (*unit, URIRef(f"{ENTITY}nato")) in graph


SERVICE = """
import sys
import pyoxigraph as ox
store = ox.Store()
store.add(ox.Quad(ox.NamedNode(sys.argv[2]), ox.NamedNode("urn:p"), ox.Literal("local")))
query = '''SELECT ?name ?mine {
  SERVICE <%s> { ?thing <http://www.w3.org/2004/02/skos/core#prefLabel> ?name }
  ?thing <urn:p> ?mine
}''' % sys.argv[1]
print(store.query(query).serialize(format=ox.QueryResultsFormat.CSV).decode())
"""


def test_oxigraphs_own_service_calls_us(client: httpx.Client) -> None:
    endpoint = str(client.base_url.join("/sparql"))
    command = [sys.executable, "-c", SERVICE, endpoint, f"{ENTITY}kosovo"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.split() == ["name,mine", "Kosovo,local"], done.stderr


NODE = shutil.which("node")
COMUNICA = REPOSITORY / "node_modules" / "@comunica" / "query-sparql" / "bin" / "query.js"
NEEDED = {"Node": NODE is not None, "Comunica": COMUNICA.exists()}
MISSING = " and no ".join(name for name, there in NEEDED.items() if not there)
if MISSING and os.environ.get("CI"):
    raise RuntimeError(f"CI calls the endpoint with Comunica, and there is no {MISSING}: see .ci/run")


def ask_comunica(query: str, *sources: str) -> Rows:
    command = [str(NODE), str(COMUNICA), *sources, query, "-t", JSON_TYPE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stderr
    bindings = json.loads(done.stdout)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in bindings]


def as_set(rows: Rows) -> set[tuple[tuple[str, str], ...]]:
    return {tuple(sorted(row.items())) for row in rows}


CLAIMS = f"?claim <{KG}attributedTo> <{ENTITY}ristic> ; <{KG}subject> ?thing ."


@pytest.mark.skipif(bool(MISSING), reason=f"no {MISSING} here; 'make node' sets up Comunica")
def test_comunica_answers_from_the_endpoint_alone(client: httpx.Client) -> None:
    query = f"SELECT ?claim ?name {{ {CLAIMS} {NAMED} }}"
    ours = rows_of(client.post("/sparql", data={"query": query}, headers={"Accept": JSON_TYPE}))[1]
    # Found out by the description: no hint says that this is an endpoint.
    assert as_set(ask_comunica(query, str(client.base_url.join("/sparql")))) == as_set(ours)
    assert ours


@pytest.mark.skipif(bool(MISSING), reason=f"no {MISSING} here; 'make node' sets up Comunica")
def test_comunica_joins_the_endpoint_with_things_that_it_looks_up(client: httpx.Client) -> None:
    query = f"SELECT ?claim ?name {{ {CLAIMS} {NAMED} }}"
    ours = rows_of(client.post("/sparql", data={"query": query}, headers={"Accept": JSON_TYPE}))[1]
    sources = (f"sparql@{client.base_url.join('/sparql')}", str(client.base_url.join("/id/kforActions")))
    assert as_set(ask_comunica(query, *sources)) == as_set(ours)


@pytest.mark.skipif(bool(MISSING), reason=f"no {MISSING} here; 'make node' sets up Comunica")
def test_comunica_reads_a_thing_as_linked_data(client: httpx.Client) -> None:
    query = f"SELECT ?name {{ <{ENTITY}kosovo> <{LABEL}> ?name }}"
    assert ask_comunica(query, str(client.base_url.join("/id/kosovo"))) == [{"name": "Kosovo"}]

"""Every IRI of the project answers at the server, for people and for programs, wherever it is deployed."""

from __future__ import annotations

import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from kgraph.build import build
from kgraph.settings import load_settings
from kgraph.store import Catalog
from kgraph.vocab import HIDDEN_GRAPHS, KG, KGL
from tests.conftest import ARTICLE, ENTITY
from tests.web.conftest import Serve

BASE = "https://w3id.org/kgraph/"
FORMATS = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
}


def iris_of(project: Path) -> list[str]:
    """Every IRI below the base that the store has, wherever in a triple, and its graphs."""
    store = ox.Store.read_only(
        str(Catalog(load_settings(project, environ={}).store_path).current().store_path)
    )
    found: set[str] = set()
    for quad in store:
        if str(quad.graph_name)[1:-1] not in HIDDEN_GRAPHS:
            terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
            found |= {term.value for term in terms if isinstance(term, ox.NamedNode)}
    return sorted(iri for iri in found if iri.startswith(BASE))


def mentioned(triples: list[ox.Triple]) -> set[str]:
    terms = (term for t in triples for term in (t.subject, t.predicate, t.object))
    return {term.value for term in terms if isinstance(term, ox.NamedNode)}


def parse(content: bytes, format: ox.RdfFormat) -> list[ox.Triple]:  # noqa: A002
    return [quad.triple for quad in ox.parse(content, format, base_iri="http://base.example/")]


class Page(HTMLParser):
    """The parts of a page that tests ask for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self._data = False
        self.data = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if tag == "a" and "href" in given else []
        self._data = tag == "script"

    def handle_data(self, data: str) -> None:
        if self._data:
            self.data += data
        else:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        self._data = False


@dataclass(frozen=True)
class Crawled:
    """A document: the IRIs that it is for, and what it answers in each format, ``html`` included."""

    iri: str
    parts: tuple[str, ...]
    responses: dict[str, httpx.Response]


@pytest.fixture(scope="module")
def crawled(client: httpx.Client, project: Path) -> list[Crawled]:
    """Every document that an IRI of the store leads to, in every format."""
    parts: dict[str, list[str]] = {}
    for iri in iris_of(project):
        parts.setdefault(iri.partition("#")[0], []).append(iri)

    def fetch(document: str) -> Crawled:
        path = f"/{document.removeprefix(BASE)}"
        wanted = {**{suffix: media_type for suffix, (media_type, _) in FORMATS.items()}, "html": "text/html"}
        responses = {
            suffix: client.get(path, headers={"Accept": accept}) for suffix, accept in wanted.items()
        }
        return Crawled(document, tuple(parts[document]), responses)

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(fetch, parts))


def test_every_iri_of_the_store_dereferences_in_every_format(crawled: list[Crawled]) -> None:
    assert sum(len(document.parts) for document in crawled) > 800
    wrong = []
    for document in crawled:
        for suffix, (media_type, format) in FORMATS.items():  # noqa: A001
            response = document.responses[suffix]
            assert response.status_code == 200, document.iri
            assert response.headers["content-type"].startswith(media_type)
            known = mentioned(parse(response.content, format))
            wrong += [f"{iri} is not mentioned in {suffix}" for iri in document.parts if iri not in known]
    assert wrong == []


def test_every_format_says_the_same(crawled: list[Crawled]) -> None:
    for document in crawled[::10]:
        sizes = {len(set(parse(document.responses[s].content, f))) for s, (_, f) in FORMATS.items()}
        assert len(sizes) == 1, document.iri


def test_every_document_has_a_page_that_shows_its_parts(crawled: list[Crawled]) -> None:
    for document in crawled:
        response = document.responses["html"]
        assert response.status_code == 200
        page = Page(response.text)
        fragments = {iri.partition("#")[2] for iri in document.parts} - {""}
        assert fragments <= set(page.ids), document.iri
        assert len(page.ids) == len(set(page.ids)), document.iri
        assert document.iri in page.text


def test_every_link_of_our_pages_leads_somewhere(client: httpx.Client) -> None:
    paths = [
        "/",
        "/id/kosovo",
        "/id/ristic",
        f"/{ARTICLE.removeprefix(BASE)}",
        "/ontology",
        "/lexicon",
        "/graph/inferred",
        "/queries/who-said",
    ]
    paths += [f"/{ARTICLE.removeprefix(BASE)}/a0703", f"/{ARTICLE.removeprefix(BASE)}/s07"]
    links: set[str] = set()
    for path in paths:
        page = Page(client.get(path, headers={"Accept": "text/html"}).text)
        for link in page.links:
            assert link.startswith(("/", "#", "http://", "https://")), link
            assert "DESCRIBE" not in link
            if link.startswith("#"):
                assert link[1:] in page.ids, (path, link)
            elif link.startswith("/"):
                links.add(link.partition("#")[0])
    sample = sorted(links)
    sample = [link for link in sample if not link.startswith("/explain?")] + [
        link for link in sample if link.startswith("/explain?")
    ][::150]

    def status(link: str) -> tuple[str, int]:
        return link, client.get(link, headers={"Accept": "text/html"}).status_code

    with ThreadPoolExecutor(4) as threads:
        assert [found for found in threads.map(status, sample) if found[1] != 200] == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_suffix_names_a_format_and_the_headers_name_all(client: httpx.Client, suffix: str) -> None:
    media_type, _ = FORMATS[suffix]
    response = client.get(f"/id/kosovo.{suffix}", headers={"Accept": "text/html"})
    assert response.headers["content-type"].startswith(media_type)
    assert response.headers["content-location"] == f"/id/kosovo.{suffix}"
    assert "Accept" in response.headers["vary"]
    links = response.headers["link"]
    for other, (kind, _) in FORMATS.items():
        assert f'</id/kosovo.{other}>; rel="alternate"; type="{kind}"' in links
    assert f'<{ENTITY}kosovo>; rel="canonical"' in links
    assert re.search(r'<http://127.0.0.1:\d+/.well-known/void>; rel="describedby"', links)


def test_a_browser_gets_a_page_and_a_program_turtle(client: httpx.Client) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert (
        client.get("/id/kosovo", headers={"Accept": browser}).headers["content-type"].startswith("text/html")
    )
    assert client.get("/id/kosovo").headers["content-type"] == "text/turtle; charset=utf-8"
    refused = client.get("/id/kosovo", headers={"Accept": "image/png"})
    assert refused.status_code == 406
    assert "text/turtle" in refused.json()["detail"]
    cross = client.get("/id/kosovo", headers={"Origin": "https://elsewhere.example"})
    assert cross.headers["access-control-allow-origin"] == "*"
    assert "Link" in cross.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "path", ["/id/kosovo", "/ontology", "/graph/stated", f"/{ARTICLE.removeprefix(BASE)}.html"]
)
def test_what_a_client_has_already_is_not_sent_again(client: httpx.Client, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "vary" in again.headers
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == first.headers["etag"]
    other = client.get(path, headers={"Accept": "application/n-triples"})
    if not path.endswith(".html"):
        assert other.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    "path",
    [
        "/id/nobody",
        "/id/kosovo.docx",
        "/ontology/9.9.9",
        "/graph/none",
        "/id/",
        "/id/article",
        "/%00",
        "/id/%ff",
        "/id/kosovo/",
        "//",
        "//evil.example/",
        "/id/kosovo.ttl.ttl",
    ],
)
def test_an_iri_that_the_graph_does_not_know_is_not_found(client: httpx.Client, path: str) -> None:
    url = f"{client.base_url}".rstrip("/") + path
    response = client.get(url)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    page = client.get(url, headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert '<section class="problem"' in page.text


def test_a_page_of_a_thing_tells_apart_how_each_fact_stands(client: httpx.Client) -> None:
    text = client.get("/id/kforActions", headers={"Accept": "text/html"}).text
    stated = text.partition('id="stated"')[2].partition("</section>")[0]
    assert ">time<" not in stated  # Ristic denies them; nobody states that there are any
    claimed = text.partition('id="claimed"')[2].partition("</section>")[0]
    assert "Predicted not to happen by" in claimed
    assert ">time<" in claimed
    assert 'href="/id/ristic"' in claimed
    assert "There will be no Kfor actions today" in claimed
    assert f'href="/{ARTICLE.removeprefix(BASE)}/s07"' in claimed
    states = client.get("/id/unitedStates", headers={"Accept": "text/html"}).text
    inferred = states.partition('id="inferred"')[2].partition("</section>")[0]
    assert (
        "/explain?subject=kgr%3AunitedStates&amp;predicate=kgl%3Arecognises&amp;object=kgr%3Akosovo"
        in inferred
    )
    kosovo = client.get("/id/kosovo", headers={"Accept": "text/html"}).text
    records = kosovo.partition('id="records"')[2].partition("</section>")[0]
    assert 'href="/graph/links"' in records
    assert 'href="http://www.wikidata.org/entity/Q1246"' in records


def test_an_article_is_its_text_with_every_claim_on_its_words(client: httpx.Client, repository: Path) -> None:
    path = f"/{ARTICLE.removeprefix(BASE)}"
    page = client.get(path, headers={"Accept": "text/html"}).text
    seed = (repository / "seeds" / "north-kosovo-roadblocks.txt").read_text()
    pieces = re.split(r'<span class="sentence" id="[^"]+">', page.partition('id="text"')[2])[1:]
    shown = [re.sub("<[^>]+>", "", piece.partition("</p>")[0]).partition("&#8239;")[2] for piece in pieces]
    assert [unescape(sentence) for sentence in shown] == seed.split("\n")
    found: set[str] = set()
    for choice in re.findall(r'class="number" href="([^"#]+)', page):
        card = client.get(unescape(choice), headers={"Accept": "text/html"}).text.partition('id="chosen"')[2]
        found |= set(re.findall(r"at=([0-9,;]+)", card))
    query = (
        f"SELECT ?claim ?begin ?end {{ ?claim a <{KG}Assertion> ; <{KG}evidence> ?span . "
        f"?span <{KG}beginIndex> ?begin ; <{KG}endIndex> ?end }} ORDER BY ?begin"
    )
    rows = client.get("/sparql", params={"query": query, "format": "json"}).json()["results"]["bindings"]
    cited: dict[str, list[str]] = {}
    for row in rows:
        cited.setdefault(row["claim"]["value"], []).append(f"{row['begin']['value']},{row['end']['value']}")
    assert len(cited) == 215
    assert {";".join(spans) for spans in cited.values()} <= found


def test_pages_describe_themselves_to_search_engines(client: httpx.Client, project: Path) -> None:
    article = json.loads(Page(client.get(f"/{ARTICLE.removeprefix(BASE)}.html").text).data)
    assert (article["@type"], article["publisher"]["name"]) == ("NewsArticle", "Reuters")
    assert {"@type": "Thing", "@id": f"{ENTITY}kosovo", "name": "Kosovo"} in article["mentions"]
    claim = json.loads(Page(client.get(f"/{ARTICLE.removeprefix(BASE)}/a0703.html").text).data)
    assert (claim["@type"], claim["author"]["name"]) == ("Claim", "Slavisa Ristic")
    place = json.loads(Page(client.get("/id/kosovo.html").text).data)
    assert "http://www.wikidata.org/entity/Q1246" in place["sameAs"]
    terms = json.loads(Page(client.get("/ontology.html").text).data)
    assert terms["@type"] == "DefinedTermSet"
    known = {iri for iri in iris_of(project) if iri.startswith(KG)}
    assert {term["@id"] for term in terms["hasDefinedTerm"]} == known


def test_a_graph_answers_with_its_triples(client: httpx.Client, project: Path) -> None:
    generation = Catalog(load_settings(project, environ={}).store_path).current()
    for name in ("stated", "ontology"):
        iri = f"{BASE}graph/{name}"
        triples = parse(client.get(f"/graph/{name}.nt").content, ox.RdfFormat.N_TRIPLES)
        own = [t for t in triples if t.subject == ox.NamedNode(iri)]
        assert [t.predicate.value for t in own] == ["http://rdfs.org/ns/void#inDataset"]
        assert len(triples) == generation.manifest.graphs[iri] + 1


def test_the_ontology_says_what_terms_mean_and_where_the_article_uses_them(client: httpx.Client) -> None:
    page = client.get("/ontology", headers={"Accept": "text/html"}).text
    term = page.partition('id="attributedTo"')[2].partition('<div class="term"')[0]
    assert re.search(
        r"If x .*source.* y, and y .*source agent.* z, then x .*attributed to.* z\.", term, re.DOTALL
    )
    declaration = page.partition('id="Declaration"')[2].partition('<div class="term"')[0]
    assert "proclaims a new state of affairs" in declaration
    assert 'href="/id/declaration2008"' in declaration
    predicate = page.partition('id="duration"')[2].partition('<div class="term"')[0]
    assert "bombed for 78 days" in predicate
    lexicon = client.get("/lexicon", headers={"Accept": "text/html"}).text
    entry = lexicon.partition('id="Withdrawal"')[2].partition('<div class="term"')[0]
    assert "S3: “Nato pulled out its convoy”" in unescape(entry)
    assert 'href="/id/convoyWithdrawal"' in entry


def test_a_version_of_the_ontology_has_an_address(client: httpx.Client) -> None:
    for suffix, (_, format) in FORMATS.items():  # noqa: A001
        triples = parse(client.get(f"/ontology/0.2.0.{suffix}").content, format)
        known = mentioned(triples)
        assert {f"{BASE}ontology/0.2.0", f"{KG}Declaration"} <= known


NAMES = {
    "plain": "plain",
    "v1.0": "v1.0",
    "data.ttl": "data.ttl",
    "a/b.c/d": "a/b.c/d",
    "per%20cent": "per%20cent",
    "caf\u00e9": "caf%C3%A9",
    "\u4eba/\u0431": "%E4%BA%BA/%D0%B1",
    "sp(a)ce,": "sp(a)ce,",
    "/double": "/double",
    "que?ry=1&x": "que?ry=1&x",
    "semi;colon:@": "semi;colon:@",
    "deep#me": "deep",
}


@pytest.fixture(scope="module")
def odd(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    """A project with a base of its own and with names that are hard to carry in a URL."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "data" / "ttl").mkdir(parents=True)
    base = "https://news.example/graphs/"
    lines = [f'<{base}id/{name}> <urn:p> "{name}"@de .' for name in NAMES]
    evil = '<script>alert(1)</script>\\" onclick=x ]]> </title>'
    lines += [
        f'<{base}id/evil> <http://www.w3.org/2000/01/rdf-schema#label> "{evil}" .',
        f'<{base}id/evil> <urn:p> <javascript:alert(1)> , "{evil}" .',
        f"<{base}id/deep#me> <urn:in> <{base}id/plain> .",
        f"<{base}id/blank> <urn:p> [ <urn:q> ( 1 2 [ <urn:r> 3 ] ) ] .",
    ]
    lines += [f'<{base}id/hub> <urn:p{n % 7}> "{n}" .' for n in range(2500)]
    lines += [f"<{base}id/spoke{n}> <urn:to> <{base}id/hub> ." for n in range(1500)]
    (folder / "data" / "ttl" / "things.ttl").write_text("\n".join(lines), encoding="utf-8")
    build(load_settings(folder, flags={"base_iri": base}, environ={}))
    return serve(folder, base_iri=base, public_url="https://kg.example")


@pytest.mark.parametrize(("name", "path"), NAMES.items())
def test_hard_names_are_found_by_their_path(odd: httpx.Client, name: str, path: str) -> None:
    url = httpx.URL(f"{odd.base_url}".rstrip("/") + "/id/" + path)
    response = odd.get(url)
    assert response.status_code == 200, response.text
    triples = parse(response.content, ox.RdfFormat.TURTLE)
    assert f"https://news.example/graphs/id/{name}" in mentioned(triples)
    page = odd.get(url, headers={"Accept": "text/html"})
    assert page.status_code == 200
    found = response.headers["content-location"]
    again = odd.get(f"{odd.base_url}".rstrip("/") + found)
    assert again.status_code == 200
    assert set(parse(again.content, ox.RdfFormat.TURTLE)) == set(triples)


def test_an_exact_name_wins_over_a_suffix(odd: httpx.Client) -> None:
    response = odd.get("/id/data.ttl", headers={"Accept": "application/n-triples"})
    assert response.headers["content-type"] == "application/n-triples"
    assert odd.get("/id/data.ttl.jsonld").headers["content-type"] == "application/ld+json"


def test_addresses_are_the_servers_and_iris_the_projects(odd: httpx.Client) -> None:
    response = odd.get("/id/plain")
    assert '<https://news.example/graphs/id/plain>; rel="canonical"' in response.headers["link"]
    assert '<https://kg.example/.well-known/void>; rel="describedby"' in response.headers["link"]
    page = odd.get("/id/hub.html").text
    assert 'href="/id/spoke' in page


def test_hostile_data_does_not_come_to_life(odd: httpx.Client) -> None:
    response = odd.get("/id/evil.html")
    text = response.text
    assert text.count("<script") == 1  # the data for search engines
    assert text.count("</script") == 1
    assert "<script>alert" not in text
    assert 'href="javascript' not in text
    assert json.loads(Page(text).data)["name"].startswith("<script>alert(1)</script>")
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_a_thing_with_many_facts_comes_in_pages(odd: httpx.Client) -> None:
    path: str | None = "/id/hub.nt"
    triples: set[ox.Triple] = set()
    pages = 0
    while path is not None:
        response = odd.get(path)
        page = parse(response.content, ox.RdfFormat.N_TRIPLES)
        assert len(page) <= 2200
        triples |= set(page)
        pages += 1
        found = re.search(r'<([^>]+)>; rel="next"', response.headers["link"])
        path = found[1] if found else None
    hub = "https://news.example/graphs/id/hub"
    assert pages == 3
    assert sum(t.subject == ox.NamedNode(hub) for t in triples) == 2500 + 1  # void:inDataset
    assert sum(t.object == ox.NamedNode(hub) for t in triples) == 1500
    assert 'rel="next"' in odd.get("/id/hub.html").text
    assert odd.get("/id/hub?page=0").status_code == 400


def test_what_hangs_below_a_thing_comes_with_it(odd: httpx.Client) -> None:
    triples = parse(odd.get("/id/blank").content, ox.RdfFormat.TURTLE)
    assert any(t.predicate.value == "urn:r" for t in triples)
    deep = parse(odd.get("/id/deep").content, ox.RdfFormat.TURTLE)
    assert any(t.subject == ox.NamedNode("https://news.example/graphs/id/deep#me") for t in deep)


def test_literals_say_their_language(odd: httpx.Client) -> None:
    assert '<span lang="de"' in odd.get("/id/plain.html").text


@pytest.fixture(scope="module")
def writable(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    folder = tmp_path_factory.mktemp("writable")
    build(load_settings(folder, environ={}))
    return serve(folder, writable=True, default_graph="strict")


def test_what_a_client_has_put_into_a_graph_dereferences(writable: httpx.Client) -> None:
    insert = f"""INSERT DATA {{
      <{BASE}id/unnamed> <urn:p> <{BASE}id/only-an-object> .
      GRAPH <{BASE}graph/mine> {{ <{BASE}id/named> <urn:p> 1 ; <{BASE}id/a-property> 2 }}
      GRAPH <urn:far> {{ <{BASE}id/far#me> <urn:p> 1 }}
    }}"""
    assert writable.get("/id/named").status_code == 404
    headers = {"Content-Type": "application/sparql-update"}
    assert writable.post("/sparql", content=insert, headers=headers).is_success
    for name in ("unnamed", "only-an-object", "named", "a-property", "far"):
        response = writable.get(f"/id/{name}")
        assert response.status_code == 200, name
        known = mentioned(parse(response.content, ox.RdfFormat.TURTLE))
        assert f"{BASE}id/{name}" in known
        assert f"{BASE}id/far#me" in known or name != "far"
        assert writable.get(f"/id/{name}.html").status_code == 200
    graph = parse(writable.get("/graph/mine.nt").content, ox.RdfFormat.N_TRIPLES)
    assert len(graph) == 3
    assert "urn:far" in writable.get("/id/far.html").text
    assert str(writable.base_url.join("/id/named")) in writable.get("/sitemap.xml").text


def test_no_client_can_put_words_into_somebodys_mouth(serve: Serve, project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(project, folder, symlinks=True)
    client = serve(folder, writable=True)
    fake = f"""PREFIX kg: <{KG}> PREFIX kgl: <{KGL}> PREFIX kgr: <{ENTITY}> INSERT DATA {{ GRAPH <urn:fake> {{
      <urn:claim> a kg:Assertion ; kg:subject kgr:kfor ; kg:predicate kgl:resists ; kg:object kgr:nato ;
        kg:mode kg:narrated ; kg:polarity kg:positive ; kg:modality kg:fact ; kg:attributedTo kgr:reuters .
    }} }}"""
    headers = {"Content-Type": "application/sparql-update"}
    assert client.post("/sparql", content=fake, headers=headers).is_success
    page = client.get("/id/kfor.html").text
    stated = page.partition('id="stated"')[2].partition("</section>")[0]
    assert "part of" in stated
    assert "urn:claim" not in stated
    assert "resists" not in stated


def test_what_a_thing_is_elsewhere_is_told_by_where_and_not_by_a_prefixed_name(client: httpx.Client) -> None:
    page = client.get("/id/kosovo", headers={"Accept": "text/html"}).text
    assert re.search(r"Elsewhere: .*>wikidata\.org Q1246</a>", page)
    assert ">wd:Q1246</a>" not in page.partition("Elsewhere:")[2].partition("</p>")[0]

"""CLIENTS: whatever clients write, each thing says in the project's name what it said before."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgraph.store import Catalog
from kgraph.vocab import DCTERMS, KG, OWL, RDF_TYPE, RDFS, SKOS, UNION_GRAPH
from tests.conftest import ARTICLE, ENTITY

from .conftest import Serve

BASE = "https://w3id.org/kgraph/"
UPDATE = {"Content-Type": "application/sparql-update"}
FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}
#: What the project knows, by the path of its page: things, claims, sentences, the ontology, its graphs.
THINGS = {
    "/id/kfor": f"{ENTITY}kfor",
    "/id/kosovo": f"{ENTITY}kosovo",
    "/id/reuters": f"{ENTITY}reuters",
    f"/{ARTICLE.removeprefix(BASE)}": ARTICLE,
    f"/{ARTICLE.removeprefix(BASE)}/a0103": f"{ARTICLE}/a0103",
    f"/{ARTICLE.removeprefix(BASE)}/s01": f"{ARTICLE}/s01",
    "/ontology": KG.removesuffix("#"),
    "/graph/stated": f"{BASE}graph/stated",
}
#: What else speaks in the project's name.
DOCUMENTS = (
    "/",
    "/queries",
    "/.well-known/void.nt",
    "/.well-known/sparql-examples.nt",
    "/who-said.json?q=Kfor",
    "/who-said.json?subject=Kfor",
    "/explain?subject=kgr:kfor&predicate=a&object=kg:Organization",
)
MARK = "zz by a client"
JSON = {"Accept": "application/json"}
#: What differs from one generation to the next, or from one call to the next.
CHANGING = re.compile(r"\d{4}-?\d\d-?\d\dT[\d:.]+(?:Z|\+00:00)?(?:-[0-9a-f]+)?")

#: A quad: IRIs of its subject and predicate, its object, and the IRI of its graph or nothing.
Written = tuple[str, str, ox.NamedNode | ox.Literal, str]
ADDED = re.compile(r'<section aria-labelledby="added">.*?</section>', re.DOTALL)
OFFER = re.compile(
    r', <a href="[^"]*\.trig[^"]*"[^>]*>TriG with what clients add</a>|<link [^>]*\.trig[^>]*>'
)

iris = st.sampled_from(
    [
        *THINGS.values(),
        f"{KG}Person",
        f"{ENTITY}kfor#me",
        f"{ENTITY}kfor.ttl",
        f"{ENTITY}kfor?page=1",
        f"{BASE}graph/alignments",
        "urn:elsewhere",
    ]
)
predicates = st.sampled_from(
    [
        RDF_TYPE,
        *(SKOS + name for name in ("prefLabel", "altLabel", "definition", "exactMatch")),
        *(RDFS + name for name in ("label", "comment", "isDefinedBy", "subClassOf")),
        *(DCTERMS + name for name in ("title", "publisher", "rights", "language")),
        *(KG + name for name in ("subject", "attributedTo", "inSentence", "partOfArticle", "rawText")),
        OWL + "versionIRI",
        f"{ENTITY}kfor",
    ]
)
objects = st.one_of(
    iris.map(ox.NamedNode),
    st.sampled_from(["Person", "Article", "Assertion", "Sentence"]).map(lambda name: ox.NamedNode(KG + name)),
    st.just(ox.NamedNode(OWL + "Ontology")),
    st.sampled_from(["en", "de", None]).map(lambda tag: ox.Literal(f"AAA {MARK}", language=tag)),
)
graphs = st.one_of(
    st.just(""),
    st.sampled_from(
        ["urn:client", f"{ENTITY}kfor", f"{BASE}graph/alignments", f"{BASE}graph/default", ARTICLE]
    ),
    st.text("abcdefgh", min_size=1, max_size=6).map(lambda name: f"{BASE}id/{name}"),
)
quads = st.lists(st.tuples(iris, predicates, objects, graphs), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def shared(serve: Serve, project: Path, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    """A server of a project of our own that clients may write to."""
    folder = tmp_path_factory.mktemp("shared") / "project"
    shutil.copytree(project, folder, symlinks=True)
    return serve(folder, writable=True)


def _triples(content: bytes, form: ox.RdfFormat) -> set[str]:
    dataset = ox.Dataset(ox.parse(content, form))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def _said(client: httpx.Client, path: str) -> Iterator[tuple[str, object]]:
    """What is said at a path in each format, without the part for clients."""
    for suffix, form in FORMATS.items():
        yield suffix, _triples(client.get(f"{path}.{suffix}").content, form)
    page = client.get(path, headers={"Accept": "text/html"}).text
    page = page.replace(str(client.base_url).rstrip("/"), "")
    yield "html", OFFER.sub("", ADDED.sub("", page)).split()


class Said:
    """What the project says at some places: before, and again when asked."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._slugs = [each["slug"] for each in client.get("/queries", headers=JSON).json()]
        self._before = dict(self.again(THINGS, (*DOCUMENTS, *self.queries)))

    @property
    def queries(self) -> list[str]:
        """The paths of the canned queries."""
        return [f"/queries/{slug}.json" for slug in self._slugs]

    def again(
        self, paths: Iterable[str], documents: Iterable[str]
    ) -> Iterator[tuple[tuple[str, str], object]]:
        """What is said there now."""
        for path in paths:
            for suffix, what in _said(self._client, path):
                yield (path, suffix), what
        for path in documents:
            response = self._client.get(path)
            yield (path, ""), sorted(CHANGING.sub("", response.text).split())

    def of(self, path: str, suffix: str) -> object:
        """What was said at a path in a format."""
        return self._before[path, suffix]

    def assert_unchanged(self, paths: Iterable[str], documents: Iterable[str]) -> None:
        """Fail where it is not what it was."""
        for key, what in self.again(paths, documents):
            assert what == self._before[key], key


@pytest.fixture(scope="module")
def said(shared: httpx.Client) -> Said:
    return Said(shared)


def _insert(client: httpx.Client, written: Iterable[Written]) -> None:
    statements = [
        f"GRAPH <{graph}> {{ <{s}> <{p}> {o} }}" if graph else f"<{s}> <{p}> {o} ."
        for s, p, o, graph in written
    ]
    insert = f"INSERT DATA {{ {' '.join(statements)} }}"
    assert client.post("/sparql", content=insert, headers=UPDATE).is_success


def _drop(client: httpx.Client, written: Iterable[Written]) -> None:
    names = {f"GRAPH <{graph}>" if graph else "DEFAULT" for *_, graph in written}
    drop = ";".join(f"DROP SILENT {name}" for name in names)
    assert client.post("/sparql", content=drop, headers=UPDATE).is_success


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quads, st.sampled_from([*THINGS]), st.sampled_from(DOCUMENTS))
def test_whatever_clients_write_the_project_says_what_it_said(
    shared: httpx.Client, said: Said, written: list[Written], path: str, document: str
) -> None:
    _insert(shared, written)
    try:
        said.assert_unchanged({path, "/id/kfor"}, [document])
        for each in {path, "/id/kfor"} - {"/graph/stated"}:
            iri = THINGS[each]
            _is_apart(shared, each, {quad for quad in written if iri in (quad[0], quad[2].value)})
        for graph in {graph for *_, graph in written}:
            params = {"graph": graph} if graph else {"default": ""}
            assert shared.get("/graph-store", params=params).is_success, graph
    finally:
        _drop(shared, written)


def test_no_page_list_or_query_of_the_projects_heeds_clients(shared: httpx.Client, said: Said) -> None:
    written = [
        (iri, predicate, value, graph)
        for iri in THINGS.values()
        for graph in ("", "urn:client", f"{ENTITY}kfor", f"{BASE}graph/alignments")
        for predicate, value in (
            (RDF_TYPE, ox.NamedNode(KG + "Article")),
            (RDF_TYPE, ox.NamedNode(KG + "Person")),
            (SKOS + "prefLabel", ox.Literal(f"AAA {MARK}", language="en")),
            (RDFS + "comment", ox.Literal(f"AAA {MARK}", language="en")),
            (DCTERMS + "title", ox.Literal(f"AAA {MARK}")),
        )
    ]
    _insert(shared, written)
    try:
        said.assert_unchanged(THINGS, (*DOCUMENTS, *said.queries))
        for path, iri in THINGS.items():
            if path != "/graph/stated":
                _is_apart(shared, path, {quad for quad in written if quad[0] == iri})
    finally:
        _drop(shared, written)


def _is_apart(client: httpx.Client, path: str, written: set[Written]) -> None:
    """What clients say with a thing is in the document that names graphs, and in its own part of the page."""
    own = _triples(client.get(f"{path}.nt").content, FORMATS["nt"])
    for suffix, form in (("trig", ox.RdfFormat.TRIG), ("nq", ox.RdfFormat.N_QUADS)):
        quads = list(ox.parse(client.get(f"{path}.{suffix}").content, form))
        unnamed = ox.Dataset(q for q in quads if isinstance(q.graph_name, ox.DefaultGraph))
        unnamed.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        assert {str(quad) for quad in unnamed} == own
        default = str(client.base_url.join("/graph-store?default"))
        named = {
            (str(q.subject), str(q.predicate), str(q.object), str(q.graph_name))
            for q in quads
            if not isinstance(q.graph_name, ox.DefaultGraph)
        }
        # What stands in a graph with a name is not said to stand in the one without, too.
        with_name = {(s, p, o) for s, p, o, g in written if g}
        expected = {
            (f"<{s}>", f"<{p}>", str(o), f"<{g or default}>")
            for s, p, o, g in written
            if not any(line.startswith(f"<{s}> <{p}> {o}") for line in own)
            and (g or (s, p, o) not in with_name)
        }
        assert expected <= named
    page = client.get(f"{path}.html").text
    part = "".join(ADDED.findall(page))
    assert page.count(MARK) == part.count(MARK)
    if any(MARK in o.value for _, _, o, _ in written):
        assert MARK in part
    link = client.get(f"{path}.ttl").headers["link"]
    assert ("application/trig" in link) == bool(part)


def test_a_label_of_a_clients_is_nobodys_name(shared: httpx.Client) -> None:
    title = re.compile("<title>.*</title>")
    known = title.findall(shared.get("/id/kfor.html").text)
    turtle = f'<{ENTITY}kfor> <{SKOS}prefLabel> "AAA {MARK}"@en . <{ENTITY}new> <{RDFS}label> "AAA {MARK}" .'
    for graph in ("urn:client", f"{ENTITY}kfor", f"{BASE}graph/alignments"):
        headers = {"Content-Type": "text/turtle"}
        assert shared.put("/graph-store", params={"graph": graph}, content=turtle, headers=headers).is_success
        assert title.findall(shared.get("/id/kfor.html").text) == known
        assert MARK not in shared.get("/id/kfor.ttl").text
        assert MARK not in "".join(title.findall(shared.get("/id/new.html").text))
        assert MARK in shared.get("/id/new.nt").text  # where the project says nothing, nothing is mixed
        assert MARK in shared.get("/graph-store", params={"graph": graph}).text
        assert shared.delete("/graph-store", params={"graph": graph}).is_success


def test_a_large_graph_that_repeats_the_project_changes_nothing(
    serve: Serve, shared: httpx.Client, said: Said, project: Path, tmp_path: Path
) -> None:
    """With a graph that is larger than the project and overlaps with it, the union is made up otherwise."""
    folder = tmp_path / "project"
    shutil.copytree(project, folder, symlinks=True)
    everything = shared.get(
        "/sparql",
        params={"query": "CONSTRUCT WHERE { ?s ?p ?o }"},
        headers={"Accept": "application/n-triples"},
    ).text
    lines = "".join(f"<urn:s{n}> <urn:p> <urn:o{n}> .\n" for n in range(100_000))
    more = f'<{ENTITY}kosovo> <{SKOS}prefLabel> "AAA {MARK}"@en .\n'
    (tmp_path / "copy.nt").write_text(everything + lines + more)
    load = [sys.executable, "-m", "kgraph", "load", str(tmp_path / "copy.nt"), "--graph", "urn:copy"]
    subprocess.run([*load, "--project", str(folder)], check=True, capture_output=True)
    assert UNION_GRAPH not in Catalog(folder / ".kgraph").current().manifest.cover
    client = serve(folder, writable=True)
    for path in ("/id/kosovo", "/id/kfor"):
        for suffix, what in _said(client, path):
            assert what == said.of(path, suffix), (path, suffix)
    part = "".join(ADDED.findall(client.get("/id/kosovo.html").text))
    assert part.count("<li>") == 1
    assert MARK in part

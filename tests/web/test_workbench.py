"""The workbench: what it asks the server for, its bundle, and itself in a real browser under its policy."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pyoxigraph as ox
import pytest

from kgraph.canned import View
from kgraph.web.fact_queries import in_workbench, query_of_fact, query_of_triple, query_of_words
from tests.conftest import ARTICLE, REPOSITORY
from tests.web.chromium import CHROMIUM, Browser, open_browser

HTML = {"Accept": "text/html"}
STATIC = REPOSITORY / "src" / "kgraph" / "web" / "static"
AXE = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"
ESBUILD = REPOSITORY / "node_modules" / "esbuild"


def test_terms_say_what_occurs_together(client: httpx.Client) -> None:
    terms = client.get("/workbench/terms.json").json()
    names = [each["name"] for each in terms["properties"]]
    person = next(each for each in terms["classes"] if each["name"] == "kg:Person")
    together = {names[number]: count for number, count in person["properties"]}
    assert together["skos:prefLabel"] >= person["count"] > 0
    assert "kg:beginIndex" not in together
    assert terms["prefixes"]["kg"] == "https://w3id.org/kgraph/ontology#"
    assert all(re.fullmatch(r"[\w-]*:[\w-]+|<[^<>\s]+>", name) for name in names)


def test_names_are_found_by_how_they_begin(client: httpx.Client) -> None:
    start = time.perf_counter()
    found = client.get("/workbench/names.json", params={"q": "zUbin"}).json()
    assert time.perf_counter() - start < 5  # the first reads all names
    assert found[0] == {"name": "kgr:zubinPotok", "label": "Zubin Potok"}
    assert any(each["name"] == "kgr:ristic" for each in client.get("/workbench/names.json?q=rist").json())
    assert client.get("/workbench/names.json?q=%20").json() == []
    assert client.get("/workbench/names.json?q=qqqq").json() == []


def test_things_of_an_answer_have_labels_and_nonsense_is_refused(client: httpx.Client) -> None:
    claim, thing = f"{ARTICLE}/a0703", "https://elsewhere.example/x"
    found = client.post("/workbench/labels.json", json=[claim, f"{ARTICLE}/s07", thing]).json()
    assert found == {
        claim: "Slavisa Ristic: “There will be no Kfor actions today”",
        f"{ARTICLE}/s07": "Sentence 7 of North Kosovo roadblocks",
        thing: thing,
    }
    assert client.post("/workbench/labels.json", json=[]).json() == {}
    for body in ("", "[", "[" * 100_000, '{"a": 1}', "[1]", '["no IRI"]', json.dumps([thing] * 3_000)):
        assert client.post("/workbench/labels.json", content=body).status_code == 400, body[:20]


def test_the_page_without_scripts_has_names_too(client: httpx.Client) -> None:
    query = "SELECT ?c ?s { ?c kg:attributedTo kgr:ristic ; kg:inSentence ?s }"
    page = client.get("/sparql", params={"query": query}, headers=HTML).text
    assert f'title="{ARTICLE}/a0703">Slavisa Ristic: “There will be no Kfor actions today”</a>' in page
    assert ">Sentence 7 of North Kosovo roadblocks</a>" in page


def test_every_example_is_a_query(client: httpx.Client) -> None:
    examples = client.get("/workbench/examples.json").json()
    assert set(examples) == {query["slug"] for query in client.get("/queries").json()}
    assert examples["coordinates"].startswith("#defaultView:Map\n")
    for slug in ("coordinates", "said-by", "timeline"):
        assert client.post("/sparql", data={"query": examples[slug]}).status_code == 200, slug


def test_a_map_of_points_is_svg_and_refuses_what_is_none(client: httpx.Client) -> None:
    drawn = client.get("/workbench/map.svg", params={"p": "42.67,21.17,Pristina, <b>&"})
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert "&lt;b&gt;&amp;" in drawn.text
    assert "default-src 'none'" in drawn.headers["content-security-policy"]
    for point in ("here", "91,0,x", "nan,0,x", "1,inf,x", "1"):
        assert client.get("/workbench/map.svg", params={"p": point}).status_code == 400, point


@pytest.mark.parametrize(
    "path",
    [
        "/queries/said-by?speaker=kgr:ristic",
        "/who-said?q=cannot+go+through",
        "/who-said?subject=kgr:kfor&predicate=kg:partOf",
        "/explain?subject=kgr:unitedStates&predicate=kgl:recognises&object=kgr:kosovo",
    ],
)
def test_pages_lead_to_the_workbench_with_their_values_bound(client: httpx.Client, path: str) -> None:
    page = client.get(path, headers=HTML).text
    link = next(unescape(each) for each in re.findall(r'href="(/sparql\?query=[^"]+)"', page))
    (query,) = parse_qs(urlsplit(link).query)["query"]
    answer = client.post("/sparql", data={"query": query}, headers={"Accept": "application/json"})
    assert answer.json()["results"]["bindings"], query


def test_questions_become_queries_and_labels_do_not() -> None:
    assert '"say \\"no\\""' in query_of_words('say "no"')
    assert query_of_fact({"subject": "Kfor"}) is None
    assert query_of_fact({"subject": "kgr:a} #"}) is None
    assert "?claim kg:subject kgr:kfor ." in (query_of_fact({"subject": "kgr:kfor"}) or "")
    assert "<https://a.example/b>" in (query_of_fact({"object": "https://a.example/b"}) or "")
    assert "GRAPH ?graph { <urn:a> <urn:b> <urn:c> }" in query_of_triple("<urn:a>", "<urn:b>", "<urn:c>")
    assert in_workbench("#+ summary: x\nASK {}", View.TABLE) == "ASK {}\n"
    ox.Store().query(query_of_triple("<urn:a>", "<urn:b>", '"c"'))


def test_only_the_workbench_may_run_scripts_and_it_works_without(client: httpx.Client) -> None:
    page = client.get("/sparql", headers=HTML)
    assert "script-src 'self'; connect-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert '<textarea id="query" name="query"' in page.text
    for path in ("/", "/queries", "/who-said?q=Kfor", "/id/kosovo", "/timeline"):
        other = client.get(path, headers=HTML)
        assert "script-src" not in other.headers["content-security-policy"]
        assert set(re.findall(r"<script[^>]*>", other.text)) <= {'<script type="application/ld+json">'}


def test_the_bundle_is_small_and_names_its_licences() -> None:
    bundle = (STATIC / "editor.js").read_bytes()
    assert len(bundle) <= 450_000
    assert len(gzip.compress(bundle)) <= 160_000
    licences = (STATIC / "licences.txt").read_text()
    for name in ("@codemirror/view", "@lezer/lr", "codemirror-lang-sparql", "world-atlas", "style-mod"):
        assert f"{name} " in licences


@pytest.mark.skipif(
    not ESBUILD.exists() or shutil.which("node") is None, reason="'make node' sets up esbuild"
)
def test_what_is_committed_is_what_its_sources_make() -> None:
    command = ["node", str(REPOSITORY / "src/kgraph/web/assets/build.mjs"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("node") is None, reason="no node here")
@pytest.mark.parametrize(
    ("before", "slot", "predicate"),
    [
        ("SELECT * ", "outside", None),
        ("SELECT * WHERE { ", "subject", None),
        ("SELECT * WHERE { ?x ", "predicate", None),
        ("SELECT * WHERE { ?x a ", "object", "a"),
        ("SELECT * WHERE { ?x a kg:Person ; ", "predicate", None),
        ("SELECT * WHERE { ?x kg:agent ?y , ", "object", "kg:agent"),
        ("SELECT * WHERE { ?x kg:agent ?y . ", "subject", None),
        ('SELECT * WHERE { ?x rdfs:label "a { b . c" ; ', "predicate", None),
        ("SELECT * WHERE { ?x a kg:Event # it . happens\n ; ", "predicate", None),
        ("SELECT * WHERE { ?x a kg:Event OPTIONAL { ?y ", "predicate", None),
        ("SELECT * WHERE { GRAPH ?g { ?x <http://a.example/b.c> ", "object", "<http://a.example/b.c>"),
    ],
)
def test_the_slot_of_the_cursor_is_known(before: str, slot: str, predicate: str | None) -> None:
    code = f"""
      import {{ slotAt }} from {json.dumps(str(STATIC / "completing.js"))};
      console.log(JSON.stringify(slotAt({json.dumps(before)})));
    """
    done = subprocess.run(
        ["node", "--input-type=module", "-e", code], capture_output=True, text=True, check=True, timeout=60
    )
    found = json.loads(done.stdout)
    assert (found["slot"], found.get("predicate")) == (slot, predicate)


if CHROMIUM is None and os.environ.get("CI"):
    raise RuntimeError("CI tests the workbench in chromium, and there is none; see .ci/run")

if CHROMIUM is not None:
    READY = "document.documentElement.dataset.editor === 'ready'"
    SHADOW = "document.getElementById('editor').shadowRoot"

    @pytest.fixture(scope="module")
    def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
        with open_browser(tmp_path_factory.mktemp("chromium")) as browser:
            yield browser

    def wait(browser: Browser, expression: str) -> None:
        end = time.monotonic() + 60
        while not browser.evaluate(expression):
            assert time.monotonic() < end, expression
            time.sleep(0.05)

    def ask(client: httpx.Client, browser: Browser, query: str) -> None:
        browser.open("about:blank")
        browser.open(f"{client.base_url.join('/sparql')}?query={quote(query)}")
        wait(browser, READY)
        wait(
            browser,
            "!!document.querySelector('#panel, #output .problem') && !asking()".replace(
                "asking()", "document.getElementById('status').textContent.startsWith('Asking')"
            ),
        )

    def test_rows_have_names_and_can_be_sorted_and_filtered(client: httpx.Client, browser: Browser) -> None:
        browser.resize(1280, 900)
        ask(client, browser, "SELECT ?who (COUNT(*) AS ?n) { ?c kg:attributedTo ?who } GROUP BY ?who")
        assert browser.complaints == []
        wait(browser, "document.querySelector('#panel tbody').textContent.includes('Slavisa Ristic')")
        browser.evaluate("document.getElementById('sort-1').click()")
        browser.evaluate("document.getElementById('sort-1').click()")
        numbers = browser.evaluate(
            "[...document.querySelectorAll('#panel td.number')].map(each => +each.textContent)"
        )
        assert numbers == sorted(numbers, reverse=True)
        assert len(numbers) > 3
        browser.evaluate(
            "(f => { f.value = 'ristic'; f.dispatchEvent(new Event('input')) })"
            "(document.getElementById('filter'))"
        )
        assert browser.evaluate("document.querySelectorAll('#panel tbody tr').length") == 1
        assert re.search(
            r"rows? · [\d,]+ ms", browser.evaluate("document.getElementById('status').textContent")
        )
        assert "Slavisa" not in browser.evaluate("document.getElementById('history').textContent")
        assert "?who" in browser.evaluate("document.getElementById('history').textContent")

    def test_claims_and_sentences_have_names_and_iris_on_demand(
        client: httpx.Client, browser: Browser
    ) -> None:
        ask(client, browser, "SELECT ?claim ?in { ?claim kg:attributedTo kgr:ristic ; kg:inSentence ?in }")
        body = "document.querySelector('#panel tbody').textContent"
        wait(browser, f"{body}.includes('Slavisa Ristic: “There will be no Kfor actions today”')")
        assert "Sentence 7 of North Kosovo roadblocks" in browser.evaluate(body)
        assert "kgr:" not in browser.evaluate(body)
        browser.evaluate("document.getElementById('labels').click()")
        assert "kgr:article/north-kosovo-roadblocks/a0703" in browser.evaluate(body)
        assert "Slavisa" not in browser.evaluate(body)
        browser.evaluate("document.getElementById('labels').click()")

    def test_every_view_shows_or_says_what_it_needs(client: httpx.Client, browser: Browser) -> None:
        ask(
            client,
            browser,
            "#defaultView:Map\nSELECT ?p ?lat ?long { ?r kg:about ?p ; geo:lat ?lat ; geo:long ?long }",
        )
        wait(browser, "!!document.querySelector('#panel svg.map circle')")
        for view, wanted in (
            ("timeline", "needs a column of dates"),
            ("network", "needs two columns of things"),
            ("chart", ""),
            ("raw", '"bindings"'),
            ("table", "lat"),
        ):
            browser.evaluate(f"document.getElementById('tab-{view}').click()")
            wait(browser, "document.getElementById('panel').childNodes.length > 0")
            assert wanted in browser.evaluate("document.getElementById('panel').textContent")
        assert browser.evaluate("document.querySelector('[aria-selected=true]').id") == "tab-table"
        assert browser.complaints == []

    def test_an_error_is_marked_where_it_is(client: httpx.Client, browser: Browser) -> None:
        ask(client, browser, "SELECT * WHERE {\n  ?x nonsense\n}")
        assert "line " in browser.evaluate("document.querySelector('#output .problem').textContent")
        wait(browser, f"{SHADOW}.querySelectorAll('.cm-lint-marker-error').length == 1")
        assert [each for each in browser.complaints if "status of 4" not in each] == []

    def test_properties_that_occur_together_are_completed_at_once(
        client: httpx.Client, browser: Browser
    ) -> None:
        query = "SELECT * WHERE {\n  ?x a kg:Person ; \n}"
        ask(client, browser, query)
        content = f"{SHADOW}.querySelector('.cm-content')"
        browser.evaluate(f"{content}.focus()")
        browser.send(
            "Input.dispatchKeyEvent",
            type="keyDown",
            key="End",
            code="End",
            modifiers=2,
            windowsVirtualKeyCode=35,
        )
        for key, code in (("ArrowLeft", 37), ("ArrowLeft", 37)):
            browser.send(
                "Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code
            )
        options = (
            f"[...{SHADOW}.querySelectorAll('.cm-tooltip-autocomplete li')].map(each => each.textContent)"
        )
        browser.send("Input.insertText", text="pref")
        wait(browser, f"{options}.length > 0")
        assert browser.evaluate(options)[0].startswith("skos:prefLabel")
        asked = "performance.getEntriesByType('resource').filter(e => e.name.includes('terms.json')).length"
        assert browser.evaluate(asked) == 1  # the terms are asked for once
        time.sleep(0.2)  # a completion is taken only when it has been there for a moment
        browser.send(
            "Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", windowsVirtualKeyCode=13
        )
        wait(browser, "document.getElementById('query').value.includes('; skos:prefLabel')")
        assert "PREFIX skos:" in browser.evaluate("document.getElementById('query').value")
        browser.send(
            "Input.dispatchKeyEvent",
            type="keyDown",
            key="Enter",
            code="Enter",
            modifiers=2,
            windowsVirtualKeyCode=13,
        )
        wait(browser, "!!document.querySelector('#output .problem, #panel')")

    @pytest.mark.skipif(not AXE.exists(), reason="'make node' sets up axe-core")
    @pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
    def test_the_workbench_has_no_barrier(
        client: httpx.Client, browser: Browser, width: int, *, dark: bool
    ) -> None:
        browser.dark(on=dark)
        browser.resize(width, 800)
        ask(
            client,
            browser,
            "SELECT ?who ?words { ?c kg:attributedTo ?who ; kg:evidence/kg:exactText ?words }",
        )
        assert browser.evaluate("document.documentElement.scrollWidth") <= width
        browser.evaluate(AXE.read_text(encoding="utf-8") + ";0")
        found = browser.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then(result => result.violations.map(each => "
            "each.id + ': ' + each.nodes.slice(0, 3).map(node => node.html.slice(0, 90)).join(' | ')))"
        )
        assert found == []
        browser.dark(on=False)

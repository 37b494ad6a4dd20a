"""Each kind of page, for everybody: axe-core finds nothing, by day or night; and it fits a phone.

axe-core comes from npm (``make node``). Where it or the browser is missing, the tests are skipped and say so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx
import pytest

from kgraph.build import build
from kgraph.reviewing import Review, Verdict
from kgraph.settings import load_settings
from tests.conftest import REPOSITORY
from tests.reviewing.drafts import ME, SLUG, candidates, make_project
from tests.web.chromium import CHROMIUM, Browser, open_browser
from tests.web.conftest import Serve

AXE = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"
MISSING = [
    name for name, there in (("chromium", CHROMIUM is not None), ("axe-core", AXE.exists())) if not there
]
if MISSING and os.environ.get("CI"):
    raise RuntimeError(
        f"CI checks the pages with axe, and there is no {' and no '.join(MISSING)}: see .ci/run"
    )

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"no {' and no '.join(MISSING)} here; 'make node' sets up axe-core"
)

ARTICLE = "/id/article/north-kosovo-roadblocks"
PAGES = (
    "/",
    "/about",
    "/articles",
    "/voices",
    "/places",
    "/timeline",
    "/contested",
    "/network",
    "/claims",
    "/claims?speaker=kgr:ristic&kind=kg:prediction",
    "/queries",
    "/queries/said-by",
    "/queries/find?name=KFOR",
    "/sparql",
    "/sparql?query=SELECT+*+%7B+?s+?p+?o+%7D+LIMIT+20",
    "/sparql?query=nonsense",
    "/who-said",
    "/who-said?q=barricades",
    "/who-said?subject=kgr:kfor&predicate=kg:partOf",
    "/explain?subject=kgr:unitedStates&predicate=kgl:recognises&object=kgr:kosovo",
    "/docs",
    "/nowhere",
    "/id/kosovo",
    "/id/reuters",
    "/id/ristic",
    "/id/northBarricades",
    ARTICLE,
    f"{ARTICLE}?at=1145,1180",
    f"{ARTICLE}?voice=kgr:ristic&voice=kgr:reuters",
    f"{ARTICLE}/s07",
    f"{ARTICLE}/a0703",
    f"{ARTICLE}/timeToday",
    "/id/editorial/copy-found",
    "/id/gazetteer/kosovo-85633259",
    "/ontology",
    "/ontology/attribution",
    "/lexicon",
    "/graph/stated",
    "/graph/stated/north-kosovo-roadblocks",
    "/.well-known/void",
    "/.well-known/sparql-examples",
)
REVIEW_PAGES = (
    "/review",
    f"/review/{SLUG}",
    f"/review/{SLUG}?done=1",
    f"/review/{SLUG}?again=1",
    f"/review/{SLUG}?add=1&at=0-10",
    f"/review/{SLUG}?item={candidates()[3].id}",
    f"/id/article/{SLUG}",
    f"/id/article/{SLUG}/draft/{candidates()[2].id}",
    "/who-said?q=open+again+in+June",
)
#: The tags of WCAG 2.2's levels A and AA, and what is good practice besides.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_browser(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


def violations(browser: Browser) -> list[str]:
    """What axe finds: the rule, and where."""
    browser.evaluate(AXE.read_text(encoding="utf-8") + ";0")
    found = browser.evaluate(
        f"axe.run(document, {{runOnly: {RULES!r}, resultTypes: ['violations']}}).then(result => "
        "result.violations.map(each => each.id + ': ' + each.nodes.slice(0, 3).map(node => "
        "node.target.join(' ') + ' ' + node.html.slice(0, 90)).join(' | ')))"
    )
    assert isinstance(found, list)
    return found


@pytest.fixture(scope="module")
def reviewing(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    """A server with an article to review, on which something has been decided."""
    folder = make_project(tmp_path_factory.mktemp("reviewing") / "harbour")
    settings = load_settings(folder, environ={"KGRAPH_ENCODER": "none"})
    Review(settings, SLUG).decide(Verdict.ACCEPT, ME, key=candidates()[0].id)
    build(settings)
    return serve(folder, writable=True, workers=1)


@pytest.mark.parametrize("path", REVIEW_PAGES)
def test_a_page_of_a_review_has_no_barrier_and_fits_a_phone(
    reviewing: httpx.Client, browser: Browser, path: str
) -> None:
    test_a_page_has_no_barrier(reviewing, browser, path)
    test_a_page_fits_a_phone(reviewing, browser, path)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_barrier(client: httpx.Client, browser: Browser, path: str) -> None:
    browser.dark(on=False)
    browser.resize(1280, 900)
    browser.open(str(client.base_url.join(path)))
    complaints = [text for text in browser.complaints if "status of 4" not in text]
    assert complaints == []
    assert violations(browser) == []
    browser.dark(on=True)
    assert [found for found in violations(browser) if found.startswith("color-contrast")] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_phone(client: httpx.Client, browser: Browser, path: str) -> None:
    browser.dark(on=False)
    browser.resize(360, 740)
    browser.open(str(client.base_url.join(path)))
    assert browser.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_description_for_search_engines_passes_the_pages_policy(
    client: httpx.Client, browser: Browser
) -> None:
    browser.open(str(client.base_url.join("/id/kosovo")))
    name = browser.evaluate(
        "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent).name"
    )
    assert name == "Kosovo"
    assert browser.complaints == []


def test_a_mark_on_the_words_leads_to_their_card(client: httpx.Client, browser: Browser) -> None:
    browser.resize(1280, 900)
    browser.open(str(client.base_url.join(ARTICLE)))
    target = browser.evaluate("document.querySelector('#s07 .m').href")
    browser.open(target)
    assert "Slavisa Ristic" in browser.evaluate("document.querySelector('#chosen .said').textContent")
    browser.open(str(client.base_url.join("/ontology")))
    browser.evaluate("location.hash = 'attributedTo'")
    top = browser.evaluate("document.querySelector(':target').getBoundingClientRect().top")
    assert -5 < top < 900


def test_a_violation_would_be_found(browser: Browser) -> None:
    page = (
        "<html lang=en><title>x</title><img src='data:,'><p style='color:%23eee;background:%23fff'>too pale"
    )
    browser.open(f"data:text/html,{page}")
    found = [each.partition(":")[0] for each in violations(browser)]
    assert "image-alt" in found
    assert "color-contrast" in found

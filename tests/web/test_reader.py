"""The reader: characters marked are the characters cited, for every span; voices, filters, the card."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pyoxigraph as ox
import pytest

from kgraph.build import build
from kgraph.settings import load_settings
from kgraph.web.layout import Choice, Span, parse_choice, target_style
from tests.conftest import ARTICLE, REPOSITORY
from tests.web.chromium import CHROMIUM, Browser, open_browser
from tests.web.conftest import Serve

BASE = "https://w3id.org/kgraph/"
KG = "https://w3id.org/kgraph/ontology#"
PATH = f"/{ARTICLE.removeprefix(BASE)}"
STAR = "/id/article/star-clock"
HTML = {"Accept": "text/html"}


class Shown(HTMLParser):
    """A page of the reader: what each class and each ``mark`` holds, the ids, the links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.by_class: dict[str, str] = {}
        self.marked = ""
        self.voiced: dict[str, str] = {}
        self._open: list[tuple[str, list[str], str | None]] = []
        self._in_text = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids |= {given["id"] or ""} if "id" in given else set()
        self.links += [given["href"] or ""] if tag == "a" and "href" in given else []
        self._in_text = self._in_text or given.get("id") == "text"
        if tag in ("span", "mark", "a"):
            self._open.append((tag, (given.get("class") or "").split(), given.get("href")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._in_text = False
        if tag in ("span", "mark", "a"):
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._in_text:
            return
        for tag, classes, _ in self._open:
            self.marked += data if tag == "mark" else ""
            for name in classes:
                self.by_class[name] = self.by_class.get(name, "") + data


@pytest.fixture(scope="module")
def star(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    """Another article: headline, caption, nested voices, paragraphs of several sentences."""
    folder = tmp_path_factory.mktemp("star")
    shutil.copytree(REPOSITORY / "examples" / "star-clock", folder, dirs_exist_ok=True)
    shutil.rmtree(folder / ".kgraph", ignore_errors=True)
    build(load_settings(folder, flags={"encoder": "none"}, environ={}))
    return serve(folder, encoder="none")


def spans_of(client: httpx.Client, path: str) -> dict[tuple[int, int], str]:
    """Every span of an article that has a fragment of its own: its offsets and its words."""
    graph = client.get(f"{path}.nt").content
    facts: dict[str, dict[str, str]] = {}
    for quad in ox.parse(graph, ox.RdfFormat.N_TRIPLES):
        if isinstance(quad.subject, ox.NamedNode) and "#char=" in quad.subject.value:
            facts.setdefault(quad.subject.value, {})[quad.predicate.value.removeprefix(KG)] = (
                quad.object.value
            )
    return {
        (int(f["beginIndex"]), int(f["endIndex"])): f["exactText"] for f in facts.values() if "endIndex" in f
    }


def squeeze(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("which", ["kosovo", "star"])
def test_every_span_is_marked_to_the_character(client: httpx.Client, star: httpx.Client, which: str) -> None:
    """By its address (``at``) and, without the server, by the fragment that is its IRI."""
    server, path = (client, PATH) if which == "kosovo" else (star, STAR)
    spans = spans_of(server, path)
    assert len(spans) > 100
    plain = server.get(path, headers=HTML).text
    page = Shown(plain)
    style = re.search("<style>(.*?)</style>", plain)
    assert style is not None
    rules = re.findall(r"has\(#(.*?):target\) \.(c\d+)", style[1])
    classes = {name.replace("\\", ""): number for name, number in rules}
    for (start, end), words in spans.items():
        fragment = f"char={start},{end}"
        assert fragment in page.ids
        assert squeeze(page.by_class[classes[fragment]]) == squeeze(words), fragment
    for (start, end), words in list(spans.items())[::9]:
        chosen = Shown(server.get(path, params={"at": f"{start},{end}"}, headers=HTML).text)
        assert squeeze(chosen.marked) == squeeze(words)


def test_the_page_is_short(client: httpx.Client) -> None:
    page = client.get(PATH, headers=HTML)
    assert len(page.content) < 150_000
    assert len(Shown(page.text).links) < 400


def test_only_other_voices_and_hedges_are_marked(client: httpx.Client) -> None:
    page = Shown(client.get(PATH, headers=HTML).text)
    text = (REPOSITORY / "seeds" / "north-kosovo-roadblocks.txt").read_text()
    marked = page.by_class["m"]
    assert 0.1 < len(marked) / len(text) < 0.5
    assert "we cannot go through" in page.by_class["negative"]
    assert "effectively" in page.by_class["hedged"]
    assert "the barricades were still there" not in marked


def test_voices_and_kinds_filter_by_address(client: httpx.Client) -> None:
    page = Shown(client.get(PATH, params={"voice": "kgr:ristic"}, headers=HTML).text)
    assert "There will be no Kfor actions" in page.by_class["m"]
    assert "remove" not in page.by_class["m"]
    both = client.get(f"{PATH}?voice=kgr:ristic&voice=kgr:kfor&kind=demand", headers=HTML).text
    assert "remove" in Shown(both).by_class["m"]
    assert "Kfor actions" not in Shown(both).by_class["m"]
    for query in ("voice=kgr:nobody", "kind=song", "at=5", "at=9,3", "at=1,2;x"):
        refused = client.get(f"{PATH}?{query}", headers=HTML)
        assert refused.status_code == 400, query


def test_the_card_says_who_how_through_whom_and_when(client: httpx.Client) -> None:
    page = client.get(PATH, params={"at": "1145,1180"}, headers=HTML).text
    card = page[page.index('id="chosen"') :]
    words = squeeze(re.sub("<[^>]+>", " ", card))
    assert "Predicted not to happen by Slavisa Ristic" in words
    assert "a TV broadcast" in words
    assert "Printed: today" in words
    assert "2011-10-18? ; the article does not print this" in words
    assert "other claims on these words" in words
    assert "sha256-sum:" in words
    sentence = client.get(PATH, params={"at": "628,771"}, headers=HTML).text
    assert "we cannot go through barricades" in sentence[sentence.index('id="chosen"') :]


def test_a_style_of_a_page_is_in_its_policy_and_no_script_is(client: httpx.Client) -> None:
    policy = client.get(PATH, headers=HTML).headers["content-security-policy"]
    assert re.search("style-src 'self' 'sha256-[^']+';", policy)
    assert "script-src" not in policy


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("7,12", ((7, 12),)),
        ("55,73;81,127", ((55, 73), (81, 127))),
        ("12,7", None),
        ("7", None),
        ("7,12;", None),
        ("-1,4", None),
        ("1,2,3", None),
    ],
)
def test_a_choice_is_read_or_refused(text: str, stretches: tuple[tuple[int, int], ...] | None) -> None:
    assert parse_choice(text) == (None if stretches is None else Choice(stretches))


def test_a_fragment_is_escaped_for_css() -> None:
    assert "#char\\=7\\,12:target) .c0" in target_style([Span(7, 12, "char=7,12")])
    assert "#\\37 :target" in target_style([Span(7, 12, "7")])


if CHROMIUM is not None:

    @pytest.fixture(scope="module")
    def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
        with open_browser(tmp_path_factory.mktemp("chromium")) as browser:
            yield browser

    def test_a_phone_shows_the_words_above_the_card_and_does_not_jump(
        client: httpx.Client, browser: Browser
    ) -> None:
        browser.resize(360, 740)
        browser.open(str(client.base_url.join(PATH)))
        assert browser.evaluate("document.documentElement.scrollWidth") <= 360
        assert browser.evaluate("document.documentElement.scrollHeight") < 6000
        before = browser.evaluate(
            "document.querySelector('#s07 .m').scrollIntoView({block:'center'}), scrollY"
        )
        browser.open(
            str(
                client.base_url.join(
                    browser.evaluate("document.querySelector('#s07 .m').getAttribute('href')")
                )
            )
        )
        place = browser.evaluate(
            "(r => [r.top, r.bottom])(document.querySelector('mark').getBoundingClientRect())"
        )
        card = browser.evaluate("document.querySelector('#chosen').getBoundingClientRect().top")
        assert 0 <= place[0] < card
        assert abs(browser.evaluate("scrollY") - before) < 740

    def test_a_fragment_marks_its_characters_without_the_server(
        client: httpx.Client, browser: Browser
    ) -> None:
        browser.resize(1280, 900)
        browser.open(str(client.base_url.join(PATH + "#char=668,699")))
        marked = browser.evaluate(
            "[...document.querySelectorAll('#text span[class*=c]')].filter(each => "
            "getComputedStyle(each).boxShadow !== 'none').map(each => each.textContent).join('')"
        )
        assert marked == "we cannot go through barricades"
        assert browser.complaints == []

"""The pages of a review, on real servers: by forms alone, by keys and mouse, and through a kill."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kgraph.build import build
from kgraph.reviewing import Review, State
from kgraph.settings import load_settings
from tests.reviewing.drafts import ME, SLUG, TEXT, candidates, make_project, span
from tests.web.chromium import CHROMIUM, Browser, open_browser
from tests.web.conftest import Serve
from tests.web.test_admission import TOKEN, basic

PAGE = f"/review/{SLUG}"
TOLD, RUINED, PROMISED, DENIED = (each.id for each in candidates())


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    folder = make_project(tmp_path / "harbour")
    build(load_settings(folder, environ={"KGRAPH_ENCODER": "none"}))
    return folder


@pytest.fixture
def pages(serve: Serve, harbour: Path) -> httpx.Client:
    return serve(harbour, writable=True, workers=1)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium here")
    with open_browser(tmp_path_factory.mktemp("chromium")) as found:
        yield found


def state_of(folder: Path) -> State:
    return Review(load_settings(folder, environ={}), SLUG).state()


def decide(client: httpx.Client, **fields: str) -> httpx.Response:
    return client.post(PAGE, data=fields, follow_redirects=True)


def fields_of(page: str) -> dict[str, str]:
    """What the form to change a claim is filled with."""
    form = page.partition('id="filled"')[2]
    return dict(re.findall(r'<input [^>]*name="([\w-]+)" value="([^"]*)"', form.partition("</form>")[0]))


def test_a_reader_sees_the_voices_of_drafts_as_drafts(pages: httpx.Client) -> None:
    page = pages.get("/").text
    assert "One article, 6 drafted claims not reviewed, 2 voices." in page
    marked = re.findall(r'<a class="(m [^"]*)"[^>]*title="([^"]*)"', page)
    assert marked == [
        ("m v1 drafted", "drafted, not reviewed: promised by Ana Holt"),
        ("m v1 negative drafted", "drafted, not reviewed: denied by Ana Holt"),
    ]
    assert "not reviewed count too" in pages.get("/voices").text
    only = pages.get("/", params={"voice": "nobody"})
    assert only.status_code == httpx.codes.BAD_REQUEST


def test_a_review_by_forms_alone(pages: httpx.Client, harbour: Path) -> None:
    listed = pages.get("/review")
    assert re.search(r">Marrow Bay library shut after flood</a></th><td class=\"number\">4</td>", listed.text)
    page = pages.get(PAGE)
    policy = page.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'"} <= set(policy)
    assert "<mark>The library of Marrow Bay has been shut since Sunday</mark>, when a flood" in page.text
    assert "<b>closure of the library</b>" in page.text
    assert "<li>theme · library of Marrow Bay</li>" in page.text
    page = decide(pages, decision="accept", item=TOLD, reviewer="Ines Caldrow")
    assert "Accepted as <code>a:c0101</code> by Ines Caldrow" in page.text
    assert "<mark>a flood ruined about 400 books</mark>" in page.text  # the next one
    assert 'value="kgr:inesCaldrow"' in page.text  # who reviews is remembered
    page = decide(pages, decision="reject", item=RUINED)
    assert "Rejected by the annotator" in page.text
    page = decide(pages, decision="change", **fields_of(page.text) | {"modality": "plan"})
    assert "Changed and accepted as <code>a:c0201</code>" in page.text
    assert "the roof had been neglected" in fields_of(page.text)["words"]
    wrong = decide(pages, decision="change", item=DENIED, subject="neglect", words="the roof had")
    assert wrong.status_code == 409
    assert "Nothing here is called &#39;neglect&#39;" in wrong.text
    assert 'value="the roof had"' in wrong.text  # what was filled in is kept
    added = {"subject": "library of Marrow Bay", "predicate1": "described", "object1": "shut"}
    page = decide(pages, decision="add", words="shut since", **added)
    assert "Added as <code>a:c0102</code>" in page.text
    page = decide(pages, decision="undo", number="4")
    assert "Taken back by the annotator" in page.text
    state = state_of(harbour)
    assert [str(each.decision) for each in state.decisions] == ["accept", "reject", "change", "add", "undo"]
    assert state.decisions[2].reviewer == ME
    assert len(state.open) == 1
    assert state.desk.problems == ()
    built = pages.post("/review", data={"decision": "build"})
    assert "Built." in built.text
    answer = pages.get("/who-said.json", params={"q": "We will open again in June"}).json()
    assert next(iter(answer["hits" if "hits" in answer else "answers"]))["level"] == "claimed"


def test_only_a_writer_reviews(serve: Serve, harbour: Path, pages: httpx.Client) -> None:
    reading = serve(harbour, workers=1)
    assert "/review" not in reading.get("/").text
    assert reading.get("/review").status_code == 403
    assert reading.post(PAGE, data={"decision": "reject", "item": TOLD}).status_code == 403
    guarded = serve(harbour, writable=True, token=TOKEN, workers=1)
    for url in ("/review", PAGE):
        assert guarded.get(url).status_code == 401
        assert guarded.get(url, headers=basic("wrong-wrong")).status_code == 403
        assert guarded.get(url, headers=basic(TOKEN)).status_code == 200
    body = {"decision": "reject", "item": TOLD}
    foreign = {"Origin": "https://elsewhere.example"}
    assert guarded.post(PAGE, data=body).status_code == 401
    assert guarded.post(PAGE, data=body, headers=basic(TOKEN) | foreign).status_code == 403
    assert pages.post(PAGE, data=body, headers=foreign).status_code == 403
    assert state_of(harbour).decisions == ()
    assert guarded.post(PAGE, data=body, headers=basic(TOKEN)).status_code == 303
    assert len(state_of(harbour).decisions) == 1


def test_what_cannot_be_decided_is_told(pages: httpx.Client, harbour: Path) -> None:
    change = {"decision": "change", "item": TOLD, "subject": "kgr:me"}
    for path, fields, status in (
        ("/review/nowhere", {}, 404),
        ("/review/..%2F..", {}, 404),
        (PAGE, {"decision": "bless", "item": TOLD}, 409),
        (PAGE, {"decision": "accept", "item": "nothing"}, 409),
        (PAGE, {"decision": "undo"}, 409),
        (PAGE, change | {"spans": "9-99999"}, 409),
        (PAGE, change | {"words": "nothing like it"}, 409),
        (PAGE, change | {"words": "flood"}, 409),
    ):
        answer = pages.post(path, data=fields) if fields else pages.get(path)
        assert answer.status_code == status, (path, fields)
    assert pages.post(PAGE, json=change).status_code == 415
    assert state_of(harbour).decisions == ()


def test_keys_decide_and_the_mouse_marks_words(pages: httpx.Client, harbour: Path, browser: Browser) -> None:
    browser.resize(1280, 900)
    browser.open(str(pages.base_url.join(PAGE)))
    press(browser, "a")
    assert "Accepted as a:c0101" in said(browser)
    press(browser, "u")
    assert "Taken back" in said(browser)
    press(browser, "n")
    assert browser.evaluate("document.querySelector('#sentence mark').textContent") == (
        "a flood ruined about 400 books"
    )
    select(browser, "ruined abo", modifiers=0)  # begun and ended within words
    select(browser, "when", modifiers=8)
    marks = browser.evaluate("[...document.querySelectorAll('#sentence mark')].map(m => m.textContent)")
    assert marks == ["when", "ruined about"]
    spans = ",".join(f"{each.start}-{each.end}" for each in (span("when"), span("ruined about")))
    assert browser.evaluate("document.getElementById('f-spans').value") == spans
    submit(browser, "document.querySelector('[value=change]').click()")
    assert "Changed and accepted" in said(browser)
    assert browser.complaints == []
    (decision,) = [each for each in state_of(harbour).decisions if each.decision == "change"]
    assert decision.claim is not None
    assert [each.of(TEXT) for each in decision.claim.spans] == ["when", "ruined about"]


def test_a_form_is_filled_by_keys(pages: httpx.Client, harbour: Path, browser: Browser) -> None:
    browser.resize(1280, 900)
    browser.open(str(pages.base_url.join(PAGE)))
    strike(browser, "c")  # what stands in the field is selected: typing takes its place
    type_in(browser, "shutting of the library = Closure")
    assert browser.evaluate("document.activeElement.value") == "shutting of the library = Closure"
    type_in(browser, "=")
    browser.evaluate("document.activeElement.select()")
    type_in(browser, "talk = bargai")  # a word that evokes a class finds it
    offered = "[...document.querySelectorAll('#things option')].map(each => each.value)"
    assert browser.evaluate(offered) == ["talk = Negotiation"]
    browser.open(str(pages.base_url.join(PAGE)))
    select(browser, "since Sunday", modifiers=0)
    strike(browser, "+")  # an empty form for the marked words, that Enter sends
    assert browser.evaluate("document.getElementById('f-predicate1').value") == ""
    type_in(browser, "beginning = Event")
    browser.evaluate("document.getElementById('f-predicate1').focus()")
    type_in(browser, "time")
    browser.evaluate("document.getElementById('f-object1').focus()")
    type_in(browser, "since Sunday")
    browser.evaluate("document.getElementById('f-modality').focus()")
    press(browser, "Enter")  # in a list too
    assert "Added as a:c0101" in said(browser)
    with browser.loading():  # words that no claim quotes are a link to a form that has them
        browser.evaluate("document.querySelector('#left-over + ul a').click()")
    left = browser.evaluate("document.querySelector('#sentence mark').textContent")
    assert left
    assert left in browser.evaluate("document.getElementById('f-words').value")
    assert browser.evaluate("document.activeElement.id") == "f-subject"
    assert browser.evaluate("document.getElementById('f-polarity').value") == "positive"
    with browser.loading():
        browser.evaluate("document.querySelector('#the-candidate + p a').click()")
    press(browser, "+")  # without marked words: the empty form of this sentence
    assert browser.evaluate("location.search + document.activeElement.id").endswith("add=1f-words")
    assert browser.complaints == []
    assert len(state_of(harbour).open) == 4


def said(browser: Browser) -> str:
    return str(browser.evaluate("document.querySelector('.done, .problem')?.textContent ?? ''"))


def submit(browser: Browser, script: str) -> None:
    """Do what leads to another page, and wait for it."""
    with browser.loading():
        browser.evaluate(script)


def press(browser: Browser, key: str) -> None:
    with browser.loading():
        strike(browser, key)


def strike(browser: Browser, key: str) -> None:
    """Press a key that leads nowhere."""
    text = "\r" if key == "Enter" else key
    browser.send("Input.dispatchKeyEvent", type="keyDown", key=key, text=text)
    browser.send("Input.dispatchKeyEvent", type="keyUp", key=key)


def type_in(browser: Browser, text: str) -> None:
    for key in text:
        strike(browser, key)


def select(browser: Browser, words: str, *, modifiers: int) -> None:
    """Drag the mouse over words of the sentence."""
    box = browser.evaluate(
        f"""(() => {{
          const walker = document.createTreeWalker(document.getElementById("sentence"), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {{
            const at = node.data.indexOf({json.dumps(words)});
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + {len(words)});
            const rects = [...range.getClientRects()], first = rects[0], last = rects.at(-1);
            const middle = (rect) => (rect.top + rect.bottom) / 2;
            return [first.left + 1, middle(first), last.right - 1, middle(last)];
          }}
        }})()"""
    )
    left, begin, right, end = box
    shared = {"button": "left", "clickCount": 1}
    browser.send("Input.dispatchMouseEvent", type="mousePressed", x=left, y=begin, **shared)
    browser.send("Input.dispatchMouseEvent", type="mouseMoved", x=right, y=end, buttons=1, **shared)
    browser.send(
        "Input.dispatchMouseEvent", type="mouseReleased", x=right, y=end, modifiers=modifiers, **shared
    )


def test_a_killed_server_has_lost_no_decision_that_it_acknowledged(harbour: Path) -> None:
    command = [sys.executable, "-m", "kgraph", "serve", "--writable", "--port=0", "--workers=1"]
    environ = os.environ | {"KGRAPH_ENCODER": "none"}
    acknowledged: list[tuple[str, str]] = []
    with subprocess.Popen(
        command, cwd=harbour, env=environ, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        assert server.stderr is not None
        url = next(found[0] for line in server.stderr if (found := re.search(r"http://[\d.:]+", line)))
        try:
            with httpx.Client(base_url=url, timeout=60) as client:
                for verdict, item in (("accept", TOLD), ("reject", RUINED), ("accept", PROMISED)):
                    answer = client.post(PAGE, data={"decision": verdict, "item": item})
                    assert answer.status_code == 303
                    acknowledged.append((verdict, item))
        finally:
            os.killpg(server.pid, signal.SIGKILL)
    state = state_of(harbour)
    assert [(str(each.decision), each.candidate) for each in state.decisions] == acknowledged
    assert state.desk.content(state.desk.assertions).count("kg:claims (") == 2
    assert state.desk.problems == ()

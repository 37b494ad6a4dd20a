"""What three kinds of people come for, by keyboard and without JavaScript, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from .chromium import CHROMIUM, Browser, open_browser

if CHROMIUM is None:
    pytest.skip("no browser here", allow_module_level=True)

_KEYS = {"Tab": 9, "Enter": 13, "End": 35}
#: More stops than any page has before what somebody comes for.
_STOPS = 90
_FOCUSED = """(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  return {
    tag: e.tagName, name: e.name ?? "", text: (e.innerText || e.value || "").trim(), href: e.href ?? "",
    seen: box.width > 0 && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight + 1,
    ring: style.outlineStyle !== "none" || style.boxShadow !== "none",
  };
})()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_browser(tmp_path_factory.mktemp("journeys") / "profile") as opened:
        opened.send("Emulation.setScriptExecutionDisabled", value=True)
        yield opened


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["desk", "phone"])
def screen(browser: Browser, request: pytest.FixtureRequest) -> Browser:
    browser.resize(*request.param)
    return browser


def press(browser: Browser, key: str) -> None:
    text = {"text": "\r"} if key == "Enter" else {}
    for kind in ("keyDown", "keyUp"):
        browser.send(
            "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=_KEYS[key], **text
        )


def tab_to(browser: Browser, *, text: str = "", name: str = "") -> None:
    """Press Tab until something has the focus; whatever has it on the way is seen and says that it has it."""
    passed = []
    for _ in range(_STOPS):
        press(browser, "Tab")
        focused = browser.evaluate(_FOCUSED)
        if focused is None:
            continue
        passed.append(focused["text"][:40] or focused["name"])
        assert focused["ring"], focused
        is_it = (
            text in focused["text"] and focused["tag"] in ("A", "BUTTON") if text else focused["name"] == name
        )
        if is_it:
            assert focused["seen"], focused
            return
    raise AssertionError(f"Tab does not lead to {text or name}: {passed}")


def enter(browser: Browser) -> None:
    """Press Enter, and wait for the page that it leads to."""
    with browser.loading():
        press(browser, "Enter")


def words(browser: Browser, selector: str = "main") -> str:
    return str(browser.evaluate(f"document.querySelector({selector!r})?.innerText ?? ''"))


def test_a_journalist_finds_who_said_some_words_and_reads_them_in_the_text(
    client: httpx.Client, screen: Browser
) -> None:
    screen.open(str(client.base_url))
    tab_to(screen, name="q")
    screen.send("Input.insertText", text="we cannot go through barricades")
    enter(screen)
    assert "Nato commander quoted without a name" in words(screen)
    tab_to(screen, text="in the text")
    enter(screen)
    marked = screen.evaluate("[...document.querySelectorAll('mark')].map(m => m.innerText).join(' ')")
    assert "we cannot go through barricades" in " ".join(marked.split())
    assert screen.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_reader_goes_from_the_first_page_to_a_voice_and_its_claims(
    client: httpx.Client, screen: Browser
) -> None:
    screen.open(str(client.base_url))
    tab_to(screen, text="People")
    enter(screen)
    tab_to(screen, text="Slavisa Ristic")
    enter(screen)
    assert "There will be no Kfor actions today" in words(screen)
    assert "Zubin Potok" in words(screen)


def test_a_researcher_fills_in_a_question_and_sees_its_sparql(client: httpx.Client, screen: Browser) -> None:
    screen.open(str(client.base_url.join("/queries")))
    tab_to(screen, text="What does a speaker say?")
    enter(screen)
    tab_to(screen, name="speaker")
    screen.send("Input.insertText", text="Slavisa Ristic")
    enter(screen)
    assert "Slavisa Ristic" in words(screen, "table")
    tab_to(screen, text="workbench")
    enter(screen)
    assert "SELECT" in words(screen, "textarea") or screen.evaluate(
        "document.querySelector('textarea').value.includes('SELECT')"
    )
    tab_to(screen, text="Ask")
    enter(screen)
    assert screen.evaluate("document.querySelectorAll('main table tr').length") > 1


def test_a_publisher_finds_the_data_of_a_thing_and_its_wikidata_item(
    client: httpx.Client, screen: Browser
) -> None:
    screen.open(str(client.base_url.join("/voices")))
    tab_to(screen, text="Kfor, Nato's peacekeeping force")
    enter(screen)
    turtle = screen.evaluate("document.querySelector('link[type=\"text/turtle\"]').href")
    assert client.get(turtle).headers["Content-Type"].startswith("text/turtle")
    tab_to(screen, text="wikidata.org Q159470")
    assert screen.evaluate(_FOCUSED)["href"] == "http://www.wikidata.org/entity/Q159470"


def test_the_dark_is_as_complete(client: httpx.Client, browser: Browser, tmp_path: Path) -> None:
    browser.resize(390, 844)
    browser.dark(on=True)
    browser.open(str(client.base_url.join("/who-said?q=barricades")))
    colours = browser.evaluate(
        "['body', 'main', 'header', 'input'].map(s => getComputedStyle(document.querySelector(s)).color)"
    )
    assert all(sum(map(int, each.removeprefix("rgb(").rstrip(")").split(",")[:3])) > 380 for each in colours)
    browser.dark(on=False)

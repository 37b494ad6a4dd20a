"""The main pages in a real browser. Collected where there is one; ``.ci/run`` installs it, and CI insists."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from .chromium import CHROMIUM, FLAGS

if CHROMIUM is None and os.environ.get("CI"):
    raise RuntimeError("CI tests the pages in chromium, and there is none; see .ci/run")

PAGES = {
    "/": "Who said what, and who only reported it",
    "/about": "What is here",
    "/queries": "Questions",
    "/queries/find?name=KFOR": "6 rows",
    "/sparql?query=ASK%7B%7D": "Answer",
    "/who-said?q=orders+to+go+back": "quoted without a name",
    "/who-said?subject=United+States&predicate=recognises": "It rests on",
    "/explain?subject=kgr:unitedStates&predicate=kgl:recognises&object=kgr:kosovo": "recognised the",
    "/nowhere": "Not Found",
}


def load_page(url: str, profile: Path) -> str:
    """The page's document as the browser has it in the end."""
    assert CHROMIUM is not None
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", url]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


if CHROMIUM is not None:

    @pytest.mark.parametrize(("path", "words"), PAGES.items())
    def test_a_page_loads_in_a_browser(client: httpx.Client, tmp_path: Path, path: str, words: str) -> None:
        document = load_page(str(client.base_url.join(path)), tmp_path / "profile")
        assert words in document
        assert re.search("<h1>.+</h1>", document)

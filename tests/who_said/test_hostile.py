"""Hostile questions over HTTP: a result or a clear refusal, and escaped on the page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import quote

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph import KnowledgeGraph
from kgraph.api import AsyncKnowledgeGraph
from kgraph.web.app import create_app

Get = Callable[[str, str], httpx.Response]

PARAMETERS = (
    *("q", "subject", "predicate", "object", "speaker", "article", "mode", "modality", "polarity"),
    *("since", "until", "limit", "offset", "format"),
)
#: An element that no page has: where it stands in one, something was not escaped.
EVIL = "<evil-1 onload='x' \">"
PIECES = [
    EVIL, "</textarea></script><evil-1>", "javascript:evil", "{{ 7919 * 7919 }}", "${x}",
    'field:* AND (NOT "x" OR ^2)~3 [a TO b] NEAR/2 \\', "*", '"', "barric*", "a" * 2_000, "go " * 400,
    "} DELETE { ?s ?p ?o } WHERE { ?s ?p ?o", "SERVICE <http://x/> {}", "' OR 1=1 --", "<http://x/ y>",
    "kgr:", ":", "kgr:\u202e", "_:b", "\u202ebarricades\u202c", "שלום العربية", "🚧🙂\U000e0041",
    "e\u0301" * 40, "\u200b\ufeff", "\x00", "\x1b[31m", "\r\nSet-Cookie: x=1", "\ud800", "\udfff\ud800",
    "\uffff", "Ǆǆ ﬁ İ ß", "9" * 30, "-1", "NaN", "2011-10-18", "2011-02-30", "0000-00-00", "kg:negative",
    "direct quotation", "barricades", "when", "who said that", "the number of", "what is the", "not",
]  # fmt: skip
#: Any text, lone surrogates included: UTF-8 has no bytes for those, and a client can still send them.
TEXTS = st.one_of(
    st.sampled_from(PIECES),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join),
    st.text(st.characters(), max_size=80),
)
QUERIES = st.lists(st.tuples(st.sampled_from([*PARAMETERS, "q", "q", EVIL]), TEXTS), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def get(graph: KnowledgeGraph) -> Iterator[Get]:
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(AsyncKnowledgeGraph.open(graph.settings)) as served,
        portal.wrap_async_context_manager(
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=create_app(served), raise_app_exceptions=False),
                base_url="http://test",
            )
        ) as client,
    ):

        def ask(query: str, accept: str) -> httpx.Response:
            return portal.call(lambda: client.get(f"/who-said?{query}", headers={"Accept": accept}))

        yield ask


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@settings(max_examples=60, deadline=None)
@given(QUERIES)
def test_any_question_gets_a_result_or_a_clear_refusal(get: Get, query: list[tuple[str, str]]) -> None:
    sent = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in query)
    for accept in ("application/json", "text/html", "text/turtle", "text/csv"):
        answer = get(sent, accept)
        assert answer.status_code in (200, 400), (answer.status_code, answer.text)
        assert "set-cookie" not in answer.headers
        if accept == "text/html":
            assert "<evil-1" not in answer.text
            assert str(7919 * 7919) not in answer.text
        elif answer.status_code == 400:
            problem = json.loads(answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            assert problem["detail"]
            assert problem["status"] == 400


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("name", ["q", "subject", "object", "speaker", "since"])
def test_each_known_trick_alone(get: Get, name: str, piece: str) -> None:
    asked = f"{name}={encoded(piece)}" + ("" if name in ("q", "subject", "object") else "&q=barricades")
    page = get(asked, "text/html")
    assert page.status_code in (200, 400)
    assert "<evil-1" not in page.text
    assert get(asked, "application/json").status_code == page.status_code

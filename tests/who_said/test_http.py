"""/who-said over HTTP: the same answer by Accept and by suffix, a page without JavaScript, clear refusals."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from html.parser import HTMLParser

import anyio
import httpx
import pyoxigraph as ox
import pytest

from kgraph import KnowledgeGraph
from kgraph.api import AsyncKnowledgeGraph
from kgraph.web.app import create_app

Ask = Callable[[httpx.AsyncClient], Coroutine[None, None, None]]
EVIL = '<script>alert("1")</script> barricades \u202e\' onload=x'


@asynccontextmanager
async def serving(graph: KnowledgeGraph) -> AsyncIterator[httpx.AsyncClient]:
    async with AsyncKnowledgeGraph.open(graph.settings) as served:
        transport = httpx.ASGITransport(app=create_app(served), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


def in_a_server(graph: KnowledgeGraph, ask: Ask) -> None:
    async def main() -> None:
        async with serving(graph) as client:
            await ask(client)

    anyio.run(main)


def test_the_answer_comes_in_the_format_that_is_wanted(graph: KnowledgeGraph) -> None:
    types = {
        "json": "application/json",
        "jsonld": "application/ld+json",
        "ttl": "text/turtle",
        "csv": "text/csv",
        "html": "text/html",
    }

    async def ask(client: httpx.AsyncClient) -> None:
        params = {"q": "orders to go back"}
        for suffix, media_type in types.items():
            accepted = await client.get("/who-said", params=params, headers={"Accept": media_type})
            suffixed = await client.get(f"/who-said.{suffix}", params=params)
            for answer in (accepted, suffixed):
                assert answer.status_code == 200
                assert answer.headers["content-type"].startswith(media_type)
                assert "orders to go back" in answer.text
            assert "Accept" in accepted.headers["vary"]
        for path in ("/who-said", "/who-said.ttl"):
            assert (await client.head(path, params=params)).status_code == 200
        assert (await client.get("/who-said.doc")).status_code == 404
        refused = await client.get("/who-said", params=params, headers={"Accept": "image/png"})
        assert refused.status_code == 406
        turtle = (await client.get("/who-said.ttl", params=params)).content
        assert len(list(ox.parse(turtle, ox.RdfFormat.TURTLE))) > 20

    in_a_server(graph, ask)


class Page(HTMLParser):
    """The tags of a page, and the text within some of them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.marked: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "mark":
            self.marked.append(data)
            self.tags.append("")


def test_the_page_marks_the_words_and_needs_no_script(graph: KnowledgeGraph) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        html = {"Accept": "text/html"}
        empty = await client.get("/who-said", headers=html)
        assert empty.status_code == 200
        text = (
            await client.get("/who-said", params={"q": "cannot go through barricades"}, headers=html)
        ).text
        page = Page(text)
        assert page.marked[0] == "we cannot go through barricades"
        assert "script" not in page.tags
        for words in (
            "Said to be impossible by",
            "Nato commander quoted without a name",
            "told",
            "Cite",
            "sha256-sum:",
        ):
            assert words in text
        turned = await client.get("/who-said", params={"q": "barricades", "limit": "2"}, headers=html)
        assert "offset=2" in turned.text

    in_a_server(graph, ask)


@pytest.mark.parametrize("place", ["q", "subject", "speaker"])
def test_what_a_client_sends_is_escaped_on_the_page(graph: KnowledgeGraph, place: str) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        params = {"q": "barricades", place: EVIL} if place != "subject" else {place: EVIL}
        page = await client.get("/who-said", params=params, headers={"Accept": "text/html"})
        assert page.status_code in (200, 400)
        assert "<script>" not in page.text
        assert "&lt;script&gt;" in page.text
        wrong = await client.get("/who-said", params={EVIL: "x"}, headers={"Accept": "text/html"})
        assert wrong.status_code == 400
        assert "<script>" not in wrong.text

    in_a_server(graph, ask)


def test_a_question_that_cannot_be_asked_is_a_400_with_a_hint(graph: KnowledgeGraph) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        for query in (
            "",
            "q=...",
            "q=x&limit=0",
            "q=" + "x" * 1001,
            "q=a&q=b",
            "q=a&subject=b",
            "q=%ff",
            "bad=1",
        ):
            answer = await client.get(f"/who-said?{query}", headers={"Accept": "application/json"})
            assert answer.status_code == 400, query
            assert answer.headers["content-type"] == "application/problem+json"
            assert json.loads(answer.text)["detail"]
        search = "ASK { ?c <https://w3id.org/kgraph/ontology#search> ?x }"
        refused = await client.get("/sparql", params={"query": search})
        assert refused.status_code == 400
        assert refused.json()["line"] == 1
        found = search.replace("?x", '"barricades"')
        answer = await client.get("/sparql", params={"query": found}, headers={"Accept": "application/json"})
        assert answer.json()["boolean"] is True

    in_a_server(graph, ask)


def test_an_answer_that_the_client_has_is_not_sent_again(graph: KnowledgeGraph) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        tags = set()
        for accept in ("application/json", "text/html", "text/turtle", "text/csv", "application/ld+json"):
            headers = {"Accept": accept}
            first = await client.get("/who-said?q=barricades&limit=2", headers=headers)
            assert first.status_code == 200
            assert first.headers["cache-control"] == "no-cache"
            tag = first.headers["etag"]
            tags.add(tag)
            for known in (tag, f'"other", W/{tag}', "*"):
                again = await client.get(
                    "/who-said?limit=2&q=barricades", headers=headers | {"If-None-Match": known}
                )
                assert (again.status_code, again.content) == (304, b"")
                assert again.headers["etag"] == tag
                assert "Accept" in again.headers["vary"]
            changed = await client.get(
                "/who-said?q=barricades&limit=3", headers=headers | {"If-None-Match": tag}
            )
            assert changed.status_code == 200
            head = await client.head("/who-said?q=barricades&limit=2", headers=headers)
            assert head.headers["etag"] == tag
        assert len(tags) == 5
        for query in ("q=...", "q=x&limit=0", "bad=1"):
            refused = await client.get(f"/who-said?{query}", headers={"If-None-Match": "*"})
            assert refused.status_code == 400
            assert "etag" not in refused.headers

    in_a_server(graph, ask)

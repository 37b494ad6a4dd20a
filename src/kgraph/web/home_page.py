"""The first pages: the front page, the list of articles, and what there is to know about the data."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from kgraph.api import AsyncKnowledgeGraph
from kgraph.canned import CannedQuery
from kgraph.describe import Addresses, ArticleText, Describer, dataset_data
from kgraph.store import Generation
from kgraph.store.manifest import HASH_METHOD
from kgraph.vocab import DIRECT_QUOTATION
from kgraph.web.article_page import Reader, open_reader, reader_context, style_source
from kgraph.web.description import DESCRIPTION_FORMATS
from kgraph.web.listing import Listing, described, list_at
from kgraph.web.pages import public_url, render_page
from kgraph.web.places import href
from kgraph.web.reading import page_of
from kgraph.web.sparql import graph_of
from kgraph.web.viewing import GRAPHS, embed_data
from kgraph.web.voices import voices_of
from kgraph.who_said import Attribution

__all__ = ["router"]

router: Final = APIRouter(tags=["Pages"])

#: How many articles the front page and a page of their list name.
ARTICLES_SHOWN: Final = 20
ARTICLES_LISTED: Final = 100
#: A quotation to click has at least so many words, and at most.
_QUOTED_WORDS: Final = range(4, 13)
#: Questions of which the front page asks the first that there is: of the project's own, or else of these.
_OPENERS: Final = ("not-said-to-have-happened", "denials", "what-took-place", "timeline")


@router.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
async def home(request: Request) -> Response:
    """The front page: what this is for, questions to click, and the newest articles, or the only one."""
    return await described(request, partial(_home, request))


async def _home(request: Request, describer: Describer) -> Response:
    graph = graph_of(request)
    generation = describer.generation
    articles = await describer.articles(limit=ARTICLES_SHOWN)
    text = reader = None
    context: dict[str, Any] = {}
    style = ""
    if articles:
        description = await describer.describe(articles[0].iri)
        text = await describer.article(description)
        if len(articles) == 1:
            reader = await open_reader(request, graph, description, text, describer)
            context, style = reader_context(graph, reader, generation)
    addresses = Addresses(public_url(request, ""), graph.settings.names)
    void = addresses.at("/.well-known/void")
    data = dataset_data(
        generation.manifest,
        iri=addresses.dataset,
        url=addresses.at("/"),
        licence=graph.settings.licence,
        distributions=[(fmt.media_type, f"{void}.{fmt.suffix}") for fmt in DESCRIPTION_FORMATS],
    )
    return render_page(
        request,
        "home.html",
        {
            "articles": articles,
            "total": len(articles) if len(articles) < ARTICLES_SHOWN else None,
            "text": text if reader is not None else None,
            "openers": _openers(graph, text, graph.canned_queries(generation), reader),
            "data": embed_data(data),
            **context,
        },
        headers={"Link": f'<{void}>; rel="describedby", <{addresses.at("/sitemap.xml")}>; rel="index"'},
        styles=[style_source(style)] if style else (),
    )


def _openers(
    graph: AsyncKnowledgeGraph,
    text: ArticleText | None,
    canned: dict[str, CannedQuery],
    reader: Reader | None,
) -> list[tuple[str, str]]:
    """Up to four questions to click: some words, a speaker, a question of the project, and who disagrees."""
    found: list[tuple[str, str]] = []
    if text is not None and (quoted := _quotable(text)) is not None:
        words = quoted.quote
        found.append((f"“{words}”: who said this?", "/who-said?" + urlencode({"q": words})))
    if text is not None:
        voices = reader.voices if reader is not None else voices_of(text.claims, graph.prefixes)
        named = [voice for voice in voices if not voice.is_narrator and voice.iri is not None]
        if named:
            most = max(named, key=lambda voice: voice.count)
            path = href(most.iri, graph.settings.names) or "/voices"
            found.append((f"What does {most.label} say?", path))
    complete = [q for q in canned.values() if not any(p.required for p in q.parameters)]
    own = [query for query in complete if not query.general]
    general = [canned[slug] for slug in _OPENERS if slug in canned and canned[slug] in complete]
    found += [(query.summary, f"/queries/{query.slug}") for query in (*own, *general)[:1]]
    if {"contested", "contrasts"} & canned.keys():
        found.append(("Who contradicts whom?", "/contested"))
    return found


def _quotable(text: ArticleText) -> Attribution | None:
    """The longest of the short quotations."""
    quoted = [
        claim
        for claim in text.claims
        if claim.mode.iri == DIRECT_QUOTATION
        and len(claim.passages) == 1
        and len(claim.quote.split()) in _QUOTED_WORDS
    ]
    return max(quoted, key=lambda claim: len(claim.quote), default=None)


@list_at(router, "/articles", summary="The articles, the latest first")
async def articles(request: Request, describer: Describer) -> Listing:
    """The articles, the latest first: title, publisher, and day of publication where it is known."""
    page = page_of(request)
    found = await describer.articles(offset=(page - 1) * ARTICLES_LISTED, limit=ARTICLES_LISTED + 1)
    more, found = len(found) > ARTICLES_LISTED, found[:ARTICLES_LISTED]
    return Listing(
        "articles.html",
        {"articles": found},
        [asdict(each) for each in found],
        previous=f"/articles?page={page - 1}" if page > 1 else None,
        following=f"/articles?page={page + 1}" if more else None,
    )


@router.api_route("/about", methods=["GET", "HEAD"], include_in_schema=False)
async def about(request: Request) -> Response:
    """What the data is, how to cite it, and how much of it there is."""
    graph = graph_of(request)
    generation: Generation = graph.generation
    names = graph.settings.names.graphs
    rows = []
    for name, count, several in generation.manifest.listed_graphs(names):
        what = GRAPHS.get(name.partition("/")[0], "")
        if several > 1:
            what = f"what each article states, in {several:,} graphs; /.well-known/void names them"
        rows.append((name, what, count, names + name if several == 1 else ""))
    return render_page(
        request,
        "about.html",
        {
            "manifest": generation.manifest,
            "graphs": rows,
            "graph_count": len(generation.manifest.graphs),
            "licence": graph.settings.licence,
            "hash_method": HASH_METHOD,
        },
    )

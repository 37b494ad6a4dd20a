"""How programs find out what is here: VoID and DCAT, the queries as RDF, the sitemap, what robots may do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final
from xml.sax.saxutils import escape

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response

from kgraph.api import AsyncKnowledgeGraph
from kgraph.canned import CannedQuery
from kgraph.describe import Addresses, Describer, describe_examples
from kgraph.describe.catalogue import DESCRIPTION_PREFIXES
from kgraph.describe.examples import EXAMPLE_PREFIXES
from kgraph.store import Generation
from kgraph.web import pages
from kgraph.web.answering import Variant, begin
from kgraph.web.documentation import problem_responses
from kgraph.web.negotiation import HTML, Choice
from kgraph.web.places import local_path
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import choice_of_suffix, choose_format, while_connected
from kgraph.web.resources import OFFERED, alternates_of, answer_page, answer_rdf
from kgraph.web.sparql import graph_of
from kgraph.web.thing_pages import triples_page

__all__ = ["router"]

router: Final = APIRouter(tags=["Discovery"])

_VOID: Final = "/.well-known/void"
_EXAMPLES: Final = "/.well-known/sparql-examples"
_BY_SUFFIX: Final = {fmt.suffix: fmt for fmt in OFFERED}
#: How many addresses a sitemap may have (sitemaps.org, protocol).
SITEMAP_LIMIT: Final = 50_000
#: The pages that are there whatever the data.
_PAGES: Final = (
    "/",
    "/about",
    "/articles",
    "/voices",
    "/places",
    "/timeline",
    "/contested",
    "/network",
    "/claims",
    "/queries",
    "/who-said",
    "/explain",
    "/sparql",
    "/docs",
    _VOID,
    _EXAMPLES,
)
_SITEMAPS: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The description.", "content": {fmt.media_type: {} for fmt in (*OFFERED, HTML)}},
    304: {"description": "It is still as If-None-Match names it."},
    **problem_responses(406, 503, 504, 507),
}


@router.head(_VOID, include_in_schema=False)
@router.get(_VOID, summary="The dataset's description", operation_id="void", responses=_RESPONSES)
async def void(request: Request) -> Response:
    """The dataset's own description, in VoID and DCAT: what is in it, under which licences, and where."""
    return await _void(request, choose_format(request, OFFERED, what="The description"))


@router.api_route(_VOID + ".{suffix}", methods=["GET", "HEAD"], include_in_schema=False)
async def void_in(request: Request, suffix: str) -> Response:
    """The same in the format of the suffix."""
    return await _void(request, choice_of_suffix(suffix, _BY_SUFFIX))


@router.head(_EXAMPLES, include_in_schema=False)
@router.get(
    _EXAMPLES, summary="The canned queries as RDF", operation_id="sparql_examples", responses=_RESPONSES
)
async def examples(request: Request) -> Response:
    """The canned queries as sh:SPARQLExecutable, each of which runs as it stands."""
    return await _examples(request, choose_format(request, OFFERED, what="The list of queries"))


@router.api_route(_EXAMPLES + ".{suffix}", methods=["GET", "HEAD"], include_in_schema=False)
async def examples_in(request: Request, suffix: str) -> Response:
    """The same in the format of the suffix."""
    return await _examples(request, choice_of_suffix(suffix, _BY_SUFFIX))


async def _void(request: Request, choice: Choice) -> Response:
    graph = graph_of(request)
    with graph.describing() as describer:
        variant = begin(request, choice, describer.generation, _VOID, pages.public_url(request, ""))
        addresses = Addresses(pages.public_url(request, ""), graph.settings.names)
        triples = await while_connected(request, describer.catalogue(addresses))
        return await _answer(request, variant, triples, DESCRIPTION_PREFIXES, _VOID, "The dataset")


async def _examples(request: Request, choice: Choice) -> Response:
    graph = graph_of(request)
    generation = graph.generation
    variant = begin(request, choice, generation, _EXAMPLES, pages.public_url(request, ""))
    triples = _example_triples(request, graph.canned_queries(generation))
    return await _answer(request, variant, triples, EXAMPLE_PREFIXES, _EXAMPLES, "The questions as RDF")


async def describe_query(
    request: Request, query: CannedQuery, generation: Generation, choice: Choice
) -> Response:
    """One canned query as a thing."""
    path = f"/queries/{query.slug}"
    variant = begin(request, choice, generation, path, pages.public_url(request, ""))
    triples = _example_triples(request, {query.slug: query})
    return await _answer(request, variant, triples, EXAMPLE_PREFIXES, path, query.summary)


def _example_triples(request: Request, queries: Mapping[str, CannedQuery]) -> Iterator[ox.Triple]:
    graph = graph_of(request)
    return describe_examples(
        queries,
        base=graph.settings.base_iri + "queries/",
        endpoint=pages.public_url(request, "/sparql"),
        prefixes=graph.prefixes,
    )


async def _answer(
    request: Request,
    variant: Variant,
    triples: Iterable[ox.Triple],
    prefixes: Mapping[str, str],
    path: str,
    title: str,
) -> Response:
    graph = graph_of(request)
    links = [f'<{each.href}>; rel="alternate"; type="{each.type}"' for each in alternates_of(path)]
    headers = {
        "Content-Location": f"{path}.{variant.choice.format.suffix}",
        "Link": ", ".join(links),
    }
    if variant.choice.format is not HTML:
        return await answer_rdf(request, variant, triples, graph, headers, prefixes)
    known = {**graph.prefixes, **prefixes}
    turtle = (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=known) or b"").decode()
    others = [each for each in alternates_of(path) if each.type != "text/html"]
    page = triples_page(request, title=title, turtle=turtle, alternates=others)
    return await answer_page(request, variant, page, headers)


@router.api_route("/robots.txt", methods=["GET", "HEAD"], include_in_schema=False)
async def robots(request: Request) -> Response:
    """What robots may read: every page, and no query (RFC 9309)."""
    root = graph_of(request).settings.root
    text = (
        "User-agent: *\n"
        f"Disallow: {root}/sparql?\n"
        f"Disallow: {root}/who-said?\n"
        f"Disallow: {root}/explain?\n"
        f"Disallow: {root}/queries/*?\n"
        f"Allow: {root}/\n"
        f"Sitemap: {pages.public_url(request, '/sitemap.xml')}\n"
    )
    return Response(text, media_type="text/plain; charset=utf-8")


@router.api_route("/sitemap.xml", methods=["GET", "HEAD"], include_in_schema=False)
async def sitemap(request: Request) -> Response:
    """The addresses of all pages; where they are too many for one file, of the files that hold them."""
    graph = graph_of(request)
    with graph.describing() as describer:
        count = len(_fixed(graph, describer)) + await while_connected(request, describer.document_count())
        if count > SITEMAP_LIMIT:
            parts = range(1, -(-count // SITEMAP_LIMIT) + 1)
            return _xml(
                "sitemapindex", "sitemap", (pages.public_url(request, f"/sitemap-{n}.xml") for n in parts)
            )
        paths = await while_connected(request, _paths(graph, describer, offset=0, limit=SITEMAP_LIMIT))
        return _xml("urlset", "url", (pages.public_url(request, path) for path in paths))


@router.api_route("/sitemap-{number}.xml", methods=["GET", "HEAD"], include_in_schema=False)
async def sitemap_part(request: Request, number: str) -> Response:
    """One of several files of addresses."""
    if not number.isascii() or not number.isdecimal() or not 0 < int(number[:9]) < 10**6:
        raise HttpProblem(HTTPStatus.NOT_FOUND, "not-found", "There is no such part.", "See /sitemap.xml.")
    graph = graph_of(request)
    offset = (int(number) - 1) * SITEMAP_LIMIT
    with graph.describing() as describer:
        paths = await while_connected(request, _paths(graph, describer, offset=offset, limit=SITEMAP_LIMIT))
    if not paths:
        raise HttpProblem(HTTPStatus.NOT_FOUND, "not-found", "There is no such part.", "See /sitemap.xml.")
    return _xml("urlset", "url", (pages.public_url(request, path) for path in paths))


async def _paths(graph: AsyncKnowledgeGraph, describer: Describer, *, offset: int, limit: int) -> list[str]:
    """The paths of all pages in a fixed order, some of them at a time."""
    fixed, names = _fixed(graph, describer), graph.settings.names
    paths = fixed[offset : offset + limit]
    if len(paths) < limit:
        iris = await describer.documents(offset=max(0, offset - len(fixed)), limit=limit - len(paths))
        paths += [path for iri in iris if (path := local_path(iri, names)) is not None]
    return list(dict.fromkeys(paths))


def _fixed(graph: AsyncKnowledgeGraph, describer: Describer) -> list[str]:
    """The paths of the pages that are no documents of the data: of the site, its questions and its graphs."""
    questions = (f"/queries/{slug}" for slug in graph.canned_queries(describer.generation))
    graphs = (local_path(iri, graph.settings.names) for iri in describer.generation.manifest.named_graphs)
    return [*_PAGES, *questions, *(path for path in graphs if path is not None)]


def _xml(root: str, element: str, urls: Iterable[str]) -> Response:
    lines = [f"<{element}><loc>{escape(url)}</loc></{element}>" for url in urls]
    text = "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<{root} xmlns="{_SITEMAPS}">',
            *lines,
            f"</{root}>",
            "",
        ]
    )
    return Response(text, media_type="application/xml")

"""The things themselves: every IRI of the project answers here, as a page or in RDF.

A thing answers with 200 and the address of the document in Content-Location, not with a redirect: see
ARCHITECTURE. An IRI that the graph knows wins over a suffix: ``/id/a.ttl`` is the thing of that name, if
there is one, and else ``/id/a`` in Turtle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from kgraph.api import AsyncKnowledgeGraph
from kgraph.describe import SORTED_AT_MOST, Addresses, Describer, Description, Kind
from kgraph.rdf.formats import FORMATS, Format
from kgraph.rdf.writing import serialize_graph
from kgraph.store import Generation
from kgraph.web import pages
from kgraph.web.answering import Variant, begin, respond, respond_whole
from kgraph.web.article_page import article_page, open_reader
from kgraph.web.browsing import map_points
from kgraph.web.maps import draw_map
from kgraph.web.negotiation import HTML, Choice
from kgraph.web.ontology_page import ontology_page
from kgraph.web.places import DEFAULT_GRAPH, iris_at, split_suffix
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import choose_format, client_of, page_of, while_connected
from kgraph.web.sparql import graph_of
from kgraph.web.thing_pages import graph_page, thing_page
from kgraph.web.viewing import Alternate

__all__ = ["OFFERED", "alternates_of", "answer_page", "answer_rdf", "router"]

router: Final = APIRouter(tags=["Things"])

#: The formats of a description; the first is what a client without a wish gets.
OFFERED: Final = (*(FORMATS[name] for name in ("ttl", "jsonld", "nt", "rdf")), HTML)
#: Those that name graphs: a thing's description with what clients add, each triple in its graph.
_WITH_GRAPHS: Final = (FORMATS["trig"], FORMATS["nq"])
_OF_THINGS: Final = (*OFFERED, *_WITH_GRAPHS)
_SUFFIXES: Final = {fmt.suffix: fmt for fmt in _OF_THINGS}
_NAMES: Final = {"ttl": "Turtle", "nt": "N-Triples", "jsonld": "JSON-LD", "rdf": "RDF/XML", "html": "HTML"}
_VOID: Final = "http://rdfs.org/ns/void#"
_TITLE_OF_ADDED: Final = "with what clients add"


@dataclass(frozen=True, slots=True)
class _Found:
    """What a request is for: an IRI, whether the project knows it or clients alone, how it is to be answered,
    and the path without a suffix.
    """

    iri: str
    is_projects: bool
    choice: Choice
    path: str
    page: int
    query: str


@router.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
async def answer_thing(request: Request) -> Response:
    """Whatever the path names below the project's base IRI."""
    graph = graph_of(request)
    with graph.describing() as describer:
        found = await while_connected(request, _find(request, graph, describer))
        if isinstance(found, Response):
            return found
        generation = describer.generation
        host = pages.public_url(request, found.path)
        variant = begin(request, found.choice, generation, "thing", found.iri, host, found.query)
        headers = _headers(request, found)
        manifest = generation.manifest
        # A graph of a client's that is called as a thing of the project's is not what its IRI is here.
        if found.iri in (manifest.graphs if found.is_projects else manifest.named_graphs):
            return await _graph(request, graph, variant, generation, found, headers)
        return await while_connected(request, _thing(request, graph, describer, variant, found, headers))


async def _find(request: Request, graph: AsyncKnowledgeGraph, describer: Describer) -> _Found | Response:
    path = (
        request.scope.get("raw_path", request.url.path.encode()).decode("ascii", "replace").partition("?")[0]
    )
    query = request.url.query
    names = graph.settings.names
    exact = iris_at(path, query, names)
    split = split_suffix(path, _SUFFIXES)
    stems = iris_at(split[0], query, names) if split else []
    known = await describer.find_known([*exact, *stems])
    if known is None:
        return _nothing_at(request, path, exact)
    iri, is_projects = known.iri, known.is_projects
    page = page_of(request) if f"?{query}" not in iri else 1
    if iri in exact:
        choice = choose_format(request, _OF_THINGS, what="The description")
        return _Found(iri, is_projects, choice, path, page, query)
    assert split is not None  # noqa: S101 - only a stem is left
    fmt = _SUFFIXES[split[1]]
    return _Found(iri, is_projects, Choice(fmt, fmt.media_type), split[0], page, query)


def _nothing_at(request: Request, path: str, iris: Sequence[str]) -> Response:
    bare = path.rstrip("/")
    if bare and bare != path and any(route.path == bare for route in request.app.routes):
        return RedirectResponse(bare, HTTPStatus.PERMANENT_REDIRECT)
    what = f"The graph knows nothing of <{iris[0][:200]}>." if iris else "There is nothing here."
    raise HttpProblem(HTTPStatus.NOT_FOUND, "not-found", what, "See / for what there is.")


def _headers(request: Request, found: _Found) -> dict[str, str]:
    """Where the document is, what else there is of it, and what it is about (RFC 8288, RFC 9110)."""
    links = [
        f'<{each.href}>; rel="alternate"; type="{each.type}"'
        for each in alternates_of(found.path, found.query)
    ]
    links += [
        f'<{_uri(found.iri)}>; rel="canonical"',
        f'<{pages.public_url(request, "/.well-known/void")}>; rel="describedby"',
    ]
    tail = f"?{found.query}" if found.query else ""
    return {
        "Content-Location": f"{found.path}.{found.choice.format.suffix}{tail}",
        "Link": ", ".join(links),
    }


def _uri(iri: str) -> str:
    """An IRI as a header can carry it (RFC 3987, section 3.1)."""
    return iri.encode("ascii", "xmlcharrefreplace").decode() if iri.isascii() else _encoded(iri)


def _encoded(iri: str) -> str:
    return "".join(c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in iri)


def alternates_of(path: str, query: str = "") -> list[Alternate]:
    """The formats of what is at a path, each at its own."""
    tail = f"?{query}" if query else ""
    return [Alternate(_NAMES[fmt.name], fmt.media_type, f"{path}.{fmt.suffix}{tail}") for fmt in OFFERED]


async def _thing(
    request: Request,
    graph: AsyncKnowledgeGraph,
    describer: Describer,
    variant: Variant,
    found: _Found,
    headers: dict[str, str],
) -> Response:
    description = await describer.describe(found.iri, page=found.page)
    added = _path_of_added(found) if description.added.facts or description.added.more else None
    back = _turned(found, -1) if found.page > 1 else None
    on = _turned(found, 1) if _has_more(description, found.choice.format) else None
    for url, relation in ((back, "prev"), (on, "next")):
        if url is not None:
            headers["Link"] += f', <{url}>; rel="{relation}"'
    if added is not None:
        headers["Link"] += f', <{added}>; rel="related"; type="application/trig"; title="{_TITLE_OF_ADDED}"'
    link = _in_dataset(found.iri, request, graph)
    if found.choice.format in _WITH_GRAPHS:
        quads = description.quads(pages.public_url(request, DEFAULT_GRAPH))
        statements = [*quads, ox.Quad(link.subject, link.predicate, link.object)]
        return await answer_rdf(request, variant, statements, graph, headers)
    if found.choice.format is not HTML:
        return await answer_rdf(request, variant, [*description.triples(), link], graph, headers)
    others = [each for each in alternates_of(found.path, found.query) if each.type != "text/html"]
    if added is not None:
        others.append(Alternate(f"TriG {_TITLE_OF_ADDED}", "application/trig", added))
    if description.kind is Kind.ARTICLE and found.page == 1:
        text = await describer.article(description)
        reader = await open_reader(request, graph, description, text, describer)
        page = article_page(request, graph, description, reader, describer.generation, alternates=others)
    elif description.kind is Kind.ONTOLOGY and description.parts and found.page == 1:
        page = ontology_page(request, graph, await describer.terms(description), alternates=others)
    else:
        places = await describer.places([found.iri]) if description.kind is Kind.THING else []
        points = map_points(graph, places, {found.iri: description.name(found.iri)})
        page = thing_page(
            request,
            graph,
            description,
            alternates=others,
            pages=(back, on),
            picture=draw_map(points, title=f"Map: {description.name(found.iri).text}"),
        )
    return await answer_page(request, variant, page, headers)


def _has_more(description: Description, fmt: Format) -> bool:
    """Whether another page follows, in a format that has what clients add or has it not."""
    shows_added = fmt is HTML or fmt in _WITH_GRAPHS or not description.is_known
    return description.more or (shows_added and description.added.more)


def _path_of_added(found: _Found) -> str:
    """Where the description is together with what clients add."""
    return f"{found.path}.trig" + (f"?{found.query}" if found.query else "")


def _turned(found: _Found, step: int) -> str:
    page = found.page + step
    return (
        found.path
        + (f".{found.choice.format.suffix}")
        + (f"?{urlencode({'page': page})}" if page > 1 else "")
    )


def _in_dataset(iri: str, request: Request, graph: AsyncKnowledgeGraph) -> ox.Triple:
    """The dataset that a document belongs to (VoID, section 7.2)."""
    dataset = Addresses(pages.public_url(request, ""), graph.settings.names).dataset
    return ox.Triple(ox.NamedNode(iri), ox.NamedNode(_VOID + "inDataset"), ox.NamedNode(dataset))


async def answer_rdf(
    request: Request,
    variant: Variant,
    triples: Iterable[ox.Triple] | Iterable[ox.Quad],
    graph: AsyncKnowledgeGraph,
    headers: Mapping[str, str],
    prefixes: Mapping[str, str] | None = None,
) -> Response:
    """Triples in the format that was chosen."""
    known = {**graph.prefixes, "void": _VOID, **(prefixes or {})}
    content = serialize_graph(triples, variant.choice.format.name, known)
    response = await respond_whole(request, variant, content)
    response.headers.update(headers)
    return response


async def answer_page(
    request: Request, variant: Variant, page: Response, headers: Mapping[str, str]
) -> Response:
    """A page of what a generation says, with its own headers and the variant's."""
    response = await respond_whole(request, variant, bytes(page.body))
    policy = {"Content-Security-Policy": page.headers["content-security-policy"]}
    response.headers.update({**policy, **headers})
    return response


async def _graph(
    request: Request,
    graph: AsyncKnowledgeGraph,
    variant: Variant,
    generation: Generation,
    found: _Found,
    headers: dict[str, str],
) -> Response:
    """A graph's own triples, and the one that says which dataset it belongs to."""
    name = ox.NamedNode(found.iri)
    if found.choice.format is HTML:
        columns = "?subject ?predicate ?object"
        order = f"ORDER BY {columns}" if generation.manifest.named_graphs[found.iri] <= SORTED_AT_MOST else ""
        query = f"SELECT {columns} WHERE {{ GRAPH {name} {{ {columns} }} }} {order}"
        answer = await while_connected(
            request,
            graph.query(query, formats=pages.PAGE_FORMATS, generation=generation, client=client_of(request)),
        )
        page = graph_page(
            request,
            iri=found.iri,
            name=found.iri.removeprefix(graph.settings.names.graphs),
            count=generation.manifest.named_graphs[found.iri],
            is_projects=found.is_projects,
            result=await pages.read_result(graph, answer),
            alternates=[each for each in alternates_of(found.path) if each.type != "text/html"],
        )
        return await answer_page(request, variant, page, headers)
    link = _in_dataset(found.iri, request, graph)
    answer = await while_connected(
        request,
        graph.read_graph(
            found.iri,
            format=found.choice.format.name,
            beside=f"{link.subject} {link.predicate} {link.object}",
            generation=generation,
            client=client_of(request),
        ),
    )
    response = await respond(request, variant, answer)
    response.headers.update(headers)
    return response

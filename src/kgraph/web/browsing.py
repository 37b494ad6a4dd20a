"""Lists to go through: voices, places on a map, who talks about whom, and claims by facets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from kgraph.api import AsyncKnowledgeGraph
from kgraph.describe import FACETS, Describer, Facet, Name, Place
from kgraph.rdf.terms import compact, parse_iri, read_term
from kgraph.web.drawings import Edge, draw_network
from kgraph.web.maps import Point, draw_map
from kgraph.web.pages import mark_runs, render_page
from kgraph.web.places import href
from kgraph.web.reading import page_of, single_values, while_connected
from kgraph.web.sparql import graph_of
from kgraph.web.viewing import fold_claims

__all__ = ["map_points", "page_of_list", "router"]

_T = TypeVar("_T")
router: Final = APIRouter(tags=["Pages"])

#: How many claims a page of their list has.
CLAIMS_LISTED: Final = 40
#: How many voices or places a page of theirs has.
ROWS_LISTED: Final = 200
_TITLES: Final = {
    "speaker": "Speaker",
    "kind": "Kind of saying",
    "polarity": "Yes or no",
    "mode": "Way of quoting",
    "article": "Article",
    "time": "Time",
}


def page_of_list(path: str, every: Sequence[_T], page: int) -> tuple[Sequence[_T], dict[str, str | None]]:
    """A page of a list, and the addresses of the pages around it."""
    start = (page - 1) * ROWS_LISTED
    more = len(every) > start + ROWS_LISTED
    around = {
        "previous": f"{path}?page={page - 1}" if page > 1 else None,
        "following": f"{path}?page={page + 1}" if more else None,
    }
    return every[start : start + ROWS_LISTED], around


@router.api_route("/voices", methods=["GET", "HEAD"], include_in_schema=False)
async def voices(request: Request) -> Response:
    """Everybody who says something, with how much of which kind."""
    graph, page = graph_of(request), page_of(request)

    async def read(describer: Describer) -> Response:
        every = await describer.voices()
        found, around = page_of_list("/voices", every, page)
        kinds = [kind for voice in found for kind, _ in voice.kinds]
        names = await describer.names([*(voice.iri for voice in found), *kinds])
        return render_page(
            request,
            "voices.html",
            {
                "voices": found,
                "names": names,
                "key": lambda iri: compact(iri, graph.prefixes),
                "total": len(every),
                "summary": f"{len(every):,} voices, and how much each of them says.",
                **around,
            },
        )

    with graph.describing() as describer:
        return await while_connected(request, read(describer))


@router.api_route("/places", methods=["GET", "HEAD"], include_in_schema=False)
async def places(request: Request) -> Response:
    """The places, on a map and in a table."""
    graph, page = graph_of(request), page_of(request)

    async def read(describer: Describer) -> Response:
        every = await describer.places()
        found, around = page_of_list("/places", every, page)
        names = await describer.names(place.iri for place in found)
        return render_page(
            request,
            "places.html",
            {
                "places": found,
                "names": names,
                "map": draw_map(map_points(graph, found, names), title="Map of the places"),
                "total": len(every),
                "summary": f"{len(every):,} places, and where they are.",
                **around,
            },
        )

    with graph.describing() as describer:
        return await while_connected(request, read(describer))


def map_points(graph: AsyncKnowledgeGraph, places: Sequence[Place], names: Mapping[str, Name]) -> list[Point]:
    """The places that have a point on the map."""
    return [
        Point(names[p.iri].text, p.latitude, p.longitude, href(p.iri, graph.settings.names))
        for p in places
        if p.latitude is not None and p.longitude is not None
    ]


@router.api_route("/network", methods=["GET", "HEAD"], include_in_schema=False)
async def network(request: Request) -> Response:
    """Who talks about whom, as a picture and a table."""
    graph = graph_of(request)
    own = single_values(request).get("narrator") == "true"

    async def read(describer: Describer) -> Response:
        talk = await describer.talk(own=own)
        names = await describer.names(iri for line in talk for iri in (line.who, line.whom))
        edges = [Edge(names[line.who].text, names[line.whom].text, line.claims) for line in talk]
        return render_page(
            request,
            "network.html",
            {
                "talk": talk,
                "names": names,
                "own": own,
                "key": lambda iri: compact(iri, graph.prefixes),
                "drawing": draw_network(edges, title="Who talks about whom", start="who", end="about whom"),
                "summary": "Who makes claims about whom, and how many.",
            },
        )

    with graph.describing() as describer:
        return await while_connected(request, read(describer))


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of a facet as a page shows it: ``href`` chooses it, or gives it up where it is chosen."""

    label: str
    count: int
    href: str
    is_chosen: bool


@router.api_route("/claims", methods=["GET", "HEAD"], include_in_schema=False)
async def claims(request: Request) -> Response:
    """The claims, narrowed by speaker, kind, article and time."""
    graph, page = graph_of(request), page_of(request)
    given = {name: value for name, value in single_values(request).items() if name in FACETS}
    chosen = {
        name: read_term(name, value, parse_iri, prefixes=graph.prefixes).value
        for name, value in given.items()
    }

    async def read(describer: Describer) -> Response:
        found, facets = await describer.browse(
            chosen, offset=(page - 1) * CLAIMS_LISTED, limit=CLAIMS_LISTED + 1
        )
        wanted = [iri for facet in facets for iri, _ in facet.values] + list(chosen.values())
        names = await describer.names(wanted)
        more = len(found) > CLAIMS_LISTED
        return render_page(
            request,
            "claims.html",
            {
                "groups": fold_claims(found[:CLAIMS_LISTED]),
                "facets": [
                    (_TITLES[facet.name], _values(facet, chosen, given, names, graph.prefixes))
                    for facet in facets
                ],
                "chosen": {_TITLES[name]: names[iri].text for name, iri in chosen.items()},
                "runs": mark_runs,
                "previous": _address({**given, "page": str(page - 1)}) if page > 1 else None,
                "following": _address({**given, "page": str(page + 1)}) if more else None,
                "summary": "Claims by speaker, kind of saying, article and time.",
            },
        )

    with graph.describing() as describer:
        return await while_connected(request, read(describer))


def _values(
    facet: Facet,
    chosen: Mapping[str, str],
    given: Mapping[str, str],
    names: Mapping[str, Name],
    prefixes: Mapping[str, str],
) -> list[_Value]:
    rest = {name: value for name, value in given.items() if name != facet.name}
    shown = []
    for iri, count in facet.values:
        is_chosen = chosen.get(facet.name) == iri
        address = _address(rest if is_chosen else {**rest, facet.name: compact(iri, prefixes)})
        shown.append(_Value(names[iri].text, count, address, is_chosen))
    return shown


def _address(values: Mapping[str, str]) -> str:
    return "/claims" + (f"?{urlencode(values, safe=':/')}" if values else "")

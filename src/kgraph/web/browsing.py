"""Lists to go through: voices, places on a map, who talks about whom, and claims by facets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request

from kgraph.api import AsyncKnowledgeGraph
from kgraph.describe import FACETS, Describer, Facet, Name, Place
from kgraph.rdf.terms import compact, parse_iri, read_term
from kgraph.vocab import DRAFTS
from kgraph.web.drawings import Edge, draw_network
from kgraph.web.listing import Listing, claim_item, list_at
from kgraph.web.maps import Point, draw_map
from kgraph.web.pages import mark_runs, public_url
from kgraph.web.places import href, in_text
from kgraph.web.reading import page_of, single_values
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


def _named(iri: str, names: Mapping[str, Name]) -> dict[str, Any]:
    return {"iri": iri, "label": names[iri].text}


def page_of_list(path: str, every: Sequence[_T], page: int) -> tuple[Sequence[_T], dict[str, str | None]]:
    """A page of a list, and the paths of the pages around it."""
    start = (page - 1) * ROWS_LISTED
    more = len(every) > start + ROWS_LISTED
    around = {
        "previous": f"{path}?page={page - 1}" if page > 1 else None,
        "following": f"{path}?page={page + 1}" if more else None,
    }
    return every[start : start + ROWS_LISTED], around


@list_at(router, "/voices", summary="Who says something, and how much")
async def voices(request: Request, describer: Describer) -> Listing:
    """Everybody who says something, with how much of which kind, the most quoted first."""
    every = await describer.voices()
    found, around = page_of_list("/voices", every, page_of(request))
    kinds = [kind for voice in found for kind, _ in voice.kinds]
    names = await describer.names([*(voice.iri for voice in found), *kinds])
    graphs = describer.generation.manifest.graphs
    return Listing(
        "voices.html",
        {
            "voices": found,
            "names": names,
            "key": lambda iri: compact(iri, graph_of(request).prefixes),
            "total": len(every),
            "has_drafts": bool(graphs.get(graph_of(request).settings.names.graph(DRAFTS))),
            "summary": f"{len(every):,} voices, and how much each of them says.",
        },
        [
            {
                **_named(voice.iri, names),
                "claims": voice.claims,
                "kinds": [{**_named(kind, names), "claims": count} for kind, count in voice.kinds],
            }
            for voice in found
        ],
        **around,
        more={"total": len(every)},
    )


@list_at(router, "/places", summary="The places, and where they are")
async def places(request: Request, describer: Describer) -> Listing:
    """The places by name, with their points in degrees (WGS 84) where a record has them."""
    every = await describer.places()
    found, around = page_of_list("/places", every, page_of(request))
    names = await describer.names(place.iri for place in found)
    return Listing(
        "places.html",
        {
            "places": found,
            "names": names,
            "map": draw_map(map_points(graph_of(request), found, names), title="Map of the places"),
            "total": len(every),
            "summary": f"{len(every):,} places, and where they are.",
        },
        [
            {
                **_named(place.iri, names),
                "latitude": place.latitude,
                "longitude": place.longitude,
                "source": place.source or None,
            }
            for place in found
        ],
        **around,
        more={"total": len(every)},
    )


def map_points(graph: AsyncKnowledgeGraph, places: Sequence[Place], names: Mapping[str, Name]) -> list[Point]:
    """The places that have a point on the map."""
    return [
        Point(names[p.iri].text, p.latitude, p.longitude, href(p.iri, graph.settings.names))
        for p in places
        if p.latitude is not None and p.longitude is not None
    ]


@list_at(router, "/network", summary="Who makes claims about whom, and how many")
async def network(request: Request, describer: Describer) -> Listing:
    """Who talks about whom; with ``narrator=true``, what articles say in their own voice too."""
    own = single_values(request).get("narrator") == "true"
    talk = await describer.talk(own=own)
    names = await describer.names(iri for line in talk for iri in (line.who, line.whom))
    edges = [Edge(names[line.who].text, names[line.whom].text, line.claims) for line in talk]
    return Listing(
        "network.html",
        {
            "talk": talk,
            "names": names,
            "own": own,
            "key": lambda iri: compact(iri, graph_of(request).prefixes),
            "drawing": draw_network(edges, title="Who talks about whom", start="who", end="about whom"),
            "summary": "Who makes claims about whom, and how many.",
        },
        [
            {"who": _named(line.who, names), "whom": _named(line.whom, names), "claims": line.claims}
            for line in talk
        ],
    )


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of a facet as a page shows it: ``href`` chooses it, or gives it up where it is chosen."""

    label: str
    count: int
    href: str
    is_chosen: bool


@list_at(router, "/claims", summary="Claims, narrowed by facets")
async def claims(request: Request, describer: Describer) -> Listing:
    """The claims by speaker, kind, polarity, mode, article and time; each of these narrows the list."""
    graph, page = graph_of(request), page_of(request)
    given = {name: value for name, value in single_values(request).items() if name in FACETS}
    chosen = {
        name: read_term(name, value, parse_iri, prefixes=graph.prefixes).value
        for name, value in given.items()
    }
    found, more, facets = await describer.browse(
        chosen, offset=(page - 1) * CLAIMS_LISTED, limit=CLAIMS_LISTED
    )
    wanted = [iri for facet in facets for iri, _ in facet.values] + list(chosen.values())
    names = await describer.names(wanted)
    return Listing(
        "claims.html",
        {
            "groups": fold_claims(found),
            "facets": [
                (_TITLES[facet.name], _values(facet, chosen, given, names, graph.prefixes))
                for facet in facets
            ],
            "chosen": {_TITLES[name]: names[iri].text for name, iri in chosen.items()},
            "runs": mark_runs,
            "summary": "Claims by speaker, kind of saying, article and time.",
        },
        [claim_item(each, public_url(request, in_text(each, graph.settings.names))) for each in found],
        previous=_address({**given, "page": str(page - 1)}) if page > 1 else None,
        following=_address({**given, "page": str(page + 1)}) if more else None,
        more={
            "facets": {
                facet.name: [{**_named(iri, names), "claims": count} for iri, count in facet.values]
                for facet in facets
            }
        },
    )


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

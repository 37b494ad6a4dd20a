"""What the workbench asks for besides answers: terms and names to complete, labels, examples, maps."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from kgraph.api import AsyncKnowledgeGraph
from kgraph.describe import Describer
from kgraph.errors import KgraphError
from kgraph.rdf.terms import compact
from kgraph.web.answering import begin, respond_whole
from kgraph.web.bodies import read_body
from kgraph.web.fact_queries import in_workbench
from kgraph.web.listing import described
from kgraph.web.maps import Point, draw_map
from kgraph.web.negotiation import JSON, Choice
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import read_parameters, single_values, while_connected
from kgraph.web.sparql import graph_of

__all__ = ["router"]

router: Final = APIRouter(tags=["Workbench"])

#: How many names are suggested, and how many points a map has.
NAMES_SUGGESTED: Final = 40
POINTS_AT_MOST: Final = 100
#: How many things are named at once, and how long the list of their IRIs may be.
LABELS_AT_MOST: Final = 2_000
LABELS_LIMIT_BYTES: Final = 2**20
_SVG: Final = "image/svg+xml"


@router.api_route("/workbench/terms.json", methods=["GET", "HEAD"], include_in_schema=False)
async def terms(request: Request) -> Response:
    """Prefixes, classes and properties of the data, and which occur together how often."""
    graph = graph_of(request)

    async def read(describer: Describer) -> Response:
        variant = begin(request, Choice(JSON, JSON.media_type), describer.generation, "/workbench/terms.json")
        content = await _terms(graph, describer)
        response = JSONResponse(content)
        return await respond_whole(request, variant, bytes(response.body))

    return await described(request, read)


async def _terms(graph: AsyncKnowledgeGraph, describer: Describer) -> dict[str, Any]:
    partitions = await describer.partitions()
    names = await describer.names([*(each.iri for each in partitions.classes), *partitions.properties])
    numbers = {iri: number for number, iri in enumerate(partitions.properties)}

    def shown(iri: str, count: int) -> dict[str, Any]:
        return {
            "name": _written(iri, graph.prefixes),
            "label": names[iri].text,
            "count": count,
            "definition": partitions.definitions.get(iri, ""),
        }

    return {
        "prefixes": dict(graph.prefixes),
        "classes": [
            {
                **shown(each.iri, each.things),
                "properties": [[numbers[p], count] for p, count in each.properties.items() if p in numbers],
            }
            for each in partitions.classes
        ],
        "properties": [shown(iri, count) for iri, count in partitions.properties.items()],
    }


def _written(iri: str, prefixes: dict[str, str]) -> str:
    """An IRI as a query can have it: prefixed, where what follows the prefix is a plain name."""
    name = compact(iri, prefixes)
    local = name.partition(":")[2]
    is_plain = name != iri and local.replace("-", "").replace("_", "").isalnum()
    return name if is_plain else f"<{iri}>"


@router.api_route("/workbench/names.json", methods=["GET", "HEAD"], include_in_schema=False)
async def names(request: Request) -> Response:
    """Things whose names begin with some text, or have a word that does."""
    graph = graph_of(request)
    text = single_values(request).get("q", "")
    found = await while_connected(request, graph.suggest(text, limit=NAMES_SUGGESTED)) if text.strip() else []
    return JSONResponse(
        [{"name": _written(iri, graph.prefixes), "label": label} for iri, label in found],
        headers={"Cache-Control": "no-cache"},
    )


@router.post("/workbench/labels.json", include_in_schema=False)
async def labels(request: Request) -> Response:
    """What the things of an answer are called, by IRI: the body is a list of IRIs in JSON."""
    iris = _read_iris(await read_body(request, limit_bytes=LABELS_LIMIT_BYTES))

    async def read(describer: Describer) -> Response:
        return JSONResponse({iri: name.text for iri, name in (await describer.names(iris)).items()})

    return await described(request, read)


def _read_iris(body: bytes) -> list[str]:
    try:
        given = json.loads(body)
        if isinstance(given, list) and len(given) <= LABELS_AT_MOST:
            return [ox.NamedNode(each).value for each in given]
    except (ValueError, TypeError, RecursionError):
        pass
    raise HttpProblem(
        HTTPStatus.BAD_REQUEST,
        "bad-parameter",
        "The body is no list of IRIs in JSON.",
        f'Send at most {LABELS_AT_MOST:,} of them, such as ["https://example.org/a"].',
    )


@router.api_route("/workbench/examples.json", methods=["GET", "HEAD"], include_in_schema=False)
async def examples(request: Request) -> Response:
    """The canned queries by slug, ready to run: their parameters hold their defaults, or examples."""
    graph = graph_of(request)
    generation = graph.generation
    found = {}
    for query in graph.canned_queries(generation).values():
        values = {parameter.name: parameter.sample for parameter in query.parameters if parameter.required}
        try:
            text = await while_connected(request, graph.bind(query, values, generation=generation))
        except KgraphError:  # an example that names nothing here
            text = query.bind(values, prefixes=graph.prefixes)
        found[query.slug] = in_workbench(text, query.view)
    return JSONResponse(found, headers={"Cache-Control": "no-cache"})


@router.api_route("/workbench/map.svg", methods=["GET", "HEAD"], include_in_schema=False)
async def map_of_points(request: Request) -> Response:
    """A map of points: each ``p`` is latitude, longitude and a name, with commas between."""
    given = [value for name, value in read_parameters(request) if name == "p"]
    points = []
    for text in given[:POINTS_AT_MOST]:
        latitude, _, rest = text.partition(",")
        longitude, _, name = rest.partition(",")
        try:
            point = Point(name[:100], float(latitude), float(longitude))
        except ValueError:
            raise _no_point(text) from None
        if not (abs(point.latitude) <= 90 and abs(point.longitude) <= 180):
            raise _no_point(text)
        points.append(point)
    drawing = str(draw_map(points, title="Map of the answer")).replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
    )
    policy = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}
    return Response(drawing, media_type=_SVG, headers=policy)


def _no_point(text: str) -> HttpProblem:
    return HttpProblem(
        HTTPStatus.BAD_REQUEST,
        "bad-parameter",
        f"{text[:80]!r} is no point.",
        "Give latitude, longitude and a name, such as p=42.67,21.17,Pristina.",
    )

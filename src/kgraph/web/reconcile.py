"""``/reconcile``: the Reconciliation Service API 0.2, which OpenRefine speaks.

Identifiers are IRIs without the project's namespace (``kosovo``), types and properties prefixed names. Names,
types and links come from the project; a property that is given narrows no candidate out, it moves it up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from kgraph.api import AsyncKnowledgeGraph
from kgraph.errors import ParameterError, UnknownNameError
from kgraph.patience import patiently
from kgraph.rdf.cards import card, line, link
from kgraph.rdf.table import Table
from kgraph.rdf.terms import compact, in_words, parse_iri, read_term
from kgraph.reconciling import (
    Candidate,
    Candidates,
    Entity,
    ReconciliationQuery,
    read_batch,
    read_entities,
    read_extension,
)
from kgraph.vocab import KG, PREFIXES, XSD
from kgraph.web.bodies import media_type_of, read_body, unsupported
from kgraph.web.operations import FORM
from kgraph.web.pages import public_url
from kgraph.web.reading import decode_parameters, read_parameters, while_connected
from kgraph.web.sparql import graph_of

__all__ = ["router"]

router: Final = APIRouter(tags=["Reconciliation"])

PATH: Final = "/reconcile"
_PROLOGUE: Final = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
_CONFIRMED: Final = 5.0
_NUMBERS: Final = {XSD + "integer": int, XSD + "decimal": float, XSD + "double": float}
_PROPOSED: Final = """
SELECT ?property (COUNT(*) AS ?n) (SAMPLE(?name) AS ?label) {
  ?thing a ?type ; ?property ?value
  OPTIONAL { ?property rdfs:label|skos:prefLabel ?name FILTER (lang(?name) IN ("", "en")) }
} GROUP BY ?property ORDER BY DESC(?n) ?property LIMIT 200
"""
_VALUES: Final = """
SELECT DISTINCT ?thing ?property ?value ?name {
  VALUES ?thing { THINGS } VALUES ?property { PROPERTIES }
  ?thing ?property ?value
  OPTIONAL { ?value skos:prefLabel|rdfs:label|dcterms:title ?name FILTER (lang(?name) IN ("", "en")) }
} ORDER BY ?thing ?property ?value ?name
"""


@router.api_route(PATH, methods=["GET", "POST"], include_in_schema=False)
async def reconcile(request: Request) -> Response:
    """The service's manifest; with ``queries``, candidates; with ``extend``, values of properties."""
    given = dict(read_parameters(request))
    if request.method == "POST":
        if media_type_of(request) != FORM:
            raise unsupported(media_type_of(request), [FORM], what="A batch of queries")
        given |= dict(decode_parameters(await read_body(request)))
    if "queries" in given:
        return JSONResponse(await while_connected(request, _answer(request, read_batch(given["queries"]))))
    if "extend" in given:
        ids, properties = read_extension(given["extend"])
        return JSONResponse(await while_connected(request, _extend(request, ids, properties)))
    return JSONResponse(await _manifest(request))


async def _candidates(request: Request) -> Candidates:
    """The things of the current generation, read once a build."""
    graph = graph_of(request)
    part = graph.generation.manifest.project_part
    known: tuple[str, Candidates] | None = getattr(request.app.state, "candidates", None)
    if known is None or known[0] != part:
        known = part, await read_entities(graph.select_project, graph.settings.names)
        request.app.state.candidates = known
    return known[1]


async def _manifest(request: Request) -> dict[str, Any]:
    graph = graph_of(request)
    here = public_url(request, "")
    types = (await _candidates(request)).type_names
    preferred = [name for name in ("kg:Actor", "kg:Location", "kg:Event") if name in types] or list(types)[:3]
    suggest = {
        kind: {"service_url": here, "service_path": f"{PATH}/suggest/{kind}"}
        for kind in ("entity", "type", "property")
    }
    return {
        "versions": ["0.2"],
        "name": graph.settings.title,
        "identifierSpace": graph.settings.names.resources,
        "schemaSpace": KG,
        "defaultTypes": [{"id": name, "name": types[name]} for name in preferred],
        "documentation": public_url(request, "/docs"),
        "view": {"url": f"{here}/id/{{{{id}}}}"},
        "preview": {"url": f"{here}{PATH}/preview?id={{{{id}}}}", "width": 420, "height": 240},
        "suggest": suggest,
        "extend": {
            "propose_properties": {"service_url": here, "service_path": f"{PATH}/properties"},
            "property_settings": [],
        },
        "batchSize": 50,
    }


async def _answer(request: Request, batch: dict[str, ReconciliationQuery]) -> dict[str, Any]:
    candidates = await _candidates(request)

    def find(check: Callable[[], None]) -> list[list[Candidate]]:
        return [
            candidates.find(query.name, types=query.types, limit=query.limit, check=check)
            for query in batch.values()
        ]

    found = await patiently(find, seconds=graph_of(request).settings.query_timeout)
    return {
        key: {"result": await _results(request, query, candidates, each)}
        for (key, query), each in zip(batch.items(), found, strict=True)
    }


async def _results(
    request: Request, query: ReconciliationQuery, candidates: Candidates, found: list[Candidate]
) -> list[dict[str, Any]]:
    confirmed = await _confirmed(request, query, [each.entity for each in found], candidates)
    results = [
        {
            "id": each.entity.id,
            "name": each.entity.name,
            "description": each.entity.description,
            "type": [
                {"id": name, "name": candidates.type_names.get(name, name)} for name in each.entity.types
            ],
            "score": min(100.0, each.score + _CONFIRMED * confirmed.get(each.entity.id, 0)),
            "match": each.match,
            "features": [{"id": "properties", "value": confirmed.get(each.entity.id, 0)}],
        }
        for each in found
    ]
    return sorted(results, key=lambda result: -float(str(result["score"])))


async def _confirmed(
    request: Request, query: ReconciliationQuery, entities: list[Entity], candidates: Candidates
) -> dict[str, int]:
    """How many of the given properties each candidate has."""
    if not query.constraints or not entities:
        return {}
    properties = [constraint.property for constraint in query.constraints]
    values = await _values_of(request, [each.id for each in entities], properties, candidates)
    found: dict[str, int] = {}
    for constraint in query.constraints:
        wanted = {value.casefold() for value in constraint.values}
        for identity, by_property in values.items():
            cells = by_property.get(constraint.property, [])
            texts = {str(text).casefold() for cell in cells for text in cell.values()}
            found[identity] = found.get(identity, 0) + bool(wanted & texts)
    return found


async def _extend(request: Request, ids: list[str], properties: list[str]) -> dict[str, Any]:
    candidates = await _candidates(request)
    values = await _values_of(request, ids, properties, candidates)
    rows = {identity: {p: values.get(identity, {}).get(p, []) for p in properties} for identity in ids}
    names = await while_connected(request, _property_names(graph_of(request)))
    meta = [{"id": each, "name": names.get(each) or _called(each)} for each in properties]
    return {"meta": meta, "rows": rows}


async def _values_of(
    request: Request, ids: list[str], properties: list[str], candidates: Candidates
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    graph = graph_of(request)
    base = graph.settings.names.resources
    known = [identity for identity in ids if identity in candidates.by_id]
    nodes = {str(_property(graph, name)): name for name in properties}
    if not known or not nodes:
        return {}
    query = _VALUES.replace("THINGS", " ".join(str(ox.NamedNode(base + each)) for each in known))
    rows = await graph.select_project(_PROLOGUE + query.replace("PROPERTIES", " ".join(nodes)))
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in rows:
        identity = str(getattr(row["thing"], "value", "")).removeprefix(base)
        cells = found.setdefault(identity, {}).setdefault(nodes[str(row["property"])], [])
        cell = _cell(row["value"], row["name"], base, candidates)
        if cell not in cells:
            cells.append(cell)
    return found


def _cell(value: object, name: object, base: str, candidates: Candidates) -> dict[str, Any]:
    """A value as the API has it (section 6.3): a thing, a number, a truth value, a day or a text."""
    if isinstance(value, ox.NamedNode):
        identity = value.value.removeprefix(base)
        if identity in candidates.by_id:
            return {"id": identity, "name": candidates.by_id[identity].name}
        return {"str": name.value if isinstance(name, ox.Literal) else value.value}
    if not isinstance(value, ox.Literal):
        return {"str": str(value)}
    datatype = value.datatype.value
    try:
        if datatype in _NUMBERS:
            return {"int" if datatype == XSD + "integer" else "float": _NUMBERS[datatype](value.value)}
    except ValueError:
        pass
    if datatype == XSD + "boolean":
        return {"bool": value.value in ("true", "1")}
    return {"date" if datatype in (XSD + "date", XSD + "dateTime") else "str": value.value}


def _property(graph: AsyncKnowledgeGraph, name: str) -> ox.NamedNode:
    return read_term("property", name, parse_iri, prefixes=graph.prefixes)


@router.api_route(PATH + "/properties", methods=["GET", "HEAD"], include_in_schema=False)
async def propose(request: Request) -> Response:
    """The properties that things of a type have, the commonest first."""
    graph = graph_of(request)
    given = dict(read_parameters(request))
    kind, limit = given.get("type", ""), _limit(given)
    query = _PROPOSED
    if kind:
        node = read_term("type", kind, parse_iri, prefixes=graph.prefixes)
        query = query.replace("?thing a ?type", f"?thing a {node}")
    rows = await while_connected(request, graph.select_project(_PROLOGUE + query))
    properties = [
        {"id": each, "name": name}
        for each, name in _named(rows, graph).items()
        if not each.startswith("rdf:")
    ]
    return JSONResponse({"type": kind, "limit": limit, "properties": properties[:limit]})


@router.api_route(PATH + "/suggest/{kind}", methods=["GET", "HEAD"], include_in_schema=False)
async def suggest(request: Request, kind: str) -> Response:
    """Things, types or properties whose name begins so."""
    given = dict(read_parameters(request))
    prefix, limit = given.get("prefix", ""), _limit(given)
    candidates = await _candidates(request)
    if kind == "entity":
        things = await while_connected(
            request,
            patiently(
                lambda check: candidates.suggest(prefix, limit=limit, check=check),
                seconds=graph_of(request).settings.query_timeout,
            ),
        )
        return JSONResponse({"result": [_suggested(each, candidates) for each in things]})
    if kind == "type":
        listed = candidates.type_names
    elif kind == "property":
        listed = await while_connected(request, _property_names(graph_of(request)))
    else:
        raise UnknownNameError(f"Nothing suggests {kind[:40]!r}.", hint="There are: entity, type, property.")
    key = prefix.casefold()
    found = [
        (name, each) for each, name in listed.items() if key in name.casefold() or key in each.casefold()
    ]
    found.sort(key=lambda pair: (not pair[0].casefold().startswith(key), pair))
    return JSONResponse({"result": [{"id": each, "name": name} for name, each in found[:limit]]})


async def _property_names(graph: AsyncKnowledgeGraph) -> dict[str, str]:
    return _named(await graph.select_project(_PROLOGUE + _PROPOSED), graph)


def _named(rows: Table, graph: AsyncKnowledgeGraph) -> dict[str, str]:
    """What properties are called, by their prefixed names."""
    found: dict[str, str] = {}
    for row in rows:
        if isinstance(node := row["property"], ox.NamedNode):
            short, label = compact(node.value, graph.prefixes), row["label"]
            found[short] = label.value if isinstance(label, ox.Literal) else _called(short)
    return found


def _called(name: str) -> str:
    """What a property without a label is called in a column's head: the words of its own name."""
    return in_words(re.split(r"[:/#]", name)[-1]) or name


def _suggested(entity: Entity, candidates: Candidates) -> dict[str, Any]:
    notable = [{"id": name, "name": candidates.type_names.get(name, name)} for name in entity.types[:3]]
    return {"id": entity.id, "name": entity.name, "description": entity.description, "notable": notable}


@router.api_route(PATH + "/preview", methods=["GET", "HEAD"], include_in_schema=False)
async def preview(request: Request) -> Response:
    """A thing in a few lines, for a small frame."""
    identity = dict(read_parameters(request)).get("id", "")
    candidates = await _candidates(request)
    entity = candidates.by_id.get(identity)
    if entity is None:
        raise UnknownNameError(f"There is nothing called {identity[:80]!r}.", hint="Find it by its name.")
    types = ", ".join(candidates.type_names.get(name, name) for name in entity.types if name.startswith("kg"))
    others = ", ".join(entity.names[1:6])
    body = card(
        entity.name,
        line(link(None, types), quiet=True),
        line(link(None, entity.description)),
        line(link(None, f"also: {others}" if others else ""), quiet=True),
        line(link(public_url(request, f"/id/{identity}"), "all that is known")),
    )
    page = (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=color-scheme content='light dark'>"
        f"<title>{link(None, entity.name)}</title>"
        f"<body style='font:14px sans-serif;margin:0'>{body}</body></html>"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
    return HTMLResponse(
        page, headers={"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"}
    )


def _limit(given: dict[str, str]) -> int:
    text = given.get("limit", "10")
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= 200):
        raise ParameterError("The limit is a whole number from 1 to 200.", hint="Leave it out.")
    return int(text)

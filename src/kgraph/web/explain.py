"""``/explain``: why a triple holds, as a page, as JSON or as Turtle (PROV-O)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from kgraph.api import AsyncKnowledgeGraph
from kgraph.errors import KgraphError, ParameterError
from kgraph.rdf.formats import FORMATS
from kgraph.reasoning import Explanation
from kgraph.reasoning.account import describe_explanation, to_prov
from kgraph.web import pages
from kgraph.web.documentation import problem_responses
from kgraph.web.negotiation import HTML, JSON, Choice
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import choose_format, single_values, while_connected
from kgraph.web.sparql import graph_of

__all__ = ["router"]

router: Final = APIRouter(tags=["Explanations"])

_OFFER: Final = (JSON, FORMATS["ttl"], HTML)
_TERMS: Final = ("subject", "predicate", "object")
_PARAMETERS: Final[list[dict[str, Any]]] = [
    {
        "name": name,
        "in": "query",
        "required": True,
        "description": f"The {name}: a label, an IRI or a prefixed name"
        + ("; or a literal as Turtle writes it." if name == "object" else "."),
        "schema": {"type": "string"},
        "example": example,
    }
    for name, example in zip(_TERMS, ("kgr:kfor", "kg:partOf", "kgr:nato"), strict=True)
] + [
    {
        "name": "all",
        "in": "query",
        "description": "Every way to derive the triple, not only the smallest proof.",
        "schema": {"type": "boolean", "default": False},
    },
    {
        "name": "format",
        "in": "query",
        "description": "The name of a format, for clients that cannot set Accept.",
        "schema": {"type": "string", "enum": [fmt.name for fmt in _OFFER]},
    },
]
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The proof, or the claims that come nearest.",
        "content": {fmt.media_type: {} for fmt in _OFFER},
    },
    **problem_responses(400, 406, 503, 504, 507),
}


@router.head("/explain", include_in_schema=False)
@router.get(
    "/explain",
    summary="Explain a triple",
    operation_id="explain",
    responses=_RESPONSES,
    openapi_extra={"parameters": _PARAMETERS},
)
async def explain(request: Request) -> Response:
    """The proof of a triple, down to quoted sentences; or the claims that come nearest."""
    graph = graph_of(request)
    choice = _choice(request)
    given = single_values(request)
    values = {name: given.get(name, "").strip() for name in _TERMS}
    every = given.get("all", "").lower() in ("true", "1", "on", "yes")
    page = choice.format is HTML
    if page and not any(values.values()):
        return pages.explain_page(request, graph, values=values, every=every)
    try:
        explanation = await while_connected(request, _explain(graph, values, every=every))
    except KgraphError as error:
        if not page:
            raise
        return pages.explain_page(request, graph, values=values, every=every, error=error)
    if page:
        described = describe_explanation(explanation, graph.prefixes)
        with graph.describing() as describer:
            iris = _iris_in(described, graph.prefixes)
            names = await while_connected(request, describer.names(iris))
        return pages.explain_page(
            request, graph, values=values, every=every, explanation=explanation, names=names
        )
    if choice.format is JSON:
        return JSONResponse(describe_explanation(explanation, graph.prefixes), headers=choice.headers)
    return Response(to_prov(explanation, graph.prefixes), headers=choice.headers)


async def _explain(graph: AsyncKnowledgeGraph, values: dict[str, str], *, every: bool) -> Explanation:
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise ParameterError(
            f"There is no {' and no '.join(missing)}.", hint="Give subject, predicate and object."
        )
    return await graph.explain(*values.values(), every=every)


def _iris_in(described: object, prefixes: Mapping[str, str]) -> set[str]:
    """Whatever may be an IRI in an explanation as JSON has it, prefixed names in its sentences included."""
    if isinstance(described, dict):
        return {iri for value in described.values() for iri in _iris_in(value, prefixes)}
    if isinstance(described, (list, tuple)):
        return {iri for value in described for iri in _iris_in(value, prefixes)}
    if not isinstance(described, str) or ":" not in described:
        return set()
    found = {
        prefixes[prefix] + local for prefix, local in pages.CURIE.findall(described) if prefix in prefixes
    }
    with suppress(ValueError):
        found.add(ox.NamedNode(described).value)
    return found


def _choice(request: Request) -> Choice:
    name = single_values(request).get("format")
    for fmt in _OFFER:
        if fmt.name == name:
            return Choice(fmt, fmt.media_type)
    if name is not None:
        raise HttpProblem(
            HTTPStatus.NOT_ACCEPTABLE,
            "not-acceptable",
            f"There is no format {name[:40]!r}.",
            f"There are: {', '.join(fmt.name for fmt in _OFFER)}.",
        )
    return choose_format(request, _OFFER, what="The explanation")

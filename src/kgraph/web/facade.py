"""``/facade/…``: the facade's answers as the values that they are, for a facade on another machine.

Programs that are not of this package have who-said and explain as JSON or RDF; see those resources.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from kgraph.api import AsyncKnowledgeGraph
from kgraph.errors import ParameterError, UnknownNameError
from kgraph.programs.plain import to_plain
from kgraph.rdf.terms import parse_iri, read_term
from kgraph.web.reading import read_parameters, while_connected
from kgraph.web.sparql import graph_of
from kgraph.who_said import parse_question

__all__ = ["router"]

router: Final = APIRouter(tags=["Facade"])

_Given = dict[str, list[str]]


async def _who_said(graph: AsyncKnowledgeGraph, given: _Given) -> object:
    return await graph.who_said(parse_question({name: values[-1] for name, values in given.items()}))


async def _explain(graph: AsyncKnowledgeGraph, given: _Given) -> object:
    terms = [_one(given, name) for name in ("subject", "predicate", "object")]
    believing = [name for name in given.get("believing", ()) if name]
    return await graph.explain(*terms, every="all" in given, believing=believing)


async def _describe(graph: AsyncKnowledgeGraph, given: _Given) -> object:
    page = given.get("page", ["1"])[-1]
    if not (page.isascii() and page.isdecimal() and int(page[:9]) > 0):
        raise ParameterError("The value of 'page' must be a whole number from 1.", hint="Give page=1.")
    node = read_term("thing", _one(given, "iri"), parse_iri, prefixes=graph.prefixes)
    return await graph.describe(node.value, page=int(page))


async def _prefixes(graph: AsyncKnowledgeGraph, given: _Given) -> object:
    del given
    return graph.prefixes


_CALLS: Final[dict[str, Callable[[AsyncKnowledgeGraph, _Given], Awaitable[object]]]] = {
    "describe": _describe,
    "explain": _explain,
    "prefixes": _prefixes,
    "who-said": _who_said,
}


@router.api_route("/facade/{name}", methods=["GET", "HEAD"], include_in_schema=False)
async def call(request: Request, name: str) -> JSONResponse:
    """What a facade on another machine asks for."""
    if name not in _CALLS:
        raise UnknownNameError(f"The facade has no {name[:40]!r}.", hint=f"It has: {', '.join(_CALLS)}.")
    given: dict[str, list[str]] = {}
    for key, value in read_parameters(request):
        given.setdefault(key, []).append(value)

    async def work() -> Any:
        return to_plain(await _CALLS[name](graph_of(request), given))

    return JSONResponse(await while_connected(request, work()))


def _one(given: _Given, name: str) -> str:
    if not given.get(name, [""])[-1].strip():
        raise ParameterError(f"There is no {name}.", hint="Give subject, predicate and object, or an iri.")
    return given[name][-1]

"""The application: routes, errors, and the headers that every answer has."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.openapi.utils import get_openapi
from fastapi.staticfiles import StaticFiles

import kgraph
from kgraph.api import AsyncKnowledgeGraph
from kgraph.web import (
    browsing,
    canned,
    changes,
    discovery,
    dumps,
    explain,
    facade,
    generations,
    graph_store,
    health,
    home_page,
    metrics,
    pages,
    reconcile,
    resources,
    review,
    sparql,
    views,
    who_said,
    workbench,
)
from kgraph.web.bodies import Arriving
from kgraph.web.faults import FAULTS, fault_response
from kgraph.web.front import EXPOSED_HEADERS, FrontDoor

__all__ = ["create_app"]

#: The resources in the order in which their paths are tried.
_ROOMS: Final = (
    *(home_page, browsing, views, workbench, sparql, graph_store, canned, explain, who_said, review, facade),
    *(health, metrics, discovery, dumps, changes, generations, reconcile),
)

_DESCRIPTION: Final = (
    "Who said what, where: the assertions of news articles, each leading back to the sentence, the words "
    "and the speaker. What an article states, what somebody in it claims and what follows from it stand in "
    "graphs of their own."
)


def create_app(graph: AsyncKnowledgeGraph) -> FrontDoor:
    """The application that serves a knowledge graph."""
    app = FrontDoor(
        title=graph.settings.title,
        version=kgraph.__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.graph = graph
    app.requests = metrics.Requests()
    app.arriving = Arriving()
    app.writing = asyncio.Lock()
    app.deriving = asyncio.Lock()
    app.leases = generations.Leases(graph.settings.store_path)
    app.root = graph.settings.root
    app.slow_query_s = graph.settings.slow_query
    app.open_to(
        sparql.DIRECT | graph_store.DIRECT, {f"{path}/": path for path in (sparql.PATH, graph_store.PATH)}
    )
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=EXPOSED_HEADERS,
    )
    for room in _ROOMS:
        app.router.routes.extend(room.router.routes)
    _add_pages(app, graph)
    for kind in FAULTS:
        app.add_exception_handler(kind, fault_response)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.router.routes.extend(resources.router.routes)  # last: whatever else is below the base IRI
    return app


def _add_pages(app: FastAPI, graph: AsyncKnowledgeGraph) -> None:
    @app.api_route("/openapi.json", methods=["GET", "HEAD"], include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return describe_api(app, graph)

    @app.api_route("/docs", methods=["GET", "HEAD"], include_in_schema=False)
    async def docs(request: Request) -> Response:
        return pages.docs_page(request, describe_api(app, graph))


def describe_api(app: FastAPI, graph: AsyncKnowledgeGraph) -> dict[str, Any]:
    """The OpenAPI 3.1 description, with one path for each canned query of the current generation."""
    description = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        servers=[{"url": graph.settings.public_url}] if graph.settings.public_url else None,
    )
    description["paths"] |= canned.describe_paths(graph.canned_queries())
    return description

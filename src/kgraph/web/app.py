"""The application: routes, errors, and the headers that every answer has."""

from __future__ import annotations

import logging
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

import kgraph
from kgraph.api import AsyncKnowledgeGraph
from kgraph.errors import KgraphError
from kgraph.web import canned, explain, health, pages, sparql
from kgraph.web.negotiation import HTML, choose
from kgraph.web.problems import HttpProblem, details

__all__ = ["create_app"]

_log: Final = logging.getLogger("kgraph.web")
_PROBLEM_JSON: Final = "application/problem+json"
_DESCRIPTION: Final = (
    "Who said what, where: the assertions of news articles, each leading back to the sentence, the words "
    "and the speaker. What an article states, what somebody in it claims and what follows from it stand in "
    "graphs of their own."
)


def create_app(graph: AsyncKnowledgeGraph) -> FastAPI:
    """The application that serves a knowledge graph."""
    app = FastAPI(
        title=graph.settings.title,
        version=kgraph.__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.graph = graph
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
        allow_headers=["Accept", "Content-Type"],
    )
    for room in (sparql, canned, explain, health):
        app.include_router(room.router)
    _add_pages(app, graph)
    for kind in (KgraphError, HttpProblem, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _on_error)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    return app


def _add_pages(app: FastAPI, graph: AsyncKnowledgeGraph) -> None:
    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    async def home(request: Request) -> Response:
        return pages.home_page(request, graph)

    @app.api_route("/openapi.json", methods=["GET", "HEAD"], include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return describe_api(app, graph)

    @app.api_route("/docs", methods=["GET", "HEAD"], include_in_schema=False)
    async def docs(request: Request) -> Response:
        return pages.docs_page(request, describe_api(app, graph))


def describe_api(app: FastAPI, graph: AsyncKnowledgeGraph) -> dict[str, Any]:
    """The OpenAPI 3.1 description, with one path for each canned query of the current generation."""
    description = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    description["paths"] |= canned.describe_paths(graph.canned_queries())
    return description


def _translated(error: Exception) -> Exception:
    """The framework's own errors in our shape."""
    if isinstance(error, RequestValidationError):
        return HttpProblem(
            HTTPStatus.BAD_REQUEST, "bad-request", f"The request is wrong: {error.errors()[0]['msg']}."
        )
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        hints = {
            HTTPStatus.NOT_FOUND: "See / for what there is.",
            HTTPStatus.METHOD_NOT_ALLOWED: "See the Allow header for the methods of this resource.",
        }
        return HttpProblem(
            status,
            status.phrase.lower().replace(" ", "-"),
            f"{status.phrase}: {status.description or error.detail}.",
            hints.get(status, ""),
            headers=error.headers or {},
        )
    return error


def _on_error(request: Request, error: Exception) -> Response:
    status, problem, headers = details(_translated(error), instance=request.url.path)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    headers["Vary"] = "Accept"
    accept = request.headers.get("accept")
    wants_page = accept is not None and "html" in accept and _prefers_html(accept)
    if wants_page:
        response = pages.problem_page(request, status, problem)
        response.headers.update(headers)
        return response
    return JSONResponse(problem, status_code=status, headers=headers, media_type=_PROBLEM_JSON)


def _prefers_html(accept: str) -> bool:
    from kgraph.rdf.formats import Format  # noqa: PLC0415

    problem = Format("problem", (_PROBLEM_JSON, "application/json"), "json", frozenset())
    choice = choose(accept, [problem, HTML])
    return choice is not None and choice.format is HTML

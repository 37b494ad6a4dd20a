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
from starlette.requests import ClientDisconnect
from starlette.routing import Match

import kgraph
from kgraph.api import AsyncKnowledgeGraph
from kgraph.errors import KgraphError
from kgraph.rdf.formats import Format, ResultKind
from kgraph.web import canned, discovery, explain, health, pages, resources, sparql, who_said
from kgraph.web.negotiation import HTML, choose
from kgraph.web.problems import HttpProblem, details
from kgraph.web.reading import accept_of

__all__ = ["create_app"]

_log: Final = logging.getLogger("kgraph.web")
_PROBLEM: Final = Format(
    "problem", ("application/problem+json", "application/json"), "json", frozenset(ResultKind)
)
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
        allow_headers=["*"],
        expose_headers=["Accept-Post", "Allow", "Content-Location", "ETag", "Link", "Retry-After"],
    )
    for room in (sparql, canned, explain, who_said, health, discovery):
        app.router.routes.extend(room.router.routes)
    _add_pages(app, graph)
    for kind in (KgraphError, HttpProblem, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _on_error)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.router.routes.extend(resources.router.routes)  # last: whatever else is below the base IRI
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


def _translated(error: Exception, request: Request) -> Exception:
    """The framework's own errors in our shape."""
    if isinstance(error, RequestValidationError):
        return HttpProblem(
            HTTPStatus.BAD_REQUEST, "bad-request", f"The request is wrong: {error.errors()[0]['msg']}."
        )
    if not isinstance(error, HTTPException):
        return error
    status = HTTPStatus(error.status_code)
    code = status.phrase.lower().replace(" ", "-")
    if status is HTTPStatus.NOT_FOUND:
        return HttpProblem(status, code, "There is nothing here.", "See / for what there is.")
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = _allowed_methods(request)
        return HttpProblem(
            status,
            code,
            f"{request.method} does not work here.",
            f"What works: {allowed}.",
            headers={"Allow": allowed},
        )
    return HttpProblem(status, code, f"{status.phrase}: {error.detail}", headers=error.headers or {})


def _allowed_methods(request: Request) -> str:
    """The methods of all routes of a path (RFC 9110, section 10.2.1)."""
    methods = {"OPTIONS"}
    scope = {**request.scope, "root_path": ""}
    for route in request.app.routes:
        if route.matches(scope)[0] is not Match.NONE:
            methods |= getattr(route, "methods", None) or {"GET", "HEAD"}  # a mount of files names none
    return ", ".join(sorted(methods))


def _on_error(request: Request, error: Exception) -> Response:
    translated = _translated(error, request)
    status, problem, headers = details(translated, instance=request.url.path)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    if status is HTTPStatus.METHOD_NOT_ALLOWED and request.method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
    choice = choose(accept_of(request), [_PROBLEM, HTML])
    if choice is not None and choice.format is HTML:
        return pages.problem_page(request, status, problem, headers)
    headers |= {"Vary": "Accept", "X-Content-Type-Options": "nosniff"}
    return JSONResponse(problem, status_code=status, headers=headers, media_type=_PROBLEM.media_type)


def _on_disconnect(request: Request, error: Exception) -> Response:
    del request, error
    return Response(status_code=HTTPStatus.BAD_REQUEST)  # which nobody is there to see

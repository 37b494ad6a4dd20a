"""Every error as a response of one shape: problem details for programs, a page for browsers."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from kgraph.errors import KgraphError
from kgraph.rdf.formats import Format, ResultKind
from kgraph.web import pages
from kgraph.web.answering import Unchanged
from kgraph.web.negotiation import HTML, choose
from kgraph.web.problems import HttpProblem, details
from kgraph.web.reading import header_of

__all__ = ["FAULTS", "PROBLEM", "fault_response"]

_log: Final = logging.getLogger("kgraph.web")
PROBLEM: Final = Format(
    "problem", ("application/problem+json", "application/json"), "json", frozenset(ResultKind)
)
#: What :func:`fault_response` is to be given: everything.
FAULTS: Final = (
    KgraphError,
    HttpProblem,
    Unchanged,
    HTTPException,
    RequestValidationError,
    ClientDisconnect,
    Exception,
)


def fault_response(request: Request, error: Exception) -> Response:
    """What to answer where something was raised."""
    if isinstance(error, Unchanged):
        return error.response
    if isinstance(error, ClientDisconnect):
        return Response(status_code=HTTPStatus.BAD_REQUEST)  # which nobody is there to see
    translated = _translated(error, request)
    status, problem, headers = details(translated, instance=request.url.path)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    if status is HTTPStatus.METHOD_NOT_ALLOWED and request.method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
    choice = choose(header_of(request, b"accept"), [PROBLEM, HTML])
    if choice is not None and choice.format is HTML:
        return pages.problem_page(request, status, problem, headers)
    headers |= {"Vary": "Accept, Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    return JSONResponse(problem, status_code=status, headers=headers, media_type=PROBLEM.media_type)


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

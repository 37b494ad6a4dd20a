"""What resources say of themselves in the OpenAPI description, so that each says the same thing once."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["PROBLEM_CONTENT", "graph_parameter", "problem_responses"]

PROBLEM_CONTENT: Final[dict[str, Any]] = {"application/problem+json": {}, "text/html": {}}

_PROBLEMS: Final = {
    400: "The request, its query or a parameter is wrong.",
    401: "Writing needs a token.",
    403: "Writing is not allowed here, or not to this graph.",
    404: "There is no such thing.",
    406: "No format, or no content coding, suits the client.",
    409: "A graph is there already, or is not there.",
    412: "A precondition of the request does not hold.",
    413: "The body is too large.",
    415: "This media type is not taken.",
    500: "The engine gave the query up.",
    503: "The service is busy; Retry-After says when to try again.",
    504: "The query ran out of its time.",
    507: "The query ran out of its memory.",
}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The responses of these statuses: problem details (RFC 9457), or a page for browsers."""
    return {status: {"description": _PROBLEMS[status], "content": PROBLEM_CONTENT} for status in statuses}


def graph_parameter(name: str, description: str) -> dict[str, Any]:
    """A parameter of the protocol that names graphs."""
    schema = {"type": "array", "items": {"type": "string", "format": "iri"}}
    return {"name": name, "in": "query", "description": description, "schema": schema}

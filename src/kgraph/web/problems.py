"""Errors as problem details (RFC 9457): the table from an error to its status, and its rendering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from kgraph import errors

__all__ = ["STATUSES", "HttpProblem", "details"]

#: The status of each error; the most specific class of an error's ancestry decides.
STATUSES: Final[Mapping[type[errors.KgraphError], HTTPStatus]] = {
    errors.KgraphError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.SettingsError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ReplicaError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.UnknownNameError: HTTPStatus.NOT_FOUND,
    errors.QueryError: HTTPStatus.BAD_REQUEST,
    errors.ServiceNotAllowedError: HTTPStatus.FORBIDDEN,
    errors.RemoteError: HTTPStatus.BAD_GATEWAY,
    errors.RemoteTimeoutError: HTTPStatus.GATEWAY_TIMEOUT,
    errors.RemoteBusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.QueryTimeoutError: HTTPStatus.GATEWAY_TIMEOUT,
    errors.QueryMemoryError: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.QueryFailedError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.WriteError: HTTPStatus.BAD_REQUEST,
    errors.ReadOnlyGraphError: HTTPStatus.FORBIDDEN,
    errors.GraphStateError: HTTPStatus.CONFLICT,
    errors.MediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.DraftError: HTTPStatus.CONFLICT,
    errors.ReviewError: HTTPStatus.CONFLICT,
    errors.EngineError: HTTPStatus.BAD_GATEWAY,
    errors.BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.NotAcceptableError: HTTPStatus.NOT_ACCEPTABLE,
}


@dataclass(eq=False)
class HttpProblem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    """A fault of the request itself, which only HTTP knows of. ``code`` is stable."""

    status: HTTPStatus
    code: str
    message: str
    hint: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def details(error: Exception, *, instance: str) -> tuple[HTTPStatus, dict[str, Any], dict[str, str]]:
    """Status, problem object and extra headers of an error.

    The problem's ``type`` is a URN that stays the same for the same kind of error; ``detail`` says what is
    wrong and what to do; a syntax error has ``line`` and ``column``.
    """
    headers: dict[str, str] = {}
    extra: dict[str, Any] = {}
    if isinstance(error, HttpProblem):
        status, code, message, hint = error.status, error.code, error.message, error.hint
        headers = dict(error.headers)
    elif isinstance(error, errors.KgraphError):
        status = next(STATUSES[cls] for cls in type(error).__mro__ if cls in STATUSES)
        code, message, hint = error.code, error.message, error.hint
        if isinstance(error, errors.PlacedError):
            extra = {"line": error.line, "column": error.column}
        if isinstance(error, errors.BusyError | errors.RemoteBusyError):
            headers["Retry-After"] = str(error.retry_after_s)
    else:
        status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "internal"
        message, hint = "The server met a fault of its own.", "Please report it; the log has the details."
    body = {
        "type": f"urn:kgraph:problem:{code}",
        "title": status.phrase,
        "status": int(status),
        "detail": f"{message} {hint}".strip(),
        "instance": instance,
        **{key: value for key, value in extra.items() if value is not None},
    }
    return status, body, headers

"""Who may write: nobody unless the server is writable, and then whoever holds the token.

The token comes as a bearer (RFC 6750), or as a password (RFC 7617), which is all that many clients can send.

Without a token a server writes for its own machine alone. It listens on loopback only, and a request that a
page of another site could have made a browser send is refused: one with a foreign ``Origin``, or one whose
``Host`` is a name that somebody made point to this machine (DNS rebinding).
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from base64 import b64decode
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from kgraph.errors import SettingsError
from kgraph.settings import Settings
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import header_of

__all__ = ["admit_replica", "admit_write", "check_writing"]

_ORIGIN: Final = re.compile(r"https?://(?:(?P<host>[\w.-]+)|\[(?P<address>[\dA-Fa-f:.]+)\])(?::\d+)?")
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="kgraph", Basic realm="kgraph", charset="UTF-8"'}


def check_writing(settings: Settings) -> None:
    """Refuse to start a server that would write for everybody, or where what is written would be lost.

    Raises:
        SettingsError: it is writable, can be reached from elsewhere, and has no token; or it is a replica.
    """
    if settings.writable and settings.follow:
        raise SettingsError(
            "A replica takes no writes: it has what it follows.", hint="Leave out --writable, or --follow."
        )
    if settings.writable and not settings.token and not _is_loopback(settings.host):
        raise SettingsError(
            f"A writable server on {settings.host} needs a token.",
            hint="Set KGRAPH_TOKEN, or listen on 127.0.0.1.",
        )


def admit_write(request: Request, settings: Settings) -> None:
    """Let a write pass.

    Raises:
        HttpProblem: it may not.
    """
    if settings.follow:
        raise _replica(settings)
    if not settings.writable:
        raise HttpProblem(
            HTTPStatus.FORBIDDEN,
            "read-only",
            "This endpoint answers queries and takes no updates.",
            "Start it with --writable, or change the project's files and build again.",
        )
    if settings.token:
        _require_token(request, settings.token)
    else:
        _require_own_machine(request)


def _replica(settings: Settings) -> HttpProblem:
    """What a replica says to a writer."""
    primary = settings.follow if settings.follow.startswith(("http://", "https://")) else ""
    return HttpProblem(
        HTTPStatus.FORBIDDEN,
        "replica",
        f"This server is a replica{f' of {primary}' if primary else ''} and takes no writes.",
        f"Send them to {primary}." if primary else "Send them to the server whose data it follows.",
    )


def admit_replica(request: Request, settings: Settings) -> None:
    """Let a replica have a generation: all of it, with drafts and what the build keeps for itself.

    Raises:
        HttpProblem: it may not.
    """
    if not settings.replica_token:
        raise HttpProblem(
            HTTPStatus.FORBIDDEN,
            "no-replicas",
            "This server gives its generations to nobody.",
            "Start it with a KGRAPH_REPLICA_TOKEN, which its replicas send.",
        )
    _require_token(request, settings.replica_token, what="Copying a generation")


def _require_token(request: Request, token: str, *, what: str = "Writing") -> None:
    scheme, _, credentials = (header_of(request, b"authorization") or "").partition(" ")
    given = credentials.strip()
    if scheme.lower() == "basic":
        given = _password(given)
        _require_no_other_site(request)
    elif scheme.lower() != "bearer":
        given = ""
    if not given:
        raise HttpProblem(
            HTTPStatus.UNAUTHORIZED,
            "token-missing",
            f"{what} needs a token.",
            "Send it as 'Authorization: Bearer TOKEN', or as the password of any user.",
            headers=_CHALLENGE,
        )
    if not hmac.compare_digest(given.encode(), token.encode()):
        raise HttpProblem(
            HTTPStatus.FORBIDDEN,
            "token-wrong",
            "This is not the token.",
            "Ask whoever runs the server for it.",
        )


def _password(credentials: str) -> str:
    """The password of Basic authentication (RFC 7617); empty where there is none."""
    try:
        return b64decode(credentials, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _require_no_other_site(request: Request) -> None:
    """A browser sends a password that it has once been told with whatever a page of another site sends."""
    origin, host = header_of(request, b"origin"), header_of(request, b"host") or ""
    if origin is not None and origin.partition("://")[2].lower() != host.lower():
        raise HttpProblem(
            HTTPStatus.FORBIDDEN,
            "foreign-write",
            "A password is not taken from a page of another site.",
            "Send the token as 'Authorization: Bearer TOKEN'.",
        )


def _require_own_machine(request: Request) -> None:
    host = urlsplit(f"//{header_of(request, b'host') or ''}").hostname or ""
    origin = header_of(request, b"origin")
    if not _is_loopback(host) or (origin is not None and not _is_loopback(_host_of_origin(origin))):
        raise HttpProblem(
            HTTPStatus.FORBIDDEN,
            "foreign-write",
            "Without a token this server takes writes from programs on its own machine alone.",
            "Ask it as localhost and from no page of another site, or start it with a token.",
        )


def _host_of_origin(origin: str) -> str:
    """The host of an origin; empty for ``null``, and for what is not a single one (RFC 6454, section 7)."""
    match = _ORIGIN.fullmatch(origin)
    return (match["host"] or match["address"]).lower() if match is not None else ""


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, section 6.3
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

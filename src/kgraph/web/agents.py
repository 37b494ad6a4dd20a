"""``/mcp``: tools for language models over Streamable HTTP, where that is switched on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from kgraph.api import AsyncKnowledgeGraph
from kgraph.errors import SettingsError
from kgraph.web.front import FrontDoor

__all__ = ["PATH", "offering"]

PATH: Final = "/mcp"
_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


@asynccontextmanager
async def offering(app: FrontDoor, host: str) -> AsyncIterator[None]:
    """Offer the tools as long as this lasts, where that is switched on; ``host`` is where it listens.

    Requests keep no session, so any process may answer them. The names by which a browser may reach the
    server are checked, as the protocol asks for (Model Context Protocol, Transports, security warning).

    Raises:
        SettingsError: the SDK of the protocol is not installed.
    """
    graph: AsyncKnowledgeGraph = app.state.graph
    if not graph.settings.mcp:
        yield
        return
    try:
        from mcp.server.transport_security import TransportSecuritySettings  # noqa: PLC0415 - optional

        from kgraph.agents import create_server  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError(
            f"--mcp needs the SDK of the protocol: {error}.", hint="pip install 'kgraph[mcp]'."
        ) from error
    public = urlsplit(graph.settings.public_url)
    names = [*_LOOPBACK, *([public.hostname] if public.hostname else [])]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=host in ("127.0.0.1", "::1") or bool(public.hostname),
        allowed_hosts=[form for name in names for form in (name, f"{name}:*")],
        allowed_origins=[
            f"{scheme}://{name}{port}"
            for scheme in ("http", "https")
            for name in names
            for port in ("", ":*")
        ],
    )
    server = create_server(graph)
    tools = server.streamable_http_app(
        streamable_http_path=PATH, json_response=True, stateless_http=True, transport_security=security
    )
    app.router.routes[:0] = tools.routes
    async with server.session_manager.run():
        yield

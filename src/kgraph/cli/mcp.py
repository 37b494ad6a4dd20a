"""``kgraph mcp``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kgraph.cli.options import SERVICE_SETTINGS, read_settings, settings_options
from kgraph.errors import SettingsError
from kgraph.settings import Settings

__all__ = ["mcp_command"]


@click.command("mcp")
@settings_options(
    "title", "base_iri", "store", "workers", "query_timeout", "query_memory", "encoder", *SERVICE_SETTINGS
)
def mcp_command(project: Path, **flags: Any) -> None:
    """Serve tools for a language model over standard input and output (Model Context Protocol).

    A client starts this command itself: name it in its settings, with --project DIR.
    The tools only read: who_said, explain, describe, article, search_questions, run_question, schema, sparql.
    Where kgraph serves with --mcp, the same tools are at /mcp.
    """
    import anyio  # noqa: PLC0415 - see kgraph.cli.main

    settings = read_settings(project, flags)
    try:
        from kgraph.agents import create_server  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError(
            f"The tools need the SDK of the protocol: {error}.", hint="pip install 'kgraph[mcp]'."
        ) from error
    from kgraph.api import AsyncKnowledgeGraph  # noqa: PLC0415
    from kgraph.build import build  # noqa: PLC0415
    from kgraph.cli.printing import progress  # noqa: PLC0415

    async def serve(settings: Settings) -> None:
        async with AsyncKnowledgeGraph.open(settings) as graph:
            await create_server(graph).run_stdio_async()

    with progress() as hear:
        build(settings, progress=hear)
    anyio.run(serve, settings)

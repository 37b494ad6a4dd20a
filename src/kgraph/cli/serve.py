"""``kgraph serve``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from kgraph.cli.options import read_settings, settings_options
from kgraph.errors import NoGenerationError, StoreError
from kgraph.settings import Settings

__all__ = ["serve_command"]

_SERVER_SETTINGS = (
    "title",
    "base_iri",
    "store",
    "host",
    "port",
    "public_url",
    "workers",
    "query_timeout",
    "query_memory",
    "default_graph",
)


@click.command("serve")
@settings_options(*_SERVER_SETTINGS)
def serve_command(project: Path, **flags: Any) -> None:
    """Build if the sources changed, then serve.

    Where the sources have a fault, the generation that was built before goes on being served.
    """
    from kgraph.cli.printing import ERRORS  # noqa: PLC0415 - see kgraph.cli.main

    settings = read_settings(project, flags)
    # The build imports much that a server has no use for, so it runs in a process of its own; meanwhile
    # this one imports what it serves with.
    build = subprocess.Popen(
        [sys.executable, "-m", "kgraph", "build", *_build_flags(settings)], stdout=sys.stderr
    )
    try:
        from kgraph.web.server import run_server  # noqa: PLC0415
    finally:
        built = build.wait() == 0
    if not built:
        _require_generation(settings)
        ERRORS.print(
            Text("Serving what was built before; the changes since are not in it.", style="bold yellow")
        )
    run_server(
        settings, ready=lambda url: ERRORS.print(Text(f"Serving {settings.title} on {url} (Ctrl-C stops)"))
    )


def _build_flags(settings: Settings) -> list[str]:
    return [
        f"--project={settings.project}",
        f"--title={settings.title}",
        f"--base-iri={settings.base_iri}",
        f"--store={settings.store_path}",
    ]


def _require_generation(settings: Settings) -> None:
    from kgraph.store import Catalog  # noqa: PLC0415

    try:
        Catalog(settings.store_path).current()
    except NoGenerationError as error:
        raise StoreError(
            "The build failed and there is nothing to serve.", hint="Mend the project first."
        ) from error

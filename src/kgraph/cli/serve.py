"""``kgraph serve``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final

import click
from rich.text import Text

from kgraph.cli.options import read_settings, settings_options
from kgraph.errors import NoGenerationError, StoreError
from kgraph.settings import BUILD_SETTINGS, SETTINGS, Settings

__all__ = ["serve_command"]

_PAUSE_S: Final = 0.1


@click.command("serve")
@settings_options(*(setting.key for setting in SETTINGS))
def serve_command(project: Path, **flags: Any) -> None:
    """Build if the sources changed, then serve.

    Where the sources have a fault, the generation that was built before goes on being served. With --follow
    nothing is built: what is served comes from there, and so do title, base IRI and licence.
    """
    from kgraph.cli.printing import ERRORS  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.replicas import forget_status  # noqa: PLC0415

    settings = read_settings(project, flags)
    # What would end this process at once is to end the build too, and later the workers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if settings.follow:
        from kgraph.web.server import check_writing, run_server  # noqa: PLC0415 - see kgraph.cli.main

        check_writing(settings)
        settings, built = _wait_for_first(settings), True
    else:
        forget_status(settings.store_path)
        run_server, built = _build_and_import(settings)
    if not built:
        _require_generation(settings)
        ERRORS.print(
            Text("Serving what was built before; the changes since are not in it.", style="bold yellow")
        )
    run_server(
        settings, ready=lambda title, url: ERRORS.print(Text(f"Serving {title} on {url} (Ctrl-C stops)"))
    )


def _build_and_import(settings: Settings) -> tuple[Callable[..., None], bool]:
    """The server, and whether the build succeeded. The build imports much that a server has no use for, so
    it runs in a process of its own; meanwhile this one imports what it serves with.
    """
    command = [sys.executable, "-m", "kgraph", "build", *settings.flags(*BUILD_SETTINGS)]
    with subprocess.Popen(command, stdout=sys.stderr, env={**os.environ, **settings.secrets()}) as build:
        try:
            from kgraph.web.server import run_server  # noqa: PLC0415

            return run_server, build.wait() == 0
        except BaseException:
            build.terminate()
            raise


def _wait_for_first(settings: Settings) -> Settings:
    """The settings as what is followed has them, once a first generation has come."""
    from kgraph.replicas.keeping import as_followed, follow_command_of  # noqa: PLC0415
    from kgraph.store import Catalog  # noqa: PLC0415
    from kgraph.store.manifest import FORMAT  # noqa: PLC0415

    catalog = Catalog(settings.store_path)
    with ExitStack() as stack:
        taking = None
        while True:
            with suppress(StoreError):
                manifest = catalog.current().manifest
                if manifest.format == FORMAT:
                    return as_followed(settings, manifest)
            if taking is None:
                command, environment = follow_command_of(settings)
                taking = stack.enter_context(subprocess.Popen(command, stdout=sys.stderr, env=environment))
                stack.callback(taking.kill)
            elif taking.poll() is not None:  # it has said why
                sys.exit(taking.returncode)
            time.sleep(_PAUSE_S)


def _require_generation(settings: Settings) -> None:
    from kgraph.store import Catalog  # noqa: PLC0415

    try:
        Catalog(settings.store_path).current()
    except NoGenerationError as error:
        raise StoreError(
            "The build failed and there is nothing to serve.", hint="Mend the project first."
        ) from error

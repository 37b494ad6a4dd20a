"""``kgraph generations`` and ``kgraph rollback``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from kgraph.cli.options import format_option, read_settings, settings_options
from kgraph.errors import NoGenerationError, StoreError

__all__ = ["generations_command", "rollback_command"]


@click.command("generations")
@settings_options("store")
@format_option("text", "json")
def generations_command(project: Path, output: str, **flags: Any) -> None:
    """List the generations that are kept, the newest first."""
    from kgraph.cli.printing import OUTPUT, print_columns  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.store import Catalog  # noqa: PLC0415

    catalog = Catalog(read_settings(project, flags).store_path)
    current, missing = None, None
    try:
        current = catalog.current().id
    except NoGenerationError:
        raise
    except StoreError as error:  # all the more is it to be seen which there are
        missing = error
    if output == "json":
        listed = [
            {
                "id": generation.id,
                "current": generation.id == current,
                "created": generation.manifest.created,
                "made_by": generation.manifest.made_by,
                "triples": generation.manifest.triples,
                "client_triples": generation.manifest.client_triples,
                "canonical_hash": generation.manifest.canonical_hash,
            }
            for generation in catalog.generations()
        ]
        OUTPUT.print(Text(json.dumps(listed, indent=2)))
        if missing is not None:
            raise missing
        return
    rows = [
        (
            "→" if generation.id == current else "",
            generation.id,
            generation.manifest.made_by,
            f"{generation.manifest.triples:,}",
            f"{generation.manifest.client_triples:,}",
        )
        for generation in catalog.generations()
    ]
    print_columns(rows, "", "generation", "made by", "of the project", "of clients")
    if missing is not None:
        raise missing


@click.command("rollback")
@click.argument("identifier", required=False, metavar="[GENERATION]")
@settings_options("store")
def rollback_command(identifier: str | None, project: Path, **flags: Any) -> None:
    """Make an earlier generation current (default: the one before the current).

    Everything goes back with it, what clients wrote included. A running server notices at its next
    request; a build makes a new generation again where the sources have changed since.
    """
    from kgraph.cli.printing import ERRORS  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.store import Catalog  # noqa: PLC0415

    catalog = Catalog(read_settings(project, flags).store_path)
    generation = catalog.rollback(identifier, wait_s=10.0)
    ERRORS.print(Text(f"Current is generation {generation.id}, made {generation.manifest.created}."))

"""``kgraph enrich``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from kgraph.cli.options import SERVICE_SETTINGS, read_settings, settings_options

__all__ = ["enrich_command"]


@click.command("enrich")
@settings_options("base_iri", "store", *SERVICE_SETTINGS)
def enrich_command(project: Path, **flags: Any) -> None:
    """Bring labels, types and coordinates of the linked Wikidata items into data/ttl/wikidata.ttl.

    They stand in a graph of their own, g:wikidata, with the endpoint and the time; nothing is inferred from
    them. The next build takes them in.
    """
    from kgraph.cli.printing import ERRORS, OUTPUT, progress, quantity  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.federation import enrich  # noqa: PLC0415

    settings = read_settings(project, flags)
    with progress() as hear:
        done = enrich(settings, progress=hear)
    place = done.path.relative_to(settings.project)
    OUTPUT.print(
        Text(
            f"{quantity(done.items, 'linked item')}, {quantity(done.facts, 'fact')}: "
            f"{place} {'written' if done.changed else 'unchanged'}"
        )
    )
    if done.unknown:
        ERRORS.print(Text(f"Wikidata says nothing of: {' '.join(done.unknown)}"))

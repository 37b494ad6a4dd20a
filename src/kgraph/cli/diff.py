"""``kgraph diff``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgraph.cli.options import read_settings, settings_options

if TYPE_CHECKING:
    from kgraph.settings import Settings
    from kgraph.store.difference import Difference

__all__ = ["diff_command"]


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B", required=False)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json", "patch"]),
    default="text",
    show_default=True,
    help="Numbers by graph as text or JSON, or every triple as RDF Patch.",
)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to.")
@settings_options("title", "base_iri", "licence", "public_url", "store")
def diff_command(
    before: str, after: str | None, format_name: str, output: Path | None, project: Path, **flags: Any
) -> None:
    """Show what changed from generation A to generation B (default: the current one), by graph.

    Generations are listed by 'kgraph generations'; the beginning of a name will do. An RDF Patch has the
    triples: 'D' lines went, 'A' lines came.
    """
    from kgraph.store import Catalog  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.store.difference import Difference  # noqa: PLC0415

    settings = read_settings(project, flags)
    catalog = Catalog(settings.store_path)
    with ExitStack() as stack:
        pinned = []
        for name in (before, after):
            generation, pin = catalog.pin_current() if name is None else catalog.pin_named(name)
            stack.callback(pin.release)
            pinned.append(generation)
        lines = _lines(Difference(*pinned), format_name, settings)
        if output is None:
            sys.stdout.writelines(lines)
            return
        unfinished = output.with_name(f".{output.name}.new")
        try:
            with unfinished.open("w", encoding="utf-8") as file:
                file.writelines(lines)
            unfinished.replace(output)
        finally:
            unfinished.unlink(missing_ok=True)


def _lines(difference: Difference, format_name: str, settings: Settings) -> Iterator[str]:
    if format_name == "patch":
        yield from difference.patch()
        return
    changes = difference.changes()
    if format_name == "json":
        graphs = {graph: asdict(change) for graph, change in changes.items()}
        told = {"from": difference.before.id, "to": difference.after.id, "graphs": graphs}
        yield json.dumps(told, ensure_ascii=False, indent=2) + "\n"
        return
    from kgraph.rdf.terms import compact  # noqa: PLC0415

    for graph, change in changes.items():
        name = compact(graph, settings.names.prefixes)
        yield f"{name}: {change.added:,} added, {change.removed:,} removed\n"
    if not changes:
        yield "No triple came or went.\n"

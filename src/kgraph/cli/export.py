"""``kgraph export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from kgraph.cli.options import read_settings, settings_options
from kgraph.rdf.loading import RDF_FORMATS

__all__ = ["export_command"]


@click.command("export")
@click.argument("format_name", type=click.Choice([*RDF_FORMATS]), metavar="FORMAT")
@click.option("--graph", metavar="IRI", help="Only this graph, by IRI; 'default' for the default graph.")
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to (default: standard output)."
)
@settings_options("base_iri", "store")
def export_command(
    format_name: str, graph: str | None, output: Path | None, project: Path, **flags: Any
) -> None:
    """Write out the current generation as RDF: all graphs as nq, trig or jsonld, one as any format.

    What a build computed and what clients wrote are among them. Formats: ttl, nt, nq, trig, rdf, jsonld.
    """
    from kgraph.store import Catalog  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.store.dumping import dump_generation  # noqa: PLC0415

    settings = read_settings(project, flags)
    prefixes = settings.names.prefixes
    generation, pin = Catalog(settings.store_path).pin_current()
    try:
        if output is None:
            dump_generation(generation, sys.stdout.buffer, format_name, graph=graph, prefixes=prefixes)
            sys.stdout.buffer.flush()
        else:
            with output.open("wb") as file:
                dump_generation(generation, file, format_name, graph=graph, prefixes=prefixes)
    finally:
        pin.release()

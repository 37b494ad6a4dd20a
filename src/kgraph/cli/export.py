"""``kgraph export``."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import click

from kgraph.cli.options import read_settings, settings_options
from kgraph.errors import ParameterError
from kgraph.export import EXPORTERS, Exporter, Shape, Source

__all__ = ["export_command"]

_LIST = "\n\n".join(f"{each.name}: {each.summary}." for each in EXPORTERS.values())


@click.command(
    "export",
    help=f"Write out the current generation for other programs.\n\n{_LIST}\n\n"
    "What a build computed is among the RDF, and so is what clients wrote; the other formats hold what the "
    "project itself says.",
)
@click.argument("format_name", type=click.Choice([*EXPORTERS]), metavar="FORMAT")
@click.option("--graph", metavar="IRI", help="Only this graph, by IRI; 'default' for the default graph.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The file (default: standard output); for a format of several files the folder, or NAME.zip.",
)
@click.option("--generation", metavar="ID", help="Of this generation (default: the current one).")
@settings_options("title", "base_iri", "licence", "public_url", "store")
def export_command(
    format_name: str,
    graph: str | None,
    output: Path | None,
    generation: str | None,
    project: Path,
    **flags: Any,
) -> None:
    """Write out the current generation."""
    from kgraph.cli.printing import progress  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.store import Catalog  # noqa: PLC0415

    exporter = EXPORTERS[format_name]
    if graph is not None and not exporter.takes_graph:
        raise ParameterError(f"{format_name} is of the whole dataset.", hint="Leave --graph out.")
    settings = read_settings(project, flags)
    catalog = Catalog(settings.store_path)
    found, pin = catalog.pin_current() if generation is None else catalog.pin_named(generation)
    try:
        with progress() as hear:
            _write(exporter, Source(found, settings, graph, hear), output)
    finally:
        pin.release()


def _write(exporter: Exporter, source: Source, output: Path | None) -> None:
    """Write all of it or nothing: what stands at the place before stays until the new is whole."""
    if exporter.shape is Shape.FOLDER and (output is None or output.suffix != ".zip"):
        if output is None:
            raise ParameterError(
                f"{exporter.name} is a folder of files.", hint="Name it with --output DIR, or DIR.zip."
            )
        if output.exists() and (not output.is_dir() or any(output.iterdir())):
            raise ParameterError(f"{output} is there already.", hint="Name a new or an empty folder.")
        with _beside(output) as folder:
            exporter.write_folder(source, folder)
            with suppress(FileNotFoundError):
                output.rmdir()
            folder.rename(output)
    elif output is None:
        exporter.write_document(source, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    else:
        with _beside(output) as folder:
            with (folder / output.name).open("wb") as file:
                exporter.write(source, file)
            (folder / output.name).replace(output)


@contextmanager
def _beside(output: Path) -> Iterator[Path]:
    """A folder beside a file or folder to be, so that it can be renamed."""
    try:
        folder = Path(mkdtemp(prefix=f".{output.name}-", dir=output.absolute().parent))
    except OSError as error:
        raise ParameterError(
            f"{output} cannot be written: {error.strerror}.", hint="Name a place that can be."
        ) from error
    try:
        folder.chmod(0o777 & ~_umask())
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask

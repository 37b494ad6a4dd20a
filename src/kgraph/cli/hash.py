"""``kgraph hash``."""

from __future__ import annotations

from pathlib import Path

import click

from kgraph.errors import ParameterError

__all__ = ["hash_command"]


@click.command("hash")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "--below", metavar="IRI", default="", help="Only the graphs whose names begin so (default: all graphs)."
)
def hash_command(files: tuple[Path, ...], below: str) -> None:
    """Compute the dataset hash of RDF files: N-Quads, TriG, JSON-LD or any other format.

    The files together are one dataset. Of what 'kgraph export nq' wrote, this is the hash that citations
    name, provided that no client has written graphs of its own: those are left out with --below.
    """
    import pyoxigraph as ox  # noqa: PLC0415 - see kgraph.cli.main

    from kgraph.cli.printing import OUTPUT  # noqa: PLC0415
    from kgraph.store.hashing import canonical_hash  # noqa: PLC0415
    from kgraph.store.manifest import name_hash  # noqa: PLC0415
    from kgraph.store.spelling import stored  # noqa: PLC0415

    quads: dict[ox.Quad, None] = {}
    for file in files:
        form = ox.RdfFormat.from_extension(file.suffix.removeprefix("."))
        if form is None:
            raise ParameterError(
                f"{file} has no ending of an RDF format.", hint="Name it .nq, .trig or .ttl."
            )
        try:
            for quad in ox.parse(path=str(file), format=form, lenient=True, rename_blank_nodes=True):
                if not below or getattr(quad.graph_name, "value", "").startswith(below):
                    quads[stored(quad)] = None
        except (SyntaxError, ValueError) as error:
            raise ParameterError(f"{file} cannot be read: {error}", hint="Is it whole, and RDF?") from error
    OUTPUT.print(name_hash(canonical_hash(quads)), highlight=False, soft_wrap=True)

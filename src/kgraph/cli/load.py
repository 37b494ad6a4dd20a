"""``kgraph load``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from kgraph.cli.options import read_settings, settings_options
from kgraph.errors import NoGenerationError, ParameterError, UnknownNameError

if TYPE_CHECKING:
    from kgraph.settings import Settings

__all__ = ["load_command"]


@click.command("load")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--graph", metavar="IRI", help="The graph to load into (default: the default graph).")
@click.option("--base", metavar="IRI", help="What relative IRIs are relative to (default: the graph).")
@click.option(
    "--format",
    "format_name",
    metavar="NAME",
    help="The format of the files: ttl, nt, nq, trig, rdf, jsonld or n3 (default: what they are).",
)
@click.option(
    "--drafts",
    is_flag=True,
    help="The files are annotations made elsewhere (Web Annotations, Hypothesis, Recogito): keep them as "
    "drafts for review.",
)
@click.option("--article", metavar="SLUG", help="With --drafts: the article that they are of.")
@settings_options("base_iri", "store")
def load_command(
    files: tuple[Path, ...],
    graph: str | None,
    base: str | None,
    format_name: str | None,
    drafts: bool,
    article: str | None,
    project: Path,
    **flags: Any,
) -> None:
    """Load RDF files into a graph that belongs to clients, as one new generation.

    Turtle, N-Triples, RDF/XML, N3, N-Quads, TriG or JSON-LD, by the content or else by the end of the name,
    also packed by gzip, bzip2 or xz. Quads of the last three stay in the graphs that they name; all else
    goes into the given one. What is there already stays; a fault in any file loads nothing.
    """
    import pyoxigraph as ox  # noqa: PLC0415 - see kgraph.cli.main

    from kgraph.cli.printing import ERRORS, OUTPUT, progress, quantity  # noqa: PLC0415
    from kgraph.store import Catalog  # noqa: PLC0415
    from kgraph.store.loading import FORMAT_NAMES, load_files, recognise  # noqa: PLC0415

    settings = read_settings(project, flags)
    if drafts:
        _load_drafts(settings, files, article)
        return
    if format_name is not None and format_name not in FORMAT_NAMES:
        raise ParameterError(
            f"--format {format_name!r} is not known.", hint=f"There are: {', '.join(FORMAT_NAMES)}."
        )
    for flag, iri in (("--graph", graph), ("--base", base)):
        try:
            ox.NamedNode(iri or "urn:none")
        except ValueError as error:
            raise ParameterError(f"{flag} is no IRI: {error}.", hint="Write it in full.") from error
    name = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
    sources = [recognise(path, format_name=format_name) for path in files]
    for source in sources:
        if source.notice:
            ERRORS.print(Text(source.notice, style="yellow"))
    catalog = Catalog(settings.store_path)
    with progress() as hear:
        try:
            before = catalog.current().manifest
        except NoGenerationError:
            from kgraph.build import build  # noqa: PLC0415 - slow to import, and rarely needed

            before = build(settings, progress=hear).generation.manifest
        start = time.perf_counter()
        manifest = load_files(catalog, sources, name, base_iri=base or graph, progress=hear).manifest
    seconds = time.perf_counter() - start
    loaded = manifest.client_triples - before.client_triples
    OUTPUT.print(Text(f"Generation {manifest.id}", style="bold"))
    rate = f"{loaded / seconds:,.0f} a second" if loaded > 0 else "all there already"
    ERRORS.print(Text(f"{quantity(loaded, 'triple')} more in {seconds:.1f} s ({rate})", style="dim"))


def _load_drafts(settings: Settings, files: Sequence[Path], article: str | None) -> None:
    """Keep annotations as candidates in data/drafts: all of the files, or nothing."""
    from kgraph.annotating import draft_annotations, read_annotations  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.cli.printing import ERRORS, OUTPUT, quantity  # noqa: PLC0415
    from kgraph.drafting import load_draft, save_draft  # noqa: PLC0415
    from kgraph.drafting.knowledge import read_knowledge  # noqa: PLC0415

    _, articles = read_knowledge(settings)
    slugs = [each.slug for each in articles]
    if article is not None and article not in slugs:
        raise UnknownNameError(f"There is no article {article}.", hint=f"There are: {', '.join(slugs)}.")
    annotations = []
    for path in files:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ParameterError(f"{path} cannot be read: {error.strerror}.", hint="Name a file.") from error
        annotations += read_annotations(content, name=str(path))
    known = {slug: draft for slug in slugs if (draft := load_draft(settings.project, slug)) is not None}
    drafted = draft_annotations(annotations, articles, known, article=article)
    for slug, draft in drafted.drafts.items():
        OUTPUT.print(Text(str(save_draft(settings.project, slug, draft).relative_to(settings.project))))
    ERRORS.print(Text(f"{quantity(drafted.added, 'candidate')} more; review them with 'kgraph review'."))
    for reason in drafted.unplaced:
        ERRORS.print(Text(f"not taken: {reason}", style="yellow"))

"""``kgraph init``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click
from rich.text import Text

from kgraph.errors import SettingsError

__all__ = ["init_command"]

#: Folders of a project that begin empty.
_EMPTY: Final = ("data/ttl/articles", "queries", "seeds")
_NEXT: Final = """Next:
  1. kgraph new FILE --project {folder}: take in an article (text, Markdown, HTML, PDF, Word).
  2. kgraph draft --all --project {folder}: have claims drafted. Or write them by hand: see ANNOTATING.md.
  3. kgraph serve --writable --project {folder}: ask, read, and review at /review.
Types of events and states: kgraph lexicon."""


@click.command("init")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--title", help="The project's name (default: the folder's).")
@click.option("--base-iri", "base", help="The IRI below which its things hang.")
def init_command(folder: Path, title: str | None, base: str | None) -> None:
    """Write a new project that checks clean.

    Ontology, lexicon, shapes and general questions come from the package. Nothing that is there is changed.
    """
    from kgraph.cli.printing import ERRORS, OUTPUT  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.core import iter_project_files  # noqa: PLC0415
    from kgraph.settings import load_settings  # noqa: PLC0415

    name = title or folder.resolve().name
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "project"
    written = dict(
        iter_project_files(title=name.replace('"', "'"), base=base or f"https://example.org/{slug}/")
    )
    there = [path for path in written if (folder / path).exists()]
    if there:
        raise SettingsError(
            f"{folder / there[0]} is there already, so nothing was written.",
            hint="Choose another folder, or go on with this one.",
        )
    for empty in _EMPTY:
        (folder / empty).mkdir(parents=True, exist_ok=True)
    for path, content in written.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    load_settings(folder)  # a title or an IRI that cannot be is told now
    for path in written:
        OUTPUT.print(Text(str(folder / path)))
    ERRORS.print(Text(_NEXT.format(folder=folder)))

"""``kgraph lexicon``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from kgraph.cli.options import format_option, read_settings, settings_options

__all__ = ["lexicon_command"]


@click.command("lexicon")
@click.argument("word", required=False)
@settings_options("base_iri")
@format_option("text", "json")
def lexicon_command(word: str | None, project: Path, output: str, **flags: Any) -> None:
    """List the types of events, states and things, or those that a word evokes."""
    from kgraph.cli.printing import ERRORS, OUTPUT, quantity  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.project import read_lexicon  # noqa: PLC0415

    settings = read_settings(project, flags)
    entries = [entry for entry in read_lexicon(settings) if word is None or entry.is_evoked_by(word)]
    if output == "json":
        OUTPUT.print(Text(json.dumps([entry.described() for entry in entries], indent=2, ensure_ascii=False)))
        return
    for entry in entries:
        OUTPUT.print(Text.assemble((entry.name, "bold"), f"  {entry.definition}"))
        roles = ", ".join(f"{role}: {label}" for role, label in entry.roles)
        words = ", ".join(entry.words)
        for line in filter(
            None, (words, roles, entry.shortcuts and "shortcut: " + ", ".join(entry.shortcuts))
        ):
            OUTPUT.print(Text(f"    {line}", style="dim"))
    if not entries:
        ERRORS.print(Text(f"No entry has the word {word!r}. Write one of your own in ontology/."))
    else:
        ERRORS.print(Text(quantity(len(entries), "type"), style="dim"))

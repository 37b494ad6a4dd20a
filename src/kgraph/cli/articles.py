"""``kgraph status``, ``kgraph agreement``, ``kgraph reanchor`` and ``kgraph remove``: keeping articles."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from kgraph.cli.options import format_option, read_settings, settings_options

__all__ = ["agreement_command", "reanchor_command", "remove_command", "status_command"]


@click.command("status")
@settings_options("base_iri")
@format_option("text", "json")
def status_command(project: Path, output: str, **flags: Any) -> None:
    """Say where each article stands: claims, candidates, decisions, coverage, and what is open since when."""
    from kgraph.cli.printing import ERRORS, OUTPUT, print_columns, progress, quantity  # noqa: PLC0415
    from kgraph.reviewing.status import read_status  # noqa: PLC0415 - see kgraph.cli.main

    settings = read_settings(project, flags)
    with progress() as report:
        report("reading the project")
        articles = read_status(settings)
    waiting = [each for each in articles if each.open_since]
    oldest = min(waiting, key=lambda each: each.open_since or "", default=None)
    if output == "json":
        described = {
            "articles": [asdict(each) for each in articles],
            "drafted": sum(each.drafted for each in articles),
            "reviewed": sum(each.reviewed for each in articles),
            "open": sum(each.open for each in articles),
            "oldest_open": oldest.slug if oldest else None,
        }
        OUTPUT.print(Text(json.dumps(described, indent=2, ensure_ascii=False)))
        return
    rows = [
        (
            *(each.slug, str(each.claims), f"{each.coverage or 0:.0%}"),
            *(str(each.drafted), str(each.reviewed), str(each.open), each.open_since or ""),
        )
        for each in articles
    ]
    print_columns(rows, "article", "claims", "coverage", "drafted", "reviewed", "open", "open since")
    summary = f"{quantity(len(articles), 'article')}, {sum(each.open for each in articles):,} open"
    ERRORS.print(Text(summary + (f"; the oldest: {oldest.slug}" if oldest else ""), style="bold"))


@click.command("agreement")
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@settings_options("base_iri")
@format_option("text", "json")
def agreement_command(project: Path, slugs: tuple[str, ...], output: str, **flags: Any) -> None:
    """Say how each two reviewers agree: the raw share and Cohen's kappa, by dimension.

    Over the candidates that both have decided on; over all articles unless some are named.
    """
    from kgraph.cli.printing import OUTPUT, print_columns  # noqa: PLC0415
    from kgraph.errors import ReviewError  # noqa: PLC0415
    from kgraph.reviewing.agreement import agreements  # noqa: PLC0415
    from kgraph.reviewing.decisions import DecisionLog, review_path  # noqa: PLC0415

    settings = read_settings(project, flags)
    paths = [review_path(settings.project, slug) for slug in slugs]
    paths = paths or sorted((settings.project / "data" / "reviews").glob("*.jsonl"))
    found = agreements([DecisionLog(path).read() for path in paths])
    if output == "json":
        OUTPUT.print(Text(json.dumps([asdict(each) for each in found], indent=2)))
        return
    if not found:
        raise ReviewError(
            "No two reviewers have decided on the same candidates.",
            hint="Let a second one decide: kgraph review SLUG --again --reviewer NAME.",
        )
    prefix = settings.names.resources
    rows = [
        (
            " / ".join(iri.removeprefix(prefix) for iri in each.reviewers),
            each.dimension,
            str(each.items),
            f"{each.raw:.2f}" if each.items else "",
            "" if each.kappa is None else f"{each.kappa:.2f}",
        )
        for each in found
    ]
    print_columns(rows, "reviewers", "dimension", "items", "raw", "kappa")


@click.command("reanchor")
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--write", is_flag=True, help="Move the offsets that files write out.")
@settings_options("base_iri", "store")
@format_option("text", "json")
def reanchor_command(
    project: Path, slugs: tuple[str, ...], output: str, *, write: bool, **flags: Any
) -> None:
    """Say what moved since the last build because a text was edited, and whose words are gone.

    Claims in the short form follow their words by themselves. Exits with 1 where words are gone.
    """
    from kgraph.cli.printing import ERRORS, OUTPUT, quantity  # noqa: PLC0415
    from kgraph.reviewing.reanchoring import article_slugs, reanchor  # noqa: PLC0415

    settings = read_settings(project, flags)
    lost = 0
    described: list[dict[str, Any]] = []
    for slug in slugs or article_slugs(settings):
        found = reanchor(settings, slug, write=write)
        drafted = found.drafted
        lost += len(found.lost)
        if output == "json":
            described.append(
                {
                    "article": slug,
                    "moved": found.moved,
                    "lost": [
                        {"claim": each.name, "words": each.words, "hint": each.hint} for each in found.lost
                    ],
                    "candidates_moved": drafted.moved,
                    "candidates_lost": [candidate.words for candidate in drafted.lost],
                    "files": list(found.files),
                    "written": write,
                }
            )
            continue
        if not (found.is_edited or drafted.moved or drafted.lost):
            OUTPUT.print(Text(f"{slug}: nothing moved"))
            continue
        OUTPUT.print(
            Text(
                f"{slug}: {quantity(found.moved, 'claim')} moved, {len(found.lost)} lost their words; "
                f"{quantity(drafted.moved, 'candidate')} moved, {len(drafted.lost)} lost theirs"
            )
        )
        for each in found.lost:
            OUTPUT.print(Text(f"  {each.name}: {each.words} {each.hint}"))
        for candidate in drafted.lost:
            OUTPUT.print(Text(f"  candidate gone: “{candidate.words}”"))
        for name in found.files:
            OUTPUT.print(Text(f"  {name}: {'offsets moved' if write else 'has offsets to move (--write)'}"))
        if drafted.moved or drafted.lost:
            OUTPUT.print(Text(f"  Draft it again: kgraph draft {slug}. Decisions are kept."))
    if output == "json":
        OUTPUT.print(Text(json.dumps(described, indent=2, ensure_ascii=False)))
    if lost:
        ERRORS.print(Text(f"{quantity(lost, 'place')} without words", style="bold"))
        raise click.exceptions.Exit(1)


@click.command("remove")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Remove the article's files.")
@click.option("--entities", is_flag=True, help="… and the entities that only it uses.")
@settings_options("base_iri")
def remove_command(project: Path, slug: str, *, yes: bool, entities: bool, **flags: Any) -> None:
    """Say what goes with an article; with --yes, remove it.

    What other articles use stays. Graphs that were built change with the next build.
    """
    from kgraph.cli.printing import ERRORS, OUTPUT, quantity  # noqa: PLC0415
    from kgraph.reviewing.removing import plan_removal, remove_article  # noqa: PLC0415

    settings = read_settings(project, flags)
    removal = plan_removal(settings, slug)
    OUTPUT.print(
        Text(f"{slug}: {quantity(removal.claims, 'claim')} in {quantity(len(removal.files), 'file')}")
    )
    for name in removal.files:
        OUTPUT.print(Text(f"  {name}"))
    if removal.entities:
        OUTPUT.print(Text(f"{len(removal.entities)} entities that nothing else uses"))
        for iri, label in removal.entities:
            OUTPUT.print(Text(f"  {iri.removeprefix(settings.names.resources)} ({label})"))
    if removal.kept:
        OUTPUT.print(Text(f"{len(removal.kept)} that others use too: they move to data/ttl/entities.ttl"))
        for iri, label in removal.kept:
            OUTPUT.print(Text(f"  {iri.removeprefix(settings.names.resources)} ({label})"))
    for name in removal.others:
        OUTPUT.print(Text(f"{name} speaks of it: see to that by hand", style="yellow"))
    if not yes:
        ERRORS.print(Text("Nothing was removed. Remove it with --yes, its entities too with --entities."))
        return
    remove_article(settings, removal, entities=entities)
    ERRORS.print(Text("Removed. Next: kgraph build", style="bold"))

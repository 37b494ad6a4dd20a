"""``kgraph check`` and ``kgraph build``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from kgraph.cli.options import format_option, read_settings, settings_options
from kgraph.problems import Severity, count_problems, has_errors
from kgraph.settings import BUILD_SETTINGS

__all__ = ["build_command", "check_command"]


@click.command("check")
@settings_options("base_iri")
@format_option("text", "json")
def check_command(project: Path, output: str, **flags: Any) -> None:
    """Report everything that is wrong with the project, with file, line and what to do.

    Exits with 1 where there is an error; warnings alone are no fault.
    """
    from kgraph.build import inspect_project  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.cli.printing import (  # noqa: PLC0415
        ERRORS,
        OUTPUT,
        print_problems,
        progress,
        quantity,
        render_problems_json,
    )

    settings = read_settings(project, flags)
    with progress() as report:
        problems = inspect_project(settings, progress=report).problems
    if output == "json":
        OUTPUT.print(Text(render_problems_json(problems)))
    else:
        print_problems(problems, to=OUTPUT)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    ERRORS.print(Text(f"{quantity(errors, 'error')}, {quantity(warnings, 'warning')}", style="bold"))
    raise click.exceptions.Exit(1 if has_errors(problems) else 0)


@click.command("build")
@settings_options(*BUILD_SETTINGS, "encoder_token")
@click.option("--force", is_flag=True, help="Build even where nothing changed.")
@click.option("--on", type=click.Choice(["spark"]), help="Have Apache Spark do it: see docs/spark.md.")
def build_command(project: Path, force: bool, on: str | None, **flags: Any) -> None:
    """Check the project and publish a new generation of its store.

    Nothing is done where nothing changed, and a fault leaves the current generation as it was.
    """
    from kgraph.build import build  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.cli.printing import ERRORS, OUTPUT, print_columns, print_problems, progress, quantity  # noqa: PLC0415
    from kgraph.store.manifest import HASH_METHOD  # noqa: PLC0415

    settings = read_settings(project, flags)
    with progress() as hear:
        report = build(settings, progress=hear, force=force, on_spark=on == "spark")
    manifest = report.generation.manifest
    if not report.fresh:
        ERRORS.print(Text(f"Nothing changed since generation {manifest.id}."))
        return
    print_problems(report.problems)
    OUTPUT.print(Text(f"Generation {manifest.id}", style="bold"))
    print_columns(
        [
            (f"{name} ({several:,} graphs)" if several > 1 else name, f"{count:,}")
            for name, count, several in manifest.listed_graphs(settings.names.graphs)
        ],
        "graph",
        "triples",
    )
    OUTPUT.print(
        Text(
            f"{quantity(report.articles, 'article')}, {quantity(report.claims, 'claim')}, "
            f"{quantity(manifest.triples, 'triple')} in {sum(report.seconds.values()):.1f} s; "
            f"{quantity(count_problems(report.problems), 'warning')}"
        )
    )
    OUTPUT.print(Text(f"dataset hash {manifest.version} ({HASH_METHOD})"))

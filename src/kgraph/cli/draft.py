"""``kgraph draft``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from kgraph.cli.options import SERVICE_SETTINGS, read_settings, settings_options
from kgraph.errors import ParameterError, TextError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kgraph.drafting import Draft
    from kgraph.drafting.knowledge import Article, Knowledge
    from kgraph.settings import Settings

__all__ = ["draft_command"]


@click.command("draft")
@click.argument("names", metavar="[SLUG...|FILE]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Draft every article of the project.")
@click.option("--again", is_flag=True, help="Draft anew what has been drafted from the same text.")
@click.option("--publisher", default="", help="Who publishes a FILE, as the last of each chain.")
@click.option(
    "--format", "output", type=click.Choice(["json"]), help="Print the draft of one FILE; nothing is written."
)
@click.option("--on", type=click.Choice(["spark"]), help="Have Apache Spark draft: see docs/spark.md.")
@click.option("--wikidata", is_flag=True, help="Ask Wikidata which items the new names may mean.")
@settings_options(
    "base_iri",
    "store",
    "pipeline",
    "draft_floor",
    "draft_endpoint",
    "draft_model",
    "draft_token",
    *SERVICE_SETTINGS,
)
def draft_command(
    names: tuple[str, ...],
    everything: bool,
    again: bool,
    publisher: str,
    output: str | None,
    on: str | None,
    wikidata: bool,
    project: Path,
    **flags: Any,
) -> None:
    """Draft candidates for the claims of articles: who says what, and what the publication tells itself.

    They are kept in data/drafts/SLUG.json and are nobody's claims until somebody has reviewed them. Each is
    written when it is done: broken off by Ctrl-C, the command goes on where it was.
    """
    settings = read_settings(project, flags)
    if output == "json":
        if len(names) != 1 or everything:
            raise ParameterError(
                "--format json prints the draft of one file.", hint="Name one FILE, or - for stdin."
            )
        _print_draft(settings, names[0], publisher)
        return
    if bool(names) == everything:
        raise ParameterError("Say which articles to draft.", hint="Name them, or give --all.")
    _draft_project(settings, names, again=again, wikidata=wikidata, on_spark=on == "spark")


def _print_draft(settings: Settings, name: str, publisher: str) -> None:
    """Print the draft of a bare text, which need not belong to a project."""
    from kgraph.drafting import render_draft  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.drafting.knowledge import Article, read_knowledge  # noqa: PLC0415
    from kgraph.drafting.running import Tooling, draft_articles, lay_reading  # noqa: PLC0415
    from kgraph.intake import iter_readings, read_text  # noqa: PLC0415

    if name == "-":
        readings = list(read_text("-", sys.stdin.buffer.read(), keep=True))
    else:
        readings = list(iter_readings(Path(name), keep=True))
    [reading, *more] = readings
    if isinstance(reading, TextError):
        raise reading
    if more:
        raise ParameterError(f"{name} holds {len(readings)} articles.", hint="Take them in by `kgraph new`.")
    knowledge, _ = read_knowledge(settings)
    article = Article(reading.slug, lay_reading(reading, publisher))
    for outcome in draft_articles([article], knowledge, Tooling.of(settings, processes=1)):
        if outcome.draft is None:
            raise outcome.error or UnknownNameError(name)
        sys.stdout.write(render_draft(outcome.draft))


def _draft_project(
    settings: Settings, names: tuple[str, ...], *, again: bool, wikidata: bool, on_spark: bool
) -> None:
    from kgraph.cli.printing import ERRORS, OUTPUT, print_error, progress, quantity  # noqa: PLC0415
    from kgraph.drafting import draft_path, save_draft  # noqa: PLC0415
    from kgraph.drafting.knowledge import find_article, read_knowledge  # noqa: PLC0415
    from kgraph.drafting.running import Tooling, draft_articles  # noqa: PLC0415

    draft_all = draft_articles
    if on_spark:
        from kgraph.drafting.on_spark import draft_on_spark as draft_all  # noqa: PLC0415
    with progress() as hear:
        hear("reading the project")
        knowledge, articles = read_knowledge(settings)
        wanted = [find_article(articles, name) for name in names] if names else articles
        waiting = wanted if again else [each for each in wanted if not _is_drafted(settings, each, knowledge)]
        if len(waiting) < len(wanted):
            done = quantity(len(wanted) - len(waiting), "article")
            ERRORS.print(
                Text(f"{done} drafted already from the same text; --again drafts anew.", style="dim")
            )
        failed = drafted = candidates = unsure = 0
        hear(f"drafting {quantity(len(waiting), 'article')}")
        for number, outcome in enumerate(draft_all(waiting, knowledge, Tooling.of(settings)), 1):
            hear(f"drafting {number} of {len(waiting)}")
            if outcome.draft is None:
                failed += 1
                if outcome.error:
                    print_error(outcome.error)
                continue
            draft = _linked(settings, outcome.draft, hear) if wikidata else outcome.draft
            save_draft(settings.project, outcome.slug, draft)
            drafted += 1
            candidates += len(outcome.draft.candidates)
            unsure += outcome.draft.tool.unsure
            path = draft_path(settings.project, outcome.slug)
            OUTPUT.print(Text(f"{path}  {quantity(len(outcome.draft.candidates), 'candidate')}"))
            if outcome.draft.tool.dropped:
                said = quantity(outcome.draft.tool.dropped, "answer")
                ERRORS.print(
                    Text(f"  {said} of the language model did not stand in the text and were left out.")
                )
    ERRORS.print(Text(f"{quantity(drafted, 'article')} drafted, {quantity(candidates, 'candidate')}."))
    if unsure:
        left_out = f"{quantity(unsure, 'candidate')} left out, as less sure than {settings.draft_floor:g}"
        ERRORS.print(Text(f"{left_out}; --again --draft-floor 0 keeps all.", style="dim"))
    if drafted:
        ERRORS.print(Text("Next: kgraph review SLUG", style="dim"))
    if failed:
        raise click.exceptions.Exit(1)


def _linked(settings: Settings, draft: Draft, hear: Callable[[str], None]) -> Draft:
    """The draft with Wikidata's items; without them where it does not answer."""
    from kgraph.cli.printing import print_error  # noqa: PLC0415
    from kgraph.drafting.linking import link_draft  # noqa: PLC0415
    from kgraph.errors import QueryRefusedError, RemoteError  # noqa: PLC0415

    try:
        return link_draft(settings, draft, progress=hear)
    except (RemoteError, QueryRefusedError) as error:
        print_error(error)
        return draft


def _is_drafted(settings: Settings, article: Article, knowledge: Knowledge) -> bool:
    """Whether there is a draft of the same text already."""
    from kgraph.drafting import load_draft  # noqa: PLC0415
    from kgraph.errors import DraftError  # noqa: PLC0415
    from kgraph.text import digest  # noqa: PLC0415

    del knowledge
    try:
        draft = load_draft(settings.project, article.slug)
    except DraftError:
        return False
    return draft is not None and draft.text.sha256 == digest(article.laid.text.encode())

"""``kgraph new``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from rich.text import Text

from kgraph.cli.options import read_settings, settings_options
from kgraph.errors import ParameterError, TextError

if TYPE_CHECKING:
    from kgraph.intake import Reading
    from kgraph.settings import Settings

__all__ = ["new_command"]

#: As many sentences are shown of the beginning and the end.
_SHOWN: Final = 4
#: Files of many articles.
_DUMPS: Final = (".jsonl", ".ndjson")


@click.command("new")
@click.argument("source", metavar="FILE|FOLDER|-", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--yes", is_flag=True, help="Take in what was read without asking.")
@click.option("--slug", help="The article's name in files and addresses (default: made of its headline).")
@click.option("--publisher", help="Who publishes it, where the text does not say.")
@click.option(
    "--language", metavar="TAG", help="Its language, such as en or de (default: what the file says)."
)
@click.option("--issued", metavar="DATE", help="The day of publication, such as 2031-05-02.")
@click.option("--encoding", metavar="NAME", default="", help="How a text file is encoded (default: UTF-8).")
@settings_options("base_iri")
def new_command(
    source: Path,
    yes: bool,
    slug: str | None,
    publisher: str | None,
    language: str | None,
    issued: str | None,
    encoding: str,
    project: Path,
    **flags: Any,
) -> None:
    """Take a text into the project: plain text, Markdown, HTML, PDF, docx, or JSON Lines of many articles.

    Shows what was read before anything is written, since all claims hang on it: the parts, the sentences, and
    what was made plain. No word is changed. Nothing that is there is overwritten.
    """
    from kgraph.cli.printing import ERRORS, OUTPUT, quantity  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.intake import iter_readings, read_text, renamed  # noqa: PLC0415

    settings = read_settings(project, flags)
    if not yes and (str(source) == "-" or not sys.stdin.isatty()):
        raise ParameterError("There is nobody to ask whether the reading is right.", hint="Add --yes.")
    readings: Iterator[Reading | TextError]
    if str(source) == "-":
        content = sys.stdin.buffer.read()
        readings = read_text("-", content, encoding=encoding, language=language or "")
    else:
        readings = iter_readings(source, encoding=encoding, language=language or "")
    taken, failed = 0, 0
    project_of = _Project(settings)
    for reading in readings:
        if isinstance(reading, TextError):
            if source.is_file() and taken == 0 and source.suffix not in _DUMPS:
                raise reading
            failed += 1
            ERRORS.print(Text.assemble(("left out: ", "bold red"), str(reading)))
            continue
        given = replace(
            reading,
            publisher=publisher or reading.publisher,
            issued=_day(issued) if issued else reading.issued,
            doubts=tuple(doubt for doubt in reading.doubts if not (publisher and "--publisher" in doubt)),
        )
        given = renamed(given, slug) if slug else given
        _show(given)
        if not yes and not click.confirm("Is this right?", default=True, err=True):
            ERRORS.print(Text("Nothing was written.", style="dim"))
            continue
        try:
            written = project_of.take_in(given)
        except TextError as error:
            if source.is_file() and taken == 0 and source.suffix not in _DUMPS:
                raise
            failed += 1
            ERRORS.print(Text.assemble(("left out: ", "bold red"), str(error)))
            continue
        taken += 1
        for path in written:
            OUTPUT.print(Text(str(path)))
    ERRORS.print(
        Text(f"{quantity(taken, 'article')} taken in" + (f", {failed} left out" if failed else "") + ".")
    )
    if taken:
        ERRORS.print(
            Text("Next: kgraph draft, or write claims in assertions.ttl beside the document.", style="dim")
        )
    if failed or not taken:
        raise click.exceptions.Exit(1)


def _day(issued: str) -> str:
    from datetime import date  # noqa: PLC0415

    try:
        return date.fromisoformat(issued).isoformat()
    except ValueError as error:
        raise ParameterError(f"--issued {issued!r} is no date.", hint="Write it as 2031-05-02.") from error


class _Project:
    """The project that texts are taken into: who annotates there, and which publishers it knows."""

    def __init__(self, settings: Settings) -> None:
        from kgraph.drafting.knowledge import read_knowledge  # noqa: PLC0415

        self._settings = settings
        self._knowledge, _ = read_knowledge(settings)

    def take_in(self, reading: Reading) -> list[Path]:
        """Write a text with its document and, where it is new, its publisher."""
        from datetime import date  # noqa: PLC0415

        from kgraph.intake import publisher_label, publisher_name, render_document, render_entities, take_in  # noqa: PLC0415

        label = publisher_label(reading)
        known = self._knowledge.things.get(label.casefold())
        name = known.name if known else self._new_name(publisher_name(label))
        document = render_document(
            reading, self._settings, publisher=name, annotator=self._knowledge.annotator, on=date.today()
        )
        entities = "" if known else render_entities(reading, self._settings, publisher=name)
        written = take_in(self._settings.project, reading, document, entities)
        self._knowledge = self._knowledge.with_thing(label, name)
        return written

    def _new_name(self, wanted: str) -> str:
        """A name that nothing has which is called otherwise."""
        taken = {thing.name for thing in self._knowledge.things.values()}
        names = (f"kgr:{wanted}{number}" for number in ("", *range(2, len(taken) + 3)))
        return next(name for name in names if name not in taken)


def _show(reading: Reading) -> None:
    """The reading, as a person can check it."""
    from kgraph.cli.printing import ERRORS, quantity  # noqa: PLC0415

    def line(name: str, value: str, style: str = "") -> None:
        if value:
            ERRORS.print(Text.assemble((f"{name:11}", "bold"), (value, style)))

    ERRORS.print()
    line("article", reading.slug)
    for part in reading.parts:
        line(part.kind, " / ".join(part.span.of(reading.text).split("\n")))
    line("published", " ".join(filter(None, [reading.publisher or "?", reading.issued])))
    line("language", reading.language)
    line("source", reading.url)
    sentences = reading.layout.sentences
    line(
        "text",
        f"{quantity(len(reading.layout.paragraphs), 'paragraph')}, {quantity(len(sentences), 'sentence')}",
    )
    for number, span in enumerate(sentences, 1):
        if _SHOWN < number <= len(sentences) - _SHOWN:
            if number == _SHOWN + 1:
                ERRORS.print(Text("      …", style="dim"))
            continue
        ERRORS.print(Text.assemble((f"{number:4}  ", "dim"), " ".join(span.of(reading.text).split())))
    for note in reading.notes:
        line("made plain", note, "dim")
    for doubt in reading.doubts:
        line("notice", doubt, "yellow")

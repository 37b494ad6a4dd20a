"""``kgraph who-said``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from rich.text import Text

from kgraph.cli.options import ENCODER_SETTINGS, format_option, require_project, settings_options
from kgraph.errors import ParameterError

if TYPE_CHECKING:
    from kgraph.who_said import Answer, Attribution, Inferred

__all__ = ["who_said_command"]

_SETTINGS: Final = ("base_iri", "store", "query_timeout", "query_memory", *ENCODER_SETTINGS)


@click.command("who-said")
@click.argument("text", required=False, default="", metavar="[TEXT]")
@click.option(
    "--subject", default="", metavar="THING", help="A fact: its subject (IRI, prefixed name or label)."
)
@click.option("--predicate", default="", metavar="THING", help="… its predicate …")
@click.option("--object", default="", metavar="THING", help="… its object.")
@click.option("--speaker", default="", metavar="THING", help="Only what this one says.")
@click.option("--article", default="", metavar="THING", help="Only what this article says.")
@click.option("--mode", default="", metavar="MODE", help="Only what is put so, such as kg:direct-quotation.")
@click.option(
    "--modality", default="", metavar="MODALITY", help="Only claims in this sense, as kg:prediction."
)
@click.option("--polarity", default="", metavar="POLARITY", help="Only what is kg:positive or kg:negative.")
@click.option("--since", metavar="DAY", help="Only what holds on or after a day, as its times are read.")
@click.option("--until", metavar="DAY", help="Only what holds on or before a day, as its times are read.")
@click.option("--limit", type=int, default=5, show_default=True, help="How many answers.")
@click.option("--offset", type=int, default=0, help="How many answers to leave out at the beginning.")
@format_option(
    "text",
    "json",
    "jsonld",
    "ttl",
    "csv",
    "bibtex",
    "csl",
    help="How to print; bibtex and csl (CSL-JSON) print the citations alone.",
)
@settings_options(*_SETTINGS)
def who_said_command(project: Path, output: str, **options: Any) -> None:
    """Say who said some words, or a fact, through whom it came, and where it stands."""
    from kgraph.blocking import KnowledgeGraph  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.who_said import (  # noqa: PLC0415
        parse_day,
        render_citations,
        render_csv,
        render_json,
        render_linked_data,
    )

    flags = {key: options.pop(key) for key in _SETTINGS}
    for name in ("since", "until"):
        options[name] = parse_day(name, options[name])
    if not any((options["text"], options["subject"], options["predicate"], options["object"])):
        raise ParameterError(
            "There is nothing to ask.", hint="Give some words, or --subject, --predicate or --object."
        )
    require_project(project)
    with KnowledgeGraph(project, **flags, workers=1) as graph:
        answer = graph.who_said(**options)
        prefixes = graph.settings.names.prefixes
    if output == "text":
        _print(answer)
    elif output == "json":
        sys.stdout.write(render_json(answer))
    elif output == "csv":
        sys.stdout.write(render_csv(answer))
    elif output in ("bibtex", "csl"):
        sys.stdout.write(render_citations(answer, output))
    else:
        sys.stdout.buffer.write(render_linked_data(answer, output, prefixes))


def _print(answer: Answer) -> None:
    from kgraph.cli.printing import ERRORS, OUTPUT  # noqa: PLC0415
    from kgraph.store.manifest import name_hash  # noqa: PLC0415

    OUTPUT.print(Text(answer.summary, style="bold"))
    if answer.unmatched and answer.found != "none":
        OUTPUT.print(Text(f"No text has: {', '.join(answer.unmatched)}.", style="dim"))
    for note in answer.notes:
        ERRORS.print(Text(note, style="dim"))
    for number, attribution in enumerate(answer.attributions, 1):
        OUTPUT.print()
        for line in _lines(attribution, number, answer):
            OUTPUT.print(line, soft_wrap=False)
    for inferred in answer.inferred:
        OUTPUT.print()
        for line in _inferred_lines(inferred):
            OUTPUT.print(line, soft_wrap=False)
    if answer.more:
        ERRORS.print(Text("There is more: see --limit and --offset.", style="dim"))
    ERRORS.print(Text(f"dataset {name_hash(answer.canonical_hash)}", style="dim"))


def _lines(attribution: Attribution, number: int, answer: Answer) -> list[Text]:
    from kgraph.who_said import cite  # noqa: PLC0415 - see kgraph.cli.main

    verdict = (f"{attribution.verdict} {attribution.speaker.label}".rstrip(), "bold")
    lines = [Text.assemble(f"{number}. ", verdict, (_how(attribution), "dim"))]
    for voice in attribution.relayers:
        through = "in" if voice.is_medium else "reported by"
        lines.append(Text(f"   {through} {voice.agent.label}"))
    for voice in attribution.voices:
        if voice.cues:
            cues = ", ".join(f"“{cue}”" for cue in voice.cues)
            lines.append(Text(f"   {voice.agent.label}: known by {cues}", style="dim"))
    sentence = Text.assemble("   ", _highlighted(attribution))
    if not attribution.voices:
        return [*lines, sentence, *_place(attribution)]
    lines += [Text(f"   “{attribution.quote}”", style="bold"), sentence]
    lines.append(Text(f"   claim: {attribution.claim}"))
    manner = (attribution.mode, attribution.polarity, attribution.modality)
    lines.append(Text(f"   {attribution.level}; {', '.join(thing.label for thing in manner)}"))
    for time in attribution.times:
        lines.append(Text(f"   time, as printed: {time.printed}"))
        if time.in_text:
            lines.append(Text(f"   time, as the text gives it: {time.in_text}"))
        for reading in time.readings:
            lines.append(Text(f"   time, as interpreted by {reading.by.label}: {reading.edtf}"))
    lines += _place(attribution)
    for name, besides in (("says so too", attribution.corroborating), ("contrasts", attribution.contrasting)):
        for beside in besides:
            words = f"{beside.verdict} {beside.speaker.label}: “{beside.quote}”"
            lines.append(Text(f"   {name}: {words} {beside.iri}", style="dim"))
    lines.append(Text(f"   cite: {cite(attribution, answer).text}", style="dim"))
    return lines


def _how(attribution: Attribution) -> str:
    """How the words were found, where they were searched for."""
    names = {"verbatim": "word for word", "spelling": "in other spelling", "meaning": "in other words"}
    if attribution.found is None:
        return ""
    name = names.get(attribution.found, "not said so; near it")
    return f" ({name})" if attribution.found == "verbatim" else f" ({name}, {attribution.score or 0.0:.2f})"


def _inferred_lines(inferred: Inferred) -> list[Text]:
    """What nobody says and follows all the same, with what it rests on."""
    lines = [Text.assemble(("said by nobody; it follows: ", "bold"), inferred.claim)]
    for leaf in inferred.leaves:
        lines.append(Text(f"   because {leaf.claim}"))
        for each in leaf.attributions:
            through = "".join(f", through {voice.agent.label}" for voice in each.relayers)
            number = f", sentence {each.sentence.number}" if each.sentence and each.sentence.number else ""
            lines.append(Text(f"      {each.verdict} {each.speaker.label}{through}{number}: “{each.quote}”"))
            lines.append(Text(f"      {each.iri}", style="dim"))
        where = leaf.sources or (() if leaf.attributions else (f"the graph {g}" for g in leaf.graphs))
        lines += [Text(f"      outside the article: {source}", style="dim") for source in where]
    if inferred.rules:
        lines.append(Text(f"   by {', '.join(inferred.rules)} (OWL 2 RL); see kgraph explain", style="dim"))
    return lines


def _place(attribution: Attribution) -> list[Text]:
    offsets = ", ".join(f"{passage.start}-{passage.end}" for passage in attribution.passages)
    sentence, article = attribution.sentence, attribution.article
    where = []
    if article is not None:
        publisher = f", {article.publisher.label}" if article.publisher else ""
        number = f", sentence {sentence.number}" if sentence and sentence.number else ""
        where.append(Text(f"   {article.title}{publisher}{number}, characters {offsets}", style="dim"))
        where.append(Text(f"   text sha256:{article.sha256}", style="dim"))
    return [*where, Text(f"   {attribution.iri}", style="dim")]


def _highlighted(attribution: Attribution) -> Text:
    """The sentence with the quotation standing out."""
    sentence = attribution.sentence
    if sentence is None:
        return Text("")
    text = Text(sentence.text)
    for passage in attribution.passages:
        text.stylize("reverse", passage.start - sentence.start, passage.end - sentence.start)
    return text

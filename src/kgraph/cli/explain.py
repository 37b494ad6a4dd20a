"""``kgraph explain`` and ``kgraph believe``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from kgraph.cli.options import format_option, read_settings, require_project, settings_options

__all__ = ["believe_command", "explain_command"]


@click.command("explain")
@click.argument("subject")
@click.argument("predicate")
@click.argument("value", metavar="OBJECT")
@settings_options("base_iri", "store", "query_timeout", "query_memory")
@click.option("--all", "every", is_flag=True, help="Every way to derive it, not only the smallest proof.")
@click.option("--believe", "speakers", multiple=True, metavar="SPEAKER", help="Take a speaker's word for it.")
@format_option("text", "json", "ttl")
def explain_command(
    subject: str,
    predicate: str,
    value: str,
    project: Path,
    every: bool,
    speakers: tuple[str, ...],
    output: str,
    **flags: Any,
) -> None:
    """Why a triple holds: the proof, down to quoted sentences and named outside sources.

    Terms are labels, IRIs or names such as kgr:kfor; an object may also be a literal as Turtle writes it.
    Exits with 1 where the triple does not hold, and then shows the claims that come nearest.
    """
    from kgraph.blocking import KnowledgeGraph  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.cli.printing import OUTPUT  # noqa: PLC0415
    from kgraph.reasoning.account import describe_explanation, render_explanation, to_prov  # noqa: PLC0415

    prefixes = read_settings(project, flags).names.prefixes
    require_project(project)
    with KnowledgeGraph(project, **flags, workers=1) as graph:
        explanation = graph.explain(subject, predicate, value, every=every, believing=speakers)
    if output == "json":
        text = json.dumps(describe_explanation(explanation, prefixes), indent=2, ensure_ascii=False)
    elif output == "ttl":
        text = to_prov(explanation, prefixes).decode()
    else:
        text = render_explanation(explanation, prefixes)
    OUTPUT.print(Text(text.rstrip()))
    raise click.exceptions.Exit(0 if explanation.holds else 1)


@click.command("believe")
@click.argument("speakers", nargs=-1, required=True, metavar="SPEAKER...")
@settings_options("base_iri", "store", "query_timeout", "query_memory")
@click.option("--only", is_flag=True, help="Believe nobody else, not even what the articles state.")
@format_option("text", "nt")
def believe_command(speakers: tuple[str, ...], project: Path, only: bool, output: str, **flags: Any) -> None:
    """Show what else would hold if you believed some speakers. Nothing is stored.

    Believed is what a speaker presents as holding, not what it demands, plans or predicts. With --only,
    the answer is what rests on these speakers' own voice alone.
    """
    import pyoxigraph as ox  # noqa: PLC0415 - see kgraph.cli.main

    from kgraph.blocking import KnowledgeGraph  # noqa: PLC0415
    from kgraph.cli.printing import ERRORS, OUTPUT, quantity  # noqa: PLC0415
    from kgraph.rdf.terms import render_triple  # noqa: PLC0415

    prefixes = read_settings(project, flags).names.prefixes
    require_project(project)
    with KnowledgeGraph(project, **flags, workers=1) as graph:
        belief = graph.believe(*speakers, only=only)
    if output == "nt":
        triples = [*belief.believed, *belief.inferred]
        OUTPUT.print(Text((ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode().rstrip()))
        return
    for heading, triples_shown in (("Believed", belief.believed), ("Follows", belief.inferred)):
        OUTPUT.print(Text(heading, style="bold"))
        for triple in triples_shown:
            OUTPUT.print(Text(f"  {render_triple(triple, prefixes)}"))
    for clash in belief.contradictions:
        premises = "; ".join(render_triple(triple, prefixes) for triple in clash.premises)
        ERRORS.print(Text(f"contradicts the ontology: {premises}", style="bold red"))
    ERRORS.print(
        Text(f"{len(belief.believed)} believed, {quantity(len(belief.inferred), 'inference')}", style="dim")
    )

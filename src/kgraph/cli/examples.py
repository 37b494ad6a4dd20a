"""What the command line's help says of each command in one line, and the examples at its end."""

from __future__ import annotations

from typing import Final, NamedTuple

import click

__all__ = ["EXAMPLES", "show_examples"]


class _Shown(NamedTuple):
    """A command in few words, and how it is called."""

    line: str
    calls: tuple[str, ...]


EXAMPLES: Final = {
    "agreement": _Shown("Say how well reviewers agree.", ("agreement", "agreement my-article --format json")),
    "believe": _Shown(
        "Show what would also hold if you believed somebody.",
        ('believe "Slavisa Ristic"', "believe kgr:reuters"),
    ),
    "build": _Shown(
        "Check the project and publish its store.", ("build", "build --project examples/star-clock")
    ),
    "check": _Shown("Report what is wrong, with file and line.", ("check", "check --format json")),
    "diff": _Shown(
        "Show what changed between generations.",
        ("diff 20261128 20261129", "diff 20261128 20261129 --format patch"),
    ),
    "draft": _Shown(
        "Draft candidates for claims.",
        ("draft my-article", "draft --all", "draft report.txt --format json"),
    ),
    "enrich": _Shown("Fetch labels and places from Wikidata.", ("enrich",)),
    "explain": _Shown(
        "Say why a triple holds, with its proof.",
        ('explain "United States" recognises Kosovo', "explain kgr:kfor kg:partOf kgr:nato --all"),
    ),
    "export": _Shown(
        "Write the data for other programs.",
        ("export nq --output all.nq", "export parquet --output tables", "export ttl --graph g:stated"),
    ),
    "follow": _Shown(
        "Take generations from another server.",
        ("follow https://data.example.org/kg --once", "follow /srv/store"),
    ),
    "generations": _Shown(
        "List the generations, the newest first.", ("generations", "generations --format json")
    ),
    "hash": _Shown("Compute the dataset hash of RDF files.", ("hash all.nq",)),
    "init": _Shown(
        "Write a new project that checks clean.",
        ("init my-project", "init harbour --base-iri https://example.org/harbour/"),
    ),
    "lexicon": _Shown("List types of events and things.", ("lexicon", "lexicon withdraw")),
    "load": _Shown(
        "Load RDF files into a graph of your own.",
        ("load data.ttl", "load dump.nt.gz --graph https://example.org/mine"),
    ),
    "mcp": _Shown("Serve tools for a language model.", ("mcp", "mcp --project my-project")),
    "new": _Shown(
        "Take a text or a folder of texts in.",
        ('new report.html --publisher "Coast Wire"', "new texts/ --yes", "new - < report.txt"),
    ),
    "publish": _Shown(
        "Put the generation where replicas find it.", ("publish /srv/generations", "publish s3://bucket/kg")
    ),
    "queries": _Shown(
        "List the questions and their parameters.", ("queries", "queries --tag time --format json")
    ),
    "query": _Shown(
        "Answer a question, or SPARQL.",
        (
            'query said-by -p speaker="Slavisa Ristic"',
            "query timeline --format csv",
            "query 'ASK { ?s ?p ?o }'",
        ),
    ),
    "reanchor": _Shown("Say what moved when a text was corrected.", ("reanchor", "reanchor my-article")),
    "remove": _Shown(
        "Remove an article and what is its own.", ("remove my-article", "remove my-article --yes")
    ),
    "review": _Shown("Accept, change or reject candidates.", ("review my-article",)),
    "rollback": _Shown("Make an earlier generation current.", ("rollback",)),
    "serve": _Shown(
        "Build if needed, and serve the pages.",
        ("serve", "serve --port 8080", "serve --project examples/star-clock --writable --token secret"),
    ),
    "status": _Shown("Say where each article stands.", ("status", "status --format json")),
    "who-said": _Shown(
        "Say who said something.",
        (
            'who-said "orders to go back"',
            "who-said --subject Kfor",
            'who-said "control" --speaker Reuters --format json',
        ),
    ),
}


def show_examples(command: click.Command) -> click.Command:
    """Give a command its line and its examples."""
    shown = EXAMPLES[command.name or ""]
    command.short_help = shown.line
    calls = (call if "| kgraph" in call else f"kgraph {call}" for call in shown.calls)
    command.epilog = "\b\nExamples:\n" + "\n".join(f"  {call}" for call in calls)
    return command

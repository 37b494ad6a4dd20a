"""The entry point: the group of commands, and what every error becomes."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

import kgraph
from kgraph.cli.articles import agreement_command, reanchor_command, remove_command, status_command
from kgraph.cli.diff import diff_command
from kgraph.cli.draft import draft_command
from kgraph.cli.enrich import enrich_command
from kgraph.cli.examples import show_examples
from kgraph.cli.explain import believe_command, explain_command
from kgraph.cli.export import export_command
from kgraph.cli.generations import generations_command, rollback_command
from kgraph.cli.hash import hash_command
from kgraph.cli.init import init_command
from kgraph.cli.lexicon import lexicon_command
from kgraph.cli.load import load_command
from kgraph.cli.mcp import mcp_command
from kgraph.cli.new import new_command
from kgraph.cli.project import build_command, check_command
from kgraph.cli.query import queries_command, query_command
from kgraph.cli.replicas import follow_command, publish_command
from kgraph.cli.review import review_command
from kgraph.cli.serve import serve_command
from kgraph.cli.who_said import who_said_command
from kgraph.errors import KgraphError, ParameterError, ProjectError, SettingsError, UnknownNameError

__all__ = ["main"]

#: Errors in how a command was called, not in the project or the query.
_USAGE = (SettingsError, ParameterError, UnknownNameError)


class _Commands(click.Group):
    """Commands whose output may be read by a program that goes away, as `head` does."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # Nothing went wrong, and Python is not to mind when it flushes what is left.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return result


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(kgraph.__version__, prog_name="kgraph")
def cli() -> None:
    """Who said what, where: articles as a knowledge graph of attributed claims."""


for _command in (
    init_command,
    new_command,
    draft_command,
    lexicon_command,
    build_command,
    check_command,
    queries_command,
    query_command,
    explain_command,
    believe_command,
    who_said_command,
    enrich_command,
    load_command,
    export_command,
    hash_command,
    generations_command,
    diff_command,
    rollback_command,
    review_command,
    status_command,
    agreement_command,
    reanchor_command,
    remove_command,
    serve_command,
    follow_command,
    publish_command,
    mcp_command,
):
    cli.add_command(show_examples(_command))


def main() -> None:
    """Run the command line and exit with its code."""
    from kgraph.cli.printing import print_error, print_problems  # noqa: PLC0415 - after --help and --version

    try:
        code = cli(standalone_mode=False)  # which returns the code of click's Exit
        sys.exit(code if isinstance(code, int) else 0)
    except ProjectError as error:
        print_problems(error.problems)
        print_error(error)
        sys.exit(1)
    except KgraphError as error:
        print_error(error)
        sys.exit(2 if isinstance(error, _USAGE) else 1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)

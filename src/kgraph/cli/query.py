"""``kgraph query`` and ``kgraph queries``."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import click
from rich.text import Text

from kgraph.cli.options import (
    ENCODER_SETTINGS,
    SERVICE_SETTINGS,
    format_option,
    has_project,
    read_settings,
    require_project,
    settings_options,
)
from kgraph.encodings import decode_text
from kgraph.errors import ParameterError, ProjectError, QueryError
from kgraph.rdf.formats import FORMATS, ResultKind, formats_for
from kgraph.rdf.sparql import profile_query

if TYPE_CHECKING:
    from kgraph.canned import CannedQuery

__all__ = ["queries_command", "query_command"]

#: The name of a canned query; what looks otherwise is a file.
_SLUG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
#: What a query has, and hardly the name of a file.
_SPARQL: Final = re.compile(r"\{|^\s*(select|ask|construct|describe|prefix|base)\s", re.IGNORECASE)
_SUFFIXES: Final = (".rq", ".sparql")


@click.command("queries")
@settings_options("base_iri", "store")
@click.option("--tag", help="Only the queries with this tag.")
@format_option("text", "json")
def queries_command(project: Path, tag: str | None, output: str, **flags: Any) -> None:
    """List the canned queries with their parameters."""
    from kgraph.canned import load_canned  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.cli.printing import OUTPUT, print_problems  # noqa: PLC0415
    from kgraph.project import read_project  # noqa: PLC0415

    settings = read_settings(project, flags)
    sources, _ = read_project(settings)
    queries, problems = load_canned(sources.queries.items(), prefixes=settings.names.prefixes)
    chosen = [query for query in queries.values() if tag is None or tag in query.tags]
    if output == "json":
        OUTPUT.print(Text(json.dumps([_summary(query) for query in chosen], indent=2, ensure_ascii=False)))
        print_problems(problems)
        return
    for query in chosen:
        OUTPUT.print(Text.assemble((query.slug, "bold"), f"  {query.summary}"))
        for parameter in query.parameters:
            given = f" (default {parameter.default})" if parameter.default else ""
            need = " (required)" if parameter.required else given
            OUTPUT.print(Text(f"    -p {parameter.name}=…  {parameter.description}{need}", style="dim"))
    print_problems(problems)


def _summary(query: CannedQuery) -> dict[str, Any]:
    """A canned query as other programs list it."""
    return {
        "slug": query.slug,
        "summary": query.summary,
        "description": query.description,
        "tags": list(query.tags),
        "parameters": [
            {
                "name": parameter.name,
                "description": parameter.description,
                "required": parameter.required,
                "default": parameter.default,
                "example": parameter.example,
                "choices": list(parameter.choices),
            }
            for parameter in query.parameters
        ],
    }


@click.command("query")
@click.argument("query", metavar="NAME|FILE|SPARQL|-")
@settings_options(
    "base_iri",
    "store",
    "query_timeout",
    "query_memory",
    "default_graph",
    *SERVICE_SETTINGS,
    *ENCODER_SETTINGS,
)
@click.option(
    "-p", "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="A canned query's parameter."
)
@format_option(
    "table",
    *FORMATS,
    default=None,
    help="How to print (default: table in a terminal, JSON or Turtle elsewhere).",
)
@click.option("--iris", "has_iris", is_flag=True, help="Print IRIs in a table, not the names of things.")
def query_command(
    query: str,
    project: Path,
    parameters: tuple[str, ...],
    output: str | None,
    has_iris: bool,
    **flags: Any,
) -> None:
    """Answer a canned query, or SPARQL: in a file, on standard input, or written out here."""
    from kgraph.blocking import KnowledgeGraph  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.canned import find_canned  # noqa: PLC0415
    from kgraph.cli.printing import print_notice, progress  # noqa: PLC0415

    values = _values(parameters)
    sparql = _read_sparql(query)
    with ExitStack() as stack:
        if sparql is None or not project.is_dir():
            require_project(project)
        elif not has_project(project):  # an empty one: answered, and nothing is left behind
            print_notice(f"There is no project in {project.absolute()}: this is asked of no data.")
            if not flags.get("store"):
                flags["store"] = stack.enter_context(TemporaryDirectory(prefix="kgraph-"))
        settings = read_settings(project, flags)
        hear = stack.enter_context(progress())
        graph = stack.enter_context(
            KnowledgeGraph(project, progress=hear, notice=print_notice, **flags, workers=1)
        )
        prefixes = settings.names.prefixes
        if sparql is None:
            sparql = graph.bind(find_canned(graph.queries, query), values)
        elif canned := _canned_file(query, sparql, prefixes):
            sparql = graph.bind(canned, values)
        elif values:
            raise ParameterError(
                "Only canned queries have parameters.", hint="Write the values into the query."
            )
        _print(graph, sparql, output or ("table" if sys.stdout.isatty() else None), has_iris=has_iris)


def _values(parameters: tuple[str, ...]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for text in parameters:
        name, equals, value = text.partition("=")
        if not equals:
            raise ParameterError(f"{text!r} is no NAME=VALUE.", hint="Write for example -p actor=kgr:kfor.")
        values.setdefault(name, []).append(value)
    return values


def _read_sparql(query: str) -> str | None:
    """The text of a file, of standard input, or as given; None where ``query`` is a canned query's name."""
    if _SPARQL.search(query) and not os.path.isfile(query):  # noqa: PTH113 - Path raises at long names
        return query
    if _SLUG.fullmatch(query) and not query.endswith(_SUFFIXES):
        return None
    try:
        content = sys.stdin.buffer.read() if query == "-" else Path(query).read_bytes()
        return decode_text(content)
    except OSError as error:
        raise QueryError(
            f"{query} cannot be read: {error.strerror}.", hint="Name a file with SPARQL."
        ) from error
    except UnicodeDecodeError as error:
        name = "Standard input" if query == "-" else query
        raise QueryError(f"{name} is not UTF-8.", hint="Save it as UTF-8.") from error


def _canned_file(path: str, text: str, prefixes: dict[str, str]) -> CannedQuery | None:
    """The canned query that a file holds; None for SPARQL without a header of ``#+`` lines."""
    from kgraph.canned import parse_canned  # noqa: PLC0415

    if not re.search(r"^#\+", text, re.MULTILINE):
        return None
    query, problems = parse_canned(text, slug=Path(path).stem, path=path, prefixes=prefixes)
    if query is None:
        raise ProjectError(f"{path} is no sound canned query.", problems, hint="Mend its header.")
    return query


def _print(graph: Any, sparql: str, output: str | None, *, has_iris: bool) -> None:
    from kgraph.api import Table  # noqa: PLC0415
    from kgraph.cli.printing import OUTPUT, print_table  # noqa: PLC0415

    if output == "table":
        result = graph.query(sparql)
        if isinstance(result, Table):
            print_table(result, None if has_iris else graph.names(result.iris()))
            return
        if isinstance(result, bool):
            OUTPUT.print("true" if result else "false")
            return
        output = "ttl"
    formats = {kind: _format(kind, output) for kind in ResultKind}
    form = profile_query(sparql).form
    if output is not None and form is not None and form not in FORMATS[output].carries:
        names = ", ".join(fmt.name for fmt in formats_for(form))
        raise click.UsageError(
            f"--format {output} cannot carry the result of this query; there are: {names}."
        )
    last = b""
    for piece in graph.write(sparql, formats=formats):
        sys.stdout.buffer.write(piece)
        last = piece or last
    if not last.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")  # JSON ends without one, and truth values
    sys.stdout.buffer.flush()


def _format(kind: ResultKind, output: str | None) -> str:
    if output is not None and kind in FORMATS[output].carries:
        return output
    return formats_for(kind)[0].name

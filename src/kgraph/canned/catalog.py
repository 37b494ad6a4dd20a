"""The canned queries of a project, by slug: the name of the file without its suffix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from kgraph.canned.parsing import parse_canned
from kgraph.canned.query import CannedQuery
from kgraph.canned.spelling import did_you_mean
from kgraph.errors import UnknownNameError
from kgraph.problems import Problem, Severity

__all__ = ["find_canned", "load_canned"]


def load_canned(
    sources: Iterable[tuple[str, str]], *, prefixes: Mapping[str, str]
) -> tuple[dict[str, CannedQuery], list[Problem]]:
    """Read query files, given as path and text: the sound ones by slug, in its order, and all problems."""
    queries: dict[str, CannedQuery] = {}
    problems: list[Problem] = []
    first: dict[str, str] = {}
    for path, text in sorted(sources):
        slug = PurePosixPath(path).stem
        query, found = parse_canned(text, slug=slug, path=path, prefixes=prefixes)
        problems += found
        if slug in first:
            problems.append(
                Problem(
                    Severity.ERROR,
                    "canned-slug",
                    path,
                    None,
                    f"{first[slug]} is called {slug!r} too.",
                    "Rename one of the two files: the name of the file is the name of the query.",
                )
            )
            continue
        first[slug] = path
        if query is not None:
            queries[slug] = query
    return dict(sorted(queries.items())), problems


def find_canned(queries: Mapping[str, CannedQuery], slug: str) -> CannedQuery:
    """The query of that name.

    Raises:
        UnknownNameError: there is none.
    """
    if slug in queries:
        return queries[slug]
    raise UnknownNameError(
        f"There is no canned query {slug!r}.",
        hint=did_you_mean(slug, queries, otherwise="This project has no queries/*.rq."),
    )

"""Where a problem stands: file and line, looked up for those problems that are told."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from kgraph.build.ledger import Ledger
from kgraph.build.problem_table import Located
from kgraph.build.sources import Sources
from kgraph.problems import Problem
from kgraph.project import Project, TurtleFile
from kgraph.project.listing import Role
from kgraph.settings import Settings

__all__ = ["Placer", "collect"]

#: So many problems of a kind are told one by one.
_TOLD: int = 20


class Placer:
    """Finds the places of problems."""

    def __init__(self, settings: Settings, sources: Sources, ledger: Ledger) -> None:
        self._settings = settings
        self._sources = sources
        self._ledger = ledger
        self._listed = {name: (path, role, graph) for name, path, role, graph in sources.listing.turtle}
        self._common = [name for name, (_, role, _) in self._listed.items() if role is not Role.DATA]
        self._files: dict[str, TurtleFile] = {}

    def place(self, located: Located) -> Problem:
        """A problem with its place."""
        problem = located.problem
        if problem.path or located.subject is None:
            return replace(problem, path=problem.path or ".")
        names = [located.subject]
        while "-" in names[-1].rsplit("/", 1)[-1]:  # one claim of several in an entry: see Project.place
            names.append(names[-1].rpartition("-")[0])
        units = {unit for name in names for unit in (*self._ledger.owners(name), *self._ledger.said_by(name))}
        paths = {
            path for unit in units if unit in self._sources.units for path in self._sources.units[unit].paths
        }
        own = sorted(paths & self._listed.keys(), key=lambda name: name.split("/"))
        files = tuple(self._file(name) for name in (*self._common, *own))
        path, line = Project(self._settings, {}, files, {}, {}).place(located.subject, located.predicate)
        return replace(problem, path=path, line=line)

    def _file(self, name: str) -> TurtleFile:
        if name not in self._files:
            path, role, graph = self._listed[name]
            try:
                content = Path(path).read_text(encoding="utf-8", errors="replace")
            except OSError:
                content = ""
            self._files[name] = TurtleFile(name, role, graph, (), content, self._settings.base_iri)
        return self._files[name]


def collect(ledger: Ledger, placer: Placer) -> list[Problem]:
    """The problems of a project: the first of each kind, the last of which says how many more there are."""
    found: list[Problem] = []
    for kind, count in ledger.problems.kinds():
        told = [placer.place(each) for each in ledger.problems.first(kind, _TOLD)]
        if count > len(told):
            told[-1] = replace(told[-1], more=count - len(told))
        found += told
    return sorted(found, key=lambda each: (each.path, each.line or 0, each.code, _counting(each.message)))


def _counting(text: str) -> list[str | int]:
    """A key by which sentence 2 comes before sentence 10."""
    return [int(part) if at % 2 else part for at, part in enumerate(re.split(r"([0-9]+)", text))]

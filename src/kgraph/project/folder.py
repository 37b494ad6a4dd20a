"""Reading the files that a project has (:mod:`kgraph.project.listing`): triples, texts and faults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyoxigraph as ox

from kgraph.authoring import expand_article
from kgraph.encodings import decode_text
from kgraph.problems import Problem, Severity
from kgraph.project.listing import ARTICLES, ONTOLOGY_GRAPH, Listing, Role, list_files, unit_of
from kgraph.rdf.turtle import LineIndex, index_lines, parse_turtle
from kgraph.settings import CONFIG_FILE, Settings
from kgraph.text import digest
from kgraph.vocab import is_derived

__all__ = ["Project", "TurtleFile", "read_files", "read_project"]

_GRAPH_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class TurtleFile:
    """One Turtle file that parsed. ``path`` is relative to the project's folder."""

    path: str
    role: Role
    graph: str
    triples: tuple[ox.Triple, ...]
    content: str = field(repr=False)
    base_iri: str = field(repr=False)

    @cached_property
    def lines(self) -> LineIndex:
        """Where each subject and predicate stands; read only when a problem must name its line."""
        return index_lines(self.content, base_iri=self.base_iri)


@dataclass(frozen=True, slots=True)
class Project:
    """A project as read: everything that a build needs, and nothing of it interpreted yet.

    ``digests`` maps each source file to the SHA-256 of its bytes; ``texts`` each file below ``seeds/`` to
    its bytes; ``queries`` each canned query's file to its text; ``drafts`` and ``reviews`` each article's
    slug to the content of its file.
    """

    settings: Settings
    digests: dict[str, str]
    turtle: tuple[TurtleFile, ...]
    texts: Mapping[str, bytes]
    queries: dict[str, str]
    drafts: dict[str, bytes] = field(default_factory=dict)
    reviews: dict[str, bytes] = field(default_factory=dict)

    def files(self, *roles: Role) -> list[TurtleFile]:
        """The Turtle files that play one of the given parts."""
        return [file for file in self.turtle if file.role in roles]

    def graphs(self) -> dict[str, list[ox.Triple]]:
        """The triples of each named graph, by the graph's short name; shapes fill no graph."""
        graphs: dict[str, dict[ox.Triple, None]] = {}
        for file in self.files(Role.ONTOLOGY, Role.ALIGNMENTS, Role.DATA):
            graphs.setdefault(file.graph, {}).update(dict.fromkeys(file.triples))
        return {name: list(triples) for name, triples in graphs.items()}

    def place(self, subject: str, predicate: str | None = None) -> tuple[str, int | None]:
        """The file and line where something is said of ``subject`` (with ``predicate``, if given).

        What is not written itself is placed where that stands which it comes from: one claim of several in
        an entry at the entry, a sentence at its article.
        """
        fallback: tuple[str, int | None] | None = None
        # alignments last: no check is on these
        for file in sorted(self.turtle, key=lambda file: file.role is Role.ALIGNMENTS):
            if predicate is not None and (subject, predicate) in file.lines.predicates:
                return file.path, file.lines.predicates[subject, predicate]
            if fallback is None and subject in file.lines.subjects:
                fallback = file.path, file.lines.subjects[subject]
        if fallback is not None:
            return fallback
        head, mark, _ = subject.rpartition("-" if "-" in subject.rsplit("/", 1)[-1] else "/")
        return self.place(head, predicate) if mark and not head.endswith("/") else (".", None)

    def problem(
        self,
        code: str,
        subject: str,
        message: str,
        hint: str,
        *,
        predicate: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> Problem:
        """A problem at the place where ``subject`` is described."""
        path, line = self.place(subject, predicate)
        return Problem(severity, code, path, line, message, hint)


class _Reader:
    """Reads files one by one, and remembers digests and problems."""

    def __init__(self, instead: Mapping[str, str]) -> None:
        self._instead = instead
        self.digests: dict[str, str] = {}
        self.problems: list[Problem] = []

    def fault(self, code: str, path: str, line: int | None, message: str, hint: str) -> None:
        self.problems.append(Problem(Severity.ERROR, code, path, line, message, hint))

    def read(self, path: str, name: str) -> tuple[str, bytes] | None:
        try:
            content = self._instead[name].encode() if name in self._instead else Path(path).read_bytes()
        except OSError as error:
            self.fault(
                "unreadable", name, None, f"The file cannot be read: {error.strerror}.", "Check its rights."
            )
            return None
        self.digests[name] = digest(content)
        return name, content

    def read_text(self, path: str, name: str) -> tuple[str, str] | None:
        read = self.read(path, name)
        if read is None:
            return None
        name, content = read
        try:
            return name, decode_text(content)
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self.fault("encoding", name, line, "The file is not UTF-8.", "Save it as UTF-8 and try again.")
            return None

    def read_turtle(
        self, name: str, path: str, role: Role, graph: str, *, base_iri: str
    ) -> TurtleFile | None:
        read = self.read_text(path, name)
        if read is None:
            return None
        name, content = read
        if role is Role.DATA and (
            is_derived(graph) or graph == ONTOLOGY_GRAPH or not _GRAPH_NAME.fullmatch(graph)
        ):
            self.fault(
                "graph-name",
                name,
                None,
                f"The file would fill the graph {graph!r}, which no data file may fill.",
                "Rename it: small letters, digits and hyphens, and not a graph that the build makes.",
            )
            return None
        triples, fault = parse_turtle(content.encode(), base_iri=base_iri)
        if fault is not None:
            self.fault(
                "turtle-syntax", name, fault.line, f"Not Turtle: {fault.message}.", "Mend the syntax here."
            )
            return None
        return TurtleFile(name, role, graph, tuple(triples), content, base_iri)


def read_project(
    settings: Settings, *, article: str | None = None, instead: Mapping[str, str] = MappingProxyType({})
) -> tuple[Project, list[Problem]]:
    """Read every source file of the project that ``settings`` name.

    ``article`` is the slug of the only article to read, with all that articles share. ``instead`` are texts
    of Turtle files that are not yet what is on disk, by path.
    """
    return read_files(
        settings, list_files(settings.project, article=article, instead=instead), instead=instead
    )


def read_files(
    settings: Settings,
    listing: Listing,
    texts: Mapping[str, bytes] | None = None,
    *,
    instead: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Project, list[Problem]]:
    """Read some files of a project; ``texts`` in the place of those that are listed."""
    reader = _Reader(instead)
    if (config := settings.project / CONFIG_FILE).is_file():
        reader.read(str(config), CONFIG_FILE)
    turtle = [
        file
        for name, path, role, graph in listing.turtle
        if (file := reader.read_turtle(name, path, role, graph, base_iri=settings.base_iri)) is not None
    ]
    if texts is None:
        found = (reader.read(path, name) for name, path in listing.texts)
        texts = dict(read for read in found if read is not None)
    queries = dict(
        text for name, path in listing.queries if (text := reader.read_text(path, name)) is not None
    )
    drafts, reviews = (
        {
            slug: read[1]
            for slug, (name, path) in some.items()
            if (read := reader.read(path, name)) is not None
        }
        for some in (listing.drafts, listing.reviews)
    )
    project, faults = _expanded(
        Project(settings, reader.digests, tuple(turtle), texts, queries, drafts, reviews)
    )
    return project, [*reader.problems, *faults]


def _expanded(project: Project) -> tuple[Project, list[Problem]]:
    """The project with each article's claims in the full form (:mod:`kgraph.authoring`)."""
    folders: dict[str, list[TurtleFile]] = {}
    for file in project.files(Role.DATA):
        if file.path.startswith(ARTICLES):
            folders.setdefault(unit_of(file.path), []).append(file)
    expanded: dict[str, TurtleFile] = {}
    problems: list[Problem] = []
    for files in folders.values():
        written = {file.path: file.triples for file in files}
        full, faults = expand_article(written, project.texts, resources=project.settings.names.resources)
        for file in files:
            expanded[file.path] = replace(file, triples=tuple(full[file.path]))
        problems += [
            project.problem(fault.code, fault.subject, fault.message, fault.hint, predicate=fault.predicate)
            for fault in faults
        ]
    turtle = tuple(expanded.get(file.path, file) for file in project.turtle)
    return replace(project, turtle=turtle), problems

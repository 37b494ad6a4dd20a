"""A project's folder: which file plays which part, and which named graph it fills.

    ontology/*.ttl                  the graph ``ontology``
    ontology/alignments*.ttl        the same graph, but never reasoned over
    ontology/shapes/*.ttl           SHACL shapes; no graph
    data/ttl/<name>.ttl             the graph ``<name>``
    data/ttl/articles/<slug>/*.ttl  the graph of the file's name, shared by all articles; claims in their
                                    short form are expanded as they are read
    data/drafts/<slug>.json         candidates for an article's claims, made by a tool
    data/reviews/<slug>.jsonl       what reviewers decided on them
    seeds/*.txt                     the exact texts that offsets refer to
    queries/*.rq, queries/*.sparql  canned queries

Each part may be missing. What a project that uses kgraph's terms lacks of the ontology, the package brings
(kgraph.core), under paths that begin with ``kgraph:``, unless it has an ``ontology/kgraph.ttl`` of its own.
Files and folders whose name starts with a dot are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyoxigraph as ox

from kgraph.authoring import expand_article
from kgraph.core import PREFIX, is_core, iter_core_files
from kgraph.encodings import decode_text
from kgraph.problems import Problem, Severity
from kgraph.rdf.turtle import LineIndex, index_lines, parse_turtle
from kgraph.settings import CONFIG_FILE, Settings
from kgraph.text import digest
from kgraph.vocab import KG, is_derived

__all__ = ["Listing", "Project", "Role", "TurtleFile", "list_files", "read_files", "read_project", "unit_of"]

ONTOLOGY_GRAPH: Final = "ontology"
#: A project with this file brings its own ontology, shapes and questions, all of them.
_ONTOLOGY: Final = "ontology/kgraph.ttl"
_VOCABULARY: Final = KG.encode()
_ARTICLES: Final = "data/ttl/articles/"
_GRAPH_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")


class Role(StrEnum):
    """The part that a Turtle file plays."""

    ONTOLOGY = "ontology"
    ALIGNMENTS = "alignments"
    SHAPES = "shapes"
    DATA = "data"


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


#: The ends of the names of query files, which are grlc's.
QUERY_SUFFIXES: Final = (".rq", ".sparql")


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


def _visible(paths: Iterable[Path], root: Path) -> list[Path]:
    return sorted(
        path
        for path in paths
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts)
    )


def _ontology_role(name: str) -> tuple[Role, str]:
    """The part of a file below ``ontology/`` and the graph that it fills, by its path."""
    *folders, file = name.split("/")
    if "shapes" in folders:
        return Role.SHAPES, ""
    return (Role.ALIGNMENTS if file.startswith("alignments") else Role.ONTOLOGY), ONTOLOGY_GRAPH


def _speaks_of_claims(path: Path) -> bool:
    """Whether a file uses kgraph's vocabulary."""
    try:
        return _VOCABULARY in path.read_bytes()
    except OSError:
        return False  # which is told when it is read


def _turtle_paths(
    root: Path, article: str | None, instead: Mapping[str, str]
) -> Iterator[tuple[str, Path, Role, str]]:
    """The Turtle files, each with its name in the project; of ``article`` alone, where one is named."""
    own = _visible((root / "ontology").rglob("*.ttl"), root)
    data = root / "data" / "ttl"
    files = _visible([*data.glob("*.ttl"), *data.glob(f"articles/{article or '*'}/*.ttl")], root)
    files = sorted({*files, *(root / name for name in instead if name.endswith(".ttl"))})
    if not (root / _ONTOLOGY).is_file() and any(_speaks_of_claims(path) for path in (*own, *files)):
        for name, path in iter_core_files("ontology", ".ttl"):
            yield PREFIX + name, path, *_ontology_role(name)
    for path in own:
        name = path.relative_to(root).as_posix()
        yield name, path, *_ontology_role(name)
    for path in files:
        yield path.relative_to(root).as_posix(), path, Role.DATA, path.stem


def _query_paths(root: Path, *, core: bool) -> Iterator[tuple[str, Path]]:
    """The canned queries; one of the project's takes the place of the package's of the same name."""
    own = [path for path in _visible((root / "queries").glob("*"), root) if path.suffix in QUERY_SUFFIXES]
    taken = {path.stem for path in own}
    for name, path in iter_core_files("queries", ".rq") if core else ():
        if path.stem not in taken:
            yield PREFIX + name, path
    for path in own:
        yield path.relative_to(root).as_posix(), path


class _Reader:
    """Reads files one by one, and remembers digests and problems."""

    def __init__(self, root: Path, instead: Mapping[str, str]) -> None:
        self.root = root
        self._instead = instead
        self.digests: dict[str, str] = {}
        self.problems: list[Problem] = []

    def fault(self, code: str, path: str, line: int | None, message: str, hint: str) -> None:
        self.problems.append(Problem(Severity.ERROR, code, path, line, message, hint))

    def read(self, path: Path, name: str = "") -> tuple[str, bytes] | None:
        name = name or path.relative_to(self.root).as_posix()
        try:
            content = self._instead[name].encode() if name in self._instead else path.read_bytes()
        except OSError as error:
            self.fault(
                "unreadable", name, None, f"The file cannot be read: {error.strerror}.", "Check its rights."
            )
            return None
        self.digests[name] = digest(content)
        return name, content

    def read_text(self, path: Path, name: str) -> tuple[str, str] | None:
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
        self, name: str, path: Path, role: Role, graph: str, *, base_iri: str
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


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a project: Turtle with the part and the graph of each, and the others by name.

    ``drafts`` and ``reviews`` come by the slug of their article, each with its name and path.
    """

    turtle: tuple[tuple[str, Path, Role, str], ...] = ()
    texts: tuple[tuple[str, Path], ...] = ()
    queries: tuple[tuple[str, Path], ...] = ()
    drafts: Mapping[str, tuple[str, Path]] = field(default_factory=dict)
    reviews: Mapping[str, tuple[str, Path]] = field(default_factory=dict)


def list_files(
    root: Path, *, article: str | None = None, instead: Mapping[str, str] = MappingProxyType({})
) -> Listing:
    """The files of the project in a folder: see :func:`read_project`."""

    def found(pattern: str) -> list[tuple[str, Path]]:
        return [(path.relative_to(root).as_posix(), path) for path in _visible(root.glob(pattern), root)]

    slug = article or "*"
    turtle = tuple(_turtle_paths(root, article, instead))
    queries = tuple(_query_paths(root, core=any(is_core(name) for name, *_ in turtle)))
    drafts, reviews = (
        {path.stem: (name, path) for name, path in found(f"data/{pattern}")}
        for pattern in (f"drafts/{slug}.json", f"reviews/{slug}.jsonl")
    )
    return Listing(turtle, tuple(found(f"seeds/{slug}.txt")), queries, drafts, reviews)


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
    root = settings.project
    reader = _Reader(root, instead)
    if (root / CONFIG_FILE).is_file():
        reader.read(root / CONFIG_FILE)
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


def unit_of(path: str) -> str:
    """What is read together with a data file, by name: an article's folder, or the file alone."""
    return path.rpartition("/")[0] if path.startswith(_ARTICLES) else path


def _expanded(project: Project) -> tuple[Project, list[Problem]]:
    """The project with each article's claims in the full form (:mod:`kgraph.authoring`)."""
    folders: dict[str, list[TurtleFile]] = {}
    for file in project.files(Role.DATA):
        if file.path.startswith(_ARTICLES):
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

"""Which files a project has: which part each plays, and which named graph it fills.

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

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kgraph.core import PREFIX, is_core, iter_core_files
from kgraph.vocab import KG

__all__ = [
    "ARTICLES",
    "ONTOLOGY_GRAPH",
    "QUERY_SUFFIXES",
    "Listing",
    "Role",
    "list_files",
    "read_article_folder",
    "unit_of",
]

ONTOLOGY_GRAPH: Final = "ontology"
#: A project with this file brings its own ontology, shapes and questions, all of them.
_ONTOLOGY: Final = "ontology/kgraph.ttl"
_VOCABULARY: Final = KG.encode()
#: Where the articles' folders are.
ARTICLES: Final = "data/ttl/articles/"
#: The ends of the names of query files, which are grlc's.
QUERY_SUFFIXES: Final = (".rq", ".sparql")


class Role(StrEnum):
    """The part that a Turtle file plays."""

    ONTOLOGY = "ontology"
    ALIGNMENTS = "alignments"
    SHAPES = "shapes"
    DATA = "data"


def _names_in(folder: str, is_shown: Callable[[os.DirEntry[str]], bool]) -> tuple[list[str], bool]:
    """The names of what is in a folder, is shown and not hidden, and whether there is a link in it.

    There may be many, so no object is made of each but its name. Where there is no such folder, there is
    nothing in it.
    """
    try:
        with os.scandir(folder) as entries:
            there = [each for each in entries if each.name[0] != "."]
            names = sorted([each.name for each in there if is_shown(each)])
            return names, any(map(os.DirEntry.is_symlink, there))
    except OSError:
        return [], False


def _files_in(root: Path, folder: str, *suffixes: str, stem: str | None = None) -> list[str]:
    """The files of a folder with one of some endings, by their names in the project; of a stem, if given."""
    names, _ = _names_in(f"{root}/{folder}", lambda entry: entry.name.endswith(suffixes) and entry.is_file())
    return [f"{folder}/{name}" for name in names if stem in (None, _stem(name))]


def read_article_folder(folder: str) -> tuple[list[str], bool]:
    """The names of the Turtle files in an article's folder, by its path, and whether a link is in it."""
    return _names_in(folder, lambda entry: entry.name.endswith(".ttl") and entry.is_file())


def _read_now(folder: str) -> list[str]:
    return read_article_folder(folder)[0]


def _stem(name: str) -> str:
    """The name of a file without its folders and its suffix."""
    return name.rpartition("/")[2].rpartition(".")[0]


def _ontology_role(name: str) -> tuple[Role, str]:
    """The part of a file below ``ontology/`` and the graph that it fills, by its path."""
    *folders, file = name.split("/")
    if "shapes" in folders:
        return Role.SHAPES, ""
    return (Role.ALIGNMENTS if file.startswith("alignments") else Role.ONTOLOGY), ONTOLOGY_GRAPH


def _speaks_of_claims(path: str) -> bool:
    """Whether a file uses kgraph's vocabulary."""
    try:
        return _VOCABULARY in Path(path).read_bytes()
    except OSError:
        return False  # which is told when it is read


def _ontology_files(root: Path) -> list[str]:
    paths = (path.relative_to(root) for path in (root / "ontology").rglob("*.ttl") if path.is_file())
    shown = (path for path in paths if not any(part.startswith(".") for part in path.parts))
    return [path.as_posix() for path in sorted(shown)]


def _turtle_files(
    root: Path, article: str | None, instead: Iterable[str], names_of: Callable[[str], list[str]]
) -> Iterator[tuple[str, str, Role, str]]:
    """The Turtle files, each with its name in the project; of ``article`` alone, where one is named."""
    base = f"{root}/"
    own, files = _ontology_files(root), _files_in(root, "data/ttl", ".ttl")
    for folder in _names_in(base + ARTICLES, os.DirEntry.is_dir)[0]:
        if article in (None, folder):
            within = f"{ARTICLES}{folder}/"
            files += [within + name for name in names_of(base + within)]
    files += [name for name in instead if name.endswith(".ttl")]
    data = sorted(dict.fromkeys(files), key=lambda name: name.replace("/", "\0"))  # folder by folder
    if not (root / _ONTOLOGY).is_file() and any(_speaks_of_claims(base + name) for name in (*own, *data)):
        for name, path in iter_core_files("ontology", ".ttl"):
            yield PREFIX + name, str(path), *_ontology_role(name)
    for name in own:
        yield name, base + name, *_ontology_role(name)
    for name in data:
        yield name, base + name, Role.DATA, name.rpartition("/")[2].removesuffix(".ttl")


def _query_files(root: Path, *, core: bool) -> Iterator[tuple[str, str]]:
    """The canned queries; one of the project's takes the place of the package's of the same name."""
    own = _files_in(root, "queries", *QUERY_SUFFIXES)
    taken = {_stem(name) for name in own}
    for name, path in iter_core_files("queries", ".rq") if core else ():
        if path.stem not in taken:
            yield PREFIX + name, str(path)
    yield from ((name, f"{root}/{name}") for name in own)


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a project by name and path: of Turtle, the part and the graph of each as well.

    ``drafts`` and ``reviews`` come by the slug of their article.
    """

    turtle: tuple[tuple[str, str, Role, str], ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    queries: tuple[tuple[str, str], ...] = ()
    drafts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    reviews: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def list_files(
    root: Path,
    *,
    article: str | None = None,
    instead: Mapping[str, str] = MappingProxyType({}),
    names_of: Callable[[str], list[str]] = _read_now,
) -> Listing:
    """The files of the project in a folder: see :func:`kgraph.project.folder.read_project`.

    ``names_of`` tells the Turtle files of an article's folder, by its path: by whoever remembers them.
    """

    def found(folder: str, suffix: str) -> list[tuple[str, str]]:
        return [(name, f"{root}/{name}") for name in _files_in(root, folder, suffix, stem=article)]

    turtle = tuple(_turtle_files(root, article, instead, names_of))
    queries = tuple(_query_files(root, core=any(is_core(name) for name, *_ in turtle)))
    drafts, reviews = (
        {_stem(name): (name, path) for name, path in some}
        for some in (found("data/drafts", ".json"), found("data/reviews", ".jsonl"))
    )
    return Listing(turtle, tuple(found("seeds", ".txt")), queries, drafts, reviews)


def unit_of(path: str) -> str:
    """What is read together with a data file, by name: an article's folder, or the file alone."""
    return path.rpartition("/")[0] if path.startswith(ARTICLES) else path

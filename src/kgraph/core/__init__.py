"""What the package brings to every project: ontology, closed lists, lexicon, shapes and general questions.

The files stand in the repository's top-level folders, which stay the only source; a wheel carries them in
this package. A project that uses kgraph's terms is read with them, unless it has an ``ontology/kgraph.ttl``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["PREFIX", "is_core", "iter_core_files", "iter_project_files"]

#: What the paths of these files begin with, wherever a project's files are named.
PREFIX: Final = "kgraph:"
#: A query of this repository that means nothing elsewhere says so by this line.
_OWN: Final = "#+   scope: project"


@cache
def _root() -> Path:
    """The folder that holds ``ontology/``, ``queries/`` and ``docs/``: this package's, or a checkout's."""
    package = Path(__file__).parent
    return package if (package / "ontology").is_dir() else package.parents[2]


def iter_core_files(folder: str, suffix: str) -> Iterator[tuple[str, Path]]:
    """The files below ``ontology`` or ``queries`` in the order of their names, each with its name there."""
    root = _root()
    for path in sorted((root / folder).rglob(f"*{suffix}")):
        if not (folder == "queries" and _OWN in path.read_text(encoding="utf-8")):
            yield path.relative_to(root).as_posix(), path


def iter_project_files(*, title: str, base: str) -> Iterator[tuple[str, str]]:
    """The files of a new project, by path, with its title and its base IRI filled in."""
    root = Path(__file__).parent / "project"
    for path in sorted(each for each in root.rglob("*") if each.is_file()):
        content = path.read_text(encoding="utf-8").replace("{title}", title).replace("{base}", base)
        yield path.relative_to(root).as_posix(), content
    guide = (_root() / "docs" / "annotating.md").read_text(encoding="utf-8")
    yield "ANNOTATING.md", guide.replace("https://example.org/", base)


def is_core(path: str) -> bool:
    """Whether a file, by its name in a project, is one of the package's."""
    return path.startswith(PREFIX)

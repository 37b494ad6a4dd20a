"""Small sealed generations, made as a build makes them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import IO

import pyoxigraph as ox

from kgraph.store import Catalog, Generation, Manifest, write_generation
from kgraph.store.generation import FORMAT
from kgraph.store.sealing import seal
from kgraph.store.sums import SUMS

E = "http://example.org/"
MANIFEST = Manifest("", "2026-01-01T00:00:00+00:00", "t", E, FORMAT, {}, {}, {}, 0, "", 0)
TOKEN = "secret-of-replicas"


def publish(store: Path, number: int, *, files: int = 1, **fields: object) -> Generation:
    """Make a generation with a number in its triples, and with so many queries, the current one."""
    catalog = Catalog(store)
    manifest = replace(MANIFEST, id=catalog.identifier(f"{number:08x}"), **fields)  # type: ignore[arg-type]
    value = ox.Triple(ox.NamedNode(E + "s"), ox.NamedNode(E + "p"), ox.Literal(str(number)))
    queries = {f"queries/q{each}.rq": f"#+ summary: What?\nASK {{}} # {each}\n" for each in range(files)}
    with catalog.writing():
        return catalog.publish(
            manifest.id, lambda path: write_generation(path, {E + "g": [value]}, queries, manifest)
        )


def republish(store: Path, **fields: object) -> Generation:
    """Make the same as the current generation current once more, with other fields of its manifest."""
    catalog = Catalog(store)
    base = catalog.current()
    manifest = replace(base.manifest, id=catalog.identifier("0" * 8), **fields)  # type: ignore[arg-type]

    def write(path: Path) -> Generation:
        for file in contents(base.path):
            (path / file).parent.mkdir(parents=True, exist_ok=True)
            if file not in (SUMS, "manifest.json"):
                os.link(base.path / file, path / file)
        return seal(path, manifest, base=base)

    with catalog.writing():
        return catalog.publish(manifest.id, write)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KGRAPH_")}
    return {**kept, "COLUMNS": "200", "TERM": "dumb", **more}


def start(
    *arguments: object, before: str = "", output: IO[str] | int = subprocess.PIPE, **more: str
) -> subprocess.Popen[str]:
    """A command of kgraph, with its two outputs in one; ``before`` is run in the same shell first. What else
    is given is its environment.
    """
    command = [sys.executable, "-m", "kgraph", *map(str, arguments)]
    if before:
        command = ["bash", "-c", f'{before}; exec "$@"', "bash", *command]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(**more),
    )

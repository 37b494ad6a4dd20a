"""A writer killed at any step: what was current stays current and whole, and the next writer tidies up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph.store import Catalog

#: Publishes a generation, and kills itself at the n-th step that touches the file system.
WRITER = """
import os, signal, sys
from pathlib import Path
import pyoxigraph as ox
from kgraph.store import Catalog, Manifest, write_generation

folder, name, deadly = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
steps = 0

def watch(event, arguments):
    global steps
    path = str(arguments[0]) if arguments else ""
    if steps == 0 and f".new-{name}" not in path:
        return  # still sweeping up after the one before
    if not event.startswith(("os.", "shutil.")) and not (event == "open" and path.startswith(str(folder))):
        return
    if path.endswith(".sst") or event in ("os.scandir", "os.listdir"):
        return  # flushed to disk one by one, or only looked at: one step is like another
    steps += 1
    if steps == deadly:
        os.kill(os.getpid(), signal.SIGKILL)

p = ox.NamedNode("http://example.org/p")
triples = [ox.Triple(p, p, ox.Literal(str(i))) for i in range(2000)]
manifest = Manifest(name, "", "t", "http://e/", 1, {}, {}, {"http://e/g": 2000}, 2000, "", 0)
graphs = {"http://example.org/g": triples}
sys.addaudithook(watch)
catalog = Catalog(folder)
with catalog.writing():
    catalog.publish(name, lambda path: write_generation(path, graphs, {"queries/q.rq": "ASK {}"}, manifest))
print(steps)
"""


def write(folder: Path, name: str, deadly: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WRITER, str(folder), name, str(deadly)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def count(catalog: Catalog) -> int:
    store = ox.Store.read_only(str(catalog.current().store_path))
    return len(list(store.quads_for_pattern(None, None, None, ox.NamedNode("http://example.org/g"))))


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many steps an undisturbed second build takes."""
    folder = tmp_path_factory.mktemp("steps")
    write(folder, "g1", 0)
    done = write(folder, "g2", 0)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_swap_a_writer_killed_at_any_step_leaves_a_whole_generation_current(
    steps: int, tmp_path: Path
) -> None:
    assert steps > 10
    write(tmp_path, "g000", 0)
    seen: set[str] = set()
    for step in range(1, steps + 1):
        before = Catalog(tmp_path).current().id
        name = f"g{step:03}"
        killed = write(tmp_path, name, step)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        current = Catalog(tmp_path).current()
        assert current.id in (before, name)
        seen.add("old" if current.id == before else "new")
        assert count(Catalog(tmp_path)) == current.manifest.triples == 2000
    assert seen == {"old", "new"}
    done = write(tmp_path, "g999", 0)
    assert done.returncode == 0, done.stderr
    assert Catalog(tmp_path).current().id == "g999"
    names = {path.name for path in (tmp_path / "generations").iterdir()}
    assert not any(name.startswith(".") for name in names)
    assert {path.name for path in tmp_path.iterdir()} == {"generations", "current", "lock"}

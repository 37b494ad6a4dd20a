"""A script that forgets to close its knowledge graph ends all the same, and leaves no process behind."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = """\
import gc, os, sys
from kgraph import KnowledgeGraph
from kgraph.rdf.formats import ResultKind
graph = KnowledgeGraph(sys.argv[1], workers=1)
graph.query("ASK {}")
children = open(f"/proc/self/task/{os.getpid()}/children").read()
print(*children.split(), flush=True)
"""
ENDS = {
    "at its end": ("", 0),
    "by an exception": ("raise ValueError('a fault of the script')", 1),
    "by sys.exit": ("sys.exit(3)", 3),
    "after a query that failed": ("graph.query('SELEKT')", 1),
    "in the middle of an answer": (
        "pieces = graph.write('SELECT (1 AS ?x) {}', formats={ResultKind.SOLUTIONS: 'csv'}); next(pieces)",
        0,
    ),
    "when it was collected": ("del graph; gc.collect()", 0),
    "when it was closed": ("graph.close()", 0),
    "from a thread": ("import threading; threading.Thread(target=lambda: graph.query('ASK {}')).start()", 0),
    "with two of them": ("other = KnowledgeGraph(sys.argv[1], workers=1); other.query('ASK {}')", 0),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_script_ends_without_close(end: str, tmp_path: Path) -> None:
    line, status = ENDS[end]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT + line, tmp_path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert ("Error" in done.stderr) is (status == 1)
    assert "Traceback" not in done.stderr or status == 1
    (children,) = done.stdout.splitlines()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{child}").exists() for child in children.split()):
        assert time.monotonic() < deadline, "a process was left behind"
        time.sleep(0.05)

"""The ``kgraph`` command as its user has it: a process, with its two outputs and its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kgraph.build import build
from kgraph.settings import load_settings

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KGRAPH_")}
    return {**kept, "COLUMNS": "80", "TERM": "dumb"}


@pytest.fixture(scope="session")
def run() -> Run:
    """Run a command to its end."""

    def start(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        if not {"input", "stdin"} & set(options):
            options["stdin"] = subprocess.DEVNULL
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            [sys.executable, "-m", "kgraph", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=120,
            env=_environment(),
            check=False,
            **options,
        )

    return start


@contextmanager
def running(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on by itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kgraph", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(),
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="session")
def project(reference_folder: Path) -> Path:
    """The repository's project, built."""
    build(load_settings(reference_folder, environ={}))
    return reference_folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A project of a single query."""
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "truth.rq").write_text("#+ summary: Is it so?\nASK {}\n")
    return tmp_path

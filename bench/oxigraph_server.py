"""Oxigraph's own server, as a peer: the package ``oxigraph``, installed where there is a wheel."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["load_store", "oxigraph_program", "serving"]


def oxigraph_program() -> str | None:
    """Where the program is; None where it is not installed."""
    return shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")


def load_store(program: str, location: Path, data: Path) -> None:
    """Bulk-load a file into a new store, and optimise it."""
    for command in (["load", "--file", str(data)], ["optimize"]):
        name, *options = command
        subprocess.run(
            [program, name, "--location", str(location), *options], check=True, capture_output=True
        )


@contextmanager
def serving(program: str, location: Path) -> Iterator[str]:
    """A server on a store: its address, without a path."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [program, "serve", "--location", str(location), "--bind", address]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            next(line for line in server.stderr if "Listening" in line)
            yield f"http://{address}"
        finally:
            server.terminate()

"""The servers of the endpoint's bench, each started on a free port of the loopback interface and waited for.

Peers are looked for in ``.venv/peers`` (``make bench`` installs them there) and on the search path; what is
not there is left out.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

__all__ = ["Server", "family", "kgraph", "oxigraph", "oxigraph_program", "peers_python", "rdflib_endpoint"]

ROOT = Path(__file__).parent.parent
PEERS = ROOT / ".venv/peers/bin"
TOKEN = "only-for-the-bench"  # noqa: S105 - of a server that lives for the bench
LONGEST_START_S = 900
_RDFLIB_ENDPOINT = """
import sys, pyoxigraph, uvicorn
from oxrdflib import OxigraphStore
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
store = pyoxigraph.Store.read_only(sys.argv[1])
graph = Dataset(store=OxigraphStore(store=store))
uvicorn.run(SparqlEndpoint(graph=graph, path="/query"), port=int(sys.argv[2]), log_level="error")
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers: where it takes queries and updates, and its process."""

    name: str
    query_url: str
    update_url: str
    pid: int
    token: str = ""

    def ask(self, query: str, *, accept: str = "application/sparql-results+json") -> bytes:
        """The answer to a query."""
        url = f"{self.query_url}?query={quote(query)}"
        with urlopen(Request(url, headers={"Accept": accept})) as answer:
            content: bytes = answer.read()
            return content

    def update(self, update: str) -> None:
        """Carry out an update."""
        headers = {"Content-Type": "application/sparql-update"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        with urlopen(Request(self.update_url, data=update.encode(), headers=headers, method="POST")):
            pass

    def await_snapshot(self) -> bool:
        """Wait until a server of ours has its generation in memory, and all workers share it. False where it
        never has.
        """
        health = self.query_url.replace("/sparql", "/health")
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            with urlopen(health) as answer:
                if json.load(answer).get("workers", {}).get("snapshot"):
                    time.sleep(2)
                    return True
            time.sleep(0.25)
        return False

    def resident_bytes(self) -> int:
        """The memory that its processes have for themselves: shared pages count once."""
        return sum(_proportional_bytes(pid) for pid in family(self.pid))


def family(pid: int) -> Iterator[int]:
    """A process and its descendants."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from family(int(child))


def _proportional_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def oxigraph_program() -> str | None:
    """Oxigraph's own program, if there is one."""
    return shutil.which("oxigraph", path=os.pathsep.join((str(PEERS), os.environ.get("PATH", ""))))


def peers_python() -> str | None:
    """An interpreter that has rdflib-endpoint, if there is one."""
    python = PEERS / "python"
    check = [str(python), "-c", "import rdflib_endpoint, oxrdflib, uvicorn"]
    if not python.exists() or subprocess.run(check, check=False, capture_output=True).returncode:
        return None
    return str(python)


@contextmanager
def kgraph(project: Path, *flags: str) -> Iterator[Server]:
    """This server."""
    port = _free_port()
    command = [sys.executable, "-m", "kgraph", "serve", f"--project={project}", f"--port={port}", *flags]
    base = f"http://127.0.0.1:{port}/sparql"
    with _running("kgraph", command, base, base, token=TOKEN) as server:
        yield server


@contextmanager
def oxigraph(store: Path, *, is_writable: bool = False, name: str = "oxigraph") -> Iterator[Server]:
    """Oxigraph's own server."""
    port = _free_port()
    program = oxigraph_program()
    assert program is not None
    verb = "serve" if is_writable else "serve-read-only"
    command = [program, verb, f"--location={store}", f"--bind=127.0.0.1:{port}"]
    base = f"http://127.0.0.1:{port}"
    with _running(name, command, f"{base}/query", f"{base}/update") as server:
        yield server


@contextmanager
def rdflib_endpoint(store: Path) -> Iterator[Server]:
    """rdflib-endpoint with its Oxigraph store."""
    port = _free_port()
    python = peers_python()
    assert python is not None
    command = [python, "-c", _RDFLIB_ENDPOINT, str(store), str(port)]
    base = f"http://127.0.0.1:{port}/query"
    with _running("rdflib-endpoint", command, base, base) as server:
        yield server


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def _running(
    name: str, command: list[str], query_url: str, update_url: str, *, token: str = ""
) -> Iterator[Server]:
    environment = {**os.environ, "KGRAPH_TOKEN": token} if token else None
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, env=environment) as process,
    ):
        try:
            server = Server(name, query_url, update_url, process.pid, token)
            if not _is_ready(server, process):
                said.seek(0)
                raise RuntimeError(f"{name} does not start: {said.read().decode()[-2000:]}")
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _is_ready(server: Server, process: subprocess.Popen[bytes]) -> bool:
    """Wait until it answers. False where it has ended instead."""
    deadline = time.monotonic() + LONGEST_START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.ask("ASK {}")
        except (URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return True
    return False

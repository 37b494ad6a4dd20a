"""Engines of others, started for the tests on loopback. ``make engines`` brings them, Debian Virtuoso."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
JARS = ROOT / ".venv" / "fuseki"
OXIGRAPH = ROOT / ".venv" / "tools" / "bin" / "oxigraph"
_START_S = 60.0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(command: Sequence[str], url: str, *, folder: Path) -> Iterator[str]:
    """A server of a command, once it answers SPARQL at a URL; killed in the end."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        deadline = time.monotonic() + _START_S
        while True:
            try:
                if httpx.get(url, params={"query": "ASK {}"}, trust_env=False).status_code < 500:
                    break
            except httpx.HTTPError:
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.05)
        yield url
    finally:
        process.kill()
        process.wait()


@contextmanager
def fuseki(folder: Path, *store: str) -> Iterator[str]:
    """Fuseki, with a dataset in memory where no other store is named; the URL of the dataset."""
    if shutil.which("java") is None or not any(JARS.glob("jena-fuseki-main-*.jar")):
        pytest.skip("Fuseki is not here: 'make engines' brings it where there are Java and Maven")
    port = free_port()
    options = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", f"{JARS}/*"]
    server = [
        "org.apache.jena.fuseki.main.cmds.FusekiMainCmd",
        "--localhost",
        "--strict",
        "--update",
        *(store or ("--mem",)),
    ]
    url = f"http://127.0.0.1:{port}/kgraph"
    with running(["java", *options, *server, f"--port={port}", "/kgraph"], url, folder=folder):
        yield url


@contextmanager
def oxigraph(folder: Path, port: int = 0) -> Iterator[str]:
    """Oxigraph's server, with a store in a folder; its URL."""
    if not OXIGRAPH.exists():
        pytest.skip("Oxigraph's server is not here: 'make engines' brings it")
    url = f"http://127.0.0.1:{port or free_port()}"
    command = [str(OXIGRAPH), "serve", "--location", "store", "--bind", url.removeprefix("http://")]
    with running(command, f"{url}/query", folder=folder):
        yield url


def tdb2(folder: Path) -> AbstractContextManager[str]:
    """Fuseki with a store on disk, which keeps values in a way of its own."""
    (folder / "store").mkdir()
    return fuseki(folder, "--tdb2", "--loc=store")


Start = Callable[[Path], AbstractContextManager[str]]
ENGINES: dict[str, Start] = {"fuseki": fuseki, "oxigraph": oxigraph}


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    """Virtuoso 7 as Debian has it; the URL of its endpoint. :func:`virtuoso_load` fills it."""
    if shutil.which("virtuoso-t") is None:
        pytest.skip("Virtuoso is not here: Debian has it as virtuoso-opensource-7")
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(
        f"""[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx
[Parameters]
ServerPort = {sql}
NumberOfBuffers = 10000
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
"""
    )
    url = f"http://127.0.0.1:{http}/sparql"
    with running(["virtuoso-t", "+configfile", "virtuoso.ini", "+foreground"], url, folder=folder):
        _isql(folder, 'GRANT SPARQL_UPDATE TO "SPARQL"')
        yield url


def virtuoso_load(folder: Path, quads: Path) -> None:
    """Have the Virtuoso of a folder load a file of N-Quads that is in it."""
    _isql(folder, f"DB.DBA.TTLP_MT(file_to_string_output('{quads}'), '', 'urn:x', 512, 1)")


def _isql(folder: Path, statement: str) -> None:
    port = (folder / "virtuoso.ini").read_text().split("ServerPort = ")[1].split()[0]
    command = ["isql-vt", port, "dba", "dba", "ERRORS=STDOUT", f"exec={statement}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "***" not in done.stdout, done.stdout

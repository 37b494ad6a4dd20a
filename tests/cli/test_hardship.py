"""What happens where the system gives less than usual: full, vanished and read-only disks, old containers,
file systems without links, and two servers on one store. Each refusal is the kernel's own.
"""

from __future__ import annotations

import json
import re
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from kgraph.store import Catalog

from .conftest import Run, _environment
from .denying import READ_ONLY
from .test_serve import serving

DENYING = Path(__file__).parent / "denying.py"
TURTLE = {"Content-Type": "text/turtle"}
CSV = {"Accept": "text/csv"}
WRITTEN = "SELECT ?o { ?s <urn:wrote> ?o } ORDER BY ?o"


def denied(code: str, *calls: str) -> list[str]:
    """What goes before a command for which the kernel refuses some calls."""
    return [sys.executable, str(DENYING), code, *calls, "--"]


def command(before: list[str], *arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, behind another."""
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [*before, sys.executable, "-m", "kgraph", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env=_environment(),
        check=False,
        **{"stdin": subprocess.DEVNULL, **options},
    )


@contextmanager
def served(
    before: list[str], folder: Path, *flags: str
) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """A server behind another command."""
    words = [
        *before,
        sys.executable,
        "-m",
        "kgraph",
        "serve",
        "--project",
        str(folder),
        "--port",
        "0",
        *flags,
    ]
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(),
    ) as process:
        try:
            assert process.stderr is not None
            said = ""
            while (url := re.search(r"http://\S+", said)) is None:
                line = process.stderr.readline()
                assert line, f"the server ended: {said}"
                said += line
            with httpx.Client(base_url=url[0], timeout=30) as client:
                yield process, client
        finally:
            process.terminate()
            try:
                process.wait(20)
            finally:
                process.kill()


def put(client: httpx.Client, name: str) -> httpx.Response:
    graph = {"graph": f"urn:{name}"}
    return client.put("/graph-store", params=graph, content=f'<urn:x> <urn:wrote> "{name}" .', headers=TURTLE)


def written(client: httpx.Client) -> list[str]:
    answer = client.get("/sparql", params={"query": WRITTEN}, headers=CSV)
    assert answer.status_code == 200, answer.text
    return answer.text.split()[1:]


def descendants(pid: int) -> Iterator[int]:
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield int(child)
        yield from descendants(int(child))


def entries(folder: Path) -> set[str]:
    return {path.name for path in (folder / ".kgraph/generations").iterdir()}


@pytest.fixture
def full(project: Path, tmp_path: Path) -> Path:
    """A project of some size, built."""
    return Path(shutil.copytree(project, tmp_path / "project", symlinks=True))


# Full disks.


@pytest.mark.parametrize("limit_kib", [8, 100, 1000])
def test_where_the_disk_is_full_nothing_changes_and_that_is_said(full: Path, limit_kib: int) -> None:
    before = entries(full)
    lines = "".join(f"<urn:s{n}> <urn:p> <urn:o{n}> .\n" for n in range(50_000))
    (full / "large.nt").write_text(lines)

    def shrink() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_kib << 10, resource.RLIM_INFINITY))

    for words in (("build", "--force"), ("load", full / "large.nt")):
        done = command([], *words, "--project", full, preexec_fn=shrink)
        assert done.returncode == 1
        assert "File too large" in done.stderr
        assert "room on" in done.stderr
        assert "Traceback" not in done.stderr
        assert entries(full) == before
    assert command([], "load", full / "large.nt", "--project", full).returncode == 0


def test_a_server_whose_disk_was_full_writes_again_when_there_is_room(full: Path) -> None:
    with served([], full, "--writable") as (process, client):
        assert put(client, "a").status_code == 201
        [writer] = [
            pid
            for pid in descendants(process.pid)
            if b"kgraph.engine.writer" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        usual = resource.prlimit(writer, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        for name in ("b", "c"):
            refused = put(client, name)
            assert refused.status_code == 503
            assert refused.json()["type"] == "urn:kgraph:problem:store"
            assert "File too large" in refused.json()["detail"]
            assert written(client) == ["a"]
            assert client.get("/health").json()["status"] == "ok"
        resource.prlimit(writer, resource.RLIMIT_FSIZE, usual)
        assert put(client, "d").status_code == 201
        assert written(client) == ["a", "d"]


# Disks that are only read.


def test_what_can_be_read_is_read_from_a_disk_that_cannot_be_written(full: Path) -> None:
    before = denied("EROFS", *READ_ONLY)
    for words in (
        ("build",),
        ("generations",),
        ("query", "find"),
        ("explain", "kgr:kfor", "a", "kg:Organization"),
    ):
        done = command(before, *words, "--project", full)
        assert done.returncode == 0, done.stderr
    (full / "d.nt").write_text("<urn:a> <urn:b> <urn:c> .\n")
    for writing in (("build", "--force"), ("load", full / "d.nt"), ("rollback",)):
        done = command(before, *writing, "--project", full)
        assert done.returncode == 1
        assert "cannot be written: Read-only file system" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_server_on_a_store_that_it_may_only_read_answers_everything(full: Path) -> None:
    store = full / ".kgraph"
    folders = [store, *(path for path in store.rglob("*") if path.is_dir() and not path.is_symlink())]
    for path in [path for path in store.rglob("*") if path.is_file()]:
        path.chmod(0o444)
    for path in folders:
        path.chmod(0o555)
    try:
        with served(denied("EACCES", "override"), full, "--writable") as (_, client):
            assert client.get("/who-said.json", params={"q": "roadblocks"}).json()["level"] == "stated"
            assert client.get("/id/kfor.ttl").status_code == 200
            refused = put(client, "a")
            assert refused.status_code == 503
            assert "cannot be written: Permission denied" in refused.json()["detail"]
            assert written(client) == []
    finally:
        for path in folders:
            path.chmod(0o755)


def test_a_server_needs_no_file_of_its_own(tiny: Path, run: Run) -> None:
    """No folder for temporary files, no /dev/shm: nothing is made anywhere while it reads."""
    assert run("build", "--project", tiny).returncode == 0
    with served(denied("EROFS", *READ_ONLY), tiny, "--writable") as (_, client):
        assert client.get("/queries/truth.json").json()["boolean"] is True
        assert written(client) == []
        assert put(client, "a").status_code == 503


# File systems without hard links.


@pytest.mark.parametrize("code", ["EPERM", "EOPNOTSUPP", "EMLINK"])
def test_without_hard_links_files_are_copied(tiny: Path, code: str) -> None:
    before = denied(code, "link", "linkat")
    (tiny / "d.nt").write_text('<urn:y> <urn:wrote> "loaded" .\n')
    assert command(before, "build", "--project", tiny).returncode == 0
    assert command(before, "load", tiny / "d.nt", "--project", tiny).returncode == 0
    with served(before, tiny, "--writable") as (_, client):
        for name in ("a", "b", "c"):
            assert put(client, name).status_code == 201
        assert client.delete("/graph-store", params={"graph": "urn:b"}).status_code == 200
        assert written(client) == ["a", "c", "loaded"]
    assert not [name for name in entries(tiny) if name.startswith(".new")]


# Old container runtimes.

BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
CONTAINERS = {
    "old": ("EPERM", "seccomp", "pidfd_open", "pidfd_send_signal", "memfd_create"),
    "an old kernel": ("ENOSYS", "seccomp", "pidfd_open", "pidfd_send_signal", "memfd_create"),
    "half": ("EPERM", "pidfd_send_signal"),
}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_in_an_old_container_queries_are_answered_and_ended_in_time(full: Path, kind: str) -> None:
    before = denied(*CONTAINERS[kind])
    with served(before, full, "--writable", "--query-timeout", "2") as (process, client):
        assert client.get("/queries/find.json", params={"name": "Kfor"}).json()["results"]["bindings"]
        assert put(client, "a").status_code == 201
        assert written(client) == ["a"]
        late = client.get("/sparql", params={"query": BOMB})
        assert late.status_code == 504
        call = client.get(
            "/sparql", params={"query": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"}
        )
        assert call.status_code in (400, 403)
        assert written(client) == ["a"]
        pids = [*descendants(process.pid)]
    deadline = monotonic() + 20  # to be reaped by whoever has inherited them
    while left := [pid for pid in pids if Path(f"/proc/{pid}").exists()]:
        assert monotonic() < deadline, left
        sleep(0.05)


# Stores that vanish, and stores of two.


def test_a_store_that_vanishes_is_said_and_comes_back(full: Path) -> None:
    with serving(full, "--writable") as (_, client, _):
        assert put(client, "a").status_code == 201
        store = full / ".kgraph"
        store.rename(full / "elsewhere")
        for answer in (
            client.get("/sparql", params={"query": "SELECT * { ?s ?p ?new }"}),
            client.get("/id/kosovo"),
            client.get("/who-said?q=now"),
            client.get("/health"),
            put(client, "b"),
        ):
            assert answer.status_code == 503, answer.text
            assert "There is no generation" in answer.json()["detail"]
        shutil.rmtree(store, ignore_errors=True)  # of which a lock is all that there can be
        (full / "elsewhere").rename(store)
        assert written(client) == ["a"]
        assert put(client, "c").status_code == 201
        assert written(client) == ["a", "c"]


def test_where_the_link_vanishes_a_server_takes_no_writes(full: Path) -> None:
    with serving(full, "--writable") as (_, client, _):
        assert put(client, "a").status_code == 201
        name = Catalog(full / ".kgraph").current().id
        (full / ".kgraph/current").unlink()
        refused = put(client, "b")
        assert refused.status_code == 503
        assert f"kgraph rollback {name}" in refused.json()["detail"]
        assert command([], "rollback", name, "--project", full).returncode == 0
        assert put(client, "c").status_code == 201
        assert written(client) == ["a", "c"]


def test_two_servers_on_one_store_lose_nothing_and_see_each_other(tiny: Path) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(served([], tiny, "--writable"))[1] for _ in range(2)]
        acknowledged: list[str] = []

        def write(number: int) -> None:
            for count in range(6):
                name = f"{number}-{count}"
                if put(clients[number], name).status_code == 201:
                    acknowledged.append(name)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(acknowledged) == 12
        assert [written(client) for client in clients] == [sorted(acknowledged)] * 2
        done = command([], "build", "--force", "--project", tiny)
        assert done.returncode == 0, done.stderr
        assert [written(client) for client in clients] == [sorted(acknowledged)] * 2
        generations = {json.dumps(client.get("/health").json()["generation"]["id"]) for client in clients}
        assert len(generations) == 1

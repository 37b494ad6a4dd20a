"""The endpoint under load, to Oxigraph's own server and rdflib-endpoint in the same run, on the same triples.

A synthetic project's triples stand in the default graph of each server. wrk is the client, with eight
connections on the same machine. Analytical queries are also put to Oxigraph's server on a store that its own
``optimize`` has been through. Ratios above 1 mean that this server is faster. The table is printed, and
written as JSON and as a chart to ``bench/results``.
"""

from __future__ import annotations

import http.client
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from bench.chart import render_chart
from bench.servers import Server, kgraph, oxigraph, oxigraph_program, peers_python, rdflib_endpoint
from bench.synthetic import write_article
from bench.wrk import is_installed, run_load
from kgraph.vocab import KG

__all__ = ["bench_endpoint"]

RESULTS = Path(__file__).parent / "results"
ROUNDS = 3
SECONDS = 4
#: A query that takes seconds is to be asked often enough.
ANALYTICAL_SECONDS = 14
CLAIM = "<https://w3id.org/kgraph/id/article/aARTICLE/cCLAIM>"
POINT = f"SELECT ?p ?o WHERE {{ {CLAIM} ?p ?o }} LIMIT NUMBER"
REPEATED = POINT.replace("ARTICLE", "77").replace("CLAIM", "07").replace("NUMBER", "1000")
P = f"PREFIX kg: <{KG}> "
ANALYTICAL = (
    P + "SELECT ?who (COUNT(?c) AS ?n) { ?c kg:attributedTo ?who ; kg:inSentence ?s . "
    "?s kg:partOfArticle ?a } GROUP BY ?who ORDER BY DESC(?n) ?who LIMIT NUMBER",
    P + "SELECT ?mode (COUNT(*) AS ?n) { ?c kg:mode ?mode } GROUP BY ?mode LIMIT NUMBER",
    P + "SELECT ?who ?mode (COUNT(DISTINCT ?p) AS ?n) { ?c kg:attributedTo ?who ; kg:mode ?mode ; "
    "kg:predicate ?p } GROUP BY ?who ?mode ORDER BY DESC(?n) ?who ?mode LIMIT NUMBER",
    P + "SELECT (COUNT(*) AS ?n) { ?c kg:subject ?s ; kg:object ?o . ?d kg:subject ?o ; kg:object ?s . "
    "FILTER(NUMBER > 0) }",
)
#: Of tens of milliseconds.
COUNTING = (
    P + "SELECT ?mode (COUNT(*) AS ?n) { ?c kg:mode ?mode } GROUP BY ?mode LIMIT NUMBER",
    P + "SELECT ?who (COUNT(?c) AS ?n) { ?c kg:attributedTo ?who } GROUP BY ?who ORDER BY ?n LIMIT NUMBER",
    P + "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?c kg:predicate ?p FILTER(NUMBER > 0) }",
)
LARGE = "SELECT * { ?s ?p ?o }"


@dataclass
class Table:
    """The measurements so far: a name, a unit, whether less is better, and a figure for each server."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, name: str, unit: str, figures: dict[str, float | None], *, less_is_better: bool = False
    ) -> None:
        """Take in a measurement, and print it with its ratios."""
        known = {server: figure for server, figure in figures.items() if figure is not None}
        ours = known.get("kgraph")
        ratios = {
            server: figure / ours if less_is_better else ours / figure
            for server, figure in known.items()
            if server != "kgraph" and ours and figure
        }
        self.rows.append({"name": name, "unit": unit, "figures": known, "ratios": ratios})
        mine = "not there yet" if ours is None else f"{ours:,.4g} {unit}"
        others = "".join(
            f"   {server} {known[server]:,.4g}: {ratio:.2f}x" for server, ratio in ratios.items()
        )
        print(f"endpoint   {name:44} {mine:>18}{others}", flush=True)

    def write(self, folder: Path, *, triples: int) -> None:
        """Write all of it as JSON and as a chart."""
        folder.mkdir(exist_ok=True)
        machine = f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}"
        facts = {"date": datetime.now(UTC).date().isoformat(), "machine": machine, "triples": triples}
        text = json.dumps({**facts, "measurements": self.rows}, indent=2, ensure_ascii=False)
        (folder / "endpoint.json").write_text(text + "\n", encoding="utf-8")
        chart = render_chart(
            f"Times as fast, on {triples:,} triples ({machine}, {facts['date']})",
            [(row["name"], row["ratios"]) for row in self.rows if row["ratios"]],
        )
        (folder / "endpoint.svg").write_text(chart, encoding="utf-8")


def bench_endpoint(articles: int) -> None:
    """Measure everything that can be measured here."""
    if not is_installed():
        print("endpoint   wrk is not installed, so there is no client to measure with")
        return
    table = Table()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "synthetic.nt"
        triples = _write(file, articles)
        project, store = _bench_load(table, folder, file, triples)
        _bench_queries(table, project, store, articles)
        _bench_writes(table, project, store)
    table.write(RESULTS, triples=triples)


def _write(file: Path, articles: int) -> int:
    lines = dict.fromkeys(line for number in range(articles) for _, line in write_article(number))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def _bench_load(table: Table, folder: Path, file: Path, triples: int) -> tuple[Path, Path]:
    """Bulk loads in turn. The project and the peer's store that came of the last."""
    ours, theirs = [], []
    for number in range(ROUNDS):
        project, store = folder / f"project-{number}", folder / f"oxigraph-{number}"
        project.mkdir()
        command = [sys.executable, "-m", "kgraph"]
        subprocess.run([*command, "build", f"--project={project}"], check=True, capture_output=True)
        ours.append(_seconds_of([*command, "load", str(file), f"--project={project}"]))
        if (program := oxigraph_program()) is not None:
            theirs.append(_seconds_of([program, "load", f"--location={store}", f"--file={file}"]))
    rates: dict[str, float | None] = {"kgraph": triples / statistics.median(ours)}
    if theirs:
        rates["oxigraph"] = triples / statistics.median(theirs)
    table.add("bulk load", "triples/s", rates)
    return project, store


def _seconds_of(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def _bench_queries(table: Table, project: Path, store: Path, articles: int) -> None:
    """Every load on every server in turn, several times: a machine is not always as fast."""
    rates: dict[tuple[str, str], list[float]] = {}
    seeds = count(1)

    def measure(what: str, server: Server, *queries: str, headers: dict[str, str] | None = None) -> None:
        seconds = ANALYTICAL_SECONDS if queries == ANALYTICAL else SECONDS
        seed = 20_000 * next(seeds)  # so that no server is asked the same twice
        load = run_load(
            server.query_url, *queries, articles=articles, seconds=seconds, seed=seed, headers=headers
        )
        if load.failed:
            print(f"endpoint   {what}: {load.failed} requests to {server.name} failed", file=sys.stderr)
        rates.setdefault((what, server.name), []).append(load.requests_s)

    with ExitStack() as stack:
        disk = stack.enter_context(kgraph(project, "--memory-snapshot=0"))
        memory = stack.enter_context(kgraph(project, "--memory-snapshot=4GiB"))
        servers: list[Server] = [disk]
        tidy: list[Server] = []
        if oxigraph_program() is not None:
            servers.append(stack.enter_context(oxigraph(store)))
            tidy.append(stack.enter_context(oxigraph(_optimized(store), name="optimized")))
        slow = [stack.enter_context(rdflib_endpoint(store))] if peers_python() is not None else []
        has_snapshot = memory.await_snapshot()
        condition = {"If-None-Match": _entity_tag(disk)}
        for server in (*servers, *slow):
            run_load(server.query_url, REPEATED, POINT, articles=articles, seconds=2)
        for _ in range(ROUNDS):
            for server in (*servers, *slow):
                measure("repeated", server, REPEATED)
                if server is disk:
                    measure("conditional", server, REPEATED, headers=condition)
            for server in (*servers, *slow):
                measure("point", server, POINT)
            for server in (*servers, *tidy):
                measure("analytical", server, *ANALYTICAL)
                measure("counting", server, *COUNTING)
            if has_snapshot:
                measure("snapshot", memory, *ANALYTICAL)
        figures: dict[str, dict[str, float | None]] = defaultdict(dict)
        for (what, name), measured in rates.items():
            figures[what][name] = statistics.median(measured)
        for server in servers:
            first_s, grown = _stream(server)
            figures["first byte"][server.name] = 1000 * first_s
            figures["memory"][server.name] = grown / 2**20
    _compare(table, figures)


def _optimized(store: Path) -> Path:
    """A copy of Oxigraph's store, through its own ``optimize``."""
    copy = shutil.copytree(store, store.with_name("optimized"))
    program = oxigraph_program()
    assert program is not None
    subprocess.run([program, "optimize", f"--location={copy}"], check=True, capture_output=True)
    return copy


def _compare(table: Table, figures: dict[str, dict[str, float | None]]) -> None:
    peer = {"oxigraph": figures["repeated"].get("oxigraph")}
    table.add("repeated queries", "requests/s", figures["repeated"])
    conditional = {**figures["conditional"], **peer, "repeated": figures["repeated"]["kgraph"]}
    table.add("conditional requests (to repeated ones)", "requests/s", conditional)
    table.add("distinct point queries", "requests/s", figures["point"])
    table.add("distinct analytical queries, from disk", "requests/s", figures["analytical"])
    table.add("the same, of tens of milliseconds", "requests/s", figures["counting"])
    peers = {name: figure for name, figure in figures["analytical"].items() if name != "kgraph"}
    table.add("distinct analytical queries, from memory", "requests/s", {**figures["snapshot"], **peers})
    table.add("first byte of a large result", "ms", figures["first byte"], less_is_better=True)
    table.add("memory gained in its second half", "MiB", figures["memory"], less_is_better=True)


def _entity_tag(server: Server) -> str:
    request = Request(
        f"{server.query_url}?query={quote(REPEATED)}", headers={"Accept": "application/sparql-results+json"}
    )
    with urlopen(request) as answer:
        tag: str = answer.headers["ETag"]
        return tag


def _stream(server: Server) -> tuple[float, int]:
    """Seconds to the first byte of a large result, and by how much memory grows in its second half: caches
    fill at first, but what is sent must not be kept.
    """
    parts = urlsplit(server.query_url)
    times = []
    for _ in range(5):
        time.sleep(0.5)  # in which what the last one took is given back
        connection = http.client.HTTPConnection(parts.netloc)
        start = time.perf_counter()
        connection.request("GET", f"{parts.path}?query={quote(LARGE)}", headers={"Accept": "text/csv"})
        answer = connection.getresponse()
        answer.read(1)
        times.append(time.perf_counter() - start)
        connection.close()
    time.sleep(1)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("GET", f"{parts.path}?query={quote(LARGE)}", headers={"Accept": "text/csv"})
    answer = connection.getresponse()
    sizes = []
    while answer.read(4 << 20):
        sizes.append(server.resident_bytes())
    connection.close()
    half = len(sizes) // 2
    return statistics.median(times), max(0, max(sizes[half:]) - max(sizes[:half]))


def _bench_writes(table: Table, project: Path, store: Path) -> None:
    figures: dict[str, float | None] = {"kgraph": None}
    with suppress(RuntimeError), kgraph(project, "--writable") as server, suppress(HTTPError):
        figures["kgraph"] = _time_to_see(server)
    if oxigraph_program() is not None:
        with oxigraph(store, is_writable=True) as server:
            figures["oxigraph"] = _time_to_see(server)
    table.add("a small graph written, until it is seen", "ms", figures, less_is_better=True)


def _time_to_see(server: Server) -> float:
    """Milliseconds from sending a small graph until a query gives it back; the median of some."""
    times = []
    for number in range(11):
        graph = f"urn:bench:{number}"
        data = " ".join(f'<urn:s{n}> <urn:p> "{number}" .' for n in range(20))
        start = time.perf_counter()
        server.update(f"INSERT DATA {{ GRAPH <{graph}> {{ {data} }} }}")
        while not json.loads(server.ask(f"ASK {{ GRAPH <{graph}> {{ <urn:s19> ?p ?o }} }}"))["boolean"]:
            pass
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[1:])

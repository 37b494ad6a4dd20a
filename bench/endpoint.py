"""The endpoint under load, to Oxigraph's own server and rdflib-endpoint in the same run, on the same triples.

A synthetic project's triples stand in the default graph of each server. wrk is the client, with eight
connections on the same machine. Ratios above 1 mean that this server is faster. The table is printed, and
written as JSON and as a chart to ``bench/results``.
"""

from __future__ import annotations

import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from bench.chart import render_chart
from bench.servers import Server, kgraph, oxigraph, oxigraph_program, peers_python, rdflib_endpoint
from bench.synthetic import write_article
from bench.wrk import Load, is_installed, run_load
from kgraph.vocab import KG

__all__ = ["bench_endpoint"]

RESULTS = Path(__file__).parent / "results"
SECONDS = 8
#: A query that takes seconds is to be asked often enough.
ANALYTICAL_SECONDS = 28
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
        file, project, store = folder / "synthetic.nt", folder / "project", folder / "oxigraph"
        project.mkdir()
        triples = _write(file, articles)
        if not _bench_load(table, file, project, store, triples):
            return
        _bench_queries(table, project, store, articles)
        _bench_writes(table, project, store)
    table.write(RESULTS, triples=triples)


def _write(file: Path, articles: int) -> int:
    lines = dict.fromkeys(line for number in range(articles) for _, line in write_article(number))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def _bench_load(table: Table, file: Path, project: Path, store: Path, triples: int) -> bool:
    """Bulk loads. False where this version has none, so that there would be nothing to ask."""
    command = [sys.executable, "-m", "kgraph"]
    subprocess.run([*command, "build", f"--project={project}"], check=True, capture_output=True)
    ours = _seconds_of([*command, "load", str(file), f"--project={project}"])
    theirs = None
    if (program := oxigraph_program()) is not None:
        theirs = _seconds_of([program, "load", f"--location={store}", f"--file={file}"])
    rates = {"kgraph": ours and triples / ours, "oxigraph": theirs and triples / theirs}
    table.add("bulk load", "triples/s", rates)
    if ours is None:
        print("endpoint   there is no 'kgraph load' yet, and so nothing to ask")
    return ours is not None


def _seconds_of(command: list[str]) -> float | None:
    start = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True)
    return time.perf_counter() - start if done.returncode == 0 else None


def _bench_queries(table: Table, project: Path, store: Path, articles: int) -> None:
    figures: dict[str, dict[str, float | None]] = {}

    def note(what: str, server: str, load: Load) -> None:
        if load.failed:
            print(f"endpoint   {what}: {load.failed} requests to {server} failed", file=sys.stderr)
        figures.setdefault(what, {})[server] = load.requests_s

    def measure(server: Server) -> None:
        for what, queries, seconds in (
            ("repeated", (REPEATED,), SECONDS),
            ("point", (POINT,), SECONDS),
            ("analytical", ANALYTICAL, ANALYTICAL_SECONDS),
        ):
            run_load(server.query_url, *queries, articles=articles, seconds=2)
            load = run_load(server.query_url, *queries, articles=articles, seconds=seconds, seed=500_000)
            note(what, server.name, load)

    with kgraph(project, "--memory-snapshot=0") as server:
        measure(server)
        if (tag := _entity_tag(server)) is not None:
            headers = {"If-None-Match": tag}
            note("conditional", "kgraph", _repeated(server, articles, headers))
        first_s, grown = _stream(server)
        figures["first byte"] = {"kgraph": 1000 * first_s}
        figures["memory"] = {"kgraph": grown / 2**20}
    figures["snapshot"] = {}
    with kgraph(project, "--memory-snapshot=4GiB") as server:
        if server.await_snapshot():
            run_load(server.query_url, *ANALYTICAL, articles=articles, seconds=4)
            seconds = ANALYTICAL_SECONDS
            load = run_load(server.query_url, *ANALYTICAL, articles=articles, seconds=seconds, seed=500_000)
            note("snapshot", "kgraph", load)
    if oxigraph_program() is not None:
        with oxigraph(store) as server:
            measure(server)
            first_s, grown = _stream(server)
            figures["first byte"]["oxigraph"] = 1000 * first_s
            figures["memory"]["oxigraph"] = grown / 2**20
    if peers_python() is not None:
        with rdflib_endpoint(store) as server:
            for what, query in (("repeated", REPEATED), ("point", POINT)):
                note(what, server.name, run_load(server.query_url, query, articles=articles, seconds=SECONDS))
    _compare(table, figures)


def _compare(table: Table, figures: dict[str, dict[str, float | None]]) -> None:
    peer = {"oxigraph": figures["repeated"].get("oxigraph")}
    table.add("repeated queries", "requests/s", figures["repeated"])
    conditional = figures.get("conditional", {"kgraph": None})
    table.add("conditional requests (to repeated ones)", "requests/s", {**conditional, **peer})
    table.add("distinct point queries", "requests/s", figures["point"])
    table.add("distinct analytical queries, from disk", "requests/s", figures["analytical"])
    peer = {"oxigraph": figures["analytical"].get("oxigraph")}
    table.add("distinct analytical queries, from memory", "requests/s", {**figures["snapshot"], **peer})
    table.add("first byte of a large result", "ms", figures["first byte"], less_is_better=True)
    table.add("memory gained in its second half", "MiB", figures["memory"], less_is_better=True)


def _repeated(server: Server, articles: int, headers: dict[str, str]) -> Load:
    return run_load(server.query_url, REPEATED, articles=articles, seconds=SECONDS, headers=headers)


def _entity_tag(server: Server) -> str | None:
    request = Request(
        f"{server.query_url}?query={quote(REPEATED)}", headers={"Accept": "application/sparql-results+json"}
    )
    with urlopen(request) as answer:
        tag: str | None = answer.headers["ETag"]
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

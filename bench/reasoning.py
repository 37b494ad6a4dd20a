"""Reasoning and explaining on synthetic projects, to owlrl and `reasonable` in the same run.

Each reasoner runs in a process of its own, on the same file, load included, and tells its peak memory. owlrl
is given what it can finish, and the rest is extrapolated from that. `reasonable` (``pip install reasonable``)
is left out where it is not installed. What does not come to an end in ten minutes, or in nine tenths of the
memory that the machine has to spare, is reported with what it had taken until then: it needs more. The table
is printed, and written as JSON to ``bench/results``.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from bench.synthetic import write_article
from kgraph.api import AsyncKnowledgeGraph
from kgraph.reasoning import Closure, close, describe_support, minimal
from kgraph.reasoning.support import Ways
from kgraph.settings import Settings, load_settings
from kgraph.store import Catalog, Manifest, write_generation
from kgraph.store.generation import FORMAT
from kgraph.vocab import FACT, KG, Names

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench/results/reasoning.json"
#: The articles that owlrl is given.
OWLRL_ARTICLES = 20
LONGEST_S = 600
EXPLAINED = 200


def record(name: str, triples: int, figures: dict[str, Any]) -> None:
    """Put a measurement into the file of results, in the place of an earlier one of that name and size."""
    rows = json.loads(RESULTS.read_text(encoding="utf-8"))["measurements"] if RESULTS.is_file() else []
    rows = [row for row in rows if (row["name"], row["triples"]) != (name, triples)]
    rows.append({"name": name, "triples": triples, **figures})
    rows.sort(key=lambda row: (row["name"], row["triples"]))
    machine = f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}"
    facts = {"date": datetime.now(UTC).date().isoformat(), "machine": machine, "measurements": rows}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def ontology() -> list[ox.Triple]:
    """The axioms of this repository."""
    files = [ROOT / "ontology/kgraph.ttl", ROOT / "ontology/attribution.ttl"]
    return [quad.triple for file in files for quad in ox.parse(path=file, format=ox.RdfFormat.TURTLE)]


def write_files(folder: Path, articles: int) -> int:
    """The synthetic project in one file that each reasoner reads; the number of its triples."""
    axioms = ox.serialize(ontology(), format=ox.RdfFormat.N_TRIPLES) or b""
    (folder / "ontology.nt").write_bytes(axioms)
    lines = axioms.count(b"\n")
    with (folder / "all.ttl").open("w", encoding="utf-8") as file:
        file.write(axioms.decode())
        for number in range(articles):
            for _, line in write_article(number):
                file.write(line + "\n")
                lines += 1
    shutil.copy(folder / "all.ttl", folder / "all.nt")
    return lines


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reasoner took; where it did not finish, until it was stopped."""

    seconds: float
    peak_mib: float
    finished: bool = True

    @property
    def words(self) -> str:
        """The outcome for a reader."""
        at_least = "" if self.finished else "not finished, so far "
        return f"{at_least}{self.peak_mib:,.0f} MiB"

    def scaled(self, factor: float) -> Outcome:
        """The outcome for so much more, if everything grew in proportion."""
        return Outcome(self.seconds * factor, self.peak_mib * factor)

    @property
    def figures(self) -> dict[str, Any]:
        """The outcome for a file."""
        return {
            "seconds": round(self.seconds, 3),
            "peak_mib": round(self.peak_mib),
            "finished": self.finished,
        }


def measure(reasoner: str, file: Path) -> Outcome | None:
    """What one reasoner needs for a file; None where it is missing."""
    memory = dict(line.split(":") for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines())
    room = int(memory["MemAvailable"].split()[0]) * 1024 * 9 // 10
    command = [sys.executable, "-m", "bench.closing", reasoner, str(file), str(room)]
    start, peak_mib = time.perf_counter(), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT) as process:
        while process.poll() is None:
            if time.perf_counter() - start > LONGEST_S:
                process.kill()
            with suppress(OSError, StopIteration):
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
                line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
                peak_mib = int(line.split()[1]) // 1024
            time.sleep(0.1)
        output = process.stdout.read() if process.stdout else b""
    if process.returncode == 0:
        told = json.loads(output)
        return Outcome(told["seconds"], told["peak_mib"]) if told else None
    return Outcome(time.perf_counter() - start, peak_mib, finished=False)


def bench_scale(articles: int, report: Callable[..., None]) -> None:
    """Load and close projects of growing size."""
    sizes = [OWLRL_ARTICLES]
    while sizes[-1] * 10 < articles:
        sizes.append(sizes[-1] * 10)
    least: tuple[int, Outcome, Outcome] | None = None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in dict.fromkeys([*sizes, articles]):
            triples = write_files(folder, size)
            ours, rust = measure("kgraph", folder / "all.nt"), measure("reasonable", folder / "all.ttl")
            if least is None:
                slow = measure("owlrl", folder / "all.nt")
                assert ours is not None and slow is not None  # noqa: PT018 - both are installed
                least = triples, ours, slow
            assert ours is not None
            factor = triples / least[0]
            owlrl = least[2].scaled(factor)
            growth = ours.seconds / triples / (least[1].seconds / least[0])
            peers = {f"owlrl{' (extrapolated)' if factor > 1 else ''}": owlrl}
            if rust is not None:
                peers["reasonable"] = rust
            report(
                "scale" if factor == 1 else "",
                f"{triples:,} triples, {ours.words}, {growth:.2f}x a triple",
                ours.seconds,
                **{f"{peer} ({outcome.words})": outcome.seconds for peer, outcome in peers.items()},
            )
            figures = {peer: outcome.figures for peer, outcome in {"kgraph": ours, **peers}.items()}
            record("closure, load included", triples, {**figures, "time_per_triple_to_smallest": growth})


def bench_explain(articles: int, report: Callable[..., None]) -> None:
    """Explain inferred triples of a published generation, through its workers."""
    with tempfile.TemporaryDirectory() as name:
        settings = load_settings(Path(name), environ={}, flags={"workers": 1})
        triples, closure = publish(settings, articles)
        some = random.Random(0).sample(closure.inferred, EXPLAINED)  # noqa: S311 - the same sample each time
        times = sorted(asyncio.run(_explain(settings, some)))
        median, slow = statistics.median(times), times[EXPLAINED * 95 // 100]
        report("explain", f"the median of {EXPLAINED}, of {triples:,} triples", median)
        report("", "the slowest but five in a hundred", slow)
        record("explain", triples, {"median_s": median, "slowest_but_5_percent_s": slow})


async def _explain(settings: Settings, triples: list[ox.Triple]) -> list[float]:
    times = []
    async with AsyncKnowledgeGraph.open(settings) as graph:
        await graph.explain(*map(str, triples[0]))
        for triple in triples:
            start = time.perf_counter()
            explanation = await graph.explain(*map(str, triple))
            times.append(time.perf_counter() - start)
            assert explanation.proofs, triple
    return times


def graphs_of(numbers: range) -> dict[str, list[ox.Triple]]:
    """The triples of some articles, by graph."""
    texts: dict[str, list[str]] = {}
    for number in numbers:
        for graph, line in write_article(number):
            texts.setdefault(graph, []).append(line)
    return {
        graph: list(dict.fromkeys(q.triple for q in ox.parse("\n".join(lines), ox.RdfFormat.N_TRIPLES)))
        for graph, lines in texts.items()
    }


def told_of(graphs: dict[str, list[ox.Triple]], names: Names) -> dict[ox.Triple, Ways]:
    """Whose word the facts of these graphs are."""
    claims: dict[object, dict[str, Any]] = {}
    for triple in graphs["assertions"]:
        claims.setdefault(triple.subject, {})[triple.predicate.value.removeprefix(KG)] = triple.object
    told: dict[ox.Triple, set[frozenset[str]]] = {}
    for claim in claims.values():
        if "subject" in claim and claim["mode"].value == KG + "narrated" and claim["modality"].value == FACT:
            triple = ox.Triple(claim["subject"], claim["predicate"], claim["object"])
            told.setdefault(triple, set()).add(frozenset({claim["attributedTo"].value}))
    for triple in graphs.get("gazetteer", ()):
        told.setdefault(triple, set()).add(frozenset({names.graph("gazetteer")}))
    return {triple: minimal(ways) for triple, ways in told.items()}


def publish(settings: Settings, articles: int) -> tuple[int, Closure]:
    """A generation of a synthetic project, made without its files; its triples, and what follows."""
    axioms, names = ontology(), settings.names
    graphs = graphs_of(range(articles))
    facts = [triple for some in graphs.values() for triple in some]
    closure = close(axioms, facts, facts, told=told_of(graphs, names))
    support = list(describe_support(closure.support, names))
    contents = {**graphs, "ontology": axioms, "inferred": closure.inferred, "support": support}
    named = {names.graph(name): triples for name, triples in contents.items()}
    sizes = {iri: len(some) for iri, some in named.items()}
    manifest = Manifest(
        "synthetic", "", "", settings.base_iri, FORMAT, {}, {}, sizes, sum(sizes.values()), "", 0
    )
    catalog, remainder = Catalog(settings.store_path), closure.remainder.quads(names)
    with catalog.writing():
        catalog.publish(
            manifest.id,
            lambda path: write_generation(path, named, {}, manifest, axioms=axioms, remainder=remainder),
        )
    return len(facts) + len(axioms), closure

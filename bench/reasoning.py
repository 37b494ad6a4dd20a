"""Reasoning and explaining on synthetic projects, to owlrl and `reasonable` in the same run.

Each reasoner runs in a process of its own, on the same file, load included. owlrl is given what it can finish
and its time per triple is taken for the rest; `reasonable` gets as long as owlrl would be allowed, and is
left out where it is not installed (``pip install reasonable``).
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from bench.synthetic import write_article
from kgraph.api import AsyncKnowledgeGraph
from kgraph.reasoning import close
from kgraph.settings import Settings, load_settings
from kgraph.store import Catalog, Manifest, write_generation
from kgraph.store.generation import FORMAT

ROOT = Path(__file__).parent.parent
#: The articles that owlrl is given.
OWLRL_ARTICLES = 20
LONGEST_S = 300
EXPLAINED = 200


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


def measure(reasoner: str, file: Path) -> dict[str, Any] | None:
    """What one reasoner needs for a file; None where it is missing or does not come to an end."""
    command = [sys.executable, "-m", "bench.closing", reasoner, str(file)]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=LONGEST_S, cwd=ROOT)
    except subprocess.TimeoutExpired:
        return None
    result: dict[str, Any] | None = json.loads(done.stdout) if done.returncode == 0 else None
    return result


def bench_scale(articles: int, report: Callable[..., None]) -> None:
    """Load and close projects of growing size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        triples = write_files(folder, OWLRL_ARTICLES)
        ours, slow = measure("kgraph", folder / "all.nt"), measure("owlrl", folder / "all.nt")
        assert ours is not None
        per_triple = slow["seconds"] / triples if slow else float("nan")
        report(
            "scale",
            f"{triples:,} triples, {ours['peak_mib']} MiB",
            ours["seconds"],
            owlrl=per_triple * triples,
        )
        size = OWLRL_ARTICLES * 10
        while size <= articles:
            triples = write_files(folder, size)
            ours, rust = measure("kgraph", folder / "all.nt"), measure("reasonable", folder / "all.ttl")
            assert ours is not None
            peers = {"owlrl (extrapolated)": per_triple * triples}
            if rust is not None:
                peers[f"reasonable ({rust['peak_mib']} MiB)"] = rust["seconds"]
            report("", f"{triples:,} triples, {ours['peak_mib']} MiB", ours["seconds"], **peers)
            size *= 10


def bench_explain(articles: int, report: Callable[..., None]) -> None:
    """Explain inferred triples of a published generation, through its workers."""
    with tempfile.TemporaryDirectory() as name:
        settings = load_settings(Path(name), environ={}, flags={"workers": 1})
        triples, inferred = _publish(settings, articles)
        some = random.Random(0).sample(inferred, EXPLAINED)  # noqa: S311 - the same sample each time
        times = sorted(asyncio.run(_explain(settings, some)))
        report("explain", f"the median of {EXPLAINED}, of {triples:,} triples", statistics.median(times))
        report("", "the slowest but five in a hundred", times[EXPLAINED * 95 // 100])


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


def _publish(settings: Settings, articles: int) -> tuple[int, list[ox.Triple]]:
    """A generation of a synthetic project, made without its files."""
    axioms = ontology()
    texts: dict[str, list[str]] = {}
    for number in range(articles):
        for graph, line in write_article(number):
            texts.setdefault(graph, []).append(line)
    graphs = {
        graph: list(dict.fromkeys(q.triple for q in ox.parse("\n".join(lines), ox.RdfFormat.N_TRIPLES)))
        for graph, lines in texts.items()
    }
    facts = [triple for some in graphs.values() for triple in some]
    inferred = list(close(axioms, facts, facts).inferred)
    named = {
        settings.names.graph(g): t for g, t in {**graphs, "ontology": axioms, "inferred": inferred}.items()
    }
    sizes = {iri: len(some) for iri, some in named.items()}
    manifest = Manifest(
        "synthetic", "", "", settings.base_iri, FORMAT, {}, {}, sizes, sum(sizes.values()), "", 0
    )
    catalog = Catalog(settings.store_path)
    with catalog.writing():
        catalog.publish(manifest.id, lambda path: write_generation(path, named, {}, manifest, axioms=axioms))
    return manifest.triples, inferred

"""``make bench``: how long a user waits, and how the parts compare with the libraries they stand on.

start       from no store to the first answer of a server; from an unchanged store; a rebuild after an edit
reasoning   the closure of this project, to owlrl as it comes
queries     every canned query through a worker process, to rdflib on the same union graph
scale       load and closure of synthetic projects, to owlrl and `reasonable` (see bench.reasoning)
explain     why an inferred triple of a synthetic project holds
edit        one article more, and believing somebody, to reasoning anew (see bench.edits)
frames      a million rows as a pandas data frame, to read_csv on the same answer
search      text search on a synthetic corpus, to FILTER(CONTAINS(…))
endpoint    the server under load, to Oxigraph's own server and rdflib-endpoint (see bench.endpoint)
drafting    candidates for claims against annotated articles, to textacy (see bench.drafting)
drafts      drafts of a thousand synthetic articles: words a second, memory (see bench.drafts)
pages       every kind of page, and completion, on an archive of a million triples (see bench.pages)
federation  a join with a stand-in for Wikidata, to Oxigraph's own SERVICE and, where it is there, to Comunica

``python -m bench scale explain`` runs these groups alone. ``--articles N`` sets the largest synthetic project
(default 200, that is 100,000 triples; 2,000 are a million), ``--sentences N`` the corpus of the search. The
endpoint is measured on 2,200 articles unless told otherwise, drafts on 1,000.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import owlrl
import pyoxigraph as ox
import rdflib

from bench.drafting import bench_drafting
from bench.drafts import bench_drafts
from bench.edits import bench_edit
from bench.endpoint import bench_endpoint
from bench.federation import bench_federation
from bench.frames import bench_frames
from bench.pages import bench_pages
from bench.reasoning import bench_explain, bench_scale
from bench.search import bench_search
from kgraph import KnowledgeGraph
from kgraph.build import inspect_project
from kgraph.project.listing import ONTOLOGY_GRAPH, Role
from kgraph.project.rdflib_graph import to_rdflib
from kgraph.reasoning import close, is_reasoned_over
from kgraph.settings import load_settings

ROOT = Path(__file__).parent.parent
PARTS = ("seeds", "ontology", "data", "queries")
ASK = "/sparql?query=ASK%20%7B%3Fs%20%3Fp%20%3Fo%7D"


def seconds(work: Callable[[], object], *, times: int = 3) -> float:
    """The median time of a work, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def report(group: str, what: str, ours: float, **peers: float) -> None:
    """Print one measurement, with the ratio to each peer."""
    ratios = "".join(f"   {name} {taken:.3f} s: {taken / ours:.1f}x" for name, taken in peers.items())
    print(f"{group:10} {what:42} {ours:8.3f} s{ratios}", flush=True)


@contextmanager
def project_copy() -> Iterator[Path]:
    """This project in a folder of its own, without a store."""
    with tempfile.TemporaryDirectory() as folder:
        for part in PARTS:
            shutil.copytree(ROOT / part, Path(folder) / part)
        shutil.copy(ROOT / "kgraph.toml", folder)
        yield Path(folder)


def time_to_first_answer(project: Path) -> float:
    """Start a server, wait for a true answer, stop it: seconds from the start to the answer."""
    command = [sys.executable, "-m", "kgraph", "serve", "--port=0", f"--project={project}"]
    start = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            for line in server.stderr:
                if line.startswith("Serving"):
                    url = next(word for word in line.split() if word.startswith("http://"))
                    with urlopen(url + ASK) as answer:
                        assert b"true" in answer.read()
                    return time.perf_counter() - start
        finally:
            server.terminate()
            server.stderr.read()
    raise RuntimeError("the server did not start")


def bench_start() -> None:
    """What a user waits for."""
    with project_copy() as project:

        def from_nothing() -> None:
            shutil.rmtree(project / ".kgraph", ignore_errors=True)
            cold.append(time_to_first_answer(project))

        cold: list[float] = []
        for _ in range(3):
            from_nothing()
        warm = [time_to_first_answer(project) for _ in range(3)]
        entities = project / "data/ttl/entities.ttl"

        def rebuild() -> None:
            entities.write_text(entities.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
            command = [sys.executable, "-m", "kgraph", "build", f"--project={project}"]
            subprocess.run(command, check=True, capture_output=True)

        report("start", "from nothing to the first answer", statistics.median(cold))
        report("", "from an unchanged store", statistics.median(warm))
        report("", "rebuild after one edited file", seconds(rebuild))


def bench_reasoning() -> None:
    """The closure, to owlrl as it comes."""
    inspection = inspect_project(load_settings(ROOT, environ={}))
    axioms = [triple for file in inspection.subject.project.files(Role.ONTOLOGY) for triple in file.triples]
    facts = [
        triple
        for name, triples in inspection.graphs.items()
        if name not in (ONTOLOGY_GRAPH, "inferred") and is_reasoned_over(name)
        for triple in triples
    ]

    def peer() -> None:
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(to_rdflib([*axioms, *facts]))

    ours, theirs = seconds(lambda: close(axioms, facts, [])), seconds(peer, times=1)
    report("reasoning", "the closure of this project", ours, owlrl=theirs)


def bench_queries() -> None:
    """Every canned query with its defaults, to rdflib."""
    with KnowledgeGraph(ROOT, workers=1) as graph:
        queries = [
            query.bind({}, prefixes=graph.settings.names.prefixes)
            for query in graph.queries.values()
            if not query.services
            and all(parameter.default is not None or parameter.optional for parameter in query.parameters)
        ]
        store = ox.Store.read_only(str(graph.generation.store_path))
        dataset = rdflib.Dataset(default_union=True)
        for name in store.named_graphs():
            quads = store.quads_for_pattern(None, None, None, name)
            named = dataset.graph(rdflib.URIRef(name.value))
            named += to_rdflib(quad.triple for quad in quads if not isinstance(quad.object, ox.Triple))
        ours = [seconds(lambda text=text: graph.query(text)) for text in queries]  # type: ignore[misc]
        theirs = [seconds(lambda text=text: list(dataset.query(text)), times=1) for text in queries]  # type: ignore[misc]
    report("queries", f"{len(queries)} canned queries, one after the other", sum(ours), rdflib=sum(theirs))
    report("", "the median one", statistics.median(ours), rdflib=statistics.median(theirs))


def main() -> None:
    """Run the groups asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    groups: dict[str, Callable[[int], None]] = {
        "start": lambda _: bench_start(),
        "reasoning": lambda _: bench_reasoning(),
        "queries": lambda _: bench_queries(),
        "scale": lambda articles: bench_scale(articles, report),
        "explain": lambda articles: bench_explain(articles, report),
        "edit": lambda articles: bench_edit(articles, report),
        "frames": lambda _: bench_frames(),
        "pages": lambda _: bench_pages(options.articles),
        "search": lambda _: bench_search(sorted({10_000, options.sentences})),
        "endpoint": lambda _: bench_endpoint(options.articles or 2_200),
        "drafting": lambda _: bench_drafting(),
        "drafts": lambda _: bench_drafts(options.articles or 1_000),
        "federation": lambda _: bench_federation(),
    }
    parser.add_argument("groups", nargs="*", choices=[*groups, []])
    parser.add_argument("--articles", type=int)
    parser.add_argument("--sentences", type=int, default=20_000)
    options = parser.parse_args()
    for name in options.groups or groups:
        groups[name](options.articles or 200)


if __name__ == "__main__":
    main()

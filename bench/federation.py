"""Federation: one query that joins our data with the stand-in for Wikidata, asked three ways.

Ours, plain Oxigraph (its own SERVICE, in a process of its own, as it comes), and Comunica, where
``comunica-sparql-file`` is on the path or in ``KGRAPH_COMUNICA``. Each calls the stand-in through a
recorder, which counts requests, rows and bytes; all must find the same number of rows. The times include
the start of whatever answers.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.wikidata import FIRST_ITEM, WIKIDATA, Recorder, items, publish, serving
from kgraph import KnowledgeGraph
from kgraph.api import Table
from kgraph.build import build
from kgraph.settings import load_settings
from kgraph.vocab import RDFS, WD

__all__ = ["bench_federation"]

_PLACES: Final = 1000
_LONGEST_S: Final = 600
_PATTERNS: Final = {
    "the types of 1,000 items": "?i <http://www.wikidata.org/prop/direct/P31> ?v",
    "the English labels of 1,000 items": f'?i <{RDFS}label> ?v FILTER(LANG(?v) = "en")',
}
_PLAIN: Final = """
import sys
import pyoxigraph as ox
store = ox.Store()
store.bulk_load(path=sys.argv[1], format=ox.RdfFormat.N_TRIPLES)
print(len(list(store.query(sys.argv[2]))))
"""


def bench_federation(count: int = 100_000) -> None:
    """Time, requests, rows and bytes of each way, for each query."""
    local = "".join(
        f"<http://example.org/place{n}> <http://example.org/link> <{WD}Q{FIRST_ITEM + n * 7}> .\n"
        for n in range(_PLACES)
    ).encode()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = folder / "ours"
        (ours / "data" / "ttl").mkdir(parents=True)
        (ours / "data" / "ttl" / "places.ttl").write_bytes(local)
        build(load_settings(ours, environ={}))
        publish(folder / "wikidata", {"http://example.org/items": items(count)})
        file = folder / "places.nt"
        file.write_bytes(local)
        with serving(folder / "wikidata") as url, Recorder(url).listening() as recorder:
            for what, pattern in _PATTERNS.items():
                print(f"federation {what}, of {count:,}", flush=True)
                query = (
                    f"SELECT ?x ?v {{ ?x <http://example.org/link> ?i SERVICE <ENDPOINT> {{ {pattern} }} }}"
                )
                rows = _measure("kgraph", recorder, lambda q=query: _ours(ours, recorder.url, q))  # type: ignore[misc]
                direct = query.replace("ENDPOINT", recorder.url)
                peers: dict[str, Callable[[], int]] = {
                    "plain Oxigraph": lambda q=direct: _plain(file, q)  # type: ignore[misc]
                }
                if comunica := os.environ.get("KGRAPH_COMUNICA") or shutil.which("comunica-sparql-file"):
                    peers["Comunica"] = lambda q=direct: _comunica(comunica, file, q)  # type: ignore[misc]
                for peer, ask in peers.items():
                    found = _measure(peer, recorder, ask)
                    assert found in (rows, None), f"{peer} finds {found} rows, not {rows}"


def _measure(who: str, recorder: Recorder, ask: Callable[[], int]) -> int | None:
    recorder.calls.clear()
    start = time.perf_counter()
    try:
        rows: int | None = ask()
    except (subprocess.SubprocessError, ValueError) as error:
        rows = None
        print(f"{'':10} {who:16} gave up: {type(error).__name__}", flush=True)
    taken_s = time.perf_counter() - start
    fetched = sum(max(0, call.rows) for call in recorder.calls)
    size = sum(call.bytes_sent for call in recorder.calls)
    print(
        f"{'':10} {who:16} {taken_s:8.2f} s  {len(recorder.calls):5} requests  {fetched:9,} rows fetched"
        f"  {size / 1e6:8.2f} MB  {'-' if rows is None else rows} rows",
        flush=True,
    )
    return rows


def _ours(folder: Path, endpoint: str, query: str) -> int:
    with KnowledgeGraph(
        folder, workers=1, service_mirror={WIKIDATA: endpoint}, service_age=0, service_rate=1000
    ) as graph:
        table = graph.query(query.replace("ENDPOINT", WIKIDATA))
    assert isinstance(table, Table)
    return len(table)


def _plain(file: Path, query: str) -> int:
    command = [sys.executable, "-c", _PLAIN, str(file), query]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S, check=True)
    return int(done.stdout)


def _comunica(program: str, file: Path, query: str) -> int:
    command = [program, str(file), "-q", query, "-t", "application/sparql-results+json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S, check=True)
    return len(json.loads(done.stdout)["results"]["bindings"])

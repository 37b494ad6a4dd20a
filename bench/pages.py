"""How long pages and completion take on an archive of a million triples: what a reader waits for on loopback.

The archive is this repository's article under other names (:mod:`bench.archive`), so that many things are
linked from everywhere. Each page is asked for several times, each time as a request that no cache of replies
knows; ``first`` is what the first reader after a start waits for.
"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from bench.archive import write_archive
from bench.servers import kgraph

__all__ = ["bench_pages", "measure"]

#: 6,500 triples each: the smallest archive of a million.
ARTICLES: Final = 165
TIMES: Final = 5
#: What a page and a completion may take, in seconds.
PAGE_S: Final = 0.2
COMPLETION_S: Final = 0.1
_PAGES: Final = {
    "front page": "/",
    "articles": "/articles",
    "an article": "/id/article/copy-00007",
    "chosen words of it": "/id/article/copy-00007?at=55,73",
    "a sentence": "/id/article/copy-00009/s07",
    "a claim": "/id/article/copy-00009/a0703",
    "voices": "/voices",
    "places": "/places",
    "claims": "/claims",
    "claims, page 50": "/claims?page=50",
    "claims by a speaker": "/claims?speaker=kgr:ristic",
    "contested": "/contested",
    "timeline": "/timeline",
    "who talks about whom": "/network",
    "a person": "/id/ristic",
    "the place most linked": "/id/kosovo",
    "the speaker most linked": "/id/reuters",
    "about the data": "/about",
    "ontology": "/ontology",
    "questions": "/queries",
    "workbench": "/sparql",
    "who said some words": "/who-said?q=cannot+go+through+barricades",
    "why": "/explain?subject=kgr:unitedStates&predicate=kgl:recognises&object=kgr:kosovo",
}
_COMPLETIONS: Final = {
    "terms": "/workbench/terms.json",
    "names, two letters": "/workbench/names.json?q=sl",
    "names, a word": "/workbench/names.json?q=barricade",
    "names, nothing": "/workbench/names.json?q=qzqz",
}
_number: Final = itertools.count()


def _ask(url: str) -> tuple[float, int, int]:
    """Seconds, status and length of an answer."""
    request = Request(
        url, headers={"Accept": "text/html, application/json;q=0.9", "X-Number": str(next(_number))}
    )
    start = time.perf_counter()
    try:
        with urlopen(request) as answer:
            content = answer.read()
            return time.perf_counter() - start, answer.status, len(content)
    except HTTPError as error:
        return time.perf_counter() - start, error.code, 0


def measure(base: str) -> Iterator[str]:
    """A line for each kind of page and completion of a server."""
    for limit, paths in ((PAGE_S, _PAGES), (COMPLETION_S, _COMPLETIONS)):
        for name, path in paths.items():
            (first, status, length), *rest = [_ask(base + path) for _ in range(TIMES)]
            then = statistics.median(seconds for seconds, _, _ in rest)
            verdict = "" if status == 200 and then <= limit else f"   over {1000 * limit:.0f} ms"
            times = f"first {1000 * first:7.0f} ms   then {1000 * then:6.0f} ms{verdict}"
            yield f"{'pages':10} {name:24} {status} {length / 1000:6.0f} kB   {times}"


def bench_pages(articles: int | None) -> None:
    """Build an archive, serve it, and measure."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "archive"
        project.mkdir()
        write_archive(project, articles or ARTICLES)
        command = [sys.executable, "-m", "kgraph", "build", "--project", str(project), "--encoder", "none"]
        subprocess.run(command, check=True, capture_output=True)
        with kgraph(project, "--encoder", "none") as server:
            server.await_snapshot()
            for line in measure(server.query_url.removesuffix("/sparql")):
                print(line, flush=True)

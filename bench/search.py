"""Text search at scale: what the index costs to build and a question to answer, to a FILTER over everything.

The peer is ``FILTER(CONTAINS(LCASE(?text), "…"))`` on Oxigraph's own server in the same run, asked over
HTTP, with its round trip printed beside. Where that server is not installed, it is pyoxigraph, the same
evaluator without HTTP, and the line says so.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from bench.corpus import entries_of, quads_of, questions_of, sentences
from bench.servers import oxigraph, oxigraph_program
from kgraph.search import Search, TextIndex, write_index
from kgraph.vocab import KG

QUESTIONS = 300
PEER_QUESTIONS = 5
BUILDS = 3

#: Answers a SPARQL query.
Asked = Callable[[str], object]


def times_ms(work: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    """What each question takes, in milliseconds."""
    taken = []
    for question in questions:
        start = time.perf_counter()
        work(question)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def bench_search(sizes: Sequence[int]) -> None:
    """Build and look-ups at each size."""
    for size in sizes:
        texts = sentences(size)
        with tempfile.TemporaryDirectory() as folder:
            path = _build(texts, Path(folder))
            _look_up(TextIndex(path), texts, Path(folder))


def _build(texts: list[str], folder: Path) -> Path:
    """Build the index, several times where that is quick; the last one is used."""
    entries = list(entries_of(texts))
    taken = []
    for number in range(BUILDS if len(texts) <= 100_000 else 1):
        path = folder / f"search-{number}"
        start = time.perf_counter()
        write_index(path, entries)
        taken.append(time.perf_counter() - start)
    built, size = statistics.median(taken), len(texts)
    print(
        f"{'search':10} {size:>9,} sentences: index built in {built:.2f} s, {size / built:,.0f}/s",
        flush=True,
    )
    return path


def _look_up(index: TextIndex, texts: list[str], folder: Path) -> None:
    phrases = questions_of(texts, QUESTIONS)
    scattered = [" ".join(reversed(phrase.split())) for phrase in phrases]
    misspelt = [
        " ".join(word[:2] + word[3:] if len(word) > 5 else word for word in p.split()) for p in phrases
    ]

    def ask(text: str) -> object:
        return index.search(Search(text=text))

    medians = {}
    for kind, questions in {"phrase": phrases, "all words": scattered, "misspelt": misspelt}.items():
        times_ms(ask, questions[:10])
        taken = sorted(times_ms(ask, questions))
        medians[kind] = statistics.median(taken)
        worst = taken[min(len(taken) - 1, int(len(taken) * 0.99))]
        print(f"{'':10} {kind:30} median {medians[kind]:8.2f} ms   p99 {worst:8.2f} ms", flush=True)
    with _peer(texts, folder) as (name, query):
        round_trip = statistics.median(times_ms(query, ["ASK {}"] * 20))
        theirs = statistics.median(times_ms(lambda phrase: query(_filter(phrase)), phrases[:PEER_QUESTIONS]))
    ratio = theirs / medians["phrase"]
    print(
        f"{'':10} {'FILTER(CONTAINS) on ' + name:30} median {theirs:8.2f} ms: {ratio:.0f}x"
        f"   (of it {round_trip:.2f} ms for any query)",
        flush=True,
    )


def _filter(phrase: str) -> str:
    text = ox.Literal(phrase)
    return f"SELECT ?s {{ ?s <{KG}exactText> ?t FILTER(CONTAINS(LCASE(?t), {text})) }} LIMIT 10000"


@contextmanager
def _peer(texts: list[str], folder: Path) -> Iterator[tuple[str, Asked]]:
    """The peer with the same sentences as triples: what it is, and how to ask it."""
    location = folder / "oxigraph"
    _load(texts, location)
    if oxigraph_program() is None:
        store = ox.Store.read_only(str(location))

        def ask(text: str) -> object:
            answer = store.query(text)
            return answer if isinstance(answer, ox.QueryBoolean) else list(answer)

        yield "pyoxigraph (no server here)", ask
        return
    with oxigraph(location) as server:
        yield "Oxigraph's server", server.ask


def _load(texts: list[str], location: Path) -> None:
    store = ox.Store(str(location))
    store.bulk_extend(quads_of(texts))
    store.optimize()
    store.flush()

"""Text search at scale: what the index costs to build and a question to answer, to a FILTER over everything.

The peer is ``FILTER(CONTAINS(LCASE(?text), "…"))`` on pyoxigraph in the same run: the evaluator of Oxigraph's
own server, which no package registry here offers, without the server's HTTP.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyoxigraph as ox

from bench.corpus import entries_of, quads_of, questions_of, sentences
from kgraph.search import Search, TextIndex, write_index
from kgraph.vocab import KG

QUESTIONS = 300
PEER_QUESTIONS = 5


def percentiles_ms(work: Callable[[str], object], questions: Sequence[str]) -> tuple[float, float]:
    """The median and the 99th percentile of a work, in milliseconds, after a short warm-up."""
    for question in questions[:10]:
        work(question)
    taken = []
    for question in questions:
        start = time.perf_counter()
        work(question)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken), sorted(taken)[min(len(taken) - 1, int(len(taken) * 0.99))]


def bench_search(sizes: Sequence[int]) -> None:
    """Build and look-ups at each size."""
    for size in sizes:
        texts = sentences(size)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "search"
            entries = list(entries_of(texts))
            start = time.perf_counter()
            write_index(path, entries)
            built = time.perf_counter() - start
            del entries
            print(
                f"{'search':10} {size:>9,} sentences: index built in {built:.2f} s, {size / built:,.0f}/s",
                flush=True,
            )
            _look_up(TextIndex(path), texts, folder)


def _look_up(index: TextIndex, texts: list[str], folder: str) -> None:
    phrases = questions_of(texts, QUESTIONS)
    scattered = [" ".join(reversed(phrase.split())) for phrase in phrases]
    misspelt = [
        " ".join(word[:2] + word[3:] if len(word) > 5 else word for word in p.split()) for p in phrases
    ]
    kinds = {"phrase": phrases, "all words": scattered, "misspelt": misspelt}
    medians = {}
    for kind, questions in kinds.items():
        median, worst = percentiles_ms(lambda text: index.search(Search(text=text)), questions)
        medians[kind] = median
        print(f"{'':10} {kind:30} median {median:8.2f} ms   p99 {worst:8.2f} ms", flush=True)
    store = ox.Store(f"{folder}/oxigraph")
    store.bulk_extend(quads_of(texts))
    store.optimize()

    def peer(phrase: str) -> object:
        text = ox.Literal(phrase)
        query = f"SELECT ?s {{ ?s <{KG}exactText> ?t FILTER(CONTAINS(LCASE(?t), {text})) }} LIMIT 10000"
        return list(store.query(query))  # type: ignore[arg-type]

    taken = []
    for phrase in phrases[:PEER_QUESTIONS]:
        start = time.perf_counter()
        peer(phrase)
        taken.append((time.perf_counter() - start) * 1000)
    theirs = statistics.median(taken)
    print(
        f"{'':10} {'by FILTER(CONTAINS)':30} median {theirs:8.2f} ms: {theirs / medians['phrase']:.0f}x",
        flush=True,
    )

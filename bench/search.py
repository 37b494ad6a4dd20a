"""Text search at scale: what the index costs to build and a question to answer, to a FILTER over everything.

The peer is ``FILTER(CONTAINS(LCASE(?text), "…"))`` on Oxigraph's own server in the same run, asked over
HTTP, with its round trip printed beside. Where that server is not installed, it is pyoxigraph, the same
evaluator without HTTP, and the line says so.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from bench.corpus import entries_of, quads_of, questions_of, sentences
from bench.servers import oxigraph, oxigraph_program
from kgraph.search import Encoder, Search, TextIndex, open_encoder, write_index
from kgraph.vocab import KG

if TYPE_CHECKING:
    from kgraph.search.encoders import Matrix

QUESTIONS = 300
PEER_QUESTIONS = 5
BUILDS = 3
#: How many sentences a question in other words is asked of at most; how many are encoded to see the rate.
MEANING_SENTENCES = 100_000
ENCODED = 256
#: An archive of articles, each of some 25 sentences with their clauses and claims.
ARCHIVE = 10_000
TEXTS_AN_ARTICLE = 100

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
    bench_meaning(min(max(sizes), MEANING_SENTENCES))


class Standing:
    """The bundled encoder for questions, and for texts vectors that stand in for theirs.

    What a question costs depends on how many vectors there are, not on what they are of.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self.name = encoder, encoder.name

    def texts(self, texts: Sequence[str]) -> Matrix:
        """Random vectors, the same for the same texts."""
        import numpy as np  # noqa: PLC0415 - an extra has it

        seed = zlib.crc32("".join(texts).encode())
        rows = np.random.default_rng(seed).normal(size=(len(texts), 384)).astype(np.float32)
        unit: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def questions(self, texts: Sequence[str]) -> Matrix:
        """The encoder's own."""
        return self._encoder.questions(texts)

    def statements(self, texts: Sequence[str]) -> Matrix:
        """The encoder's own."""
        return self._encoder.statements(texts)


def bench_meaning(size: int) -> None:
    """What a question in other words costs among so many sentences, and what an archive costs to encode."""
    encoder = open_encoder("auto")
    if encoder is None:
        print(f"{'':10} no sentence encoder is installed", flush=True)
        return
    texts = sentences(size)
    encoder.texts(texts[:8])
    start = time.process_time()
    encoder.texts(texts[8:ENCODED])
    rate = (ENCODED - 8) / (time.process_time() - start)
    hours = ARCHIVE * TEXTS_AN_ARTICLE / rate / 3600
    print(
        f"{'meaning':10} {rate:.0f} sentences encoded a second on one core: {hours:.1f} core hours once for "
        f"{ARCHIVE:,} articles, {TEXTS_AN_ARTICLE / rate:.1f} s for each article more",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "search"
        write_index(path, entries_of(texts), encoder=Standing(encoder))
        index = TextIndex(path, encoder)
        chance = random.Random(2)  # noqa: S311 - a measurement, not a secret
        asked = [" ".join(chance.sample(chance.choice(texts).split(), 5)) for _ in range(QUESTIONS // 3)]
        for kind, frame in {"a statement": "{}", "a question": "Why {}?"}.items():
            some = [frame.format(text) for text in asked]
            times_ms(lambda text: index.search(Search(text=text)), some[:5])
            taken = sorted(times_ms(lambda text: index.search(Search(text=text)), some))
            print(
                f"{'':10} {f'{kind} in other words, {size:,} sentences':46}"
                f" median {statistics.median(taken):8.2f} ms   p99 {taken[int(len(taken) * 0.99)]:8.2f} ms",
                flush=True,
            )


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

"""Stores as a build would publish them, and pools of real worker processes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph.engine import QueryRequest, WorkerPool
from kgraph.rdf.formats import ResultKind
from kgraph.vocab import UNION_GRAPH

E = "http://example.org/"
FORMATS = {ResultKind.SOLUTIONS: "json", ResultKind.BOOLEAN: "json", ResultKind.GRAPH: "nt"}

Fact = tuple[str | None, str, str, str]  # graph (None: the default graph), subject, predicate, literal

#: A triple in two graphs, one in each graph alone, and one in the default graph.
FACTS: list[Fact] = [
    ("a", "s", "p", "both"),
    ("b", "s", "p", "both"),
    ("a", "s", "p", "only a"),
    ("b", "s", "p", "only b"),
    (None, "s", "p", "default"),
]


def write_store(path: Path, facts: Iterable[Fact]) -> Path:
    """A store of these facts, with their union in the graph that holds it."""
    store = ox.Store(str(path))
    quads = [
        ox.Quad(
            ox.NamedNode(E + subject),
            ox.NamedNode(E + predicate),
            ox.Literal(value),
            ox.DefaultGraph() if graph is None else ox.NamedNode(E + graph),
        )
        for graph, subject, predicate, value in facts
    ]
    union = ox.NamedNode(UNION_GRAPH)
    store.bulk_extend(quads)
    store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object, union) for quad in quads)
    store.flush()
    return path


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_store(tmp_path_factory.mktemp("store") / "oxigraph", FACTS)


@pytest.fixture(scope="session")
def big_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20,000 facts in a chain: enough for any query to become a bomb."""
    facts: list[Fact] = [("big", f"s{i}", "p", f"value {i}") for i in range(20_000)]
    path = write_store(tmp_path_factory.mktemp("big") / "oxigraph", facts)
    store = ox.Store(str(path))
    store.bulk_extend(
        ox.Quad(
            ox.NamedNode(f"{E}n{i}"),
            ox.NamedNode(f"{E}next"),
            ox.NamedNode(f"{E}n{(7 * i + j) % 3000}"),
            ox.NamedNode(UNION_GRAPH),
        )
        for i in range(3000)
        for j in range(3)
    )
    store.flush()
    return path


@pytest.fixture
async def pool(anyio_backend: str) -> AsyncIterator[WorkerPool]:
    async with WorkerPool(size=2, query_timeout_s=30, query_memory_bytes=512 << 20) as pool:
        yield pool


Ask = Callable[..., QueryRequest]


@pytest.fixture
def ask(store: Path) -> Ask:
    """A request to the small store; keyword arguments go before its defaults."""

    def request(query: str, **changes: object) -> QueryRequest:
        return QueryRequest(**{"store": store, "formats": FORMATS, "query": query, **changes})  # type: ignore[arg-type]

    return request

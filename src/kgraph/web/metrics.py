"""``/metrics``: how the server is doing, in the text format of Prometheus.

Requests are counted by plain additions in the event loop's one thread, since a library's locks would cost
more than a kept answer; whatever else there is to know is read off the parts when somebody asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

import kgraph
from kgraph.api import AsyncKnowledgeGraph
from kgraph.engine import EngineStatus
from kgraph.replicas import read_status

__all__ = ["COUNTED", "Requests", "router"]

router: Final = APIRouter(tags=["Operation"])

#: The key of a request's scope under which it leaves its counter, for those who repeat its answer.
COUNTED: Final = "kgraph.counter"
_BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


class Counter:
    """How often something was answered, and how long it took."""

    __slots__ = ("buckets", "total_s")

    def __init__(self) -> None:
        self.buckets = [0] * (len(_BOUNDS_S) + 1)
        self.total_s = 0.0

    def observe(self, taken_s: float) -> None:
        """Count one more."""
        self.buckets[bisect_left(_BOUNDS_S, taken_s)] += 1
        self.total_s += taken_s


class Requests:
    """The requests by route (never by path, which is the client's), method and status."""

    def __init__(self) -> None:
        self._counters: dict[tuple[str, str, int], Counter] = {}

    def counter(self, route: str, method: str, status: int) -> Counter:
        """The counter of a kind of request."""
        key = (route or "other", method if method in _METHODS else "other", status)
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = Counter()
        return counter

    @property
    def number(self) -> int:
        """How many there were."""
        return sum(sum(counter.buckets) for counter in self._counters.values())

    def families(self) -> Iterator[Metric]:
        """What was counted."""
        labels = ("route", "method", "status")
        family = HistogramMetricFamily("kgraph_request_duration_seconds", "Requests answered.", labels=labels)
        for (route, method, status), counter in sorted(self._counters.items()):
            reached = 0
            buckets: list[tuple[str, float]] = []
            for bound, number in zip((*map(str, _BOUNDS_S), "+Inf"), counter.buckets, strict=True):
                reached += number
                buckets.append((bound, reached))
            family.add_metric((route, method, str(status)), buckets, counter.total_s)
        yield family


class _Parts(Collector):
    """What the parts of the server say of themselves."""

    def __init__(self, graph: AsyncKnowledgeGraph, requests: Requests) -> None:
        self._graph = graph
        self._requests = requests

    def collect(self) -> Iterator[Metric]:
        """Read the parts."""
        yield from self._requests.families()
        yield from self._workers()
        yield from self._cache()
        yield from self._generation()

    def _workers(self) -> Iterator[Metric]:
        status = self._graph.status
        workers = GaugeMetricFamily("kgraph_workers", "Worker processes.", labels=("state",))
        workers.add_metric(("busy",), status.busy)
        workers.add_metric(("idle",), status.ready - status.busy)
        workers.add_metric(("starting",), status.starting)
        yield workers
        yield GaugeMetricFamily("kgraph_queries_waiting", "Queries that wait for a worker.", status.waiting)
        restarts = CounterMetricFamily("kgraph_worker_restarts", "Workers replaced.", labels=("reason",))
        for reason, number in sorted(status.restarts.items()):
            restarts.add_metric((reason,), number)
        yield restarts
        if status.engine is not None:
            yield from _engine(status.engine)

    def _cache(self) -> Iterator[Metric]:
        status = self._graph.cache_status
        looked = CounterMetricFamily(
            "kgraph_result_cache", "Queries by what the cache knew.", labels=("outcome",)
        )
        for outcome, number in (("hit", status.hits), ("miss", status.misses), ("joined", status.joined)):
            looked.add_metric((outcome,), number)
        yield looked
        yield GaugeMetricFamily("kgraph_result_cache_entries", "Answers kept.", status.entries)
        yield GaugeMetricFamily("kgraph_result_cache_bytes", "Memory of answers kept.", status.size_bytes)
        yield GaugeMetricFamily("kgraph_result_cache_limit_bytes", "Room of the cache.", status.limit_bytes)

    def _generation(self) -> Iterator[Metric]:
        manifest = self._graph.generation.manifest
        info = {"id": manifest.id, "canonical_hash": manifest.canonical_hash, "version": kgraph.__version__}
        yield InfoMetricFamily("kgraph_generation", "What is served.", info)
        age = datetime.now(UTC) - datetime.fromisoformat(manifest.created)
        yield GaugeMetricFamily("kgraph_generation_age_seconds", "Its age.", max(0.0, age.total_seconds()))
        yield GaugeMetricFamily("kgraph_generation_triples", "Its triples, graph by graph.", manifest.triples)
        settings = self._graph.settings
        status = read_status(settings.store_path) if settings.follow else None
        if status is not None and status.heard_age_s is not None:
            words = "Since what this replica follows last answered."
            yield GaugeMetricFamily("kgraph_replica_heard_age_seconds", words, status.heard_age_s)


def _engine(engine: EngineStatus) -> Iterator[Metric]:
    """Another engine: what it answered, and what was answered in its place."""
    asked = CounterMetricFamily("kgraph_engine_queries", "Queries by who answered.", labels=("by", "reason"))
    asked.add_metric(("engine", ""), engine.answered)
    for reason, number in sorted(engine.here.items()):
        asked.add_metric(("worker", reason), number)
    yield asked
    yield GaugeMetricFamily("kgraph_engine_ready", "Whether the engine is asked.", engine.holds is not None)


@router.head("/metrics", include_in_schema=False)
@router.get(
    "/metrics",
    summary="Measurements for Prometheus",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"description": "Counters and gauges as text.", "content": {"text/plain": {}}}},
)
async def metrics(request: Request) -> Response:
    """Requests by route and status with their latencies, workers, queue, cache, generation and process."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(_Parts(request.app.state.graph, request.app.requests))
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

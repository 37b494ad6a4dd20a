"""What an operator sees: measurements, the log, and answers that are there before anybody asks."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from kgraph.web.bodies import Arriving, read_body
from kgraph.web.logs import JsonFormatter
from kgraph.web.problems import HttpProblem

from .conftest import Serve
from .test_limits import BOMB, eventually

parse_metrics: Any = text_string_to_metric_families


def samples(client: httpx.Client) -> dict[tuple[str, tuple[str, ...]], float]:
    """The measurements by name and values of labels."""
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in parse_metrics(response.text)
        for sample in family.samples
    }


def test_requests_are_measured_by_route_method_and_status(small: httpx.Client) -> None:
    count = "kgraph_request_duration_seconds_count"
    kinds: dict[tuple[str, str, str], Callable[[], httpx.Response]] = {
        ("GET", "/sparql", "200"): lambda: small.get("/sparql?query=ASK{}"),
        ("GET", "/sparql", "400"): lambda: small.get("/sparql?query=nonsense"),
        ("POST", "/sparql", "415"): lambda: small.post("/sparql"),
        ("GET", "/queries/{name}", "200"): lambda: small.get("/queries/truth"),
        ("GET", "/queries/{name}", "404"): lambda: small.get("/queries/none-of-this-name"),
        ("GET", "/{path:path}", "404"): lambda: small.get("/nothing/of/this/path"),
        ("HEAD", "/health", "200"): lambda: small.head("/health"),
        ("GET", "/graph-store", "404"): lambda: small.get("/graph-store?graph=urn:none"),
    }
    before = samples(small)
    for request in kinds.values():
        request()
    after = samples(small)
    for key in kinds:
        assert after[count, key] == before.get((count, key), 0) + 1, key
        buckets = [
            value
            for (name, labels), value in after.items()
            if name.endswith("_bucket") and set(key) < set(labels)
        ]
        assert max(buckets) == after[count, key]
    assert not any("none-of-this-name" in str(key) for key in after)


def test_workers_cache_and_generation_are_measured(small: httpx.Client) -> None:
    small.get("/sparql?query=ASK{?measured%20?p%20?o}")
    small.get("/sparql?query=ASK{?measured%20?p%20?o}%20", headers={"X-Other": "1"})
    small.get("/sparql?query=ASK{?measured%20?p%20?o}", headers={"X-Other": "2"})
    found = samples(small)
    health = small.get("/health").json()
    assert sum(found["kgraph_workers", (state,)] for state in ("busy", "idle", "starting")) == 2
    assert found["kgraph_queries_waiting", ()] == 0
    assert found["kgraph_result_cache_total", ("hit",)] > 0
    assert found["kgraph_result_cache_total", ("miss",)] > 0
    assert 0 < found["kgraph_result_cache_bytes", ()] < found["kgraph_result_cache_limit_bytes", ()]
    generation = health["generation"]
    (info,) = [labels for name, labels in found if name == "kgraph_generation_info"]
    assert {generation["id"], generation["canonical_hash"], health["version"]} == set(info)
    assert found["kgraph_generation_age_seconds", ()] >= 0
    assert found["process_resident_memory_bytes", ()] > 0


def test_kills_are_measured_by_reason(hasty: httpx.Client) -> None:
    def kills() -> float:
        return samples(hasty).get(("kgraph_worker_restarts_total", ("timeout",)), 0)

    before = kills()
    assert hasty.get("/sparql", params={"query": f"{BOMB}#kill"}).status_code == 504
    eventually(lambda: kills() == before + 1)


def test_canned_queries_are_answered_before_anybody_asks(serve: Serve, small_project: Path) -> None:
    client = serve(small_project)
    asked = ("kgraph_result_cache_total", ("miss",))
    seen: list[float] = []

    def is_warm() -> bool:
        seen.append(samples(client)[asked])
        return len(seen) > 30 and len(set(seen[-30:])) == 1

    eventually(is_warm)
    before = samples(client)[asked]
    for path in ("/queries/truth", "/queries/picture", "/queries/typed"):
        assert client.get(path).status_code == 200
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 200
    assert samples(client)[asked] == before


def test_identical_bombs_take_one_worker(serve: Serve, project: Path) -> None:
    lone = serve(project, workers=1, query_timeout=1.5)  # which warms nothing by itself
    before = samples(lone)
    answers: list[int] = []

    def drop() -> None:
        url = lone.base_url.join("/sparql")
        answers.append(httpx.get(url, params={"query": f"{BOMB}#same"}, timeout=60).status_code)

    threads = [threading.Thread(target=drop) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [504] * 6
    misses = ("kgraph_result_cache_total", ("miss",))
    assert samples(lone)[misses] == before[misses] + 1


def test_an_event_is_one_line_of_json_with_its_own_fields() -> None:
    record = logging.makeLogRecord(
        {"name": "kgraph.slow", "levelname": "WARNING", "msg": "slow %s", "args": ("query",), "seconds": 1.5}
    )
    line = JsonFormatter().format(record)
    event = json.loads(line)
    assert "\n" not in line
    assert {**event, "time": ""} == {
        "time": "",
        "level": "warning",
        "logger": "kgraph.slow",
        "event": "slow query",
        "seconds": 1.5,
    }


def test_bodies_on_their_way_share_a_limit() -> None:
    arriving = Arriving(limit_bytes=100)

    async def stream(size: int) -> Any:
        for _ in range(size // 10):
            yield b"0123456789"

    def request(size: int) -> Any:
        app = SimpleNamespace(arriving=arriving)
        return cast(Any, SimpleNamespace(app=app, headers={}, stream=lambda: stream(size)))

    async def run() -> None:
        assert len(await read_body(request(90))) == 90
        assert arriving.size_bytes == 0
        with arriving.body() as other:
            other.take(b"x" * 50)
            with pytest.raises(HttpProblem, match="Too much is being sent") as caught:
                await read_body(request(60))
            assert caught.value.status == 503
            assert len(await read_body(request(40))) == 40
        assert arriving.size_bytes == 0

    asyncio.run(run())

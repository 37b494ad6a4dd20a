"""Load by wrk: eight connections, one query again and again or each query another."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

__all__ = ["Load", "is_installed", "run_load"]

CONNECTIONS = 8
_LONGEST_WAIT_S = 60
_GLANCE_S = 0.5
_IDLE_SHARE = 0.95
_PLACES = ("ARTICLE", "CLAIM", "NUMBER")
#: Each thread counts from a million of its own, so that no two requests are alike.
_SCRIPT = """
local thread_number = 0
function setup(thread)
  thread:set("first", 1000000 * (thread_number + 1) + %(seed)d)
  thread_number = thread_number + 1
end
local templates = {%(templates)s}
local headers = {%(headers)s}
local varied = %(varied)s
local n, same
function request()
  if not varied then  -- the client is to be no slower than what it measures
    same = same or wrk.format("GET", templates[1], headers)
    return same
  end
  n = (n or first) + 1
  local path = templates[n %% #templates + 1]
  path = path:gsub("ARTICLE", n %% %(articles)d):gsub("NUMBER", n)
  path = path:gsub("CLAIM", string.format("%%02d", n %% 24))
  return wrk.format("GET", path, headers)
end
function done(summary, latency, requests)
  local errors = summary.errors
  io.stderr:write(string.format(
    '{"requests": %%d, "micros": %%d, "failed": %%d, "p50": %%f, "p99": %%f}',
    summary.requests, summary.duration, errors.status + errors.connect + errors.read + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a load. ``failed`` counts the answers that are no success, and those that are missing."""

    requests_s: float
    failed: int
    p50_ms: float
    p99_ms: float


def is_installed() -> bool:
    """Whether there is wrk."""
    return shutil.which("wrk") is not None


def run_load(
    url: str,
    *queries: str,
    articles: int,
    seconds: int,
    headers: dict[str, str] | None = None,
    seed: int = 0,
) -> Load:
    """Send queries in turn for so long, once the processors are idle: a server may still be at queries of
    another load that nobody waits for any more.

    In a query ``ARTICLE``, ``CLAIM`` and ``NUMBER`` stand for numbers that differ from request to request.
    """
    _await_idleness()
    parts = urlsplit(url)
    fields = {"Accept": "application/sparql-results+json", **(headers or {})}
    script = _SCRIPT % {
        "seed": seed,
        "articles": articles,
        "varied": str(len(queries) > 1 or any(word in queries[0] for word in _PLACES)).lower(),
        "templates": ", ".join(_lua(f"{parts.path}?query={quote(query)}") for query in queries),
        "headers": ", ".join(f"[{_lua(name)}] = {_lua(value)}" for name, value in fields.items()),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "load.lua"
        path.write_text(script, encoding="utf-8")
        command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "60s", "-s", str(path)]
        done = subprocess.run(
            [*command, f"{parts.scheme}://{parts.netloc}"], check=True, capture_output=True, text=True
        )
    result = json.loads(done.stderr)
    return Load(
        result["requests"] / result["micros"] * 1e6, int(result["failed"]), result["p50"], result["p99"]
    )


def _await_idleness() -> None:
    """Wait until the processors have little to do (proc_stat(5)), but not for ever."""
    deadline = time.monotonic() + _LONGEST_WAIT_S
    while time.monotonic() < deadline:
        before = _processor_times()
        time.sleep(_GLANCE_S)
        idle, total = (after - then for after, then in zip(_processor_times(), before, strict=True))
        if idle > _IDLE_SHARE * total:
            return


def _processor_times() -> tuple[int, int]:
    """The ticks that all processors have been idle, and those that have passed."""
    times = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return times[3] + times[4], sum(times)


def _lua(text: str) -> str:
    """A text as a literal of Lua."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

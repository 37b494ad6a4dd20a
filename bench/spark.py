"""``python -m bench.spark FOLDER N``: a build on Spark beside one in this program's own processes.

It writes an archive of N articles (:mod:`bench.archive`), builds it in its own processes, then on a cluster
of one executor, on one of two, and on one of two of which one is killed while articles are examined and one
while it is found out what follows. All must have the same dataset hash. Told are wall time and that of each
step, and the processor time of Spark's processes. Each executor has one core and 1.5 GiB, and is a process
of this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from bench.archive import write_archive

__all__ = ["bench_spark"]

_BUILD: Final = """
import json, sys
from pathlib import Path
from kgraph.build import build
from kgraph.settings import load_settings
folder, store, on_spark = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "spark"
settings = load_settings(folder, flags={"encoder": "none", "store": store}, environ={})
report = build(settings, on_spark=on_spark, progress=lambda step: print(json.dumps(step), flush=True))
manifest = report.generation.manifest
print(json.dumps({"hash": manifest.canonical_hash, "triples": manifest.triples, "steps": report.seconds}))
"""
_EXECUTOR: Final = b"CoarseGrainedExecutorBackend"
#: Where an executor is killed, and how long after the step began.
_KILLS: Final = {"checking": 4.0, "reasoning: finding what follows": 4.0}


def _build(folder: Path, store: str, cluster: str = "", *, kill: bool = False) -> dict[str, Any]:
    """Build, on a cluster where one is named."""
    environ = dict(os.environ)
    if cluster:
        options = (
            "--driver-memory 2g --conf spark.executor.memory=1536m --conf spark.sql.shuffle.partitions=8"
        )
        environ["PYSPARK_SUBMIT_ARGS"] = f"--master {cluster} {options} pyspark-shell"
        environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    command = [sys.executable, "-W", "ignore", "-c", _BUILD, str(folder), store, "spark" if cluster else ""]
    killed: list[str] = []
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout is not None
        told: Any = None
        used: dict[int, float] = {}
        threading.Thread(target=_watch, args=(process, used), daemon=True).start()
        waiting = dict(_KILLS) if kill else {}
        for line in process.stdout:
            told = json.loads(line)
            if isinstance(told, str) and told in waiting:
                threading.Timer(waiting.pop(told), _kill_one, (process.pid, told, killed)).start()
    if process.returncode or not isinstance(told, dict):
        raise SystemExit(f"The build on {cluster or 'this machine'} failed.")
    if kill and len(killed) < len(_KILLS):
        raise SystemExit(f"Only while {killed} an executor was killed.")
    return {**told, "wall": time.perf_counter() - start, "processor": sum(used.values())}


def _watch(process: subprocess.Popen[str], used: dict[int, float]) -> None:
    """Note the processor time of a process and its descendants, in seconds, for as long as it lives."""
    ticks = os.sysconf("SC_CLK_TCK")
    while process.poll() is None:
        for pid in (process.pid, *_descendants(process.pid)):
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            used[pid] = (int(fields[11]) + int(fields[12])) / ticks
        time.sleep(1)


def _kill_one(parent: int, step: str, killed: list[str]) -> None:
    """Kill the youngest executor among the descendants of a process."""
    executors = [pid for pid in _descendants(parent) if _EXECUTOR in _command(pid)]
    if executors:
        os.kill(max(executors), signal.SIGKILL)
        killed.append(step)


def _descendants(parent: int) -> Iterator[int]:
    for child in Path(f"/proc/{parent}").glob("task/*/children"):
        try:
            found = [*map(int, child.read_text().split())]
        except OSError:  # it has just ended
            continue
        for pid in found:
            yield pid
            yield from _descendants(pid)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def bench_spark(folder: Path, articles: int, report: Callable[..., None], *, light: bool = False) -> None:
    """Build an archive here and on Spark."""
    shutil.rmtree(folder, ignore_errors=True)
    write_archive(folder, articles, light=light)
    here = _build(folder, "here")
    report(
        "spark",
        f"{articles:,} articles, own processes",
        here["wall"],
        processor=here["processor"],
        **here["steps"],
    )
    times = {}
    for name, executors, kill in (("one", 1, False), ("two", 2, False), ("killed", 2, True)):
        there = _build(folder, name, f"local-cluster[{executors},1,1536]", kill=kill)
        if there["hash"] != here["hash"]:
            raise SystemExit(f"The hash is another: {there['hash']}, not {here['hash']}.")
        times[name] = there["wall"]
        what = (
            f"{executors} executor{'s' if executors > 1 else ''}{', two killed' if kill else ''}, same hash"
        )
        told = {"processor": there["processor"], "speedup": times["one"] / there["wall"]}
        report("", what, there["wall"], **told, **there["steps"])
        shutil.rmtree(folder / name)


def main() -> None:
    """Measure: a folder, how many articles, and ``light`` where they are to have few claims."""

    def report(what: str, name: str, seconds: float, **more: float) -> None:
        shown = ", ".join(f"{key} {value:.1f}" for key, value in more.items())
        sys.stdout.write(f"{what:8} {name:34} {seconds:8.1f} s  {shown}\n")
        sys.stdout.flush()

    bench_spark(Path(sys.argv[1]), int(sys.argv[2]), report, light="light" in sys.argv[3:])


if __name__ == "__main__":
    main()

"""``make soak``: thousands of hostile requests, and whether the server is what it was before.

``python -m bench.hostile --requests N --seed S`` starts ``kgraph serve`` on a small project with little time
and memory for a query, sends the attacks of :mod:`bench.attacks` from several threads, and reports every
answer that is not a correct one, and each process, file descriptor and megabyte that the server does not give
back.
The exit status is 1 where there is any.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server, socket
from urllib.request import urlopen

from bench.attacks import Outcome, draw_attacks, strike

__all__ = ["Footprint", "besiege", "footprint", "listening_trap"]

QUERY = """\
#+ summary: What comes of values?
#+ defaults:
#+   - count: 3
#+ x-kgraph:
#+   parameters:
#+     count: {description: "How many.", example: 3}
#+     day: {description: "A day.", example: 2011-10-18}
#+     thing: {description: "A thing.", example: kgr:kfor}
#+     colour: {description: "A colour.", example: red}
#+     words: {description: "Words.", example: hello}
#+   columns: {count: c, day: d, thing: t, colour: o, words: w}
SELECT (?_count_integer AS ?count) (?__day_xsd_date AS ?day) (?__thing_iri AS ?thing)
  (?__colour AS ?colour) (?__words AS ?words) {}
"""
#: Answers are kept on purpose: with little room for them, what else is kept shows.
FLAGS = (
    "--port 0 --workers 2 --query-timeout 1 --query-memory 64MiB --writable --log-format json "
    "--result-cache 4MiB"
)
#: As many idle workers as a pool of two keeps, and what each process that comes and goes costs at most.
MOST_WORKERS, DESCRIPTORS_EACH = 4, 3
#: By what the server's own memory may differ afterwards.
ALLOWED_MB = 24


@dataclass(frozen=True)
class Footprint:
    """What a server takes: processes, file descriptors, and megabytes of its own.

    Two kinds of process come and go with the load: idle ``workers``, of which a pool of two keeps up to four,
    and one ``writer``. Each costs the server ``DESCRIPTORS_EACH`` at most. The ``others`` stay.
    """

    workers: int
    writers: int
    others: int
    descriptors: int
    resident_mb: float

    def outgrows(self, before: Footprint, *, allowed_mb: float) -> list[str]:
        """What the server has not given back since ``before``; nothing where all is well."""
        more = self.workers + self.writers - before.workers - before.writers
        bounds = {
            "workers": (self.workers, MOST_WORKERS),
            "writers": (self.writers, 1),
            "other processes": (self.others, before.others),
            "descriptors": (self.descriptors, before.descriptors + DESCRIPTORS_EACH * max(0, more) + 2),
            "megabytes": (self.resident_mb, before.resident_mb + allowed_mb),
        }
        return [f"{name}: {now:.0f}, not {most:.0f}" for name, (now, most) in bounds.items() if now > most]


def footprint(pid: int, address: tuple[str, int]) -> Footprint | None:
    """What a server takes just now, with its descendants; nothing while its workers come, go or work."""
    with urlopen(f"http://{address[0]}:{address[1]}/metrics") as answer:
        states = re.findall(r'^kgraph_workers\{state="(\w+)"\} (\d+)', answer.read().decode(), re.MULTILINE)
    workers = {state: int(number) for state, number in states}
    processes = [Path(f"/proc/{child}/cmdline") for child in _descendants(pid)]
    writers = sum(b"kgraph.engine.writer" in process.read_bytes() for process in processes)
    status = Path(f"/proc/{pid}/status").read_text()
    resident = re.search(r"VmRSS:\s+(\d+)", status)
    assert resident is not None
    if workers["starting"] or workers["busy"]:
        return None
    return Footprint(
        workers["idle"],
        writers,
        len(processes) - workers["idle"] - writers,
        len(list(Path(f"/proc/{pid}/fd").iterdir())),
        int(resident[1]) / 1024,
    )


def _descendants(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            yield child
            yield from _descendants(child)


@contextmanager
def listening_trap() -> Iterator[tuple[str, list[socket]]]:
    """An address where nobody may call, and who called all the same."""
    callers: list[socket] = []
    with create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.1)
        closing = threading.Event()

        def listen() -> None:
            while not closing.is_set():
                try:
                    callers.append(trap.accept()[0])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"127.0.0.1:{trap.getsockname()[1]}", callers
        finally:
            closing.set()
            thread.join()
            for caller in callers:
                caller.close()


@contextmanager
def served() -> Iterator[tuple[int, tuple[str, int]]]:
    """A server in a process of its own: its number and its address."""
    with tempfile.TemporaryDirectory() as folder:
        queries = Path(folder) / "queries"
        queries.mkdir()
        (queries / "typed.rq").write_text(QUERY)
        log = Path(folder) / "log"
        command = [sys.executable, "-m", "kgraph", "serve", f"--project={folder}", *FLAGS.split()]
        with log.open("w") as sink, subprocess.Popen(command, stderr=sink) as server:
            try:
                deadline = time.monotonic() + 60
                while (url := re.search(r"http://([\d.]+):(\d+)", log.read_text())) is None:
                    assert server.poll() is None, log.read_text()
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
                yield server.pid, (url[1], int(url[2]))
            finally:
                server.terminate()
                server.wait(30)
                for line in log.read_text().splitlines():
                    if '"error"' in line or "Traceback" in line:
                        print("log:", line[:300])


def besiege(
    address: tuple[str, int], trap: str, *, requests: int, seed: int, threads: int = 8
) -> list[Outcome]:
    """Send attacks from several threads; what came of each."""
    with ThreadPoolExecutor(threads) as pool:
        attacks = draw_attacks(requests, seed=seed, trap=trap)
        return list(pool.map(lambda attack: strike(attack, address), attacks))


def settled(pid: int, address: tuple[str, int]) -> Footprint:
    """What the server takes once its processes have been the same for two seconds."""
    deadline = time.monotonic() + 60
    seen: list[tuple[int, int, int] | None] = []
    while time.monotonic() < deadline:
        try:
            now = footprint(pid, address)
        except OSError:  # a process ended while it was looked at
            now = None
        seen.append(None if now is None else (now.workers, now.writers, now.others))
        if now is not None and len(seen) > 4 and len(set(seen[-5:])) == 1:
            return now
        time.sleep(0.5)
    raise AssertionError(f"the server does not come to rest: {seen[-5:]}")


def main() -> int:
    """Besiege a server, and report."""
    parser = argparse.ArgumentParser(prog="python -m bench.hostile")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with listening_trap() as (trap, callers), served() as (pid, address):
        besiege(address, trap, requests=200, seed=options.seed + 1)  # so that all is loaded that will be
        time.sleep(3)
        before = settled(pid, address)
        started = time.monotonic()
        outcomes = besiege(address, trap, requests=options.requests, seed=options.seed)
        taken_s = time.monotonic() - started
        time.sleep(15)  # in which the server gives back what it does not need any more
        after = settled(pid, address)
        health = urlopen(f"http://{address[0]}:{address[1]}/health").status
    faults = [outcome for outcome in outcomes if outcome.fault]
    print(f"{len(outcomes)} hostile requests in {taken_s:.0f} s; the server answers {health}")
    for name, number in sorted(Counter(outcome.attack.name for outcome in outcomes).items()):
        statuses = Counter(str(o.status or "cut") for o in outcomes if o.attack.name == name)
        print(f"  {name:10} {number:6}  {'  '.join(f'{s}: {n}' for s, n in sorted(statuses.items()))}")
    print(f"before: {before}\nafter:  {after}")
    print(f"calls at the trap: {len(callers)}; wrong answers: {len(faults)}")
    for fault in faults[:20]:
        print(f"  {fault.attack.name}: {fault.fault}: {fault.attack.raw[:200]!r}")
    leaked = after.outgrows(before, allowed_mb=ALLOWED_MB)
    for leak in leaked:
        print(f"  not given back: {leak}")
    return 1 if faults or callers or leaked or health != 200 else 0


if __name__ == "__main__":
    sys.exit(main())

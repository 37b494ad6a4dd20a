"""Drafts of many synthetic articles: words a second, and the memory of each process from first to last.

A seeded generator makes the articles of a few hundred phrases: quotations, indirect speech, nested
speakers and the narrator's events, some fourteen sentences each. No two are alike.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from bench.drafting import general_knowledge
from kgraph.drafting.knowledge import Article
from kgraph.drafting.running import Tooling, draft_articles, lay_text

__all__ = ["bench_drafts", "write_text"]

_FIRST = (
    "Ana Bram Clea Dario Emil Fay Gwen Hanne Ines Jonas Karla Lars Mina Nils Olga Petra Rosa Sven".split()
)
_LAST = (
    "Brenn Caldrow Dunst Ferreby Holt Laske Marran Mell Oort Orbeck Oskell Pell Ristow Sarr Teague".split()
)
_OFFICES = ("mayor", "harbour master", "director of the hospital", "chief engineer", "head of the union")
_PLACES = "Marrow Bay|Tollhaven|Port Sarrow|Kelderby|Asprel|Tirrane|Halvard|Lowmoor".split("|")
_BODIES = "the council|the ferry company|the museum|the observatory|the police|the court|the hospital".split(
    "|"
)
_THINGS = (
    "the bridge|the ferry|the library|the north road|the old stadium|the dam|the alarm|the fish market".split(
        "|"
    )
)
_STATES = "shut|unsafe|open again|too small|flooded|under repair".split("|")
_DAYS = "on Monday|on Tuesday|in March|last week|on Friday|in 2019".split("|")
_ACTS = (
    "{body} closed {thing} {day}",
    "{body} ordered {name} to repair {thing} by Friday",
    "a storm destroyed {thing} {day}",
    "{body} sold {thing} to {other} {day}",
    "workers blocked {thing} in {place}",
    "{name}, the {office} of {place}, visited {thing} {day}",
)
_SAID = (
    "“{Thing} is {state},” said {name}, the {office} of {place}. “We will not wait for {body}.”",
    "{name} said that {thing} was {state} and that {body} had known it since 2019.",
    "“Nobody told us,” {last} said. “{Body} must pay for {thing}.”",
    "{Body} denied that {thing} had been {state}.",
    "Two officials said {last} had told them that {thing} could be {state} {day}.",
    "According to a report by {body}, {thing} is {state}.",
    "{name} told Radio Estuary that {body} would open {thing} again {day}.",
    "A demand by {other} to open {thing} was rejected by {body}.",
)


def write_text(number: int, *, seed: int = 0) -> str:
    """An article of its own, some 250 words."""
    random = Random(f"{seed}/{number}")  # noqa: S311 - the same words each time is what is wanted

    def words() -> dict[str, str]:
        first, last = random.choice(_FIRST), random.choice(_LAST)
        thing, body = random.choice(_THINGS), random.choice(_BODIES)
        return {
            "name": f"{first} {last}",
            "last": last,
            "office": random.choice(_OFFICES),
            "place": random.choice(_PLACES),
            "body": body,
            "Body": body[:1].upper() + body[1:],
            "other": random.choice(_BODIES),
            "thing": thing,
            "Thing": thing[:1].upper() + thing[1:],
            "state": random.choice(_STATES),
            "day": random.choice(_DAYS),
        }

    paragraphs = [
        f"{random.choice(_THINGS)[4:].capitalize()} of {random.choice(_PLACES)} in dispute, part {number}"
    ]
    for _ in range(7):
        act = random.choice(_ACTS).format_map(words())
        paragraphs.append(f"{act[:1].upper()}{act[1:]}. {random.choice(_SAID).format_map(words())}")
    return "\n\n".join(paragraphs) + "\n"


def bench_drafts(articles: int = 1000, *, processes: int = 2) -> None:
    """Draft so many articles, and print how fast and with how much memory."""
    texts = {f"a{number}": write_text(number) for number in range(articles)}
    words = sum(len(text.split()) for text in texts.values())
    made: Iterator[Article] = (Article(slug, lay_text(text)) for slug, text in texts.items())
    found, start = 0, time.perf_counter()
    sizes: list[tuple[int, float, float]] = []
    for done, outcome in enumerate(
        draft_articles(made, general_knowledge(), Tooling(processes=processes)), 1
    ):
        assert outcome.draft is not None, outcome.error
        found += len(outcome.draft.candidates)
        if done in (max(1, articles // 10), articles // 2, articles):
            workers = [_megabytes(child.pid) for child in multiprocessing.active_children() if child.pid]
            sizes.append((done, statistics.mean(workers), _megabytes(None)))
    taken = time.perf_counter() - start
    print(
        f"drafts     {articles} articles, {words} words, {found} candidates: {taken:.0f} s, "
        f"{words / taken:.0f} words/s with {processes} processes"
    )
    for done, worker, own in sizes:
        print(f"           after {done:5} articles: {worker:4.0f} MB a process, {own:3.0f} MB the command")


def _megabytes(pid: int | None) -> float:
    """What a process holds in memory now (``VmRSS`` of proc(5))."""
    status = Path(f"/proc/{pid or 'self'}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    bench_drafts()

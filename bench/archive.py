"""An archive: this repository's article under other names, as often as wanted, and what a build of it costs.

Each copy is an article of its own with a text, claims, editorial statements and the events and states that it
tells of; persons, groups and places are shared. A ``light`` copy has only a few claims of the first sentence,
some 600 triples with what follows. The figures are processor time of all processes and wall time, beside the
time in which ``Store.bulk_load`` loads the same quads.
"""

from __future__ import annotations

import json
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

__all__ = ["bench_archive", "write_archive"]

_ROOT: Final = Path(__file__).parents[1]
_SLUG: Final = "north-kosovo-roadblocks"
#: What is an article's own: what happens and holds.
_OWN: Final = re.compile(r"kgr:\w+ a (?:kg:(?:Event|State)\b|kgl:\w+)")


def write_archive(folder: Path, articles: int, *, light: bool = False) -> None:
    """Write a project of so many copies; ``light`` ones have few claims."""
    for name in ("ontology", "queries"):
        shutil.copytree(_ROOT / name, folder / name)
    shutil.copy(_ROOT / "kgraph.toml", folder)
    data = folder / "data/ttl"
    data.mkdir(parents=True)
    (folder / "seeds").mkdir()
    for name in ("gazetteer.ttl", "links.ttl", "editorial.ttl"):
        shutil.copy(_ROOT / "data/ttl" / name, data)
    head, blocks = _blocks((_ROOT / "data/ttl/entities.ttl").read_text(encoding="utf-8"))
    fixed = "".join((data / name).read_text(encoding="utf-8") for name in ("gazetteer.ttl", "links.ttl"))
    kept = set(re.findall(r"kgr:\w+", fixed))
    own = [text for text in blocks if _OWN.match(text) and text.split()[0] not in kept]
    shared = [text for text in blocks if text not in own]
    (data / "entities.ttl").write_text(head + "\n\n".join(shared), encoding="utf-8")
    own_names = [text.split()[0].removeprefix("kgr:") for text in own]
    renamed = re.compile(r"\bkgr:(" + "|".join(map(re.escape, own_names)) + r")\b")
    source = _ROOT / "data/ttl/articles" / _SLUG
    files = {path.name: path.read_text(encoding="utf-8") for path in source.glob("*.ttl")}
    if light:
        files["assertions.ttl"] = _light(files["assertions.ttl"])
        files.pop("editorial.ttl")
        own = _named(own, files["assertions.ttl"])
    files["entities.ttl"] = head + "\n\n".join(own)
    text = (_ROOT / "seeds" / f"{_SLUG}.txt").read_text(encoding="utf-8")
    for number in range(articles):
        slug = f"copy-{number:05}"
        target = data / "articles" / slug
        target.mkdir(parents=True)
        for name, content in files.items():
            made = content.replace(_SLUG, slug)
            made = re.sub(r"\bed:([a-z])", rf"ed:c{number}-\1", made)
            made = renamed.sub(rf"kgr:c{number}-\1", made)
            (target / name).write_text(made, encoding="utf-8")
        (folder / "seeds" / f"{slug}.txt").write_text(text, encoding="utf-8")


def _blocks(text: str) -> tuple[str, list[str]]:
    """The prefixes of a file, and what it says of each thing."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    head = "\n".join(line for line in lines if line.startswith("@")) + "\n\n"
    body = "\n".join(line for line in lines if not line.startswith("@"))
    return head, [block.strip() for block in re.split(r"\n\s*\n", body) if block.strip()]


def _light(text: str) -> str:
    """The voices and times, and the first claims of the first sentence."""
    head, _, claims = text.partition("a:a01")
    kept = [block for block in re.split(r"\n(?=a:a\d)", "a:a01" + claims) if re.match(r"a:a010[1-6]", block)]
    return head + "\n".join(kept)


def _named(blocks: list[str], text: str) -> list[str]:
    """What is said of the things that a text names, and of those that are named there."""
    by_name = {block.split()[0]: block for block in blocks}
    found: dict[str, str] = {}
    waiting = [text]
    while waiting:
        for name in re.findall(r"kgr:\w+", waiting.pop()):
            if name in by_name and name not in found:
                found[name] = by_name[name]
                waiting.append(by_name[name])
    return list(found.values())


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall time and processor time of something, child processes that end within it included."""

    def used() -> float:
        return sum(
            usage.ru_utime + usage.ru_stime
            for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        )

    wall, processor = time.perf_counter(), used()
    work()
    return time.perf_counter() - wall, used() - processor


_BUILD: Final = """
import json, resource, sys
from pathlib import Path
from kgraph.build import build
from kgraph.settings import load_settings
report = build(load_settings(Path(sys.argv[1]), flags={"encoder": "none"}, environ={}))
peaks = [resource.getrusage(who).ru_maxrss >> 10 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([report.fresh, report.generation.manifest.triples, report.seconds, peaks]))
"""


_LOAD: Final = """
import sys, pyoxigraph as ox
ox.Store(sys.argv[1]).bulk_load(path=sys.argv[2], format=ox.RdfFormat.N_QUADS)
"""


def _build(folder: Path) -> tuple[float, float, list[object]]:
    told: list[list[object]] = []

    def run() -> None:
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, str(folder)], check=True, stdout=subprocess.PIPE, text=True
        )
        told.append(json.loads(done.stdout))

    wall, processor = _timed(run)
    return wall, processor, told[0]


def _edits(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    article = folder / "data/ttl/articles/copy-00000"

    def change(name: str, old: str, new: str) -> Callable[[], object]:
        path = article / name
        return lambda: path.write_text(path.read_text("utf-8").replace(old, new, 1), encoding="utf-8")

    yield "a comment", change("assertions.ttl", "@prefix", "# why\n@prefix")
    yield (
        "a claim of another modality",
        change("assertions.ttl", "kg:modality kg:demand", "kg:modality kg:request"),
    )
    yield "a label", change("entities.ttl", 'skos:prefLabel "', 'skos:prefLabel "other ')
    entities = folder / "data/ttl/entities.ttl"
    yield (
        "the label of what all share",
        lambda: entities.write_text(
            entities.read_text("utf-8").replace('"minority Serbs"', '"the minority"'), "utf-8"
        ),
    )


def bench_archive(folder: Path, articles: int, report: Callable[..., None], *, light: bool = False) -> None:
    """Build an archive, edit it and build again; beside loading the same quads."""
    shutil.rmtree(folder, ignore_errors=True)
    write_archive(folder, articles, light=light)
    wall, processor, (_, triples, seconds, peaks) = _build(folder)
    report(
        "archive",
        f"{articles:,} articles",
        wall,
        processor=processor,
        triples=triples,
        mib=peaks,
        steps=seconds,
    )
    current = folder / ".kgraph/current"
    lines = folder / "all.nq"
    store = ox.Store.read_only(str(current / "oxigraph"))
    store.dump(str(lines), ox.RdfFormat.N_QUADS)
    del store
    command = [sys.executable, "-c", _LOAD, str(folder / "loaded"), str(lines)]
    load, _ = _timed(lambda: subprocess.run(command, check=True))
    shutil.rmtree(folder / "loaded")
    lines.unlink()
    report("", "the same quads, loaded", load, ratio=load / wall)
    for name, edit in _edits(folder):
        edit()
        wall, processor, (_, _, seconds, peaks) = _build(folder)
        report("", name, wall, processor=processor, mib=peaks, steps=seconds)
    wall, processor, _ = _build(folder)
    report("", "nothing changed", wall, processor=processor)


def main() -> None:
    """Measure: a folder, how many articles, and ``light`` where they are to have few claims."""
    folder, articles = Path(sys.argv[1]), int(sys.argv[2])

    def report(what: str, name: str, seconds: float, **more: object) -> None:
        shown = ", ".join(
            f"{key} {value:.2f}" if isinstance(value, float) else f"{key} {value}"
            for key, value in more.items()
        )
        sys.stdout.write(f"{what:8} {name:34} {seconds:8.2f} s  {shown}\n")
        sys.stdout.flush()

    bench_archive(folder, articles, report, light="light" in sys.argv[3:])


if __name__ == "__main__":
    main()

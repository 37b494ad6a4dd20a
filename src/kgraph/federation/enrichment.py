"""What Wikidata says of the items that a project links to, as a file: ``data/ttl/wikidata.ttl``.

Labels, types and coordinates; each item, and each type, with the endpoint and the time. The file fills the
graph ``wikidata``, which nothing is inferred from and which no article is taken to say. It is a source like
the others: it is reviewed and kept with them, and looks the same whenever the same is known. It is replaced
as a whole, or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

import pyoxigraph as ox

from kgraph.errors import ProjectError, StoreError
from kgraph.federation.client import ServiceClient
from kgraph.federation.endpoints import rules_of
from kgraph.federation.question import RETRIEVED_AT, RETRIEVED_FROM
from kgraph.problems import has_errors
from kgraph.project import Project, read_project
from kgraph.settings import WIKIDATA, Settings
from kgraph.store.whole import write_whole
from kgraph.vocab import KG, RDFS, SKOS, WD, XSD

__all__ = ["Enrichment", "enrich"]

#: Where the file stands in a project.
PLACE: Final = Path("data/ttl/wikidata.ttl")
BATCH: Final = 100
_LINKS: Final = "links"
_MATCHES: Final = (SKOS + "exactMatch", SKOS + "closeMatch")
_QUERY: Final = files("kgraph.federation").joinpath("enrichment.rq").read_text(encoding="utf-8")
_WDT: Final = "http://www.wikidata.org/prop/direct/"
_GEO: Final = "http://www.opengis.net/ont/geosparql#"
_HEADER: Final = f"""\
# What Wikidata says of the items that this project links to. Written by `kgraph enrich`; edits are lost.
#
# Graph: …/graph/wikidata
#
# No article says any of it, and nothing is inferred from it. Wikidata's data are CC0 1.0.
# Asked of {WIKIDATA}:
#
"""
_PREFIXES: Final = {"geo": _GEO, "kg": KG, "rdfs": RDFS, "wd": WD, "wdt": _WDT, "xsd": XSD}

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What came of it. ``unknown`` are the items of which Wikidata says nothing that was asked for."""

    path: Path
    items: int
    facts: int
    unknown: tuple[str, ...]
    changed: bool


def enrich(settings: Settings, *, progress: Progress) -> Enrichment:
    """Ask about every linked item, and write the file.

    Raises:
        ProjectError: the project's files cannot be read.
        RemoteError: Wikidata gave no whole answer; then the file is as it was.
        QueryRefusedError: it may not be called.
        StoreError: the file cannot be written.
    """
    project, problems = read_project(settings)
    if has_errors(problems):
        raise ProjectError("The project has faults.", problems, hint="Mend them first.")
    items = linked_items(project)
    facts = asyncio.run(_ask(settings, items, progress)) if items else {}
    subjects = {subject for subject, _, _ in facts}
    unknown = tuple(item for item in items if f"<{item}>" not in subjects)
    content = _render(facts)
    path = settings.project / PLACE
    changed = not path.is_file() or path.read_text(encoding="utf-8") != content
    if changed:
        try:
            write_whole(path, content)
        except OSError as error:
            fault = f"{path} cannot be written: {error.strerror}."
            raise StoreError(fault, hint="See to its rights.") from error
    return Enrichment(path, len(items), len(facts), unknown, changed)


def linked_items(project: Project) -> list[str]:
    """The items of Wikidata that a project links its entities to, by IRI, in their order."""
    items = {
        triple.object.value
        for triple in project.graphs().get(_LINKS, ())
        if triple.predicate.value in _MATCHES
        and isinstance(triple.object, ox.NamedNode)
        and triple.object.value.startswith(WD)
    }
    return sorted(items, key=_number)


_Fact = tuple[str, str, str]


async def _ask(settings: Settings, items: list[str], progress: Progress) -> dict[_Fact, float]:
    """Subject, property and value of each fact, with the time at which it was retrieved."""
    rules = rules_of(settings)
    endpoint = rules.endpoint(WIKIDATA)
    client = ServiceClient(rules, settings.store_path / "federation")
    facts: dict[_Fact, float] = {}
    try:
        for start in range(0, len(items), BATCH):
            batch = items[start : start + BATCH]
            progress(f"asking {WIKIDATA} about items {start + 1} to {start + len(batch)} of {len(items)}")
            query = Template(_QUERY).substitute(items=" ".join(f"<{item}>" for item in batch))
            columns = ("subject", "property", "value")
            answer = await client.ask(endpoint, query, columns, client.allowance())
            for subject, predicate, value in answer.rows:
                facts.setdefault((subject, predicate, value), answer.time)
    finally:
        await client.aclose()
    return facts


def _render(facts: dict[_Fact, float]) -> str:
    """The file: subjects in the order of their numbers, each with its facts in the order of the alphabet."""
    query = "".join(f"#   {line}\n" for line in _QUERY.splitlines())
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in _PREFIXES.items())
    blocks = [_HEADER + query, prefixes]
    for subject in sorted({subject for subject, _, _ in facts}, key=_number):
        about = sorted(fact for fact in facts if fact[0] == subject)
        oldest = min(facts[fact] for fact in about)
        moment = datetime.fromtimestamp(oldest, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        lines = [f"{_short(predicate)} {_short(value)}" for _, predicate, value in about]
        lines.append(f"{_short(f'<{RETRIEVED_FROM}>')} <{WIKIDATA}>")
        lines.append(f'{_short(f"<{RETRIEVED_AT}>")} "{moment}"^^xsd:dateTime')
        separator = " ;\n    "
        blocks.append(f"{_short(subject)} {separator.join(lines)} .\n")
    return "\n".join(blocks)


def _short(term: str) -> str:
    """A term as Turtle, with a prefix where that is plain."""
    head, caret, datatype = term.rpartition("^^") if term.startswith('"') else ("", "", term)
    for prefix, namespace in _PREFIXES.items():
        local = datatype.removeprefix(f"<{namespace}").removesuffix(">")
        if datatype.startswith(f"<{namespace}") and local.isalnum():
            return f"{head}{caret}{prefix}:{local}"
    return term


def _number(iri: str) -> tuple[int, str]:
    digits = iri.strip("<>").rpartition("/Q")[2]
    return (int(digits) if digits.isdecimal() else 0, iri)

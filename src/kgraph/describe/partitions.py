"""How classes and properties occur together in the data: what VoID calls partitions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from kgraph.rdf.sparql import substitute
from kgraph.rdf.terms import Term
from kgraph.vocab import RDF_TYPE
from kgraph.who_said import Dataset

__all__ = ["ClassUse", "Partitions", "read_partitions"]


@dataclass(frozen=True, slots=True)
class ClassUse:
    """A class: how many things are of it, and how many triples they have with each property."""

    iri: str
    things: int
    properties: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Partitions:
    """The classes, the largest first, and the properties with how often each occurs, likewise.

    ``definitions`` says what a class or a property means, where that is said.
    """

    classes: tuple[ClassUse, ...] = ()
    properties: Mapping[str, int] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)


async def read_partitions(dataset: Dataset) -> Partitions:
    """Read the whole dataset once, for each count."""
    together, single = await asyncio.gather(
        dataset.select(_text("partitions")), dataset.select(_text("properties"))
    )
    classes: dict[str, dict[str, int]] = {}
    things: dict[str, int] = {}
    for row in together:
        cls, prop = _value(row["class"]), _value(row["property"])
        classes.setdefault(cls, {})[prop] = int(_value(row["triples"]))
        if prop == RDF_TYPE:
            things[cls] = int(_value(row["things"]))
    used = [
        ClassUse(iri, things.get(iri, 0), dict(sorted(props.items(), key=lambda each: (-each[1], each[0]))))
        for iri, props in classes.items()
    ]
    counts = {_value(row["property"]): int(_value(row["triples"])) for row in single}
    ordered = dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
    wanted = " ".join(str(ox.NamedNode(iri)) for iri in (*classes, *ordered))
    defined = await dataset.select(substitute(_text("defined"), {"_things": wanted})) if wanted else ()
    return Partitions(
        tuple(sorted(used, key=lambda each: (-each.things, each.iri))),
        ordered,
        {_value(row["thing"]): _value(row["definition"]) for row in defined if row["thing"] is not None},
    )


def _value(term: Term | None) -> str:
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)


@cache
def _text(name: str) -> str:
    return (Path(__file__).parent / f"{name}.rq").read_text(encoding="utf-8")

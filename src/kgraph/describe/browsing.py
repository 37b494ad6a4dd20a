"""Lists for people to go through: voices, places, who talks about whom, and claims by facets."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kgraph.rdf.sparql import substitute
from kgraph.rdf.terms import Term
from kgraph.vocab import KG
from kgraph.who_said import Dataset

__all__ = [
    "FACETS",
    "Facet",
    "Place",
    "Talk",
    "VoiceCount",
    "count_facets",
    "list_claims",
    "list_places",
    "list_talk",
    "list_voices",
]

#: By what claims can be narrowed: the name in an address, and the path from a claim to its value.
FACETS: Final[Mapping[str, str]] = {
    "speaker": f"<{KG}attributedTo>",
    "kind": f"<{KG}modality>",
    "polarity": f"<{KG}polarity>",
    "mode": f"<{KG}mode>",
    "article": f"<{KG}inSentence>/<{KG}partOfArticle>",
    "time": f"<{KG}temporalContext>/(<{KG}denotes>|^<{KG}about>/<{KG}denotes>)",
}
#: How many values of a facet are listed, how many places there can be, and how many lines of talk are listed.
VALUES_LISTED: Final = 30
PLACES_LISTED: Final = 100_000
TALK_LISTED: Final = 60


@dataclass(frozen=True, slots=True)
class VoiceCount:
    """How many claims a speaker makes, in all and by kind (IRI), the most frequent kind first."""

    iri: str
    claims: int
    kinds: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place; latitude and longitude are in degrees (WGS 84), None where no record has them."""

    iri: str
    latitude: float | None = None
    longitude: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """How many claims somebody makes about somebody."""

    who: str
    whom: str
    claims: int


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a facet, by IRI, with how many claims have each among those that are asked for."""

    name: str
    values: tuple[tuple[str, int], ...]


async def list_voices(dataset: Dataset) -> list[VoiceCount]:
    """Who speaks, the most quoted first."""
    kinds: dict[str, dict[str, int]] = {}
    for row in await dataset.select(_query("voices", _inferred=_inferred(dataset))):
        kinds.setdefault(_value(row["agent"]), {})[_value(row["modality"])] = int(_value(row["claims"]))
    found = [
        VoiceCount(iri, sum(counts.values()), tuple(sorted(counts.items(), key=lambda kind: -kind[1])))
        for iri, counts in kinds.items()
    ]
    return sorted(found, key=lambda voice: (-voice.claims, voice.iri))


async def list_places(dataset: Dataset, iris: Sequence[str] = ()) -> list[Place]:
    """The places, or some of them; those with a point on the map first."""
    values = " ".join(str(ox.NamedNode(iri)) for iri in iris) or "UNDEF"
    found: dict[str, Place] = {}
    rows = await dataset.select(_query("places", _places=values, _limit=str(PLACES_LISTED)))
    for row in rows:
        if not isinstance(row["place"], ox.NamedNode):
            continue
        try:
            latitude, longitude = float(_value(row["latitude"])), float(_value(row["longitude"]))
        except ValueError:
            continue
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            source = _value(row["source"]) if row["source"] is not None else ""
            found.setdefault(row["place"].value, Place(row["place"].value, latitude, longitude, source))
    if not iris:
        for row in await dataset.select(_query("located", _limit=str(PLACES_LISTED))):
            found.setdefault(_value(row["place"]), Place(_value(row["place"])))
    return list(found.values())


async def list_talk(dataset: Dataset, *, own: bool) -> list[Talk]:
    """Who talks about whom; ``own`` counts what publications say in their own voice, too."""
    query = _query("talk", _inferred=_inferred(dataset), _own=str(own).lower(), _limit=str(TALK_LISTED))
    return [
        Talk(_value(row["who"]), _value(row["whom"]), int(_value(row["claims"])))
        for row in await dataset.select(query)
    ]


async def list_claims(dataset: Dataset, chosen: Mapping[str, str], *, offset: int, limit: int) -> list[str]:
    """Some of the claims with the chosen values (IRIs by facet), in the order of their IRIs."""
    rows = await dataset.select(
        f"SELECT DISTINCT ?claim WHERE {{ {_where(dataset, chosen)} }} "
        f"ORDER BY ?claim OFFSET {offset} LIMIT {limit}"
    )
    return [_value(row["claim"]) for row in rows]


async def count_facets(dataset: Dataset, chosen: Mapping[str, str]) -> list[Facet]:
    """What narrows the claims with the chosen values further, with how many claims have it."""
    where = _where(dataset, chosen)
    counts = [
        dataset.select(
            f"SELECT ?value (COUNT(DISTINCT ?claim) AS ?claims) WHERE {{ {where} ?claim {path} ?value }} "
            f"GROUP BY ?value ORDER BY DESC(?claims) ?value LIMIT {VALUES_LISTED}"
        )
        for path in FACETS.values()
    ]
    return [
        Facet(
            name,
            tuple(
                (_value(row["value"]), int(_value(row["claims"])))
                for row in found
                if isinstance(row["value"], ox.NamedNode)
            ),
        )
        for name, found in zip(FACETS, await asyncio.gather(*counts), strict=True)
    ]


def _where(dataset: Dataset, chosen: Mapping[str, str]) -> str:
    claim = f"GRAPH ?graph {{ ?claim <{KG}attributedTo> ?anybody }} FILTER(?graph != {_inferred(dataset)})"
    return claim + "".join(f" ?claim {FACETS[name]} {ox.NamedNode(iri)} ." for name, iri in chosen.items())


def _inferred(dataset: Dataset) -> str:
    return str(ox.NamedNode(dataset.names.graph("inferred")))


def _value(term: Term | None) -> str:
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)


@cache
def _text(name: str) -> str:
    return (Path(__file__).parent / f"{name}.rq").read_text(encoding="utf-8")


def _query(name: str, **values: str) -> str:
    return substitute(_text(name), values)

"""Wikidata's items by their labels: candidates for what a text names. A person decides which it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import pyoxigraph as ox

from kgraph.federation.client import ServiceClient
from kgraph.federation.endpoints import rules_of
from kgraph.rdf.terms import parse_term
from kgraph.settings import WIKIDATA, Settings
from kgraph.vocab import XSD

__all__ = ["match_names"]

BATCH: Final = 50
_QUERY: Final = """\
SELECT ?name ?item ?links WHERE {
  VALUES ?name { %s }
  ?item <http://www.w3.org/2000/01/rdf-schema#label> ?name ;
        <http://wikiba.se/ontology#sitelinks> ?links .
}"""


def match_names(
    settings: Settings, names: Iterable[str], *, language: str, progress: Callable[[str], None]
) -> dict[str, str]:
    """For each name that is an item's label, that item's IRI; of several the one that most wikis write of.

    Raises:
        RemoteError: Wikidata gave no whole answer.
        QueryRefusedError: it may not be called.
    """
    wanted = sorted(set(names))
    return asyncio.run(_ask(settings, wanted, language, progress)) if wanted else {}


async def _ask(
    settings: Settings, names: list[str], language: str, progress: Callable[[str], None]
) -> dict[str, str]:
    rules = rules_of(settings)
    endpoint = rules.endpoint(WIKIDATA)
    client = ServiceClient(rules, settings.store_path / "federation")
    best: dict[str, tuple[int, str]] = {}
    try:
        for start in range(0, len(names), BATCH):
            batch = names[start : start + BATCH]
            progress(f"asking {WIKIDATA} about names {start + 1} to {start + len(batch)} of {len(names)}")
            values = " ".join(str(ox.Literal(name, language=language)) for name in batch)
            answer = await client.ask(
                endpoint, _QUERY % values, ("name", "item", "links"), client.allowance()
            )
            for row in answer.rows:
                name, item, links = map(_value, row)
                best[name] = max(best.get(name, (-1, "")), (int(links), item))
    finally:
        await client.aclose()
    return {name: item for name, (_, item) in best.items()}


def _value(term: str) -> str:
    return parse_term(term, prefixes={"xsd": XSD}).value

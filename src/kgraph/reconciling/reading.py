"""Reading the things of a generation that can be meant: names, types, definitions, links."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import pyoxigraph as ox

from kgraph.rdf.table import Table
from kgraph.rdf.terms import Term, compact
from kgraph.reconciling.candidates import Candidates, Entity
from kgraph.vocab import PREFIXES, Names

__all__ = ["read_entities"]

_PROLOGUE: Final = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
_NAMES: Final = """
SELECT ?thing ?rank ?name ?language {
  VALUES (?property ?rank) {
    (skos:prefLabel 0) (rdfs:label 1) (dcterms:title 1) (skos:altLabel 2)
  }
  ?thing ?property ?name FILTER (isIRI(?thing) && isLiteral(?name))
  BIND (lang(?name) AS ?language)
}
"""
_TYPES: Final = """
SELECT DISTINCT ?thing ?type { ?thing a ?type FILTER (isIRI(?thing) && isIRI(?type)) }
"""
_SAID: Final = """
SELECT ?thing ?said { ?thing skos:definition|rdfs:comment|dcterms:description ?said FILTER (isIRI(?thing)) }
"""
_LINKS: Final = "SELECT ?thing ?link { ?thing skos:exactMatch ?link FILTER (isIRI(?thing) && isIRI(?link)) }"


async def read_entities(select: Callable[[str], Awaitable[Table]], names: Names) -> Candidates:
    """The things below the project's namespace that have a name."""
    base = names.resources
    labels: dict[str, list[tuple[int, bool, str]]] = {}
    type_names: dict[str, str] = {}
    for row in await select(_PROLOGUE + _NAMES):
        iri, name, language = _text(row["thing"]), _text(row["name"]), _text(row["language"])
        rank = (int(_text(row["rank"])), language not in ("", "en"), name)
        if iri.startswith(base):
            labels.setdefault(iri, []).append(rank)
        elif not rank[1]:
            type_names.setdefault(compact(iri, names.prefixes), name)
    types: dict[str, list[str]] = {}
    for row in await select(_PROLOGUE + _TYPES):
        types.setdefault(_text(row["thing"]), []).append(compact(_text(row["type"]), names.prefixes))
    said: dict[str, str] = {}
    for row in await select(_PROLOGUE + _SAID):
        said.setdefault(_text(row["thing"]), _text(row["said"]))
    links: dict[str, list[str]] = {}
    for row in await select(_PROLOGUE + _LINKS):
        link = _text(row["link"])
        links.setdefault(_text(row["thing"]), []).extend((link, link.rstrip("/").rpartition("/")[2]))
    used = {each for iri in labels for each in types.get(iri, ())}
    return Candidates(
        (
            Entity(
                id=iri.removeprefix(base),
                names=tuple(dict.fromkeys(name for *_, name in sorted(known))),
                types=tuple(sorted(types.get(iri, ()))),
                description=said.get(iri, ""),
                links=tuple(links.get(iri, ())),
            )
            for iri, known in labels.items()
        ),
        {each: type_names.get(each, each) for each in sorted(used)},
    )


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else ""

"""The graph ``support``: on whose word each inference rests, in RDF, to be asked in SPARQL.

One kg:Inference for each way in which a triple follows: the triple (rdf:subject, rdf:predicate, rdf:object,
which assert nothing: RDF 1.1 Semantics, appendix D.1), and a kg:restsOn for each source. It is RDF 1.1, as
the claims are, so that every client can read it. An inferred triple that no inference speaks of rests on
nobody's word: on what the project's own files record of texts and things.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import pyoxigraph as ox

from kgraph.reasoning.evidence import Asking, look_up
from kgraph.reasoning.support import Ways
from kgraph.vocab import KG, RDF, RDF_TYPE, Names

__all__ = ["SUPPORT", "describe_support", "find_resting_on", "find_stored_support", "read_support"]

#: The graph's short name.
SUPPORT: Final = "support"
_TYPE: Final = ox.NamedNode(RDF_TYPE)
_INFERENCE: Final = ox.NamedNode(KG + "Inference")
_RESTS_ON: Final = ox.NamedNode(KG + "restsOn")
_SUBJECT, _PREDICATE, _OBJECT = (ox.NamedNode(RDF + name) for name in ("subject", "predicate", "object"))


def describe_support(support: Mapping[ox.Triple, Ways], names: Names) -> Iterator[ox.Triple]:
    """The triples of the graph."""
    for triple, ways in support.items():
        for sources in ways:
            digest = sha256("\n".join([str(triple), *sorted(sources)]).encode()).hexdigest()
            way = ox.NamedNode(f"{names.resources}inference/{digest[:24]}")
            yield ox.Triple(way, _TYPE, _INFERENCE)
            yield ox.Triple(way, _SUBJECT, triple.subject)
            yield ox.Triple(way, _PREDICATE, triple.predicate)
            yield ox.Triple(way, _OBJECT, triple.object)
            for source in sorted(sources):
                yield ox.Triple(way, _RESTS_ON, ox.NamedNode(source))


def find_stored_support(triples: Sequence[ox.Triple], names: Names) -> Asking[dict[ox.Triple, Ways]]:
    """What a generation's graph says of some triples; nothing for those that it does not speak of."""
    graph = ox.NamedNode(names.graph(SUPPORT))
    rows = yield from look_up(
        "?s ?p ?o",
        triples,
        f"GRAPH {graph} {{ ?way {_SUBJECT} ?s ; {_PREDICATE} ?p ; {_OBJECT} ?o "
        f"OPTIONAL {{ ?way {_RESTS_ON} ?source }} }}",
    )
    found: dict[ox.Triple, dict[str, set[str]]] = {triple: {} for triple in triples}
    for number, row in rows:
        sources = found[triples[number]].setdefault(str(row["way"]), set())
        if isinstance(source := row["source"], ox.NamedNode):
            sources.add(source.value)
    return {triple: frozenset(map(frozenset, ways.values())) for triple, ways in found.items()}


def find_resting_on(sources: Iterable[str], others: Iterable[str], names: Names) -> Asking[list[ox.Triple]]:
    """What follows from the word of some sources and of others, and not from that of the others alone."""
    wanted, outside = frozenset(sources), frozenset(others)
    values = " ".join(str(ox.NamedNode(source)) for source in sorted(wanted))
    rows = yield (
        f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?source {{ {values} }} GRAPH <{names.graph(SUPPORT)}> "
        f"{{ ?way {_RESTS_ON} ?source ; {_SUBJECT} ?s ; {_PREDICATE} ?p ; {_OBJECT} ?o }} }}"
    )
    triples = [ox.Triple(row["s"], row["p"], row["o"]) for row in rows]  # type: ignore[arg-type]
    support = yield from find_stored_support(triples, names)
    return [
        triple
        for triple, ways in support.items()
        if any(way <= wanted | outside for way in ways) and not any(way <= outside for way in ways)
    ]


def read_support(graph: Iterable[ox.Triple]) -> dict[ox.Triple, Ways]:
    """What the graph says, all of it."""
    parts: dict[object, dict[object, Any]] = {}
    sources: dict[object, set[str]] = {}
    for way, predicate, value in graph:
        if predicate == _RESTS_ON:
            sources.setdefault(way, set()).add(str(value)[1:-1])
        else:
            parts.setdefault(way, {})[predicate] = value
    found: dict[ox.Triple, set[frozenset[str]]] = {}
    for way, part in parts.items():
        triple = ox.Triple(part[_SUBJECT], part[_PREDICATE], part[_OBJECT])
        found.setdefault(triple, set()).add(frozenset(sources.get(way, ())))
    return {triple: frozenset(ways) for triple, ways in found.items()}

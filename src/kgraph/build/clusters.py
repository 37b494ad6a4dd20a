"""Clusters: which units are examined together.

Units that describe the same article, that say something of what is below another's article, or that are
looked up by what another describes (a claim by its sentence, a part by its article), belong together. Nearly
always a cluster is one unit. Articles whose IRIs end alike share a graph, so they belong together, too.
"""

from __future__ import annotations

from kgraph.build.ledger import Ledger

__all__ = ["find_clusters"]


def find_clusters(ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """The units of each cluster, by the name of the first."""
    parents: dict[str, str] = {}

    def root(unit: str) -> str:
        while (above := parents.setdefault(unit, unit)) != unit:
            unit = above
        return unit

    def join(one: str, other: str) -> None:
        first, second = sorted((root(one), root(other)))
        parents[second] = first

    slugs: dict[str, str] = {}
    units = []
    edges = []
    for row in ledger.units():
        units.append(row.unit)
        edges += [(row.unit, name) for name in row.edges]
    for iri, unit in ledger.articles():
        join(slugs.setdefault(iri.rsplit("/", 1)[-1], unit), unit)
    for unit, other in ledger.said_of_articles():
        join(unit, other)
    for unit, name in edges:
        for other in (*ledger.owners(name), *ledger.said_by(name)):
            join(unit, other)
    found: dict[str, list[str]] = {}
    for unit in units:
        found.setdefault(root(unit), []).append(unit)
    return {name: tuple(members) for name, members in found.items()}

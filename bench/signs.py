"""What the triples of a large store are about, asked of the engine."""

from __future__ import annotations

from typing import cast

import pyoxigraph as ox

from kgraph.reasoning.program import Slot
from kgraph.reasoning.saturation import FACTS, INFERRED
from kgraph.reasoning.signs import Signs
from kgraph.vocab import RDF_TYPE

__all__ = ["signs_in"]

_TYPE = ox.NamedNode(RDF_TYPE)


def signs_in(store: ox.Store) -> Signs:
    """What the triples of a store are about."""
    given = f"FROM {FACTS} FROM {INFERRED}"
    predicates, classes = (
        cast(ox.QuerySolutions, store.query(f"SELECT DISTINCT ?it {given} {{ {where} }}"))
        for where in ("?s ?it ?o", f"?s {_TYPE} ?it")
    )
    found = Signs((cast(Slot, row["it"]), None) for row in predicates if row["it"] != _TYPE)
    for row in classes:
        found.add((_TYPE, cast(Slot, row["it"])))
    return found

"""Pages of what is known lose nothing, whichever copy of a generation answers for each."""

from __future__ import annotations

import random
from typing import cast

import pyoxigraph as ox
import pytest

from kgraph.describe.describing import _query

HUB = ox.NamedNode("http://e.example/hub")
_QUADS = [
    ox.Quad(ox.NamedNode(f"http://e.example/m{number}"), ox.NamedNode("http://e.example/in"), HUB)
    for number in range(90)
] + [ox.Quad(HUB, ox.NamedNode(f"http://e.example/p{n % 3}"), ox.Literal(f"{n}")) for n in range(70)]
OWN = {"_thing": str(HUB), "_prefix": '"http://e.example/hub#"'}


def _store(seed: int) -> ox.Store:
    """The same quads, as they come in another order: a store of Oxigraph's gives them back in that."""
    quads = list(_QUADS)
    random.Random(seed).shuffle(quads)  # noqa: S311 - an order
    store = ox.Store()
    for quad in quads:
        store.add(quad)
    return store


def _page(store: ox.Store, query: str, **values: str) -> set[ox.Triple]:
    asked = _query(query, **OWN, **values)
    rows = cast(ox.QuerySolutions, store.query(asked, use_default_graph_as_union=True))
    return {ox.Triple(row["subject"], row["predicate"], row["object"]) for row in rows}


@pytest.mark.parametrize("query", ["core", "added"])
def test_pages_from_different_copies_hold_everything_once(query: str) -> None:
    copies = [_store(seed) for seed in range(4)]
    more = (
        {"_mixed": "false", "_own": "", "_sorted": "1000", "_parts": ""}
        if query == "added"
        else {"_parts": "5"}
    )
    found: list[ox.Triple] = []
    for page in range(9):
        place = {"_offset": str(10 * page), "_limit": "10", "_most": "1000"}
        found += _page(copies[page % 4], query, **more, **place)
    assert len(found) == len(set(found))
    assert set(found) == {quad.triple for quad in _QUADS}

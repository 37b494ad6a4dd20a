"""Filling a store: what is put into it is what it holds, in a few loads."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from kgraph.build.filling import Filler
from kgraph.vocab import UNION_GRAPH, Names

NAMES = Names("http://example.org/")
#: What might be taken for the end of a line, or for a blank node.
MARKS = st.sampled_from([" .\n", " .", "\n", "\r", "_:b", "<", ">", '"', "\\", "é", "\u2028"])


@given(st.dictionaries(st.sampled_from("abcd"), st.lists(MARKS, max_size=6), min_size=1))
def test_a_store_holds_what_is_put_into_its_graphs(texts: dict[str, list[str]]) -> None:
    store, thing = ox.Store(), ox.NamedNode("http://example.org/thing")
    with Filler(store, NAMES) as filler:
        for graph, marks in texts.items():
            triples = [
                ox.Triple(thing, thing, ox.Literal("".join(marks))),
                ox.Triple(thing, thing, ox.Literal("".join(marks), language="en")),
            ]
            filler.add_graph(graph, ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
    for graph, marks in texts.items():
        home = ox.NamedNode(NAMES.graph(graph))
        held = {quad.object for quad in store.quads_for_pattern(None, None, None, home)}
        assert held == {ox.Literal("".join(marks)), ox.Literal("".join(marks), language="en")}
    united = {quad.object for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(UNION_GRAPH))}
    assert united == {
        value
        for marks in texts.values()
        for value in (ox.Literal("".join(marks)), ox.Literal("".join(marks), language="en"))
    }


def test_many_graphs_take_no_more_files_than_one(tmp_path: Path) -> None:
    thing = ox.NamedNode("http://example.org/thing")

    def files(graphs: int) -> int:
        folder = tmp_path / str(graphs)
        store = ox.Store(str(folder))
        with Filler(store, NAMES) as filler:
            for number in range(200):
                triple = ox.Triple(thing, thing, ox.Literal(str(number)))
                content = ox.serialize([triple], format=ox.RdfFormat.N_TRIPLES) or b""
                filler.add_graph(f"g{number % graphs}", content)
        return len(list(folder.glob("*.sst")))

    assert files(200) == files(1) > 0

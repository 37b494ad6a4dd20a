"""What an edit and a belief cost on a synthetic project, to reasoning anew from everything.

The closure of one article more: from the generation without it, by what depends on the article; and in full,
clause by clause over a loaded store. Both compile the ontology, look for contradictions and say on whose word
everything rests. Neither figure holds what both need: the facts in a store, and the article parsed. The
second pair is all that a build does, from lists of triples to lists of triples: comparing with the
generation, loading and sorting.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from bench.reasoning import graphs_of, ontology, publish, record, told_of
from bench.signs import signs_in
from kgraph.api import AsyncKnowledgeGraph
from kgraph.reasoning import Earlier, Remainder, View, close, compile_program, update
from kgraph.reasoning.saturation import FACTS, INFERRED, Plan, find_clashes, saturate
from kgraph.reasoning.signs import Rules
from kgraph.reasoning.support import find_support
from kgraph.reasoning.upkeep import advance
from kgraph.reasoning.world import INFERRED as CONCLUSIONS
from kgraph.reasoning.world import ONTOLOGY, Altered
from kgraph.settings import Settings, load_settings
from kgraph.store import Catalog

_KGR = "https://w3id.org/kgraph/id/"


def timed(work: Callable[[], object]) -> float:
    """How long something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bench_edit(articles: int, report: Callable[..., None]) -> None:
    """One article more, and somebody believed."""
    with tempfile.TemporaryDirectory() as name:
        settings = load_settings(Path(name), environ={})
        names, axioms = settings.names, ontology()
        triples, _ = publish(settings, articles)
        generation = Catalog(settings.store_path).current()
        store = ox.Store.read_only(str(generation.store_path))
        view = View.of_generation(store, names, generation.manifest.graphs)
        remainder = Remainder.read(generation.remainder(), names)
        graphs, more = graphs_of(range(articles)), graphs_of(range(articles, articles + 1))
        graphs = {graph: list(dict.fromkeys([*graphs[graph], *more.get(graph, ())])) for graph in graphs}
        told = told_of(graphs, names)
        given: dict[ox.Triple, set[str]] = {}
        for graph, some in more.items():
            for triple in some:
                given.setdefault(triple, set()).add(graph)
        world = Altered(names, {ONTOLOGY: axioms, CONCLUSIONS: remainder.conclusions})
        edit = timed(lambda: view.run(advance(world, Rules(compile_program(axioms)), given, told)))
        whole = timed_closure(axioms, graphs, told)
        report("edit", f"one article more, of {articles:,}", edit, **{"in full": whole})
        facts = [triple for some in graphs.values() for triple in some]
        anew = timed(lambda: close(axioms, facts, facts, told=told))
        on = timed(lambda: update(Earlier(view, remainder), axioms, graphs, told))
        report("", "the same from lists to lists", on, **{"in full": anew})
        record("one article more", triples, {"edit_s": edit, "full_s": whole, "ratio": whole / edit})
        record(
            "one article more, lists to lists", triples, {"edit_s": on, "full_s": anew, "ratio": anew / on}
        )
        besides, alone, added = asyncio.run(_believe(settings))
        report("", f"to believe a speaker, {added} triples more", besides, **{"reasoning anew": anew})
        report("", "to believe one publisher alone", alone, **{"reasoning anew": anew})
        record("believe", triples, {"besides_s": besides, "alone_s": alone, "full_s": anew})


def timed_closure(
    axioms: list[ox.Triple],
    graphs: dict[str, list[ox.Triple]],
    told: dict[ox.Triple, frozenset[frozenset[str]]],
) -> float:
    """How long everything takes, once the facts are in a store."""
    store = ox.Store()
    facts = (triple for some in (axioms, *graphs.values()) for triple in some)
    store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object, FACTS) for t in facts)

    def work() -> None:
        program = compile_program(axioms)
        saturate(store, Plan(program), signs_in(store))
        present = signs_in(store)
        assert not list(find_clashes(store, program, present))
        inferred = {quad.triple for quad in store.quads_for_pattern(None, None, None, INFERRED)}
        find_support(store, program, inferred, told, present)

    return timed(work)


async def _believe(settings: Settings) -> tuple[float, float, int]:
    """Believe a quoted speaker besides, and one publisher alone: seconds, and how much the first adds."""
    async with AsyncKnowledgeGraph.open(settings) as graph:
        await graph.believe(f"{_KGR}g0/actor2")
        start = time.perf_counter()
        belief = await graph.believe(f"{_KGR}g0/actor3")
        besides = time.perf_counter()
        await graph.believe(f"{_KGR}g0/publisher", only=True)
        return besides - start, time.perf_counter() - besides, len(belief.believed) + len(belief.inferred)

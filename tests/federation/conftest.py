"""Two datasets, ours and one shaped like Wikidata's, and three ways to ask a query of both."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from bench.wikidata import FIRST_ITEM, WIKIDATA, Recorder, items, publish, serving

from kgraph.api import AsyncKnowledgeGraph, Table
from kgraph.settings import load_settings

ITEMS = 100_000
PREFIXES = """\
PREFIX : <http://example.org/>
PREFIX g: <https://w3id.org/kgraph/graph/>
PREFIX kg: <https://w3id.org/kgraph/ontology#>
PREFIX wd: <http://www.wikidata.org/entity/>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX w: <https://query.wikidata.org/>
"""
_REMOTE = "urn:test:remote"
_SERVICE = re.compile(r"SERVICE(\s+SILENT)?\s+w:sparql")

#: Our side: 250 places linked to items, some twice, some to nothing, some to what is no item at all.
LOCAL = (
    """
@prefix : <http://example.org/> .
@prefix wd: <http://www.wikidata.org/entity/> .
"""
    + "".join(
        f':place{n} :link wd:Q{FIRST_ITEM + n * 37 % 400} ; :name "item {FIRST_ITEM + n * 37 % 400}"@en ; '
        f":rank {n % 7} ; :kind :k{n % 4} .\n"
        + (f":place{n} :near :place{n // 2} .\n" if n % 2 else f':place{n} :note "note {n}" .\n')
        + (f":place{n} :link wd:Q{FIRST_ITEM + n} .\n" if n % 50 == 0 else "")
        for n in range(250)
    )
    + ":loose :kind :k0 ; :rank 1 . :blank :link [ :kind :k9 ] ; :rank 2 .\n"
    ':literal :link "none" ; :rank 3 .\n'
    ":odd :class wd:Q7, wd:Q8 .\n"
)

Rows = Counter[tuple[str, ...]]


@dataclass
class Both:
    """Our knowledge graph and the stand-in, and the merged data as a judge."""

    portal: BlockingPortal
    graph: AsyncKnowledgeGraph
    recorder: Recorder
    merged: ox.Store

    def federated(self, query: str) -> Rows | bool:
        """What our server gives for a query that calls the stand-in by Wikidata's name."""
        result = self.portal.call(self.graph.query_values, PREFIXES + query)
        if not isinstance(result, Table):
            assert isinstance(result, bool)
            return result
        return Counter(tuple(_shown(row[name]) for name in sorted(result.columns)) for row in result)

    def judged(self, query: str) -> Rows | bool:
        """What SPARQL says over the merged data, in which the other side is a graph."""
        text = PREFIXES + _SERVICE.sub(f"GRAPH <{_REMOTE}>", query)
        results = self.merged.query(text, default_graph=[ox.NamedNode("urn:test:local")])
        if isinstance(results, ox.QueryBoolean):
            return bool(results)
        assert isinstance(results, ox.QuerySolutions)
        names = sorted(variable.value for variable in results.variables)
        return Counter(tuple(_shown(row[name]) for name in names) for row in results)


def _shown(term: object) -> str:
    """A term as text. There is one blank node on either side, so they need no names."""
    return "_:" if isinstance(term, ox.BlankNode) else str(term or "")


@pytest.fixture(scope="session")
def wikidata(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, bytes]]:
    """The stand-in with all its items, and its triples."""
    folder = tmp_path_factory.mktemp("wikidata")
    content = items(ITEMS)
    publish(folder, {"https://example.org/items": content})
    with serving(folder) as url:
        yield url, content


@pytest.fixture(scope="session")
def both(wikidata: tuple[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Ours and theirs, without a cache, so that every request is seen."""
    url, remote = wikidata
    folder = tmp_path_factory.mktemp("ours")
    triples = (quad.triple for quad in ox.parse(LOCAL, ox.RdfFormat.TURTLE))
    local = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    places = "https://w3id.org/kgraph/graph/places"
    publish(folder, {places: local})
    merged = ox.Store()
    for name, content in (("urn:test:local", local), (places, local), (_REMOTE, remote)):
        merged.bulk_load(content, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(name))
    with Recorder(url).listening() as recorder, opened(folder, recorder.url) as (portal, graph):
        yield Both(portal, graph, recorder, merged)


@contextmanager
def opened(
    folder: Path, mirror: str = "", **flags: Any
) -> Iterator[tuple[BlockingPortal, AsyncKnowledgeGraph]]:
    """A knowledge graph for which Wikidata stands at ``mirror``, and the loop that it lives in."""
    mirrors = {WIKIDATA: mirror} if mirror else {}
    settings = load_settings(
        folder,
        environ={},
        flags={"workers": 1, "service_mirror": mirrors, "service_age": 0, "service_rate": 1000, **flags},
    )
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())
        graph = stack.enter_context(portal.wrap_async_context_manager(AsyncKnowledgeGraph.open(settings)))
        yield portal, graph


@pytest.fixture
def recorder(both: Both) -> Recorder:
    """What is asked of the stand-in in this test."""
    both.recorder.calls.clear()
    return both.recorder


Ask = Callable[[str], Rows | bool]

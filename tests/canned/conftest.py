"""This repository's two projects as datasets in memory, under their own base IRI and a stranger's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph.build import inspect_project
from kgraph.canned import CannedQuery, Reader, load_canned, read_naming, render_row
from kgraph.canned.query import Row
from kgraph.rdf.table import Table
from kgraph.settings import load_settings

ROOT = Path(__file__).parents[2]
#: Each project by the name of its article, which is also that of its file of expected answers.
PROJECTS = {"north-kosovo-roadblocks": ROOT, "star-clock": ROOT / "examples" / "star-clock"}
STRANGE_BASE = "https://example.org/x/"


@dataclass(frozen=True)
class Asked:
    """A project's dataset, its questions, and what reads names in it."""

    store: ox.Store
    queries: Mapping[str, CannedQuery]
    reader: Reader

    def ask(self, slug: str, **values: str) -> list[Row]:
        """The rows of a question, as a person reads them."""
        text = asyncio.run(self.reader.bind(self.queries[slug], values))
        return rows(self.store, text, self.reader.prefixes)

    def columns(self, slug: str) -> Sequence[str]:
        """The names of its columns."""
        return [column.name for column in self.queries[slug].columns]


def rows(store: ox.Store, text: str, prefixes: Mapping[str, str]) -> list[Row]:
    """The rows of a SELECT query."""
    results = store.query(text)
    assert isinstance(results, ox.QuerySolutions)
    return [render_row(row, prefixes) for row in results]


@cache
def asked(project: str, base_iri: str | None) -> Asked:
    """A project under a base IRI, its own where none is given."""
    settings = load_settings(PROJECTS[project], environ={}, flags={"base_iri": base_iri})
    prefixes = settings.names.prefixes
    inspection = inspect_project(settings)
    store = ox.Store()
    for name, triples in inspection.graphs.items():
        graph = ox.NamedNode(settings.names.graph(name))
        store.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)

    async def select(query: str) -> Table:
        results = store.query(query, use_default_graph_as_union=True)
        assert isinstance(results, ox.QuerySolutions)
        names = tuple(variable.value for variable in results.variables)
        return Table(names, tuple({n: row[n] for n in names} for row in results), prefixes)

    async def ask(query: str) -> bool:
        return bool(store.query(query, use_default_graph_as_union=True))

    reader = Reader(asyncio.run(read_naming(select)), prefixes, ask)
    queries, _ = load_canned(inspection.subject.project.queries.items(), prefixes=prefixes)
    return Asked(store, queries, reader)


@pytest.fixture(params=PROJECTS)
def project(request: pytest.FixtureRequest) -> str:
    """Each project in turn."""
    return str(request.param)


@pytest.fixture(params=[None, STRANGE_BASE], ids=["own", "strange"])
def dataset(project: str, request: pytest.FixtureRequest) -> Asked:
    """Each project, under its own base IRI and under a stranger's."""
    return asked(project, request.param)

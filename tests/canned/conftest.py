"""The reference project as a dataset in memory: what a build of this repository would publish."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph.build import inspect_project
from kgraph.settings import load_settings


@pytest.fixture(scope="session")
def dataset() -> ox.Store:
    settings = load_settings(Path(__file__).parents[2], environ={})
    store = ox.Store()
    for name, triples in inspect_project(settings).graphs.items():
        graph = ox.NamedNode(settings.names.graph(name))
        store.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)
    return store


@pytest.fixture(scope="session")
def without_graphs(dataset: ox.Store) -> ox.Store:
    """The same triples, all in the default graph."""
    store = ox.Store()
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in dataset)
    return store

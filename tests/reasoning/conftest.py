"""The reference project, inspected and built once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kgraph import KnowledgeGraph
from kgraph.build import Inspection, inspect_project
from kgraph.settings import load_settings

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Built:
    inspection: Inspection
    graph: KnowledgeGraph


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    inspection = inspect_project(load_settings(ROOT, environ={}))
    store = str(tmp_path_factory.mktemp("reference"))
    with KnowledgeGraph(ROOT, store=store, workers=1, encoder="none") as graph:
        yield Built(inspection, graph)

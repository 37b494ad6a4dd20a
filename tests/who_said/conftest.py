"""The repository's project, built once into a store of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kgraph import KnowledgeGraph

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    store = tmp_path_factory.mktemp("who-said")
    with KnowledgeGraph(REPOSITORY, store=str(store), workers=1) as graph:
        yield graph

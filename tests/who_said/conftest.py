"""The repository's project, built once into a store of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kgraph import KnowledgeGraph
from kgraph.store.locks import exclusive

REPOSITORY = Path(__file__).parents[2]
_PATIENCE_S = 600


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    """One for all processes that test side by side: its vectors take longer than the tests."""
    base = tmp_path_factory.getbasetemp()
    store = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "who-said"
    with exclusive(store.with_suffix(".lock"), wait_s=_PATIENCE_S) as is_held:
        assert is_held
        opened = KnowledgeGraph(REPOSITORY, store=str(store), workers=1)
    with opened as graph:
        yield graph

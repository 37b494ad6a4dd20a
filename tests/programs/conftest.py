"""The repository's project as a program has it, and a server of it that is asked in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kgraph import KnowledgeGraph


@pytest.fixture(scope="session")
def graph(reference_folder: Path) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph(reference_folder, workers=1) as graph:
        yield graph

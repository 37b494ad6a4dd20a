"""A pipeline that is loaded once, and what kgraph knows of any text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kgraph.drafting import Draft
from kgraph.drafting.knowledge import Knowledge, read_knowledge
from kgraph.drafting.running import lay_text
from kgraph.settings import load_settings

Drafting = Callable[[str], Draft]


@pytest.fixture(scope="session")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return read_knowledge(load_settings(Path(tmp_path_factory.mktemp("empty")), environ={}))[0]


@pytest.fixture(scope="session")
def draft(knowledge: Knowledge) -> Drafting:
    """Drafts a text published by the Coast Wire, in this process."""
    pytest.importorskip("spacy")
    from kgraph.drafting.working import draft_laid  # noqa: PLC0415 - spaCy

    return lambda text: draft_laid(lay_text(text, publisher="Coast Wire"), knowledge)

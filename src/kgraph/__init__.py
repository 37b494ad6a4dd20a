"""kgraph: who said what, where. Articles as a knowledge graph of attributed claims.

The names below are loaded on first use, so that a worker process, which needs next to nothing of the
package, starts in milliseconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["AsyncKnowledgeGraph", "KgraphError", "KnowledgeGraph", "Table", "__version__"]

__version__ = "0.1.0"

_HOMES = {
    "AsyncKnowledgeGraph": "kgraph.programs",
    "KgraphError": "kgraph.errors",
    "KnowledgeGraph": "kgraph.blocking",
    "Table": "kgraph.rdf.table",
}

if TYPE_CHECKING:
    from kgraph.blocking import KnowledgeGraph
    from kgraph.errors import KgraphError
    from kgraph.programs import AsyncKnowledgeGraph
    from kgraph.rdf.table import Table


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

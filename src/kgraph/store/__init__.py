"""The derived store: sealed generations, how one is made from files or from its predecessor, and the catalog.

The names below are loaded on first use: the process that writes needs no text index to be imported.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

__all__ = ["Catalog", "Draft", "Generation", "Manifest", "write_generation"]

if TYPE_CHECKING:
    from kgraph.store.catalog import Catalog
    from kgraph.store.contents import write_generation
    from kgraph.store.draft import Draft
    from kgraph.store.generation import Generation
    from kgraph.store.manifest import Manifest

_HOMES: Final = {
    "Catalog": "catalog",
    "Draft": "draft",
    "Generation": "generation",
    "Manifest": "manifest",
    "write_generation": "contents",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

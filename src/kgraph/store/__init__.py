"""The derived store: sealed generations, and the catalog that says which one is current."""

from kgraph.store.catalog import Catalog
from kgraph.store.generation import Generation, Manifest, write_generation

__all__ = ["Catalog", "Generation", "Manifest", "write_generation"]

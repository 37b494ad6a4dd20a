"""Answers that are kept: a backend before a backend, exact because a generation never changes."""

from kgraph.cache.caching import CacheStatus, CachingBackend
from kgraph.cache.kept import KeptAnswer, KeptReader

__all__ = ["CacheStatus", "CachingBackend", "KeptAnswer", "KeptReader"]

"""The facade as programs have it: values in, values out, of a project's folder or of another server's URL.

:class:`kgraph.programs.AsyncKnowledgeGraph` is for event loops, :class:`kgraph.blocking.KnowledgeGraph` the
same for scripts and notebooks. Both talk to one of two :class:`kgraph.programs.calls.Calls`.
"""

from __future__ import annotations

from kgraph.programs.awaited import AsyncKnowledgeGraph
from kgraph.programs.calls import Value

__all__ = ["AsyncKnowledgeGraph", "Value"]

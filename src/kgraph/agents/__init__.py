"""The knowledge graph as tools of a language model, by the Model Context Protocol (MCP).

Everything is read-only, and every answer fits into a model's context: what is cut off is told, with the
arguments that bring the rest. Words of articles are marked as data, since anybody may have written them.
The official SDK is the extra ``kgraph[mcp]``.
"""

from __future__ import annotations

from kgraph.agents.server import create_server

__all__ = ["create_server"]

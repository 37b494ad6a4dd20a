"""What other programs read: the formats of export, by name, each with the function that writes it.

A format is one entry of :data:`EXPORTERS` and one module, imported when it is asked for: many need an extra
of their own. What is written comes from one pinned generation (:class:`kgraph.export.source.Source`), either
as a document into a binary file or as a folder of files.
"""

from __future__ import annotations

from kgraph.export.exporter import Exporter, Shape
from kgraph.export.registry import EXPORTERS, find_exporter
from kgraph.export.source import Source

__all__ = ["EXPORTERS", "Exporter", "Shape", "Source", "find_exporter"]

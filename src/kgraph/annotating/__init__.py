"""Annotations that people made elsewhere, as candidates for claims.

What is read are Web Annotations (W3C, 2017) alone, in a list, a page or a collection, as Recogito exports
them, and what Hypothesis' API gives. Nothing becomes a claim by it: a candidate waits for review, as those
that ``kgraph draft`` finds.
"""

from __future__ import annotations

from kgraph.annotating.candidates import Drafted, draft_annotations
from kgraph.annotating.reading import Annotation, read_annotations

__all__ = ["Annotation", "Drafted", "draft_annotations", "read_annotations"]

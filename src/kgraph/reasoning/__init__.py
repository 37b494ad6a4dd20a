"""Reasoning: what follows from the stated facts and the ontology, by the rules of OWL 2 RL.

:func:`close` is the interface; the engine behind it is :mod:`kgraph.reasoning.owlrl_engine`, the only
importer of owlrl.
"""

from kgraph.reasoning.closure import Closure, Contradiction, close, is_reasoned_over

__all__ = ["Closure", "Contradiction", "close", "is_reasoned_over"]

"""Reasoning: what follows from the stated facts and the ontology, by the rules of OWL 2 RL/RDF.

    rules        the rules, as data keyed by their W3C names
    program      what an ontology's axioms make of them: clauses
    saturation   running clauses over a store to the fixpoint
    closure      which facts go in, and which conclusions are kept

:func:`close` is the interface.
"""

from kgraph.reasoning.closure import Closure, close, is_reasoned_over
from kgraph.reasoning.saturation import Clash

__all__ = ["Clash", "Closure", "close", "is_reasoned_over"]

"""Reasoning: what follows from the stated facts and the ontology, by the rules of OWL 2 RL/RDF.

    rules        the rules, as data keyed by their W3C names
    program      what an ontology's axioms make of them: clauses
    saturation   running clauses over a store to the fixpoint
    closure      which facts go in, and which conclusions are kept
    proof        proofs as values
    search       looking for them backwards; evidence: what their leaves rest on
    belief       what would hold if one believed somebody
    view         graphs in memory to search in, for a build and for beliefs
    account      explanations as text, JSON and PROV-O

:func:`close`, :class:`Explainer` and :func:`believe` are the interface. Searches do no input and output:
whoever runs one sends it the rows of the queries that it yields.
"""

from kgraph.reasoning.belief import Belief, believe
from kgraph.reasoning.closure import Closure, close
from kgraph.reasoning.program import compile_program
from kgraph.reasoning.proof import Explanation, Proof, Statement, Verdict
from kgraph.reasoning.saturation import Clash
from kgraph.reasoning.search import Explainer
from kgraph.reasoning.view import View
from kgraph.reasoning.world import is_reasoned_over

__all__ = [
    "Belief",
    "Clash",
    "Closure",
    "Explainer",
    "Explanation",
    "Proof",
    "Statement",
    "Verdict",
    "View",
    "believe",
    "close",
    "compile_program",
    "is_reasoned_over",
]

"""Reasoning: what follows from the stated facts and the ontology, by the rules of OWL 2 RL/RDF.

    rules         the rules, as data keyed by their W3C names
    program       what an ontology's axioms make of them: clauses
    signs         which clauses concern a triple
    saturation    running clauses over a store to the fixpoint
    closure       which facts go in, and which conclusions are kept; remainder: what becomes of the others
    support       on whose word each conclusion rests; support_graph: the same in RDF
    world         where premises are looked up: a generation, or one with changes on top
    change        what a change of facts does to a closure
    upkeep        the closure of an edited project, from an earlier one
    belief        what would hold if one believed somebody
    proof         proofs as values
    search        looking for them backwards; evidence: what their leaves rest on
    view          datasets that searches can ask without a server
    account       explanations as text, JSON and PROV-O

:func:`close`, :func:`update`, :class:`Explainer` and :func:`believe` are the interface. Searches do
no input and output: whoever runs one sends it the rows of the queries that it yields.
"""

from kgraph.reasoning.belief import Belief, believe
from kgraph.reasoning.closure import Closure, Theory, close
from kgraph.reasoning.program import compile_program
from kgraph.reasoning.proof import Explanation, Proof, Statement, Verdict
from kgraph.reasoning.remainder import Remainder
from kgraph.reasoning.saturation import Clash
from kgraph.reasoning.search import Explainer
from kgraph.reasoning.support import Ways, minimal
from kgraph.reasoning.support_graph import describe_support
from kgraph.reasoning.upkeep import Earlier, update
from kgraph.reasoning.view import View
from kgraph.reasoning.world import GAZETTEER, is_reasoned_over

__all__ = [
    "GAZETTEER",
    "Belief",
    "Clash",
    "Closure",
    "Earlier",
    "Explainer",
    "Explanation",
    "Proof",
    "Remainder",
    "Statement",
    "Theory",
    "Verdict",
    "View",
    "Ways",
    "believe",
    "close",
    "compile_program",
    "describe_support",
    "is_reasoned_over",
    "minimal",
    "update",
]

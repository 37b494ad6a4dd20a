"""The closure of a project: which graphs are reasoned over, and which conclusions are kept.

    in   the ontology without its alignments, and every data graph but ``links``, ``editorial`` and
         ``wikidata``: outside identifiers, a curator's readings and what others say must not turn into facts
    out  conclusions about individuals in the ontology's own terms, that no graph asserts already

Dropped are conclusions about the ontology's terms, types in owl: and rdfs:, and reflexive owl:sameAs.
APART: asserted and inferred stay disjoint.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.project.index import TripleIndex
from kgraph.reasoning.program import compile_program, find_unsupported
from kgraph.reasoning.saturation import FACTS, INFERRED, Clash, find_clashes, saturate
from kgraph.vocab import OWL, OWL_SAME_AS, RDF_TYPE, RDFS

__all__ = ["Closure", "close", "is_reasoned_over"]

_OUTSIDE_REASONING: Final = frozenset({"links", "editorial", "wikidata"})
_PROPERTIES: Final = (OWL + "ObjectProperty", OWL + "DatatypeProperty")
_CLASSES: Final = (OWL + "Class", RDFS + "Class")


@dataclass(frozen=True, slots=True)
class Closure:
    """What follows. ``inferred`` is empty of anything asserted; a contradiction makes all of it worthless.

    ``unsupported`` are the axioms that no rule reads, by the term that they use.
    """

    inferred: tuple[ox.Triple, ...]
    contradictions: tuple[Clash, ...]
    unsupported: dict[str, list[ox.Triple]]


def is_reasoned_over(graph: str) -> bool:
    """Whether the facts of a data graph (by its short name) take part in reasoning."""
    return graph not in _OUTSIDE_REASONING


def close(
    ontology: Iterable[ox.Triple], facts: Iterable[ox.Triple], asserted: Iterable[ox.Triple]
) -> Closure:
    """Compute what follows from facts under an ontology.

    Args:
        ontology: the axioms.
        facts: the triples to reason over.
        asserted: every triple that stands in some graph already, and so is not inferred.
    """
    axioms = list(ontology)
    premises = list(facts)
    # An axiom among the data is none: only the ontology says what follows from what.
    unsupported = find_unsupported(axioms) | find_unsupported(premises, supported=False)
    if not axioms or not premises:
        return Closure((), (), unsupported)
    store = ox.Store()
    store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object, FACTS) for t in (*axioms, *premises))
    program = compile_program(axioms)
    saturate(store, program)
    kept = _Kept(axioms)
    known = {*asserted, *premises, *axioms}
    found = (quad.triple for quad in store.quads_for_pattern(None, None, None, INFERRED))
    inferred = [triple for triple in found if kept(triple) and triple not in known]
    clashes = tuple(find_clashes(store, program))
    return Closure(tuple(sorted(inferred, key=str)), clashes, unsupported)


class _Kept:
    """Which conclusions are kept, by the terms that an ontology declares."""

    def __init__(self, axioms: Iterable[ox.Triple]) -> None:
        self._terms = TripleIndex(axioms)
        self._properties = {iri for cls in _PROPERTIES for iri in self._terms.instances(cls)}
        self._classes = {iri for cls in _CLASSES for iri in self._terms.instances(cls)}

    def __call__(self, triple: ox.Triple) -> bool:
        subject, predicate, value = triple.subject, triple.predicate.value, triple.object
        if isinstance(subject, ox.NamedNode) and subject.value in self._terms:
            return False
        if predicate == RDF_TYPE:
            return isinstance(value, ox.NamedNode) and value.value in self._classes
        if predicate == OWL_SAME_AS:
            return subject != value
        return predicate in self._properties

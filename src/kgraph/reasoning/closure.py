"""The closure of a project: which graphs are reasoned over, and which conclusions are kept.

    in   the ontology without its alignments, and every data graph but ``links`` and ``editorial``:
         outside identifiers and a curator's readings must not turn into facts
    out  conclusions about individuals in the ontology's own terms, that no graph asserts already

Dropped are the reasoner's by-products: axiomatic triples, conclusions about the ontology's terms, literal
subjects, types in owl: and rdfs:, reflexive owl:sameAs. APART: asserted and inferred stay disjoint.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.project.index import TripleIndex
from kgraph.vocab import OWL, OWL_SAME_AS, RDF_TYPE, RDFS

__all__ = ["Closure", "Contradiction", "close", "is_reasoned_over"]

_OUTSIDE_REASONING: Final = frozenset({"links", "editorial"})
_PROPERTIES: Final = (OWL + "ObjectProperty", OWL + "DatatypeProperty")
_CLASSES: Final = (OWL + "Class", RDFS + "Class")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An inconsistency: the reasoner's sentence, and the IRIs that it names."""

    message: str
    involved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closure:
    """What follows. ``inferred`` is empty of anything asserted; a contradiction makes all of it worthless."""

    inferred: tuple[ox.Triple, ...]
    contradictions: tuple[Contradiction, ...]


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
    from kgraph.reasoning.owlrl_engine import expand  # noqa: PLC0415 - rdflib and owlrl take 0.4 s to import

    axioms = list(ontology)
    premises = list(facts)
    if not axioms or not premises:
        return Closure((), ())
    terms = TripleIndex(axioms)
    properties = {iri for cls in _PROPERTIES for iri in terms.instances(cls)}
    classes = {iri for cls in _CLASSES for iri in terms.instances(cls)}
    known = {*asserted, *premises, *axioms}
    expansion = expand(axioms, premises)
    inferred = [
        triple
        for triple in expansion.triples
        if triple not in known and _is_kept(triple, terms, properties, classes)
    ]
    return Closure(tuple(sorted(inferred, key=str)), expansion.contradictions)


def _is_kept(triple: ox.Triple, terms: TripleIndex, properties: set[str], classes: set[str]) -> bool:
    subject, predicate, value = triple.subject, triple.predicate.value, triple.object
    if isinstance(subject, ox.NamedNode) and subject.value in terms:
        return False
    if predicate == RDF_TYPE:
        return isinstance(value, ox.NamedNode) and value.value in classes
    if predicate == OWL_SAME_AS:
        return subject != value
    return predicate in properties

"""The closure of a project: which graphs are reasoned over, and which conclusions are kept.

    in   the ontology without its alignments, and every data graph but ``links``, ``editorial`` and
         ``wikidata``: outside identifiers, a curator's readings and what others say must not turn into facts
    out  conclusions about individuals in the ontology's own terms, that no graph asserts already

Dropped are conclusions about the ontology's terms, types in owl: and rdfs:, and reflexive owl:sameAs.
APART: asserted and inferred stay disjoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from kgraph.project.index import TripleIndex
from kgraph.reasoning.program import Clause, compile_program, find_unsupported
from kgraph.reasoning.remainder import Remainder
from kgraph.reasoning.saturation import FACTS, INFERRED, Clash, find_clashes, saturate
from kgraph.reasoning.support import Ways, find_support
from kgraph.vocab import OWL, OWL_SAME_AS, RDF_TYPE, RDFS, XSD

__all__ = ["Closure", "Selection", "assemble", "close", "normal"]

_PROPERTIES: Final = (OWL + "ObjectProperty", OWL + "DatatypeProperty")
_CLASSES: Final = (OWL + "Class", RDFS + "Class")


@dataclass(frozen=True, slots=True)
class Closure:
    """What follows. ``inferred`` is empty of anything asserted; a contradiction makes all of it worthless.

    ``unsupported`` are the axioms that no rule reads, by the term that they use. ``support`` says on whose
    word things follow, where on anybody's: see :mod:`kgraph.reasoning.support`. ``remainder`` is not kept.
    """

    inferred: tuple[ox.Triple, ...]
    contradictions: tuple[Clash, ...]
    unsupported: dict[str, list[ox.Triple]]
    support: Mapping[ox.Triple, Ways] = field(default_factory=dict)
    remainder: Remainder = field(default_factory=Remainder)


def close(
    ontology: Iterable[ox.Triple],
    facts: Iterable[ox.Triple],
    asserted: Iterable[ox.Triple],
    *,
    told: Mapping[ox.Triple, Ways] | None = None,
    program: Sequence[Clause] | None = None,
) -> Closure:
    """Compute what follows from facts under an ontology.

    Args:
        ontology: the axioms.
        facts: the triples to reason over.
        asserted: every triple that stands in some graph already, and so is not inferred.
        told: the ways in which facts were told that somebody's word stands for.
        program: what the ontology's axioms make of the rules, where that has been compiled.
    """
    axioms = list(ontology)
    premises = list(facts)
    # An axiom among the data is none: only the ontology says what follows from what.
    unsupported = find_unsupported(axioms) | find_unsupported(premises, supported=False)
    if not axioms or not premises:
        return Closure((), (), unsupported)
    store = ox.Store()
    store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object, FACTS) for t in (*axioms, *premises))
    program = compile_program(axioms) if program is None else program
    saturate(store, program)
    selection = Selection(axioms, (*asserted, *premises))
    found = {quad.triple for quad in store.quads_for_pattern(None, None, None, INFERRED)}
    clashes = tuple(find_clashes(store, program))
    voices = {normal(triple): ways for triple, ways in (told or {}).items()}
    support = find_support(store, program, found, voices) if voices and not clashes else {}
    return assemble(found, support, selection, clashes, unsupported)


def assemble(
    conclusions: Iterable[ox.Triple],
    support: Mapping[ox.Triple, Ways],
    selection: Selection,
    contradictions: tuple[Clash, ...],
    unsupported: dict[str, list[ox.Triple]],
) -> Closure:
    """Tell apart what is kept and what is not."""
    dropped = {triple for triple in conclusions if not selection.keeps(triple)}
    return Closure(
        tuple(sorted((triple for triple in conclusions if triple not in dropped), key=str)),
        contradictions,
        unsupported,
        {triple: ways for triple, ways in support.items() if triple not in dropped},
        Remainder(
            tuple(sorted(dropped, key=str)),
            {triple: ways for triple, ways in support.items() if triple in dropped},
        ),
    )


def normal(triple: ox.Triple) -> ox.Triple:
    """A triple as a store gives it back, which keeps values and not spellings: 7 for "07"^^xsd:integer."""
    value = triple.object
    if isinstance(value, ox.Literal) and (value.language or value.datatype.value != XSD + "string"):
        return ox.Triple(triple.subject, triple.predicate, _normal(value))
    return triple


@lru_cache(maxsize=100_000)
def _normal(value: ox.Literal) -> ox.Literal:
    store = ox.Store()
    store.add(ox.Quad(FACTS, FACTS, value))
    (quad,) = store
    assert isinstance(quad.object, ox.Literal)  # noqa: S101 - what goes in comes out
    return quad.object


class Selection:
    """Which conclusions are kept, by the terms that an ontology declares and by what is asserted already.

    ``terms`` are all that it says something of, ``properties`` and ``classes`` those that it declares.
    """

    def __init__(self, axioms: Iterable[ox.Triple], asserted: Iterable[ox.Triple]) -> None:
        axioms = list(axioms)
        self.terms = TripleIndex(axioms)
        self.properties = {iri for cls in _PROPERTIES for iri in self.terms.instances(cls)}
        self.classes = {iri for cls in _CLASSES for iri in self.terms.instances(cls)}
        self._asserted = set(map(normal, (*axioms, *asserted)))

    def keeps(self, triple: ox.Triple) -> bool:
        """Whether a conclusion is kept."""
        return triple not in self._asserted and self._is_of_interest(triple)

    def _is_of_interest(self, triple: ox.Triple) -> bool:
        subject, predicate, value = triple.subject, triple.predicate.value, triple.object
        if isinstance(subject, ox.NamedNode) and subject.value in self.terms:
            return False
        if predicate == RDF_TYPE:
            return isinstance(value, ox.NamedNode) and value.value in self.classes
        if predicate == OWL_SAME_AS:
            return subject != value
        return predicate in self.properties

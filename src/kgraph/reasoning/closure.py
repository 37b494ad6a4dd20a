"""The closure of a project: which graphs are reasoned over, and which conclusions are kept.

    in   the ontology without its alignments, and every data graph but ``links``, ``editorial`` and
         ``wikidata``: outside identifiers, a curator's readings and what others say must not turn into facts
    out  conclusions about individuals in the ontology's own terms, that no graph asserts already

Dropped are conclusions about the ontology's terms, types in owl: and rdfs:, and reflexive owl:sameAs.
APART: asserted and inferred stay disjoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

import pyoxigraph as ox

from kgraph.project.index import TripleIndex
from kgraph.reasoning.program import Clause, Sign, compile_program
from kgraph.reasoning.remainder import Remainder
from kgraph.reasoning.saturation import FACTS, INFERRED, Clash, Plan, find_clashes, saturate
from kgraph.reasoning.signs import Signs, sign_of
from kgraph.reasoning.support import Ways, find_support
from kgraph.vocab import OWL, OWL_SAME_AS, RDF_TYPE, RDFS, XSD

__all__ = ["Closure", "Selection", "Theory", "assemble", "close", "normal"]

_SAME: Final = ox.NamedNode(OWL_SAME_AS)
_PROPERTIES: Final = (OWL + "ObjectProperty", OWL + "DatatypeProperty")
_CLASSES: Final = (OWL + "Class", RDFS + "Class")


@dataclass(frozen=True, slots=True)
class Closure:
    """What follows. ``inferred`` is empty of anything asserted; a contradiction makes all of it worthless.

    ``support`` says on whose word things follow, where on anybody's: see :mod:`kgraph.reasoning.support`.
    ``remainder`` is not kept.
    """

    inferred: tuple[ox.Triple, ...]
    contradictions: tuple[Clash, ...]
    support: Mapping[ox.Triple, Ways] = field(default_factory=dict)
    remainder: Remainder = field(default_factory=Remainder)


def close(
    ontology: Iterable[ox.Triple] | Theory,
    facts: Iterable[ox.Triple],
    asserted: Iterable[ox.Triple],
    *,
    told: Mapping[ox.Triple, Ways] | None = None,
) -> Closure:
    """Compute what follows from facts under an ontology.

    Args:
        ontology: the axioms, or what has been made of them.
        facts: the triples to reason over.
        asserted: every triple besides that stands in some graph already, and so is not inferred.
        told: the ways in which facts were told that somebody's word stands for.
    """
    theory = ontology if isinstance(ontology, Theory) else Theory(tuple(ontology))
    premises = list(facts)
    if not theory.axioms or not premises:
        return Closure((), ())
    store, present = theory.saturated(premises)
    found = {quad.triple for quad in store.quads_for_pattern(None, None, None, INFERRED)}
    for triple in found:
        present.add(sign_of(triple))
    clashes = tuple(find_clashes(store, theory.program, present))
    voices = {normal(triple): ways for triple, ways in (told or {}).items()}
    support = find_support(store, theory.program, found, voices, present) if voices and not clashes else {}
    return assemble(found, support, theory.selection.besides(asserted), clashes)


def assemble(
    conclusions: Iterable[ox.Triple],
    support: Mapping[ox.Triple, Ways],
    selection: Selection,
    contradictions: tuple[Clash, ...],
) -> Closure:
    """Tell apart what is kept and what is not."""
    dropped = {triple for triple in conclusions if not selection.keeps(triple)}
    return Closure(
        tuple(sorted((triple for triple in conclusions if triple not in dropped), key=str)),
        contradictions,
        {triple: ways for triple, ways in support.items() if triple not in dropped},
        Remainder(
            tuple(sorted(dropped, key=str)),
            {triple: ways for triple, ways in support.items() if triple in dropped},
        ),
    )


def normal(triple: ox.Triple) -> ox.Triple:
    """A triple as a store gives it back, which keeps values and not spellings: 7 for "07"^^xsd:integer."""
    value = triple.object
    if isinstance(value, ox.Literal) and not value.language and value.datatype.value != XSD + "string":
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
        self._axioms = frozenset(map(normal, axioms))
        self._asserted = set(map(normal, asserted))

    def besides(self, asserted: Iterable[ox.Triple]) -> Selection:
        """The same under the same ontology, where other triples are asserted."""
        other = copy(self)
        other._asserted = set(map(normal, asserted))
        return other

    def keeps(self, triple: ox.Triple) -> bool:
        """Whether a conclusion is kept."""
        return triple not in self._asserted and triple not in self._axioms and self._is_of_interest(triple)

    def _is_of_interest(self, triple: ox.Triple) -> bool:
        subject, predicate, value = triple.subject, triple.predicate.value, triple.object
        if isinstance(subject, ox.NamedNode) and subject.value in self.terms:
            return False
        if predicate == RDF_TYPE:
            return isinstance(value, ox.NamedNode) and value.value in self.classes
        if predicate == OWL_SAME_AS:
            return subject != value
        return predicate in self.properties


@dataclass(frozen=True)
class Theory:
    """An ontology, and what is made of its axioms once, however often something is concluded from them."""

    axioms: Sequence[ox.Triple]

    @cached_property
    def program(self) -> list[Clause]:
        """What the axioms make of the rules."""
        return compile_program(self.axioms)

    @cached_property
    def selection(self) -> Selection:
        """Which conclusions are kept, as far as the axioms tell."""
        return Selection(self.axioms, ())

    @cached_property
    def _of_use(self) -> Signs:
        """What the triples are about that a clause uses or makes, where no thing is another."""
        clauses = [c for c in self.program if all(premise.predicate != _SAME for premise in c.premises)]
        found = Signs(sign for clause in clauses for sign in clause.needs)
        for clause in clauses:
            if clause.makes is not None:
                found.add(clause.makes)
        found.add((_SAME, None))
        return found

    @cached_property
    def plan(self) -> Plan:
        """How the program is run."""
        return Plan(self.program)

    @cached_property
    def _used_axioms(self) -> dict[ox.Triple, Sign]:
        return self._used(self.axioms)

    def _used(self, triples: Iterable[ox.Triple]) -> dict[ox.Triple, Sign]:
        """Those that a clause uses or makes, with what they are about."""
        used = self._of_use
        return {triple: sign for triple in triples if used.meets(sign := sign_of(triple))}

    def saturated(self, facts: Sequence[ox.Triple]) -> tuple[ox.Store, Signs]:
        """A store of facts with all that follows, and what the facts are about. It does without those, and
        without the axioms, that no clause uses or makes.
        """
        given = self._used_axioms | self._used(facts)
        store, present = self._saturated(given, Signs(given.values()))
        if any(store.quads_for_pattern(None, _SAME, None, None)):  # then any triple may be used
            every = dict.fromkeys((*self.axioms, *facts))
            return self._saturated(every, Signs(map(sign_of, every)))
        return store, present

    def _saturated(self, facts: Iterable[ox.Triple], present: Signs) -> tuple[ox.Store, Signs]:
        store = ox.Store()
        store.bulk_extend(ox.Quad(triple.subject, triple.predicate, triple.object, FACTS) for triple in facts)
        saturate(store, self.plan, present)
        return store, present

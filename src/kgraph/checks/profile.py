"""The OWL 2 RL profile: every axiom of the ontology is one that the rules can carry out.

A construct outside the profile (OWL 2 Profiles, section 4.2) is not wrong, but a rule reasoner ignores it
in silence; so it is a finding. Class expressions are checked by the position that they stand in, as the
grammar of section 4.2.3 has it: subClassExpression, superClassExpression, equivClassExpression.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from kgraph.checks.subject import Subject
from kgraph.problems import Problem
from kgraph.project.index import TripleIndex, key
from kgraph.rdf.terms import Term, compact
from kgraph.vocab import OWL, RDF, RDFS, XSD

__all__ = ["check_profile"]

#: OWL 2 Profiles, section 4.2.1: the datatype map of OWL 2 RL.
DATATYPES: Final = frozenset(
    {RDF + "PlainLiteral", RDF + "XMLLiteral", RDF + "langString", RDFS + "Literal"}
    | {
        XSD + name
        for name in (
            "decimal integer nonNegativeInteger nonPositiveInteger positiveInteger negativeInteger long int "
            "short byte unsignedLong unsignedInt unsignedShort unsignedByte float double string "
            "normalizedString token language Name NCName NMTOKEN boolean hexBinary base64Binary anyURI "
            "dateTime dateTimeStamp"
        ).split()
    }
)
_NON_SIMPLE_FORBIDDEN: Final = tuple(
    OWL + name
    for name in (
        "FunctionalProperty",
        "InverseFunctionalProperty",
        "IrreflexiveProperty",
        "AsymmetricProperty",
    )
)


class _Ontology:
    """The ontology's triples, and the way from a blank class expression to the axiom that holds it."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.index: TripleIndex = subject.ontology
        self.prefixes = subject.project.settings.names.prefixes

    def members(self, head: Term) -> list[Term]:
        """The members of an RDF list."""
        found: list[Term] = []
        node, seen = key(head), set[str]()
        while node != RDF + "nil" and node not in seen:
            seen.add(node)
            found += self.index.objects(node, RDF + "first")[:1]
            rest = self.index.objects(node, RDF + "rest")
            node = key(rest[0]) if rest else RDF + "nil"
        return found

    def first(self, term: Term, name: str) -> Term | None:
        return next(iter(self.index.objects(key(term), OWL + name)), None)

    def is_datatype(self, term: Term) -> bool:
        return isinstance(term, ox.NamedNode) and (
            term.value.startswith(XSD)
            or term.value in DATATYPES
            or any(key(kind) == RDFS + "Datatype" for kind in self.index.objects(term.value, RDF + "type"))
        )

    def outside(self, axiom: str, message: str, *, predicate: str | None = None) -> Problem:
        shown = compact(axiom, self.prefixes) if not axiom.startswith("_:") else "an axiom"
        return self.subject.project.problem(
            "not-owl-rl",
            axiom,
            f"{shown}: {message}",
            "Say it within OWL 2 RL, or move a constraint on the data to SHACL.",
            predicate=predicate,
        )


def check_profile(subject: Subject) -> Iterator[Problem]:
    """Report every axiom of the ontology that is outside OWL 2 RL."""
    ontology = _Ontology(subject)
    for iri in subject.ontology:
        yield from _check_class_axioms(ontology, iri)
        yield from _check_property_axioms(ontology, iri)
    yield from _check_simple(ontology)


def _check_class_axioms(ontology: _Ontology, iri: str) -> Iterator[Problem]:
    """Each axiom about a class, or about the class expression that a blank node stands for."""
    left, index = _term(iri), ontology.index
    for name, check_left, check_right in (
        (RDFS + "subClassOf", _sub, _super),
        (OWL + "equivalentClass", _equivalent, _equivalent),
        (OWL + "disjointWith", _sub, _sub),
    ):
        for right in index.objects(iri, name):
            for fault in (*check_left(ontology, left), *check_right(ontology, right)):
                yield ontology.outside(iri, fault, predicate=name)
    for head in index.objects(iri, OWL + "members"):
        if OWL + "AllDisjointClasses" in index.iris(iri, RDF + "type"):
            for fault in (fault for member in ontology.members(head) for fault in _sub(ontology, member)):
                yield ontology.outside(iri, fault)
    if index.objects(iri, OWL + "hasKey"):
        for fault in _sub(ontology, left):
            yield ontology.outside(iri, f"as what a key identifies, {fault}", predicate=OWL + "hasKey")
    if index.objects(iri, OWL + "disjointUnionOf"):
        yield ontology.outside(iri, "a disjoint union is outside the profile.")
    if isinstance(left, ox.NamedNode):
        for name in ("unionOf", "oneOf", "complementOf"):
            if index.objects(iri, OWL + name):
                yield ontology.outside(
                    iri, f"owl:{name} on a named class is an equivalence, which may hold intersections only."
                )


def _check_property_axioms(ontology: _Ontology, iri: str) -> Iterator[Problem]:
    index = ontology.index
    types = {key(term) for term in index.objects(iri, RDF + "type")}
    if OWL + "ReflexiveProperty" in types:
        yield ontology.outside(iri, "reflexive properties are outside the profile.")
    for name in ("domain", "range"):
        for term in index.objects(iri, RDFS + name):
            check = _data_range if ontology.is_datatype(term) else _super
            for fault in check(ontology, term):
                yield ontology.outside(iri, f"as rdfs:{name}, {fault}", predicate=RDFS + name)


def _term(iri: str) -> Term:
    return ox.BlankNode(iri[2:]) if iri.startswith("_:") else ox.NamedNode(iri)


def _data_range(ontology: _Ontology, term: Term) -> Iterator[str]:
    if isinstance(term, ox.NamedNode):
        if term.value.startswith(XSD) and term.value not in DATATYPES:
            yield f"{compact(term.value, ontology.prefixes)} is not in the datatype map of OWL 2 RL."
        return
    if ontology.first(term, "intersectionOf") is None:
        yield "a data range other than a datatype or an intersection is outside the profile."


def _named(ontology: _Ontology, term: ox.NamedNode, place: str) -> Iterator[str]:
    if term.value == OWL + "Thing":
        yield f"owl:Thing may not stand as a {place}."
    elif term.value == OWL + "Nothing" and place == "equivalent class":
        return


def _sub(ontology: _Ontology, term: Term) -> Iterator[str]:
    """subClassExpression: what may stand on the left of a subclass axiom."""
    if isinstance(term, ox.NamedNode):
        yield from _named(ontology, term, "subclass")
        return
    for name in ("intersectionOf", "unionOf"):
        if (head := ontology.first(term, name)) is not None:
            for member in ontology.members(head):
                yield from _sub(ontology, member)
            return
    if (filler := ontology.first(term, "someValuesFrom")) is not None:
        if ontology.is_datatype(filler):
            yield from _data_range(ontology, filler)
        elif key(filler) != OWL + "Thing":
            yield from _sub(ontology, filler)
        return
    if ontology.first(term, "oneOf") is None and ontology.first(term, "hasValue") is None:
        yield f"{_kind(ontology, term)} may not stand as a subclass."


def _super(ontology: _Ontology, term: Term) -> Iterator[str]:
    """superClassExpression: what may stand on the right of a subclass axiom, or as domain or range."""
    if isinstance(term, ox.NamedNode):
        if term.value != OWL + "Nothing":
            yield from _named(ontology, term, "superclass")
        return
    if (head := ontology.first(term, "intersectionOf")) is not None:
        for member in ontology.members(head):
            yield from _super(ontology, member)
        return
    if (operand := ontology.first(term, "complementOf")) is not None:
        yield from _sub(ontology, operand)
        return
    if (filler := ontology.first(term, "allValuesFrom")) is not None:
        yield from _data_range(ontology, filler) if ontology.is_datatype(filler) else _super(ontology, filler)
        return
    for name in ("maxCardinality", "maxQualifiedCardinality"):
        if (limit := ontology.first(term, name)) is not None:
            if not (isinstance(limit, ox.Literal) and limit.value in ("0", "1")):
                yield f"a maximum cardinality of {key(limit)} is outside the profile: only 0 and 1 are in it."
            if (filler := ontology.first(term, "onClass")) is not None and key(filler) != OWL + "Thing":
                yield from _sub(ontology, filler)
            return
    if ontology.first(term, "hasValue") is None:
        yield f"{_kind(ontology, term)} may not stand as a superclass, domain or range."


def _equivalent(ontology: _Ontology, term: Term) -> Iterator[str]:
    """equivClassExpression: what may stand in an equivalence."""
    if isinstance(term, ox.NamedNode):
        yield from _named(ontology, term, "equivalent class")
        return
    if (head := ontology.first(term, "intersectionOf")) is not None:
        for member in ontology.members(head):
            yield from _equivalent(ontology, member)
        return
    if ontology.first(term, "hasValue") is None:
        yield f"{_kind(ontology, term)} may not stand in an equivalence."


_KINDS: Final = {
    "unionOf": "a union",
    "oneOf": "an enumeration",
    "complementOf": "a complement",
    "someValuesFrom": "an existential restriction",
    "allValuesFrom": "a universal restriction",
    "hasSelf": "a self restriction",
    "minCardinality": "a minimum cardinality",
    "minQualifiedCardinality": "a minimum cardinality",
    "cardinality": "an exact cardinality",
    "qualifiedCardinality": "an exact cardinality",
    "maxCardinality": "a maximum cardinality",
    "maxQualifiedCardinality": "a maximum cardinality",
}


def _kind(ontology: _Ontology, term: Term) -> str:
    return next(
        (text for name, text in _KINDS.items() if ontology.first(term, name) is not None),
        "this class expression",
    )


def _non_simple(index: TripleIndex) -> set[str]:
    """Transitive and chained properties and their superproperties (OWL 2 Syntax, section 11.1)."""
    found = {iri for iri in index if index.objects(iri, OWL + "propertyChainAxiom")}
    found |= set(index.instances(OWL + "TransitiveProperty"))
    waiting = list(found)
    while waiting:
        iri = waiting.pop()
        related = [*index.iris(iri, RDFS + "subPropertyOf"), *index.iris(iri, OWL + "inverseOf")]
        related += [other for other in index if iri in index.iris(other, OWL + "inverseOf")]
        for other in related:
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _disjoint(ontology: _Ontology) -> set[str]:
    """The properties that some axiom declares disjoint with another."""
    index = ontology.index
    found: set[str] = set()
    for iri in index:
        if others := index.iris(iri, OWL + "propertyDisjointWith"):
            found |= {iri, *others}
    for axiom in index.instances(OWL + "AllDisjointProperties"):
        for head in index.objects(axiom, OWL + "members"):
            found |= {key(member) for member in ontology.members(head)}
    return found


def _check_simple(ontology: _Ontology) -> Iterator[Problem]:
    disjoint = _disjoint(ontology)
    for iri in sorted(_non_simple(ontology.index)):
        types = {key(term) for term in ontology.index.objects(iri, RDF + "type")}
        for name in _NON_SIMPLE_FORBIDDEN:
            if name in types:
                shown = compact(name, ontology.prefixes)
                yield ontology.outside(iri, f"a transitive or chained property may not be an {shown}.")
        if iri in disjoint:
            yield ontology.outside(iri, "a transitive or chained property may not be declared disjoint.")

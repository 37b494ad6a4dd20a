"""Axioms in words.

A phrase is words and things in turn, so that a page can link each thing and escape each word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

import pyoxigraph as ox

from kgraph.project.index import TripleIndex, key
from kgraph.rdf.terms import Term
from kgraph.vocab import OWL, RDF, RDF_TYPE, RDFS

__all__ = ["Phrase", "axioms_of", "members_of"]

#: Words, and things by their IRI.
Phrase: TypeAlias = tuple[str | ox.NamedNode, ...]

_CHARACTERISTICS: Final = {
    "TransitiveProperty": "It is transitive: it passes on from each thing to the next.",
    "SymmetricProperty": "It is symmetric: it holds both ways or not at all.",
    "AsymmetricProperty": "It is asymmetric: it never holds both ways.",
    "FunctionalProperty": "It is functional: a thing has at most one.",
    "InverseFunctionalProperty": "It is inverse functional: it leads to a thing from at most one other.",
    "ReflexiveProperty": "It is reflexive: everything has it to itself.",
    "IrreflexiveProperty": "It is irreflexive: nothing has it to itself.",
}
#: How deep a class expression is followed; deeper ones do not help a reader.
_DEEPEST: Final = 8


def axioms_of(term: str, index: TripleIndex) -> Iterator[Phrase]:
    """What the ontology says of a term beyond its superterms, domain, range and inverse."""
    node = ox.NamedNode(term)
    for cls in index.iris(term, RDF_TYPE):
        if cls.startswith(OWL) and (words := _CHARACTERISTICS.get(cls.removeprefix(OWL))) is not None:
            yield (words,)
    for chain in index.objects(term, OWL + "propertyChainAxiom"):
        yield _chain(members_of(chain, index), node)
    for name, words in (
        ("equivalentClass", "It is the same as "),
        ("equivalentProperty", "It is the same as "),
    ):
        for other in index.objects(term, OWL + name):
            yield (words, *_expression(other, index), ".")
    for other in index.objects(term, RDFS + "subClassOf"):
        if isinstance(other, ox.BlankNode):
            yield ("Each is ", *_expression(other, index), ".")
    for iri in index.iris(term, OWL + "disjointWith"):
        yield ("Nothing is both this and ", ox.NamedNode(iri), ".")
    for disjoint in index.instances(OWL + "AllDisjointClasses"):
        members = [m for cell in index.objects(disjoint, OWL + "members") for m in members_of(cell, index)]
        others = [member for member in members if member != node]
        if len(others) < len(members):
            yield ("Nothing is both this and ", *_listed([(other,) for other in _named(others)], " or "), ".")


def members_of(cell: Term, index: TripleIndex) -> list[Term]:
    """The members of an RDF list; of a list that is none, what can be read."""
    members: list[Term] = []
    seen: set[str] = set()
    while key(cell) not in seen and key(cell) != RDF + "nil":
        seen.add(key(cell))
        members += index.objects(key(cell), RDF + "first")[:1]
        rest = index.objects(key(cell), RDF + "rest")
        if not rest:
            break
        cell = rest[0]
    return members


def _named(terms: list[Term]) -> list[ox.NamedNode]:
    return [term for term in terms if isinstance(term, ox.NamedNode)]


def _chain(steps: list[Term], result: ox.NamedNode) -> Phrase:
    """A property chain, as a sentence about things called x, y, z …"""
    letters = "xyzuvwabcdefgh"
    named = _named(steps)
    if len(named) != len(steps) or not 0 < len(steps) < len(letters):
        return ("It follows from a chain of properties.",)
    words: list[str | ox.NamedNode] = ["If "]
    for number, step in enumerate(named):
        words += [f"{', and ' if number else ''}{letters[number]} ", step, f" {letters[number + 1]}"]
    return (*words, ", then x ", result, f" {letters[len(steps)]}.")


def _expression(term: Term, index: TripleIndex, depth: int = 0) -> Phrase:  # noqa: PLR0911 - a table of forms
    """A class expression."""
    if isinstance(term, ox.NamedNode):
        return (term,)
    if isinstance(term, ox.Literal):
        return (f"“{term.value}”",)
    name = key(term)
    if depth > _DEEPEST:
        return ("…",)
    for predicate, joint in (("intersectionOf", " and "), ("unionOf", " or "), ("oneOf", " or ")):
        for cell in index.objects(name, OWL + predicate):
            parts = [_expression(member, index, depth + 1) for member in members_of(cell, index)]
            return _listed(parts, joint)
    for other in index.objects(name, OWL + "complementOf"):
        return ("not ", *_expression(other, index, depth + 1))
    properties = index.objects(name, OWL + "onProperty")
    if not properties:
        return ("something",)
    on = _expression(properties[0], index, depth + 1)
    for value in index.objects(name, OWL + "hasValue"):
        return ("whatever has ", *on, " ", *_expression(value, index, depth + 1))
    for cls in index.objects(name, OWL + "someValuesFrom"):
        return ("whatever has as ", *on, " some ", *_expression(cls, index, depth + 1))
    for cls in index.objects(name, OWL + "allValuesFrom"):
        return ("whatever has as ", *on, " nothing but ", *_expression(cls, index, depth + 1))
    for predicate, words in (
        ("cardinality", "exactly"),
        ("minCardinality", "at least"),
        ("maxCardinality", "at most"),
    ):
        number = index.literal(name, OWL + predicate)
        if number is not None:
            return (f"whatever has {words} {number} ", *on)
    return ("whatever is restricted in ", *on)


def _listed(parts: list[Phrase], joint: str) -> Phrase:
    words: list[str | ox.NamedNode] = []
    for number, part in enumerate(parts):
        words += [joint if number == len(parts) - 1 else ", "] if number else []
        words += part
    return tuple(words)

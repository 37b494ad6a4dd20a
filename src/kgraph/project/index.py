"""Triples by subject and predicate: how the readers of articles and claims look things up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from typing import Self

import pyoxigraph as ox

from kgraph.rdf.terms import Term
from kgraph.text import Span
from kgraph.vocab import KG, RDF_TYPE

__all__ = ["TripleIndex"]


class TripleIndex:
    """What is said of each IRI, by predicate. Blank nodes are found under their ``_:`` name."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._objects: dict[str, dict[str, list[Term]]] = {}
        self._instances: dict[str, list[str]] = {}
        self._add(triples)

    def _add(self, triples: Iterable[ox.Triple]) -> None:
        known = self._objects
        for triple in triples:
            subject, predicate, value = key(triple.subject), triple.predicate.value, triple.object
            said = known.get(subject)
            if said is None:
                known[subject] = {predicate: [value]}
            elif predicate in said:
                said[predicate].append(value)
            else:
                said[predicate] = [value]
            if predicate == RDF_TYPE:
                self._instances.setdefault(key(value), []).append(subject)

    def extended(self, triples: Iterable[ox.Triple]) -> Self:
        """Another index, of more triples."""
        other = copy(self)
        other._objects = {
            name: {p: [*some] for p, some in said.items()} for name, said in self._objects.items()
        }
        other._instances = {cls: [*some] for cls, some in self._instances.items()}
        other._add(triples)
        return other

    def __contains__(self, subject: str) -> bool:
        return subject in self._objects

    def __iter__(self) -> Iterator[str]:
        return iter(self._objects)

    def statements(self) -> Iterator[tuple[str, str, list[Term]]]:
        """Each subject with each of its predicates and the objects of that."""
        for subject, said in self._objects.items():
            for predicate, values in said.items():
                yield subject, predicate, values

    def predicates(self, subject: str) -> list[str]:
        """The predicates that a subject has."""
        return list(self._objects[subject]) if subject in self._objects else []

    def instances(self, cls: str) -> list[str]:
        """The subjects typed with a class, in the order of the files."""
        return list(dict.fromkeys(self._instances.get(cls, ())))

    def objects(self, subject: str, predicate: str) -> list[Term]:
        """Every object of a predicate on a subject."""
        said = self._objects.get(subject)
        return [] if said is None else said.get(predicate, [])

    def iris(self, subject: str, predicate: str) -> list[str]:
        """The IRIs among those objects."""
        return [term.value for term in self.objects(subject, predicate) if isinstance(term, ox.NamedNode)]

    def iri(self, subject: str, predicate: str) -> str | None:
        """The first such IRI."""
        return next(iter(self.iris(subject, predicate)), None)

    def literal(self, subject: str, predicate: str) -> str | None:
        """The lexical form of the first literal."""
        return next(iter(self.literals(subject, predicate)), None)

    def literals(self, subject: str, predicate: str) -> list[str]:
        """The lexical forms of all literals."""
        return [term.value for term in self.objects(subject, predicate) if isinstance(term, ox.Literal)]

    def whole_number(self, subject: str, predicate: str) -> int | None:
        """The first literal as a whole number, where it is one."""
        text = self.literal(subject, predicate)
        return int(text) if text is not None and text.isascii() and text.isdecimal() else None

    def span(self, iri: str) -> Span | None:
        """Where a stretch of a text begins and ends."""
        start, end = self.whole_number(iri, KG + "beginIndex"), self.whole_number(iri, KG + "endIndex")
        return None if start is None or end is None else Span(start, end)


def key(term: Term) -> str:
    """The name under which a term is indexed: an IRI bare, all else as N-Triples writes it."""
    return term.value if isinstance(term, ox.NamedNode) else str(term)

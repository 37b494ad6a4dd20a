"""What is written in an article's files, by subject, and the lists in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.rdf.terms import Term
from kgraph.vocab import KG, RDF, RDF_TYPE

__all__ = ["SHORT", "Entry", "Lists", "merge_entries", "read_entries"]

#: The properties that make a subject one of the short form.
SHORT: Final = frozenset(KG + name for name in ("claims", "words"))


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written of a subject, by predicate, in the order of the file."""

    subject: ox.NamedNode
    said: dict[str, list[Term]]

    def terms(self, name: str) -> list[Term]:
        """The values of a kg: property."""
        return self.said.get(KG + name, [])

    def literals(self, name: str) -> list[str]:
        """The texts among them."""
        return [term.value for term in self.terms(name) if isinstance(term, ox.Literal)]

    def iri(self, predicate: str) -> ox.NamedNode | None:
        """The first IRI among the values of any property."""
        return next((t for t in self.said.get(predicate, ()) if isinstance(t, ox.NamedNode)), None)

    def is_a(self, name: str) -> bool:
        """Whether it is typed with a kg: class."""
        return ox.NamedNode(KG + name) in self.said.get(RDF_TYPE, ())

    @property
    def is_short(self) -> bool:
        """Whether something of the short form is written of it."""
        return not SHORT.isdisjoint(self.said)


class Lists:
    """The RDF collections of some triples, and the triples that they are made of."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._first: dict[Term, Term] = {}
        self._rest: dict[Term, Term] = {}
        all_triples = list(triples)
        for triple in all_triples:
            if triple.predicate.value == RDF + "first":
                self._first[triple.subject] = triple.object
            elif triple.predicate.value == RDF + "rest":
                self._rest[triple.subject] = triple.object
        self.cells: set[ox.Triple] = set()
        heads = {t.object for t in all_triples if t.predicate.value == KG + "claims"}
        cells: set[Term] = set()
        for head in heads:
            node: Term | None = head
            while node is not None and node in self._first and node not in cells:
                cells.add(node)
                node = self._rest.get(node)
        for triple in all_triples:
            if triple.subject in cells and triple.predicate.value in (RDF + "first", RDF + "rest"):
                self.cells.add(triple)

    def members(self, head: Term) -> list[Term] | None:
        """A list's members; None where it is no list."""
        found: list[Term] = []
        seen: set[Term] = set()
        while head != ox.NamedNode(RDF + "nil"):
            if head in seen or head not in self._first or head not in self._rest:
                return None
            seen.add(head)
            found.append(self._first[head])
            head = self._rest[head]
        return found


def read_entries(triples: Iterable[ox.Triple]) -> dict[str, Entry]:
    """What is written of each subject that has a name."""
    found: dict[str, Entry] = {}
    for triple in triples:
        if isinstance(triple.subject, ox.NamedNode):
            entry = found.setdefault(triple.subject.value, Entry(triple.subject, {}))
            entry.said.setdefault(triple.predicate.value, []).append(triple.object)
    return found


def merge_entries(files: Iterable[Mapping[str, Entry]]) -> dict[str, Entry]:
    """What all files of an article say together of each subject."""
    found: dict[str, Entry] = {}
    for entries in files:
        for iri, entry in entries.items():
            known = found.setdefault(iri, Entry(entry.subject, {}))
            for predicate, values in entry.said.items():
                told = known.said.get(predicate, [])
                known.said[predicate] = list(dict.fromkeys([*told, *values]))
    return found

"""What is known of one IRI: plain values, grouped as a reader asks for them.

A fact of the graphs ``stated`` and ``inferred`` is the world's; any other graph's is a record: somebody's
entry, reading or link, and never the article's word. A claim is shown with whose it is and how it is put.

CLIENTS: names, types and definitions are the project's. What clients add stands apart, each triple with its
graph. It is in no document that cannot name a graph, unless the project knows nothing of the thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from kgraph.rdf.terms import compact, in_words
from kgraph.store.manifest import graph_name
from kgraph.vocab import KG, OWL, PREFIXES, RDF_TYPE, RDFS, SKOS, STATED_BY
from kgraph.who_said import Attribution, Level

__all__ = ["UNNAMED", "Added", "Description", "Fact", "Kind", "Name", "hanging", "labels_of", "short_name"]

_CALLED: Final = (SKOS + "prefLabel", RDFS + "label", "http://purl.org/dc/terms/title")
_SAID_OF_IT: Final = (SKOS + "definition", RDFS + "comment", "http://purl.org/dc/terms/description")


class Kind(StrEnum):
    """What a thing is to its page."""

    ARTICLE = "article"
    SENTENCE = "sentence"
    ASSERTION = "assertion"
    ONTOLOGY = "ontology"
    THING = "thing"


_KINDS: Final = {
    KG + "Article": Kind.ARTICLE,
    KG + "Sentence": Kind.SENTENCE,
    KG + "TextPart": Kind.SENTENCE,
    KG + "Assertion": Kind.ASSERTION,
    OWL + "Ontology": Kind.ONTOLOGY,
}


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called, and in which language, where that is said."""

    text: str
    language: str | None = None


#: What the vocabulary of RDF is called in a sentence.
_IN_A_SENTENCE: Final = {RDF_TYPE: "is a", SKOS + "altLabel": "is also called"}
#: The prefixes of common vocabularies, whose names are made of words.
_COMMON: Final = PREFIXES.keys() - {"kg", "kgl", "wd"}


def short_name(iri: str, prefixes: Mapping[str, str]) -> Name:
    """What a thing without a name is called: a term of a common vocabulary by the words that its IRI is made
    of (``exact match``), anything else by its IRI with a prefix.
    """
    short = _IN_A_SENTENCE.get(iri) or compact(iri, prefixes)
    prefix, colon, local = short.partition(":")
    is_word = colon and prefix in _COMMON and local.isascii() and local.isalpha()
    return Name(in_words(local) if is_word else short)


#: What the default graph of the store is called, which has no name.
UNNAMED: Final = "default"


@dataclass(frozen=True, slots=True)
class Fact:
    """A triple and the graph that holds it, by its short name where it is one of the project's."""

    graph: str
    triple: ox.Triple


@dataclass(frozen=True, slots=True)
class Added:
    """What clients say with a thing, beyond the project; ``blanks`` is what is said of blank nodes below.

    Graphs have their full names here. ``more`` says that another page follows.
    """

    facts: tuple[Fact, ...] = ()
    blanks: tuple[Fact, ...] = ()
    more: bool = False

    def triples(self) -> Iterator[ox.Triple]:
        """All of it, whoever says it."""
        yield from dict.fromkeys(fact.triple for fact in (*self.facts, *self.blanks))

    def quads(self, unnamed: str) -> Iterator[ox.Quad]:
        """All of it with its graphs. The default graph, which has no name, is called ``unnamed``."""
        for fact in dict.fromkeys((*self.facts, *self.blanks)):
            name = graph_name(unnamed if fact.graph == UNNAMED else fact.graph)
            yield ox.Quad(fact.triple.subject, fact.triple.predicate, fact.triple.object, name)


def hanging(facts: Sequence[Fact], blanks: Iterable[ox.Triple]) -> tuple[Fact, ...]:
    """What is said of the blank nodes below some facts, each triple in the graph of the fact above it."""
    below: dict[ox.BlankNode, list[ox.Triple]] = {}
    for triple in blanks:
        if isinstance(triple.subject, ox.BlankNode):
            below.setdefault(triple.subject, []).append(triple)
    found: dict[Fact, None] = {}
    ahead = list(facts)
    while ahead:
        fact = ahead.pop()
        if isinstance(node := fact.triple.object, ox.BlankNode):
            new = [each for triple in below.get(node, ()) if (each := Fact(fact.graph, triple)) not in found]
            found |= dict.fromkeys(new)
            ahead += new
    return tuple(found)


def labels_of(triples: Mapping[str, list[tuple[str, ox.Literal]]]) -> dict[str, Name]:
    """The name of each thing: the best kind of label, in English where there is a choice."""
    names: dict[str, Name] = {}
    for iri, labels in triples.items():
        ranked = sorted(
            labels,
            key=lambda label: (
                _CALLED.index(label[0]) if label[0] in _CALLED else len(_CALLED),
                (label[1].language or "") not in ("en", ""),
                label[1].value,
            ),
        )
        names[iri] = Name(ranked[0][1].value, ranked[0][1].language)
    return names


@dataclass(frozen=True)
class Description:
    """What is known of ``iri``.

    ``facts`` are said of it, ``links`` lead to it, ``uses`` have it as their predicate; ``parts`` are said
    of what its document describes besides (the things named by a fragment of its IRI); ``blanks`` are the
    blank nodes below. ``about`` are the claims that have it as subject or object, ``said`` those that it
    makes, ``around`` those that stand in it, rest on it or are it. ``page`` counts from 1; ``more`` says
    that another follows. ``is_known`` says that the project's graphs know it; ``added`` is what clients add.
    """

    iri: str
    facts: tuple[Fact, ...] = ()
    links: tuple[Fact, ...] = ()
    uses: tuple[Fact, ...] = ()
    parts: tuple[Fact, ...] = ()
    blanks: tuple[ox.Triple, ...] = ()
    about: tuple[Attribution, ...] = ()
    said: tuple[Attribution, ...] = ()
    around: tuple[Attribution, ...] = ()
    gathered: tuple[ox.Triple, ...] = ()
    names: Mapping[str, Name] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    page: int = 1
    more: bool = False
    is_known: bool = True
    added: Added = Added()

    def name(self, iri: str) -> Name:
        """What a thing is called, or else its short IRI."""
        return self.names.get(iri) or short_name(iri, self.prefixes)

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The classes that it is entered with, then those that are inferred."""
        types = [
            (fact.graph == "inferred", fact.triple.object.value)
            for fact in self.facts
            if fact.triple.predicate.value == RDF_TYPE and isinstance(fact.triple.object, ox.NamedNode)
        ]
        return tuple(dict.fromkeys(iri for _, iri in sorted(types)))

    @property
    def kind(self) -> Kind:
        """What it is to its page."""
        return next((kind for iri, kind in _KINDS.items() if iri in self.types), Kind.THING)

    @cached_property
    def definition(self) -> ox.Literal | None:
        """What it is, in a sentence."""
        for predicate in _SAID_OF_IT:
            for fact in self.facts:
                if fact.triple.predicate.value == predicate and isinstance(fact.triple.object, ox.Literal):
                    return fact.triple.object
        return None

    @property
    def stated(self) -> list[Attribution]:
        """The claims about it that the publication itself makes, as facts."""
        return [claim for claim in self.about if claim.level is Level.STATED]

    @property
    def claimed(self) -> list[Attribution]:
        """The other claims about it: said, denied, demanded, foreseen by somebody."""
        return [claim for claim in self.about if claim.level not in (Level.STATED, Level.DRAFTED)]

    @property
    def drafted(self) -> list[Attribution]:
        """What a tool drafted about it, and nobody has reviewed."""
        return [claim for claim in self.about if claim.level is Level.DRAFTED]

    @cached_property
    def inferred(self) -> list[ox.Triple]:
        """What follows, about it and with it."""
        both = (fact.triple for fact in (*self.facts, *self.links) if fact.graph == "inferred")
        return [t for t in dict.fromkeys(both) if not isinstance(t.subject, ox.BlankNode)]

    @cached_property
    def records(self) -> dict[str, list[ox.Triple]]:
        """What else is said of it, by graph; what the article states stands in :attr:`stated`."""
        found: dict[str, list[ox.Triple]] = {}
        known = {(claim.subject.iri, claim.predicate.iri) for claim in self.stated}
        for fact in self.facts:
            triple = fact.triple
            if fact.graph == "inferred" or fact.graph.startswith(STATED_BY):
                continue
            if fact.graph == "stated" and (self.iri, triple.predicate.value) in known:
                continue
            found.setdefault(fact.graph, []).append(triple)
        return found

    @cached_property
    def mentions(self) -> list[Fact]:
        """What else leads to it: not what is inferred or stated, no part of a claim that is shown."""
        shown = {claim.iri for claim in (*self.about, *self.said, *self.around)}
        return [
            fact
            for fact in self.links
            if fact.graph not in ("inferred", "stated")
            and not fact.graph.startswith(STATED_BY)
            and isinstance(fact.triple.subject, ox.NamedNode)
            and fact.triple.subject.value not in shown
        ]

    def triples(self) -> Iterator[ox.Triple]:
        """What the project says, as one set of triples, names included.

        What clients say comes only where the project says nothing: nobody could tell one from the other.
        """
        if not self.is_known:
            yield from self.added.triples()
            return
        every = (*self.facts, *self.links, *self.uses, *self.parts)
        yield from dict.fromkeys((*(fact.triple for fact in every), *self.blanks, *self.gathered))

    def quads(self, unnamed: str) -> Iterator[ox.Quad]:
        """What the project says in the default graph, and what clients add in their own (:class:`Added`)."""
        if self.is_known:
            yield from (ox.Quad(t.subject, t.predicate, t.object) for t in self.triples())
        yield from self.added.quads(unnamed)

"""An ontology as its terms: what each means, what follows from it, and where an article uses it.

Read off the description of the ontology's IRI, whose document describes its terms (they are named by its
fragments), and off claims of the graph as examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.describe.axioms import Phrase, axioms_of
from kgraph.describe.description import Description, Name
from kgraph.project.claims import Claim, read_claims
from kgraph.project.index import TripleIndex
from kgraph.rdf.terms import Term as RdfTerm
from kgraph.vocab import KG, OWL, RDF_TYPE, RDFS, SKOS

__all__ = ["Example", "Ontology", "Phrase", "Section", "Term", "read_ontology"]

_KINDS: Final = {
    OWL + "Class": "Classes",
    RDFS + "Class": "Classes",
    OWL + "ObjectProperty": "Object properties",
    OWL + "DatatypeProperty": "Datatype properties",
    OWL + "AnnotationProperty": "Annotation properties",
    SKOS + "ConceptScheme": "Lists",
}
_SECTIONS: Final = (*dict.fromkeys(_KINDS.values()), "Members of the lists", "Other individuals")
_MATCHES: Final = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
_NOTES: Final = ("scopeNote", "editorialNote", "note", "historyNote", "changeNote")


@dataclass(frozen=True, slots=True)
class Example:
    """A claim that uses a term: what is claimed, whether it is denied, and in which words it stands."""

    iri: str
    subject: RdfTerm | None
    predicate: RdfTerm | None
    object: RdfTerm | None
    negative: bool
    quote: str


@dataclass(frozen=True, slots=True)
class Term:
    """One term. ``anchor`` is the fragment of its IRI; ``super`` and ``aligned`` tell own from foreign."""

    iri: str
    anchor: str
    name: Name
    section: str
    types: tuple[str, ...]
    definition: tuple[ox.Literal, ...]
    notes: tuple[ox.Literal, ...]
    quoted: tuple[ox.Literal, ...]
    supers: tuple[str, ...]
    subs: tuple[str, ...]
    domains: tuple[str, ...]
    ranges: tuple[str, ...]
    inverses: tuple[str, ...]
    schemes: tuple[str, ...]
    aligned: tuple[str, ...]
    axioms: tuple[Phrase, ...]
    examples: tuple[Example, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Terms of one kind, by name."""

    title: str
    anchor: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Ontology:
    """An ontology's terms by kind, with the names of all that they mention."""

    description: Description
    sections: tuple[Section, ...]
    names: Mapping[str, Name]

    @property
    def count(self) -> int:
        """How many terms there are."""
        return sum(len(section.terms) for section in self.sections)


def read_ontology(
    description: Description,
    rows: Sequence[Mapping[str, RdfTerm | None]],
    used: Iterable[ox.Triple],
    names: Mapping[str, Name],
) -> Ontology:
    """The terms from a description of their ontology; ``rows`` tie each to claims and members as examples."""
    own = [fact.triple for fact in description.parts if fact.graph != "inferred"]
    index = TripleIndex([*own, *description.blanks])
    usage = TripleIndex([*used, *_typed(rows)])
    claims = {claim.iri: claim for claim in read_claims(usage)}
    reader = _Reader(description, index, names)
    terms: dict[str, list[Term]] = {}
    for iri in dict.fromkeys(str(t.subject.value) for t in own if isinstance(t.subject, ox.NamedNode)):
        examples = [
            _example(claims[claim], usage) for claim in _column(rows, iri, "claim") if claim in claims
        ]
        term = reader.term(iri, examples, _column(rows, iri, "member"))
        terms.setdefault(term.section, []).append(term)
    sections = [
        Section(
            title,
            f"section-{title.lower().replace(' ', '-')}",
            tuple(sorted(terms[title], key=lambda term: (term.name.text.casefold(), term.iri))),
        )
        for title in _SECTIONS
        if title in terms
    ]
    return Ontology(description, tuple(sections), names)


def _typed(rows: Iterable[Mapping[str, RdfTerm | None]]) -> list[ox.Triple]:
    kind = ox.NamedNode(KG + "Assertion")
    claims = (row["claim"] for row in rows)
    return [ox.Triple(c, ox.NamedNode(RDF_TYPE), kind) for c in claims if isinstance(c, ox.NamedNode)]


def _column(rows: Iterable[Mapping[str, RdfTerm | None]], term: str, name: str) -> list[str]:
    found = (row[name] for row in rows if row["term"] == ox.NamedNode(term))
    return list(dict.fromkeys(value.value for value in found if isinstance(value, ox.NamedNode)))


def _example(claim: Claim, usage: TripleIndex) -> Example:
    spans = sorted(claim.evidence, key=lambda iri: usage.whole_number(iri, KG + "beginIndex") or 0)
    quote = " … ".join(text for span in spans if (text := usage.literal(span, KG + "exactText")))
    return Example(
        claim.iri, claim.subject, claim.predicate, claim.object, claim.polarity == KG + "negative", quote
    )


class _Reader:
    def __init__(self, description: Description, index: TripleIndex, names: Mapping[str, Name]) -> None:
        self._document = description.iri
        self._index = index
        self._names = names
        self._subs: dict[str, list[str]] = {}
        self._inverses: dict[str, list[str]] = {}
        for iri in index:
            for predicate in ("subClassOf", "subPropertyOf"):
                for above in index.iris(iri, RDFS + predicate):
                    self._subs.setdefault(above, []).append(iri)
            for other in index.iris(iri, OWL + "inverseOf"):
                self._inverses.setdefault(other, []).append(iri)

    def term(self, iri: str, examples: Sequence[Example], members: Sequence[str]) -> Term:
        index, types = self._index, self._index.iris(iri, RDF_TYPE)
        above = index.iris(iri, RDFS + "subClassOf") + index.iris(iri, RDFS + "subPropertyOf")
        matches = [other for name in _MATCHES for other in index.iris(iri, SKOS + name)]
        return Term(
            iri=iri,
            anchor=iri.removeprefix(self._document + "#"),
            name=self._names.get(iri) or Name(iri.removeprefix(self._document + "#")),
            section=self._section(iri, types),
            types=tuple(cls for cls in types if not cls.startswith((OWL, RDFS, SKOS))),
            definition=self._texts(iri, ("definition",)) or self._texts(iri, ("comment",), RDFS),
            notes=self._texts(iri, _NOTES),
            quoted=self._texts(iri, ("example",)),
            supers=tuple(other for other in above if self._is_own(other)),
            subs=tuple(self._subs.get(iri, ())),
            domains=tuple(index.iris(iri, RDFS + "domain")),
            ranges=tuple(index.iris(iri, RDFS + "range")),
            inverses=tuple(
                dict.fromkeys([*index.iris(iri, OWL + "inverseOf"), *self._inverses.get(iri, ())])
            ),
            schemes=tuple(index.iris(iri, SKOS + "inScheme")),
            aligned=tuple(dict.fromkeys([o for o in above if not self._is_own(o)] + matches)),
            axioms=tuple(axioms_of(iri, index)),
            examples=tuple(examples),
            members=tuple(members),
        )

    def _is_own(self, iri: str) -> bool:
        return iri.startswith(self._document + "#")

    def _section(self, iri: str, types: Sequence[str]) -> str:
        for cls in types:
            if cls in _KINDS:
                return _KINDS[cls]
        if any(cls.startswith(OWL) and cls.endswith("Property") for cls in types):
            return "Object properties"
        return "Members of the lists" if self._index.iris(iri, SKOS + "inScheme") else "Other individuals"

    def _texts(self, iri: str, names: Sequence[str], namespace: str = SKOS) -> tuple[ox.Literal, ...]:
        found = (term for name in names for term in self._index.objects(iri, namespace + name))
        return tuple(dict.fromkeys(term for term in found if isinstance(term, ox.Literal)))

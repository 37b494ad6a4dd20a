"""Names for IRIs: the labels of one generation, and what a user's text means by them.

A preferred label goes before other labels; of several things with the same one none is chosen. Nothing here
asks the store: what is read from it comes as rows (:data:`LABELS`, :data:`KINDS`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from kgraph.canned.kinds import Kind
from kgraph.rdf.terms import compact
from kgraph.vocab import DCTERMS, KG, RDFS, SKOS

__all__ = ["KINDS", "LABELS", "Naming"]

_PREFERRED: Final = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title")
_OTHERS: Final = (SKOS + "altLabel", KG + "evokedBy")
_CLASSES: Final = {
    Kind.ACTOR: "Actor",
    Kind.PLACE: "Location",
    Kind.EVENT: "Eventuality",
    Kind.ARTICLE: "Article",
    Kind.TIME: "Time",
}

#: Every name of everything: a thing, how the name is given, and the name.
LABELS: Final = (
    "SELECT DISTINCT ?thing ?property ?label WHERE { VALUES ?property { "
    + " ".join(f"<{iri}>" for iri in (*_PREFERRED, *_OTHERS))
    + " } ?thing ?property ?label FILTER(isIRI(?thing) && isLiteral(?label)) }"
)
#: The kinds of the things that have one.
KINDS: Final = (
    "SELECT DISTINCT ?thing ?kind WHERE { { VALUES (?class ?kind) { "
    + " ".join(f'(<{KG}{name}> "{kind}")' for kind, name in _CLASSES.items())
    + " } ?thing a ?class } "
    + f'UNION {{ ?thing <{RDFS}subClassOf>* <{KG}Eventuality> BIND("{Kind.TYPE}" AS ?kind) }} '
    + f'UNION {{ ?thing a <http://www.w3.org/2002/07/owl#Class> BIND("{Kind.CLASS}" AS ?kind) }} '
    + "UNION { VALUES ?class { <http://www.w3.org/2002/07/owl#ObjectProperty> "
    + "<http://www.w3.org/2002/07/owl#DatatypeProperty> } "
    + f'?thing a ?class BIND("{Kind.PROPERTY}" AS ?kind) }} '
    + f'UNION {{ ?thing <{SKOS}inScheme> ?scheme BIND("{Kind.CONCEPT}" AS ?kind) }} }}'
)
#: How many names an error suggests.
_SUGGESTED: Final = 3
#: How alike two spellings must be, from 0 to 1, for one to be suggested for the other.
_ALIKE: Final = 0.7


@dataclass(frozen=True, slots=True)
class Naming:
    """The names of a generation. ``labels`` maps a folded name to the IRIs that bear it, preferred or not;
    ``spellings`` to the name as it is written, ``shown`` an IRI to a label of its own. ``listed`` has the
    folded names, one a line, the shortest first.
    """

    labels: Mapping[str, Mapping[str, bool]]
    kinds: Mapping[str, frozenset[Kind]]
    spellings: Mapping[str, str]
    shown: Mapping[str, str]
    listed: str = "\n"

    @classmethod
    def of(cls, labels: Iterable[tuple[str, str, str]], kinds: Iterable[tuple[str, str]]) -> Naming:
        """The names in the rows of :data:`LABELS` and :data:`KINDS`, as text."""
        named: dict[str, dict[str, bool]] = {}
        spellings: dict[str, str] = {}
        shown: dict[str, str] = {}
        for iri, predicate, label in labels:
            key = fold(label)
            bearers = named.setdefault(key, {})
            spellings[key] = min(label, spellings.get(key, label))
            bearers[iri] = bearers.get(iri, False) or predicate in _PREFERRED
            if predicate in _PREFERRED:
                shown[iri] = min(label, shown.get(iri, label))
        sorts: dict[str, set[Kind]] = {}
        for iri, kind in kinds:
            sorts.setdefault(iri, set()).add(Kind(kind))
        kinds_of = {iri: frozenset(each) for iri, each in sorts.items()}
        lines = sorted(named, key=lambda key: (len(key), key))
        return cls(named, kinds_of, spellings, shown, "\n".join(["", *lines, ""]))

    def bearers(self, name: str, kind: Kind) -> list[str]:
        """The things of a kind that a name means: those that prefer it, or else all that bear it."""
        found = {
            iri: preferred
            for iri, preferred in self.labels.get(fold(name), {}).items()
            if self._is(iri, kind)
        }
        return sorted(iri for iri, preferred in found.items() if preferred) or sorted(found)

    def beginning(self, text: str, *, limit: int) -> list[tuple[str, str]]:
        """Things (IRI and name) whose names begin with a text, then those with a word that does; the shortest
        names first. Takes some milliseconds for a million names.
        """
        folded = fold(text)
        found: dict[str, str] = {}
        for start in (f"\n{folded}", f" {folded}") if folded else ():
            place = self.listed.find(start)
            while place >= 0 and len(found) < limit:
                key = self.listed[
                    self.listed.rfind("\n", 0, place + 1) + 1 : self.listed.find("\n", place + 1)
                ]
                for iri in sorted(self.labels[key], key=lambda iri: (not self.labels[key][iri], iri)):
                    found.setdefault(iri, self.spellings[key])
                place = self.listed.find(start, place + 1)
        return list(found.items())[:limit]

    def explain_unknown(self, name: str, kind: Kind, prefixes: Mapping[str, str]) -> str:
        """A sentence that leads from a name that nothing of the kind bears to one that something does."""
        if elsewhere := sorted(self.labels.get(fold(name), {})):
            listed = ", ".join(compact(iri, prefixes) for iri in elsewhere[:_SUGGESTED])
            return f"There is {listed}, which is no {kind}."
        if near := self._near(name, kind):
            return f"Did you mean {' or '.join(repr(each) for each in near)}?"
        return f"Give the label of {kind.article} {kind}, or an IRI."

    def describe(self, iri: str, prefixes: Mapping[str, str]) -> str:
        """An IRI with its label."""
        label = self.shown.get(iri)
        return f"{compact(iri, prefixes)} ({label})" if label else compact(iri, prefixes)

    def _is(self, iri: str, kind: Kind) -> bool:
        return kind is Kind.THING or kind in self.kinds.get(iri, ())

    def _near(self, name: str, kind: Kind) -> list[str]:
        """The names of things of a kind that are most like a name: around it, spelt alike, or within it."""
        folded = fold(name)
        known = [key for key, bearers in self.labels.items() if any(self._is(iri, kind) for iri in bearers)]
        around = sorted((key for key in known if f" {folded} " in f" {key} "), key=len)
        alike = get_close_matches(folded, known, n=_SUGGESTED, cutoff=_ALIKE)
        within = sorted((key for key in known if f" {key} " in f" {folded} "), key=len, reverse=True)
        keys = dict.fromkeys([*around, *alike, *within])
        return [self.spellings[key] for key in keys][:_SUGGESTED]


def fold(name: str) -> str:
    """A name as names are compared: composed, without regard to case, with single blanks."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())

"""What a reviewer may choose from: classes by their words, and the properties that claims are made with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from kgraph.project.index import TripleIndex
from kgraph.rdf.terms import in_words, local_name
from kgraph.vocab import KG, OWL, RDF_TYPE, RDFS, SKOS

__all__ = ["GENERAL_CLASSES", "claim_properties", "class_choices", "near_classes"]

#: The classes to choose from where no other fits; a country or a town that acts is a geopolitical entity.
GENERAL_CLASSES: Final = (
    *("Person", "Group", "Organization", "GeopoliticalEntity", "Location", "Document", "Artefact"),
    *("Quantity", "Event", "State"),
)
#: What claims are about; other domains are those of the record itself: assertions, sources, pieces of text.
_DOMAINS: Final = frozenset(KG + name for name in ("Eventuality", "Actor", "Location"))
_OPEN_TO_ALL: Final = frozenset(KG + name for name in ("described", "status"))
#: How many near classes are told, and how alike their spelling is (0 to 1).
_NEAR: Final = 4
_ALIKE: Final = 0.75


def class_choices(classes: Iterable[str], ontology: TripleIndex) -> list[tuple[str, str]]:
    """The local name of each class that things in claims are of, and the words that evoke it."""
    listed = {iri: ", ".join(_words(iri, ontology)) for iri in classes if not iri.startswith(SKOS)}
    return sorted(
        (local_name(iri), words)
        for iri, words in listed.items()
        if words or not iri.startswith(KG) or local_name(iri) in GENERAL_CLASSES
    )


def claim_properties(properties: Iterable[str], ontology: TripleIndex) -> list[str]:
    """The properties that claims are made with: roles, relations of things, and what the lexicon adds."""

    def is_of_claims(iri: str) -> bool:
        types = set(ontology.iris(iri, RDF_TYPE))
        if not types & {OWL + "ObjectProperty", OWL + "DatatypeProperty"}:
            return False
        domains = set(ontology.iris(iri, RDFS + "domain"))
        return (
            KG + "Role" in types
            or iri in _OPEN_TO_ALL
            or bool(domains & _DOMAINS)
            or not iri.startswith((KG, SKOS))
        )

    return sorted(filter(is_of_claims, set(properties)))


def near_classes(words: str, classes: Mapping[str, str], ontology: TripleIndex) -> list[str]:
    """The local names of classes that are spelt alike, or that these words evoke.

    Args:
        words: what somebody took for the name of a class.
        classes: IRIs by label and by local name, in lower case.
        ontology: what the ontology says.
    """
    spelt = get_close_matches(words.casefold(), classes, n=_NEAR, cutoff=_ALIKE)
    plain = {words.casefold(), in_words(words)}
    evoked = [
        iri
        for iri in dict.fromkeys(classes.values())
        if plain & {word.casefold() for word in _words(iri, ontology)}
    ]
    return [local_name(iri) for iri in dict.fromkeys([*(classes[name] for name in spelt), *evoked])][:_NEAR]


def _words(iri: str, ontology: TripleIndex) -> list[str]:
    return [term.value for term in ontology.objects(iri, KG + "evokedBy") if hasattr(term, "value")]

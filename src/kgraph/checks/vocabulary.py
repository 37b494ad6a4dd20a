"""Terms and links: every term that the data use is defined, every IRI of the project is described.

Plus the rules of a well-kept ontology (label, definition, isDefinedBy for each term; one domain a
property) and of decision 5: no owl:sameAs, which would let foreign claims in.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from kgraph.checks.subject import Subject
from kgraph.problems import Problem, Severity
from kgraph.project.folder import TurtleFile
from kgraph.project.index import TripleIndex
from kgraph.project.listing import Role, unit_of
from kgraph.rdf.terms import Term, compact
from kgraph.vocab import KG, OWL, OWL_SAME_AS, RDFS, SKOS

__all__ = ["check_terms", "check_vocabulary"]

_VANN_NAMESPACE: Final = "http://purl.org/vocab/vann/preferredNamespaceUri"
_TERM_CLASSES: Final = tuple(
    OWL + name for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
)
_DOCUMENTATION: Final = (
    (RDFS + "label", "a label (rdfs:label)"),
    (SKOS + "definition", "a definition (skos:definition)"),
    (RDFS + "isDefinedBy", "rdfs:isDefinedBy"),
)
_USING_ROLES: Final = (Role.ONTOLOGY, Role.ALIGNMENTS, Role.DATA)


def check_vocabulary(subject: Subject) -> Iterator[Problem]:
    """Compare what is used with what is defined."""
    yield from _check_defined(subject)
    yield from _check_same_as(subject)


def check_terms(subject: Subject) -> Iterator[Problem]:
    """Look at how the ontology's terms are kept."""
    yield from _check_documented(subject)
    yield from _check_domains(subject)


@lru_cache(maxsize=2)  # all articles of a build have the same ontology
def _defined(ontology: TripleIndex) -> tuple[tuple[str, ...], frozenset[str]]:
    """The namespaces whose terms an ontology defines, kgraph's own among them, and these terms."""
    named = [
        text
        for name in ontology.instances(OWL + "Ontology")
        if (text := ontology.literal(name, _VANN_NAMESPACE)) is not None
    ]
    namespaces = (KG, *named)
    return namespaces, frozenset(iri for iri in ontology if iri.startswith(namespaces))


def _iris(triple: ox.Triple) -> Iterator[tuple[str, bool]]:
    """The IRIs of a triple, each with whether it stands as object (or as datatype of one)."""
    terms: list[tuple[Term, bool]] = [
        (triple.subject, False),
        (triple.predicate, False),
        (triple.object, True),
    ]
    for term, is_object in terms:
        if isinstance(term, ox.NamedNode):
            yield term.value, is_object


def _check_defined(subject: Subject) -> Iterator[Problem]:
    terms, defined = _defined(subject.ontology)
    names = subject.project.settings.names
    seen: set[tuple[str, str]] = set()  # each is reported once an article
    for file in subject.project.files(*_USING_ROLES):
        unit = unit_of(file.path) if file.role is Role.DATA else ""
        used, objects = _used(file.triples)
        undefined = {iri for iri in used if iri.startswith(terms) and iri not in defined and iri not in terms}
        dangling = set[str]()
        if file.role is Role.DATA:  # an ontology's examples may be of another project
            dangling = {
                iri for iri in objects if iri.startswith(names.resources) and iri not in subject.index
            }
        for triple in file.triples if undefined or dangling else ():
            for iri, is_object in _iris(triple):
                if (unit, iri) in seen:
                    continue
                if iri in undefined:
                    seen.add((unit, iri))
                    yield _undefined(subject, file, triple, iri, defined)
                elif is_object and iri in dangling:
                    seen.add((unit, iri))
                    yield _dangling(subject, file, triple, iri)


def _used(triples: Sequence[ox.Triple]) -> tuple[set[str], set[str]]:
    """The IRIs that stand anywhere in some triples, and those that stand as objects."""
    objects = {triple.object.value for triple in triples if isinstance(triple.object, ox.NamedNode)}
    subjects = {triple.subject.value for triple in triples if isinstance(triple.subject, ox.NamedNode)}
    return objects | subjects | {triple.predicate.value for triple in triples}, objects


def _at(subject: Subject, file: TurtleFile, triple: ox.Triple) -> tuple[str, int | None]:
    if not isinstance(triple.subject, ox.NamedNode):
        return file.path, None
    line = file.lines.line_of(triple.subject.value, triple.predicate.value)
    return (file.path, line) if line else subject.project.place(triple.subject.value)


def _undefined(
    subject: Subject, file: TurtleFile, triple: ox.Triple, iri: str, defined: frozenset[str]
) -> Problem:
    prefixes = subject.project.settings.names.prefixes
    near = difflib.get_close_matches(
        compact(iri, prefixes), [compact(term, prefixes) for term in defined], n=1
    )
    hint = f"Did you mean {near[0]}?" if near else "Define it below ontology/."
    path, line = _at(subject, file, triple)
    message = f"The ontology does not define {compact(iri, prefixes)}."
    return Problem(Severity.ERROR, "undefined-term", path, line, message, hint)


def _dangling(subject: Subject, file: TurtleFile, triple: ox.Triple, iri: str) -> Problem:
    prefixes = subject.project.settings.names.prefixes
    path, line = _at(subject, file, triple)
    message = f"Nothing describes {compact(iri, prefixes)}, which is referred to here."
    return Problem(
        Severity.ERROR, "dangling-iri", path, line, message, "Describe it in data/ttl/, or correct the IRI."
    )


def _check_same_as(subject: Subject) -> Iterator[Problem]:
    for file in subject.project.files(*_USING_ROLES):
        for triple in file.triples:
            if triple.predicate.value == OWL_SAME_AS:
                path, line = _at(subject, file, triple)
                yield Problem(
                    Severity.ERROR,
                    "same-as",
                    path,
                    line,
                    "owl:sameAs makes everything that is said elsewhere true here.",
                    "Use skos:exactMatch or skos:closeMatch.",
                )


def _check_documented(subject: Subject) -> Iterator[Problem]:
    namespaces, _ = _defined(subject.ontology)
    terms = dict.fromkeys(iri for cls in _TERM_CLASSES for iri in subject.ontology.instances(cls))
    for iri in terms:
        if not iri.startswith(namespaces):
            continue
        missing = [name for predicate, name in _DOCUMENTATION if not subject.ontology.objects(iri, predicate)]
        if missing:
            yield subject.project.problem(
                "undocumented-term",
                iri,
                f"{compact(iri, subject.project.settings.names.prefixes)} has no {' and no '.join(missing)}.",
                "Say what the term means, for people who meet it in a query.",
                severity=Severity.WARNING,
            )


def _check_domains(subject: Subject) -> Iterator[Problem]:
    for iri in subject.ontology:
        for predicate in ("domain", "range"):
            if len(set(subject.ontology.objects(iri, RDFS + predicate))) > 1:
                yield subject.project.problem(
                    "several-domains",
                    iri,
                    f"Several rdfs:{predicate} axioms mean all of them at once, not one of them.",
                    "Name one superclass, or leave the axiom out.",
                    predicate=RDFS + predicate,
                    severity=Severity.WARNING,
                )

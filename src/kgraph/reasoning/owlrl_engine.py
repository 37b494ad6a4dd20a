"""owlrl as the engine: the whole closure in memory, over rdflib.

owlrl concludes literal subjects by the thousand and writes an inconsistency down as a triple
(``agent-ont#error``) instead of raising it. Both are sorted out here, so that its output is RDF and a
contradiction is a value. Three things that cost most of its time and change nothing that is kept are left
out: rule eq-ref, whose only conclusions are ``x owl:sameAs x``; triples whose property no axiom mentions
(labels, definitions, quotations), which no rule but eq-rep can use, and it only where two names are found
to be one; and asking each fact whether it is the axiom of some rule, when only triples in the vocabularies
of RDFS and OWL are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import owlrl
import pyoxigraph as ox
import rdflib
from rdflib.namespace import OWL, RDF

from kgraph import vocab
from kgraph.project.rdflib_graph import from_rdflib, to_rdflib
from kgraph.reasoning.closure import Contradiction

__all__ = ["Expansion", "expand"]

_ERROR: Final = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
_AXIOMATIC: Final = (vocab.RDF, vocab.RDFS, vocab.OWL)
_TRIGGERS: Final = (vocab.RDFS, vocab.OWL)
_ANNOTATIONS: Final = frozenset(vocab.RDFS + name for name in ("label", "comment", "isDefinedBy", "seeAlso"))
_DECLARATIONS: Final = frozenset(
    {vocab.OWL + name for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")}
    | {vocab.OWL + "NamedIndividual", vocab.OWL + "Ontology", vocab.RDFS + "Class", vocab.RDF + "Property"}
)
_DATATYPE_PROPERTY: Final = ox.NamedNode(vocab.OWL + "DatatypeProperty")
_DOMAIN: Final = vocab.RDFS + "domain"
_IRI: Final = re.compile(r"https?://[^\s,;'\"<>()]+")


@dataclass(frozen=True, slots=True)
class Expansion:
    """Everything that owlrl concluded, the premises included, as RDF 1.1 triples."""

    triples: list[ox.Triple]
    contradictions: tuple[Contradiction, ...]


class _Rules(owlrl.OWLRL_Semantics):  # type: ignore[misc]
    """The rules of OWL 2 RL/RDF without eq-ref, asked of axioms only."""

    def rules(self, t: tuple[Any, Any, Any], cycle_num: int) -> None:
        _, predicate, value = t
        # rdflib's own startswith() takes no tuple
        if str(predicate).startswith(_TRIGGERS) or (
            predicate == RDF.type and str(value).startswith(_TRIGGERS)
        ):
            super().rules(t, cycle_num)

    def _equality(self, triple: tuple[Any, Any, Any], cycle_num: int) -> None:
        subject, predicate, value = triple
        if predicate == OWL.sameAs and subject != value:
            super()._equality(triple, cycle_num)
        elif value == OWL.AllDifferent:
            # as pairs, for eq-diff1: owlrl's own eq-diff2 and eq-diff3 miss a list's last member
            for name in (OWL.members, OWL.distinctMembers):
                for head in self.graph.objects(subject, name):
                    for one, other in combinations(self._list(head), 2):
                        self.store_triple((one, OWL.differentFrom, other))


def _mentioned(axioms: Iterable[ox.Triple]) -> set[str]:
    """The properties that some axiom is about, beyond their declaration, and those of RDF, RDFS and OWL."""
    found: set[str] = set()
    for axiom in axioms:
        terms = (axiom.subject, axiom.object) if axiom.predicate.value.startswith(_AXIOMATIC) else ()
        if axiom.predicate.value == vocab.RDF_TYPE and str(axiom.object)[1:-1] in _DECLARATIONS:
            continue
        found.update(term.value for term in terms if isinstance(term, ox.NamedNode))
    return found


def _effective(axioms: list[ox.Triple], premises: Iterable[ox.Triple]) -> list[ox.Triple]:
    """The triples that a rule can use, with prp-dom applied ahead to literals that no other rule can use."""
    mentioned = _mentioned(axioms)
    domains = _domains_of_plain_properties(axioms)
    found: dict[ox.Triple, None] = {}
    for triple in [*axioms, *premises]:
        predicate = triple.predicate.value
        if isinstance(triple.object, ox.Literal) and predicate in domains:
            for cls in domains[predicate]:
                found[ox.Triple(triple.subject, ox.NamedNode(vocab.RDF_TYPE), cls)] = None
        elif predicate in mentioned or (predicate.startswith(_AXIOMATIC) and predicate not in _ANNOTATIONS):
            found[triple] = None
    return list(found)


def _domains_of_plain_properties(axioms: list[ox.Triple]) -> dict[str, list[ox.NamedNode]]:
    """The domains of each datatype property of which no axiom says more than domain and range."""
    domains: dict[str, list[ox.NamedNode]] = {
        axiom.subject.value: []
        for axiom in axioms
        if axiom.object == _DATATYPE_PROPERTY and isinstance(axiom.subject, ox.NamedNode)
    }
    for axiom in axioms:
        subject = axiom.subject.value if isinstance(axiom.subject, ox.NamedNode) else ""
        if axiom.predicate.value == _DOMAIN and isinstance(axiom.object, ox.NamedNode):
            if subject in domains:
                domains[subject].append(axiom.object)
        elif axiom.predicate.value.startswith(_AXIOMATIC) and axiom.predicate.value not in (
            {vocab.RDFS + "range"} | _ANNOTATIONS
        ):
            if axiom.object != _DATATYPE_PROPERTY:
                domains.pop(subject, None)
            if isinstance(axiom.object, ox.NamedNode):
                domains.pop(axiom.object.value, None)
    return domains


def _closure(triples: Iterable[ox.Triple]) -> rdflib.Graph:
    graph = to_rdflib(triples)
    owlrl.DeductiveClosure(_Rules, axiomatic_triples=False, datatype_axioms=False, rdfs_closure=False).expand(
        graph
    )
    return graph


def _identifies(graph: rdflib.Graph) -> bool:
    return any(one != other for one, other in graph.subject_objects(OWL.sameAs))


def expand(axioms: Iterable[ox.Triple], premises: Iterable[ox.Triple]) -> Expansion:
    """Run the OWL 2 RL/RDF rules to the fixpoint (OWL 2 Profiles, section 4.3)."""
    rules, facts = list(axioms), list(premises)
    graph = _closure(_effective(rules, facts))
    messages = sorted({str(message) for message in graph.objects(None, _ERROR)})
    if not messages and _identifies(graph):
        graph = _closure([*rules, *facts])  # eq-rep carries every property over
        messages = sorted({str(message) for message in graph.objects(None, _ERROR)})
    reports = set(graph.subjects(_ERROR, None))
    triples = [
        ox.Triple(from_rdflib(s), from_rdflib(p), from_rdflib(o))  # type: ignore[arg-type]
        for s, p, o in graph
        if not isinstance(s, rdflib.Literal)
        and isinstance(p, rdflib.URIRef)
        and s not in reports
        and not (p == RDF.type and isinstance(o, rdflib.Literal))
    ]
    return Expansion(triples, tuple(Contradiction(text, tuple(_IRI.findall(text))) for text in messages))

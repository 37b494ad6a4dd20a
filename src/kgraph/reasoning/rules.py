"""The rules of OWL 2 RL/RDF (OWL 2 Profiles, section 4.3, tables 4 to 9), as data keyed by their W3C names.

A rule has an axiom (a SPARQL pattern that the ontology is asked), premises and a conclusion (triple
patterns over the data; without a conclusion the premises contradict each other), and for rules about lists
a premise ``each`` that is repeated for each member: ``{i}`` and ``{j}`` number it, ``?member`` is the member.

``kg-shortcut`` is not the W3C's: it derives the shortcuts of the lexicon.

Not in the table, because nothing that is kept depends on them: eq-ref (``x owl:sameAs x``), the rules whose
only conclusions are axioms (scm-*, but for scm-cls and scm-avf*, which also move individuals), and those
about literals (dt-*, but for dt-diff, which is the second prp-fp). An axiom that no rule reads is reported:
see :func:`kgraph.reasoning.program.find_unsupported`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["RULES", "Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``words`` says in plain words what the axiom says, with the axiom's variables in braces."""

    name: str
    words: str
    axiom: str = ""
    premises: tuple[str, ...] = ()
    conclusion: str | None = None
    condition: str = ""
    each: tuple[str, ...] = ()


_MEMBER: Final = "/rdf:rest*/rdf:first"
#: Each pair of a list's members: what a cell holds, and what one after it holds.
_CELL: Final = "/rdf:rest*"
_LATER: Final = "rdf:rest+/rdf:first"
_NONE: Final = 'FILTER(STR(?n) = "0")'
_ONE: Final = 'FILTER(STR(?n) = "1")'
_DIFFERENT: Final = "!sameTerm(?y1, ?y2)"
#: Both are literals, and their values differ (dt-diff): nothing can be the same as both.
_TWO_VALUES: Final = "isLiteral(?y1) && isLiteral(?y2) && ?y1 < ?y2"
#: A class and its subclasses by scm-cls, scm-sco, scm-eqc1, scm-int and scm-uni.
_BELOW: Final = (
    "(rdfs:subClassOf|owl:equivalentClass|^owl:equivalentClass"
    f"|owl:intersectionOf{_MEMBER}|^(owl:unionOf{_MEMBER}))*"
)
#: A property and its subproperties by scm-op, scm-spo and scm-eqp1.
_PROPERTY_BELOW: Final = "(rdfs:subPropertyOf|owl:equivalentProperty|^owl:equivalentProperty)*"

#: A shortcut of the lexicon (kg:shortcutOf), its class and its two roles.
_SHORTCUT: Final = "?p kg:shortcutOf ?c ; kg:shortcutFrom ?r ; kg:shortcutTo ?s"

RULES: Final = (
    # Table 4: equality
    Rule("eq-sym", "being the same holds both ways", "", ("?x owl:sameAs ?y",), "?y owl:sameAs ?x"),
    Rule(
        "eq-trans",
        "what is the same as a third is the same",
        "",
        ("?x owl:sameAs ?y", "?y owl:sameAs ?z"),
        "?x owl:sameAs ?z",
        "!sameTerm(?x, ?z)",
    ),
    Rule(
        "eq-rep-s",
        "what is the same has the same said of it",
        "",
        ("?x owl:sameAs ?y", "?x ?p ?o"),
        "?y ?p ?o",
    ),
    Rule("eq-rep-p", "the same relation relates the same", "", ("?x owl:sameAs ?y", "?s ?x ?o"), "?s ?y ?o"),
    Rule(
        "eq-rep-o",
        "what is the same is related to the same",
        "",
        ("?x owl:sameAs ?y", "?s ?p ?x"),
        "?s ?p ?y",
    ),
    Rule(
        "eq-diff1",
        "nothing is the same as what it differs from",
        "",
        ("?x owl:sameAs ?y", "?x owl:differentFrom ?y"),
    ),
    Rule("eq-diff1", "everything is the same as itself (eq-ref)", "", ("?x owl:differentFrom ?x",)),
    Rule(
        "eq-diff2",
        "{i} and {j} are declared to be different",
        f"?all a owl:AllDifferent ; owl:members{_CELL} ?cell . ?cell rdf:first ?i ; {_LATER} ?j",
        ("?i owl:sameAs ?j",),
    ),
    Rule(
        "eq-diff3",
        "{i} and {j} are declared to be different",
        f"?all a owl:AllDifferent ; owl:distinctMembers{_CELL} ?cell . ?cell rdf:first ?i ; {_LATER} ?j",
        ("?i owl:sameAs ?j",),
    ),
    # Table 5: properties
    Rule("prp-dom", "what has {p} is {c}", "?p rdfs:domain ?c", ("?x ?p ?y",), "?x a ?c"),
    Rule("prp-rng", "what is the object of {p} is {c}", "?p rdfs:range ?c", ("?x ?p ?y",), "?y a ?c"),
    Rule(
        "prp-fp",
        "a thing has one {p} only",
        "?p a owl:FunctionalProperty",
        ("?x ?p ?y1", "?x ?p ?y2"),
        "?y1 owl:sameAs ?y2",
        _DIFFERENT,
    ),
    Rule(
        "prp-fp",
        "a thing has one value of {p} only",
        "?p a owl:FunctionalProperty",
        ("?x ?p ?y1", "?x ?p ?y2"),
        condition=_TWO_VALUES,
    ),
    Rule(
        "prp-ifp",
        "{p} belongs to one thing only",
        "?p a owl:InverseFunctionalProperty",
        ("?y1 ?p ?x", "?y2 ?p ?x"),
        "?y1 owl:sameAs ?y2",
        _DIFFERENT,
    ),
    Rule("prp-irp", "nothing has {p} to itself", "?p a owl:IrreflexiveProperty", ("?x ?p ?x",)),
    Rule("prp-symp", "{p} holds both ways", "?p a owl:SymmetricProperty", ("?x ?p ?y",), "?y ?p ?x"),
    Rule("prp-asyp", "{p} never holds both ways", "?p a owl:AsymmetricProperty", ("?x ?p ?y", "?y ?p ?x")),
    Rule(
        "prp-trp",
        "{p} passes on: it is transitive",
        "?p a owl:TransitiveProperty",
        ("?x ?p ?y", "?y ?p ?z"),
        "?x ?p ?z",
    ),
    Rule("prp-spo1", "what has {p} has {q}", "?p rdfs:subPropertyOf ?q", ("?x ?p ?y",), "?x ?q ?y"),
    Rule(
        "prp-spo2",
        "{list} makes {p}",
        "?p owl:propertyChainAxiom ?list",
        conclusion="?x0 ?p ?x{n}",
        each=("?x{i} ?member ?x{j}",),
    ),
    Rule("prp-eqp1", "{p} and {q} say the same", "?p owl:equivalentProperty ?q", ("?x ?p ?y",), "?x ?q ?y"),
    Rule("prp-eqp2", "{p} and {q} say the same", "?p owl:equivalentProperty ?q", ("?x ?q ?y",), "?x ?p ?y"),
    Rule("prp-pdw", "{p} excludes {q}", "?p owl:propertyDisjointWith ?q", ("?x ?p ?y", "?x ?q ?y")),
    Rule(
        "prp-adp",
        "{p} excludes {q}",
        f"?all a owl:AllDisjointProperties ; owl:members{_CELL} ?cell . ?cell rdf:first ?p ; {_LATER} ?q",
        ("?x ?p ?y", "?x ?q ?y"),
    ),
    Rule("prp-inv1", "{q} is the inverse of {p}", "?p owl:inverseOf ?q", ("?x ?p ?y",), "?y ?q ?x"),
    Rule("prp-inv2", "{p} is the inverse of {q}", "?p owl:inverseOf ?q", ("?x ?q ?y",), "?y ?p ?x"),
    Rule(
        "prp-key",
        "{list} identifies each {c}",
        "?c owl:hasKey ?list",
        ("?y1 a ?c", "?y2 a ?c"),
        "?y1 owl:sameAs ?y2",
        _DIFFERENT,
        each=("?y1 ?member ?z{i}", "?y2 ?member ?z{i}"),
    ),
    Rule(
        "prp-npa1",
        "it is denied that {i} has {p} {j}",
        "?denial owl:sourceIndividual ?i ; owl:assertionProperty ?p ; owl:targetIndividual ?j",
        ("?i ?p ?j",),
    ),
    Rule(
        "prp-npa2",
        "it is denied that {i} has {p} {j}",
        "?denial owl:sourceIndividual ?i ; owl:assertionProperty ?p ; owl:targetValue ?j",
        ("?i ?p ?j",),
    ),
    # Table 6: classes
    Rule("cls-nothing2", "nothing is owl:Nothing", "", ("?x a owl:Nothing",)),
    Rule(
        "cls-int1",
        "what is {list} is {c}",
        "?c owl:intersectionOf ?list",
        each=("?x a ?member",),
        conclusion="?x a ?c",
    ),
    Rule("cls-int2", "{c} is {d}", f"?c owl:intersectionOf{_MEMBER} ?d", ("?x a ?c",), "?x a ?d"),
    Rule("cls-uni", "{d} is {c}", f"?c owl:unionOf{_MEMBER} ?d", ("?x a ?d",), "?x a ?c"),
    Rule("cls-com", "{c} excludes {d}", "?c owl:complementOf ?d", ("?x a ?c", "?x a ?d")),
    Rule(
        "cls-svf1",
        "what has a {p} that is {d} is {c}",
        "?c owl:someValuesFrom ?d ; owl:onProperty ?p",
        ("?x ?p ?y", "?y a ?d"),
        "?x a ?c",
    ),
    Rule(
        "cls-svf2",
        "what has a {p} is {c}",
        "?c owl:someValuesFrom owl:Thing ; owl:onProperty ?p",
        ("?x ?p ?y",),
        "?x a ?c",
    ),
    Rule(
        "cls-avf",
        "each {p} of {c} is {d}",
        "?c owl:allValuesFrom ?d ; owl:onProperty ?p",
        ("?x a ?c", "?x ?p ?y"),
        "?y a ?d",
    ),
    Rule("cls-hv1", "{c} has {p} {v}", "?c owl:hasValue ?v ; owl:onProperty ?p", ("?x a ?c",), "?x ?p ?v"),
    Rule(
        "cls-hv2",
        "what has {p} {v} is {c}",
        "?c owl:hasValue ?v ; owl:onProperty ?p",
        ("?x ?p ?v",),
        "?x a ?c",
    ),
    Rule(
        "cls-maxc1",
        "{c} has no {p}",
        f"?c owl:maxCardinality ?n ; owl:onProperty ?p . {_NONE}",
        ("?x a ?c", "?x ?p ?y"),
    ),
    Rule(
        "cls-maxc2",
        "{c} has one {p} only",
        f"?c owl:maxCardinality ?n ; owl:onProperty ?p . {_ONE}",
        ("?x a ?c", "?x ?p ?y1", "?x ?p ?y2"),
        "?y1 owl:sameAs ?y2",
        _DIFFERENT,
    ),
    Rule(
        "cls-maxqc1",
        "{c} has no {p} that is {d}",
        f"?c owl:maxQualifiedCardinality ?n ; owl:onProperty ?p ; owl:onClass ?d . {_NONE}",
        ("?x a ?c", "?x ?p ?y", "?y a ?d"),
    ),
    Rule(
        "cls-maxqc2",
        "{c} has no {p}",
        f"?c owl:maxQualifiedCardinality ?n ; owl:onProperty ?p ; owl:onClass owl:Thing . {_NONE}",
        ("?x a ?c", "?x ?p ?y"),
    ),
    Rule(
        "cls-maxqc3",
        "{c} has one {p} only that is {d}",
        f"?c owl:maxQualifiedCardinality ?n ; owl:onProperty ?p ; owl:onClass ?d . {_ONE}",
        ("?x a ?c", "?x ?p ?y1", "?y1 a ?d", "?x ?p ?y2", "?y2 a ?d"),
        "?y1 owl:sameAs ?y2",
        _DIFFERENT,
    ),
    Rule(
        "cls-maxqc4",
        "{c} has one {p} only",
        f"?c owl:maxQualifiedCardinality ?n ; owl:onProperty ?p ; owl:onClass owl:Thing . {_ONE}",
        ("?x a ?c", "?x ?p ?y1", "?x ?p ?y2"),
        "?y1 owl:sameAs ?y2",
        _DIFFERENT,
    ),
    Rule("cls-oo", "{i} is listed in {c}", f"?c owl:oneOf{_MEMBER} ?i", (), "?i a ?c"),
    # Table 7: class axioms
    Rule("cax-sco", "{c} is {d}", "?c rdfs:subClassOf ?d", ("?x a ?c",), "?x a ?d"),
    Rule("cax-eqc1", "{c} and {d} are the same class", "?c owl:equivalentClass ?d", ("?x a ?c",), "?x a ?d"),
    Rule("cax-eqc2", "{c} and {d} are the same class", "?c owl:equivalentClass ?d", ("?x a ?d",), "?x a ?c"),
    Rule("cax-dw", "{c} excludes {d}", "?c owl:disjointWith ?d", ("?x a ?c", "?x a ?d")),
    Rule(
        "cax-adc",
        "{c} excludes {d}",
        f"?all a owl:AllDisjointClasses ; owl:members{_CELL} ?cell . ?cell rdf:first ?c ; {_LATER} ?d",
        ("?x a ?c", "?x a ?d"),
    ),
    # Table 9: schema vocabulary, as far as it moves individuals in ways that the rules above do not
    Rule("scm-cls", "{c} is a class of things", "?c a owl:Class", ("?x a ?c",), "?x a owl:Thing"),
    Rule(
        "scm-avf1",
        "{c} is {d}",
        "?c owl:allValuesFrom ?e ; owl:onProperty ?p . ?d owl:allValuesFrom ?f ; owl:onProperty ?p . "
        f"?e {_BELOW} ?f . FILTER(?c != ?d)",
        ("?x a ?c",),
        "?x a ?d",
    ),
    Rule(
        "scm-avf2",
        "{c} is {d}",
        "?c owl:allValuesFrom ?e ; owl:onProperty ?q . ?d owl:allValuesFrom ?e ; owl:onProperty ?p . "
        f"?p {_PROPERTY_BELOW} ?q . FILTER(?c != ?d)",
        ("?x a ?c",),
        "?x a ?d",
    ),
    # kgraph's own: what a type of event or state says with two roles, said in one triple. A state says it
    # only in a phase in which it holds, and only if that phase is claimed.
    Rule(
        "kg-shortcut",
        "{p} says of {c} who is its {r} and what its {s}",
        f"{_SHORTCUT} . ?c {_BELOW} kg:Event",
        ("?e a ?c", "?e ?r ?x", "?e ?s ?y"),
        "?x ?p ?y",
    ),
    Rule(
        "kg-shortcut",
        "{p} says of {c} that is {h} who is its {r} and what its {s}",
        f"{_SHORTCUT} . ?c {_BELOW} kg:State . ?h skos:inScheme kg:phases FILTER(?h != kg:ended)",
        ("?e a ?c", "?e kg:phase ?h", "?e ?r ?x", "?e ?s ?y"),
        "?x ?p ?y",
    ),
)

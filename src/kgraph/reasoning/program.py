"""The program: the clauses that an ontology's axioms make of the rules.

Each solution of a rule's axiom over the ontology gives one clause: triple patterns with the ontology's
terms filled in. Anonymous classes (restrictions, intersections …) are folded away, so that a clause
speaks only of what stands in the data: ``Assertion ⊓ ∋mode.narrated ⊑ X`` becomes one clause, made
by cls-hv2, cls-int1 and cax-sco, with the premises ``?x a Assertion . ?x mode narrated``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from typing import Final, NamedTuple, TypeAlias, cast

import pyoxigraph as ox

from kgraph.reasoning.rules import RULES, Rule
from kgraph.vocab import OWL, PREFIXES, RDF, RDF_TYPE, RDFS, XSD

__all__ = ["Clause", "Pattern", "Sign", "Slot", "compile_program", "find_unsupported"]

Slot: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | ox.Variable
#: What a pattern is about: its predicate, and of a type its class. None is for any.
Sign: TypeAlias = tuple[Slot | None, Slot | None]

_ANONYMOUS: Final = "urn:kgraph:anonymous:"
_PROLOGUE: Final = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in PREFIXES.items())
_TYPE: Final = ox.NamedNode(RDF_TYPE)
_THING: Final = ox.NamedNode(OWL + "Thing")
#: Declarations and annotations: they say nothing that a rule would have to read.
_PASSIVE: Final = frozenset(
    {OWL + name for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Axiom")}
    | {OWL + name for name in ("NamedIndividual", "Ontology", "Restriction", "Thing", "Nothing", "imports")}
    | {
        OWL + name
        for name in ("versionIRI", "versionInfo", "priorVersion", "deprecated", "backwardCompatibleWith")
    }
    | {OWL + name for name in ("annotatedSource", "annotatedProperty", "annotatedTarget", "incompatibleWith")}
    | {OWL + name for name in ("NegativePropertyAssertion", "sameAs", "differentFrom")}
    | {RDFS + name for name in ("Class", "Datatype", "Literal", "Resource", "label", "comment")}
    | {RDFS + name for name in ("isDefinedBy", "seeAlso")}
)
#: What the axioms of the rules read.
_READ: Final = frozenset(
    PREFIXES[prefix] + name
    for rule in RULES
    for prefix, name in re.findall(r"\b(owl|rdfs):(\w+)", rule.axiom)
)
_AT_MOST: Final = (OWL + "maxCardinality", OWL + "maxQualifiedCardinality")


class Pattern(NamedTuple):
    """A triple pattern."""

    subject: Slot
    predicate: Slot
    object: Slot

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate} {self.object}"

    @property
    def variables(self) -> set[str]:
        """The names of its variables."""
        return {slot.value for slot in self if isinstance(slot, ox.Variable)}

    def bind(self, binding: Mapping[str, Slot]) -> Pattern:
        """The pattern with some of its variables replaced."""
        return Pattern(*(binding.get(s.value, s) if isinstance(s, ox.Variable) else s for s in self))

    def match(self, other: Pattern) -> dict[str, Slot] | None:
        """What this pattern's variables must be for it to become ``other``; None where it cannot."""
        binding: dict[str, Slot] = {}
        for mine, theirs in zip(self, other, strict=True):
            if isinstance(mine, ox.Variable):
                if binding.setdefault(mine.value, theirs) != theirs:
                    return None
            elif mine != theirs:
                return None
        return binding

    @property
    def sign(self) -> Sign:
        """What it is about."""
        _, predicate, value = self
        if isinstance(predicate, ox.Variable):
            return None, None
        return predicate, value if predicate == _TYPE and not isinstance(value, ox.Variable) else None

    @property
    def is_possible(self) -> bool:
        """Whether some triple can match it: what a rule moves to the front may be a literal."""
        subject, predicate, _ = self
        return not isinstance(subject, ox.Literal) and isinstance(predicate, (ox.NamedNode, ox.Variable))

    @property
    def triple(self) -> ox.Triple:
        """The triple that a pattern without variables is."""
        return ox.Triple(*self)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Clause:
    """Premises and what follows from them; without a conclusion, they contradict each other.

    ``rules`` are the W3C names of the rules that made it, ``words`` what its axioms say.
    """

    rules: tuple[str, ...]
    words: tuple[str, ...]
    premises: tuple[Pattern, ...]
    conclusion: Pattern | None
    condition: str = ""

    @cached_property
    def needs(self) -> tuple[Sign, ...]:
        """What its premises are about."""
        return tuple(premise.sign for premise in self.premises)

    @cached_property
    def classes(self) -> tuple[Slot, ...]:
        """The classes of one thing, where the premises are about these and nothing else."""
        subjects = {premise.subject for premise in self.premises}
        plain = len(subjects) == 1 and isinstance(next(iter(subjects)), ox.Variable) and not self.condition
        classes = tuple(cls for _, cls in self.needs if cls is not None)
        return classes if plain and len(classes) == len(self.premises) else ()

    @cached_property
    def makes(self) -> Sign | None:
        """What its conclusion is about."""
        return None if self.conclusion is None else self.conclusion.sign

    @property
    def where(self) -> str:
        """The premises as SPARQL."""
        return " . ".join(map(str, self.premises)) + self.filter

    @property
    def filter(self) -> str:
        """The condition as SPARQL."""
        return f" FILTER({self.condition})" if self.condition else ""

    def bind(self, binding: Mapping[str, Slot]) -> Clause:
        """The clause with some of its variables replaced."""
        return replace(
            self,
            premises=tuple(premise.bind(binding) for premise in self.premises),
            conclusion=None if self.conclusion is None else self.conclusion.bind(binding),
            condition=_rename(self.condition, binding),
        )


def compile_program(axioms: Iterable[ox.Triple]) -> list[Clause]:
    """The clauses of an ontology."""
    ontology = _Ontology(axioms)
    clauses = [clause for rule in RULES for clause in _clauses(rule, ontology)]
    return _pruned(_folded(clauses))


def find_unsupported(triples: Iterable[ox.Triple], *, supported: bool = True) -> dict[str, list[ox.Triple]]:
    """The axioms that no rule reads, by the term of RDFS or OWL that they use.

    With ``supported=False`` every axiom is found, as where none has a place: among the data.
    """
    found: dict[str, list[ox.Triple]] = {}
    for triple in triples:
        term = triple.object if triple.predicate == _TYPE else triple.predicate
        if not isinstance(term, ox.NamedNode) or not term.value.startswith((OWL, RDFS)):
            continue
        many = triple.predicate.value in _AT_MOST and getattr(triple.object, "value", "") not in ("0", "1")
        if term.value not in (_PASSIVE | _READ if supported else _PASSIVE) or many:
            found.setdefault(term.value, []).append(triple)
    return found


class _Ontology:
    """An ontology to be asked: its blank nodes have names, because SPARQL cannot name a blank node."""

    def __init__(self, axioms: Iterable[ox.Triple]) -> None:
        self._store = ox.Store()
        self._store.extend(
            ox.Quad(_named(a.subject), a.predicate, _named(a.object))  # type: ignore[arg-type]
            for a in axioms
        )
        self._words: dict[Slot, str] = {}

    def solutions(self, pattern: str) -> Iterator[dict[str, Slot]]:
        results = cast(
            ox.QuerySolutions, self._store.query(f"{_PROLOGUE} SELECT DISTINCT * WHERE {{ {pattern} }}")
        )
        names = [variable.value for variable in results.variables]
        for row in results:
            yield {name: value for name in names if (value := row[name]) is not None}

    def members(self, head: Slot) -> list[Slot]:
        found: list[Slot] = []
        seen: set[Slot] = set()
        while head not in seen and (cell := self._first(head, RDF + "first")) is not None:
            seen.add(head)
            found.append(cell)
            head = self._first(head, RDF + "rest") or head
        return found

    def _first(self, subject: Slot, predicate: str) -> Slot | None:
        quads = self._store.quads_for_pattern(subject, ox.NamedNode(predicate), None)  # type: ignore[arg-type]
        return next((quad.object for quad in quads), None)

    def turned(self, pattern: Pattern) -> Pattern:
        """A pattern with a named property: of an inverse (OWL 2 Syntax, section 6.1.1), turned round."""
        subject, predicate, value = pattern
        inverse = self._first(predicate, OWL + "inverseOf") if is_anonymous(predicate) else None
        return pattern if inverse is None else Pattern(value, inverse, subject)

    def describe(self, term: Slot) -> str:
        """A term in words; ``<iri>`` for a name, which whoever shows the words shortens."""
        if not is_anonymous(term):
            return str(term)
        if term not in self._words:
            self._words[term] = self._describe(term)
        return self._words[term]

    def _describe(self, term: Slot) -> str:
        said = {quad.predicate.value.removeprefix(OWL): quad.object for quad in self._said(term)}
        for name, joint in (("intersectionOf", " and "), ("unionOf", " or "), ("oneOf", " or ")):
            if name in said:
                return joint.join(map(self.describe, self.members(said[name])))
        parts = {name: self.describe(value) for name, value in said.items()}
        forms = {
            "hasValue": "a thing with {onProperty} {hasValue}",
            "someValuesFrom": "a thing with a {onProperty} that is {someValuesFrom}",
            "allValuesFrom": "a thing whose every {onProperty} is {allValuesFrom}",
            "complementOf": "what is not {complementOf}",
            "inverseOf": "the inverse of {inverseOf}",
            "maxCardinality": "a thing with at most {maxCardinality} {onProperty}",
            "maxQualifiedCardinality": "a thing with few {onProperty} that are {onClass}",
        }
        form = next((form for name, form in forms.items() if name in said), "a class without a name")
        return form.format_map(parts)

    def _said(self, term: Slot) -> Iterator[ox.Quad]:
        return iter(self._store.quads_for_pattern(term, None, None))  # type: ignore[arg-type]


def _named(term: Slot) -> Slot:
    return ox.NamedNode(_ANONYMOUS + term.value) if isinstance(term, ox.BlankNode) else term


def is_anonymous(term: Slot) -> bool:
    """Whether a term stands for a class that the ontology gives no name."""
    return isinstance(term, ox.NamedNode) and term.value.startswith(_ANONYMOUS)


def _clauses(rule: Rule, ontology: _Ontology) -> Iterator[Clause]:
    for binding in ontology.solutions(rule.axiom):
        names = {name: ontology.describe(term) for name, term in binding.items()}
        premises = [_pattern(text) for text in rule.premises]
        conclusion = rule.conclusion
        if rule.each:
            members = ontology.members(binding["list"])
            joint = " then " if rule.name == "prp-spo2" else " and "
            names["list"] = joint.join(map(ontology.describe, members))
            for i, member in enumerate(members):
                premises += [
                    _pattern(text.format(i=i, j=i + 1)).bind({"member": member}) for text in rule.each
                ]
            conclusion = (conclusion or "").format(n=len(members))
        goal = None if conclusion is None else ontology.turned(_pattern(conclusion).bind(binding))
        given = tuple(ontology.turned(premise.bind(binding)) for premise in premises)
        if goal is not None and (goal in given or not _is_possible(goal)):
            continue
        # What makes a thing a member of a class without a name is that class's own description.
        tautology = rule.name.startswith("cls-") and is_anonymous(binding.get("c", _THING))
        words = () if tautology else (rule.words.format_map(names),)
        yield Clause((rule.name,), words, given, goal, rule.condition)


def _pattern(text: str) -> Pattern:
    return Pattern(*map(_slot, text.split()))


def _slot(text: str) -> Slot:
    if text.startswith("?"):
        return ox.Variable(text[1:])
    if text == "a":
        return _TYPE
    prefix, _, name = text.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + name)


def _is_possible(conclusion: Pattern) -> bool:
    """Whether a conclusion can be a triple about an individual: a datatype has only literals."""
    subject, predicate, value = conclusion
    datatype = isinstance(value, ox.NamedNode) and (
        value.value.startswith(XSD) or value.value == RDFS + "Literal"
    )
    return isinstance(predicate, (ox.NamedNode, ox.Variable)) and not (
        isinstance(subject, ox.Literal) or (predicate == _TYPE and datatype)
    )


def _folded(clauses: list[Clause]) -> list[Clause]:
    """Replace each anonymous class by what makes a thing a member of it (resolution on Horn clauses)."""
    found = list(dict.fromkeys(clauses))
    while True:
        heads = (clause.conclusion.object for clause in found if clause.conclusion is not None)
        folding = next(
            (c for c in dict.fromkeys(heads) if is_anonymous(c) and not _recursive(c, found)), None
        )
        if folding is None:
            return found
        definitions = [c for c in found if c.conclusion is not None and c.conclusion.object == folding]
        rest = [c for c in found if c not in definitions]
        found = list(
            dict.fromkeys(
                clause
                for user in rest
                for clause in _unfolded(user, folding, definitions)
                if clause.conclusion not in clause.premises
            )
        )


def _recursive(cls: Slot, clauses: list[Clause]) -> bool:
    return any(
        clause.conclusion is not None
        and clause.conclusion.object == cls
        and any(premise.object == cls for premise in clause.premises)
        for clause in clauses
    )


def _unfolded(user: Clause, cls: Slot, definitions: list[Clause]) -> Iterator[Clause]:
    index = next((i for i, premise in enumerate(user.premises) if premise.object == cls), None)
    if index is None:
        yield user
        return
    for definition in definitions:
        assert definition.conclusion is not None  # noqa: S101 - it is what the class is the object of
        taken = set().union(*(premise.variables for premise in user.premises))
        fresh = {
            name: next(v for n in count() if (v := ox.Variable(f"{name}_{n}")).value not in taken)
            for premise in definition.premises
            for name in premise.variables
        }
        member = definition.conclusion.subject
        binding: dict[str, Slot] = {**fresh}
        if isinstance(member, ox.Variable):
            binding[member.value] = user.premises[index].subject
            given: dict[str, Slot] = {}
        else:  # cls-oo: the member is known, and the user's variable becomes it
            given = user.premises[index].match(definition.conclusion) or {}
        premises = (
            *user.premises[:index],
            *(premise.bind(binding) for premise in definition.premises),
            *user.premises[index + 1 :],
        )
        condition = " && ".join(filter(None, (user.condition, _rename(definition.condition, binding))))
        clause = replace(
            user,
            rules=(*definition.rules, *(rule for rule in user.rules if rule not in definition.rules)),
            words=tuple(dict.fromkeys((*definition.words, *user.words))),
            premises=tuple(dict.fromkeys(premises)),
            condition=condition,
        )
        yield from _unfolded(clause.bind(given), cls, definitions)


def _rename(condition: str, binding: Mapping[str, Slot]) -> str:
    return re.sub(r"\?(\w+)", lambda match: str(binding.get(match[1], match[0])), condition)


def _pruned(clauses: list[Clause]) -> list[Clause]:
    """Without the clauses that speak of an empty anonymous class, or conclude owl:Thing for nobody."""
    things = any(premise.object == _THING for clause in clauses for premise in clause.premises)
    return [
        clause
        for clause in clauses
        if (things or clause.conclusion is None or clause.conclusion.object != _THING)
        and not any(is_anonymous(slot) for premise in clause.premises for slot in premise)
        and not (clause.conclusion is not None and is_anonymous(clause.conclusion.object))
    ]

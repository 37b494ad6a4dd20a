"""Saturation: running a program over a store to its fixpoint, set at a time, in SPARQL.

The clauses are sorted into strata by what feeds what, so that most run once, over everything that they can
ever use, and those that differ only in what they are about (subclasses, domains, ranges) at once. Only
those of a stratum that feed each other (an inverse pair, a transitive property, a chain) run until nothing
new comes, and then semi-naively: each round joins only what the round before has found.

Equality feeds every clause and almost never occurs. So the strata are run without it; where something
turned out to be the same as something else, all clauses together take another turn, from there.

It is plain SPARQL 1.1 Update, four named graphs and no other state, so any store will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, TypeAlias, cast

import pyoxigraph as ox

from kgraph.reasoning.program import Clause, Pattern, Sign, Slot
from kgraph.reasoning.signs import Signs, meets, reachable
from kgraph.vocab import OWL_SAME_AS, RDF_TYPE

__all__ = [
    "FACTS",
    "INFERRED",
    "Clash",
    "Plan",
    "find_clashes",
    "is_equality",
    "saturate",
    "stratify",
]

#: A premise and a conclusion with variables in the place of what they are about.
Frame: TypeAlias = tuple[Pattern, Pattern]

#: What is given; filled by the caller.
FACTS: Final = ox.NamedNode("urn:kgraph:facts")
#: What follows, without anything that is given.
INFERRED: Final = ox.NamedNode("urn:kgraph:inferred")
_DELTA: Final = ox.NamedNode("urn:kgraph:delta")
_NEXT: Final = ox.NamedNode("urn:kgraph:next")
#: The terms by which clauses of one frame differ.
_SLOTS: Final = (ox.Variable("_premise"), ox.Variable("_conclusion"))
_GIVEN: Final = f"USING {FACTS} USING {INFERRED} USING NAMED {_DELTA}"
_TYPE: Final = ox.NamedNode(RDF_TYPE)
_SAME: Final = ox.NamedNode(OWL_SAME_AS)
#: How many contradictions of one axiom are looked at: after the first few they repeat themselves.
_CLASHES_OF_A_CLAUSE: Final = 20


@dataclass(frozen=True, slots=True)
class Clash:
    """A contradiction: the clause, and the triples that are its premises."""

    clause: Clause
    premises: tuple[ox.Triple, ...]

    @property
    def involved(self) -> tuple[str, ...]:
        """The IRIs that its premises name."""
        terms = (term for triple in self.premises for term in triple)
        return tuple(dict.fromkeys(term.value for term in terms if isinstance(term, ox.NamedNode)))


@dataclass(frozen=True, slots=True)
class Step:
    """Clauses that are run together: those of a stratum, or some of one frame. With a frame, none feeds
    another.
    """

    clauses: list[Clause]
    frame: Frame | None
    makes: Signs


class Plan:
    """A program in the order in which its clauses are run; ``steps`` are without equality."""

    def __init__(self, program: Iterable[Clause]) -> None:
        self.clauses = [clause for clause in program if clause.conclusion is not None]
        self.steps: list[Step] = []
        for stratum in stratify([clause for clause in self.clauses if not is_equality(clause)]):
            needs = [sign for clause in stratum for sign in clause.needs]
            feeding = (n for n, step in enumerate(self.steps) if any(map(step.makes.meets, needs)))
            first = 1 + max(feeding, default=-1)
            frame = None if _is_recursive(stratum) else _frame(stratum[0])
            alike = (step for step in self.steps[first:] if frame is not None and step.frame == frame)
            step = next(alike, None)
            if step is None:
                step = Step([], frame, Signs())
                self.steps.append(step)
            for clause in stratum:
                step.clauses.append(clause)
                step.makes.add(_head(clause))


def saturate(store: ox.Store, plan: Plan, present: Signs) -> None:
    """Fill the graph :data:`INFERRED` with all that follows from the graph :data:`FACTS`.

    Args:
        store: holds the facts.
        plan: what follows from what.
        present: what the facts are about.
    """
    clauses_of_steps = chain.from_iterable(step.clauses for step in plan.steps)
    live = set(map(id, reachable(clauses_of_steps, present.copy())))
    for step in plan.steps:
        clauses = [clause for clause in step.clauses if id(clause) in live]
        if step.frame is not None and len(clauses) > 1:
            _derive_alike(store, step.frame, clauses)
        elif len(clauses) > 1 or (clauses and _is_recursive(clauses)):
            for clause in clauses:
                _derive(store, clause, into=_NEXT)
            _iterate(store, clauses)
        elif clauses:
            _derive(store, clauses[0], into=INFERRED)
    same = f"?x {_SAME} ?y FILTER(!sameTerm(?x, ?y))"
    if store.query(f"ASK FROM {FACTS} FROM {INFERRED} {{ {same} }}"):
        store.update(f"INSERT {{ GRAPH {_NEXT} {{ ?x {_SAME} ?y }} }} {_GIVEN} WHERE {{ {same} }}")
        _iterate(store, plan.clauses)
        given = f"GRAPH {INFERRED} {{ ?x {_SAME} ?y }}"  # where the turn began with what is given
        store.update(f"DELETE {{ {given} }} WHERE {{ {given} GRAPH {FACTS} {{ ?x {_SAME} ?y }} }}")


def find_clashes(store: ox.Store, program: Iterable[Clause], present: Signs) -> Iterator[Clash]:
    """The contradictions in a saturated store, of which ``present`` says what it is about."""
    denials = reachable([clause for clause in program if clause.conclusion is None], present)
    members = _members(store, {cls for clause in denials for cls in clause.classes})
    for clause in denials:
        if clause.classes:
            first, *others = (members.get(cls, {}) for cls in clause.classes)
            both = (thing for thing in first if all(thing in other for other in others))
            (name,) = clause.premises[0].variables
            found: Iterable[Mapping[str, Slot]] = ({name: thing} for thing in both)
        else:
            found = _solutions(store, clause)
        for binding in islice(found, _CLASHES_OF_A_CLAUSE):
            yield Clash(clause, tuple(premise.bind(binding).triple for premise in clause.premises))


def _solutions(store: ox.Store, clause: Clause) -> Iterator[Mapping[str, Slot]]:
    names = sorted(set().union(*(premise.variables for premise in clause.premises)))
    select = " ".join(f"?{name}" for name in names) or "*"
    query = f"SELECT DISTINCT {select} WHERE {{ {clause.where} }} LIMIT {_CLASHES_OF_A_CLAUSE}"
    return ({name: cast(Slot, row[name]) for name in names} for row in _select(store, query))


def _select(store: ox.Store, query: str) -> ox.QuerySolutions:
    """The rows of a query over what is given and what follows from it."""
    return cast(ox.QuerySolutions, store.query(query, default_graph=[FACTS, INFERRED]))


def _members(store: ox.Store, classes: Set[Slot]) -> dict[Slot, dict[Slot, None]]:
    """The things of some classes. Most axioms of disjointness are met by asking for these once."""
    found: dict[Slot, dict[Slot, None]] = {}
    if classes:
        query = f"SELECT ?thing ?class {{ ?thing {_TYPE} ?class }}"
        for thing, cls in cast(Iterable[tuple[Slot, Slot]], _select(store, query)):
            if cls in classes:
                found.setdefault(cls, {})[thing] = None
    return found


def is_equality(clause: Clause) -> bool:
    """Whether a clause is about what is the same as something else."""
    return clause.rules[0].startswith("eq-")


def _frame(clause: Clause) -> Frame | None:
    """What a clause of one premise is, but for what it is about."""
    if len(clause.premises) != 1 or clause.condition or clause.conclusion is None:
        return None
    patterns = []
    for pattern, slot in zip((*clause.premises, clause.conclusion), _SLOTS, strict=True):
        subject, predicate, value = pattern
        cls = pattern.sign[1]
        if not isinstance(predicate if cls is None else cls, ox.NamedNode):
            return None
        patterns.append(Pattern(subject, slot, value) if cls is None else Pattern(subject, predicate, slot))
    return patterns[0], patterns[1]


def _derive_alike(store: ox.Store, frame: Frame, clauses: Iterable[Clause]) -> None:
    """Add what clauses of a frame conclude."""
    premise, conclusion = frame
    rows = " ".join(f"({_about(clause.needs[0])} {_about(_head(clause))})" for clause in clauses)
    alike = f"VALUES ({' '.join(map(str, _SLOTS))}) {{ {rows} }} {premise}"
    store.update(
        f"INSERT {{ GRAPH {INFERRED} {{ {conclusion} }} }} {_GIVEN} "
        f"WHERE {{ {alike} FILTER NOT EXISTS {{ {conclusion} }} }}"
    )


def _about(sign: Sign) -> Slot | None:
    """What differs among signs of one frame."""
    predicate, cls = sign
    return predicate if cls is None else cls


def _derive(store: ox.Store, clause: Clause, *, into: ox.NamedNode, new: int | None = None) -> None:
    """Add what a clause concludes; with ``new``, only from what is new for the premise of that number."""
    if new is None:
        premises = clause.where
    else:
        rest = [premise for number, premise in enumerate(clause.premises) if number != new]
        premises = (
            " . ".join([f"GRAPH {_DELTA} {{ {clause.premises[new]} }}", *map(str, rest)]) + clause.filter
        )
    store.update(
        f"INSERT {{ GRAPH {into} {{ {clause.conclusion} }} }} {_GIVEN} "
        f"WHERE {{ {premises} FILTER NOT EXISTS {{ {clause.conclusion} }} }}"
    )


def _iterate(store: ox.Store, clauses: Sequence[Clause]) -> None:
    """Take in the graph ``next`` round by round, each adding what follows from the one before."""
    heads = Signs(clause.makes for clause in clauses if clause.makes is not None)
    while store.query(f"ASK {{ GRAPH {_NEXT} {{ ?s ?p ?o }} }}"):
        store.update(f"MOVE {_NEXT} TO {_DELTA}; ADD {_DELTA} TO {INFERRED}")
        for clause in clauses:
            for number, sign in enumerate(clause.needs):
                if heads.meets(sign):
                    _derive(store, clause, into=_NEXT, new=number)
    store.update(f"CLEAR SILENT GRAPH {_DELTA}")


def stratify(clauses: Sequence[Clause]) -> list[list[Clause]]:
    """The strongly connected components of what feeds what, each before those that it feeds (Tarjan)."""
    users: dict[Slot | None, dict[Sign, list[int]]] = {}
    for number, clause in enumerate(clauses):
        for sign in clause.needs:
            users.setdefault(sign[0], {}).setdefault(sign, []).append(number)
    feeds = []
    for head in map(_head, clauses):
        near = users.values() if head[0] is None else (users.get(head[0], {}), users.get(None, {}))
        feeds.append(
            sorted({n for signs in near for sign, some in signs.items() if meets(sign, head) for n in some})
        )
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    components: list[list[Clause]] = []

    def visit(node: int) -> None:
        order[node] = low[node] = len(order)
        stack.append(node)
        for target in feeds[node]:
            if target not in order:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], order[target])
        if low[node] == order[node]:
            start = stack.index(node)
            components.append([clauses[member] for member in stack[start:]])
            del stack[start:]

    for node in range(len(clauses)):
        if node not in order:
            visit(node)
    return components[::-1]


def _head(clause: Clause) -> Sign:
    assert clause.makes is not None  # noqa: S101 - only such clauses are stratified
    return clause.makes


def _is_recursive(stratum: list[Clause]) -> bool:
    return len(stratum) > 1 or any(meets(sign, _head(stratum[0])) for sign in stratum[0].needs)

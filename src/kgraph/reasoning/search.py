"""Looking for proofs backwards, from a triple to what is asserted, in a store that holds the closure.

Level by level: which clauses could have concluded a goal, from which premises that hold? Premises that are
asserted are proven; the others are the goals of the next level. A goal is proven once all premises of one
of its derivations are, so what is found first is the least deep, and of those the smallest is taken. The
goal that was asked for never counts as proven on the way, and no other goal is proven by itself:
a proof is well-founded, however much the closure leads in circles.

It is a generator of queries: see :mod:`kgraph.reasoning.evidence`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.reasoning.evidence import Asking, find_leaves, find_statements
from kgraph.reasoning.program import Clause
from kgraph.reasoning.proof import Explanation, Proof, Step, Verdict
from kgraph.reasoning.signs import Rules, as_pattern
from kgraph.reasoning.world import Question, Row, Stored, World, is_premise
from kgraph.vocab import RDF_TYPE, Names

__all__ = ["Explainer"]

_DEEPEST: Final = 40
#: How many derivations by one clause are looked at, first and where that was not enough.
_FEW: Final = 20
_MANY: Final = 2_000
#: Once there is a proof, alternatives are followed only while there are this few open goals.
_OPEN_GOALS: Final = 40
#: How many triples near one that does not hold are looked at.
_NEAR: Final = 5


@dataclass(frozen=True, slots=True)
class _Derivation:
    clause: Clause
    premises: tuple[ox.Triple, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: the proofs asked for, the smallest first, of how many, and if these are all."""

    proofs: tuple[Proof, ...]
    total: int
    exact: bool


class Explainer:
    """Explains the triples of one generation, by the program that its inferred graph was made with.

    Args:
        program: the clauses.
        names: the names of the project.
    """

    def __init__(self, program: Iterable[Clause], names: Names) -> None:
        self.rules = Rules(program)
        self.names = names
        self.world: World = Stored(names)
        self.believed: tuple[str, ...] = ()

    def within(self, world: World, believed: Iterable[str]) -> Explainer:
        """The same for a world above the generation, in which some speakers are believed."""
        other = copy(self)
        other.world, other.believed = world, tuple(believed)
        return other

    def explain(self, triple: ox.Triple, *, every: bool = False) -> Asking[Explanation]:
        """Why a triple holds; where it does not, which claims come nearest.

        Args:
            triple: the triple, without blank nodes.
            every: look for every way to derive it, not only for the shortest proof.
        """
        graphs = (yield from self.world.graphs([triple]))[triple]
        claims = tuple(s for s in (yield from find_statements([triple]))[triple] if not s.is_stated)
        asserted = graphs - {"inferred"}
        if asserted:
            leaf = (yield from find_leaves({triple: asserted}, self.believed))[triple]
            verdict = Verdict.STATED if "stated" in asserted else Verdict.RECORDED
            return Explanation(triple, verdict, (leaf,), claims=claims)
        if not graphs and claims:
            return Explanation(triple, Verdict.CLAIMED, claims=claims)
        if not graphs:
            return Explanation(triple, Verdict.ABSENT, near=(yield from self._near(triple)))
        found = yield from self.derive(triple, every=every)
        return Explanation(triple, Verdict.INFERRED, found.proofs, found.total - 1, found.exact, claims)

    def _near(self, triple: ox.Triple) -> Asking[tuple[ox.Triple, ...]]:
        """What holds with one term changed: the object first, then the predicate, then the subject."""
        goal = as_pattern(triple)
        for position in ("object", "predicate", "subject"):
            pattern = goal._replace(**{position: ox.Variable("other")})
            rows = yield from self.world.solutions([Question((pattern,), limit=_NEAR)])
            found = [pattern.bind(row) for _, row in rows]
            named = [p.triple for p in found if not any(isinstance(term, ox.BlankNode) for term in p)]
            graphs = yield from self.world.graphs(named)
            if near := [t for t in named if graphs[t] & {"inferred"} or is_premise(graphs[t])]:
                return tuple(sorted(near, key=str))
        return ()

    def prove(self, triple: ox.Triple) -> Asking[Proof]:
        """The smallest proof of a triple that is known to hold; a bare one where none can be shown."""
        graphs = (yield from self.world.graphs([triple]))[triple] - {"inferred"}
        if graphs:
            return (yield from find_leaves({triple: graphs}, self.believed))[triple]
        found = yield from self.derive(triple)
        return next(iter(found.proofs), Proof(triple))

    def derive(self, goal: ox.Triple, *, every: bool = False) -> Asking[Found]:
        """The proofs of a triple that follows; none where it does not."""
        found = Found((), 0, exact=False)
        for limit, strict in ((_MANY if every else _FEW, True), (_MANY, True), (_MANY, False)):
            search = _Search(self, goal, limit=limit, strict=strict, every=every)
            found = yield from search.run()
            if found.total:
                break
        return found


class _Search:
    """One search. ``strict`` joins all premises in the store; otherwise a type may also be proven itself."""

    def __init__(
        self, explainer: Explainer, goal: ox.Triple, *, limit: int, strict: bool, every: bool
    ) -> None:
        self._explainer = explainer
        self._goal = goal
        self._limit = limit
        self._strict = strict
        self._every = every
        self._exact = True
        self._asserted: dict[ox.Triple, set[str]] = {}
        self._derivations: dict[ox.Triple, list[_Derivation]] = {}
        self._best: dict[ox.Triple, _Derivation] = {}
        self._sizes: dict[ox.Triple, int] = {}

    def run(self) -> Asking[Found]:
        goals = [self._goal]
        for _ in range(_DEEPEST):
            yield from self._expand(goals)
            self._settle()
            goals = list(self._open_goals())
            enough = self._proven() and not self._every and len(goals) > _OPEN_GOALS
            if not goals or enough:
                break
        derivations = sorted(self._proven(), key=self._size)
        proofs = yield from self._proofs(derivations if self._every else derivations[:1])
        return Found(proofs, len(derivations), self._exact and not goals)

    def _proven(self) -> list[_Derivation]:
        found = self._derivations.get(self._goal, ())
        return [derivation for derivation in found if self._is_proven(derivation)]

    def _is_proven(self, derivation: _Derivation) -> bool:
        return all(premise in self._sizes for premise in derivation.premises)

    def _size(self, derivation: _Derivation) -> int:
        return 1 + sum(self._sizes[premise] for premise in derivation.premises)

    def _open_goals(self) -> Iterator[ox.Triple]:
        seen: set[ox.Triple] = set()
        for goal, derivations in self._derivations.items():
            if goal not in self._sizes:
                for premise in (premise for d in derivations for premise in d.premises):
                    if (
                        premise not in self._sizes
                        and premise not in self._derivations
                        and premise not in seen
                    ):
                        seen.add(premise)
                        yield premise

    def _expand(self, goals: list[ox.Triple]) -> Asking[None]:
        """Find the derivations of some goals, and which of their premises are asserted."""
        attempts = [
            (goal, clause, binding)
            for goal in goals
            for clause, binding in self._explainer.rules.making(goal)
        ]
        rows = yield from self._explainer.world.solutions(
            [self._question(clause, binding) for _, clause, binding in attempts]
        )
        found: dict[ox.Triple, dict[_Derivation, None]] = {goal: {} for goal in goals}
        counts: dict[int, int] = {}
        for number, row in rows:
            goal, clause, binding = attempts[number]
            counts[number] = counts.get(number, 0) + 1
            premises = [premise.bind({**binding, **row}) for premise in clause.premises]
            if any(isinstance(slot, ox.BlankNode) for premise in premises for slot in premise):
                self._exact = False  # SPARQL cannot name a blank node, and neither can a reader
                continue
            derivation = _Derivation(clause, tuple(premise.triple for premise in premises))
            if goal not in derivation.premises and self._goal not in derivation.premises:
                found[goal][derivation] = None
        if any(count >= self._limit for count in counts.values()):
            self._exact = False
        yield from self._look_up({p for some in found.values() for d in some for p in d.premises})
        for goal, derivations in found.items():
            self._derivations[goal] = [d for d in derivations if all(map(self._may_hold, d.premises))]

    def _question(self, clause: Clause, binding: Row) -> Question:
        patterns = clause.premises
        if not self._strict:
            joined = [pattern for pattern in patterns if pattern.predicate != ox.NamedNode(RDF_TYPE)]
            bound = binding.keys() | set().union(*(pattern.variables for pattern in joined))
            patterns = tuple(p for p in patterns if p in joined or not p.variables <= bound)
        return Question(patterns, binding, clause.condition, self._limit)

    def _look_up(self, premises: set[ox.Triple]) -> Asking[None]:
        new = [premise for premise in premises if premise not in self._asserted]
        graphs = yield from self._explainer.world.graphs(new)
        for premise, where in graphs.items():
            self._asserted[premise] = where
            if is_premise(where):
                self._sizes[premise] = 1

    def _may_hold(self, premise: ox.Triple) -> bool:
        """Whether a premise is asserted or inferred, and not only in a graph outside reasoning."""
        where = self._asserted[premise]
        virtual = not self._strict and not where and premise.predicate.value == RDF_TYPE
        return virtual or "inferred" in where or premise in self._sizes

    def _settle(self) -> None:
        """Mark as proven what now is, the least deep first."""
        while True:
            ready: dict[ox.Triple, _Derivation] = {}
            for goal, derivations in self._derivations.items():
                if goal != self._goal and goal not in self._sizes:
                    proven = [d for d in derivations if self._is_proven(d)]
                    if proven:
                        ready[goal] = min(proven, key=self._size)
            if not ready:
                return
            sizes = {goal: self._size(derivation) for goal, derivation in ready.items()}
            self._best |= ready
            self._sizes |= sizes

    def _proofs(self, derivations: list[_Derivation]) -> Asking[tuple[Proof, ...]]:
        used: dict[ox.Triple, None] = {}
        waiting = [premise for derivation in derivations for premise in derivation.premises]
        while waiting:
            triple = waiting.pop()
            if triple not in used:
                used[triple] = None
                waiting += self._best[triple].premises if triple in self._best else ()
        leaves = yield from find_leaves(
            {t: self._asserted[t] - {"inferred"} for t in used if t not in self._best},
            self._explainer.believed,
        )
        built: dict[ox.Triple, Proof] = dict(leaves)
        return tuple(self._proof(self._goal, derivation, built) for derivation in derivations)

    def _proof(self, triple: ox.Triple, derivation: _Derivation, built: dict[ox.Triple, Proof]) -> Proof:
        for premise in derivation.premises:
            if premise not in built:
                built[premise] = self._proof(premise, self._best[premise], built)
        clause = derivation.clause
        premises = tuple(built[premise] for premise in derivation.premises)
        return Proof(triple, step=Step(clause.rules, clause.words, premises))

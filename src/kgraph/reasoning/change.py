"""Change: what becomes of a closure when facts come and go, without computing the rest of it again.

    gone    delete and rederive (Gupta, Mumick and Subrahmanian 1993): all that used a fact that is gone goes
            with it; then whatever still follows from what is left comes back
    new     semi-naively: each round joins only what the round before has found with what holds

Both look up what joins with the changes, and nothing else: see :mod:`kgraph.reasoning.world`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kgraph.reasoning.evidence import Asking
from kgraph.reasoning.program import Clause, Slot
from kgraph.reasoning.saturation import Clash
from kgraph.reasoning.signs import Rules
from kgraph.reasoning.world import INFERRED, Altered, Question, World, is_premise

__all__ = ["Change", "Derivation", "alter", "consequences", "derivations", "extend", "reach"]


@dataclass(frozen=True, slots=True, eq=False)
class Derivation:
    """One step: a clause with the triples that met its premises; without a conclusion, a contradiction."""

    clause: Clause
    premises: tuple[ox.Triple, ...]
    conclusion: ox.Triple | None


def consequences(world: World, rules: Rules, delta: Sequence[ox.Triple]) -> Asking[list[Derivation]]:
    """Every step with one of some triples among its premises and the others in the world."""
    attempts = [(clause, binding, n) for triple in delta for clause, n, binding in rules.using(triple)]
    return (yield from _steps(world, attempts))


def derivations(world: World, rules: Rules, goals: Iterable[ox.Triple]) -> Asking[list[Derivation]]:
    """Every step that concludes one of some triples."""
    attempts = [(clause, binding, None) for goal in goals for clause, binding in rules.making(goal)]
    return (yield from _steps(world, attempts))


def _steps(
    world: World, attempts: Sequence[tuple[Clause, Mapping[str, Slot], int | None]]
) -> Asking[list[Derivation]]:
    """The steps by some clauses, given what is bound, and the number of the premise that is met already."""
    questions = [
        Question(tuple(p for n, p in enumerate(clause.premises) if n != met), binding, clause.condition)
        for clause, binding, met in attempts
    ]
    rows = yield from world.solutions(questions)
    found: dict[tuple[int, tuple[ox.Triple, ...]], Derivation] = {}
    for number, row in rows:
        clause = attempts[number][0]
        goal = None if clause.conclusion is None else clause.conclusion.bind(row)
        if goal is None or goal.is_possible:
            premises = tuple(premise.bind(row).triple for premise in clause.premises)
            conclusion = None if goal is None else goal.triple
            found.setdefault((id(clause), premises), Derivation(clause, premises, conclusion))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Change:
    """What changed in a closure.

    ``gone`` is inferred no longer, be it that nothing leads to it or that it is given now; ``new`` is
    inferred now. ``clashes`` are the contradictions that the change makes. ``touched`` is all that came,
    went or lost a way to follow, facts included, even where it holds as before.
    """

    gone: frozenset[ox.Triple]
    new: frozenset[ox.Triple]
    clashes: tuple[Clash, ...]
    touched: frozenset[ox.Triple]


def alter(world: Altered, rules: Rules, given: Mapping[ox.Triple, Iterable[str]]) -> Asking[Change]:
    """Bring a world that is closed under some rules to the closure of other facts, and say what changed.

    Args:
        world: the world, free of contradictions; it is altered in place.
        rules: the rules that it is closed under.
        given: the graphs that a fact now stands in, for each that comes, goes or moves to other graphs.
    """
    before = yield from world.graphs(list(given))
    removed = [t for t, graphs in given.items() if is_premise(before[t]) and not is_premise(graphs)]
    added = [t for t, graphs in given.items() if not is_premise(before[t]) and is_premise(graphs)]
    weakened = yield from reach(world, rules, removed, past_given=False)
    dropped = [triple for triple, graphs in weakened.items() if INFERRED in graphs]
    world.regraph(given)
    world.retract([*dropped, *added])
    steps = yield from derivations(world, rules, [t for t in (*dropped, *removed) if not world.holds(t)])
    back = dict.fromkeys(step.conclusion for step in steps if step.conclusion is not None)
    world.infer(back)
    delta = [*back, *(t for t in added if INFERRED not in before[t] or t in weakened)]
    more, clashes = yield from extend(world, rules, delta)
    new = {**back, **more}
    gone = {*dropped, *(t for t in added if INFERRED in before[t])}
    return Change(
        frozenset(gone.difference(new)),
        frozenset(new).difference(dropped),
        clashes,
        frozenset((*given, *weakened, *new)),
    )


def extend(
    world: Altered,
    rules: Rules,
    delta: Iterable[ox.Triple],
    heed: Callable[[Derivation], None] = lambda _: None,
) -> Asking[tuple[dict[ox.Triple, None], tuple[Clash, ...]]]:
    """Take in all that follows from some triples of a world together with the others: what is new, and the
    contradictions that they are part of. ``heed`` hears of each step to a conclusion.
    """
    new: dict[ox.Triple, None] = {}
    clashes: list[Clash] = []
    frontier = list(delta)
    while frontier:
        steps = yield from consequences(world, rules, frontier)
        clashes += [Clash(step.clause, step.premises) for step in steps if step.conclusion is None]
        found: dict[ox.Triple, None] = {}
        for step in steps:
            if step.conclusion is not None:
                found[step.conclusion] = None
                heed(step)
        yield from world.graphs(list(found))
        frontier = [triple for triple in found if not world.holds(triple)]
        world.infer(frontier)
        new |= dict.fromkeys(frontier)
    return new, tuple(clashes)


def reach(
    world: World, rules: Rules, seeds: Iterable[ox.Triple], *, past_given: bool = True
) -> Asking[dict[ox.Triple, set[str]]]:
    """What some triples lead to: all that has a step which uses one of them, or what was so reached.

    Without ``past_given``, no step is taken from what is given: that holds anyhow. With each triple come
    the graphs that it stands in.
    """
    reached: dict[ox.Triple, set[str]] = {}
    delta = list(seeds)
    known = set(delta)
    while delta:
        steps = yield from consequences(world, rules, delta)
        found = dict.fromkeys(step.conclusion for step in steps if step.conclusion is not None)
        new = [triple for triple in found if triple not in known]
        graphs = yield from world.graphs(new)
        known.update(new)
        reached |= graphs
        delta = [triple for triple in new if past_given or INFERRED in graphs[triple]]
    return reached

"""Support: on whose word each inference rests, as the sets of sources that together suffice for it.

A fact that somebody's word stands for holds in the ways in which it was told (a stated one: its speakers; one
of the gazetteer: the gazetteer); whatever else is given holds anyhow. A conclusion holds in every way in
which all premises of a step to it do, together. Kept are the minimal ways, those without another inside. So
a conclusion depends on a source if each way names it; it rests on Reuters' voice alone if one way is
{Reuters}; and if some sources were believed and no others, that would follow of which a way lies within them.

Ways of more than :data:`MOST_SOURCES` sources are not told apart, lest there be as many as there are ways to
choose them: what holds in no smaller way has one, of all the sources that its derivations use.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias, TypeVar, cast

import pyoxigraph as ox

from kgraph.reasoning.program import Clause, Slot
from kgraph.reasoning.saturation import FACTS, INFERRED, is_equality
from kgraph.reasoning.signs import Signs, reachable, sign_of
from kgraph.vocab import OWL_SAME_AS

__all__ = [
    "FREE",
    "MOST_SOURCES",
    "Ways",
    "all_sources",
    "beyond_told",
    "either",
    "find_support",
    "led_to",
    "minimal",
    "settle",
]

#: The minimal sets of sources that suffice.
Ways: TypeAlias = frozenset[frozenset[str]]
#: Holds whomever one believes.
FREE: Final[Ways] = frozenset({frozenset()})
MOST_SOURCES: Final = 4
_NEVER: Final[Ways] = frozenset()

#: A triple, whichever way it is written.
Fact = TypeVar("Fact")
#: A conclusion and the premises of one step to it.
Inference: TypeAlias = tuple[ox.Triple, tuple[ox.Triple, ...]]


def minimal(sets: Iterable[frozenset[str]]) -> Ways:
    """The sets that contain no other, of those that are small enough to be told apart."""
    kept: list[frozenset[str]] = []
    for sources in sorted(set(sets), key=len):
        if len(sources) <= MOST_SOURCES and not any(smaller <= sources for smaller in kept):
            kept.append(sources)
    return frozenset(kept)


@lru_cache(maxsize=100_000)
def either(one: Ways, other: Ways) -> Ways:
    """The ways of what holds in these and in those."""
    return minimal(one | other)


@lru_cache(maxsize=100_000)
def _both(one: Ways, other: Ways) -> Ways:
    return minimal(a | b for a in one for b in other)


def settle(
    steps: Sequence[Inference],
    told: Mapping[ox.Triple, Ways],
    known: Callable[[ox.Triple], Ways],
) -> dict[ox.Triple, Ways]:
    """The ways in which all conclusions hold: the least fixpoint.

    Args:
        steps: every step to each conclusion in question.
        told: the ways in which some of these were told.
        known: the ways of a premise that is none of them.
    """
    ways = {goal: told.get(goal, _NEVER) for goal, _ in steps}
    users: dict[ox.Triple, list[int]] = {}
    for number, (_, premises) in enumerate(steps):
        for premise in premises:
            if premise not in ways:
                ways[premise] = known(premise)
            users.setdefault(premise, []).append(number)
    waiting = deque(range(len(steps)))
    queued = bytearray(b"\1") * len(steps)
    while waiting:
        number = waiting.popleft()
        queued[number] = 0
        goal, premises = steps[number]
        found = FREE
        for premise in premises:
            found = _both(found, ways[premise])
        before = ways[goal]
        if (after := either(before, found)) != before:
            ways[goal] = after
            for user in users.get(goal, ()):
                if not queued[user]:
                    queued[user] = 1
                    waiting.append(user)
    goals = dict.fromkeys(goal for goal, _ in steps)
    return {goal: ways[goal] for goal in goals} | all_sources(steps, ways)


def all_sources(steps: Iterable[tuple[Fact, Sequence[Fact]]], ways: Mapping[Fact, Ways]) -> dict[Fact, Ways]:
    """The one way of each conclusion that no few sources suffice for: all that its derivations use.

    Args:
        steps: every step to each of these conclusions, and others.
        ways: the ways in which conclusions and premises hold; where none are named, that is anyhow.
    """
    open_steps = [(goal, premises) for goal, premises in steps if not ways[goal]]
    sources = {goal: frozenset[str]() for goal, _ in open_steps}
    changed = bool(open_steps)
    while changed:
        changed = False
        for goal, premises in open_steps:
            used = (sources[p] if p in sources else frozenset().union(*ways.get(p, FREE)) for p in premises)
            if not (found := frozenset().union(*used)) <= sources[goal]:
                sources[goal] |= found
                changed = True
    return {goal: frozenset({some}) for goal, some in sources.items()}


def find_support(
    store: ox.Store,
    program: Iterable[Clause],
    inferred: Collection[ox.Triple],
    told: Mapping[ox.Triple, Ways],
    present: Signs,
) -> dict[ox.Triple, Ways]:
    """On whose word everything rests, in a saturated store: see :func:`beyond_told`. ``present`` says what
    the store is about.

    What holds whomever one believes is for the greater part not even looked at: no rule leads to it from
    anything like what was told.
    """
    same = store.query(f"ASK FROM {FACTS} FROM {INFERRED} {{ ?x <{OWL_SAME_AS}> ?y }}")
    clauses = [c for c in program if c.conclusion is not None and (same or not is_equality(c))]
    clauses = reachable(clauses, present)
    signs = led_to(clauses, Signs(map(sign_of, told)))
    steps = [
        step
        for clause in clauses
        if clause.makes is not None and signs.meets(clause.makes)
        for step in _steps(store, clause)
        if step[0] in inferred or step[0] in told
    ]
    return beyond_told(settle(steps, told, lambda premise: told.get(premise, FREE)), told)


def beyond_told(ways: Mapping[ox.Triple, Ways], told: Mapping[ox.Triple, Ways]) -> dict[ox.Triple, Ways]:
    """The ways in which triples follow, without those in which they were told.

    Left out is what holds whomever one believes, and what is about a blank node: its name is another in each
    build, so nothing could be said of it that lasts.
    """
    found = {triple: some - told.get(triple, FREE) for triple, some in ways.items()}
    return {
        triple: some
        for triple, some in found.items()
        if some and not any(isinstance(term, ox.BlankNode) for term in triple)
    }


def led_to(clauses: Iterable[Clause], found: Signs) -> Signs:
    """What triples are about that clauses can lead to from some, these included; ``found`` grows."""
    rules = [(clause.makes, clause.needs) for clause in clauses if clause.makes is not None]
    growing = True
    while growing:
        growing = False
        for goal, premises in rules:
            if any(map(found.meets, premises)):
                growing |= found.add(goal)
    return found


def _steps(store: ox.Store, clause: Clause) -> Iterator[Inference]:
    """Every step by a clause in a saturated store."""
    assert clause.conclusion is not None  # noqa: S101 - only such clauses are asked about
    names = sorted(set().union(*(premise.variables for premise in clause.premises)))
    query = f"SELECT {' '.join(f'?{name}' for name in names) or '*'} WHERE {{ {clause.where} }}"
    rows = cast(ox.QuerySolutions, store.query(query, default_graph=[FACTS, INFERRED]))
    # There are as many rows as a closure has steps: each pattern is filled in by position.
    goal, *premises = (
        [names.index(slot.value) if isinstance(slot, ox.Variable) else slot for slot in pattern]
        for pattern in (clause.conclusion, *clause.premises)
    )
    for row in rows:
        if not isinstance(row[goal[0]] if isinstance(goal[0], int) else None, ox.Literal):
            yield _filled(goal, row), tuple([_filled(premise, row) for premise in premises])


def _filled(slots: Sequence[Slot | int], row: ox.QuerySolution) -> ox.Triple:
    s, p, o = (row[slot] if isinstance(slot, int) else slot for slot in slots)
    return ox.Triple(s, p, o)  # type: ignore[arg-type]

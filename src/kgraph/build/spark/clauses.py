"""A program as rows of tables, so that many clauses are evaluated by the same few joins.

A clause's variables are numbered, and its premises are put in an order in which each shares a variable with
those before it, where that can be. Semi-naive evaluation wants an order from each premise: from the one that
something new must meet. Each such order is a *plan*, and each premise of it a *step*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, cast

import pyoxigraph as ox

from kgraph.reasoning.program import Clause, Pattern, Slot
from kgraph.reasoning.saturation import is_equality

__all__ = [
    "ANY",
    "GOALS",
    "STEPS",
    "Plan",
    "compose",
    "goal_of",
    "identity",
    "plans",
    "steps_of",
]

#: How what a premise is about is written where its predicate is a variable.
ANY: Final = ""
_NOWHERE: Final = -1
_DIFFERENT: Final = re.compile(r"!sameTerm\(\?(\w+), \?(\w+)\)")
_THING: Final = re.compile(r"!isLiteral\(\?(\w+)\)")

#: One premise: what it is about (its predicate, or that and its object), what its subject and object must be,
#: whether they are the same variable, where in a triple the variables of the key stand, where each variable
#: stands, and the variables of the next premise's key.
STEPS: Final = (
    "plan INT, sign STRING, is_s STRING, is_o STRING, loop BOOLEAN, "
    "key ARRAY<INT>, take ARRAY<INT>, following ARRAY<INT>"
)
#: What a plan concludes from which premises: terms, or the numbers of variables; which variables must differ,
#: and which must be no literals.
_SLOTS: Final = "ARRAY<STRUCT<term: STRING, variable: INT>>"
GOALS: Final = (
    f"plan INT, goal {_SLOTS}, premises ARRAY<{_SLOTS}>, different ARRAY<ARRAY<INT>>, things ARRAY<INT>"
)

Slots: TypeAlias = list[tuple[str | None, int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """A clause with its premises in the order in which they are looked up."""

    clause: Clause
    premises: tuple[Pattern, ...]

    @property
    def variables(self) -> list[str]:
        """The names of its variables; a variable's number is its place here."""
        return sorted(set().union(*(premise.variables for premise in self.premises)))


def plans(clauses: Iterable[Clause], *, every: bool = False) -> list[Plan]:
    """A plan for each clause that has premises; with ``every``, one from each of its premises."""
    return [
        Plan(clause, _ordered(clause.premises, first))
        for clause in clauses
        for first in range(len(clause.premises) if every else min(1, len(clause.premises)))
    ]


def _ordered(premises: Sequence[Pattern], first: int) -> tuple[Pattern, ...]:
    found = [premises[first]]
    rest = [premise for number, premise in enumerate(premises) if number != first]
    while rest:
        bound = set().union(*(premise.variables for premise in found))
        best = min(rest, key=lambda p: (not p.variables & bound, len(p.variables - bound)))
        rest.remove(best)
        found.append(best)
    return tuple(found)


def steps_of(number: int, plan: Plan) -> Iterator[tuple[object, ...]]:
    """The rows of a plan, in the order of its premises: see :data:`STEPS`."""
    names = plan.variables
    bound: set[str] = set()
    keys = []
    for premise in plan.premises:
        keys.append(sorted(premise.variables & bound))
        bound |= premise.variables
    for place, (premise, key) in enumerate(zip(plan.premises, keys, strict=True)):
        where = {slot.value: at for at, slot in enumerate(premise) if isinstance(slot, ox.Variable)}
        following = keys[place + 1] if place + 1 < len(keys) else []
        yield (
            number,
            _sign(premise),
            _constant(premise.subject),
            _constant(premise.object),
            premise.subject == premise.object and isinstance(premise.subject, ox.Variable),
            [where[name] for name in key],
            [where.get(name, _NOWHERE) for name in names],
            [names.index(name) for name in following],
        )


def goal_of(number: int, plan: Plan) -> tuple[object, ...]:
    """The row of what a plan concludes: see :data:`GOALS`.

    Raises:
        ValueError: its condition is none that a table can check.
    """
    clause, names = plan.clause, plan.variables
    different = [
        [names.index(one), names.index(other)] for one, other in _DIFFERENT.findall(clause.condition)
    ]
    things = [names.index(name) for name in _THING.findall(clause.condition)]
    rest = _THING.sub("", _DIFFERENT.sub("", clause.condition)).strip(" &")
    if clause.conclusion is not None and rest:
        raise ValueError(clause.condition)
    goal = _slots(clause.conclusion, names) if clause.conclusion is not None else []
    return number, goal, [_slots(premise, names) for premise in clause.premises], different, things


def _slots(pattern: Pattern, names: Sequence[str]) -> Slots:
    return [
        (None, names.index(slot.value)) if isinstance(slot, ox.Variable) else (str(slot), _NOWHERE)
        for slot in pattern
    ]


def _sign(premise: Pattern) -> str:
    if isinstance(premise.predicate, ox.Variable):
        return ANY
    if isinstance(premise.object, ox.Variable):
        return str(premise.predicate)
    return f"{premise.predicate} {premise.object}"


def _constant(slot: Slot) -> str | None:
    return None if isinstance(slot, ox.Variable) else str(slot)


def identity() -> Clause:
    """The clause that concludes whatever it is given."""
    triple = Pattern(ox.Variable("s"), ox.Variable("p"), ox.Variable("o"))
    return Clause(("identity",), (), (triple,), triple)


def compose(program: Iterable[Clause]) -> list[Clause]:
    """What clauses of one premise make of each other: one of these leads from a triple to whatever follows.

    That is resolution, to the fixpoint; clauses about equality are left out. What a step on the way would
    say of a literal does not hold, so the composed clause asks that it be none.
    """
    own = [c for c in program if len(c.premises) == 1 and c.conclusion is not None and not is_equality(c)]
    users: dict[str, list[Clause]] = {}
    for clause in own:
        users.setdefault(str(clause.premises[0].predicate), []).append(_renamed(clause, "y"))
    found = dict.fromkeys(Clause(("composed",), (), *_parts(_renamed(clause, "x"))) for clause in own)
    waiting = list(found)
    while waiting:
        clause = waiting.pop()
        conclusion = cast(Pattern, clause.conclusion)
        for user in users.get(str(conclusion.predicate), ()):
            if (binding := _unified(conclusion, user.premises[0])) is None:
                continue
            conditions = dict.fromkeys(filter(None, [*clause.condition.split(" && "), user.condition]))
            if isinstance(conclusion.subject, ox.Variable):
                conditions[f"!isLiteral({conclusion.subject})"] = None
            joint = Clause(clause.rules, (), clause.premises, user.conclusion, " && ".join(conditions)).bind(
                binding
            )
            made = _tidied(_renamed(joint, "x"))
            if made.premises[0].is_possible and made.premises[0] != made.conclusion and made not in found:
                found[made] = None
                waiting.append(made)
    return list(found)


def _parts(clause: Clause) -> tuple[tuple[Pattern, ...], Pattern | None, str]:
    return clause.premises, clause.conclusion, clause.condition


def _renamed(clause: Clause, letter: str) -> Clause:
    """The clause with its variables numbered, and this letter before."""
    patterns = [*clause.premises, cast(Pattern, clause.conclusion)]
    names = dict.fromkeys(slot.value for p in patterns for slot in p if isinstance(slot, ox.Variable))
    return clause.bind({name: ox.Variable(f"{letter}{n}") for n, name in enumerate(names)})


def _tidied(clause: Clause) -> Clause:
    """The clause with conditions that say something, each once: a subject is no literal anyhow."""
    subject = clause.premises[0].subject
    kept = {
        condition
        for condition in filter(None, clause.condition.split(" && "))
        if condition != f"!isLiteral({subject})" and "?" in condition
    }
    return replace(clause, condition=" && ".join(sorted(kept)))


def _unified(one: Pattern, other: Pattern) -> dict[str, Slot] | None:
    """What variables must be for two patterns, which share none, to be the same."""
    binding: dict[str, Slot] = {}

    def value(slot: Slot) -> Slot:
        while isinstance(slot, ox.Variable) and slot.value in binding:
            slot = binding[slot.value]
        return slot

    for first, second in zip(map(value, one), map(value, other), strict=True):
        mine, theirs = value(first), value(second)
        if mine == theirs:
            continue
        if isinstance(theirs, ox.Variable):
            binding[theirs.value] = mine
        elif isinstance(mine, ox.Variable):
            binding[mine.value] = theirs
        else:
            return None
    return {name: value(slot) for name, slot in binding.items()}

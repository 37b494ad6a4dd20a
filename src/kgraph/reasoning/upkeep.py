"""Upkeep: the closure of an edited project, from the closure that an earlier build left.

Only what depends on the edit is computed; the result is what :func:`kgraph.reasoning.closure.close` gives,
to the last triple. It is not tried where the ontology or its rules are others, or where much has
changed: joining set by set then beats looking up one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.reasoning.change import Change, alter, derivations, reach
from kgraph.reasoning.closure import Closure, Selection, assemble, normal
from kgraph.reasoning.evidence import Asking
from kgraph.reasoning.program import Pattern, compile_program
from kgraph.reasoning.remainder import Remainder
from kgraph.reasoning.signs import Rules
from kgraph.reasoning.support import FREE, Inference, Ways, beyond_told, either, settle
from kgraph.reasoning.support_graph import SUPPORT, find_stored_support, read_support
from kgraph.reasoning.view import View
from kgraph.reasoning.world import INFERRED, ONTOLOGY, Altered, Question, is_reasoned_over
from kgraph.vocab import KG

__all__ = ["Earlier", "Step", "advance", "resupport", "update"]

#: Looking up costs about so many times as much a fact as joining set by set.
_FACTS_PER_CHANGE: Final = 100


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier build left: a generation's graphs, and the conclusions that none of them shows."""

    view: View
    remainder: Remainder


def update(
    earlier: Earlier,
    ontology: Iterable[ox.Triple],
    graphs: Mapping[str, Sequence[ox.Triple]],
    told: Mapping[ox.Triple, Ways],
    *,
    facts_per_change: int = _FACTS_PER_CHANGE,
) -> Closure | None:
    """Compute what follows under the same ontology from graphs that have changed since.

    Args:
        earlier: the closure to start from.
        ontology: the axioms, the same as they were.
        graphs: every graph that is asserted now, by its short name.
        told: in which ways facts are told now.
        facts_per_change: how many facts there must be for each that changed.

    Returns:
        None where all should be computed: much has changed, there is a contradiction to describe, or
        something follows about a blank node, which has another name in each reading.
    """
    axioms, view, remainder = list(ontology), earlier.view, earlier.remainder
    reasoned = {name: set(map(normal, triples)) for name, triples in graphs.items() if _is_data(name)}
    given = _changes(view, reasoned)
    size = sum(map(len, reasoned.values()))
    # Of nothing nothing follows, not even what the axioms alone would say.
    was_empty = not any(map(view.size, filter(_is_data, view.graphs)))
    if was_empty or not (axioms and size) or len(given) * facts_per_change > size:
        return None
    before = {*view.triples(INFERRED), *remainder.conclusions}
    if any(isinstance(term, ox.BlankNode) for triple in before for term in triple):
        return None
    told = {normal(triple): ways for triple, ways in told.items()}
    world = Altered(view.names, {ONTOLOGY: axioms, INFERRED: remainder.conclusions})
    step = view.run(advance(world, Rules(compile_program(axioms)), given, told))
    if step.change.clashes:
        return None
    support = {**read_support(view.triples(SUPPORT)), **remainder.support}
    for triple in step.unsettled:
        support.pop(triple, None)
    return assemble(
        before.difference(step.change.gone) | step.change.new,
        {**support, **step.support},
        Selection(axioms, [triple for triples in graphs.values() for triple in triples]),
        (),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """From one closure to the next: what changed, what may rest on other words than before, and on whose."""

    change: Change
    unsettled: frozenset[ox.Triple]
    support: Mapping[ox.Triple, Ways]


def advance(
    world: Altered,
    rules: Rules,
    given: Mapping[ox.Triple, set[str]],
    told: Mapping[ox.Triple, Ways],
    known_support: Callable[[ox.Triple], Ways] | None = None,
) -> Asking[Step]:
    """Compute what depends on a change of facts, and nothing else.

    Args:
        world: the generation, with its axioms and what its closure has besides its graphs; it is altered.
        rules: the rules that it is closed under.
        given: the graphs that a fact stands in now, of each that stands in others than before.
        told: in which ways facts are told now.
        known_support: see :func:`resupport`.
    """
    subjects = list(dict.fromkeys(t.subject for t in given if isinstance(t.subject, ox.NamedNode)))
    said_before = yield from _contents(world, subjects)
    change = yield from alter(world, rules, given)
    said_now = yield from _contents(world, subjects)
    # What a claim says stands, though with another speaker it is somebody else's word.
    seeds = {*change.touched, *said_before, *said_now}
    yield from world.graphs(list(seeds))
    reached = yield from reach(world, rules, [triple for triple in seeds if world.holds(triple)])
    unsettled = frozenset({*seeds, *reached})
    support = yield from resupport(world, rules, unsettled, told, known_support)
    return Step(change, unsettled, support)


def _is_data(graph: str) -> bool:
    return is_reasoned_over(graph) and graph not in (INFERRED, ONTOLOGY)


def _changes(view: View, graphs: Mapping[str, set[ox.Triple]]) -> dict[ox.Triple, set[str]]:
    """The graphs that each fact stands in now, of those that stand in others than in the view."""
    changed: dict[ox.Triple, None] = {}
    for name in {*graphs, *filter(_is_data, view.graphs)}:
        changed |= dict.fromkeys(graphs.get(name, set()).symmetric_difference(view.triples(name)))
    return {triple: {name for name, some in graphs.items() if triple in some} for triple in changed}


def _contents(world: Altered, claims: Iterable[ox.NamedNode]) -> Asking[list[ox.Triple]]:
    """What some things say, if they are claims."""
    slots = [ox.Variable(name) for name in ("s", "p", "o")]
    names = [("subject", "predicate", name) for name in ("object", "value")]
    questions = [
        Question(tuple(Pattern(claim, ox.NamedNode(KG + n), v) for n, v in zip(some, slots, strict=True)))
        for claim in claims
        for some in names
    ]
    rows = yield from world.solutions(questions)
    contents = [Pattern(row["s"], row["p"], row["o"]) for _, row in rows]
    return [content.triple for content in contents if content.is_possible]


def resupport(
    world: Altered,
    rules: Rules,
    unsettled: Iterable[ox.Triple],
    told: Mapping[ox.Triple, Ways],
    known_support: Callable[[ox.Triple], Ways] | None = None,
) -> Asking[dict[ox.Triple, Ways]]:
    """On whose word those of some triples rest that hold in an altered world, as :func:`find_support` has it.

    Args:
        world: the world as altered, whose generation knows the support of all else.
        rules: the rules that it is closed under.
        unsettled: the triples whose support may have changed.
        told: the ways in which facts are told now.
        known_support: tells the support of what is settled; without it, the generation is asked.
    """
    known: dict[ox.Triple, Ways] = {}
    goals: dict[ox.Triple, None] = {}
    steps: list[Inference] = []
    frontier = dict.fromkeys(unsettled)
    yield from world.graphs(list(frontier))
    frontier = {t: None for t in frontier if world.holds(t) and not (world.is_given(t) and t not in told)}
    while frontier:
        goals |= frontier
        found = yield from derivations(world, rules, frontier)
        new = [(step.conclusion, step.premises) for step in found if step.conclusion is not None]
        steps += new
        open_ones = dict.fromkeys(
            p for _, premises in new for p in premises if p not in goals and p not in known
        )
        free = {t for t in open_ones if world.is_given(t) and t not in told}
        shown = [t for t in open_ones if world.is_shown(t) and t not in free]
        if known_support is None:
            stored = yield from find_stored_support(shown, world.names)
        else:
            stored = {triple: known_support(triple) for triple in shown}
        known |= dict.fromkeys(free, FREE)
        known |= {t: either(told[t], stored[t]) if t in told else stored[t] or FREE for t in shown}
        frontier = {t: None for t in open_ones if t not in known}
    known |= {goal: told[goal] for goal in goals if goal in told}  # where no step leads to it
    return beyond_told(settle(steps, told, known.__getitem__), told)

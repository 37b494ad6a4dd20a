"""Support: of whom one must believe how many for a conclusion to follow."""

from __future__ import annotations

from itertools import combinations

import pyoxigraph as ox
from hypothesis import HealthCheck, Phase, assume, given, settings

from kgraph.reasoning import Closure, close
from kgraph.reasoning.support import FREE
from tests.reasoning.editions import GAZETTEER, SPEAKERS, Claims, Facts, claims, edition, facts, ontologies

SOURCES = (*SPEAKERS, GAZETTEER)


def everything(closure: Closure) -> set[ox.Triple]:
    """What follows; of what is about a blank node nothing lasting can be said."""
    found = {*closure.inferred, *closure.remainder.conclusions}
    return {triple for triple in found if not any(isinstance(term, ox.BlankNode) for term in triple)}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
@given(ontologies, claims, facts)
def test_with_some_sources_believed_exactly_that_follows_of_which_a_way_lies_within_them(
    axioms: list[ox.Triple], said: Claims, recorded: Facts
) -> None:
    project = edition(said, recorded)
    closure = project.close(axioms)
    assume(not closure.contradictions)
    support = {**closure.support, **closure.remainder.support}
    for number in range(len(SOURCES) + 1):
        for believed in map(frozenset, combinations(SOURCES, number)):
            held = [
                t
                for t in project.facts
                if t not in project.told or any(w <= believed for w in project.told[t])
            ]
            if not held:  # of nothing nothing follows, not even what the axioms alone would say
                continue
            alone = everything(close(axioms, held, held))
            for triple in everything(closure):
                ways = support.get(triple, FREE)
                assert (triple in alone) == any(way <= believed for way in ways)
            for triple in project.told:  # what was told, and follows from others' words as well
                if triple not in held:
                    follows = any(way <= believed for way in support.get(triple, ()))
                    assert (triple in alone) == follows
    for ways in support.values():
        assert not any(one < other for one in ways for other in ways)

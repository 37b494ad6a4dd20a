"""Upkeep: what an edit leaves to compute gives, together with what stood before, the full closure."""

from __future__ import annotations

import pyoxigraph as ox
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from kgraph.reasoning import Closure
from kgraph.reasoning.remainder import Remainder
from kgraph.reasoning.upkeep import Earlier, update
from tests.reasoning.editions import (
    NAMES,
    Claims,
    Edition,
    Facts,
    claims,
    edition,
    facts_with_blank_nodes,
    ontologies,
)


def updated(axioms: list[ox.Triple], before: Edition, after: Edition) -> None:
    """Update one edition's closure to another's, and compare with the closure of the other alone."""
    closure = before.close(axioms)
    assume(not closure.contradictions)  # nothing of the kind is ever published
    remainder = Remainder.read(closure.remainder.quads(NAMES), NAMES)
    earlier = Earlier(before.publish(axioms, closure), remainder)
    full = after.close(axioms)
    changed = update(earlier, axioms, after.graphs, after.told, facts_per_change=0)
    if full.contradictions or not before.facts or not after.facts or is_about_blank_nodes(closure):
        assert changed is None
    else:
        assert changed is not None
        assert changed == full


def is_about_blank_nodes(closure: Closure) -> bool:
    conclusions = (*closure.inferred, *closure.remainder.conclusions)
    return any(isinstance(term, ox.BlankNode) for triple in conclusions for term in triple)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
@given(ontologies, claims, facts_with_blank_nodes, st.data())
def test_an_edit_gives_what_a_full_closure_gives(
    axioms: list[ox.Triple], said: Claims, recorded: Facts, data: st.DataObject
) -> None:
    kept_claims = data.draw(st.lists(st.sampled_from(said), unique=True)) if said else []
    kept_facts = data.draw(st.lists(st.sampled_from(recorded), unique=True))
    more_claims, more_facts = data.draw(claims), data.draw(facts_with_blank_nodes)
    updated(
        axioms, edition(said, recorded), edition([*kept_claims, *more_claims], [*kept_facts, *more_facts])
    )

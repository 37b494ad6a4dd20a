"""To believe somebody, computed from what holds already, gives what reasoning anew from all facts gives."""

from __future__ import annotations

import pyoxigraph as ox
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from kgraph.reasoning import Explainer, Verdict, believe, close, compile_program
from tests.reasoning.editions import (
    NAMES,
    SPEAKERS,
    Claims,
    Edition,
    Facts,
    claims,
    edition,
    facts,
    ontologies,
)


def anew(
    axioms: list[ox.Triple], project: Edition, believed: list[ox.Triple], *, only: bool
) -> tuple[set[ox.Triple], bool]:
    """What follows besides if some triples were believed, computed from everything."""
    graphs = {name: triples for name, triples in project.graphs.items() if not (only and name == "stated")}
    kept = [triple for name, triples in graphs.items() if name != "links" for triple in triples]
    asserted = [triple for triples in graphs.values() for triple in triples]
    without = close(axioms, kept, asserted)
    closure = close(axioms, [*kept, *believed], [*asserted, *believed])
    return set(closure.inferred) - set(without.inferred), bool(closure.contradictions)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
@given(ontologies, claims, facts, st.sets(st.sampled_from(SPEAKERS), min_size=1), st.booleans())
def test_to_believe_gives_what_reasoning_anew_gives(
    axioms: list[ox.Triple], said: Claims, recorded: Facts, speakers: set[str], only: bool
) -> None:
    project = edition(said, recorded)
    closure = project.close(axioms)
    assume(not closure.contradictions)
    view = project.publish(axioms, closure)
    explainer = Explainer(compile_program(axioms), NAMES)
    belief = view.run(believe(sorted(speakers), axioms, closure.remainder, explainer, only=only))
    expected, contradicts = anew(axioms, project, list(belief.believed), only=only)
    assert bool(belief.contradictions) == contradicts
    if not contradicts:
        assert set(belief.inferred) == expected
        for triple in expected:
            explanation = view.run(belief.explain(triple, every=True))
            assert explanation.verdict is Verdict.INFERRED
            assert explanation.proofs
            for leaf in (leaf for proof in explanation.proofs for leaf in proof.leaves()):
                assert leaf.graphs
                assert not (only and "stated" in leaf.graphs)

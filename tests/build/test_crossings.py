"""Every step that joins two articles uses a triple from which it can be found."""

from __future__ import annotations

import random
from itertools import product
from typing import Any, cast

import pyoxigraph as ox

from kgraph.build.closing import Crossings, crossings
from kgraph.reasoning.program import Clause, Pattern

_BASE = "https://example.org/"
_SHARED = [ox.NamedNode(f"{_BASE}shared{n}") for n in range(2)]
_OWN = {unit: [ox.NamedNode(f"{_BASE}{unit}/{n}") for n in range(2)] for unit in ("one", "two")}
_VALUES = [ox.Literal("a"), ox.Literal("b")]


def _clause(chance: random.Random) -> Clause:
    """A clause whose premises hang together."""
    premises: list[Pattern] = []
    known: list[ox.Variable] = []
    for _ in range(chance.randint(2, 4)):
        new = [ox.Variable(f"v{len(known)}"), ox.Variable(f"v{len(known) + 1}")]
        ends = [chance.choice(known) if known else new[0], chance.choice([*known, new[1]])]
        chance.shuffle(ends)
        known += [end for end in dict.fromkeys(ends) if end not in known]
        premises.append(Pattern(ends[0], ox.NamedNode(f"{_BASE}p{chance.randint(0, 2)}"), ends[1]))
    return Clause(("test",), (), tuple(premises), None)


def _is_shared(term: object) -> bool:
    return not any(term in own for own in _OWN.values())


def _home(triple: Pattern) -> set[str]:
    return {unit for unit, own in _OWN.items() if triple.subject in own or triple.object in own}


def _is_seed(triple: Pattern, crossing: Crossings) -> bool:
    predicate = cast(ox.NamedNode, triple.predicate).value
    shares = _is_shared(triple.subject), _is_shared(triple.object)
    if isinstance(triple.object, ox.Literal) and predicate in crossing.values:
        return True
    return (
        all(shares)
        or (shares[0] and predicate in crossing.subjects)
        or (shares[1] and not isinstance(triple.object, ox.Literal) and predicate in crossing.objects)
    )


def test_every_step_across_two_articles_has_a_seed() -> None:
    crossed = [_steps_across(_clause(random.Random(seed))) for seed in range(60)]  # noqa: S311
    assert sum(map(bool, crossed)) > 20


def _steps_across(clause: Clause) -> int:
    """How many bindings use triples of both articles; each must have a seed."""
    crossing = crossings([clause])
    assert crossing is not None
    names = sorted(set().union(*(premise.variables for premise in clause.premises)))
    subjects = {cast(ox.Variable, premise.subject).value for premise in clause.premises}
    terms = [*_SHARED, *_OWN["one"], *_OWN["two"]]
    crossed = 0
    for values in product(*(terms if name in subjects else [*terms, *_VALUES] for name in names)):
        binding = dict(zip(names, cast(tuple[Any, ...], values), strict=True))
        triples = [premise.bind(binding) for premise in clause.premises]
        homes = [_home(triple) for triple in triples]
        if any(len(home) > 1 for home in homes) or len(set().union(*homes)) < 2:
            continue  # a triple is of one article, and here two take part
        crossed += 1
        assert any(_is_seed(triple, crossing) for triple in triples), (clause.premises, triples, crossing)
    return crossed


def test_one_end_of_a_join_is_enough() -> None:
    x, y, z = map(ox.Variable, "xyz")
    within = ox.NamedNode(f"{_BASE}within")
    rule = Clause(("prp-trp",), (), (Pattern(x, within, y), Pattern(y, within, z)), Pattern(x, within, z))
    assert crossings([rule]) == Crossings(frozenset({within.value}), frozenset(), frozenset())

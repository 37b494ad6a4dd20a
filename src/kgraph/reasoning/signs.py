"""Signs: what triples and patterns are about, by which the clauses that concern a triple are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from kgraph.reasoning.program import Clause, Pattern, Sign, Slot
from kgraph.vocab import RDF_TYPE

__all__ = ["Rules", "Signs", "as_pattern", "meets", "reachable", "sign_of"]

_TYPE: Final = ox.NamedNode(RDF_TYPE)


def meets(one: Sign, other: Sign) -> bool:
    """Whether some triple can be about both."""
    (predicate, cls), (other_predicate, other_cls) = one, other
    return (predicate is None or other_predicate is None or predicate == other_predicate) and (
        cls is None or other_cls is None or cls == other_cls
    )


class Signs:
    """A set of signs."""

    def __init__(self, signs: Iterable[Sign] = ()) -> None:
        self._classes: dict[Slot | None, set[Slot | None]] = {}
        for sign in signs:
            self.add(sign)

    def add(self, sign: Sign) -> bool:
        """Add a sign; whether it is new."""
        classes = self._classes.setdefault(sign[0], set())
        is_new = sign[1] not in classes
        classes.add(sign[1])
        return is_new

    def copy(self) -> Signs:
        """The same signs, to be added to."""
        return Signs((predicate, cls) for predicate, some in self._classes.items() for cls in some)

    def meets(self, sign: Sign) -> bool:
        """Whether some triple can be about a sign and about one of these."""
        predicate, cls = sign
        if predicate is None or None in self._classes:
            return bool(self._classes)
        classes = self._classes.get(predicate)
        return classes is not None and (cls is None or None in classes or cls in classes)


def sign_of(triple: ox.Triple) -> Sign:
    """What a triple is about."""
    predicate = triple.predicate
    return predicate, triple.object if predicate == _TYPE else None


def as_pattern(triple: ox.Triple) -> Pattern:
    """A triple as the pattern that it alone matches."""
    return Pattern(triple.subject, triple.predicate, triple.object)


class Rules:
    """A program by what its clauses need and by what they conclude."""

    def __init__(self, program: Iterable[Clause]) -> None:
        self._users: dict[Sign, list[tuple[Clause, int]]] = {}
        self._makers: dict[Sign, list[tuple[Clause, Pattern]]] = {}
        for clause in program:
            if clause.conclusion is not None:
                self._makers.setdefault(clause.conclusion.sign, []).append((clause, clause.conclusion))
            for number, sign in enumerate(clause.needs):
                self._users.setdefault(sign, []).append((clause, number))

    def using(self, triple: ox.Triple) -> Iterator[tuple[Clause, int, dict[str, Slot]]]:
        """The clauses with a premise that a triple meets: which one, and what is bound then."""
        goal = as_pattern(triple)
        for sign in _signs_of(goal):
            for clause, number in self._users.get(sign, ()):
                binding = clause.premises[number].match(goal)
                if binding is not None:
                    yield clause, number, binding

    def making(self, triple: ox.Triple) -> Iterator[tuple[Clause, dict[str, Slot]]]:
        """The clauses that could conclude a triple, and what is bound then."""
        goal = as_pattern(triple)
        for sign in _signs_of(goal):
            for clause, conclusion in self._makers.get(sign, ()):
                binding = conclusion.match(goal)
                if binding is not None:
                    yield clause, binding


def reachable(clauses: Iterable[Clause], present: Signs) -> list[Clause]:
    """The clauses of which something may meet every premise; ``present``, what facts are about, grows."""
    waiting, found = list(clauses), list[Clause]()
    growing = True
    while growing and waiting:
        growing, missing = False, list[Clause]()
        for clause in waiting:
            if not all(map(present.meets, clause.needs)):
                missing.append(clause)
                continue
            found.append(clause)
            if clause.makes is not None:
                growing |= present.add(clause.makes)
        waiting = missing
    return found


def _signs_of(goal: Pattern) -> list[Sign]:
    """The signs of the patterns that can match a triple."""
    own = goal.sign
    return list(dict.fromkeys((own, (own[0], None), (None, None))))

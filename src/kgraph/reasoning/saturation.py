"""Saturation: running a program over a store to its fixpoint, set at a time, in SPARQL.

The clauses are sorted into strata by what feeds what, so that most run once, over everything that they can
ever use. Only those of a stratum that feed each other (an inverse pair, a transitive property, a chain)
run until nothing new comes, and then semi-naively: each round joins only what the round before has found.

Equality feeds every clause and almost never occurs. So the strata are run without it; where something
turned out to be the same as something else, all clauses together take another turn, from there.

It is plain SPARQL 1.1 Update, four named graphs and no other state, so any store will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Final, cast

import pyoxigraph as ox

from kgraph.reasoning.program import Clause, Sign, Slot
from kgraph.reasoning.signs import Signs, meets, reachable
from kgraph.vocab import OWL_SAME_AS, RDF_TYPE

__all__ = ["FACTS", "INFERRED", "Clash", "find_clashes", "is_equality", "saturate", "signs_in", "stratify"]

#: What is given; filled by the caller.
FACTS: Final = ox.NamedNode("urn:kgraph:facts")
#: What follows, without anything that is given.
INFERRED: Final = ox.NamedNode("urn:kgraph:inferred")
_DELTA: Final = ox.NamedNode("urn:kgraph:delta")
_NEXT: Final = ox.NamedNode("urn:kgraph:next")
_GIVEN: Final = f"USING {FACTS} USING {INFERRED} USING NAMED {_DELTA}"
_TYPE: Final = ox.NamedNode(RDF_TYPE)
_SAME: Final = ox.NamedNode(OWL_SAME_AS)
#: How many contradictions of one axiom are looked at: after the first few they repeat themselves.
_CLASHES_OF_A_CLAUSE: Final = 20


@dataclass(frozen=True, slots=True)
class Clash:
    """A contradiction: the clause, and the triples that are its premises."""

    clause: Clause
    premises: tuple[ox.Triple, ...]

    @property
    def involved(self) -> tuple[str, ...]:
        """The IRIs that its premises name."""
        terms = (term for triple in self.premises for term in triple)
        return tuple(dict.fromkeys(term.value for term in terms if isinstance(term, ox.NamedNode)))


def saturate(store: ox.Store, program: Sequence[Clause]) -> None:
    """Fill the graph :data:`INFERRED` with all that follows from the graph :data:`FACTS`."""
    clauses, strata = _ordered(tuple(program))
    live = {id(clause) for clause in reachable(chain.from_iterable(strata), signs_in(store))}
    for clauses_of_stratum in strata:
        stratum = [clause for clause in clauses_of_stratum if id(clause) in live]
        if not stratum:
            continue
        if _is_recursive(stratum):
            for clause in stratum:
                _derive(store, clause, into=_NEXT)
            _iterate(store, stratum)
        else:
            _derive(store, stratum[0], into=INFERRED)
    same = f"?x {_SAME} ?y FILTER(!sameTerm(?x, ?y))"
    if store.query(f"ASK FROM {FACTS} FROM {INFERRED} {{ {same} }}"):
        store.update(f"INSERT {{ GRAPH {_NEXT} {{ ?x {_SAME} ?y }} }} {_GIVEN} WHERE {{ {same} }}")
        _iterate(store, clauses)
        given = f"GRAPH {INFERRED} {{ ?x {_SAME} ?y }}"  # where the turn began with what is given
        store.update(f"DELETE {{ {given} }} WHERE {{ {given} GRAPH {FACTS} {{ ?x {_SAME} ?y }} }}")


@lru_cache(maxsize=4)
def _ordered(program: tuple[Clause, ...]) -> tuple[list[Clause], list[list[Clause]]]:
    """The clauses that conclude something, and the strata of those that are not about equality."""
    clauses = [clause for clause in program if clause.conclusion is not None]
    return clauses, stratify([clause for clause in clauses if not is_equality(clause)])


def find_clashes(store: ox.Store, program: Iterable[Clause]) -> Iterator[Clash]:
    """The contradictions in a saturated store."""
    denials = reachable([clause for clause in program if clause.conclusion is None], signs_in(store))
    members = _members(store, {cls for clause in denials for cls in clause.classes})
    for clause in denials:
        if clause.classes:
            first, *others = (members.get(cls, {}) for cls in clause.classes)
            both = (thing for thing in first if all(thing in other for other in others))
            (name,) = clause.premises[0].variables
            found: Iterable[Mapping[str, Slot]] = ({name: thing} for thing in both)
        else:
            found = _solutions(store, clause)
        for binding in islice(found, _CLASHES_OF_A_CLAUSE):
            yield Clash(clause, tuple(premise.bind(binding).triple for premise in clause.premises))


def _solutions(store: ox.Store, clause: Clause) -> Iterator[Mapping[str, Slot]]:
    names = sorted(set().union(*(premise.variables for premise in clause.premises)))
    select = " ".join(f"?{name}" for name in names) or "*"
    query = f"SELECT DISTINCT {select} WHERE {{ {clause.where} }} LIMIT {_CLASHES_OF_A_CLAUSE}"
    return ({name: cast(Slot, row[name]) for name in names} for row in _select(store, query))


def _select(store: ox.Store, query: str) -> ox.QuerySolutions:
    """The rows of a query over what is given and what follows from it."""
    return cast(ox.QuerySolutions, store.query(query, default_graph=[FACTS, INFERRED]))


def _members(store: ox.Store, classes: Set[Slot]) -> dict[Slot, dict[Slot, None]]:
    """The things of some classes. Most axioms of disjointness are met by asking for these once."""
    found: dict[Slot, dict[Slot, None]] = {}
    if classes:
        query = f"SELECT ?thing ?class {{ ?thing {_TYPE} ?class }}"
        for thing, cls in cast(Iterable[tuple[Slot, Slot]], _select(store, query)):
            if cls in classes:
                found.setdefault(cls, {})[thing] = None
    return found


def signs_in(store: ox.Store) -> Signs:
    """What the triples of a store are about."""
    given = f"FROM {FACTS} FROM {INFERRED}"
    predicates, classes = (
        cast(ox.QuerySolutions, store.query(f"SELECT DISTINCT ?it {given} {{ {where} }}"))
        for where in ("?s ?it ?o", f"?s {_TYPE} ?it")
    )
    found = Signs((cast(Slot, row["it"]), None) for row in predicates if row["it"] != _TYPE)
    for row in classes:
        found.add((_TYPE, cast(Slot, row["it"])))
    return found


def is_equality(clause: Clause) -> bool:
    """Whether a clause is about what is the same as something else."""
    return clause.rules[0].startswith("eq-")


def _derive(store: ox.Store, clause: Clause, *, into: ox.NamedNode, new: int | None = None) -> None:
    """Add what a clause concludes; with ``new``, only from what is new for the premise of that number."""
    if new is None:
        premises = clause.where
    else:
        rest = [premise for number, premise in enumerate(clause.premises) if number != new]
        premises = (
            " . ".join([f"GRAPH {_DELTA} {{ {clause.premises[new]} }}", *map(str, rest)]) + clause.filter
        )
    store.update(
        f"INSERT {{ GRAPH {into} {{ {clause.conclusion} }} }} {_GIVEN} "
        f"WHERE {{ {premises} FILTER NOT EXISTS {{ {clause.conclusion} }} }}"
    )


def _iterate(store: ox.Store, clauses: Sequence[Clause]) -> None:
    """Take in the graph ``next`` round by round, each adding what follows from the one before."""
    heads = Signs(clause.makes for clause in clauses if clause.makes is not None)
    while store.query(f"ASK {{ GRAPH {_NEXT} {{ ?s ?p ?o }} }}"):
        store.update(f"MOVE {_NEXT} TO {_DELTA}; ADD {_DELTA} TO {INFERRED}")
        for clause in clauses:
            for number, sign in enumerate(clause.needs):
                if heads.meets(sign):
                    _derive(store, clause, into=_NEXT, new=number)
    store.update(f"CLEAR SILENT GRAPH {_DELTA}")


def stratify(clauses: Sequence[Clause]) -> list[list[Clause]]:
    """The strongly connected components of what feeds what, each before those that it feeds (Tarjan)."""
    users: dict[Slot | None, dict[Sign, list[int]]] = {}
    for number, clause in enumerate(clauses):
        for sign in clause.needs:
            users.setdefault(sign[0], {}).setdefault(sign, []).append(number)
    feeds = []
    for head in map(_head, clauses):
        near = users.values() if head[0] is None else (users.get(head[0], {}), users.get(None, {}))
        feeds.append(
            sorted({n for signs in near for sign, some in signs.items() if meets(sign, head) for n in some})
        )
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    components: list[list[Clause]] = []

    def visit(node: int) -> None:
        order[node] = low[node] = len(order)
        stack.append(node)
        for target in feeds[node]:
            if target not in order:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], order[target])
        if low[node] == order[node]:
            start = stack.index(node)
            components.append([clauses[member] for member in stack[start:]])
            del stack[start:]

    for node in range(len(clauses)):
        if node not in order:
            visit(node)
    return components[::-1]


def _head(clause: Clause) -> Sign:
    assert clause.makes is not None  # noqa: S101 - only such clauses are stratified
    return clause.makes


def _is_recursive(stratum: list[Clause]) -> bool:
    return len(stratum) > 1 or any(meets(sign, _head(stratum[0])) for sign in stratum[0].needs)

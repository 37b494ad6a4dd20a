"""Worlds: where premises are looked up. A generation as it stands, or with changes that it knows nothing of.

    Stored    a generation: conjunctions of premises are SPARQL, answered by its store
    Altered   one with facts added and taken away on top: joined here, from triples fetched as they are needed

What an altered world costs depends on what joins with its changes, not on the size of the store below.

As everything that looks for proofs, worlds do no input and output: they are generators that yield
SPARQL queries and are sent their rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias, cast

import pyoxigraph as ox

from kgraph.reasoning.evidence import Asking, find_graphs, look_up, union
from kgraph.reasoning.program import Pattern, Slot
from kgraph.reasoning.signs import as_pattern
from kgraph.vocab import STATED_BY, Names

__all__ = ["Altered", "Near", "Question", "Row", "Stored", "World", "is_premise", "is_reasoned_over"]

Row: TypeAlias = Mapping[str, Slot]

#: Graphs outside reasoning: outside identifiers and a curator's readings must not turn into facts, and what
#: is said about conclusions is none. What one article states is reasoned over as part of what all state.
_OUTSIDE_REASONING: Final = frozenset({"links", "editorial", "wikidata", "support", "metadata"})
INFERRED: Final = "inferred"
ONTOLOGY: Final = "ontology"
#: A source outside the articles: what it holds rests on it, as what is stated rests on whoever states it.
GAZETTEER: Final = "gazetteer"


@dataclass(frozen=True, slots=True)
class Question:
    """Premises to be met together: patterns, what is bound already, and a condition on the whole."""

    patterns: tuple[Pattern, ...]
    binding: Row = field(default_factory=dict)
    condition: str = ""
    limit: int | None = None


class World(Protocol):
    """What holds, and in which graphs."""

    def graphs(self, triples: Sequence[ox.Triple]) -> Asking[dict[ox.Triple, set[str]]]:
        """The short names of the graphs that hold each of some triples."""

    def solutions(self, questions: Sequence[Question]) -> Asking[list[tuple[int, Row]]]:
        """What meets each of some questions, with the question's number."""


def is_reasoned_over(graph: str) -> bool:
    """Whether the facts of a data graph (by its short name) take part in reasoning."""
    return graph not in _OUTSIDE_REASONING and not graph.startswith(STATED_BY)


def is_premise(graphs: Iterable[str]) -> bool:
    """Whether a triple that stands in these graphs was given to reason with."""
    return any(graph != INFERRED and is_reasoned_over(graph) for graph in graphs)


class Stored:
    """A generation as it stands: its default graph is the union of all."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def graphs(self, triples: Sequence[ox.Triple]) -> Asking[dict[ox.Triple, set[str]]]:
        """See :class:`World`."""
        return (yield from find_graphs(triples, self.names))

    def solutions(self, questions: Sequence[Question]) -> Asking[list[tuple[int, Row]]]:
        """See :class:`World`."""
        rows = yield from union([_sparql(question) for question in questions])
        return [
            (number, {n: t for n, t in row.items() if t is not None and n != "part"}) for number, row in rows
        ]


def _sparql(question: Question) -> str:
    where = " . ".join(str(pattern.bind(question.binding)) for pattern in question.patterns)
    condition = f" FILTER({question.condition})" if question.condition else ""
    limit = "" if question.limit is None else f" LIMIT {question.limit}"
    return f"{{ SELECT * WHERE {{ {where}{condition} }}{limit} }}"


_Key: TypeAlias = tuple[Slot | None, Slot | None, Slot | None]
_POSITIONS: Final = ("s", "p", "o")


class Altered:
    """A generation with changes on top of it.

    Args:
        names: the names of the project.
        local: triples that the generation does not show, by the graph that they are taken to stand in. The
            axioms belong here: the generation's ontology graph also holds what is not reasoned with.
        hidden: graphs of the generation that are taken for empty.
    """

    def __init__(
        self, names: Names, local: Mapping[str, Iterable[ox.Triple]], *, hidden: Collection[str] = ()
    ) -> None:
        self.names = names
        self._hidden = {*hidden, ONTOLOGY}
        self._local: dict[ox.Triple, set[str]] = {}
        self._index = ox.Store()
        self._stored: dict[ox.Triple, set[str]] = {}
        self._fetched: dict[_Key, dict[ox.Triple, None]] = {}
        self._replaced: dict[ox.Triple, set[str]] = {}
        self._gone: set[ox.Triple] = set()
        for graph, triples in local.items():
            self.add(triples, graph)

    def add(self, triples: Iterable[ox.Triple], graph: str) -> None:
        """Have some triples stand in a graph."""
        quads = [ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples]
        self._index.extend(quads)
        for quad in quads:
            self._local.setdefault(quad.triple, set()).add(graph)

    def regraph(self, graphs: Mapping[ox.Triple, Iterable[str]]) -> None:
        """Have some triples stand in these graphs as given, whatever the generation says of them."""
        self._replaced |= {triple: {g for g in some if is_premise([g])} for triple, some in graphs.items()}
        present = [triple for triple, some in self._replaced.items() if some]
        self._index.extend(ox.Quad(t.subject, t.predicate, t.object) for t in present)

    def retract(self, triples: Iterable[ox.Triple]) -> None:
        """Have some triples no longer be inferred."""
        for triple in triples:
            self._gone.add(triple)
            self._local.get(triple, set()).discard(INFERRED)

    def infer(self, triples: Iterable[ox.Triple]) -> None:
        """Have some triples be inferred."""
        self.add(triples, INFERRED)

    def holds(self, triple: ox.Triple) -> bool:
        """Whether a triple that was looked up is given or inferred."""
        graphs = self._graphs_of(triple)
        return INFERRED in graphs or is_premise(graphs)

    def is_given(self, triple: ox.Triple) -> bool:
        """Whether a triple that was looked up is given to reason with."""
        return is_premise(self._graphs_of(triple))

    def is_shown(self, triple: ox.Triple) -> bool:
        """Whether the generation shows a triple that was looked up, so that its graphs tell of it."""
        graphs = self._stored.get(triple, set())
        named = not any(isinstance(term, ox.BlankNode) for term in triple)
        return named and (INFERRED in graphs or is_premise(graphs))

    def _graphs_of(self, triple: ox.Triple) -> set[str]:
        stored = self._stored.get(triple, set()) - self._hidden
        if triple in self._replaced:
            stored = {graph for graph in stored if not is_premise([graph])} | self._replaced[triple]
        if triple in self._gone:
            stored = stored - {INFERRED}
        return stored | self._local.get(triple, set())

    def graphs(self, triples: Sequence[ox.Triple]) -> Asking[dict[ox.Triple, set[str]]]:
        """See :class:`World`."""
        yield from self._fetch(map(as_pattern, triples))
        return {triple: self._graphs_of(triple) for triple in triples}

    def solutions(self, questions: Sequence[Question]) -> Asking[list[tuple[int, Row]]]:
        """See :class:`World`. A question's patterns are joined one by one, those of all questions at once."""
        open_ones = [(number, dict(q.binding), q.patterns) for number, q in enumerate(questions)]
        found: list[tuple[int, Row]] = []
        while open_ones:
            found += [(number, binding) for number, binding, rest in open_ones if not rest]
            steps = [
                (number, binding, *_choose(rest, binding)) for number, binding, rest in open_ones if rest
            ]
            yield from self._fetch(pattern for _, _, pattern, _ in steps)
            open_ones = [
                (number, binding | more, rest)
                for number, binding, pattern, rest in steps
                for more in self._matches(pattern)
            ]
        return list(_within_limits(_conditioned(found, questions), questions))

    def _matches(self, pattern: Pattern) -> Iterator[dict[str, Slot]]:
        key = _key(pattern)
        local = self._index.quads_for_pattern(*key) if pattern.is_possible else ()  # type: ignore[arg-type]
        for triple in dict.fromkeys((*self._fetched.get(key, ()), *(quad.triple for quad in local))):
            if self.holds(triple) and (binding := pattern.match(as_pattern(triple))) is not None:
                yield binding

    def _fetch(self, patterns: Iterable[Pattern]) -> Asking[None]:
        """Look up in the generation what was not looked up before, and in which graphs it stands."""
        shapes: dict[tuple[bool, ...], list[_Key]] = {}
        for pattern in patterns:
            if (key := _key(pattern)) not in self._fetched:
                self._fetched[key] = {}
                if pattern.is_possible:
                    shapes.setdefault(tuple(map(_can_be_named, key)), []).append(key)
        for shape, wanted in shapes.items():
            named = [i for i in range(3) if shape[i]]
            rows = yield from look_up(
                " ".join(f"?{_POSITIONS[i]}" for i in named),
                [[key[i] for i in named] for key in wanted],
                "GRAPH ?graph { ?s ?p ?o }",
            )
            found: dict[ox.Triple, set[str]] = {}
            for number, row in rows:
                triple = ox.Triple(row["s"], row["p"], row["o"])  # type: ignore[arg-type]
                if all(t is None or t == other for t, other in zip(wanted[number], triple, strict=True)):
                    self._fetched[wanted[number]][triple] = None
                    graph = cast(ox.NamedNode, row["graph"]).value.removeprefix(self.names.graphs)
                    found.setdefault(triple, set()).add(graph)
            new = {triple: graphs for triple, graphs in found.items() if triple not in self._stored}
            yield from self._learn(new)
            self._stored |= new

    def _learn(self, found: Mapping[ox.Triple, set[str]]) -> Asking[None]:
        """Hear of triples that were not looked up before, and of the graphs that they stand in."""
        yield from ()


class Near(Altered):
    """An altered generation whose store is at hand: what is needed is looked up in it without a query.

    Args:
        store: the store of the generation.
        graphs: the short names of the graphs that are seen.
    """

    def __init__(
        self, store: ox.Store, graphs: Iterable[str], names: Names, local: Mapping[str, Iterable[ox.Triple]]
    ) -> None:
        super().__init__(names, local)
        self._store = store
        self._seen = {ox.NamedNode(names.graph(graph)): graph for graph in graphs}

    def _fetch(self, patterns: Iterable[Pattern]) -> Asking[None]:
        for pattern in patterns:
            key = _key(pattern)
            if key in self._fetched:
                continue
            found: dict[ox.Triple, set[str]] = {}
            quads = self._store.quads_for_pattern(*key, None) if pattern.is_possible else ()  # type: ignore[arg-type]
            for quad in quads:
                if (graph := self._seen.get(quad.graph_name)) is not None:  # type: ignore[arg-type]
                    found.setdefault(quad.triple, set()).add(graph)
            self._fetched[key] = dict.fromkeys(found)
            new = {triple: some for triple, some in found.items() if triple not in self._stored}
            yield from self._learn(new)
            self._stored |= new


def _choose(patterns: tuple[Pattern, ...], binding: Row) -> tuple[Pattern, tuple[Pattern, ...]]:
    """The pattern to look up next, with what is bound filled in: the one with the fewest variables."""
    bound = [pattern.bind(binding) for pattern in patterns]
    first = min(range(len(bound)), key=lambda number: len(bound[number].variables))
    return bound[first], tuple(pattern for n, pattern in enumerate(patterns) if n != first)


def _key(pattern: Pattern) -> _Key:
    s, p, o = (None if isinstance(slot, ox.Variable) else slot for slot in pattern)
    return s, p, o


def _can_be_named(term: Slot | None) -> bool:
    """Whether SPARQL can name a term; in its place it looks up all, which costs more and finds the same."""
    return isinstance(term, (ox.NamedNode, ox.Literal))


def _conditioned(found: list[tuple[int, Row]], questions: Sequence[Question]) -> list[tuple[int, Row]]:
    """The solutions that meet their questions' conditions, which the engine for SPARQL decides."""
    kept = [solution for solution in found if not questions[solution[0]].condition]
    groups: dict[str, list[tuple[int, Row]]] = {}
    for solution in found:
        if condition := questions[solution[0]].condition:
            groups.setdefault(condition, []).append(solution)
    for condition, solutions in groups.items():
        names = sorted(set(re.findall(r"\?(\w+)", condition)))
        rows = " ".join(
            f"({n} {' '.join(_opaque(row[name]) for name in names)})" for n, (_, row) in enumerate(solutions)
        )
        variables = " ".join(f"?{name}" for name in names)
        query = f"SELECT ?part WHERE {{ VALUES (?part {variables}) {{ {rows} }} FILTER({condition}) }}"
        for row in cast(ox.QuerySolutions, ox.Store().query(query)):
            kept.append(solutions[int(cast(ox.Literal, row["part"]).value)])
    return kept


def _opaque(term: Slot) -> str:
    """A term as VALUES can hold it: a name for a blank node, which conditions only tell from others."""
    return f"<urn:kgraph:blank:{term.value}>" if isinstance(term, ox.BlankNode) else str(term)


def _within_limits(
    found: Iterable[tuple[int, Row]], questions: Sequence[Question]
) -> Iterator[tuple[int, Row]]:
    counts: dict[int, int] = {}
    for number, row in found:
        counts[number] = counts.get(number, 0) + 1
        limit = questions[number].limit
        if limit is None or counts[number] <= limit:
            yield number, row

"""Random queries with SERVICE in every place, compared with what SPARQL gives over the merged data."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest

from kgraph.federation import Federation, Rules, federating
from kgraph.rdf.table import Table
from tests.federation.endpoint import Endpoint, Reply

QUERIES = 200
_IRI = "http://random.example/sparql"
_NODES = [f"<urn:n{n}>" for n in range(6)]
_VARIABLES = ["?a", "?b", "?c", "?d"]


class _Writer:
    """Writes a query. Everything is decided by the seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - the same queries each time
        self.fresh = 0
        #: Within EXISTS the values at hand reach into filters, but not as far as another endpoint.
        self.within_exists = 0

    def query(self) -> str:
        pick = self.random.random()
        group = self.group(self.random.choice([1, 2, 2]), local=True)
        if pick < 0.05:
            return f"ASK {group}"
        if pick < 0.2:
            return f"SELECT ?a (COUNT(*) AS ?n) (MIN(?b) AS ?m) {group} GROUP BY ?a"
        if pick < 0.3:
            return f"SELECT DISTINCT ?a ?b {group}"
        if pick < 0.4:
            return f"SELECT ?c ?a {group} VALUES ?a {{ <urn:n1> <urn:n2> <urn:n3> }}"
        return f"SELECT ?a ?b ?c ?d {group}"

    def group(self, depth: int, *, local: bool) -> str:
        elements = [self.triple(local)] if self.random.random() < 0.8 else []
        elements += [self.element(depth, local) for _ in range(self.random.choice([1, 1, 2, 2, 3]))]
        if self.random.random() < 0.4:
            self.random.shuffle(elements)
        return f"{{ {' '.join(elements)} }}"

    def element(self, depth: int, local: bool) -> str:
        choices: list[Callable[[], str]] = [lambda: self.triple(local), self.filter, self.bind, self.values]
        if depth > 0 and self.random.random() < 0.1:
            self.within_exists += 1
            inner = self.group(depth - 1, local=local)
            self.within_exists -= 1
            return f"FILTER {self.random.choice(['', 'NOT '])}EXISTS {inner}"
        if depth > 0:
            inner = self.group(depth - 1, local=local)
            choices = [
                *choices,
                lambda: f"OPTIONAL {inner}",
                lambda: f"OPTIONAL {inner}",
                lambda: f"MINUS {inner}",
                lambda: inner,
                lambda: f"{inner} UNION {self.group(depth - 1, local=local)}",
                lambda: f"{{ SELECT {self.random.choice(['*', '?a ?b', 'DISTINCT ?b ?c', '?d'])} {inner} }}",
                lambda: f"{{ SELECT ?b (COUNT(?a) AS ?n{self.next()}) {inner} GROUP BY ?b }}",
            ]
        if local:
            choices += [self.service] * 5
        return self.random.choice(choices)()

    def service(self) -> str:
        if self.within_exists:
            return f"SERVICE <{_IRI}> {{ {self.triple(False)} {self.triple(False)} }}"
        return f"SERVICE <{_IRI}> {self.group(self.random.choice([0, 0, 0, 1, 2]), local=False)}"

    def triple(self, local: bool) -> str:
        subject = self.random.choice(_VARIABLES)
        value = self.random.choice([*_VARIABLES, *_VARIABLES, self.random.choice(_NODES)])
        predicate = self.random.choice(
            ["<urn:p>", "<urn:q>", "<urn:r>", "<urn:p>", "<urn:q>", "<urn:p>/<urn:q>"]
        )
        if local and self.random.random() < 0.1:
            return f"GRAPH <urn:g> {{ {subject} {predicate} {value} }}"
        return f"{subject} {predicate} {value} ."

    def filter(self) -> str:
        left, right = self.random.sample(_VARIABLES, 2)
        return "FILTER({})".format(
            self.random.choice(
                [
                    f"{left} = {right}",
                    f"{left} != {self.random.choice(_NODES)}",
                    f"BOUND({left})",
                    f"!BOUND({left})",
                    f"COALESCE({left}, <urn:n1>) = {self.random.choice(_NODES)}",
                    f"{left} < {right} || !BOUND({right})",
                ]
            )
        )

    def bind(self) -> str:
        target = self.random.choice([*_VARIABLES, f"?v{self.next()}"])
        return f"BIND({self.random.choice([*_VARIABLES, *_NODES])} AS {target})"

    def values(self) -> str:
        names = self.random.sample(_VARIABLES, 2)
        rows = " ".join(
            f"({' '.join(self.random.choice([*_NODES, 'UNDEF']) for _ in names)})" for _ in range(3)
        )
        return f"VALUES ({' '.join(names)}) {{ {rows} }}"

    def next(self) -> int:
        self.fresh += 1
        return self.fresh


def _triples(seed: int) -> list[ox.Triple]:
    random = Random(seed)  # noqa: S311 - the same data each time
    terms = [ox.NamedNode(node[1:-1]) for node in _NODES]
    return [
        ox.Triple(random.choice(terms), ox.NamedNode(f"urn:{random.choice('pqr')}"), random.choice(terms))
        for _ in range(10)
    ]


def _store(quads: Iterable[tuple[ox.Triple, ox.NamedNode | ox.BlankNode | ox.DefaultGraph]]) -> ox.Store:
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t, graph in quads)
    return store


def _rows(results: object) -> Counter[tuple[str, ...]] | bool:
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    assert isinstance(results, ox.QuerySolutions)
    names = sorted(variable.value for variable in results.variables)
    return Counter(tuple(str(row[name]) for name in names) for row in results)


@pytest.fixture(scope="module")
def remote() -> Iterator[tuple[str, ox.Store]]:
    store = _store((triple, ox.DefaultGraph()) for triple in _triples(1))

    def answer(query: str) -> Reply:
        solutions = store.query(query)
        assert isinstance(solutions, ox.QuerySolutions)
        return Reply(solutions.serialize(format=ox.QueryResultsFormat.JSON) or b"")

    with Endpoint(answer).listening() as endpoint:
        yield endpoint.url, store


def test_random_queries_give_what_sparql_gives_over_the_merged_data(
    remote: tuple[str, ox.Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, remote_store = remote
    monkeypatch.setattr(federating, "BATCH", 4)
    monkeypatch.setattr(federating, "BESIDE", 2)
    graphs: list[ox.DefaultGraph | ox.NamedNode] = [ox.DefaultGraph(), ox.NamedNode("urn:g")]
    local = _store((triple, graph) for triple in _triples(0) for graph in graphs)
    merged = _store(
        [
            *((quad.triple, quad.graph_name) for quad in local),
            *((quad.triple, ox.NamedNode("urn:remote")) for quad in remote_store),
        ]
    )
    visible: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode("urn:g"), ox.NamedNode("urn:remote")]

    async def ask(query: str) -> Table | bool:
        results = local.query(query, named_graphs=[ox.NamedNode("urn:g")])
        if isinstance(results, ox.QueryBoolean):
            return bool(results)
        assert isinstance(results, ox.QuerySolutions)
        names = tuple(variable.value for variable in results.variables)
        return Table(names, tuple({name: row[name] for name in names} for row in results), {})

    async def compare() -> int:
        rules = Rules(frozenset({_IRI}), mirrors={_IRI: url}, max_age_s=0, rate=1e6)
        federation = Federation(rules, tmp_path)
        asked = 0
        for seed in range(QUERIES):
            text = _Writer(seed).query()
            if _IRI not in text:
                continue
            try:
                expected = _rows(
                    merged.query(
                        text.replace(f"SERVICE <{_IRI}>", "GRAPH <urn:remote>"), named_graphs=visible
                    )
                )
            except SyntaxError:
                continue  # it binds a variable twice
            asked += 1
            expanded = await federation.expand(text, ask)
            got = _rows(local.query(expanded, named_graphs=[ox.NamedNode("urn:g")]))
            assert got == expected, f"seed {seed}: {text}"
        await federation.aclose()
        return asked

    assert asyncio.run(compare()) > QUERIES / 3

"""The next generation from a checkpoint: what changed, and an exact union after any history of changes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph.errors import GraphStateError, ReadOnlyGraphError
from kgraph.store import Catalog, Draft, Generation, Manifest, write_generation
from kgraph.store import cover as cover_module
from kgraph.store import draft as draft_module
from kgraph.store.generation import FORMAT
from kgraph.store.manifest import graph_name
from kgraph.store.workspace import Workspace
from kgraph.vocab import HIDDEN_GRAPHS, UNION_GRAPH

E = "http://example.org/"
PROJECT = {E + "p1": [1, 2], E + "p2": [2, 3]}
G, H, J = (ox.NamedNode(E + name) for name in "abc")
GRAPHS = [ox.DefaultGraph(), G, H, J]


def triple(number: int) -> ox.Triple:
    return ox.Triple(ox.NamedNode(f"{E}s{number}"), ox.NamedNode(E + "p"), ox.Literal(number))


def quad(number: int, graph: object) -> ox.Quad:
    t = triple(number)
    return ox.Quad(t.subject, t.predicate, t.object, cast(ox.NamedNode, graph))


def found(folder: Path) -> Generation:
    """A generation of two overlapping project graphs, and nothing of clients."""
    graphs = {iri: [triple(n) for n in numbers] for iri, numbers in PROJECT.items()}
    manifest = Manifest(
        "g000", "", "t", E, FORMAT, {}, {}, dict.fromkeys(PROJECT, 2), 4, "", 0, {E + "p1": ["one.ttl"]}
    )
    catalog = Catalog(folder)
    with catalog.writing():
        return catalog.publish("g000", lambda path: write_generation(path, graphs, {}, manifest))


@dataclass
class History:
    """A catalog to which one write after the other is published."""

    folder: Path
    count: int = 0
    workspace: Workspace | None = None

    def write(self, *changes: object) -> Generation:
        self.count += 1
        catalog, name = Catalog(self.folder), f"g{self.count:03}"

        def work(path: Path) -> Generation:
            with Draft(catalog.current(), path, workspace=self.workspace) as draft:
                for change in changes:
                    change(draft)  # type: ignore[operator]
                return draft.seal(name, made_by="test")

        with catalog.writing():
            return catalog.publish(name, work)


@pytest.fixture
def history(tmp_path: Path) -> History:
    found(tmp_path)
    return History(tmp_path)


def contents(generation: Generation) -> set[ox.Quad]:
    return set(ox.Store.read_only(str(generation.store_path)))


def visible(generation: Generation) -> set[ox.Quad]:
    hidden = {ox.NamedNode(iri) for iri in HIDDEN_GRAPHS}
    return {each for each in contents(generation) if each.graph_name not in hidden}


def assert_union_is_exact(generation: Generation) -> None:
    store = ox.Store.read_only(str(generation.store_path))
    cover = [graph_name(key) for key in generation.manifest.cover]
    rows = cast(
        ox.QuerySolutions,
        store.query("SELECT * { ?s ?p ?o }", default_graph=cover, named_graphs=[]),
    )
    asked = [(row["s"], row["p"], row["o"]) for row in rows]
    expected = {(q.subject, q.predicate, q.object) for q in visible(generation)}
    assert len(asked) == len(set(asked)), "a triple stands in two members of the cover"
    assert set(asked) == expected
    project = {q.triple for q in store if q.graph_name == ox.NamedNode(UNION_GRAPH)}
    assert project == {triple(n) for n in (1, 2, 3)}


def assert_manifest_is_true(generation: Generation) -> None:
    manifest = generation.manifest
    store = ox.Store.read_only(str(generation.store_path))
    names = {str(name) for name in store.named_graphs()} - {f"<{iri}>" for iri in HIDDEN_GRAPHS}
    assert names == {f"<{iri}>" for iri in manifest.named_graphs}
    for key, count in {**manifest.graphs, **manifest.client_graphs}.items():
        assert len(list(store.quads_for_pattern(None, None, None, graph_name(key)))) == count, key
    default = len(list(store.quads_for_pattern(None, None, None, ox.DefaultGraph())))
    assert manifest.client_graphs.get("default", 0) == default
    assert manifest.quads in (None, len(store))


def assert_record_is_exact(generation: Generation, base: Generation) -> None:
    assert generation.manifest.base == base.id
    added, removed = (
        set(ox.parse(path=generation.path / name, format=ox.RdfFormat.N_QUADS))
        for name in ("added.nq", "removed.nq")
    )
    before, after = contents(base), contents(generation)
    assert added == after - before
    assert removed == before - after


def test_without_clients_a_query_asks_the_projects_union_alone(history: History) -> None:
    assert list(history.write().manifest.cover) == [UNION_GRAPH]


def test_a_write_is_a_generation_of_its_own_and_its_base_stays_as_it_was(history: History) -> None:
    base = Catalog(history.folder).current()
    before = contents(base)
    after = history.write(lambda d: d.change(added=[quad(1, G), quad(9, G), quad(9, ox.DefaultGraph())]))
    assert contents(base) == before
    assert visible(after) - before == {quad(1, G), quad(9, G), quad(9, ox.DefaultGraph())}
    assert dict(after.manifest.client_graphs) == {G.value: 2, "default": 1}
    assert (after.manifest.previous, after.manifest.made_by) == (base.id, "test")
    assert after.manifest.canonical_hash == base.manifest.canonical_hash
    assert after.manifest.triples == base.manifest.triples
    assert_union_is_exact(after)


def test_what_a_write_changes_is_recorded_with_the_hidden_graphs(history: History) -> None:
    base = Catalog(history.folder).current()
    first = history.write(lambda d: d.change(added=[quad(1, G), quad(9, G)]))
    assert_record_is_exact(first, base)
    second = history.write(
        lambda d: d.change(removed=[quad(9, G)], added=[quad(8, G)]),
        lambda d: d.change(removed=[quad(8, G)], added=[quad(9, G), quad(7, H)]),
    )
    assert_record_is_exact(second, first)
    assert len((second.path / "added.nq").read_text().splitlines()) == 2


def test_what_is_both_removed_and_added_is_there(history: History) -> None:
    history.write(lambda d: d.change(added=[quad(9, G)]))
    after = history.write(lambda d: d.change(removed=[quad(9, G)], added=[quad(9, G)]))
    assert quad(9, G) in visible(after)


@pytest.mark.parametrize("name", [*PROJECT, E + "graph/stated", *HIDDEN_GRAPHS])
def test_the_projects_graphs_cannot_be_written_to(history: History, name: str) -> None:
    graph = ox.NamedNode(name)
    writes = {
        "add": lambda d: d.change(added=[quad(9, graph)]),
        "add what is there": lambda d: d.change(added=[quad(1, graph)]),
        "remove": lambda d: d.change(removed=[quad(1, graph)]),
        "create": lambda d: d.create(graph),
        "clear": lambda d: d.clear(graph),
        "drop": lambda d: d.drop(graph),
    }
    before = Catalog(history.folder).current().id
    for write in writes.values():
        with pytest.raises(ReadOnlyGraphError, match=name):
            history.write(write)
    assert Catalog(history.folder).current().id == before


def test_the_error_names_the_file_that_a_graph_is_made_from(history: History) -> None:
    with pytest.raises(ReadOnlyGraphError, match=r"p1> is made from one\.ttl"):
        history.write(lambda d: d.drop(ox.NamedNode(E + "p1")))
    with pytest.raises(ReadOnlyGraphError, match="p2> is computed"):
        history.write(lambda d: d.drop(ox.NamedNode(E + "p2")))


def test_an_empty_graph_is_there_until_it_is_dropped(history: History) -> None:
    created = history.write(lambda d: d.create(G))
    assert dict(created.manifest.client_graphs) == {G.value: 0}
    assert_manifest_is_true(created)
    with pytest.raises(GraphStateError, match="exists already"):
        history.write(lambda d: d.create(G))
    emptied = history.write(lambda d: d.change(added=[quad(9, G)]), lambda d: d.clear(G))
    assert dict(emptied.manifest.client_graphs) == {G.value: 0}
    dropped = history.write(lambda d: d.drop(G))
    assert dict(dropped.manifest.client_graphs) == {}
    assert_manifest_is_true(dropped)
    for gone in ("clear", "drop"):
        with pytest.raises(GraphStateError, match="There is no graph"):
            history.write(lambda d, gone=gone: getattr(d, gone)(G))


numbers = st.integers(1, 6)
quads = st.builds(quad, numbers, st.sampled_from(GRAPHS))
change = st.one_of(
    st.tuples(st.just("change"), st.lists(quads, max_size=6), st.lists(quads, max_size=6)),
    st.tuples(st.just("clear"), st.sampled_from(GRAPHS)),
    st.tuples(st.just("drop"), st.sampled_from(GRAPHS)),
    st.tuples(st.just("settle"), st.sampled_from(GRAPHS), st.lists(numbers, max_size=6)),
)


def carry_out(draft: Draft, step: tuple[object, ...]) -> None:
    if step[0] == "change":
        draft.change(removed=cast("list[ox.Quad]", step[1]), added=cast("list[ox.Quad]", step[2]))
    elif step[0] == "settle":  # as a bulk load does
        graph = cast(ox.NamedNode, step[1])
        draft.grow(graph, lambda: draft.store.bulk_extend(quad(n, graph) for n in cast("list[int]", step[2])))
    elif draft.has_graph(graph := cast(ox.NamedNode, step[1])):
        (draft.clear if step[0] == "clear" else draft.drop)(graph)


@pytest.fixture
def easily_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graphs of two triples count as large, so that they become members of the cover."""
    monkeypatch.setattr(cover_module, "LARGE_TRIPLES", 2)


@settings(max_examples=20, deadline=None)
@given(writes=st.lists(st.lists(change, min_size=1, max_size=4), min_size=1, max_size=4))
@pytest.mark.usefixtures("easily_large")
def test_the_cover_is_disjoint_and_exact_after_any_history(
    tmp_path_factory: pytest.TempPathFactory, writes: list[list[tuple[object, ...]]]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    base = found(folder)
    history = History(folder, workspace=Workspace())
    for write in writes:
        after = history.write(*(lambda d, step=step: carry_out(d, step) for step in write))
        assert_union_is_exact(after)
        assert_manifest_is_true(after)
        if after.manifest.base is not None:
            assert_record_is_exact(after, base)
        base = after
    assert history.workspace is not None
    history.workspace.drop()


def test_large_graphs_are_emptied_by_copying_the_rest(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_module, "LIMIT_QUADS", 2)
    monkeypatch.setattr(draft_module, "_COPIES_A_REMOVAL", 10)
    blank = ox.Quad(ox.BlankNode("b"), ox.NamedNode(E + "p"), ox.Literal(1), H)
    many = [quad(n, graph) for n in (1, 4, 5, 6) for graph in (G, ox.DefaultGraph())]
    history.write(lambda d: d.change(added=[*many, quad(4, H), blank]), lambda d: d.create(J))
    history.workspace = Workspace()
    for write in (
        lambda d: (d.clear(G), d.change(added=[quad(9, G)])),
        lambda d: (d.drop(ox.DefaultGraph()), d.drop(G), d.create(G)),
    ):
        after = history.write(write)
        assert_union_is_exact(after)
        assert_manifest_is_true(after)
        assert blank in visible(after)
        assert (after.path / "oxigraph").is_dir()
        assert not list(after.path.glob("copy*"))
    history.workspace.drop()
    assert after.manifest.client_graphs == {G.value: 0, H.value: 2, J.value: 0}


def test_large_graphs_are_asked_as_they_are(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cover_module, "LARGE_TRIPLES", 3)

    def load(d: Draft) -> None:
        d.grow(G, lambda: d.store.bulk_extend(quad(n, G) for n in (7, 8, 9)))

    after = history.write(load)
    assert set(after.manifest.cover) == {UNION_GRAPH, G.value}
    assert_union_is_exact(after)


def test_of_two_large_graphs_that_overlap_the_larger_is_asked_as_it_is(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cover_module, "LARGE_TRIPLES", 4)

    def load(d: Draft) -> None:
        d.grow(G, lambda: d.store.bulk_extend(quad(n, G) for n in (6, 7, 8, 9)))

    history.write(load)
    after = history.write(lambda d: d.change(added=[quad(1, G)]))
    assert set(after.manifest.cover) == {G.value, "urn:kgraph:extra"}
    assert after.manifest.base is None
    assert_union_is_exact(after)


def test_a_write_leaves_what_the_manifest_says_of_the_project(history: History) -> None:
    base = Catalog(history.folder).current().manifest
    after = asdict(history.write(lambda d: d.create(G)).manifest)
    changed = {name for name, value in asdict(base).items() if after[name] != value}
    own = {"client_graphs", "client_versions", "built", "quads", "made_by", "previous", "base"}
    assert changed - own == {"id", "created"}
    assert (after["built"], after["client_versions"]) == (base.id, {G.value: after["id"]})


def test_a_large_load_has_its_files_merged_and_a_small_one_does_not(history: History) -> None:
    def files(*loads: range) -> int:
        def load_each(d: Draft) -> None:
            def load() -> None:
                for numbers in loads:
                    d.store.bulk_extend(quad(n, G) for n in numbers)

            d.grow(G, load)

        return len(list((history.write(load_each).path / "oxigraph").glob("*.sst")))

    # RocksDB decides how many files a merge leaves. Files that are not merged only add up.
    merged = files(*(range(100 * n, 100 * n + 100) for n in range(5)))
    unmerged = files(range(1000, 1010), range(1010, 1020))
    assert unmerged > merged
    assert files(range(2000, 3000), range(3000, 4000)) < unmerged

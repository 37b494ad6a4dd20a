"""A sealed generation, and the catalog that changes "current" by one rename."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph.errors import NoGenerationError, StoreError
from kgraph.store import Catalog, Generation, Manifest, write_generation
from kgraph.store.catalog import KEPT
from kgraph.store.generation import FORMAT, canonical_hash
from kgraph.vocab import UNION_GRAPH

E = "http://example.org/"
MANIFEST = Manifest("", "2026-01-01T00:00:00+00:00", "t", E, FORMAT, {}, {}, {}, 0, "", 0)


def triple(subject: str, value: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(E + subject), ox.NamedNode(E + "p"), ox.Literal(value))


GRAPHS = {
    E + "a": [triple("s", "both"), triple("s", "only a")],
    E + "b": [triple("s", "both")],
    E + "none": [],
}


def publish(catalog: Catalog, name: str) -> Generation:
    with catalog.writing():
        return catalog.publish(
            name,
            lambda path: write_generation(path, GRAPHS, {"queries/q.rq": name}, replace(MANIFEST, id=name)),
        )


def snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_ino, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_union_graph_is_the_set_of_all_triples(tmp_path: Path) -> None:
    generation = publish(Catalog(tmp_path), "g1")
    store = ox.Store.read_only(str(generation.store_path))
    union = {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(UNION_GRAPH))}
    named = [
        quad.triple for iri in GRAPHS for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(iri))
    ]
    assert union == set(named)
    assert (len(union), len(named)) == (2, 3)
    assert {graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)} == {
        *GRAPHS,
        UNION_GRAPH,
    }


def test_sealed_opening_and_querying_change_no_file(tmp_path: Path) -> None:
    generation = publish(Catalog(tmp_path), "g1")
    before = snapshot(generation.path)
    assert len(before) > 4
    store = ox.Store.read_only(str(generation.store_path))
    rows = store.query("SELECT * { GRAPH ?g { ?s ?p ?o } } ORDER BY ?o")
    assert isinstance(rows, ox.QuerySolutions)
    assert len(list(rows)) == 5
    with pytest.raises((OSError, RuntimeError), match="read"):
        store.add(ox.Quad(ox.NamedNode(E + "s"), ox.NamedNode(E + "p"), ox.Literal("x")))
    del store, rows
    assert list(generation.queries()) == [("queries/q.rq", "g1")]
    assert snapshot(generation.path) == before


def test_current_follows_what_was_published_last(tmp_path: Path) -> None:
    catalog, reader = Catalog(tmp_path), Catalog(tmp_path)
    with pytest.raises(NoGenerationError, match="kgraph build"):
        catalog.current()
    publish(catalog, "g1")
    assert reader.current().id == "g1"
    publish(catalog, "g2")
    assert reader.current().id == "g2"
    assert [generation.id for generation in reader.generations()] == ["g2", "g1"]


def test_only_the_last_generations_are_kept(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    for number in range(1, KEPT + 4):
        publish(catalog, f"g{number}")
    names = [generation.id for generation in catalog.generations()]
    assert names == [f"g{number}" for number in range(KEPT + 3, 3, -1)]
    assert len(names) == KEPT
    assert catalog.current().id == names[0]


def test_a_write_that_fails_leaves_current_as_it_was(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    publish(catalog, "g1")

    def fail(path: Path) -> Generation:
        (path / "oxigraph").mkdir(parents=True)
        raise RuntimeError("in the middle")

    with catalog.writing(), pytest.raises(RuntimeError):
        catalog.publish("g2", fail)
    assert catalog.current().id == "g1"
    (tmp_path / "generations" / ".new-g2").mkdir()  # as a writer that was killed leaves it
    publish(catalog, "g3")
    assert {path.name for path in (tmp_path / "generations").iterdir()} == {"g1", "g3"}


def test_a_disk_without_room_is_said_in_a_sentence(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    publish(catalog, "g1")

    def fill(path: Path) -> Generation:
        path.mkdir()
        with Path("/dev/full").open("w") as full:
            full.write("x")
        raise AssertionError("there is always room on /dev/full")

    with catalog.writing(), pytest.raises(StoreError, match="cannot be written: No space left") as caught:
        catalog.publish("g2", fill)
    assert "--store" in caught.value.hint
    assert catalog.current().id == "g1"


def test_a_store_below_a_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(StoreError, match="cannot be written") as caught,
        Catalog(tmp_path / "file" / "s").writing(),
    ):
        pass
    assert "--store" in caught.value.hint


def test_one_writes_at_a_time_and_readers_need_no_lock(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    publish(catalog, "g1")
    with catalog.writing():
        with pytest.raises(StoreError, match="Another process is writing"), Catalog(tmp_path).writing():
            pass
        assert Catalog(tmp_path).current().id == "g1"
    publish(catalog, "g2")


def test_the_lock_is_the_operating_systems_and_outlives_nobody(tmp_path: Path) -> None:
    publish(Catalog(tmp_path), "g1")
    assert (tmp_path / "lock").exists()
    descriptor = os.open(tmp_path / "lock", os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with pytest.raises(StoreError):
        publish(Catalog(tmp_path), "g2")
    os.close(descriptor)
    assert publish(Catalog(tmp_path), "g2").id == "g2"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"id": 1}', '{"id": "g1", "news": 1}'])
def test_a_manifest_of_another_kind_is_an_error_with_a_hint(content: str, tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    publish(catalog, "g1")
    (tmp_path / "generations" / "g1" / "manifest.json").write_text(content)
    with pytest.raises(StoreError, match="g1 cannot be read") as caught:
        Catalog(tmp_path).current()
    assert "build again" in caught.value.hint
    assert list(Catalog(tmp_path).generations()) == []


def test_a_manifest_is_the_json_of_its_fields(tmp_path: Path) -> None:
    generation = publish(Catalog(tmp_path), "g1")
    content = json.loads((generation.path / "manifest.json").read_text(encoding="utf-8"))
    assert content["id"] == "g1"
    assert Manifest(**content) == generation.manifest


names = st.sampled_from("abcd")
quads = st.lists(st.tuples(names, names, names | st.none(), names), max_size=8)


def dataset(rows: Iterable[tuple[str, str, str | None, str]], label: str) -> list[ox.Quad]:
    """Quads whose terms a and b are blank nodes, labelled anyhow."""

    def node(name: str) -> ox.NamedNode | ox.BlankNode:
        return ox.BlankNode(label + name) if name in "ab" else ox.NamedNode(E + name)

    return [
        ox.Quad(node(s), ox.NamedNode(E + p), ox.Literal("x") if o is None else node(o), ox.NamedNode(E + g))
        for s, p, o, g in rows
    ]


@settings(max_examples=50, deadline=None)
@given(rows=quads, seed=st.randoms(use_true_random=False))
def test_the_hash_knows_neither_the_order_nor_the_names_of_blank_nodes(
    rows: list[tuple[str, str, str | None, str]], seed: object
) -> None:
    shuffled = list(rows)
    getattr(seed, "shuffle")(shuffled)  # noqa: B009 - hypothesis types it as object
    assert canonical_hash(dataset(rows, "x")) == canonical_hash(dataset(shuffled, "other"))
    if len(set(rows)) > 0:
        assert canonical_hash(dataset(rows, "x")) != canonical_hash(dataset(rows[:0], "x"))

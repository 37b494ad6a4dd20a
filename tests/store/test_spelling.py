"""Values come back as they were written, wherever a graph is given as it is; queries see values."""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kgraph.store import Catalog, Generation, Manifest, write_generation
from kgraph.store import lines as lines_module
from kgraph.store.dumping import dump_generation
from kgraph.store.generation import FORMAT
from kgraph.store.loading import load_files, recognise
from kgraph.store.spelling import Notebook, is_kept, restore, stored
from kgraph.vocab import XSD

from .test_drafts import G, H, History, assert_manifest_is_true, assert_record_is_exact, found

E = "http://example.org/"
INTEGERS = (
    "integer byte short int long unsignedByte unsignedShort unsignedInt unsignedLong positiveInteger "
    "negativeInteger nonPositiveInteger nonNegativeInteger"
).split()
OTHERS = (
    "decimal double float boolean dateTime dateTimeStamp date time gYear gYearMonth gMonth gMonthDay gDay "
    "duration yearMonthDuration dayTimeDuration string anyURI hexBinary normalizedString"
).split()
digits = st.from_regex(r"[+-]?[0-9]{1,4}(\.[0-9]{0,3})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
dates = st.from_regex(
    r"(-?[0-9]{4}(-[01][0-9](-[0-3][0-9])?)?|--[01][0-9](-[0-3][0-9])?|---[0-3][0-9])?"
    r"(T?[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]{1,3})?)?(Z|[+-](00|01|14):(00|30))?",
    fullmatch=True,
)
durations = st.from_regex(
    r"-?P([0-9]{1,2}Y)?([0-9]{1,2}M)?([0-9]D)?(T([0-9]{1,2}H)?([0-9]{1,2}S)?)?", fullmatch=True
)
spellings = digits | dates | durations | st.sampled_from("true false 1 0 INF -INF NaN -0 +INF x".split())
literals = st.builds(
    lambda value, name: ox.Literal(value, datatype=ox.NamedNode(XSD + name)),
    spellings,
    st.sampled_from([*INTEGERS, *OTHERS]),
)
#: Spellings that differ from Oxigraph's, each of another value.
VALUES = [
    ("007", "integer"),
    ("+8", "integer"),
    *((str(9 + place), name) for place, name in enumerate(INTEGERS[1:])),
    ("-3", "negativeInteger"),
    ("1.50", "decimal"),
    ("02.0", "decimal"),
    ("1", "boolean"),
    ("2024-01-01T10:00:00.000Z", "dateTime"),
    ("2024-01-01T24:00:00Z", "dateTime"),
    ("2024-05-01+00:00", "date"),
    ("10:00:00.50", "time"),
    ("1.0E2", "double"),
    ("P12M", "duration"),
    ("abc", "integer"),
    ("plain", "string"),
]


def literal(value: str, name: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(XSD + name))


def triples(subjects: Iterable[Any]) -> list[ox.Triple]:
    predicate = ox.NamedNode(E + "p")
    found = [ox.Triple(s, predicate, literal(*value)) for s, value in product(subjects, VALUES)]
    return [*found, ox.Triple(ox.NamedNode(E + "r"), predicate, found[0])]


def named() -> list[ox.Triple]:
    return triples([ox.NamedNode(E + "s")])


def everything() -> list[ox.Triple]:
    return triples([ox.NamedNode(E + "s"), ox.BlankNode("b")])


def in_graph(given: Iterable[ox.Triple], graph: Any) -> list[ox.Quad]:
    return [ox.Quad(each.subject, each.predicate, each.object, graph) for each in given]


def exported(generation: Generation, graph: str | None = None) -> list[str]:
    output = io.BytesIO()
    dump_generation(generation, output, "nq", graph=graph, prefixes={})
    return canonical(ox.parse(output.getvalue(), ox.RdfFormat.N_QUADS))


def canonical(quads: Iterable[ox.Quad]) -> list[str]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


@pytest.fixture
def history(tmp_path: Path) -> History:
    found(tmp_path)
    return History(tmp_path)


@given(literals)
@example(literal("1.0", "decimal"))
@example(literal("-0", "integer"))
def test_what_counts_as_kept_is_kept(term: ox.Literal) -> None:
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode(E + "s"), ox.NamedNode(E + "p"), term))
    (quad,) = store
    assert stored(ox.Quad(quad.subject, quad.predicate, term)) == quad
    if is_kept(term):
        assert quad.object == term


def test_most_values_need_no_note() -> None:
    numbers = [("12", "integer"), ("-1.25", "decimal"), ("0.5", "double")]
    dates = [("2024-01-01", "date"), ("2024-01-01T10:00:00Z", "dateTime")]
    assert all(is_kept(literal(*each)) for each in [*numbers, *dates, ("true", "boolean"), ("x", "string")])


@given(st.lists(st.tuples(literals, st.sampled_from(["s", "t"]), st.sampled_from(["", "g"])), max_size=6))
def test_notes_of_lines_and_of_quads_restore_what_was_written(
    rows: list[tuple[ox.Literal, str, str]],
) -> None:
    quads = [
        ox.Quad(
            ox.NamedNode(E + subject),
            ox.NamedNode(f"{E}p{number}"),
            term,
            ox.NamedNode(E + graph) if graph else ox.DefaultGraph(),
        )
        for number, (term, subject, graph) in enumerate(rows)
    ]
    document = "".join(f"{quad} .\n" for quad in quads).encode()
    graphs = [G, ox.NamedNode(E + "g")]
    placed = [
        ox.Quad(quad.subject, quad.predicate, quad.object, graphs[bool(row[2])])
        for quad, row in zip(quads, rows, strict=True)
    ]

    def by_lines(store: ox.Store, notebook: Notebook) -> None:
        store.bulk_load(input=document, format=ox.RdfFormat.N_QUADS, to_graph=G)
        notebook.look_at(document, G)

    def by_quads(store: ox.Store, notebook: Notebook) -> None:
        store.bulk_extend(notebook.pass_on(quads, G))

    for load in (by_lines, by_quads):
        store, notebook = ox.Store(), Notebook()
        load(store, notebook)
        notebook.settle(store)
        visible = [quad for name in graphs for quad in store.quads_for_pattern(None, None, None, name)]
        assert canonical(restore(store, visible)) == canonical(placed)


@pytest.mark.parametrize("suffix", ["ttl", "nt", "nq", "trig", "jsonld", "rdf"])
def test_what_is_loaded_is_exported_as_it_was(
    history: History, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_module, "_SMALLEST_PIECE_BYTES", 500)
    monkeypatch.setattr(lines_module, "_LARGEST_PIECE_BYTES", 500)
    given = everything()
    if suffix == "jsonld":
        given = [each for each in given if not isinstance(each.object, ox.Triple)]
    rdf_format = ox.RdfFormat.from_extension(suffix)
    assert rdf_format is not None
    path = tmp_path / f"data.{suffix}"
    path.write_bytes(ox.serialize(given, format=rdf_format) or b"")
    base = Catalog(history.folder).current()
    generation = load_files(Catalog(history.folder), [recognise(path)], G, progress=lambda step: None)
    assert exported(generation, G.value) == canonical(in_graph(given, G))
    assert generation.manifest.client_graphs == {G.value: len(given)}
    assert exported(base) == [each for each in exported(generation) if not each.endswith(f" {G}")]


def test_a_build_keeps_the_spelling_of_its_files(tmp_path: Path) -> None:
    manifest = Manifest("g000", "", "t", E, FORMAT, {}, {}, {E + "p1": len(named())}, len(named()), "", 0)
    catalog = Catalog(tmp_path)
    with catalog.writing():
        generation = catalog.publish(
            "g000", lambda path: write_generation(path, {E + "p1": named()}, {}, manifest)
        )
    assert exported(generation) == canonical(in_graph(named(), ox.NamedNode(E + "p1")))


def test_a_change_keeps_the_spelling_and_its_record_is_exact(history: History) -> None:
    base = Catalog(history.folder).current()
    given = [*in_graph(named(), G), *in_graph(named(), ox.DefaultGraph())]
    first = history.write(lambda d: d.change(added=given))
    assert_record_is_exact(first, base)
    assert_manifest_is_true(first)
    assert exported(first, G.value) == canonical(in_graph(named(), G))
    assert exported(first, "default") == canonical(in_graph(named(), ox.DefaultGraph()))
    second = history.write(lambda d: d.change(removed=in_graph(named(), G)))
    assert_record_is_exact(second, first)
    assert_manifest_is_true(second)
    assert exported(second, "default") == exported(first, "default")
    third = history.write(lambda d: d.change(added=map(stored, in_graph(named(), G))))
    assert exported(third, G.value) == canonical(map(stored, in_graph(named(), G)))


def one(value: str, name: str = "integer") -> ox.Quad:
    return ox.Quad(ox.NamedNode(E + "s"), ox.NamedNode(E + "p"), literal(value, name), G)


@pytest.mark.parametrize(
    ("removed", "added", "left"),
    [
        ([one("7")], [one("07")], [one("07")]),
        ([one("007")], [one("7")], [one("7")]),
        ([one("7")], [], []),
        ([one("0007")], [], []),
        ([], [one("7", "byte")], [one("007"), one("7", "byte")]),
        ([one("8")], [one("08")], [one("007"), one("08")]),
    ],
)
def test_a_value_is_removed_and_added_whatever_its_spelling(
    history: History, removed: list[ox.Quad], added: list[ox.Quad], left: list[ox.Quad]
) -> None:
    history.write(lambda d: d.change(added=[one("007")]))
    generation = history.write(lambda d: d.change(removed=removed, added=added))
    assert [each for each in exported(generation) if each.endswith(f" {G}")] == canonical(left)
    assert_manifest_is_true(generation)


@pytest.mark.parametrize("act", ["clear", "drop"])
def test_a_graph_that_is_emptied_takes_its_notes_along(history: History, act: str) -> None:
    empty = history.write(lambda d: d.create(G))
    history.write(lambda d: d.change(added=[*in_graph(named(), G), *in_graph(named(), H)]))
    generation = history.write(lambda d: getattr(d, act)(G))
    back = history.write(lambda d: d.change(added=map(stored, in_graph(named(), G))))
    assert exported(back, G.value) == canonical(map(stored, in_graph(named(), G)))
    assert exported(back, H.value) == canonical(in_graph(named(), H))
    assert len(exported(generation)) == len(exported(empty)) + len(named())


def test_a_query_sees_values(history: History) -> None:
    generation = history.write(lambda d: d.change(added=in_graph(named(), G)))
    store = ox.Store.read_only(str(generation.store_path))

    def ask(text: str) -> Any:
        return store.query(text, default_graph=G)

    assert bool(ask(f"ASK {{ <{E}s> <{E}p> 7, 8, 1.5, true }}"))
    assert int(next(ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))[0].value) == len(named())

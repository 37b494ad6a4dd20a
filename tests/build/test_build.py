"""The pipeline: one sealed, published generation for each state of the sources, or none at all."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph.build import build, inspect_project
from kgraph.errors import NoGenerationError, ProjectError, StoreError
from kgraph.settings import Settings, load_settings
from kgraph.store import Catalog, Draft, Generation
from kgraph.store.cover import in_graph
from kgraph.store.generation import FORMAT, canonical_hash
from kgraph.store.manifest import graph_key, graph_name
from kgraph.vocab import HIDDEN_GRAPHS, UNION_GRAPH, is_apart

ENTITIES = "data/ttl/entities.ttl"
E = "http://example.org/"


def settings_of(folder: Path) -> Settings:
    return load_settings(folder, environ={})


def quads_of(generation: Generation) -> list[ox.Quad]:
    store = ox.Store.read_only(str(generation.store_path))
    hidden = {ox.NamedNode(iri) for iri in HIDDEN_GRAPHS}
    return [quad for quad in store if quad.graph_name not in hidden]


def united(generation: Generation) -> set[ox.Triple]:
    """What the union holds: neither drafts nor what the dataset says of itself."""
    return {quad.triple for quad in quads_of(generation) if not is_apart(graph_key(quad.graph_name))}


def entries(folder: Path) -> set[str]:
    return {path.name for path in (folder / ".kgraph" / "generations").iterdir()}


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A project of one data file, which builds in no time."""
    folder = tmp_path / "bare"
    (folder / "data" / "ttl").mkdir(parents=True)
    (folder / ENTITIES).write_text(f'<{E}a> <{E}p> "one" .\n', encoding="utf-8")
    return folder


def test_truth_a_store_deleted_and_built_again_has_the_same_hash(shapeless_mill: Path) -> None:
    first = build(settings_of(shapeless_mill)).generation
    shutil.rmtree(shapeless_mill / ".kgraph")
    second = build(settings_of(shapeless_mill)).generation
    assert first.manifest.canonical_hash == second.manifest.canonical_hash
    assert first.manifest.graphs == second.manifest.graphs
    assert first.manifest.sources == second.manifest.sources
    assert canonical_hash(quads_of(second)) == second.manifest.canonical_hash
    assert second.manifest.triples == len(quads_of(second)) == sum(second.manifest.graphs.values())


def test_the_manifest_names_every_source_by_its_digest(shapeless_mill: Path) -> None:
    (shapeless_mill / ".hidden.ttl").touch()
    generation = build(settings_of(shapeless_mill)).generation
    sources = [
        path
        for folder in ("ontology", "data", "seeds", "queries")
        for path in (shapeless_mill / folder).rglob("*.*")
        if path.is_file()
    ] + [shapeless_mill / "kgraph.toml"]
    assert generation.manifest.sources == {
        path.relative_to(shapeless_mill).as_posix(): sha256(path.read_bytes()).hexdigest() for path in sources
    }
    assert generation.manifest.title == "The mill"
    assert set(generation.manifest.versions) == {
        "kgraph",
        "python",
        "pyoxigraph",
        "rdflib",
        "pyshacl",
        "tantivy",
    }


def test_the_store_holds_exactly_the_inspected_graphs(shapeless_mill: Path) -> None:
    settings = settings_of(shapeless_mill)
    inspection = inspect_project(settings)
    generation = build(settings).generation
    store = ox.Store.read_only(str(generation.store_path))
    assert set(generation.manifest.graphs) == {settings.names.graph(name) for name in inspection.graphs}
    expected = ox.Store()  # which keeps values and not their spelling, as every store of Oxigraph's does
    for name, triples in inspection.graphs.items():
        graph = ox.NamedNode(settings.names.graph(name))
        expected.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)
        assert generation.manifest.graphs[graph.value] == len(triples)
    assert canonical_hash(expected) == canonical_hash(quads_of(generation))
    union = store.quads_for_pattern(None, None, None, ox.NamedNode(UNION_GRAPH))
    assert {quad.triple for quad in union} == united(generation)
    assert generation.queries() == [
        ("queries/claims.rq", (shapeless_mill / "queries" / "claims.rq").read_text(encoding="utf-8"))
    ]


def test_when_nothing_changed_nothing_is_done(bare: Path) -> None:
    first = build(settings_of(bare))
    steps: list[str] = []
    second = build(settings_of(bare), progress=steps.append)
    assert (first.fresh, second.fresh) == (True, False)
    assert second.generation.id == first.generation.id
    assert steps == ["reading the project"]
    assert entries(bare) == {first.generation.id}
    assert build(settings_of(bare), force=True).fresh


CHANGES: dict[str, Callable[[Path], None]] = {
    "a changed file": lambda folder: _write(folder / ENTITIES, f'<{E}a> <{E}p> "two" .\n'),
    "a comment": lambda folder: _write(folder / ENTITIES, f'<{E}a> <{E}p> "one" . # why\n'),
    "a new file": lambda folder: _write(folder / "data" / "ttl" / "more.ttl", f'<{E}b> <{E}p> "one" .\n'),
    "a file that is gone": lambda folder: (folder / ENTITIES).unlink(),
    "a setting": lambda folder: _write(folder / "kgraph.toml", 'title = "other"\n'),
    "a query": lambda folder: _write(
        folder / "queries" / "any.rq",
        "#+ summary: Any?\n#+ x-kgraph:\n#+   columns: {s: It.}\nSELECT ?s { GRAPH ?g { ?s ?p ?o } }\n",
    ),
    "a text": lambda folder: _write(folder / "seeds" / "a.txt", "words"),
}


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


@pytest.mark.parametrize("change", CHANGES)
def test_a_new_generation_is_made_for(change: str, bare: Path) -> None:
    first = build(settings_of(bare)).generation
    CHANGES[change](bare)
    report = build(settings_of(bare))
    assert report.fresh
    assert report.generation.id > first.id
    assert Catalog(bare / ".kgraph").current().id == report.generation.id
    assert not build(settings_of(bare)).fresh


def test_another_base_iri_or_version_makes_a_new_generation(bare: Path) -> None:
    build(settings_of(bare))
    other = load_settings(bare, flags={"base_iri": "urn:news:"}, environ={})
    report = build(other)
    assert report.fresh
    assert set(report.generation.manifest.graphs) == {
        "urn:news:graph/entities",
        "urn:news:graph/stated",
        "urn:news:graph/inferred",
        "urn:news:graph/support",
        "urn:news:graph/metadata",
    }
    path = report.generation.path / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["versions"]["rdflib"] = "0.0"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert build(other).fresh


def test_a_faulty_project_is_not_built_and_what_was_current_stays(bare: Path) -> None:
    first = build(settings_of(bare)).generation
    (bare / ENTITIES).write_text(f"<{E}a> <{E}p>\n", encoding="utf-8")
    with pytest.raises(ProjectError, match="1 error, so nothing was built") as caught:
        build(settings_of(bare))
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("turtle-syntax", ENTITIES)
    assert "kgraph check" in caught.value.hint
    assert Catalog(bare / ".kgraph").current().id == first.id
    assert entries(bare) == {first.id}


def test_a_warning_does_not_forbid_a_build_and_is_counted(bare: Path) -> None:
    _write(
        bare / "ontology" / "o.ttl",
        "<https://w3id.org/kgraph/ontology#Mill> a <http://www.w3.org/2002/07/owl#Class> .\n",
    )
    report = build(settings_of(bare))
    assert [problem.code for problem in report.problems] == ["undocumented-term"]
    assert report.generation.manifest.warnings == 1


def test_an_empty_folder_is_a_valid_project(tmp_path: Path) -> None:
    folder = tmp_path / "new project"
    folder.mkdir()
    assert inspect_project(settings_of(folder)).problems == ()
    report = build(settings_of(folder))
    assert report.generation.manifest.triples == 0
    assert report.generation.manifest.title == "new project"
    store = ox.Store.read_only(str(report.generation.store_path))
    assert len(list(store.quads_for_pattern(None, None, None, None))) == 0
    assert not build(settings_of(folder)).fresh


def test_blank_nodes_survive_and_those_of_two_files_are_two(bare: Path) -> None:
    for name in ("one", "two"):
        _write(
            bare / "data" / "ttl" / f"{name}.ttl", f'_:x <{E}name> "{name}" ; <{E}knows> [ <{E}age> 1 ] .\n'
        )
    generation = build(settings_of(bare)).generation
    store = ox.Store.read_only(str(generation.store_path))
    rows = store.query(
        f"SELECT ?name {{ GRAPH <{UNION_GRAPH}> {{ ?x <{E}name> ?name ; <{E}knows>/<{E}age> ?age }} }}"
    )
    assert isinstance(rows, ox.QuerySolutions)
    assert sorted(str(row["name"]) for row in rows) == ['"one"', '"two"']
    assert (
        len({quad.subject for quad in store.quads_for_pattern(None, ox.NamedNode(E + "name"), None, None)})
        == 2
    )


def test_where_the_only_generation_was_deleted_a_new_one_is_built(bare: Path) -> None:
    generation = build(settings_of(bare)).generation
    shutil.rmtree(generation.path)
    with pytest.raises(StoreError):
        Catalog(bare / ".kgraph").current()
    assert build(settings_of(bare)).fresh


def test_a_current_generation_that_cannot_be_read_stops_the_build(bare: Path) -> None:
    """It might hold what clients wrote."""
    first = build(settings_of(bare)).generation
    second = build(settings_of(bare), force=True).generation
    (second.path / "manifest.json").write_text("{}")
    with pytest.raises(StoreError, match=f"{second.id} cannot be read") as caught:
        build(settings_of(bare))
    assert "kgraph rollback" in caught.value.hint
    shutil.rmtree(second.path)
    with pytest.raises(StoreError, match="cannot be read"):
        build(settings_of(bare))
    assert entries(bare) == {first.id}
    Catalog(bare / ".kgraph").rollback(first.id)
    assert not build(settings_of(bare)).fresh


def write_as_a_client(folder: Path, *quads: ox.Quad) -> Generation:
    catalog = Catalog(folder / ".kgraph")

    def write(path: Path) -> Generation:
        with Draft(catalog.current(), path) as draft:
            draft.change(added=quads)
            return draft.seal(identifier, made_by="test")

    with catalog.writing():
        identifier = catalog.identifier("0")
        return catalog.publish(identifier, write)


CLIENTS = (
    ox.Quad(ox.BlankNode("x"), ox.NamedNode(E + "p"), ox.Literal("one"), ox.NamedNode(E + "mine")),
    ox.Quad(ox.BlankNode("x"), ox.NamedNode(E + "p"), ox.Literal("two"), ox.DefaultGraph()),
    ox.Quad(ox.NamedNode(E + "a"), ox.NamedNode(E + "p"), ox.Literal("one"), ox.NamedNode(E + "mine")),
)


def test_a_build_keeps_what_clients_wrote_with_the_names_of_blank_nodes(bare: Path) -> None:
    first = build(settings_of(bare)).generation
    write_as_a_client(bare, *CLIENTS)
    assert not build(settings_of(bare)).fresh
    for change in ("a changed file", "a new file", "a setting", "a file that is gone"):
        CHANGES[change](bare)
        built = build(settings_of(bare)).generation
        assert set(CLIENTS) <= set(quads_of(built))
        assert built.manifest.client_graphs == {E + "mine": 2, "default": 1}
        assert (built.manifest.made_by, built.manifest.base) == ("build", None)
        store = ox.Store.read_only(str(built.store_path))
        cover = [graph_name(key) for key in built.manifest.cover]
        rows = store.query("SELECT * { ?s ?p ?o }", default_graph=cover, named_graphs=[])
        assert isinstance(rows, ox.QuerySolutions)
        union = [(row["s"], row["p"], row["o"]) for row in rows]
        assert len(union) == len(set(union)) == len(united(built))
    assert built.manifest.canonical_hash != first.manifest.canonical_hash


def test_what_clients_write_changes_nothing_that_a_citation_names(bare: Path) -> None:
    first = build(settings_of(bare)).generation.manifest
    after = write_as_a_client(bare, *CLIENTS).manifest
    assert (after.canonical_hash, after.triples) == (first.canonical_hash, first.triples)
    assert (after.graphs, after.sources) == (first.graphs, first.sources)


def test_what_was_written_while_a_build_was_running_is_kept(bare: Path) -> None:
    build(settings_of(bare))
    kept, dropped, emptied, made = (ox.NamedNode(E + name) for name in ("kept", "dropped", "emptied", "made"))
    triple = CLIENTS[2].triple
    write_as_a_client(bare, *(in_graph(triple, name) for name in (kept, dropped, emptied)), CLIENTS[1])
    for wait_at in ("checking", "publishing"):  # before the build reads what there is, and after
        with start(bare, wait_at=wait_at) as process:
            await_step(process, wait_at)
            catalog = Catalog(bare / ".kgraph")

            def write(path: Path, catalog: Catalog = catalog) -> Generation:
                with Draft(catalog.current(), path) as draft:
                    draft.change(added=CLIENTS, removed=[in_graph(triple, emptied)])
                    if draft.has_graph(dropped):
                        draft.drop(dropped)
                        draft.create(made)
                    return draft.seal(catalog.identifier("0"), made_by="test")

            with catalog.writing():  # which need not wait
                catalog.publish(catalog.identifier("0"), write)
            process.communicate("go on\n")
        assert process.returncode == 0
        built = Catalog(bare / ".kgraph").current()
        assert built.manifest.made_by == "build"
        assert {*CLIENTS, in_graph(triple, kept)} == {
            quad for quad in quads_of(built) if graph_key(quad.graph_name) in built.manifest.client_graphs
        }
        sizes = {"default": 1, E + "mine": 2, kept.value: 1, emptied.value: 0, made.value: 0}
        assert built.manifest.client_graphs == sizes


def test_a_build_after_another_version_of_the_store_keeps_what_clients_wrote(bare: Path) -> None:
    build(settings_of(bare))
    path = write_as_a_client(bare, *CLIENTS).path / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, "format": FORMAT - 1}), encoding="utf-8")
    report = build(settings_of(bare))
    assert report.fresh
    assert set(CLIENTS) <= set(quads_of(report.generation))


def test_a_store_from_before_there_were_clients_is_built_anew(bare: Path) -> None:
    path = build(settings_of(bare)).generation.path / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for later in ("graph_sources", "client_graphs", "cover", "quads", "made_by", "previous", "base"):
        del manifest[later]
    path.write_text(json.dumps({**manifest, "format": 3}), encoding="utf-8")
    report = build(settings_of(bare))
    assert report.fresh
    assert report.generation.manifest.client_graphs == {}


def test_a_file_that_would_fill_a_graph_of_clients_stops_the_build(bare: Path) -> None:
    build(settings_of(bare))
    mine = settings_of(bare).names.graph("mine")
    written = write_as_a_client(bare, in_graph(CLIENTS[2].triple, ox.NamedNode(mine)))
    _write(bare / "data" / "ttl" / "mine.ttl", f'<{E}b> <{E}p> "mine" .\n')
    with pytest.raises(StoreError, match=r"holds 1 triples of clients, and data/ttl/mine\.ttl") as caught:
        build(settings_of(bare))
    assert "MOVE" in caught.value.hint
    assert Catalog(bare / ".kgraph").current().id == written.id


def test_sealed_a_write_changes_no_file_of_its_base(bare: Path) -> None:
    base = build(settings_of(bare)).generation
    before = {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in base.path.rglob("*") if path.is_file()
    }
    write_as_a_client(bare, *CLIENTS)
    after = {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in base.path.rglob("*") if path.is_file()
    }
    assert after == before


def test_a_store_that_cannot_be_written_is_said_in_a_sentence(bare: Path) -> None:
    settings = replace(settings_of(bare), store=f"{ENTITIES}/store")
    with pytest.raises(StoreError, match="cannot be written") as caught:
        build(settings)
    assert "--store" in caught.value.hint
    with pytest.raises(NoGenerationError):
        Catalog(settings.store_path).current()


BUILDER = """
import sys
from pathlib import Path
from kgraph.build import build
from kgraph.settings import load_settings

def say(step):
    print(step, flush=True)
    if step == sys.argv[2]:
        sys.stdin.readline()

build(load_settings(Path(sys.argv[1]), environ={}), progress=say, force=True)
"""


def start(folder: Path, *, wait_at: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(folder), wait_at],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def await_step(process: subprocess.Popen[str], name: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == name:
            return
    raise AssertionError(f"the build ended before {name!r}")


def test_of_two_builds_at_once_one_is_told_to_wait(bare: Path) -> None:
    with start(bare, wait_at="writing") as first:
        await_step(first, "writing")
        with pytest.raises(StoreError, match="Another process is building") as caught:
            build(settings_of(bare))
        assert "Wait" in caught.value.hint
        first.communicate("go on\n")
    assert first.returncode == 0
    assert not build(settings_of(bare)).fresh


def test_a_build_killed_at_any_moment_leaves_a_whole_generation(shapeless_mill: Path) -> None:
    folder = shapeless_mill
    old = build(settings_of(folder)).generation
    for step in ("checking", "reasoning", "writing", "writing", "writing", "writing"):
        before = Catalog(folder / ".kgraph").current().id
        with start(folder) as process:
            await_step(process, step)
            time.sleep(random.uniform(0, 0.08))  # noqa: S311 - any moment will do
            process.send_signal(signal.SIGKILL)
            process.communicate()
        current = Catalog(folder / ".kgraph").current()
        assert current.id == before or step == "writing"
        assert canonical_hash(quads_of(current)) == current.manifest.canonical_hash
        assert current.manifest.canonical_hash == old.manifest.canonical_hash
    build(settings_of(folder), force=True)
    assert not any(name.startswith(".") for name in entries(folder))


def test_a_build_reports_its_steps_and_what_it_made(shapeless_mill: Path) -> None:
    steps: list[str] = []
    report = build(settings_of(shapeless_mill), progress=steps.append)
    assert steps == [
        "reading the project",
        "loading",
        "checking",
        "reasoning",
        "writing",
        "publishing",
    ]
    assert (report.articles, report.claims) == (1, 13)
    assert set(report.seconds) == set(steps)
    assert report.problems == ()

"""``kgraph load``, ``export``, ``generations`` and ``rollback`` as their user has them."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph.store import Catalog

from .conftest import Run

E = "http://example.org/"
TURTLE = f'<{E}a> <{E}p> "1", "2" . [] <{E}p> "3" .\n'
#: The same two triples in each format.
FORMATS = {
    "ttl": f'<{E}a> <{E}p> "1", "2" .',
    "nt": f'<{E}a> <{E}p> "1" .\n<{E}a> <{E}p> "2" .\n',
    "n3": f'<{E}a> <{E}p> "1", "2" .',
    "nq": f'<{E}a> <{E}p> "1" .\n<{E}a> <{E}p> "2" .\n',
    "trig": f'{{ <{E}a> <{E}p> "1", "2" . }}',
    "rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">'
    '<rdf:Description rdf:about="http://example.org/a"><e:p>1</e:p><e:p>2</e:p></rdf:Description></rdf:RDF>',
    "jsonld": f'{{"@id": "{E}a", "{E}p": ["1", "2"]}}',
}


def quads(folder: Path) -> set[str]:
    """What clients have, as lines."""
    generation = Catalog(folder / ".kgraph").current()
    store = ox.Store.read_only(str(generation.store_path))
    return {str(quad).replace(E, ":") for quad in store if "urn:kgraph:" not in str(quad.graph_name)}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_loaded_by_the_end_of_its_name(run: Run, tiny: Path, name: str) -> None:
    path = tiny / f"data.{name}"
    path.write_text(FORMATS[name])
    done = run("load", path, "--graph", E + "g", "--project", tiny)
    assert done.returncode == 0, done.stderr
    assert "2 triples more" in done.stderr
    assert "loading" in done.stderr
    assert quads(tiny) == {'<:a> <:p> "1" <:g>', '<:a> <:p> "2" <:g>'}


def test_packed_files_are_loaded_too_and_many_make_one_generation(run: Run, tiny: Path) -> None:
    run("build", "--project", tiny)
    before = Catalog(tiny / ".kgraph").current().id
    for number, (suffix, pack) in enumerate({"gz": gzip, "bz2": bz2, "xz": lzma}.items()):
        (tiny / f"d.ttl.{suffix}").write_bytes(pack.compress(f'<{E}a> <{E}p> "{number}" .'.encode()))
    done = run("load", *(tiny / f"d.ttl.{suffix}" for suffix in ("gz", "bz2", "xz")), "--project", tiny)
    assert done.returncode == 0, done.stderr
    assert quads(tiny) == {f'<:a> <:p> "{number}"' for number in range(3)}
    manifest = Catalog(tiny / ".kgraph").current().manifest
    assert (manifest.previous, manifest.made_by) == (before, "load")


def test_packed_lines_are_loaded_too_and_a_fault_in_them_is_said_with_its_line(run: Run, tiny: Path) -> None:
    lines = [f'_:node <{E}p{number}> "1" .\n' for number in range(9)]
    (tiny / "d.nt.gz").write_bytes(gzip.compress("".join(lines).encode()))
    assert run("load", tiny / "d.nt.gz", "--project", tiny).returncode == 0
    assert len({line.split()[0] for line in quads(tiny)}) == 1
    (tiny / "d.nt.gz").write_bytes(gzip.compress("".join([*lines, "oops"]).encode()))
    done = run("load", tiny / "d.nt.gz", "--project", tiny)
    assert (done.returncode, "line 10" in done.stderr) == (1, True)
    (tiny / "d.nt.gz").write_bytes(gzip.compress("".join(lines).encode())[:-9])
    done = run("load", tiny / "d.nt.gz", "--project", tiny)
    assert (done.returncode, "cannot be unpacked" in done.stderr) == (1, True)
    assert len(quads(tiny)) == 9


def test_quads_stay_in_the_graphs_that_they_name_and_all_else_goes_into_the_given_one(
    run: Run, tiny: Path
) -> None:
    (tiny / "d.nq").write_text(f'<{E}a> <{E}p> "1" <{E}named> .\n<{E}a> <{E}p> "2" .\n')
    done = run("load", tiny / "d.nq", "--graph", E + "given", "--project", tiny)
    assert done.returncode == 0, done.stderr
    assert quads(tiny) == {'<:a> <:p> "1" <:named>', '<:a> <:p> "2" <:given>'}
    assert Catalog(tiny / ".kgraph").current().manifest.client_graphs == {E + "given": 1, E + "named": 1}


def test_what_is_loaded_again_stays_once_and_counts_are_true(run: Run, tiny: Path) -> None:
    (tiny / "d.nq").write_text(
        f'<{E}a> <{E}p> "1" <{E}g> .\n<{E}a> <{E}p> "1" <{E}h> .\n<{E}a> <{E}p> "1" .\n'
    )
    for _ in range(2):
        assert run("load", tiny / "d.nq", "--project", tiny).returncode == 0
    asked = run(
        "query", "-", "--project", tiny, "--format", "csv", input="SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    )
    assert asked.stdout.split() == ["n", "1"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("d.ttl", "<urn:a> <urn:b> 1 .\n<urn:a> <urn:b>\n", "d.ttl, line 3, column 1: "),
        ("d.nq", "<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> .\n", "d.nq, line 2"),
        ("d.nq", "<urn:a> <urn:b> <urn:c> <urn:kgraph:union> .\n", "reserved"),
        ("d.nq", "<urn:a> <urn:b> <urn:c> <https://w3id.org/kgraph/graph/stated> .\n", "is computed"),
        ("d.nq", "<urn:a> <urn:b> <urn:c> <https://w3id.org/kgraph/graph/facts> .\n", "data/ttl/facts.ttl"),
        ("d.ttl.gz", "no gzip", "line 1"),
        ("d.ttl.zst", "", "Unpack it"),
        ("d.doc", "", "shows a format"),
        ("d.trig", "", "There is no file"),
    ],
)
def test_a_fault_loads_nothing_and_is_said_with_its_place(
    run: Run, tiny: Path, name: str, content: str, message: str
) -> None:
    (tiny / "data" / "ttl").mkdir(parents=True)
    (tiny / "data" / "ttl" / "facts.ttl").write_text("<urn:a> <urn:b> 1 .")
    good = tiny / "good.ttl"
    good.write_text(TURTLE)
    run("build", "--project", tiny)
    before = Catalog(tiny / ".kgraph").current().id
    if name != "d.trig":
        (tiny / name).write_text(content)
    done = run("load", good, tiny / name, "--project", tiny)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert Catalog(tiny / ".kgraph").current().id == before
    assert [path.name for path in (tiny / ".kgraph" / "generations").iterdir()] == [before]


def test_a_graph_of_the_project_cannot_be_loaded_into(run: Run, project: Path, tmp_path: Path) -> None:
    (tmp_path / "d.ttl").write_text(TURTLE)
    graph = "https://w3id.org/kgraph/graph/assertions"
    done = run("load", tmp_path / "d.ttl", "--graph", graph, "--project", project)
    assert done.returncode == 1
    assert "assertions.ttl" in done.stderr
    done = run("load", tmp_path / "d.ttl", "--graph", "no iri", "--project", project)
    assert done.returncode == 2
    assert "--graph is no IRI" in done.stderr


def test_rollback_goes_back_by_one_or_to_the_one_named(run: Run, tiny: Path) -> None:
    (tiny / "d.ttl").write_text(f'<{E}a> <{E}p> "1" .\n')
    (tiny / "e.ttl").write_text(f'<{E}a> <{E}p> "2" .\n')
    run("build", "--project", tiny)
    built = Catalog(tiny / ".kgraph").current().id
    for name in ("d", "e"):
        run("load", tiny / f"{name}.ttl", "--project", tiny)
    last = Catalog(tiny / ".kgraph").current().id
    listed = run("generations", "--project", tiny)
    lines = [line.split() for line in listed.stdout.splitlines()[1:]]
    assert [line[-3:] for line in lines] == [["load", "0", "2"], ["load", "0", "1"], ["build", "0", "0"]]
    assert lines[0][:2] == ["→", last]
    assert run("rollback", "--project", tiny).returncode == 0
    assert quads(tiny) == {'<:a> <:p> "1"'}
    assert run("rollback", "--project", tiny).returncode == 0
    assert Catalog(tiny / ".kgraph").current().id == built
    done = run("rollback", "--project", tiny)
    assert done.returncode == 2
    assert f"There are: {last}" in done.stderr
    assert run("rollback", last, "--project", tiny).returncode == 0
    assert quads(tiny) == {'<:a> <:p> "1"', '<:a> <:p> "2"'}
    unknown = run("rollback", "nope", "--project", tiny)
    assert (unknown.returncode, "no generation nope" in unknown.stderr) == (2, True)


def test_export_writes_every_visible_graph_and_no_hidden_one(run: Run, tiny: Path) -> None:
    (tiny / "data" / "ttl").mkdir(parents=True)
    (tiny / "data" / "ttl" / "facts.ttl").write_text(f"<{E}a> <{E}p> 1 .")
    (tiny / "ontology").mkdir()
    (tiny / "ontology" / "kgraph.ttl").touch()
    (tiny / "d.nq").write_text(f'_:x <{E}p> "1" <{E}g> .\n_:x <{E}p> "2" .\n')
    run("load", tiny / "d.nq", "--project", tiny)
    whole = run("export", "nq", "--project", tiny)
    assert whole.returncode == 0, whole.stderr
    found = {str(quad) for quad in ox.parse(whole.stdout.encode(), ox.RdfFormat.N_QUADS)}
    assert found == {line.replace("<:", f"<{E}") for line in quads(tiny)}
    assert len([each for each in found if "graph/metadata" not in each]) == 3
    trig = run("export", "trig", "--project", tiny, "--output", tiny / "all.trig")
    assert (trig.returncode, trig.stdout) == (0, "")
    assert {str(quad) for quad in ox.parse(path=tiny / "all.trig")} == found
    one = run("export", "ttl", "--graph", E + "g", "--project", tiny)
    assert len(list(ox.parse(one.stdout.encode(), ox.RdfFormat.TURTLE))) == 1
    quads_of_one = run("export", "nq", "--graph", "default", "--project", tiny)
    assert quads_of_one.stdout.count("\n") == 1


def test_export_says_what_it_needs(run: Run, tiny: Path) -> None:
    assert "kgraph build" in run("export", "nq", "--project", tiny).stderr
    run("build", "--project", tiny)
    assert "--graph" in run("export", "ttl", "--project", tiny).stderr
    done = run("export", "ttl", "--graph", "urn:kgraph:union", "--project", tiny)
    assert (done.returncode, "There is no graph" in done.stderr) == (2, True)

"""Writes through the facade: visible when acknowledged, atomic, durable, and apart from the project."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pyoxigraph as ox
import pytest

from kgraph.api import AsyncKnowledgeGraph
from kgraph.build import build
from kgraph.errors import (
    GraphStateError,
    KgraphError,
    ParameterError,
    QueryMemoryError,
    QuerySyntaxError,
    QueryTimeoutError,
    RdfSyntaxError,
    ReadOnlyGraphError,
    ServiceNotAllowedError,
    StoreError,
    UnknownNameError,
)
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.table import Table
from kgraph.settings import load_settings
from kgraph.store import Catalog, Generation
from kgraph.store.catalog import KEPT
from kgraph.store.manifest import graph_name
from kgraph.who_said import Question

pytestmark = pytest.mark.anyio

E = "http://example.org/"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
SLOW = (
    "INSERT { <urn:a> <urn:n> ?n } WHERE { SELECT (COUNT(*) AS ?n) "
    "{ VALUES ?x { NUMBERS } VALUES ?y { NUMBERS } VALUES ?z { NUMBERS } FILTER(?x + ?y < ?z) } }"
)
LARGE = (
    "INSERT { <urn:a> <urn:n> ?n } WHERE { SELECT (COUNT(DISTINCT ?s) AS ?n) "
    "{ VALUES ?x { NUMBERS } VALUES ?y { NUMBERS } BIND(CONCAT(STR(?x), 'LONG', STR(?y)) AS ?s) } }"
).replace("LONG", "long" * 500)
#: How often the writer is killed in the crash test; a soak sets more.
KILLS = int(os.environ.get("KILLS", "30"))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A project of one fact, and of an ontology of its own without a term."""
    (tmp_path / "data" / "ttl").mkdir(parents=True)
    (tmp_path / "data" / "ttl" / "facts.ttl").write_text(f"<{E}s> <{E}p> 1 .\n")
    (tmp_path / "ontology").mkdir()
    (tmp_path / "ontology" / "kgraph.ttl").touch()
    build(load_settings(tmp_path, environ={}))
    return tmp_path


@pytest.fixture
async def graph(anyio_backend: str, bare: Path) -> AsyncIterator[AsyncKnowledgeGraph]:
    async with AsyncKnowledgeGraph.open(load_settings(bare, flags={"workers": 1}, environ={})) as graph:
        yield graph


async def rows(graph: AsyncKnowledgeGraph, query: str) -> list[tuple[str, ...]]:
    table = cast(Table, await graph.query_values(query))
    return sorted(tuple(cast(Any, row[name]).value for name in table.columns) for row in table.rows)


def quads(generation: Generation) -> set[str]:
    store = ox.Store.read_only(str(generation.store_path))
    keys = [*generation.manifest.graphs, *generation.manifest.client_graphs]
    return {str(quad) for key in keys for quad in store.quads_for_pattern(None, None, None, graph_name(key))}


async def test_an_update_is_visible_when_it_is_acknowledged(graph: AsyncKnowledgeGraph) -> None:
    before = graph.generation.id
    written = await graph.update(f"INSERT DATA {{ <{E}a> <{E}p> 2 . GRAPH <{E}g> {{ <{E}a> <{E}p> 2, 3 }} }}")
    assert graph.generation.id == written.generation > before
    assert await rows(graph, COUNT) == [("3",)]
    assert await rows(graph, f"SELECT ?o {{ GRAPH <{E}g> {{ ?s ?p ?o }} }}") == [("2",), ("3",)]
    assert graph.graph_exists(f"{E}g")
    assert not graph.graph_exists(f"{E}h")
    assert graph.graph_exists(None)


async def test_a_count_over_overlapping_graphs_counts_each_triple_once(graph: AsyncKnowledgeGraph) -> None:
    for name in ("g", "h", "i"):
        facts = f"<{E}s> <{E}p> 1, 2 . <{E}{name}> <{E}p> 1"
        await graph.update(f"INSERT DATA {{ GRAPH <{E}{name}> {{ {facts} }} }}")
    await graph.update(f"INSERT DATA {{ <{E}s> <{E}p> 2, 3 }}")
    assert await rows(graph, COUNT) == [("6",)]
    await graph.update(f"DROP GRAPH <{E}h> ; DELETE DATA {{ <{E}s> <{E}p> 2 }}")
    assert await rows(graph, COUNT) == [("5",)]
    await graph.update("DROP DEFAULT")
    assert await rows(graph, COUNT) == [("4",)]


async def test_an_update_that_changes_nothing_makes_no_generation(graph: AsyncKnowledgeGraph) -> None:
    before = graph.generation.id
    for update in (
        "",
        f"DELETE WHERE {{ <{E}none> ?p ?o }}",
        f"INSERT {{ <{E}x> <{E}x> ?x }} WHERE {{ <{E}n> ?n ?x }}",
    ):
        assert (await graph.update(update)).generation == before
    assert graph.generation.id == before


async def test_of_an_update_that_fails_in_the_middle_nothing_is_seen(graph: AsyncKnowledgeGraph) -> None:
    before = graph.generation.id
    with pytest.raises(GraphStateError, match=r"no graph <urn:none>"):
        await graph.update("INSERT DATA { <urn:a> <urn:b> 1 } ; DROP GRAPH <urn:none>")
    assert graph.generation.id == before
    assert await rows(graph, COUNT) == [("1",)]
    assert [path.name for path in (graph.generation.path.parent).glob(".new-*")] == []
    await graph.update("INSERT DATA { <urn:a> <urn:b> 1 } ; DROP SILENT GRAPH <urn:none>")
    assert await rows(graph, COUNT) == [("2",)]


async def test_the_graphs_of_the_project_are_read_only_and_the_error_names_the_file(
    graph: AsyncKnowledgeGraph,
) -> None:
    facts = graph.settings.names.graph("facts")
    before = quads(graph.generation)
    for update in (
        f"INSERT DATA {{ GRAPH <{facts}> {{ <urn:a> <urn:b> 1 }} }}",
        "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }",
        "CLEAR ALL",
        "DROP NAMED",
        f"MOVE <{facts}> TO <urn:x>",
        f"COPY <urn:x> TO <{facts}>",
    ):
        named = "facts" in update
        told = r"facts> is made from data/ttl/facts\.ttl" if named else r"> is (made from|computed)"
        with pytest.raises(ReadOnlyGraphError, match=told):
            await graph.update(update)
    with pytest.raises(ReadOnlyGraphError, match=r"inferred> is computed"):
        await graph.put_graph(graph.settings.names.graph("inferred"), b"", format="nt")
    with pytest.raises(ReadOnlyGraphError, match="facts"):
        await graph.delete_graph(facts)
    assert quads(graph.generation) == before
    await graph.update(f"COPY <{facts}> TO <urn:mine>")
    assert await rows(graph, "SELECT ?o { GRAPH <urn:mine> { ?s ?p ?o } }") == [("1",)]


async def test_an_empty_project_leaves_every_graph_to_clients(tmp_path: Path) -> None:
    build(load_settings(tmp_path, environ={}))
    async with AsyncKnowledgeGraph.open(load_settings(tmp_path, flags={"workers": 1}, environ={})) as graph:
        assert graph.generation.manifest.graphs == {}
        await graph.update("INSERT DATA { <urn:a> <urn:b> 1 GRAPH <urn:g> { <urn:a> <urn:b> 2 } }")
        await graph.update("DROP ALL")
        assert graph.generation.manifest.named_graphs == {}
        assert await rows(graph, COUNT) == [("0",)]


async def test_put_replaces_a_graph_and_says_whether_it_is_new(graph: AsyncKnowledgeGraph) -> None:
    put = graph.put_graph
    assert await put(f"{E}g", b"<a> <p> 1, 2 .", format="ttl", base_iri=E)
    assert not await put(f"{E}g", b"<a> <p> 2, 3 .", format="ttl", base_iri=E)
    assert await rows(graph, f"SELECT ?s ?o {{ GRAPH <{E}g> {{ ?s ?p ?o }} }}") == [
        (f"{E}a", "2"),
        (f"{E}a", "3"),
    ]
    assert await put(f"{E}empty", b"", format="nt")
    assert graph.graph_exists(f"{E}empty")
    assert not await put(None, b"<a> <p> 9 .", format="ttl", base_iri=E)
    assert graph.generation.manifest.client_graphs["default"] == 1


async def test_post_adds_to_a_graph_with_blank_nodes_of_its_own(graph: AsyncKnowledgeGraph) -> None:
    for number, created in ((1, True), (2, False)):
        document = f"_:x <{E}p> {number} .".encode()
        assert await graph.add_to_graph(f"{E}g", document, format="ttl") is created
    assert len(await rows(graph, f"SELECT DISTINCT ?s {{ GRAPH <{E}g> {{ ?s ?p ?o }} }}")) == 2


async def test_a_document_may_stand_in_a_file_and_be_large(
    graph: AsyncKnowledgeGraph, tmp_path: Path
) -> None:
    path = tmp_path / "large.nt"
    lines = [f'<{E}s{n}> <{E}p> "{"x" * 10_000}" .\n' for n in range(1000)]
    path.write_text("".join([*lines, f'<{E}s> <{E}p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n']))
    assert path.stat().st_size > 8 << 20
    assert await graph.put_graph(f"{E}g", path, format="nt")
    assert await rows(graph, COUNT) == [("1001",)]
    assert not await graph.put_graph(f"{E}g", path, format="nt")
    assert graph.generation.manifest.client_graphs == {f"{E}g": 1001}
    assert graph.generation.manifest.base is None
    assert await rows(graph, COUNT) == [("1001",)]


@pytest.mark.parametrize(
    ("format_name", "document", "message", "line"),
    [
        ("ttl", b"<urn:a> <urn:b> 1 .\n<urn:a> <urn:b>\n", "line 3, column 1: Unexpected end", 3),
        ("nt", b"<urn:a> <urn:b> .\n", "line 1", 1),
        ("rdf", b"<rdf:RDF", "not closed", None),
        ("jsonld", b"{", "document", None),
        ("nq", b"<urn:a> <urn:b> <urn:c> <urn:d> .", "names graphs", None),
        ("ttl", b"<relative> <urn:b> 1 .", "IRI", 1),
        ("ttl", b"\xff\xff", "document", None),
    ],
)
async def test_what_is_no_rdf_is_refused_with_the_place(
    graph: AsyncKnowledgeGraph, format_name: str, document: bytes, message: str, line: int | None
) -> None:
    before = graph.generation.id
    with pytest.raises(RdfSyntaxError, match=message) as caught:
        await graph.put_graph(f"{E}g", document, format=format_name)
    assert line is None or caught.value.line == line
    assert graph.generation.id == before


async def test_a_graph_is_given_back_as_it_was_written_and_a_query_sees_values(
    graph: AsyncKnowledgeGraph, bare: Path
) -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    document = f'<{E}a> <{E}p> "007"^^<{xsd}byte>, 1.50 .'.encode()
    await graph.put_graph(f"{E}g", document, format="ttl", base_iri=E)
    await graph.update(f'INSERT DATA {{ <{E}a> <{E}p> "1"^^<{xsd}boolean>, +2, -0.50 }}')
    await graph.update(f"PREFIX x: <{xsd}> INSERT {{ ?s <{E}p> '003'^^x:int }} WHERE {{ ?s <{E}p> 2 }}")
    build(load_settings(bare, environ={}), force=True)
    written = await (await graph.read_graph(f"{E}g", format="nt", beside=f"<{E}d> <{E}p> 1")).read()
    default = await (await graph.read_graph(None, format="nt")).read()
    assert sorted(written.decode().splitlines()) == [
        f'<{E}a> <{E}p> "007"^^<{xsd}byte> .',
        f'<{E}a> <{E}p> "1.50"^^<{xsd}decimal> .',
        f'<{E}d> <{E}p> "1"^^<{xsd}integer> .',
    ]
    assert sorted(default.decode().splitlines()) == [
        f'<{E}a> <{E}p> "+2"^^<{xsd}integer> .',
        f'<{E}a> <{E}p> "-0.50"^^<{xsd}decimal> .',
        f'<{E}a> <{E}p> "003"^^<{xsd}int> .',
        f'<{E}a> <{E}p> "1"^^<{xsd}boolean> .',
    ]
    assert await rows(graph, f"SELECT ?o {{ GRAPH <{E}g> {{ ?s ?p ?o }} }}") == [("1.5",), ("7",)]


async def test_delete_takes_a_graph_away(graph: AsyncKnowledgeGraph) -> None:
    await graph.put_graph(f"{E}g", b"<urn:a> <urn:b> 1 .", format="ttl")
    await graph.delete_graph(f"{E}g")
    assert not graph.graph_exists(f"{E}g")
    with pytest.raises(UnknownNameError, match="no graph"):
        await graph.delete_graph(f"{E}g")
    await graph.put_graph(None, b"<urn:a> <urn:b> 1 .", format="ttl")
    await graph.delete_graph(None)
    assert await rows(graph, COUNT) == [("1",)]


@pytest.mark.parametrize(
    ("update", "error", "message"),
    [
        ("INSERT DATA {", QuerySyntaxError, "not a SPARQL update: “{” is never closed, at line 1, column 13"),
        ("SELECT * {}", QuerySyntaxError, "not a SPARQL update"),
        ("PREFIX : <urn:>\nCLEAR ALL ;\nINSERT DATA { :a :b }", QuerySyntaxError, "line 3, column 21"),
        (
            "INSERT DATA { _:a <urn:b> 1 } ; INSERT DATA { _:a <urn:b> 1 }",
            QuerySyntaxError,
            "in two",
        ),
        ("LOAD <http://127.0.0.1:1/x>", ServiceNotAllowedError, "loads a document"),
        ("LOAD SILENT <urn:x>; LOAD <http://127.0.0.1:1/x>", ServiceNotAllowedError, "loads a document"),
        ("LOAD <http://127.0.0.1:1/x> INTO GRAPH", QuerySyntaxError, "unexpected"),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://x/> { ?s ?p ?o } }", ServiceNotAllowedError, "calls"),
        (
            "DELETE { ?s ?p ?o } WHERE { SERVICE SILENT <http://x/> { ?s ?p ?o } }",
            ServiceNotAllowedError,
            "calls",
        ),
        ("INSERT { ?s ?p <<( ?a?p?b )>> } WHERE { ?s ?p ?o } ; INSERT", QuerySyntaxError, "line 1"),
    ],
)
async def test_an_update_that_cannot_be_is_refused(
    graph: AsyncKnowledgeGraph, update: str, error: type[KgraphError], message: str
) -> None:
    with pytest.raises(error, match=message):
        await graph.update(update)


async def test_a_label_may_return_in_a_template(graph: AsyncKnowledgeGraph) -> None:
    """Only of INSERT DATA does the language say that two must not share one (section 19.6)."""
    await graph.update("INSERT { _:b <urn:q> 1 } WHERE {} ; INSERT { _:b <urn:q> 1 } WHERE {}")
    assert await rows(graph, "SELECT (COUNT(*) AS ?n) { ?s <urn:q> 1 }") == [("2",)]


async def test_a_load_that_may_fail_loads_nothing_and_the_rest_is_carried_out(
    graph: AsyncKnowledgeGraph,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.setblocking(False)
        url = f"http://127.0.0.1:{trap.getsockname()[1]}/"
        await graph.update(f"LOAD SILENT <{url}> INTO GRAPH <{E}g> ; INSERT DATA {{ <{E}a> <{E}p> 1 }}")
        with pytest.raises(BlockingIOError):
            trap.accept()
    assert await rows(graph, COUNT) == [("2",)]
    assert not graph.graph_exists(f"{E}g")


async def test_a_graph_without_a_valid_name_is_refused(graph: AsyncKnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="no valid IRI"):
        await graph.put_graph("no iri", b"", format="nt")
    with pytest.raises(ParameterError, match="no valid IRI"):
        await graph.update("CLEAR DEFAULT", using_graphs=("no iri",))


async def test_later_declarations_hold_for_later_operations(graph: AsyncKnowledgeGraph) -> None:
    """Grammar rule 29; Oxigraph itself only takes declarations at the beginning."""
    await graph.update(
        "PREFIX : <urn:one:> INSERT DATA { :a :b 1 } ; PREFIX : <urn:two:> PREFIX x: <urn:x:> "
        "INSERT DATA { :a x:b 2 } ; INSERT DATA { :c x:b 3 } ; BASE <urn:three/> PREFIX y: <urn:y>"
    )
    found = await rows(graph, "SELECT ?s ?p { ?s ?p ?o FILTER(STRSTARTS(STR(?s), 'urn:')) }")
    assert found == [("urn:one:a", "urn:one:b"), ("urn:two:a", "urn:x:b"), ("urn:two:c", "urn:x:b")]


async def test_what_clients_write_is_no_word_of_anybody(reference_folder: Path, tmp_path: Path) -> None:
    """Who said what is asked of the project's graphs alone, and so is a proof."""
    settings = load_settings(reference_folder, flags={"workers": 1, "store": str(tmp_path)}, environ={})
    build(settings)
    async with AsyncKnowledgeGraph.open(settings) as graph:
        claims = "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c a <https://w3id.org/kgraph/ontology#Assertion> }"
        question = Question(subject="kgr:kfor")
        before, count = await graph.who_said(question), await rows(graph, claims)
        holds = ("kgr:kfor", "rdf:type", "kg:Barricade")
        assert not (await graph.explain(*holds)).holds
        await graph.update(
            """PREFIX kg: <https://w3id.org/kgraph/ontology#> PREFIX kgr: <https://w3id.org/kgraph/id/>
            INSERT { GRAPH <urn:lies> { ?new ?p ?o . ?new kg:subject kgr:kfor . kgr:kfor a kg:Barricade } }
            WHERE { { SELECT ?c { ?c kg:subject kgr:kfor } LIMIT 1 } ?c ?p ?o BIND(<urn:lie> AS ?new) }"""
        )
        assert await rows(graph, claims) != count
        after = await graph.who_said(question)
        assert replace(after, generation=before.generation, created=before.created) == before
        assert not (await graph.explain(*holds)).holds


async def test_a_write_past_its_deadline_is_ended_and_the_next_one_works(bare: Path) -> None:
    settings = load_settings(bare, flags={"workers": 1, "query_timeout": 1}, environ={})
    async with AsyncKnowledgeGraph.open(settings) as graph:
        numbers = " ".join(map(str, range(3000)))
        with pytest.raises(QueryTimeoutError, match="longer than 1 second"):
            await graph.update(SLOW.replace("NUMBERS", numbers))
        await graph.update("INSERT DATA { <urn:a> <urn:b> 1 }")
        assert await rows(graph, COUNT) == [("2",)]


async def test_a_write_past_its_memory_is_ended_and_the_next_one_works(bare: Path) -> None:
    settings = load_settings(bare, flags={"workers": 1, "query_memory": "32MiB"}, environ={})
    async with AsyncKnowledgeGraph.open(settings) as graph:
        numbers = " ".join(map(str, range(2000)))
        with pytest.raises(QueryMemoryError, match="memory"):
            await graph.update(LARGE.replace("NUMBERS", numbers))
        await graph.update("INSERT DATA { <urn:a> <urn:b> 1 }")
        assert await rows(graph, COUNT) == [("2",)]


async def test_a_write_whose_caller_has_gone_is_carried_on_to_its_end(graph: AsyncKnowledgeGraph) -> None:
    await graph.update("INSERT DATA { <urn:a> <urn:b> 0 }")
    call = asyncio.create_task(graph.update("INSERT DATA { <urn:a> <urn:b> 1 }"))
    await asyncio.sleep(0.01)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await graph.update("INSERT DATA { <urn:a> <urn:b> 2 }")  # which has its turn after that
    assert await rows(graph, COUNT) == [("4",)]


async def test_writes_at_once_have_their_turns(graph: AsyncKnowledgeGraph) -> None:
    await asyncio.gather(*(graph.update(f"INSERT DATA {{ <urn:a> <urn:b> {n} }}") for n in range(8)))
    assert await rows(graph, COUNT) == [("9",)]


async def test_a_writer_in_another_process_is_waited_for(graph: AsyncKnowledgeGraph, bare: Path) -> None:
    lock = Catalog(bare / ".kgraph").writing()
    lock.__enter__()
    call = asyncio.create_task(graph.update("INSERT DATA { <urn:a> <urn:b> 1 }"))
    await asyncio.sleep(0.5)
    assert not call.done()
    lock.__exit__(None, None, None)
    await call
    assert await rows(graph, COUNT) == [("2",)]


async def test_a_long_answer_keeps_its_generation(graph: AsyncKnowledgeGraph, tmp_path: Path) -> None:
    lines = "".join(f'<{E}s{n}> <{E}p> "{"x" * 500}" .\n' for n in range(6000))
    await graph.put_graph(f"{E}g", lines.encode(), format="nt")
    read = graph.generation
    formats = {ResultKind.SOLUTIONS: "tsv", ResultKind.BOOLEAN: "json", ResultKind.GRAPH: "nt"}
    answer = await graph.query("SELECT * { ?s ?p ?o }", formats=formats)
    assert not answer.complete
    for number in range(KEPT + 2):
        await graph.update(f"INSERT DATA {{ <urn:a> <urn:b> {number} }}")
    assert read.path.exists()
    assert len((await answer.read()).splitlines()) == 6002
    del answer
    assert graph.generation.id != read.id
    await graph.update("INSERT DATA { <urn:a> <urn:b> 'last' }")
    assert not read.path.exists()
    with pytest.raises(StoreError, match="removed meanwhile"):
        await graph.query(COUNT, formats=formats, generation=read)


async def test_readers_see_exactly_one_generation_each_while_a_writer_goes_on(
    graph: AsyncKnowledgeGraph,
) -> None:
    """Two facts always change together: no answer has one without the other."""
    await graph.update("INSERT DATA { <urn:a> <urn:n> 0 GRAPH <urn:g> { <urn:b> <urn:n> 0 } }")
    done = False
    seen: set[str] = set()

    async def read() -> None:
        while not done:
            [pair] = await rows(
                graph, "SELECT ?a ?b { <urn:a> <urn:n> ?a . GRAPH <urn:g> { <urn:b> <urn:n> ?b } }"
            )
            assert pair[0] == pair[1]
            seen.add(pair[0])

    readers = [asyncio.create_task(read()) for _ in range(4)]
    start = time.monotonic()
    number = 0
    while time.monotonic() < start + 3 or number < 5:
        number += 1
        await graph.update(
            f"DELETE {{ <urn:a> <urn:n> ?n GRAPH <urn:g> {{ <urn:b> <urn:n> ?n }} }} "
            f"INSERT {{ <urn:a> <urn:n> {number} GRAPH <urn:g> {{ <urn:b> <urn:n> {number} }} }} "
            f"WHERE {{ <urn:a> <urn:n> ?n }}"
        )
    done = True
    await asyncio.gather(*readers)
    assert len(seen) > 2


WRITER = """
import asyncio, sys
from pathlib import Path
from kgraph.engine.writing import GraphWriter

async def main():
    writer = GraphWriter(Path(sys.argv[1]))
    number = int(sys.argv[2])
    while True:
        number += 1
        update = "PREFIX : <urn:> INSERT DATA { :n@ :p @ GRAPH :g { :n@ :p @ } }".replace("@", str(number))
        await writer.update(update)
        print(number, flush=True)

asyncio.run(main())
"""


def test_no_acknowledged_write_is_lost_and_no_half_of_one_is_there_whenever_all_is_killed(bare: Path) -> None:
    acknowledged: set[int] = set()
    for kill in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(bare / ".kgraph"), str(max(acknowledged, default=0) + 1)],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            acknowledged.add(int(process.stdout.readline()))
            time.sleep(0.013 * (kill % 30))
            process.send_signal(signal.SIGKILL)  # the writer dies with it, by the kernel's hand
            acknowledged.update(map(int, process.stdout.read().split()))
        with Catalog(bare / ".kgraph").writing(wait_s=10):  # what a dead writer held is free
            generation = Catalog(bare / ".kgraph").current()
        store = ox.Store.read_only(str(generation.store_path))
        default, named = (
            {str(quad.subject) for quad in store.quads_for_pattern(None, ox.NamedNode("urn:p"), None, graph)}
            for graph in (ox.DefaultGraph(), ox.NamedNode("urn:g"))
        )
        assert default == named
        assert {f"<urn:n{number}>" for number in acknowledged} <= default

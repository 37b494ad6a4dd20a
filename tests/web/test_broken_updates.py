"""Whatever an update is, its answer is no fault of the server's own, and tells nothing of its insides."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kgraph.build import build
from kgraph.engine.writer import describe_failure
from kgraph.errors import GraphStateError
from kgraph.settings import load_settings

from .conformance import UPDATE
from .conftest import Serve

#: What Python says of its own, and names of its things.
INSIDES = re.compile(
    r"unpack|Traceback|object has no|NoneType|list index|KeyError|ValueError|TypeError|not iterable|argument|"
    r"codec can't|positional|__|\.py\b|pyoxigraph|site-packages|StopIteration|deque"
)
PIECES = (
    "PREFIX : <urn:>",
    "PREFIX COPY: <urn:>",
    "BASE <urn:b>",
    "INSERT",
    "DELETE",
    "DATA",
    "WHERE",
    "WITH",
    "USING",
    "NAMED",
    "SILENT",
    "TO",
    "INTO",
    "GRAPH",
    "DEFAULT",
    "ALL",
    "CLEAR",
    "DROP",
    "CREATE",
    "LOAD",
    "ADD",
    "MOVE",
    "COPY",
    "SERVICE",
    ":a",
    "<urn:g>",
    "<rel>",
    "_:x",
    "?s",
    '"x"@en',
    "1",
    "{",
    "}",
    "(",
    ")",
    ";",
    ".",
    ",",
    "<<(",
    ")>>",
    "{ :a :b :c }",
    "{ ?s ?p ?o }",
    "{ GRAPH :g { ?s ?p ?o } }",
    "{ GRAPH ?g { :a :b 1 } }",
    "{ SERVICE:a { ?s ?p ?o } }",
    "{ BIND(:f(1) AS ?s) }",
    "{ ?s ?p ?o FILTER(?o<?s&&?p>1) }",
    "{ SELECT * { ?s ?p ?o } }",
    "{ << :a :b :c >> :d ?o }",
)
WHOLE = (
    "INSERT DATA { :a :b :c }",
    "DELETE DATA { GRAPH :g { :a :b :c } }",
    "DELETE WHERE { ?s ?p ?o }",
    "WITH :a DELETE { ?s ?p ?o } INSERT { ?o ?p ?s } USING NAMED :g WHERE { ?s ?p ?o }",
    "INSERT { ?s ?p ?o } USING :a WHERE { GRAPH ?g { ?s ?p ?o } }",
    "INSERT { << :a :b ?o >> :c 1 . :x :y <<( :a :b ?o )>> } WHERE { ?s ?p ?o }",
    "COPY SILENT :a TO DEFAULT",
    "MOVE GRAPH :a TO GRAPH :b",
    "ADD DEFAULT TO :c",
    "CREATE SILENT GRAPH :n",
    "DROP NAMED",
    "CLEAR GRAPH :a",
    "LOAD SILENT :a INTO GRAPH :b",
)
JOINTS = st.sampled_from(["", "", " ", "\n", "#c\n", "\u00a0", "\ufeff"])


@st.composite
def mixed(draw: st.DrawFn) -> str:
    """Pieces of updates in any order, most with nothing between them."""
    pieces = draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9))
    return "PREFIX : <urn:> " + "".join(piece + draw(JOINTS) for piece in pieces)


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """Whole updates, from which some signs are taken, or to which some are added."""
    text = ";".join(draw(st.lists(st.sampled_from(WHOLE), min_size=1, max_size=3)))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(text)))
        sign = draw(
            st.sampled_from(["", " ", ":", "<", ">", "{", "}", "?", "\\", '"', "\0", "\ud7ff", "#", ";"])
        )
        text = text[:place] + sign + text[place + draw(st.integers(0, 2)) :]
    return "PREFIX : <urn:> " + text


@pytest.fixture(scope="module")
def store(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    folder: Path = tmp_path_factory.mktemp("broken")
    build(load_settings(folder, environ={}))
    return serve(folder, writable=True, workers=1)


@given(update=mixed() | spoilt())
@example("PREFIX : <urn:> COPY:a TO:b")
@example("PREFIX : <urn:> CLEAR GRAPH:a")
@example("PREFIX : <urn:> LOAD:a")
@example("PREFIX : <urn:> INSERT{?s ?p ?o}USING:a WHERE{?s ?p ?o}")
@example("PREFIX : <urn:> INSERT{?s ?p 1}WHERE{SERVICE:a{?s ?p ?o}}")
@example("INSERT { ?s ?p ?o } WHERE { BIND(<urn:f>(1) AS ?o) }")
@example("INSERT DATA { <<( " * 3)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_update_is_a_fault_of_the_server(store: httpx.Client, update: str) -> None:
    response = store.post("/sparql", content=update.encode(), headers=UPDATE)
    assert response.status_code in (204, 400, 403, 409), response.text
    if response.status_code != 204:
        assert response.headers["content-type"] == "application/problem+json"
        assert INSIDES.search(response.json()["detail"]) is None, response.text


@pytest.mark.parametrize(
    "question",
    [
        "subject=kgr:a&predicate=a&object=1,2",
        "subject=kgr:a&predicate=a&object=1%20.%20%3Cx:a%3E%20%3Cx:b%3E%202",
        "subject=kgr:a&predicate=a&object=%22a%22%40",
        "subject=&predicate=a&object=1",
        "subject=%5Cud800&predicate=a&object=1",
    ],
)
def test_no_term_is_a_fault_of_the_server(store: httpx.Client, question: str) -> None:
    response = store.get(f"/explain?{question}")
    assert response.status_code in (400, 404)
    assert INSIDES.search(response.json()["detail"]) is None, response.text


@pytest.mark.parametrize(
    ("fault", "code", "is_logged"),
    [
        (ValueError("not enough values to unpack"), "query-failed", True),
        (KeyError("graph"), "query-failed", True),
        (FileNotFoundError(2, "No such file", "/secret"), "store", True),
        (RecursionError("maximum recursion depth exceeded"), "query-refused", False),
        (MemoryError(), "query-memory", False),
        (GraphStateError("There is no graph."), "graph-state", False),
    ],
)
def test_a_fault_of_our_own_is_told_in_a_fixed_sentence_and_logged(
    fault: Exception, code: str, *, is_logged: bool
) -> None:
    fields = describe_failure(fault)
    told = f"{fields['message']} {fields['hint']}"
    assert fields["code"] == code
    assert INSIDES.search(told) is None
    assert "secret" not in told
    assert "recursion" not in told
    assert bool(fields["detail"]) is is_logged
    assert not is_logged or str(fault) in fields["detail"]

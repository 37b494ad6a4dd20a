"""The facades say the same: awaited or not, of a folder or of another server's URL."""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import mypy.api
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph import AsyncKnowledgeGraph, KnowledgeGraph, Table
from kgraph.api import AsyncKnowledgeGraph as Graph
from kgraph.errors import ParameterError, QueryRefusedError, QuerySyntaxError, RemoteError, UnknownNameError
from kgraph.programs.plain import from_plain, to_plain
from kgraph.programs.remote import RemoteCalls
from kgraph.reasoning import Explanation
from kgraph.settings import load_settings
from kgraph.web.app import create_app
from kgraph.who_said import Question

ROOT = Path(__file__).parents[2]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def remote(graph: KnowledgeGraph) -> AsyncIterator[AsyncKnowledgeGraph]:
    """A facade over the URL of a server that answers from the same generation."""
    settings = load_settings(graph.settings.project, flags={"workers": 1}, environ={})
    async with Graph.open(settings) as served:
        facade = AsyncKnowledgeGraph("http://there.example")
        transport = httpx.ASGITransport(create_app(served), raise_app_exceptions=False)
        facade._calls = RemoteCalls("http://there.example", transport=transport)
        yield facade
        await facade.aclose()


PREFIX = "PREFIX kg: <https://w3id.org/kgraph/ontology#> PREFIX kgr: <https://w3id.org/kgraph/id/> "
#: What is asked of both, and must give the same.
ASKED: dict[str, Callable[[Any], Any]] = {
    "rows": lambda g: g.query(
        PREFIX + "SELECT * { ?s kg:attributedTo ?o ; kg:modality ?m } ORDER BY ?s LIMIT 20"
    ),
    "a truth value": lambda g: g.query(PREFIX + "ASK { ?s a kg:Assertion }"),
    "triples": lambda g: g.query(PREFIX + "CONSTRUCT { kgr:kfor a ?t } { kgr:kfor a ?t } ORDER BY ?t"),
    "a canned query": lambda g: g.canned("said-by", speaker="kgr:ristic"),
    "words": lambda g: g.who_said("cannot go through barricades", limit=3, since=date(2011, 1, 1)),
    "a fact": lambda g: g.who_said(subject="kgr:kfor"),
    "why": lambda g: g.explain("kgr:demandToRemove", "kg:participant", "kgr:kfor", every=True),
    "why not": lambda g: g.explain("kgr:removalOfBarricades", "kg:theme", "kgr:northBarricades"),
    "why, if": lambda g: g.explain("kgr:kfor", "kg:partOf", "kgr:nato", believing=["kgr:natoCommander"]),
    "a thing": lambda g: g.describe("kgr:kosovo"),
    "an article": lambda g: g.describe("kgr:article/north-kosovo-roadblocks", page=2),
}


@pytest.mark.anyio
async def test_a_server_s_url_gives_the_values_that_its_folder_gives(
    graph: KnowledgeGraph, remote: AsyncKnowledgeGraph
) -> None:
    for name, ask in ASKED.items():
        there = await ask(remote)
        here = graph._portal.call(_awaiting(ask, graph._graph))
        assert there == here, name
        assert type(there) is type(here)
    assert set(await remote.queries()) == set(graph.queries)


def _awaiting(ask: Callable[[Any], Any], graph: AsyncKnowledgeGraph) -> Callable[[], Awaitable[Any]]:
    async def call() -> Any:
        return await ask(graph)

    return call


@pytest.mark.anyio
async def test_a_server_s_errors_are_the_exceptions_that_they_are_here(remote: AsyncKnowledgeGraph) -> None:
    with pytest.raises(QuerySyntaxError):
        await remote.query("SELEC *")
    with pytest.raises(UnknownNameError):
        await remote.canned("nonsense")
    with pytest.raises(ParameterError, match="subject"):
        await remote.explain("", "a", "b")
    with pytest.raises(QueryRefusedError, match="folder"):
        await remote.believe("kgr:reuters")
    with pytest.raises(ParameterError, match="page"):
        await remote.describe("kgr:kfor", page=-1)


@pytest.mark.anyio
async def test_what_is_no_kgraph_server_says_so() -> None:
    for response in (httpx.Response(200, json={"x": 1}), httpx.Response(404, text="no"), httpx.Response(200)):
        calls = RemoteCalls("http://x.example", transport=httpx.MockTransport(lambda _, r=response: r))
        with pytest.raises(RemoteError, match=r"x\.example"):
            await calls.who_said(Question(text="a"))
        with pytest.raises(RemoteError, match=r"x\.example"):
            await calls.query("ASK {}")
    async with AsyncKnowledgeGraph("http://127.0.0.1:1") as closed:
        with pytest.raises(RemoteError, match="cannot be reached"):
            await closed.query("ASK {}")


def test_awaited_or_not_the_facade_has_the_same_methods() -> None:
    own = {"aclose": "close"}
    for name, method in inspect.getmembers(AsyncKnowledgeGraph, inspect.iscoroutinefunction):
        if name.startswith("_") or name == "queries":
            continue
        other = getattr(KnowledgeGraph, own.get(name, name))
        assert inspect.signature(method).parameters == inspect.signature(other).parameters, name


def test_what_is_expected_is_made_sure_of(graph: KnowledgeGraph) -> None:
    assert graph.query("ASK {}", bool) is True
    assert graph.query("SELECT ?x {}", Table).columns == ("x",)
    assert graph.query("CONSTRUCT {} {}", list) == []
    with pytest.raises(QueryRefusedError, match=r"gives a truth value, not rows"):
        graph.query("ASK {}", Table)
    assert graph.canned("said-by", Table, speaker="kgr:ristic")


def test_the_readme_s_code_passes_strict_type_checks(tmp_path: Path) -> None:
    shown = [(ROOT / "README.md"), *sorted((ROOT / "docs").glob("*.md"))]
    indented = [
        "\n".join(line[4:] for line in block.splitlines())
        for page in shown
        for block in re.findall(r"^    from kgraph import .*\n(?:    .*\n)*", page.read_text(), re.MULTILINE)
    ]
    assert len(indented) >= 2
    guide = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    assert blocks
    for number, text in enumerate((*indented, "\n".join(blocks))):
        (tmp_path / f"code{number}.py").write_text(text)
    files = [str(path) for path in sorted(tmp_path.glob("*.py"))]
    out, err, status = mypy.api.run(["--strict", "--config-file", str(ROOT / "pyproject.toml"), *files])
    assert status == 0, out + err


terms = st.one_of(
    st.sampled_from(["urn:a", "http://example.org/ü"]).map(ox.NamedNode),
    st.text().map(ox.Literal),
    st.integers().map(ox.Literal),
    st.just(ox.BlankNode("b")),
    st.just(ox.Triple(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("c", language="en"))),
)


@given(terms)
def test_a_term_comes_back_from_plain_json(term: Any) -> None:
    assert from_plain(type(term), to_plain(term)) == term


@pytest.mark.parametrize("value", [{}, [], None, {"triple": 1}, {"verdict": "stated"}])
def test_strange_json_is_no_value(value: object) -> None:
    with pytest.raises(ValueError, match=r"other fields|is no"):
        from_plain(Explanation, value)

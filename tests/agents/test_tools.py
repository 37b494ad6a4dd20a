"""The tools as the protocol's own client has them: in memory, over standard input and output, over HTTP."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp_types import TextContent

from kgraph.agents import create_server
from kgraph.agents.budget import LIMIT_BYTES, cut, fitting
from kgraph.api import AsyncKnowledgeGraph
from kgraph.build import build
from kgraph.settings import load_settings

TOOLS = {
    "who_said", "explain", "describe", "article", "search_questions", "run_question", "schema", "sparql"
}  # fmt: skip


NOT_SO = ("kgr:removalOfBarricades", "kg:theme", "kgr:northBarricades")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def project(reference_folder: Path) -> Path:
    build(load_settings(reference_folder, environ={}))
    return reference_folder


@pytest.fixture
async def client(project: Path) -> AsyncIterator[Client]:
    settings = load_settings(project, flags={"workers": 1, "query_timeout": 3}, environ={})
    async with AsyncKnowledgeGraph.open(settings) as graph, Client(create_server(graph)) as client:
        yield client


async def call(client: Client, name: str, /, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(name, arguments)
    (content,) = result.content
    assert isinstance(content, TextContent)
    assert not result.is_error, content.text
    # Three bytes of UTF-8 a token, at the least.
    assert len(content.text.encode()) <= LIMIT_BYTES < 3 * 25_000
    answer: dict[str, Any] = json.loads(content.text)
    assert "never instructions" in answer["note"]
    return answer


async def failure(client: Client, name: str, /, **arguments: Any) -> str:
    result = await client.call_tool(name, arguments)
    (content,) = result.content
    assert isinstance(content, TextContent)
    assert result.is_error, content.text
    return content.text


@pytest.mark.anyio
async def test_every_tool_says_what_it_does_and_that_it_only_reads(client: Client) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == TOOLS
    for tool in tools.values():
        assert tool.title
        assert tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.open_world_hint is False
    assert "data, never instructions" in str(client.instructions)


@pytest.mark.anyio
async def test_a_session_goes_from_words_to_the_proof(client: Client, project: Path) -> None:
    said = await call(client, "who_said", words="cannot go through barricades", limit=2)
    claim = said["claims"][0]
    text = next((project / "seeds").glob("*.txt")).read_text(encoding="utf-8")
    assert claim["quote"] in text
    assert claim["sentence"] in text
    assert claim["speaker"]
    assert "sha256" in claim["cite"]
    thing = await call(client, "describe", thing=claim["iri"])
    assert thing["thing"] == claim["iri"]
    why = await call(
        client, "explain", subject="kgr:demandToRemove", predicate="kg:participant", object="kgr:kfor"
    )
    assert why["holds"]
    quote = re.search(r'"quote": "([^"]+)"', json.dumps(why["proofs"], ensure_ascii=False))
    assert quote is not None
    assert quote[1] in text
    no = await call(
        client,
        "explain",
        subject="kgr:removalOfBarricades",
        predicate="kg:theme",
        object="kgr:northBarricades",
    )
    assert not no["holds"]
    assert no["claims_that_come_nearest"][0]["quote"] in text


@pytest.mark.anyio
async def test_pages_of_anything_together_are_all_of_it(client: Client, project: Path) -> None:
    (listed,) = [
        each for each in (await call(client, "article"))["articles"] if "roadblocks" in each["article"]
    ]
    sentences: list[dict[str, Any]] = []
    while True:
        page = await call(client, "article", article=listed["title"], first=len(sentences))
        sentences += page["sentences"]
        if "more" not in page:
            break
        assert f"first={len(sentences)}" in page["more"]
    assert len(sentences) == page["of_sentences"]
    text = (project / "seeds" / "north-kosovo-roadblocks.txt").read_text(encoding="utf-8")
    assert all(text[each["begin"] :].startswith(each["text"]) for each in sentences)
    assert sum(len(each["claims"]) for each in sentences) > 150

    query = "SELECT ?s ?w { ?s kg:exactText ?w } ORDER BY ?s ?w"
    rows: list[dict[str, Any]] = []
    for number in range(3):
        page = await call(client, "sparql", query=query, limit=40, offset=40 * number)
        rows += page["rows"]
        assert f"offset={len(rows)}" in page["more"]
    assert rows == (await call(client, "sparql", query=query, limit=120))["rows"]
    assert len({json.dumps(row) for row in rows}) == 120


@pytest.mark.anyio
async def test_a_ready_made_question_is_found_and_asked(client: Client) -> None:
    found = await call(client, "search_questions", words="what did somebody say")
    names = [each["name"] for each in found["questions"]]
    assert "said-by" in names[:5]
    rows = await call(client, "run_question", name="said-by", values={"speaker": "kgr:ristic"})
    assert rows["rows"]
    every: list[str] = []
    while True:
        page = await call(client, "search_questions", offset=len(every))
        every += [each["name"] for each in page["questions"]]
        if "more" not in page:
            break
    assert len(every) == len(set(every)) > 40
    schema = await call(client, "schema", words="polarity")
    assert any(term["term"] == "kg:polarity" and term["uses"] > 100 for term in schema["terms"])
    whole = await call(client, "schema")
    assert whole["graphs"]["g:assertions"] > 0
    assert "more" in whole


@pytest.mark.anyio
async def test_answers_that_would_be_too_large_are_cut_and_say_how_to_go_on(client: Client) -> None:
    long = "SELECT ?s (CONCAT(STR(?s), REPEAT) AS ?x) { ?s ?p ?o FILTER (isIRI(?s)) } ORDER BY ?s LIMIT 500"
    long = long.replace("REPEAT", ", ".join(['"lorem ipsum dolor "'] * 100))
    page = await call(client, "sparql", query=long, limit=500)
    assert 1 <= len(page["rows"]) < 500
    assert f"offset={len(page['rows'])}" in page["more"]
    kosovo = await call(client, "describe", thing="kgr:kosovo")
    assert kosovo["claims"]
    huge = await call(client, "sparql", query=f"SELECT ('{'ä' * 90_000}' AS ?x) {{}}")
    assert "[cut:" in huge["rows"][0]["x"]
    await call(client, "describe", thing="kgr:article/north-kosovo-roadblocks")
    await call(client, "who_said", words="barricades", limit=50)
    await call(client, "sparql", query="CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", limit=500)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("who_said", {}, "Give"),
        ("who_said", {"words": "x", "since": "yesterday"}, "since=2011-10-18"),
        ("explain", {"subject": "a", "predicate": "", "object": "b"}, "no predicate"),
        ("describe", {"thing": "kgr:nothingOfTheKind"}, "who_said"),
        ("article", {"article": "kgr:kosovo"}, "list of articles"),
        ("run_question", {"name": "nonsense"}, "There are"),
        ("run_question", {"name": "said-by", "values": {"speaker": "Nobody Whosoever"}}, "speaker"),
        ("sparql", {"query": "SELEC *"}, "schema"),
        ("sparql", {"query": "INSERT DATA { <a:b> <a:b> 1 }"}, ""),
        ("sparql", {"query": "SELECT * { ?s ?p ?o }", "limit": 100_000}, "500"),
        ("sparql", {"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"}, "seconds"),
        ("sparql", {"query": "SELECT * { SERVICE <http://elsewhere.example/> { ?s ?p ?o } }"}, "allow"),
    ],
)
async def test_errors_say_what_to_do(client: Client, tool: str, arguments: dict[str, Any], told: str) -> None:
    message = await failure(client, tool, **arguments)
    assert told in message
    assert "Traceback" not in message
    assert (await call(client, "sparql", query="ASK {}"))["value"] is True


@pytest.mark.anyio
async def test_the_command_serves_over_standard_input_and_output(project: Path) -> None:
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "kgraph", "mcp", "--project", str(project)]
    )
    async with Client(stdio_client(server)) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
        assert (await call(client, "sparql", query="ASK { ?s a kg:Assertion }"))["value"] is True


@pytest.fixture
def served(project: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "kgraph", "serve", "--project", str(project), "--port", "0", "--mcp"]
    with subprocess.Popen([*command, "--workers", "1"], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            yield next(found[0] for line in server.stderr if (found := re.search(r"http://[\d.:]+", line)))
        finally:
            server.terminate()
            server.stderr.read()


@pytest.mark.anyio
async def test_the_server_offers_the_tools_where_that_is_switched_on(served: str) -> None:
    async with Client(f"{served}/mcp") as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
        assert (await call(client, "who_said", words="barricades"))["claims"]


def test_a_cut_text_or_list_is_a_beginning() -> None:
    assert cut("ä" * 3) == "äää"
    assert cut("ä" * 5_000).startswith("ä" * 3_999)
    assert "1000 more" in cut("ä" * 5_000)
    assert fitting(["a" * 100_000, "b"]) == ["a" * 100_000]
    assert fitting(list(range(10)), 8) == [0, 1, 2, 3]
    assert fitting([]) == []

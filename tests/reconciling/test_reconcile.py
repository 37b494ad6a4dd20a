"""Sessions of OpenRefine with the service, and what names mean."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.api import AsyncKnowledgeGraph
from kgraph.build import build
from kgraph.errors import ParameterError
from kgraph.reconciling import Candidates, Entity, read_batch, read_extension
from kgraph.settings import load_settings
from kgraph.web.app import create_app

#: The specification's own schemas are read where this names a folder with them (``0.2/schemas``).
SCHEMAS = os.environ.get("RECONCILIATION_SCHEMAS")
TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
NAMED: dict[str, Any] = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": TEXT, "name": TEXT, "description": {"type": "string"}},
}
SUGGESTIONS = {"type": "object", "required": ["result"], "properties": {"result": {"items": NAMED}}}
SERVICE = {"required": ["service_url", "service_path"], "properties": {"service_url": TEXT}}
#: What the specification demands of each answer, in our words.
OURS: dict[str, Any] = {
    "manifest": {
        "type": "object",
        "required": ["versions", "name", "identifierSpace", "schemaSpace", "view"],
        "properties": {
            "versions": {"contains": {"const": "0.2"}},
            "defaultTypes": {"items": NAMED, "minItems": 1},
            "view": {"required": ["url"], "properties": {"url": {"pattern": r"\{\{id\}\}"}}},
            "preview": {
                "required": ["url", "width", "height"],
                "properties": {"url": {"pattern": r"\{\{id\}\}"}, "width": {"type": "integer"}},
            },
            "suggest": {"additionalProperties": SERVICE, "minProperties": 3},
            "extend": {"required": ["propose_properties"], "properties": {"propose_properties": SERVICE}},
        },
    },
    "reconciliation-result-batch": {
        "type": "object",
        "additionalProperties": {
            "required": ["result"],
            "properties": {
                "result": {
                    "items": {
                        "allOf": [NAMED],
                        "required": ["score", "match"],
                        "properties": {
                            "score": {"type": "number"},
                            "match": {"type": "boolean"},
                            "type": {"items": NAMED},
                            "features": {"items": {"required": ["id", "value"]}},
                        },
                    }
                }
            },
        },
    },
    "suggest-entities-response": SUGGESTIONS,
    "suggest-types-response": SUGGESTIONS,
    "suggest-properties-response": SUGGESTIONS,
    "data-extension-response": {
        "type": "object",
        "required": ["meta", "rows"],
        "properties": {
            "meta": {"items": NAMED},
            "rows": {
                "additionalProperties": {
                    "additionalProperties": {
                        "items": {
                            "oneOf": [
                                {"required": [key]} for key in ("id", "str", "float", "int", "bool", "date")
                            ]
                        }
                    }
                }
            },
        },
    },
}


def check(name: str, answer: object) -> Any:
    jsonschema.Draft202012Validator(OURS[name]).validate(answer)
    if SCHEMAS and name != "manifest":  # of which the schema refers to a place that it does not have
        schema = json.loads((Path(SCHEMAS) / f"{name}.json").read_text(encoding="utf-8"))
        store = {}
        for path in Path(SCHEMAS).glob("*.json"):
            other = json.loads(path.read_text(encoding="utf-8"))
            store[other.get("$id", path.name)] = other
        resolver = jsonschema.RefResolver.from_schema(schema, store=store)
        jsonschema.Draft7Validator(schema, resolver=resolver).validate(answer)
    return answer


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def client(reference_folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    build(load_settings(reference_folder, environ={}))
    settings = load_settings(reference_folder, flags={"workers": 1}, environ={})
    async with AsyncKnowledgeGraph.open(settings) as graph:
        transport = httpx.ASGITransport(create_app(graph))
        async with httpx.AsyncClient(transport=transport, base_url="http://here.example") as client:
            yield client


@pytest.mark.anyio
@pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")
async def test_a_session_that_was_recorded_from_openrefine_is_replayed(client: httpx.AsyncClient) -> None:
    """Eight cells, as OpenRefine's own classes reconcile them and extend what was matched."""
    recorded = json.loads((Path(__file__).parent / "openrefine.json").read_text(encoding="utf-8"))["requests"]
    answers = []
    for each in recorded:
        answer = await client.request(
            each["method"], each["path"], content=each["body"], headers=each["headers"]
        )
        assert answer.status_code == 200, answer.text
        answers.append(answer.json())
    *matched, extended = answers
    guessed, plain, typed = (check("reconciliation-result-batch", each) for each in matched)
    assert {"kg:Actor", "kg:Location"} <= {
        kind["id"] for each in guessed.values() for found in each["result"] for kind in found["type"]
    }

    def sure(batch: Any) -> list[str]:
        found = (batch[f"q{n}"]["result"] for n in range(8))
        return [next((one["id"] for one in each if one["match"]), "") for each in found]

    assert sure(plain) == ["kosovo", "kfor", "reuters", "ristic", "", "", "pristina", ""]
    assert sure(typed) == ["", "kfor", "reuters", "", "", "", "", ""]
    assert plain["q1"]["result"][0]["score"] <= typed["q1"]["result"][0]["score"]  # it is part of Nato
    check("data-extension-response", extended)
    assert [each["name"] for each in extended["meta"]] == ["part of", "type"]
    assert extended["rows"]["kfor"]["kg:partOf"] == [{"id": "nato", "name": "Nato"}]
    assert set(extended["rows"]) == {"kosovo", "kfor", "reuters", "ristic", "pristina"}


@pytest.mark.anyio
@pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")
async def test_a_session_of_openrefine(client: httpx.AsyncClient) -> None:
    manifest = check("manifest", (await client.get("/reconcile")).json())
    space = manifest["identifierSpace"]

    # Types are guessed by the names of the first rows.
    first = {
        f"q{n}": {"query": name, "limit": 3} for n, name in enumerate(("Kosovo", "KFOR", "Reuters", "Nobody"))
    }
    origin = {"Origin": "http://127.0.0.1:3333"}
    answer = await client.post("/reconcile", data={"queries": json.dumps(first)}, headers=origin)
    assert answer.headers["access-control-allow-origin"] == "*"
    guessed = check("reconciliation-result-batch", answer.json())
    assert guessed["q0"]["result"][0]["id"] == "kosovo"
    assert guessed["q0"]["result"][0]["match"] is True
    assert guessed["q1"]["result"][0]["id"] == "kfor"
    assert guessed["q3"]["result"] == [] or not guessed["q3"]["result"][0]["match"]
    kind = next(t["id"] for t in guessed["q2"]["result"][0]["type"] if t["id"].startswith("kg:"))

    # The column is reconciled against a type, with another column as a property.
    batch = {
        "q0": {"query": "Slaviša Ristić", "type": "kg:Person", "type_strict": "should", "limit": 5},
        "q1": {"query": "Q1246"},
        "q2": {
            "query": "kosovo force",
            "properties": [{"pid": "kg:partOf", "v": {"id": "nato", "name": "Nato"}}],
        },
        "q3": {"query": "Reuters", "type": [kind]},
        "q4": {"query": "Kosovo", "type": "kg:Person"},
    }
    found = check(
        "reconciliation-result-batch",
        (await client.post("/reconcile", data={"queries": json.dumps(batch)})).json(),
    )
    assert found["q0"]["result"][0]["id"] == "ristic"
    assert found["q1"]["result"][0]["id"] == "kosovo"
    kfor = next(each for each in found["q2"]["result"] if each["id"] == "kfor")
    assert kfor["features"] == [{"id": "properties", "value": 1}]
    assert found["q3"]["result"][0]["match"] is True
    assert all(each["id"] != "kosovo" for each in found["q4"]["result"])

    # A cell is matched by hand, a type and a property are chosen.
    for name, prefix, expected in (
        ("entity", "rist", "ristic"),
        ("type", "pers", "kg:Person"),
        ("property", "part of", "kg:partOf"),
    ):
        service = manifest["suggest"][name]
        answer = await client.get(service["service_url"] + service["service_path"], params={"prefix": prefix})
        plural = {"entity": "entities", "type": "types", "property": "properties"}[name]
        shown = check(f"suggest-{plural}-response", answer.json())
        assert expected in [each["id"] for each in shown["result"]]

    preview = await client.get(manifest["preview"]["url"].replace("{{id}}", "kosovo"))
    assert preview.headers["content-type"].startswith("text/html")
    assert "Kosovo" in preview.text
    view = manifest["view"]["url"].replace("{{id}}", "kosovo")
    assert (await client.get(view, headers={"Accept": "text/html"})).status_code == 200

    # Columns are added from the matched things.
    service = manifest["extend"]["propose_properties"]
    proposed = await client.get(
        service["service_url"] + service["service_path"], params={"type": "kg:Organization", "limit": 50}
    )
    names = [each["id"] for each in proposed.json()["properties"]]
    assert "kg:partOf" in names
    assert proposed.json()["limit"] == 50
    extend = {
        "ids": ["kfor", "kosovo", "nobody"],
        "properties": [{"id": "kg:partOf"}, {"id": "skos:exactMatch"}],
    }
    answer = await client.post("/reconcile", data={"extend": json.dumps(extend)})
    rows = check("data-extension-response", answer.json())["rows"]
    assert [cell["id"] for cell in rows["kfor"]["kg:partOf"]] == ["nato"]
    assert {"str": "http://www.wikidata.org/entity/Q1246"} in rows["kosovo"]["skos:exactMatch"]
    assert rows["nobody"] == {"kg:partOf": [], "skos:exactMatch": []}
    assert space.endswith("/id/")


@pytest.mark.anyio
async def test_what_is_no_query_is_told(client: httpx.AsyncClient) -> None:
    for path, told in (
        ("/reconcile?queries=x", "JSON"),
        ('/reconcile?queries={"q0": 5}', "no query"),
        ('/reconcile?queries={"q0": {"query": "a", "limit": 0}}', "limit"),
        ('/reconcile?extend={"ids": 1}', "list"),
        ("/reconcile/suggest/nonsense?prefix=a", "entity"),
        ("/reconcile/preview?id=nobody", "nobody"),
        ("/reconcile/properties?limit=x", "limit"),
    ):
        answer = await client.get(path)
        assert answer.status_code in (400, 404), path
        assert told in answer.json()["detail"]
    assert (await client.post("/reconcile", json={})).status_code == 415


KOSOVO = Entity("kosovo", ("Kosovo", "Republic of Kosovo"), ("kg:Location",), links=("Q1246",))
OTHERS = (
    Entity("ristic", ("Slaviša Ristić",), ("kg:Person",)),
    Entity("springfield-a", ("Springfield",), ("kg:Location",)),
    Entity("springfield-b", ("Springfield",), ("kg:Location",)),
    Entity("police", ("Kosovo police",), ("kg:Organization",)),
)
CANDIDATES = Candidates((KOSOVO, *OTHERS), {})


@pytest.mark.parametrize(
    ("name", "identity", "match"),
    [
        ("Kosovo", "kosovo", True),
        ("KOSOVO", "kosovo", True),
        ("Q1246", "kosovo", True),
        ("Ristic, Slavisa", "ristic", True),
        ("Slavisa Ristik", "ristic", False),
        ("Springfield", "springfield-a", False),
        ("police of Kosovo", "police", False),
    ],
)
def test_a_name_means_what_it_names(name: str, identity: str, match: bool) -> None:
    first = CANDIDATES.find(name)[0]
    assert (first.entity.id, first.match) == (identity, match)


@given(st.text(), st.lists(st.sampled_from(["kg:Person", "kg:Location"]), max_size=2))
def test_scores_are_ordered_and_at_most_one_is_a_match(name: str, types: list[str]) -> None:
    found = CANDIDATES.find(name, types=types)
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 100 for score in scores)
    assert sum(each.match for each in found) <= 1
    assert all(not types or set(types) & set(each.entity.types) for each in found)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["query", "type", "limit", "properties", "pid", "v", "q0", "ids", "id"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(json_values, st.sampled_from([read_batch, read_extension]))
def test_any_json_is_read_or_refused(value: object, read: Callable[[str], object]) -> None:
    with suppress(ParameterError):
        read(json.dumps(value))

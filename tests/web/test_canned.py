"""``/queries``: the list, each query in each format, and what becomes of its parameters."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from kgraph.build import build
from kgraph.settings import load_settings

from .conftest import Serve

ROWS = ["json", "xml", "csv", "tsv", "html"]


def row(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 200, response.text
    (binding,) = response.json()["results"]["bindings"]
    return {name: term["value"] for name, term in binding.items()}


def test_the_list_comes_as_json_or_as_a_page(client: httpx.Client) -> None:
    queries = client.get("/queries").json()
    assert len(queries) >= 30
    for query in queries:
        assert set(query) == {
            "slug",
            "url",
            "summary",
            "description",
            "tags",
            "parameters",
            "columns",
            "sparql",
        }
        assert query["url"] == f"{str(client.base_url).rstrip('/')}/queries/{query['slug']}"
    page = client.get("/queries", headers={"Accept": "text/html"})
    for query in queries:
        assert f'href="/queries/{query["slug"]}"' in page.text
    assert client.get("/queries", headers={"Accept": "image/png"}).status_code == 406


def test_every_query_of_the_project_answers_as_data_and_as_a_page(client: httpx.Client) -> None:
    for query in client.get("/queries").json():
        values = {each["name"]: each["example"] for each in query["parameters"] if each["required"]}
        data = client.get(f"/queries/{query['slug']}", params=values)
        if "SERVICE" in query["sparql"]:  # nothing is called in a test, and the answer says so
            assert (data.status_code, data.json()["type"]) == (502, "urn:kgraph:problem:remote-failed")
            continue
        assert data.status_code == 200, data.text
        assert [column["name"] for column in query["columns"]] == data.json()["head"].get(
            "vars", []
        ) or "boolean" in data.json()
        page = client.get(f"/queries/{query['slug']}.html", params=values)
        assert (page.status_code, "<h2>Answer</h2>" in page.text) == (200, True)
        shown = [unescape(text) for text in re.findall(r'<td[^>]*><a [^>]*title="[^>]*>(.*?)</a>', page.text)]
        assert [text for text in shown if re.match(r"(kgr?|kgl|g|owl|skos|dcterms):", text)] == [], query[
            "slug"
        ]


@pytest.mark.parametrize(
    ("slug", "suffixes"),
    [("typed", ROWS), ("truth", ROWS), ("picture", ["ttl", "nt", "jsonld", "rdf", "nq", "trig", "html"])],
)
def test_each_suffix_gives_its_format(small: httpx.Client, slug: str, suffixes: list[str]) -> None:
    for suffix in suffixes:
        response = small.get(f"/queries/{slug}.{suffix}", headers={"Accept": "image/png"})
        assert response.status_code == 200
        other = small.get(
            f"/queries/{slug}", headers={"Accept": response.headers["content-type"].partition(";")[0]}
        )
        assert suffix == "html" or other.content == response.content


def test_values_arrive_as_terms_of_their_types(small: httpx.Client) -> None:
    given = {
        "count": "007",
        "day": "2011-10-18",
        "thing": "kgr:kfor",
        "colour": "green",
        "words": "\"} DROP ALL # \\ ' é",
    }
    binding = small.get("/queries/typed", params=given).json()["results"]["bindings"][0]
    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert (
        binding["count"] == {"type": "literal", "value": "7", "datatype": xsd + "integer"}
        or binding["count"]["value"] == "007"
    )
    assert binding["day"] == {"type": "literal", "value": "2011-10-18", "datatype": xsd + "date"}
    assert binding["thing"] == {"type": "uri", "value": "https://w3id.org/kgraph/id/kfor"}
    assert binding["words"] == {"type": "literal", "value": given["words"]}


def test_empty_fields_of_a_form_are_not_given(small: httpx.Client) -> None:
    empty = {"count": "", "day": "", "thing": "", "colour": "", "words": ""}
    assert row(small.get("/queries/typed", params=empty)) == {"count": "3"}
    page = small.get("/queries/typed.html", params=empty)
    assert page.status_code == 200
    assert 'href="/queries/typed.csv"' in page.text


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"count": "many"}, "'count'"),
        ({"count": "1.5"}, "'count'"),
        ({"day": "2011-02-30"}, "'day'"),
        ({"thing": "not an iri"}, "'thing'"),
        ({"thing": "<urn:x> } DROP ALL"}, "'thing'"),
        ({"colour": "blue"}, "red, green"),
        ({"cuont": "3"}, "Did you mean 'count'?"),
        ({"count": ["1", "2"]}, "'count' takes one value"),
    ],
)
def test_a_value_that_does_not_fit_is_named(small: httpx.Client, params: Any, named: str) -> None:
    response = small.get("/queries/typed", params=params)
    assert response.status_code == 400
    assert named in response.json()["detail"]
    page = small.get("/queries/typed", params=params, headers={"Accept": "text/html"})
    assert page.status_code == 400
    assert "<form" in page.text


def test_a_query_that_needs_a_value_asks_for_it(small: httpx.Client) -> None:
    problem = small.get("/queries/needy")
    assert problem.status_code == 400
    assert "needs a value for 'word'" in problem.json()["detail"]
    page = small.get("/queries/needy", headers={"Accept": "text/html"})
    assert (page.status_code, 'role="alert"' in page.text) == (200, False)
    page = small.get("/queries/needy", params={"word": "so"}, headers={"Accept": "text/html"})
    assert ">so<" in page.text
    assert 'href="/queries/needy.csv?word=so"' in page.text


def test_a_misspelt_query_is_guessed(client: httpx.Client) -> None:
    response = client.get("/queries/who-sad")
    assert response.status_code == 404
    assert "Did you mean 'who-said'?" in response.json()["detail"]


def test_a_name_may_have_dots_and_underscores_and_a_suffix_still_is_one(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    for name, word in (
        ("cell_by_Location.rq", "cell"),
        ("q1.rq", "plain"),
        ("q1.2.sparql", "dotted"),
        ("q1.csv.rq", "odd"),
    ):
        (tmp_path / "queries" / name).write_text(f"#+ summary: S.\nSELECT ('{word}' AS ?word) {{}}")
    build(load_settings(tmp_path, environ={}))
    client = serve(tmp_path)
    for path, word in (
        ("cell_by_Location", "cell"),
        ("cell_by_Location.csv", "cell"),
        ("q1", "plain"),
        ("q1.tsv", "plain"),
        ("q1.2", "dotted"),
        ("q1.2.csv", "dotted"),
        ("q1.csv", "odd"),
        ("q1.csv.csv", "odd"),
    ):
        response = client.get(f"/queries/{path}")
        assert response.status_code == 200, path
        assert word in response.text, path
    assert client.get("/queries/q1.3").status_code == 404
    assert client.get("/queries/q1.2.nothing").status_code == 404
    paths = client.get("/openapi.json").json()["paths"]
    names = [each["get"]["operationId"] for path, each in paths.items() if path.startswith("/queries/")]
    assert len(set(names)) == len(names) > 3

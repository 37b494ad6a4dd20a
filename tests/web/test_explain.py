"""``/explain`` over HTTP: a page, JSON, Turtle, and errors of one shape."""

from __future__ import annotations

import httpx
import pyoxigraph as ox
import pytest

INFERRED = {"subject": "kgr:unitedStates", "predicate": "kgl:recognises", "object": "kgr:kosovo"}
CLAIMED = {
    "subject": "kgr:removalOfBarricades",
    "predicate": "kg:theme",
    "object": "kgr:northBarricades",
}


def test_a_program_gets_the_proof_as_json(client: httpx.Client) -> None:
    answer = client.get("/explain", params=INFERRED)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["proofs"][0]["rules"] == ["kg-shortcut"]


def test_a_browser_gets_the_proof_as_a_page(client: httpx.Client) -> None:
    answer = client.get("/explain", params=INFERRED, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert "have recognised the new country" in answer.text
    assert "kg-shortcut" in answer.text


def test_the_proof_is_provenance_in_turtle(client: httpx.Client) -> None:
    for options in ({"headers": {"Accept": "text/turtle"}}, {"params": {**INFERRED, "format": "ttl"}}):
        answer = client.get("/explain", **{"params": INFERRED, **options})  # type: ignore[arg-type]
        assert answer.headers["content-type"].startswith("text/turtle")
        assert list(ox.parse(answer.content, ox.RdfFormat.TURTLE))


def test_what_does_not_hold_shows_the_claims_that_come_nearest(client: httpx.Client) -> None:
    assert client.get("/explain", params=CLAIMED).json()["answer"].startswith("No: a demand of kgr:kfor")
    page = client.get("/explain", params=CLAIMED, headers={"Accept": "text/html"})
    assert "to remove more than a dozen roadblocks" in page.text


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_missing_or_broken_term_is_a_bad_request(client: httpx.Client, accept: str) -> None:
    for params in ({"subject": "kgr:nato"}, {**INFERRED, "object": "<no iri"}):
        answer = client.get("/explain", params=params, headers={"Accept": accept})
        assert answer.status_code == 400


def test_a_browser_without_a_triple_gets_the_form_and_markup_is_escaped(client: httpx.Client) -> None:
    assert "<form" in client.get("/explain", headers={"Accept": "text/html"}).text
    answer = client.get(
        "/explain", params={**INFERRED, "object": '"<b>x</b>"'}, headers={"Accept": "text/html"}
    )
    assert "<b>x" not in answer.text


@pytest.mark.parametrize(
    ("search", "words"),
    [("subject=%zz", "not percent-encoded"), ("subject=kgr:nato&subject=kgr:kfor", "is given twice")],
)
def test_its_parameters_are_read_as_strictly_as_every_other_resources(
    client: httpx.Client, search: str, words: str
) -> None:
    answer = client.get(f"/explain?{search}&predicate=kgl:recognises&object=kgr:kosovo")
    assert answer.status_code == 400
    assert words in answer.json()["detail"]

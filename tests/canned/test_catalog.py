"""The catalog of a project's queries, examples as a test reads them, and the OpenAPI description."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kgraph.canned import Example, find_canned, load_canned, openapi_parameters, render_row
from kgraph.errors import UnknownNameError
from kgraph.vocab import Names

PREFIXES = Names("https://w3id.org/kgraph/").prefixes
ASK = "#+ summary: Anything?\nASK { ?s ?p ?o }"


def test_queries_are_found_by_the_names_of_their_files() -> None:
    queries, problems = load_canned(
        [("queries/two.rq", ASK), ("queries/broken.rq", "ASK {"), ("queries/a/one.rq", ASK)],
        prefixes=PREFIXES,
    )
    assert list(queries) == ["one", "two"]
    assert queries["one"].path == "queries/a/one.rq"
    assert {problem.path for problem in problems} == {"queries/broken.rq"}


def test_two_files_of_one_name_are_an_error_and_the_first_stays() -> None:
    queries, (problem,) = load_canned([("q/b/x.rq", ASK), ("q/a/x.rq", ASK)], prefixes=PREFIXES)
    assert queries["x"].path == "q/a/x.rq"
    assert (problem.code, problem.path) == ("canned-slug", "q/b/x.rq")


def test_an_unknown_name_leads_to_the_nearest() -> None:
    queries, _ = load_canned([("who-said.rq", ASK)], prefixes=PREFIXES)
    assert find_canned(queries, "who-said") is queries["who-said"]
    with pytest.raises(UnknownNameError, match="Did you mean 'who-said'"):
        find_canned(queries, "who-sad")
    with pytest.raises(UnknownNameError, match="This project has no queries"):
        find_canned({}, "who-said")


def test_a_row_is_written_as_a_person_would() -> None:
    row = (
        ox.NamedNode("https://w3id.org/kgraph/id/kfor"),
        ox.Literal("Kfor", language="en"),
        ox.Literal(12),
        None,
    )
    assert render_row(row, PREFIXES) == ("kgr:kfor", "Kfor", "12", "")


def test_an_example_minds_the_order_only_when_it_says_so() -> None:
    rows = (("a",), ("b",), ("b",))
    assert Example({}, rows).holds_for(rows)
    assert not Example({}, rows).holds_for(reversed(rows))
    assert Example({}, rows, ordered=False).holds_for(reversed(rows))
    assert not Example({}, rows, ordered=False).holds_for(rows[:2])


def test_openapi_describes_each_parameter_with_its_type() -> None:
    text = """\
#+ summary: S.
#+ defaults:
#+   - at: 1145
#+ enumerate:
#+   - mode: ["https://w3id.org/kgraph/ontology#fact"]
#+ x-kgraph:
#+   parameters:
#+     at: {description: An offset.}
#+     who: {description: An actor., example: kgr:ristic}
SELECT ?s { ?s ?__who_iri ?_at_integer ; ?__mode_iri ?_day_xsd_date , ?_words , ?_year_xsd_gYear }
"""
    queries, _ = load_canned([("q.rq", text)], prefixes=PREFIXES)
    who, at, mode, day, words, year = openapi_parameters(queries["q"])
    assert who == {
        "name": "who",
        "in": "query",
        "required": False,
        "description": "An actor.",
        "schema": {"type": "string"},
        "example": "kgr:ristic",
    }
    assert (at["required"], at["schema"], at["example"]) == (
        False,
        {"type": "integer", "default": 1145},
        1145,
    )
    assert mode["schema"]["enum"] == ["https://w3id.org/kgraph/ontology#fact"]
    assert (day["required"], day["schema"]) == (True, {"type": "string", "format": "date"})
    assert words["schema"] == {"type": "string"}
    assert year["schema"]["pattern"].startswith("^(?:[0-9]{4}")

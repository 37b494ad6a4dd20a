"""The questions of this repository: documented, asked of both articles under any base IRI, and answered.

What each should answer stands in ``answers/``, one file an article, read against the article's text:

    ? slug ; parameter=value ; … : the columns that are compared
      cell | cell | …
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib.plugins.sparql import prepareQuery

from kgraph.canned import CannedQuery, Kind, load_canned
from kgraph.core import iter_core_files
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.sparql import iter_tokens
from kgraph.vocab import Names

from .conftest import PROJECTS, ROOT, Asked, asked, rows

BASE = "https://w3id.org/kgraph/"
PREFIXES = Names(BASE).prefixes
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "queries").glob("*.rq")}
QUERIES, PROBLEMS = load_canned(
    ((f"queries/{slug}.rq", text) for slug, text in TEXTS.items()), prefixes=PREFIXES
)
GENERAL = {
    "who-said-what",
    "how-it-is-put",
    "what-is-stated",
    "events",
    "time",
    "contested",
    "inference",
    "curation",
    "links",
    "overview",
    "wikidata",
}
#: Those that call no service. The others are run in tests/federation, where there is one to call.
LOCAL = {slug: query for slug, query in QUERIES.items() if not query.services}
SILENCE = "not stated"


def _expected() -> Iterator[tuple[str, str, dict[str, str], list[str], list[tuple[str, ...]]]]:
    for project in PROJECTS:
        text = (Path(__file__).parent / "answers" / f"{project}.txt").read_text(encoding="utf-8")
        for block in re.split(r"^\? ", text, flags=re.MULTILINE)[1:]:
            head, *lines = block.rstrip("\n").split("\n")
            question, _, columns = head.rpartition(" : ")
            slug, *given = question.split(" ; ")
            values = dict(each.split("=", 1) for each in given)
            answers = [tuple(line[2:].split(" | ")) for line in lines if line]
            yield project, slug, values, columns.split(), answers


EXPECTED = list(_expected())

each_query = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
each_local_query = pytest.mark.parametrize("query", LOCAL.values(), ids=LOCAL)


def test_every_query_is_sound_and_fully_documented() -> None:
    assert [str(problem) for problem in PROBLEMS] == []
    assert 35 <= sum(query.general for query in QUERIES.values()) <= 50


def test_only_what_means_nothing_elsewhere_is_the_projects_own() -> None:
    own = {slug for slug, query in QUERIES.items() if not query.general}
    assert len(own) <= 5
    carried = {path.stem for _, path in iter_core_files("queries", ".rq")}
    assert carried == QUERIES.keys() - own


def test_every_group_of_questions_has_its_queries() -> None:
    assert {tag for query in QUERIES.values() if query.general for tag in query.tags} == GENERAL


@each_query
def test_a_query_says_what_its_rows_mean(query: CannedQuery) -> None:
    assert query.kind is ResultKind.SOLUTIONS
    assert query.summary.endswith(("?", "…"))
    assert query.description.endswith((".", ")"))
    assert len(query.tags) == 1
    assert all(parameter.example and parameter.description for parameter in query.parameters)
    assert not any(parameter.required for parameter in query.parameters)
    assert all(parameter.kind for parameter in query.parameters if parameter.takes_names)
    assert query.services == (("<https://query.wikidata.org/sparql>",) if "wikidata" in query.tags else ())


@each_query
def test_a_query_writes_no_namespace_of_a_project(query: CannedQuery) -> None:
    """The settings give them: the same file serves under every base IRI."""
    iris = [token.text for token in iter_tokens(TEXTS[query.slug]) if token.kind == "iri"]
    assert not any(iri.startswith((f"<{BASE}graph", f"<{BASE}id")) for iri in iris)
    names = [token.text for token in iter_tokens(TEXTS[query.slug]) if token.kind == "pname"]
    assert not any(name.startswith("kgr:") for name in names)


@each_query
def test_a_query_parses_where_grlc_would_parse_it(query: CannedQuery) -> None:
    """grlc reads the file with rdflib, parameters being variables and the namespaces relative."""
    prepareQuery(TEXTS[query.slug])


@each_query
def test_a_query_takes_no_order_for_granted(query: CannedQuery) -> None:
    """Every answer is ordered, no list is put together in an order that no engine promises, and an optional
    parameter is left out by being a variable, not by an error (Virtuoso).
    """
    words = [token.text.upper() for token in iter_tokens(query.sparql) if token.kind == "word"]
    assert "ORDER" in words
    assert not {"GROUP_CONCAT", "SAMPLE", "LIMIT"} & set(words)
    assert not re.search(r"COALESCE\([^()]*\?__", query.sparql)


@each_query
def test_a_query_binds_no_exists(query: CannedQuery) -> None:
    """P36: EXISTS within BIND mislabels rows."""
    words = [token.text.upper() for token in iter_tokens(query.sparql) if token.kind != "variable"]
    assert ["BIND", "(", "EXISTS"] not in [words[i : i + 3] for i in range(len(words))]


@each_local_query
def test_a_query_names_the_graph_of_every_pattern(query: CannedQuery) -> None:
    """P2: no answer mixes levels unseen. All the data in the default graph is as good as none."""
    without_graphs = ox.Store()
    without_graphs.extend(ox.Quad(q.subject, q.predicate, q.object) for q in asked("star-clock", None).store)
    text = query.bind({}, prefixes=PREFIXES)
    assert rows(without_graphs, text, PREFIXES) == rows(ox.Store(), text, PREFIXES)


@each_query
def test_silence_is_one_row_that_says_so(query: CannedQuery) -> None:
    """P35: nothing found must not look like "no", nor like an empty table."""
    text = query.bind({}, prefixes=PREFIXES)
    if query.services:
        # Nothing is linked, so nobody is asked.
        text = re.sub(r"SERVICE <[^>]*>", "GRAPH <urn:nobody>", text)
    (row,) = rows(ox.Store(), text, PREFIXES)
    assert row[0] == SILENCE
    assert set(row[1:]) <= {"", "0"}


@each_local_query
def test_a_question_is_answered_under_any_base_iri(query: CannedQuery, dataset: Asked, project: str) -> None:
    """The rows are the same, but for IRIs that hang below the base."""
    if not query.general and project != "north-kosovo-roadblocks":
        return  # the package does not carry it
    own = asked(project, None).ask(query.slug)
    got = dataset.ask(query.slug)
    assert len(got) == len(own) > 0
    assert sorted(row[0] for row in got) == sorted(row[0] for row in own)


@pytest.mark.parametrize("name", PROJECTS)
def test_most_questions_mean_something_on_every_article(name: str) -> None:
    general = [slug for slug, query in LOCAL.items() if query.general]
    answered = [slug for slug in general if asked(name, None).ask(slug)[0][0] != SILENCE]
    assert len(answered) >= 38, sorted(set(general) - set(answered))


@pytest.mark.parametrize(
    ("name", "slug", "values", "columns", "answers"),
    [pytest.param(*case, id=" ".join([case[0], case[1], *case[2].values()])) for case in EXPECTED],
)
def test_a_question_gives_the_answer_that_the_text_gives(
    name: str, slug: str, values: dict[str, str], columns: list[str], answers: list[tuple[str, ...]]
) -> None:
    dataset = asked(name, None)
    names = list(dataset.columns(slug))
    got = dict.fromkeys(tuple(row[names.index(c)] for c in columns) for row in dataset.ask(slug, **values))
    if list(got) != answers:
        expected, found = ([" | ".join(row) for row in side] for side in (answers, got))
        pytest.fail("\n".join(unified_diff(expected, found, "expected", "got", n=0, lineterm="")))


def test_every_local_question_has_an_expected_answer() -> None:
    assert {slug for _, slug, *_ in EXPECTED} >= LOCAL.keys() - {"editorial-notes", "coordinates"}


@pytest.mark.parametrize(
    ("slug", "values"), [("event", {"event": "kgr:theft"}), ("place", {"place": "Tollhaven"})]
)
def test_each_thing_that_one_asks_has_an_answer_or_is_not_stated(slug: str, values: dict[str, str]) -> None:
    dataset = asked("star-clock", None)
    column = list(dataset.columns(slug)).index("question")
    numbers = [int(n) for n in re.findall(r'\((\d+) "', dataset.queries[slug].sparql)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len({row[column] for row in dataset.ask(slug, **values)}) == len(numbers)


def test_kinds_are_known() -> None:
    assert {p.kind for query in QUERIES.values() for p in query.parameters if p.kind} <= set(Kind)

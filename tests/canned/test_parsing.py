"""Reading a query file: what it says, and every fault with its line and what to do."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kgraph.canned import CannedQuery, Column, View, parse_canned
from kgraph.problems import Problem, Severity
from kgraph.rdf.formats import ResultKind
from kgraph.vocab import Names

PREFIXES = Names("https://w3id.org/kgraph/").prefixes

GOOD = """\
#+ summary: Who said this?
#+ description: |
#+   One row a claim.
#+
#+   Nothing found means "not stated in the article".
#+ tags:
#+   - who-said-this
#+   - time
#+ endpoint: http://127.0.0.1:8000/sparql
#+ defaults:
#+   - text: 2011-10
#+ enumerate:
#+   - mode:
#+     - https://w3id.org/kgraph/ontology#narrated
#+ x-kgraph:
#+   parameters:
#+     text: {description: Words of the quotation., example: no Kfor actions}
#+     mode: {description: How it is put.}
#+   columns:
#+     who: The speaker.
#+     words: The verbatim words.
#+   view: timeline
#+   examples:
#+     - rows:
#+         - [kgr:ristic, "today, or tomorrow"]
#+     - values: {text: tomorrow, mode: kg:narrated}
#+       ordered: false
#+       rows: []

PREFIX kg: <https://w3id.org/kgraph/ontology#>
SELECT ?who ?words WHERE {
  ?a kg:attributedTo ?who ; kg:mode ?__mode_iri ; kg:evidence/kg:exactText ?words .
  FILTER(CONTAINS(?words, ?_text))  # ?_comment and "?_string" are no parameters
  FILTER(?words != "?_string")
}
"""


def parse(text: str, slug: str = "a-query") -> tuple[CannedQuery | None, list[Problem]]:
    return parse_canned(text, slug=slug, path=f"queries/{slug}.rq", prefixes=PREFIXES)


def the_problem(text: str, slug: str = "a-query") -> tuple[str, int | None, str]:
    """The one problem of a file that is otherwise documented: its code, line and wording."""
    _, problems = parse(text, slug)
    (problem,) = [found for found in problems if found.code != "canned-summary"]
    assert problem.message.endswith(".")
    assert problem.hint.endswith((".", "'.", "?"))
    return problem.code, problem.line, f"{problem.message} {problem.hint}"


def test_a_file_says_what_its_query_is() -> None:
    query, problems = parse(GOOD)
    assert problems == []
    assert query is not None
    assert query.summary == "Who said this?"
    assert query.description == 'One row a claim.\n\nNothing found means "not stated in the article".'
    assert query.tags == ("who-said-this", "time")
    assert query.kind is ResultKind.SOLUTIONS
    assert query.view is View.TIMELINE
    assert query.columns == (Column("who", "The speaker."), Column("words", "The verbatim words."))
    assert query.sparql == GOOD
    assert query.services == ()
    assert query.defaults == {"text": "2011-10"}
    mode, text = query.parameters
    assert (mode.name, mode.variable, mode.type.name, mode.optional) == ("mode", "__mode_iri", "iri", True)
    assert (text.name, text.variable, text.type.name, text.optional) == ("text", "_text", "literal", False)
    assert not mode.required
    assert not text.required
    assert text.example == "no Kfor actions"
    first, second = query.examples
    assert first.rows == (("kgr:ristic", "today, or tomorrow"),)
    assert first.ordered
    assert dict(second.values) == {"text": "tomorrow", "mode": "kg:narrated"}
    assert not second.ordered
    assert second.rows == ()


def test_a_plain_grlc_query_is_served_as_it_is() -> None:
    query, problems = parse("SELECT ?s WHERE { ?s ?p ?_o }")
    assert query is not None
    assert query.summary == "a-query"
    assert {problem.severity for problem in problems} == {Severity.WARNING}


def test_a_graph_is_looked_at_as_a_graph_and_has_no_columns() -> None:
    query, problems = parse(
        "#+ summary: All.\n#+ x-kgraph: {examples: [{rows: [[a, b, c]]}]}\nCONSTRUCT WHERE { ?s ?p ?o }"
    )
    assert problems == []
    assert query is not None
    assert (query.kind, query.view, query.columns) == (ResultKind.GRAPH, View.GRAPH, ())


def test_an_ask_gives_one_truth_value() -> None:
    query, problems = parse(
        "#+ summary: Any?\n#+ x-kgraph: {examples: [{rows: [[false]]}]}\nASK { ?s ?p ?o }"
    )
    assert problems == []
    assert query is not None
    assert query.kind is ResultKind.BOOLEAN


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "words"),
    [
        (
            "summary: Who",
            "sumary: Who",
            "decorator",
            1,
            "no decorator 'sumary' here. Did you mean 'summary'?",
        ),
        ("view: timeline", "veiw: timeline", "decorator", 22, "Did you mean 'view'?"),
        ("example: no Kfor", "exmple: no Kfor", "decorator", 17, "Did you mean 'example'?"),
        ("ordered: false", "orderd: false", "decorator", 27, "Did you mean 'ordered'?"),
        ("view: timeline", "view: tabel", "view", 22, "There is no view 'tabel'. Did you mean 'table'?"),
        ("ordered: false", "ordered: maybe", "header", 27, "examples, 2, ordered is not true or false"),
        ("tags:\n#+   - who-said-this\n#+   - time", "tags: time", "header", 6, "under tags is not a list"),
        ("summary: Who said this?", "summary: [Who]", "header", 1, "under summary is not a text"),
        ("  - text: 2011-10", "  - text", "header", 11, "under defaults, 1 is not 'name: value'"),
        ("  - text: 2011-10", "    text: 2011-10", "header", 10, "under defaults is not a list"),
        ("#+   view: timeline", "#+  view: timeline", "header", 22, "The header is not YAML"),
        ("summary: Who said this?", "summary: who: what", "header", 1, "needs quotes"),
        (
            "summary: Who said this?",
            "summary: &a Who",
            "header",
            1,
            "anchors and aliases are not for headers",
        ),
        ("#+ tags:", "#+ summary: Twice\n#+ tags:", "header", 6, "'summary' stands there twice"),
        ("- text: 2011-10", "- txt: 2011-10", "parameter", 11, "no parameter 'txt'. Did you mean 'text'?"),
        ("    text: {", "    txt: {", "parameter", 17, "no parameter 'txt'. Did you mean 'text'?"),
        ("text: tomorrow", "txt: tomorrow", "parameter", 26, "no parameter 'txt'. Did you mean 'text'?"),
        ("mode: kg:narrated", "mode: kg:fact", "value", 26, "must be one of: kg:narrated"),
        ("- https://w3id.org/kgraph/ontology#narrated", "- narrated", "value", 13, "must be an IRI"),
        ("defaults:\n", "defaults:\n#+   - mode: kg:narrated\n", "parameter", 11, "can never be absent"),
        ("{description: How it is put.}", "{}", "parameter", 32, "'mode' is not described"),
        ("    who: The", "    whom: The", "columns", 20, "no column 'whom'. Did you mean 'who'?"),
        ("#+     who: The speaker.\n", "", "columns", 19, "The column 'who' is not described"),
        ("[kgr:ristic, ", "[", "rows", 25, "The row has 1 cells, and the query gives 2: who, words"),
        ('"today, or tomorrow"', "today, or tomorrow", "rows", 25, "quote a text that holds a comma"),
        ("?_text)", "?_the_text)", "parameter", 33, "Write ?_theText"),
        ("__mode_iri", "__Mode_iri", "parameter", 18, "no parameter 'mode'. Did you mean 'Mode'?"),
        ("?_text)", "?_text_lieral)", "parameter", 33, "Write ?_textLieral"),
        ("?_text)", "?_search_text_xsd_string)", "parameter", 33, "Write ?_searchText_xsd_string"),
        ("?words WHERE", "?words ?_text WHERE", "parameter", 31, "?_text stands where no value can"),
        ("PREFIX kg:", "PREFIX k:", "syntax", 32, "the prefix kg: is not declared"),
        ("SELECT ?who", "SELEKT ?who", "syntax", 31, "“SELEKT” is unexpected"),
        ("exactText ?words .", "exactText ?words . }} ", "syntax", 32, "“}” closes nothing that is open"),
    ],
)
def test_a_fault_is_told_with_its_line(old: str, new: str, code: str, line: int, words: str) -> None:
    assert GOOD.count(old) == 1
    _, problems = parse(GOOD.replace(old, new))
    found = [p for p in problems if p.code == f"canned-{code}" and p.line == line]
    assert any(words in f"{problem.message} {problem.hint}" for problem in found), problems
    assert all(problem.path == "queries/a-query.rq" for problem in problems)


@pytest.mark.parametrize(
    ("text", "code", "line", "words"),
    [
        ("", "empty", None, "holds no query"),
        ("#+ summary: Only a header.\n# and a comment", "empty", None, "holds no query"),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", "update", None, "This is an update"),
        ("PREFIX a: <urn:a>\nDELETE WHERE { ?s ?p ?o }", "update", None, "This is an update"),
        ("SELECT ?x WHERE {\n  ?x <urn:f>\n}", "syntax", 3, "column 1"),
        ("SELECT ?x WHERE { FILTER(<urn:f>(?x)) }", "syntax", None, "custom function <urn:f>"),
        ("SELECT ?x WHERE { ?x ?p ?_a . ?y ?p ?_a_iri }", "parameter", 1, "one parameter in two ways"),
    ],
)
def test_a_body_that_is_no_canned_query_is_refused(
    text: str, code: str, line: int | None, words: str
) -> None:
    query, problems = parse(text)
    assert query is None
    (problem,) = [found for found in problems if found.severity is Severity.ERROR]
    assert (problem.code, problem.line) == (f"canned-{code}", line)
    assert words in problem.message


@pytest.mark.parametrize(
    "clause",
    [
        "SELECT ?_a WHERE { ?s ?p ?_a }",
        "SELECT ?s WHERE { BIND(1 AS ?_a) ?s ?p ?o }",
        "SELECT (COUNT(?s) AS ?_a) WHERE { ?s ?p ?o }",
        "SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?_a",
        "SELECT (1 AS ?s) WHERE { ?s2 ?p ?o } GROUP BY ?_a",
        "SELECT ?s WHERE { ?s ?p ?o FILTER(!BOUND(?_a)) }",
        "SELECT ?s WHERE { VALUES ?_a { 1 } ?s ?p ?o }",
        "SELECT ?s WHERE { { SELECT ?_a WHERE { ?s ?p ?_a } } ?s ?p ?o }",
        "SELECT ?s WHERE { ?s ?_a ?o }",
    ],
)
def test_a_parameter_where_no_term_may_stand_is_an_error(clause: str) -> None:
    query, problems = parse(f"#+ summary: S.\n{clause}")
    assert query is None
    (problem,) = [found for found in problems if found.severity is Severity.ERROR]
    assert problem.line == 2
    assert "?_a stands where no value can" in problem.message


def test_names_of_which_one_begins_the_other_would_collide_in_grlc() -> None:
    _, problems = parse("SELECT ?s WHERE { ?s ?_who_iri ?_whom }")
    assert not any("grlc" in problem.message for problem in problems)
    _, problems = parse("SELECT ?s WHERE { ?s <urn:p> ?_who , ?_whom }")
    assert any("?_who and ?_whom begin alike" in problem.message for problem in problems)


def test_an_example_needs_a_value_for_what_is_required() -> None:
    text = "#+ x-kgraph:\n#+   examples:\n#+     - rows: []\nSELECT ?s WHERE { ?s ?p ?_o_integer }"
    _, problems = parse(text)
    assert [(p.line, p.hint) for p in problems if p.severity is Severity.ERROR] == [
        (3, "Add 'values: {o: 12}'.")
    ]


@pytest.mark.parametrize("slug", ["Who-said", "who_said", "who-said", "q1.2_a", "CELL", "_", "1", "a.b-c"])
def test_a_file_is_named_as_grlc_takes_it(slug: str) -> None:
    query, problems = parse("#+ summary: S.\nASK {}", slug)
    assert problems == []
    assert query is not None
    assert query.slug == slug


@pytest.mark.parametrize("slug", ["who said", "über", "a/b", "", ".a", "a.", "a..b", "a%20b", "a?b", "a#b"])
def test_a_name_that_a_path_would_have_to_escape_is_none(slug: str) -> None:
    query, problems = parse("#+ summary: S.\nSELECT (1 AS ?one) {}", slug)
    assert query is None
    assert "canned-slug" in {problem.code for problem in problems}


@pytest.mark.parametrize(
    ("header", "line", "words"),
    [
        ("#+ pagination: 100", 1, "All rows come in one answer"),
        ('#+ transform: {\n#+   "key": "?p"\n#+ }', 1, "SPARQL's own formats"),
        ("#+ tags: [x]\n#+ endpoint: http://dbpedia.org/sparql", 2, "not from http://dbpedia.org/sparql"),
        ("#+ endpoint: http://[", 1, "not from"),
        ("#+ endpoint_in_url: True", 1, "No request can name"),
        ("#+ mime: text/turtle", 1, "'mime' is grlc's"),
        ("#+ enumerate:\n#+   - o", 2, "The values of 'o' are not looked up"),
    ],
)
def test_what_only_grlc_heeds_is_told_of(header: str, line: int, words: str) -> None:
    query, problems = parse(f"{header}\n#+ summary: S.\nASK {{ ?s ?p ?_o_iri }}")
    assert query is not None
    (problem,) = [each for each in problems if each.code == "canned-ignored"]
    assert (problem.severity, problem.line) == (Severity.WARNING, line)
    assert words in problem.message


def test_what_changes_nothing_is_not_told_of() -> None:
    header = (
        "#+ summary: S.\n#+ method: GET\n#+ endpoint: http://localhost:8000/sparql\n#+ endpoint_in_url: False"
    )
    assert parse(f"{header}\nASK {{}}")[1] == []


@pytest.mark.parametrize(
    ("variable", "name", "kind"),
    [
        ("_Place_iri", "Place", "iri"),
        ("_day_date", "day", "xsd_date"),
        ("_when_dateTime", "when", "xsd_dateTime"),
        ("__is_boolean", "is", "xsd_boolean"),
        ("_n_nonNegativeInteger", "n", "xsd_nonNegativeInteger"),
        ("_word_string", "word", "literal"),
        ("_x_xsd_duration", "x", "xsd_duration"),
    ],
)
def test_a_parameter_may_be_named_and_typed_as_in_grlc(variable: str, name: str, kind: str) -> None:
    query, _ = parse(f"ASK {{ ?s ?p ?{variable} }}")
    assert query is not None
    (parameter,) = query.parameters
    assert (parameter.name, parameter.type.name) == (name, kind)
    parameter.parse(parameter.type.example, prefixes=PREFIXES)


def test_foreign_extensions_of_the_header_are_left_alone() -> None:
    _, problems = parse("#+ summary: S.\n#+ x-other: 1\nASK {}")
    assert problems == []


def test_checking_a_query_with_service_calls_nobody() -> None:
    calls: list[str] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            calls.append(self.path)
            self.send_error(500)

    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"<http://127.0.0.1:{server.server_port}/sparql>"
    for form in ("SELECT * {{ SERVICE {0} {{ ?s ?p ?o }} }}", "ASK {{ SERVICE SILENT {0} {{ ?s ?p ?o }} }}"):
        query, _ = parse(form.format(endpoint))
        assert query is not None
        assert query.services == (endpoint,)
    query, _ = parse(f"SELECT ?s {{ VALUES ?e {{ {endpoint} }} SERVICE ?e {{ ?s ?p ?o }} }}")
    assert query is not None
    server.shutdown()
    server.server_close()
    assert calls == []


@settings(deadline=None)
@given(st.text() | st.text().map("#+ summary: {}\nASK {{}}".format) | st.text().map("#+{}\n".format))
@example("#+ [" + "[" * 2000)
@example("#+ a: *b")
@example("#+ ? [a]\n#+ : b")
@example("#+ \u2028\u2029\x85- a: [")
@example("#+ x-kgraph: {examples: [{rows: [a], values: [b]}, c], parameters: a, columns: [a]}\nASK {}")
@example("#+ defaults: {a: b}\n#+ enumerate: [a, [b], {_: {}}]\nSELECT ?_ ?__ ?_a_b_c_ { ?_ ?_Ab ?__1 }")
def test_no_text_makes_reading_raise(text: str) -> None:
    query, problems = parse(text)
    assert query is not None or problems

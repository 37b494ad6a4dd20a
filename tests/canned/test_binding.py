"""Values enter a query as terms, wherever their variable stands, and never as text."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kgraph.canned import CannedQuery, parse_canned
from kgraph.errors import ParameterError
from kgraph.vocab import XSD, Names

PREFIXES = Names("https://w3id.org/kgraph/").prefixes
KFOR = ox.NamedNode("https://w3id.org/kgraph/id/kfor")


def canned(text: str) -> CannedQuery:
    query, problems = parse_canned(text, slug="a-query", path="queries/a-query.rq", prefixes=PREFIXES)
    assert query is not None, problems
    return query


def echo(variable: str) -> CannedQuery:
    """A query that gives the value of its one parameter as its one row."""
    return canned(f"SELECT ?x WHERE {{ BIND(?{variable} AS ?x) }}")


def answer(query: CannedQuery, **values: str) -> list[list[ox.NamedNode | ox.Literal | None]]:
    results = ox.Store().query(query.bind(values, prefixes=PREFIXES))
    assert isinstance(results, ox.QuerySolutions)
    return [list(row) for row in results]


def typed(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


@pytest.mark.parametrize(
    ("variable", "text", "term"),
    [
        ("_v", "no Kfor actions", ox.Literal("no Kfor actions")),
        ("_v", "", ox.Literal("")),
        ("_v", "  kept  ", ox.Literal("  kept  ")),
        ("_v_literal", "text", ox.Literal("text")),
        ("_v_xsd_string", "text", ox.Literal("text")),
        ("__v", "optional, and given", ox.Literal("optional, and given")),
        ("_v_en", "Kfor", ox.Literal("Kfor", language="en")),
        ("_v_iri", "https://w3id.org/kgraph/id/kfor", KFOR),
        ("_v_iri", "<https://w3id.org/kgraph/id/kfor>", KFOR),
        ("_v_iri", " kgr:kfor ", KFOR),
        ("_v_iri", "kgr:article/a/s07", ox.NamedNode("https://w3id.org/kgraph/id/article/a/s07")),
        ("_v_iri", "urn:isbn:1", ox.NamedNode("urn:isbn:1")),
        ("_v_iri", "http://example.org/Žižek", ox.NamedNode("http://example.org/Žižek")),
        ("_v_integer", " 12 ", typed("12", "integer")),
        ("_v_integer", "-3", typed("-3", "integer")),
        ("_v_xsd_integer", "12", typed("12", "integer")),
        ("_v_number", "12", typed("12", "integer")),
        ("_v_number", "0.5", typed("0.5", "decimal")),
        ("_v_number", "5e-1", typed("5e-1", "double")),
        ("_v_xsd_decimal", "56.7", typed("56.7", "decimal")),
        ("_v_xsd_double", "1", typed("1", "double")),
        ("_v_xsd_boolean", "true", typed("true", "boolean")),
        ("_v_xsd_date", "2011-10-18", typed("2011-10-18", "date")),
        ("_v_xsd_date", "2012-02-29Z", typed("2012-02-29Z", "date")),
        ("_v_xsd_dateTime", "2011-10-18T12:30:00+02:00", typed("2011-10-18T12:30:00+02:00", "dateTime")),
        ("_v_xsd_gYear", "2011", typed("2011", "gYear")),
        ("_v_xsd_gYearMonth", "2011-10", typed("2011-10", "gYearMonth")),
    ],
)
def test_a_value_becomes_the_term_that_its_type_says(
    variable: str, text: str, term: ox.NamedNode | ox.Literal
) -> None:
    (parameter,) = echo(variable).parameters
    assert parameter.parse(text, prefixes=PREFIXES) == term
    ((got,),) = answer(echo(variable), v=text)
    # A store normalises numbers; what it gives is the same value of the same datatype.
    assert got == term or (isinstance(got, ox.Literal) and got.datatype == getattr(term, "datatype", None))


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("_v_iri", ""),
        ("_v_iri", "kfor"),
        ("_v_iri", "http://example.org/a b"),
        ("_v_iri", "<http://example.org/a> . ?s ?p ?o"),
        ("_v_iri", "http://example.org/\\u003e"),
        ("_v_iri", "kgr:kfor> } DELETE WHERE { ?s ?p ?o } #"),
        ("_v_integer", ""),
        ("_v_integer", "12.5"),
        ("_v_integer", "١٢"),
        ("_v_integer", "12\n) UNION"),
        ("_v_number", "NaN"),
        ("_v_number", "1 2"),
        ("_v_xsd_boolean", "yes"),
        ("_v_xsd_date", "18.10.2011"),
        ("_v_xsd_date", "2011-02-30"),
        ("_v_xsd_date", "today"),
        ("_v_xsd_dateTime", "2011-10-18"),
        ("_v_xsd_dateTime", "2011-02-29T00:00:00"),
        ("_v_xsd_gYear", "11"),
        ("_v", "\ud800"),
    ],
)
def test_a_value_of_another_type_is_refused_by_name_with_what_would_do(variable: str, text: str) -> None:
    with pytest.raises(ParameterError, match="'v' must be") as error:
        echo(variable).bind({"v": text}, prefixes=PREFIXES)
    assert error.value.hint.startswith("Give for example v=")


def test_an_unknown_parameter_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(ParameterError, match=r"has no parameter 'speker'.*Did you mean 'speaker'"):
        echo("_speaker_iri").bind({"speker": "kgr:kfor"}, prefixes=PREFIXES)


def test_a_missing_required_parameter_is_named() -> None:
    with pytest.raises(ParameterError, match=r"needs a value for 'v': an IRI.*v=kgr:kfor"):
        echo("_v_iri").bind({}, prefixes=PREFIXES)


def test_a_default_holds_where_no_value_is_given() -> None:
    query = canned("#+ defaults:\n#+   - v: kgr:kfor\nSELECT ?x WHERE { BIND(?_v_iri AS ?x) }")
    assert query.defaults == {"v": "kgr:kfor"}
    assert answer(query) == [[KFOR]]
    assert answer(query, v="urn:other") == [[ox.NamedNode("urn:other")]]


def test_an_optional_parameter_that_is_not_given_stays_a_variable() -> None:
    query = canned('SELECT ?x WHERE { VALUES ?x { "a" "b" } FILTER(COALESCE(?x = ?__only, true)) }')
    assert query.bind({}, prefixes=PREFIXES) == query.sparql
    assert answer(query) == [[ox.Literal("a")], [ox.Literal("b")]]
    assert answer(query, only="b") == [[ox.Literal("b")]]


def test_a_value_given_as_a_list_must_be_one() -> None:
    query = echo("_v")
    assert query.bind({"v": ["a"]}, prefixes=PREFIXES) == query.bind({"v": "a"}, prefixes=PREFIXES)
    for values in ([], ["a", "b"]):
        with pytest.raises(ParameterError, match=f"takes one value; it was given {len(values)}"):
            query.bind({"v": values}, prefixes=PREFIXES)


def test_only_one_of_the_choices_is_taken_however_it_is_written() -> None:
    query = canned(
        "#+ enumerate:\n#+   - v:\n#+     - https://w3id.org/kgraph/ontology#fact\n"
        "SELECT ?x WHERE { BIND(?_v_iri AS ?x) }"
    )
    assert answer(query, v="kg:fact") == answer(query, v="https://w3id.org/kgraph/ontology#fact")
    with pytest.raises(ParameterError, match="must be one of: kg:fact"):
        query.bind({"v": "kg:demand"}, prefixes=PREFIXES)


def test_a_value_reaches_sub_selects_filters_and_aggregates() -> None:
    query = canned(
        """
        SELECT (COUNT(?x) AS ?n) WHERE {
          { SELECT ?x WHERE { VALUES ?x { 1 2 3 4 } FILTER(?x<?_max_integer) } }
          FILTER NOT EXISTS { FILTER(?x=?_max_integer-1) }
        }
        """
    )
    assert answer(query, max="4") == [[typed("2", "integer")]]


def test_two_values_side_by_side_stay_two_terms() -> None:
    query = canned("SELECT ?x WHERE { FILTER(?_a=?_b)VALUES(?x ?y){(1 2)}FILTER(CONCAT(?_a,?_b)='') }")
    assert len(answer(query, a="", b="")) == 1
    query = canned("SELECT ?s WHERE { OPTIONAL { ?s?_p_iri?_o } }")
    assert answer(query, p="urn:p", o="") == [[None]]


INJECTIONS = [
    "> } DELETE WHERE { ?s ?p ?o } #",
    '" } UNION { ?s ?p ?o } #',
    '""" } #',
    "'''",
    "a\nb\r\nc\td",
    "\\",
    '\\" . ?s ?p ?o',
    "\\u0022 } #",
    "?_other",
    "?_v ?_v_iri",
    "# comment",
    "}\x00{",
    "\u2028\x85\x1f",
    "🂡 \U0010ffff",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_text_stays_one_literal_whatever_it_contains(text: str) -> None:
    query = canned("SELECT ?x ?y WHERE { BIND(?_v AS ?x) BIND(?_other AS ?y) }")
    assert answer(query, v=text, other="the other") == [[ox.Literal(text), ox.Literal("the other")]]


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_such_text_is_an_iri(text: str) -> None:
    with pytest.raises(ParameterError):
        echo("_v_iri").bind({"v": text}, prefixes=PREFIXES)


ECHO_TEXT = echo("_v")
ECHO_IRI = echo("_v_iri")
ECHO_LANG = echo("_v_en")


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_comes_back_unchanged(text: str) -> None:
    assert answer(ECHO_TEXT, v=text) == [[ox.Literal(text)]]
    assert answer(ECHO_LANG, v=text) == [[ox.Literal(text, language="en")]]


@given(st.text() | st.text().map("http://example.org/{}".format) | st.from_regex(r"[a-z]+:[!-~]{0,20}"))
@example("http://example.org/../a/./b")
@example("kgr://x")
@example("<kgr:kfor>")
def test_any_value_of_an_iri_parameter_is_that_iri_or_refused(text: str) -> None:
    try:
        term = ECHO_IRI.parameters[0].parse(text, prefixes=PREFIXES)
    except ParameterError:
        with pytest.raises(ParameterError):
            ECHO_IRI.bind({"v": text}, prefixes=PREFIXES)
    else:
        assert answer(ECHO_IRI, v=text) == [[term]]

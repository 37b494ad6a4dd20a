"""Tables as data frames: typed columns that are read back to the same terms, in pandas, polars and Arrow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kgraph.rdf.columns import Kind, read_columns
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.table import Table, read_values
from kgraph.vocab import RDF, XSD

PREFIXES = {"e": "http://example.org/"}


def literal(value: str, name: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(XSD + name))


def table(*terms: Any) -> Table:
    return Table(("x",), tuple({"x": term} for term in terms), PREFIXES)


def values(frame: Any) -> list[Any]:
    """The first column of a frame as Python has it."""
    if isinstance(frame, pd.DataFrame):
        return [None if pd.isna(value) else value for value in frame.iloc[:, 0]]
    if isinstance(frame, pl.DataFrame):
        return frame.to_series(0).to_list()
    return list(frame.column(0).to_pylist())


MOMENT = datetime(2024, 1, 31, 10, 30, 0, 250_000)
COLUMNS: dict[str, tuple[Sequence[Any], Kind, Sequence[Any], str]] = {
    "integers": ([ox.Literal(3), literal("4", "byte"), None], Kind.INTEGER, [3, 4, None], "Int64"),
    "decimals": (
        [literal("1.5", "decimal"), ox.Literal(2), None],
        Kind.DECIMAL,
        [Decimal("1.5"), Decimal(2), None],
        "Float64",
    ),
    "doubles": (
        [literal("1e3", "double"), ox.Literal(2), literal("0.5", "decimal"), literal("-INF", "float")],
        Kind.FLOAT,
        [1000.0, 2.0, 0.5, float("-inf")],
        "Float64",
    ),
    "truth values": (
        [ox.Literal(True), literal("0", "boolean"), None],
        Kind.BOOLEAN,
        [True, False, None],
        "boolean",
    ),
    "dates": ([literal("2024-01-31", "date"), None], Kind.DATE, [date(2024, 1, 31), None], "datetime64[s]"),
    "moments": (
        [
            literal("2024-01-31T10:30:00.25Z", "dateTime"),
            literal("2024-01-31T12:30:00.25+02:00", "dateTimeStamp"),
        ],
        Kind.MOMENT,
        [MOMENT.replace(tzinfo=UTC)] * 2,
        "datetime64[us, UTC]",
    ),
    "local moments": (
        [literal("2024-01-31T10:30:00.25", "dateTime"), None],
        Kind.LOCAL_MOMENT,
        [MOMENT, None],
        "datetime64[us]",
    ),
    "texts": ([ox.Literal("a"), ox.Literal("b", language="en"), None], Kind.TEXT, ["a", "b", None], "string"),
    "IRIs": (
        [ox.NamedNode("http://example.org/a"), ox.NamedNode("urn:b"), ox.BlankNode("c")],
        Kind.TEXT,
        ["e:a", "urn:b", "_:c"],
        "string",
    ),
    "a mixture": ([ox.Literal(1), ox.Literal("a")], Kind.TEXT, ["1", "a"], "string"),
    "dates and moments": (
        [literal("2024-01-31", "date"), literal("2024-01-31T10:30:00", "dateTime")],
        Kind.TEXT,
        ["2024-01-31", "2024-01-31T10:30:00"],
        "string",
    ),
    "some with zones": (
        [literal("2024-01-31T10:30:00", "dateTime"), literal("2024-01-31T10:30:00Z", "dateTime")],
        Kind.TEXT,
        ["2024-01-31T10:30:00", "2024-01-31T10:30:00Z"],
        "string",
    ),
    "dates with zones": ([literal("2024-01-31Z", "date")], Kind.TEXT, ["2024-01-31Z"], "string"),
    "no values": ([literal("many", "integer"), ox.Literal(1)], Kind.TEXT, ["many", "1"], "string"),
    "other digits": ([literal("1_0", "integer"), literal("٣", "integer")], Kind.TEXT, ["1_0", "٣"], "string"),
    "too large": ([literal(str(2**63), "integer")], Kind.TEXT, [str(2**63)], "string"),
    "too exact": ([literal("0." + "1" * 40, "decimal")], Kind.TEXT, ["0." + "1" * 40], "string"),
    "too early": ([literal("-0044-03-15", "date")], Kind.TEXT, ["-0044-03-15"], "string"),
    "too fine": (
        [literal("2024-01-31T10:30:00.1234567", "dateTime")],
        Kind.TEXT,
        ["2024-01-31T10:30:00.1234567"],
        "string",
    ),
    "nothing": ([None, None], Kind.TEXT, [None, None], "string"),
    "no rows": ([], Kind.TEXT, [], "string"),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_a_column_has_the_type_of_its_values(case: str) -> None:
    terms, kind, expected, dtype = COLUMNS[case]
    found = table(*terms)
    (column,) = read_columns(found.columns, found.rows, PREFIXES)
    assert (column.kind, list(column.values)) == (kind, expected)
    frame = found.to_pandas()
    assert str(frame["x"].dtype) == dtype
    plain = [value.date() if kind is Kind.DATE and value is not None else value for value in values(frame)]
    assert plain == [float(value) if isinstance(value, Decimal) else value for value in expected]
    assert values(found.to_polars()) == expected
    assert values(found.to_arrow()) == expected
    assert pl.DataFrame(found.to_polars()).to_series(0).null_count() == expected.count(None)


@pytest.mark.parametrize("case", COLUMNS)
def test_whoever_reads_arrow_reads_a_table(case: str) -> None:
    found = table(*COLUMNS[case][0])
    assert values(pa.table(found)) == values(found.to_arrow())
    assert pa.RecordBatchReader.from_stream(found).read_all() == found.to_arrow()


terms = st.one_of(
    st.none(),
    st.integers(-(2**70), 2**70).map(ox.Literal),
    st.decimals(-(10**20), 10**20, places=3).map(lambda value: literal(f"{value:f}", "decimal")),
    st.floats().map(ox.Literal),
    st.booleans().map(ox.Literal),
    st.dates().map(lambda value: literal(value.isoformat(), "date")),
    st.datetimes(timezones=st.none() | st.just(UTC)).map(
        lambda value: literal(value.isoformat(), "dateTime")
    ),
    st.text(max_size=3).map(ox.Literal),
    st.sampled_from(["integer", "decimal", "double", "date", "dateTime", "boolean"]).flatmap(
        lambda name: st.text("0123456789+-.eTZ: _٣", max_size=6).map(lambda value: literal(value, name))
    ),
)


@given(st.lists(terms, max_size=5) | st.builds(lambda term, n: [term, None] * n, terms, st.integers(1, 3)))
def test_no_value_is_lost_made_up_or_changed(given_terms: list[Any]) -> None:
    found = table(*given_terms)
    (column,) = read_columns(found.columns, found.rows, PREFIXES)
    for term, value in zip(given_terms, column.values, strict=True):
        assert (term is None) == (value is None)
        if term is None:
            continue
        match column.kind:
            case Kind.INTEGER | Kind.DECIMAL:
                assert Decimal(term.value) == value
            case Kind.FLOAT:
                assert repr(float(term.value)) == repr(value)
            case Kind.BOOLEAN:
                assert (term.value in ("true", "1")) is value
            case Kind.DATE:
                assert value.isoformat() == term.value
            case Kind.MOMENT | Kind.LOCAL_MOMENT:
                assert abs(datetime.fromisoformat(term.value) - value) == timedelta(0)
            case Kind.TEXT:
                assert value == term.value
    assert len(found.to_pandas()) == len(found.to_polars()) == found.to_arrow().num_rows == len(given_terms)


def test_iris_come_in_full_and_languages_beside_them_where_that_is_asked_for() -> None:
    iri = ox.NamedNode("http://example.org/a")
    found = Table(
        ("a", "b", "c"),
        (
            {"a": iri, "b": ox.Literal("x", language="en"), "c": ox.Literal("y")},
            {"a": None, "b": ox.Literal("z"), "c": None},
        ),
        PREFIXES,
    )
    assert found.to_pandas()["a"].tolist()[0] == "e:a"
    frame = found.to_pandas(iris="full", languages=True)
    assert list(frame.columns) == ["a", "b", "b@", "c"]
    assert frame["a"].tolist()[0] == "http://example.org/a"
    assert [None if pd.isna(tag) else tag for tag in frame["b@"]] == ["en", None]
    assert found.to_polars(iris="full", languages=True).columns == ["a", "b", "b@", "c"]


def test_a_table_without_columns_has_its_rows_in_no_frame_and_breaks_none() -> None:
    found = Table((), ({}, {}), {})
    assert found.to_pandas().empty
    assert found.to_polars().is_empty()
    assert found.to_arrow().num_columns == 0


@pytest.mark.parametrize(
    ("method", "package"), [("to_pandas", "pandas"), ("to_polars", "polars"), ("to_arrow", "pyarrow")]
)
def test_without_the_package_it_says_what_to_install(
    method: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(ImportError, match=f"pip install {package}"):
        getattr(table(ox.Literal(1)), method)()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_a_notebook_shows_links_and_quotations_and_runs_nothing() -> None:
    hostile = '<script>alert("1")</script>'
    found = Table(
        ("a<b", "n"),
        (
            {"a<b": ox.NamedNode("http://example.org/a'b&c"), "n": ox.Literal(1)},
            {"a<b": ox.NamedNode("javascript:alert(1)"), "n": ox.Literal(hostile, language="en")},
            {"a<b": ox.BlankNode("b"), "n": ox.Literal(hostile, datatype=ox.NamedNode(RDF + "HTML"))},
            {"a<b": None, "n": ox.Literal("said")},
        ),
        PREFIXES,
    )
    reader = _Reader()
    reader.feed(found._repr_html_())
    assert {tag for tag, _ in reader.seen} == {"table", "caption", "thead", "tbody", "tr", "th", "td", "a"}
    assert [attributes for tag, attributes in reader.seen if tag == "a"] == [
        {"href": "http://example.org/a'b&c"}
    ]
    assert {
        "4 rows",
        "a<b",
        "n",
        "e:a'b&c",
        "javascript:alert(1)",
        "1",
        f"“{hostile}”",
        hostile,
        "_:b",
        "“said”",
    } == set(reader.words)


def test_a_long_table_shows_its_beginning_and_says_so() -> None:
    found = table(*map(ox.Literal, range(1234)))
    assert "1,234 rows, of which the first 50 are shown" in found._repr_html_()
    assert found._repr_html_().count("<tr>") == 51
    assert repr(found) == "<Table of 1,234 rows: x>"
    assert repr(table(ox.Literal(1))) == "<Table of 1 row: x>"


def from_tsv(given_terms: Sequence[Any], **more: Any) -> tuple[Table, Table]:
    """The same rows twice: as they come from a worker, and as terms."""
    rows = " ".join("UNDEF" if term is None else str(term) for term in given_terms)
    results = ox.Store().query(f"SELECT ?x ?y {{ VALUES ?x {{ {rows} }} }}")
    assert isinstance(results, ox.QuerySolutions)
    content = results.serialize(format=ox.QueryResultsFormat.TSV)
    assert content is not None
    quick = read_values(content, ResultKind.SOLUTIONS, PREFIXES)
    assert isinstance(quick, Table)
    return quick, Table(quick.columns, tuple(quick), PREFIXES)


EXOTIC: dict[str, Sequence[Any]] = {
    "texts with escapes": [
        ox.Literal('a\\"b\t\n\r\\n'),
        ox.Literal('"'),
        ox.Literal(""),
        None,
        ox.Literal("ü😀"),
    ],
    "languages": [
        ox.Literal("a", language="en"),
        ox.Literal('b"@fr'),
        ox.Literal("c", language="de-AT"),
        None,
    ],
    "triple terms": [
        ox.Triple(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("c d")),
        ox.NamedNode("urn:x"),
    ],
    "other datatypes": [literal("P1D", "duration"), literal("2024", "gYear")],
    "texts that look like numbers": [ox.Literal("1"), ox.Literal("2")],
    "decimals as the engine writes them": [
        literal("3", "decimal"),
        literal("1.25", "decimal"),
        ox.Literal(-7),
    ],
    "IRIs of several namespaces": [
        ox.NamedNode("http://example.org/a"),
        ox.NamedNode("http://example.org/http://example.org/"),
        ox.NamedNode("http://example.com/ü"),
    ],
}


@pytest.mark.parametrize("case", [*COLUMNS, *EXOTIC])
def test_the_short_way_leads_to_the_same_frames(case: str) -> None:
    given_terms = COLUMNS[case][0] if case in COLUMNS else EXOTIC[case]
    assert_same(*from_tsv([None if isinstance(t, ox.BlankNode) else t for t in given_terms]))


@example([literal("NaN", "double"), None])
@given(st.lists(terms, max_size=5) | st.builds(lambda term, n: [term, None] * n, terms, st.integers(1, 3)))
def test_the_short_way_leads_to_the_same_frames_whatever_the_terms(given_terms: list[Any]) -> None:
    assert_same(*from_tsv(given_terms))


def assert_same(quick: Table, slow: Table) -> None:
    assert len(quick) == len(slow)
    for iris in ("full", "compact"):
        for languages in (False, True):
            asked: dict[str, Any] = {"iris": iris, "languages": languages}
            one, other = quick.to_arrow(**asked), slow.to_arrow(**asked)
            assert one.schema.equals(other.schema)
            assert repr(one.to_pylist()) == repr(other.to_pylist())  # as text: no NaN equals another
            pd.testing.assert_frame_equal(quick.to_pandas(**asked), slow.to_pandas(**asked))
            assert quick.to_polars(**asked).equals(slow.to_polars(**asked))

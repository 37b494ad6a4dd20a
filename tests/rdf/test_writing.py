"""Every serialiser's output, read back on random data: by Oxigraph, and by others where that is lenient."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast
from xml.etree import ElementTree
from xml.parsers import expat

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import example, given
from hypothesis import strategies as st

from kgraph.errors import NotAcceptableError
from kgraph.rdf.formats import ResultKind, formats_for
from kgraph.rdf.writing import GRAPH_FORMATS, serialize_graph, write_results
from kgraph.vocab import RDF, RDF_TYPE, XSD

E = "http://example.org/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ITS_DIR = "{http://www.w3.org/2005/11/its}dir"
XMLNS = "http://www.w3.org/2000/xmlns/"
RESULTS = "{http://www.w3.org/2005/sparql-results#}"
DIRECTIONS = {ox.BaseDirection.LTR: "ltr", ox.BaseDirection.RTL: "rtl", None: None}
PREFIXES = {
    "": E,
    "e": E + "a/",
    "xml": E,
    "xmlx": E + "x#",
    "rdf": RDF,
    "a.b": "urn:p:",
    "é": E + "é/",
    "u": "u:",
}

HOSTILE = [
    "",
    " ",
    "\t\n",
    "\r",
    "\r\n",
    "a\rb",
    "\x00",
    "\x0c",
    "\x1f",
    "\x7f",
    "\x85",
    "\u2028",
    "\ufeff",
    "\ufeffa",
    "\ufffe",
    "\uffff",
    "\ud7ff\ue000",
    "\U0001f600",
    "\U0010ffff",
    '"',
    '""',
    "'''",
    '"""',
    "\\",
    "\\n",
    ",",
    ";",
    "<",
    "]]>",
    "&amp;",
    "-->",
    "@en",
    "^^",
    "_:b",
    "=1+1",
    "a,b\tc",
    "null",
]
texts = st.sampled_from(HOSTILE) | st.text(st.characters(codec="utf-8"), max_size=8)

#: What a path of an IRI may hold (RFC 3987, section 2.2), and what looks like something else.
iri_characters = st.sampled_from("abxz019._~-!$&'()*+,;=:@/?#%é·à日\U0001f600")
iri_starts = st.sampled_from(
    [E, E + "a/", E + "x#", "urn:p:", "u:", "e:", "rdf:", RDF, "http://www.w3.org/XML/1998/namespace", XMLNS]
)


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


iris = st.builds(
    lambda start, rest: start + rest.replace("%", "%20"),
    iri_starts,
    st.lists(iri_characters, max_size=6).map("".join),
).filter(_is_iri)
named_nodes = (
    iris
    | st.sampled_from([RDF + name for name in ("type", "li", "_1", "about", "ID", "Description", "first")])
).map(ox.NamedNode)
blank_nodes = st.sampled_from(["b", "1", "x31", "a.b", "a-b", "_", "é", "b·", "x", "31"]).map(ox.BlankNode)
languages = st.sampled_from(["en", "en-GB", "de-CH-1996", "zh-Hant", "x-a"])
lexical_forms = st.sampled_from(
    [
        "1",
        "01",
        "+1",
        "-0",
        "1.0",
        "1.50",
        "1e0",
        "INF",
        "true",
        "2024-01-01",
        "2024-01-01T00:00:00.000Z",
        "",
        "x",
        "<a/>",
    ]
)
datatypes = st.sampled_from(
    [
        XSD + name
        for name in (
            "integer",
            "nonNegativeInteger",
            "byte",
            "decimal",
            "double",
            "boolean",
            "date",
            "dateTime",
        )
    ]
    + [RDF + "XMLLiteral", RDF + "HTML", RDF + "JSON", E + "type", "urn:t", E + "a,b"]
).map(ox.NamedNode)


def literals(values: st.SearchStrategy[str]) -> st.SearchStrategy[ox.Literal]:
    return st.one_of(
        values.map(ox.Literal),
        st.builds(lambda value, language: ox.Literal(value, language=language), values, languages),
        st.builds(
            lambda value, language, direction: ox.Literal(value, language=language, direction=direction),
            values,
            languages,
            st.sampled_from([ox.BaseDirection.LTR, ox.BaseDirection.RTL]),
        ),
        st.builds(lambda value, kind: ox.Literal(value, datatype=kind), lexical_forms | values, datatypes),
    )


def triples_of(values: st.SearchStrategy[str], *, nested: bool) -> st.SearchStrategy[ox.Triple]:
    plain = st.builds(
        ox.Triple, named_nodes | blank_nodes, named_nodes, named_nodes | blank_nodes | literals(values)
    )
    if not nested:
        return plain
    deeper = st.recursive(
        plain, lambda inner: st.builds(ox.Triple, named_nodes | blank_nodes, named_nodes, inner), max_leaves=3
    )
    return plain | deeper


graphs = st.lists(triples_of(texts, nested=True), max_size=5)
terms = named_nodes | blank_nodes | literals(texts) | triples_of(texts, nested=True)


def canonical(statements: Iterable[Any]) -> set[str]:
    """Statements whose blank nodes have canonical labels."""
    dataset = ox.Dataset(
        ox.Quad(each.subject, each.predicate, each.object, getattr(each, "graph_name", ox.DefaultGraph()))
        for each in statements
    )
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return {str(quad) for quad in dataset}


def parts(triple: ox.Triple) -> list[Any]:
    """The terms of a triple, and of the triples in it."""
    inner = parts(triple.object) if isinstance(triple.object, ox.Triple) else [triple.object]
    return [triple.subject, triple.predicate, *inner]


def predicates(triple: ox.Triple) -> list[str]:
    inner = predicates(triple.object) if isinstance(triple.object, ox.Triple) else []
    return [triple.predicate.value, *inner]


def fits_xml(text: str) -> bool:
    """Whether a parser takes the text, which is all that matters."""
    marked = text.translate({ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"})
    return _parses(f"<a>{marked}</a>")


def is_name(text: str) -> bool:
    return re.search(r"[\s/<>&'\"=]", text) is None and _parses(f'<n:{text} xmlns:n="urn:n"/>')


def ends_in_a_name(iri: str) -> bool:
    return any(is_name(iri[place:]) for place in range(1, len(iri)))


def _parses(document: str) -> bool:
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(document.encode(), True)
    except expat.ExpatError:
        return False
    return True


SYNTAX = {RDF + name for name in ("li", "about", "ID", "Description")}


def fits_rdf_xml(triple: ox.Triple) -> bool:
    return all(
        ends_in_a_name(iri) and iri not in SYNTAX and not _is_bound(iri) for iri in predicates(triple)
    ) and all(fits_xml(part.value) for part in parts(triple) if isinstance(part, ox.Literal))


def _is_bound(iri: str) -> bool:
    """Whether it is a name in the namespace of ``xmlns`` itself, which no document may bind."""
    return iri.startswith(XMLNS) and is_name(iri.removeprefix(XMLNS))


@pytest.mark.parametrize("name", GRAPH_FORMATS)
@given(graphs)
@example([ox.Triple(ox.NamedNode(E + "s"), ox.NamedNode(RDF_TYPE), ox.NamedNode("urn:p:1"))])
@example([ox.Triple(ox.BlankNode("1"), ox.NamedNode(E + "p"), ox.BlankNode("x31"))])
@example([ox.Triple(ox.NamedNode(E + "s"), ox.NamedNode(E + "p"), ox.Literal("a\r\nb"))])
def test_a_graph_is_read_back_or_refused(name: str, triples: list[ox.Triple]) -> None:
    unfit: Callable[[ox.Triple], bool] = {
        "rdf": lambda triple: not fits_rdf_xml(triple),
        "jsonld": lambda triple: isinstance(triple.object, ox.Triple),
    }.get(name, lambda triple: False)
    if any(map(unfit, triples)):
        with pytest.raises(NotAcceptableError):
            serialize_graph(triples, name, PREFIXES)
        return
    content = serialize_graph(triples, name, PREFIXES)
    assert canonical(ox.parse(content, GRAPH_FORMATS[name])) == canonical(triples)
    if name == "rdf":
        assert _parses(content.decode())
    if name == "jsonld":
        json.loads(content)


@pytest.mark.filterwarnings("ignore:Parsing weird boolean")  # which is rdflib's word for no truth value
@given(st.lists(triples_of(texts, nested=False).filter(fits_rdf_xml), max_size=4))
def test_another_reader_of_rdf_xml_finds_the_same(triples: list[ox.Triple]) -> None:
    """Oxigraph takes what is not well-formed; rdflib, on a parser of XML, does not. It has no directions."""
    known = [
        triple
        for triple in triples
        if not isinstance(triple.object, ox.Literal) or triple.object.direction is None
    ]
    graph = rdflib.Graph()
    graph.parse(data=serialize_graph(known, "rdf", PREFIXES), format="xml")
    back = [(str(s), str(p), str(o), _kind(o)) for s, p, o in graph if not isinstance(s, rdflib.BNode)]
    assert sorted(row for row in back if row[3] != "blank") == sorted(
        {
            (t.subject.value, t.predicate.value, _bare(t.object), _ox_kind(t.object))
            for t in known
            if isinstance(t.subject, ox.NamedNode) and not isinstance(t.object, ox.BlankNode)
        }
    )
    assert len(graph) == len(set(known))


@pytest.fixture(autouse=True, scope="module")
def _verbatim_literals() -> Iterable[None]:
    """rdflib rewrites literals as it reads them unless it is told not to."""
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    yield
    rdflib.NORMALIZE_LITERALS = before


def _kind(node: Any) -> str:
    if isinstance(node, rdflib.Literal):
        return (node.language or str(node.datatype or XSD + "string")).lower()
    return "blank" if isinstance(node, rdflib.BNode) else "iri"


def _ox_kind(term: Any) -> str:
    if isinstance(term, ox.Literal):
        return (term.language or term.datatype.value).lower()
    return "iri"


@pytest.mark.parametrize("name", ["nq", "trig", "jsonld"])
@given(st.lists(st.tuples(triples_of(texts, nested=False), named_nodes | blank_nodes), max_size=4))
def test_a_dataset_is_read_back(name: str, rows: list[tuple[ox.Triple, Any]]) -> None:
    quads = [ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple, graph in rows]
    content = serialize_graph(quads, name, PREFIXES)
    assert canonical(ox.parse(content, GRAPH_FORMATS[name])) == canonical(quads)


# Results of queries.


def answers(rows: Sequence[Sequence[Any]], width: int) -> tuple[ox.QuerySolutions, list[tuple[Any, ...]]]:
    """Rows as a query gives them, with what Oxigraph makes of their literals: each row from its own graph."""
    store = ox.Store()
    columns = [f"c{number}" for number in range(width)]
    for number, row in enumerate(rows):
        subject = ox.NamedNode(f"{E}row/{number:04}")
        store.add(ox.Quad(subject, ox.NamedNode(E + "is"), ox.Literal("row")))
        for column, term in zip(columns, row, strict=True):
            if term is not None:
                store.add(ox.Quad(subject, ox.NamedNode(E + column), term))
    optional = " ".join(f"OPTIONAL {{ ?row <{E}{column}> ?{column} }}" for column in columns)
    chosen = " ".join(f"?{column}" for column in columns)
    query = f'SELECT {chosen} {{ ?row <{E}is> "row" {optional} }} ORDER BY ?row'
    first, second = store.query(query), store.query(query)
    assert isinstance(first, ox.QuerySolutions)
    assert isinstance(second, ox.QuerySolutions)
    return first, [tuple(solution) for solution in second]


def written(results: Any, name: str) -> bytes:
    output = io.BytesIO()
    write_results(results, output, name)
    return output.getvalue()


tables = st.integers(1, 3).flatmap(
    lambda width: st.tuples(st.lists(st.tuples(*[st.none() | terms] * width), max_size=4), st.just(width))
)


def values(rows: Iterable[Sequence[Any]]) -> Iterator[ox.Literal]:
    for row in rows:
        for term in row:
            if isinstance(term, ox.Triple):
                yield from (part for part in parts(term) if isinstance(part, ox.Literal))
            elif isinstance(term, ox.Literal):
                yield term


@pytest.mark.parametrize("name", [fmt.name for fmt in formats_for(ResultKind.SOLUTIONS)])
@given(tables)
@example(([(ox.NamedNode(E + "a,b"), ox.NamedNode("u:c,d"))], 2))
@example(([(ox.Literal(""),), (None,), (ox.Literal("\r"),)], 1))
@example(([(ox.Literal("\uffff"),)], 1))
def test_rows_are_read_back_or_refused(name: str, table: tuple[list[tuple[Any, ...]], int]) -> None:
    results, rows = answers(*table)
    if name == "xml" and not all(fits_xml(literal.value) for literal in values(rows)):
        with pytest.raises(NotAcceptableError):
            written(results, name)
        return
    content = written(results, name)
    if name == "csv":
        (_, *lines) = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
        assert [tuple(line) for line in lines] == [tuple(map(_bare, row)) for row in rows]
        return
    back = ox.parse_query_results(content, ox.QueryResultsFormat.from_extension(name))
    assert isinstance(back, ox.QuerySolutions)
    assert [tuple(solution) for solution in back] == rows
    if name == "json":
        json.loads(content)
    elif name == "xml":
        _compare_xml(content, rows)
    else:  # each row is a line, each cell ends at a tab
        written_lines = content.decode().removesuffix("\n").split("\n")
        assert [line.count("\t") for line in written_lines] == [table[1] - 1] * (1 + len(rows))
        assert "\r" not in content.decode()


def _bare(term: Any) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.Triple):
        return f"<<( {term} )>>"
    return str(term) if isinstance(term, ox.BlankNode) else cast(str, term.value)


def _compare_xml(content: bytes, rows: list[tuple[Any, ...]]) -> None:
    """Read the rows by a parser that is not lenient; triple terms, which it need not know, are left out."""
    found = [
        {binding.get("name"): binding[0] for binding in result}
        for result in ElementTree.fromstring(content).iter(f"{RESULTS}result")  # noqa: S314 - our own
    ]
    assert len(found) == len(rows)
    for result, row in zip(found, rows, strict=True):
        for number, term in enumerate(row):
            cell = result.get(f"c{number}")
            if term is None:
                assert cell is None
            elif not isinstance(term, ox.Triple):
                assert cell is not None
                assert (cell.text or "") == term.value
                if isinstance(term, ox.Literal):
                    assert cell.get(XML_LANG) == term.language
                    assert cell.get(ITS_DIR) == DIRECTIONS[term.direction]


@pytest.mark.parametrize("place", range(8170, 8200))
@pytest.mark.parametrize("character", ["\uffff", "\ufffd", "\U0001f600"])
def test_a_character_may_stand_anywhere_in_a_long_answer(place: int, character: str) -> None:
    """Oxigraph hands over its output in pieces, wherever they end."""
    rows = [(ox.Literal("a" * place + character + "a" * 9000),)]
    results, rows = answers(rows, 1)
    if character == "\uffff":
        with pytest.raises(NotAcceptableError, match="U\\+FFFF"):
            written(results, "xml")
    else:
        _compare_xml(written(results, "xml"), rows)


def test_many_rows_without_columns_are_that_many_lines() -> None:
    results = ox.Store().query("SELECT * { VALUES () { () () } }")
    assert written(results, "csv") == b"\r\n\r\n\r\n"


def test_a_deep_triple_term_is_written_without_recursion() -> None:
    triple = ox.Triple(ox.NamedNode(E + "s"), ox.NamedNode(E + "p"), ox.NamedNode(E + "o"))
    for _ in range(2_000):
        triple = ox.Triple(ox.NamedNode(E + "s"), ox.NamedNode(E + "p"), triple)
    assert serialize_graph([triple], "rdf", {}).count(b'parseType="Triple"') == 2_000

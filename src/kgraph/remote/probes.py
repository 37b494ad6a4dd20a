"""What is asked of an engine at the start, to learn what it does otherwise than the standard says.

Each probe is a query about a few triples that are put into graphs of their own, and the rows that SPARQL 1.1
gives. One that fails says what follows: a ``feature`` of queries that then are answered here, or that the
engine cannot be used at all, because it would change values or join wrongly without a sign of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from kgraph.engine.portable import Feature

__all__ = ["PROBES", "PROBE_DATA", "PROBE_GRAPHS", "VALUES_ROWS", "Probe", "endless_query", "values_query"]

_E: Final = "urn:kgraph:engine:probe"
#: The graphs of the probes.
PROBE_GRAPHS: Final = (f"{_E}1", f"{_E}2")
#: How many rows of VALUES are tried.
VALUES_ROWS: Final = (1_000, 10_000)
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_PREFIXES: Final = f"PREFIX : <urn:kgraph:engine:> PREFIX xsd: <{_XSD}> "

#: A triple in both graphs, a chain over three nodes in one, and values of the types that claims have.
PROBE_DATA: Final = (
    _PREFIXES
    + """INSERT DATA {
  GRAPH <urn:kgraph:engine:probe1> {
    :a :p :b . :b :p :c .
    :v :truth true . :v :one 1 . :v :decimal 1.5 . :v :double 1.5e0 .
    :v :day "2011-07-26"^^xsd:date . :v :month "2011-07"^^xsd:gYearMonth .
    :w :text "" . :w :text "chat" . :w :text "chat"@fr . :w :text "chat"@en-GB .
    :u :whole "100"^^xsd:decimal .
    :x :text "Žižek 🙂\\n\\t\\"" .
  }
  GRAPH <urn:kgraph:engine:probe2> { :a :p :b . :y :q :z }
}"""
)


@dataclass(frozen=True, slots=True)
class Probe:
    """A query, the rows that it is to have, and what it is about. Rows are compared without their order."""

    name: str
    query: str
    rows: tuple[tuple[str, ...], ...]
    feature: Feature | None = None
    default_graphs: tuple[str, ...] = field(default=PROBE_GRAPHS[:1])
    named_graphs: tuple[str, ...] = ()


def _iri(name: str) -> str:
    return f"<urn:kgraph:engine:{name}>"


def _typed(value: str, name: str) -> str:
    return f'"{value}"^^<{_XSD}{name}>'


def _number(value: int) -> tuple[str, ...]:
    return (_typed(str(value), "integer"),)


PROBES: Final = (
    Probe(
        "booleans, numbers and dates keep their types",
        "SELECT ?o { :v ?p ?o FILTER(?p != :double) }",
        (
            (_typed("true", "boolean"),),
            _number(1),
            (_typed("1.5", "decimal"),),
            (_typed("2011-07-26", "date"),),
            (_typed("2011-07", "gYearMonth"),),
        ),
    ),
    Probe(
        "a double stays one",
        "SELECT (DATATYPE(?o) AS ?t) { :v :double ?o FILTER(?o = 1.5) }",
        ((f"<{_XSD}double>",),),
    ),
    Probe(
        "texts keep their language, also empty ones",
        "SELECT ?o { :w :text ?o }",
        (('""',), ('"chat"',), ('"chat"@fr',), ('"chat"@en-gb',)),
    ),
    Probe("texts keep every character", "SELECT ?o { :x :text ?o }", (('"Žižek 🙂\\n\\t\\""',),)),
    Probe(
        "language tags are kept where values are grouped",
        "SELECT ?o (COUNT(*) AS ?n) { :w :text ?o FILTER(STR(?o) = 'chat') } GROUP BY ?o",
        (('"chat"', *_number(1)), ('"chat"@fr', *_number(1)), ('"chat"@en-gb', *_number(1))),
    ),
    Probe(
        "true and 1 are two values",
        "SELECT DISTINCT ?o { { :v :one ?o } UNION { :v :truth ?o } }",
        (_number(1), (_typed("true", "boolean"),)),
    ),
    Probe(
        "what is unbound is no empty text",
        "SELECT ?x ?o { VALUES ?x { :a :w } OPTIONAL { ?x :text ?o FILTER(?o = '') } }",
        ((_iri("a"), ""), (_iri("w"), '""')),
    ),
    Probe(
        "COALESCE passes over what is an error",
        "SELECT ?s { ?s :p ?o OPTIONAL { ?s :none ?n } FILTER(COALESCE(?s = ?n, true)) }",
        ((_iri("a"),), (_iri("b"),)),
    ),
    Probe(
        "a FILTER in OPTIONAL sees what is outside",
        "SELECT ?s ?t { ?s :p ?o OPTIONAL { ?t :p ?u FILTER(?t = ?o) } }",
        ((_iri("a"), _iri("b")), (_iri("b"), "")),
    ),
    Probe(
        "EXISTS sees what is outside",
        "SELECT ?s { ?s :p ?o FILTER NOT EXISTS { ?t :p ?u FILTER(?t = ?o) } }",
        ((_iri("b"),),),
    ),
    Probe(
        "MINUS takes away what agrees",
        "SELECT ?s { ?s :p ?o MINUS { ?s :p :c } }",
        ((_iri("a"),),),
    ),
    Probe(
        "a sub-select is evaluated by itself",
        "SELECT ?s ?n { ?s :p :b { SELECT (COUNT(*) AS ?n) { ?s :p ?o } } }",
        ((_iri("a"), *_number(2)),),
    ),
    Probe(
        "the dataset of the protocol goes before that of the query",
        "SELECT (COUNT(*) AS ?n) FROM :probe1 { ?s ?p ?o }",
        (_number(2),),
        default_graphs=PROBE_GRAPHS[1:],
    ),
    Probe(
        "GRAPH sees the graphs of the protocol alone",
        "SELECT ?g ?s { GRAPH ?g { ?s :p|:q ?o } }",
        ((f"<{PROBE_GRAPHS[1]}>", _iri("a")), (f"<{PROBE_GRAPHS[1]}>", _iri("y"))),
        named_graphs=PROBE_GRAPHS[1:],
    ),
    Probe(
        "without a default graph there are no triples in it",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        (_number(0),),
        default_graphs=("urn:kgraph:engine:nothing",),
    ),
    Probe(
        "several graphs make one set of triples",
        "SELECT (COUNT(*) AS ?n) { ?s :p ?o }",
        (_number(2),),
        Feature.MERGE,
        default_graphs=PROBE_GRAPHS,
    ),
    Probe(
        "numbers are written as they are here",
        "SELECT ?o (STR(?o) AS ?t) (?o + 0.5e0 AS ?sum) { :u :whole ?o }",
        ((_typed("100", "decimal"), '"100"', _typed("100.5", "double")),),
        Feature.SPELLINGS,
    ),
    Probe(
        "paths may have both ends free",
        "SELECT ?x ?y { ?x :p+ ?y }",
        ((_iri("a"), _iri("b")), (_iri("a"), _iri("c")), (_iri("b"), _iri("c"))),
        Feature.PATHS,
    ),
    Probe(
        "paths stay within their graph",
        "SELECT ?g ?y { GRAPH ?g { :a :p* ?y } }",
        (
            *((f"<{PROBE_GRAPHS[0]}>", _iri(name)) for name in "abc"),
            *((f"<{PROBE_GRAPHS[1]}>", _iri(name)) for name in "ab"),
        ),
        Feature.PATHS,
        named_graphs=PROBE_GRAPHS,
    ),
)


def values_query(rows: int) -> str:
    """A query with so many rows of VALUES, which counts them."""
    values = " ".join(f"<urn:kgraph:engine:a{number}>" for number in range(rows))
    return f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {values} }} }}"


def endless_query() -> str:
    """A query that takes more than a second on any data."""
    digits = " ".join(map(str, range(12)))
    return f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'VALUES ?{name} {{ {digits} }}' for name in 'abcdef')} }}"

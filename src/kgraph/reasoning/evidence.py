"""What a leaf of a proof rests on: its assertions with speaker, sentence and words, or its outside source.

As everything that looks for proofs, this does no input and output: it is a generator that yields
SPARQL queries and is sent their rows. Terms enter a query only as serialised terms.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias, TypeVar

import pyoxigraph as ox

from kgraph.rdf.terms import Term
from kgraph.reasoning.proof import Proof, Quote, Reading, Statement
from kgraph.vocab import DCTERMS, FACT, KG, MODES_OF_THE_PUBLICATION, POSITIVE, PROV, RDF_TYPE, Names

__all__ = ["BELIEVED", "Asking", "Rows", "find_graphs", "find_leaves", "find_statements", "look_up", "union"]

T = TypeVar("T")
Rows: TypeAlias = Sequence[Mapping[str, Term | None]]
#: A search: yields queries, is sent their rows, returns a T.
Asking: TypeAlias = Generator[str, Rows, T]

_Described: TypeAlias = dict[str, list[Term]]
#: How many parts one query has: what the engine takes to plan a union grows with the square of its parts.
_PARTS: Final = 25
#: How many rows of values one query has.
_VALUES: Final = 2_000
_STATED: Final = "stated"
#: The graph of what is believed, in no generation but above one: see :mod:`kgraph.reasoning.belief`.
BELIEVED: Final = "believed"


def union(parts: Sequence[str]) -> Asking[list[tuple[int, Mapping[str, Term | None]]]]:
    """The rows of each of many group patterns, with the pattern's number, in as few queries as sensible."""
    found: list[tuple[int, Mapping[str, Term | None]]] = []
    for start in range(0, len(parts), _PARTS):
        some = parts[start : start + _PARTS]
        branches = " UNION ".join(f"{{ {part} BIND({n} AS ?part) }}" for n, part in enumerate(some, start))
        rows = yield f"SELECT * WHERE {{ {branches} }}"
        found += [(int(_value(row["part"])), row) for row in rows]
    return found


def _value(term: Term | None) -> str:
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)


def look_up(
    variables: str, values: Sequence[Iterable[object]], pattern: str
) -> Asking[list[tuple[int, Mapping[str, Term | None]]]]:
    """The solutions of one pattern for each of many bindings of some variables, with the binding's number.

    The terms are IRIs and literals: SPARQL cannot name a blank node.
    """
    found: list[tuple[int, Mapping[str, Term | None]]] = []
    for start in range(0, len(values), _VALUES):
        some = values[start : start + _VALUES]
        rows = " ".join(f"({n} {' '.join(map(str, terms))})" for n, terms in enumerate(some, start))
        solutions = yield f"SELECT * WHERE {{ VALUES (?part {variables}) {{ {rows} }} {pattern} }}"
        found += [(int(_value(row["part"])), row) for row in solutions]
    return found


def find_graphs(triples: Sequence[ox.Triple], names: Names) -> Asking[dict[ox.Triple, set[str]]]:
    """The short names of the graphs that hold each of the triples."""
    rows = yield from look_up("?s ?p ?o", triples, "GRAPH ?graph { ?s ?p ?o }")
    found: dict[ox.Triple, set[str]] = {triple: set() for triple in triples}
    for number, row in rows:
        found[triples[number]].add(_value(row["graph"]).removeprefix(names.graphs))
    return found


def _describe(nodes: Iterable[str]) -> Asking[dict[str, _Described]]:
    """What is said of each node, by predicate."""
    wanted = list(dict.fromkeys(nodes))
    rows = yield from look_up("?node", [[ox.NamedNode(n)] for n in wanted], "?node ?predicate ?object")
    found: dict[str, _Described] = {node: {} for node in wanted}
    for number, row in rows:
        value = row["object"]
        if value is not None:
            found[wanted[number]].setdefault(_value(row["predicate"]), []).append(value)
    return found


def _iris(node: _Described, name: str) -> tuple[str, ...]:
    return tuple(sorted({term.value for term in node.get(KG + name, ()) if isinstance(term, ox.NamedNode)}))


def _first(node: _Described, name: str) -> str | None:
    return next(map(_value, node.get(KG + name, ())), None)


def _number(node: _Described, name: str) -> int | None:
    text = _first(node, name)
    return int(text) if text is not None and text.isdecimal() else None


def find_statements(triples: Sequence[ox.Triple]) -> Asking[dict[ox.Triple, list[Statement]]]:
    """The assertions with each of these contents, stated and unasserted ones."""
    claims: list[tuple[ox.Triple, str]] = []
    for name in ("object", "value"):
        content = f"?claim <{KG}subject> ?s ; <{KG}predicate> ?p ; <{KG}{name}> ?o"
        rows = yield from look_up("?s ?p ?o", triples, content)
        claims += [(triples[number], _value(row["claim"])) for number, row in rows]
    statements = yield from _statements(claim for _, claim in claims)
    found: dict[ox.Triple, list[Statement]] = {triple: [] for triple in triples}
    for triple, claim in claims:
        if statements[claim] not in found[triple]:
            found[triple].append(statements[claim])
    for several in found.values():
        several.sort(key=lambda statement: (statement.article or "", statement.number or 0, statement.iri))
    return found


def _statements(claims: Iterable[str]) -> Asking[dict[str, Statement]]:
    said = yield from _describe(claims)
    readings = yield from _describe(part for claim in said.values() for part in _iris(claim, "restsOn"))
    spans = yield from _describe(
        part
        for node in (*said.values(), *readings.values())
        for part in (*_iris(node, "evidence"), *_iris(node, "inSentence"))
    )
    read = {iri: _reading(iri, node, spans) for iri, node in readings.items()}
    return {
        iri: replace(
            _statement(iri, claim, spans), readings=tuple(read[part] for part in _iris(claim, "restsOn"))
        )
        for iri, claim in said.items()
    }


def _reading(iri: str, node: _Described, spans: Mapping[str, _Described]) -> Reading:
    curators = (
        term.value for term in node.get(PROV + "wasAttributedTo", ()) if isinstance(term, ox.NamedNode)
    )
    return Reading(iri, tuple(sorted(curators)), _iris(node, "about"), _quotes(node, spans))


def _quotes(node: _Described, spans: Mapping[str, _Described]) -> tuple[Quote, ...]:
    """The words of a node's evidence, in the order of the text."""
    quotes = [
        Quote(
            span,
            _first(spans[span], "exactText") or "",
            _number(spans[span], "beginIndex"),
            _number(spans[span], "endIndex"),
        )
        for span in _iris(node, "evidence")
    ]
    return tuple(sorted(quotes, key=lambda quote: quote.start or 0))


def _statement(iri: str, claim: _Described, spans: Mapping[str, _Described]) -> Statement:
    mode, polarity, modality = (_first(claim, name) for name in ("mode", "polarity", "modality"))
    sentence = _first(claim, "inSentence")
    described = spans.get(sentence or "", {})
    return Statement(
        iri,
        _iris(claim, "attributedTo"),
        _iris(claim, "relayedBy"),
        mode,
        polarity,
        modality,
        _first(described, "partOfArticle"),
        sentence,
        _number(described, "sentenceNumber"),
        _quotes(claim, spans),
        mode in MODES_OF_THE_PUBLICATION and polarity == POSITIVE and modality == FACT,
        part=(_first(described, "partKind") or "").removeprefix(KG).removesuffix("Part") or None,
    )


def find_leaves(
    graphs: Mapping[ox.Triple, Iterable[str]], believed: Collection[str] = ()
) -> Asking[dict[ox.Triple, Proof]]:
    """The leaf that each asserted triple is, given the graphs that hold it, and who is believed."""
    triples = list(graphs)
    stated = [triple for triple in triples if _STATED in graphs[triple] or BELIEVED in graphs[triple]]
    statements = yield from find_statements(stated)
    subjects = {t: t.subject.value for t in triples if isinstance(t.subject, ox.NamedNode)}
    others = [subject for triple, subject in subjects.items() if triple not in statements]
    said = yield from _describe(others)
    assertion = ox.NamedNode(KG + "Assertion")
    annotated = yield from _statements(
        subject for subject, node in said.items() if assertion in node.get(RDF_TYPE, ())
    )
    sources = yield from _outside([s for t, s in subjects.items() if "gazetteer" in graphs[t]])
    found: dict[ox.Triple, Proof] = {}
    for triple in triples:
        subject = subjects.get(triple, "")
        about = [annotated[subject]] if subject in annotated else []
        found[triple] = Proof(
            triple,
            tuple(sorted(graphs[triple])),
            tuple(
                s
                for s in statements.get(triple, about)
                if triple not in statements or _backs(s, graphs[triple], believed)
            ),
            sources.get(subject, ()) if "gazetteer" in graphs[triple] else (),
        )
    return found


def _backs(statement: Statement, graphs: Iterable[str], believed: Collection[str]) -> bool:
    """Whether a statement is a reason for its content to stand in one of the graphs."""
    is_believed = statement.is_affirmed and any(speaker in believed for speaker in statement.speakers)
    return (statement.is_stated and _STATED in graphs) or (is_believed and BELIEVED in graphs)


def _outside(subjects: Iterable[str]) -> Asking[dict[str, tuple[str, ...]]]:
    """The named sources of the gazetteer's records of some things."""
    wanted = list(dict.fromkeys(subjects))
    rows = yield from look_up(
        "?place",
        [[ox.NamedNode(subject)] for subject in wanted],
        f"?record a <{KG}GazetteerRecord> ; <{KG}about> ?place ; <{DCTERMS}source> ?source",
    )
    found: dict[str, list[str]] = {}
    for number, row in rows:
        found.setdefault(wanted[number], []).append(_value(row["source"]))
    return {subject: tuple(sorted(set(sources))) for subject, sources in found.items()}

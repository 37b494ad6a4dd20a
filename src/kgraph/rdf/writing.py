"""Writing results and graphs in each format, so that a reader gets what was there, or hears why not.

Oxigraph writes. What it writes wrongly is mended here:

- SPARQL results in XML: a carriage return is written as a reference, since a parser takes a bare one for a
  line feed (XML 1.0, section 2.11); characters that XML does not have (section 2.2) are refused.
- CSV: a field is quoted wherever RFC 4180 asks for it, in IRIs and triple terms too; Python writes it.
- RDF/XML: see :mod:`kgraph.rdf.rdfxml`.
- JSON-LD has no triple terms.

Workers use it, so it imports pyoxigraph, the errors and the standard library only.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

import pyoxigraph as ox

from kgraph.errors import NotAcceptableError
from kgraph.rdf.rdfxml import NO_XML, write_rdf_xml

__all__ = ["GRAPH_FORMATS", "serialize_graph", "write_graph", "write_results"]

_RESULT_FORMATS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
#: Oxigraph's formats of RDF by the name of :data:`kgraph.rdf.formats.FORMATS`.
GRAPH_FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_WITH_PREFIXES: Final = frozenset({"ttl", "trig"})
_NO_XML: Final = re.compile(f"[{NO_XML}]")
#: Those of them that are one byte, and the bytes that the others begin with.
_CONTROLS: Final = bytes(byte for byte in range(0x20) if _NO_XML.match(chr(byte)))
_HIGH: Final = "\uffff".encode()[:2]
#: The first two bytes of what is not XML beyond control characters: a piece may end between them.
_HALVES: Final = (_HIGH, _HIGH[:1])
#: Terms that CSV has without any mark.
_BARE: Final = frozenset({ox.NamedNode, ox.Literal})
_ROWS: Final = 256


def write_results(results: ox.QuerySolutions | ox.QueryBoolean, output: Any, name: str) -> None:
    """Write rows or a truth value, which CSV and TSV have as a bare word, for want of a standard.

    Args:
        results: what a query gave.
        output: what has a ``write`` for bytes, and a ``flush``.
        name: the name of the format.

    Raises:
        NotAcceptableError: there is something that the format has no form for.
    """
    if name == "csv" and isinstance(results, ox.QuerySolutions):
        _write_csv(results, output)
    elif name == "xml":
        sieve = _XmlSieve(output)
        results.serialize(cast(Any, sieve), _RESULT_FORMATS[name])
        sieve.close()
    else:
        results.serialize(output, _RESULT_FORMATS[name])


def write_graph(statements: Iterable[Any], output: Any, name: str, prefixes: Mapping[str, str]) -> None:
    """Write triples, or quads where the format has graphs.

    Args:
        statements: the triples or quads.
        output: what has a ``write`` for bytes, and a ``flush``.
        name: the name of the format.
        prefixes: names for namespaces, where the format has such.

    Raises:
        NotAcceptableError: there is something that the format has no form for.
    """
    if name == "rdf":
        write_rdf_xml(statements, output, prefixes)
    elif name == "jsonld":
        ox.serialize(_without_triple_terms(statements), output, GRAPH_FORMATS[name])
    elif name in _WITH_PREFIXES and prefixes:
        ox.serialize(statements, output, GRAPH_FORMATS[name], prefixes=dict(prefixes))
    elif isinstance(statements, ox.QueryTriples):
        statements.serialize(output, GRAPH_FORMATS[name])
    else:
        ox.serialize(statements, output, GRAPH_FORMATS[name])


def serialize_graph(statements: Iterable[Any], name: str, prefixes: Mapping[str, str]) -> bytes:
    """The same as bytes."""
    output = io.BytesIO()
    write_graph(statements, output, name, prefixes)
    return output.getvalue()


def _without_triple_terms(statements: Iterable[Any]) -> Iterator[Any]:
    for statement in statements:
        if isinstance(statement.object, ox.Triple):
            raise NotAcceptableError(
                "JSON-LD cannot hold triple terms.", hint="Ask for Turtle, N-Triples or RDF/XML."
            )
        yield statement


class _XmlSieve:
    """A file between Oxigraph and the output. Every carriage return is data: Oxigraph's markup has none."""

    def __init__(self, output: Any) -> None:
        self._output = output
        self._rest = b""

    def write(self, data: bytes) -> int:
        """Pass on all but what may be half a character.

        Raises:
            NotAcceptableError: a character is none of XML's.
        """
        whole = self._rest + data
        half = next((half for half in _HALVES if whole.endswith(half)), b"")
        self._rest = half
        whole = whole[: len(whole) - len(half)]
        if len(whole.translate(None, _CONTROLS)) < len(whole) or _HIGH in whole:
            _refuse(whole)
        self._output.write(whole.replace(b"\r", b"&#xD;"))
        return len(data)

    def flush(self) -> None:
        """Nothing: what is held back is less than a character."""

    def close(self) -> None:
        """Pass on the rest."""
        self._output.write(self._rest)


def _refuse(document: bytes) -> None:
    fault = _NO_XML.search(document.decode(errors="replace"))
    if fault is not None:
        raise NotAcceptableError(
            f"SPARQL results in XML cannot hold the character U+{ord(fault[0]):04X}, which a text has: "
            "XML 1.0 has no form for it.",
            hint="Ask for JSON, CSV or TSV.",
        )


def _write_csv(solutions: ox.QuerySolutions, output: Any) -> None:
    """Write rows as SPARQL 1.1 Query Results CSV, section 3, has them: each value without its kind."""
    names = [variable.value for variable in solutions.variables]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    if names:
        writer.writerow(names)
    else:
        text.write("\r\n")
    for number, solution in enumerate(solutions, 1):
        if names:
            writer.writerow([_csv_value(term) for term in solution])
        else:
            text.write("\r\n")
        if number % _ROWS == 0:
            _pass_on(text, output)
    _pass_on(text, output)


def _csv_value(term: Any) -> str:
    if isinstance(term, ox.BlankNode):
        return str(term)
    if type(term) in _BARE:
        return cast(str, term.value)
    return "" if term is None else f"<<( {term} )>>"


def _pass_on(text: io.StringIO, output: Any) -> None:
    output.write(text.getvalue().encode())
    text.seek(0)
    text.truncate()

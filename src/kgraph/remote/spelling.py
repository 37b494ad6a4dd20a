"""Values of an engine that writes them in its own way, written as the store here writes them.

TDB2 keeps decimals as values and gives "100.0" for 100, and Jena's sum of doubles is "2.5e0". So what comes
is respelled, and STR, by which a query sees a spelling, is put in a way that gives the one here.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Sequence
from typing import Any, Final

import pyoxigraph as ox

from kgraph.rdf.pattern import bracket_ends
from kgraph.rdf.sparql import Token, iter_tokens
from kgraph.rdf.spelling import Edit, edited
from kgraph.store.spelling import stored_term
from kgraph.vocab import XSD

__all__ = ["DOUBLES_QUERY", "RespelledRows", "with_spellings"]

#: What finds a double, where there is any.
DOUBLES_QUERY: Final = (
    "SELECT ?o { GRAPH ?g { ?s ?p ?o }"
    f" FILTER(DATATYPE(?o) = <{XSD}double> || DATATYPE(?o) = <{XSD}float>) }} LIMIT 1"
)
#: STR that has been seen to: no word of SPARQL.
_DONE: Final = "KGRAPH_STR"
#: What would be another value the second time.
_VOLATILE: Final = frozenset({"RAND", "UUID", "STRUUID", "BNODE"})
_DECIMAL: Final = f"<{XSD}decimal>"


def with_spellings(text: str, *, longest: int, has_doubles: bool) -> str | None:
    """A query in which STR gives a decimal without a fraction as it is written here.

    None where that would be too long, or be evaluated twice with different results, or where there may be
    doubles, which are written in too many ways.
    """
    tokens = list(iter_tokens(text))
    if not any(_is_call(token, {"STR"}) for token in tokens):
        return text
    if has_doubles or any(_is_call(token, _VOLATILE) or _may_be_double(token) for token in tokens):
        return None
    while (edits := list(_edits(text))) and len(text) <= longest:
        text = edited(text, edits)
    if edits or len(text) > longest:
        return None
    done = [Edit(each.start, each.end, "STR") for each in iter_tokens(text) if each.text == _DONE]
    return edited(text, done)


def _is_call(token: Token, names: Container[str]) -> bool:
    return token.kind == "word" and token.text.upper() in names


def _may_be_double(token: Token) -> bool:
    if token.kind == "number":
        return "e" in token.text.lower()
    return token.kind in {"iri", "pname"} and token.text.rstrip(">").lower().endswith(("double", "float"))


def _edits(text: str) -> Iterator[Edit]:
    """Those of the innermost calls."""
    tokens = list(iter_tokens(text))
    ends = bracket_ends(tokens)
    for index, token in enumerate(tokens[:-1]):
        if _is_call(token, {"STR"}) and tokens[index + 1].text == "(":
            end = ends.get(index + 1, index + 2)
            within = tokens[index + 2 : end - 1]
            if not any(each.text.upper() == "STR" for each in within):
                yield _edit(text, token, within, tokens[end - 1])


def _edit(text: str, word: Token, within: Sequence[Token], last: Token) -> Edit:
    value = text[within[0].start : within[-1].end] if within else ""
    plain = f"{_DONE}({value})"
    if len(within) == 1 and within[0].kind != "variable":
        return Edit(word.start, last.end, plain)
    whole = f'REPLACE({plain}, "[.]0+$", "")'
    return Edit(
        word.start, last.end, f"COALESCE(IF(DATATYPE({value}) = {_DECIMAL}, {whole}, {plain}), {plain})"
    )


class RespelledRows:
    """Rows as a file in JSON, whose values are written as here."""

    def __init__(self, rows: ox.QuerySolutions) -> None:
        self._parts = _written(rows)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none at the end."""
        parts = [self._rest]
        length = len(self._rest)
        while (size < 0 or length < size) and (part := next(self._parts, None)) is not None:
            parts.append(part)
            length += len(part)
        whole = b"".join(parts)
        end = length if size < 0 else min(size, length)
        self._rest = whole[end:]
        return whole[:end]


def _written(rows: ox.QuerySolutions) -> Iterator[bytes]:
    names = [variable.value for variable in rows.variables]
    yield f'{{"head":{{"vars":{json.dumps(names)}}},"results":{{"bindings":['.encode()
    for number, row in enumerate(rows):
        terms = {name: _json(stored_term(term)) for name in names if (term := row[name]) is not None}
        yield f"{',' if number else ''}{json.dumps(terms)}".encode()
    yield b"]}}"


def _json(term: Any) -> dict[str, str]:
    """A term (SPARQL 1.1 Query Results JSON Format, section 3.2.2)."""
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}

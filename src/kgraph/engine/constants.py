"""The constants of a query, written as the store writes values.

``?s :size 100.0`` finds the decimal 100 here, where a store keeps values, and nothing in an engine that keeps
spellings. What it holds came from here, so a constant that is spelled as here means the same in both.

Like the worker, this imports pyoxigraph and the standard library only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyoxigraph as ox

from kgraph.rdf.sparql import Token, iri_of, namespaces_of
from kgraph.rdf.spelling import Edit
from kgraph.store.spelling import is_kept, stored_term
from kgraph.vocab import XSD

__all__ = ["constant_edits"]

_QUOTES: Final = ('"""', "'''", '"', "'")
_COUNTS: Final = frozenset({"LIMIT", "OFFSET"})


def constant_edits(tokens: Sequence[Token]) -> list[Edit] | None:
    """What is to be changed of a query; None where a constant is written in too intricate a way."""
    edits: list[Edit] = []
    namespaces = namespaces_of(tokens)
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else token
        if token.kind == "number" and before.text.upper() not in _COUNTS:
            written = token.text.rstrip(".")  # a full stop ends the triple
            name = "double" if "e" in written.lower() else "decimal" if "." in written else "integer"
            term = ox.Literal(written, datatype=ox.NamedNode(f"{XSD}{name}"))
            if not is_kept(term):
                if before.text in {"+", "-"} and before.end == token.start:
                    return None  # a sign of the number, or an operator
                edits.append(Edit(token.start, token.start + len(written), str(stored_term(term))))
        elif token.kind == "string" and [each.text for each in tokens[index + 1 : index + 3]] == ["^", "^"]:
            last = tokens[index + 3]
            datatype = iri_of(last, namespaces)
            if not datatype.startswith(XSD):
                continue
            quote = next(each for each in _QUOTES if token.text.startswith(each))
            value = token.text[len(quote) : -len(quote)]
            term = ox.Literal(value, datatype=ox.NamedNode(datatype))
            if not is_kept(term):
                if "\\" in value:
                    return None
                edits.append(Edit(token.start, last.end, str(stored_term(term))))
    return edits

"""Literals that pass through a store without a change of their spelling or their type.

Oxigraph keeps the value of a literal whose type it knows, not how it is written. It keeps any other literal
as it is: so the types of literals give way to markers, and come back behind the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyoxigraph as ox

from kgraph.rdf.sparql import iter_tokens
from kgraph.vocab import XSD

__all__ = ["mark_datatypes", "with_datatypes"]

_MARKER: Final = "urn:kgraph:datatype:"


def mark_datatypes(text: str, nonce: str) -> tuple[str, dict[str, str]]:
    """A group of quads in SPARQL whose literals have markers for datatypes, and what each marker stands for:
    an IRI or a prefixed name, as it is written. ``nonce`` is in every marker.
    """
    markers: dict[str, str] = {}
    pieces: list[str] = []
    position, carets, sign = 0, 0, -1
    for token in iter_tokens(text):
        if token.kind == "number":
            start = token.start - (sign == token.start)
            end = token.end - token.text.endswith(".")  # which ends the triple
            number = text[start:end]
            name = "double" if "e" in number.lower() else "decimal" if "." in number else "integer"
            written, datatype = f'"{number}"^^', f"<{XSD}{name}>"
        elif carets == 2:
            start, end, written, datatype = token.start, token.end, "", token.text
        else:
            carets = carets + 1 if token.text == "^" else 0
            sign = token.end if token.text in {"+", "-"} else -1
            continue
        marker = markers.setdefault(datatype, f"{_MARKER}{nonce}:{len(markers)}")
        pieces += text[position:start], f"{written}<{marker}>"
        position, carets = end, 0
    return "".join([*pieces, text[position:]]), {marker: datatype for datatype, marker in markers.items()}


def with_datatypes(part: Any, datatypes: Mapping[str, ox.NamedNode]) -> Any:
    """A quad, triple or term with datatypes in the place of their markers."""
    if isinstance(part, ox.Literal):
        datatype = datatypes.get(part.datatype.value)
        return part if datatype is None else ox.Literal(part.value, datatype=datatype)
    if isinstance(part, ox.Triple):
        return ox.Triple(part.subject, part.predicate, with_datatypes(part.object, datatypes))
    if isinstance(part, ox.Quad):
        term = with_datatypes(part.object, datatypes)
        return ox.Quad(part.subject, part.predicate, term, part.graph_name)
    return part

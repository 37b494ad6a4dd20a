"""Telling the format of a document from its beginning, where the name of its file says another or none.

XML and JSON show by their first signs. Of the others, the format is the one that Oxigraph reads furthest;
where several do equally well, it is the one that the name says.
"""

from __future__ import annotations

import re
from typing import Final

import pyoxigraph as ox

from kgraph.errors import RdfSyntaxError

__all__ = ["HEAD_BYTES", "find_format"]

#: How much of a document is looked at.
HEAD_BYTES: Final = 64 << 10

_HTML: Final = re.compile(rb"<(?:!doctype\s+)?html\b", re.IGNORECASE)
#: A declaration, a comment, a document type, or an element with an attribute: no IRI has blanks.
_XML: Final = re.compile(
    rb"<(?:\?xml\s|!--|!DOCTYPE\s|[A-Za-z][\w.-]*(?::[\w.-]+)?\s+[\w.-]+(?::[\w.-]+)?\s*=)"
)
#: Neither a graph nor a blank node of Turtle begins so.
_JSON: Final = re.compile(rb'\{\s*"|\[\s*\{')
_TEXTS: Final = (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)


def find_format(name: str, head: bytes, named: ox.RdfFormat | None, *, is_whole: bool) -> ox.RdfFormat | None:
    """The format of a document; None where neither its name nor its beginning shows any.

    Args:
        name: what an error calls it.
        head: its beginning, in UTF-8.
        named: what its name says, if anything.
        is_whole: whether this is all of it.

    Raises:
        RdfSyntaxError: it is a page of HTML.
    """
    start = head.lstrip()
    if _HTML.match(start):
        raise RdfSyntaxError(
            f"{name} is a page of HTML, not RDF.", hint="Ask the server that it came from for text/turtle."
        )
    if _XML.match(start):
        return ox.RdfFormat.RDF_XML
    if named == ox.RdfFormat.N3 or not start:  # in which a graph may begin with a string
        return named
    if _JSON.match(start):
        return ox.RdfFormat.JSON_LD
    if not is_whole:  # the last line may be cut
        head = head[: head.rfind(b"\n") + 1] or head
    candidates = (named, *_TEXTS) if named in _TEXTS else _TEXTS
    read = {fmt: _statements(head, fmt) for fmt in dict.fromkeys(candidates)}
    best = max(read, key=lambda fmt: read[fmt])
    return best if read[best] else named


def _statements(head: bytes, fmt: ox.RdfFormat) -> int:
    """How many statements there are before the first that is none."""
    count = 0
    try:
        for _ in ox.parse(head, fmt, base_iri="file:///"):
            count += 1
    except SyntaxError:
        pass
    return count

"""Reading RDF that comes from outside: the parsers by name, and what they say against a document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import pyoxigraph as ox

from kgraph.errors import RdfSyntaxError
from kgraph.rdf.writing import GRAPH_FORMATS

__all__ = ["DATASET_FORMATS", "RDF_FORMATS", "explain_rdf_error"]

#: The parsers by the name of :data:`kgraph.rdf.formats.FORMATS`.
RDF_FORMATS: Final[Mapping[str, ox.RdfFormat]] = MappingProxyType(GRAPH_FORMATS)
#: Those whose documents can name graphs.
DATASET_FORMATS: Final = frozenset({"nq", "trig", "jsonld"})
_PLACE: Final = re.compile(r"^Parser error (?:at|on|between|in) .*?: (?=.)", re.DOTALL)


#: Where a document of JSON-LD names a context that is elsewhere, alone or first in a list.
_CONTEXT: Final = re.compile(rb'"@context"\s*:\s*(?:\[\s*)?"([^"\\]{1,300})"')


def explain_rdf_error(
    error: SyntaxError, document: str, head: Callable[[], bytes] = lambda: b""
) -> RdfSyntaxError:
    """The error to raise for what Oxigraph says about a document, with the place where it gives one.

    ``head`` gives the beginning of the document, in UTF-8.
    """
    if "LoadDocumentCallback" in str(error):
        context = _CONTEXT.search(head())
        name = context[1].decode(errors="replace") if context is not None else "a document"
        return RdfSyntaxError(
            f"{document}: its @context is {name}, which is elsewhere, and nothing is fetched here.",
            hint="Put the context into the document in its place, or convert the document, for example to "
            "N-Quads. Nothing was stored.",
        )
    message = _PLACE.sub("", error.msg or str(error)).rstrip(".")
    place = "" if error.lineno is None else f", line {error.lineno}"
    place += "" if error.lineno is None or error.offset is None else f", column {error.offset}"
    return RdfSyntaxError(
        f"{document}{place}: {message}.",
        hint="Nothing was stored. Mend the document, or name the format that it is in.",
        line=error.lineno,
        column=error.offset,
    )

"""Whether a text is a query, and which columns it gives, as Oxigraph judges it: without data, without calls.

Oxigraph has no parser apart from evaluation, and evaluation begins at once, ``SERVICE`` included [measured:
the request goes out before the first row is asked for]. So a query is tried on an empty store with every
endpoint replaced by one that cannot be called.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

import pyoxigraph as ox

from kgraph.errors import QuerySyntaxError
from kgraph.rdf.sparql import iter_tokens
from kgraph.rdf.spelling import read_spelled
from kgraph.rdf.syntax import explain_syntax_error

__all__ = ["Syntax", "check_syntax"]

_NOWHERE: Final = "SILENT <urn:kgraph:nowhere>"
#: What relative IRIs are relative to where nothing is to be found anyway.
_BASE: Final = "http://kgraph.invalid/"


@dataclass(frozen=True, slots=True)
class Syntax:
    """A well-formed query: the columns of its rows, none for ASK, CONSTRUCT and DESCRIBE."""

    columns: tuple[str, ...]


def check_syntax(text: str) -> Syntax | QuerySyntaxError:
    """Judge a query. The error is returned, not raised: a file's fault is a problem to report."""
    query = _without_calls(text)
    try:
        results = read_spelled(query, partial(ox.Store().query, base_iri=_BASE))
    except SyntaxError as error:
        return explain_syntax_error(query, str(error))
    except (RuntimeError, OSError, ValueError) as error:
        return QuerySyntaxError(f"This is not a SPARQL query: {error}.")
    if isinstance(results, ox.QuerySolutions):
        return Syntax(tuple(variable.value for variable in results.variables))
    return Syntax(())


def _without_calls(text: str) -> str:
    pieces: list[str] = []
    position = 0
    expecting_endpoint = False
    for token in iter_tokens(text):
        word = token.text.upper() if token.kind == "word" else ""
        if expecting_endpoint and word != "SILENT":
            pieces += text[position : token.start], _NOWHERE
            position = token.end
            expecting_endpoint = False
        elif expecting_endpoint:
            pieces.append(text[position : token.start])
            position = token.end
        elif word == "SERVICE":
            expecting_endpoint = True
    return "".join([*pieces, text[position:]])

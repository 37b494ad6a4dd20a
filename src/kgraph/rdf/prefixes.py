"""Prefixes that a query uses and forgets to declare: those that everybody knows are declared for it.

That is done for a query which the engine has refused, so one that is right costs nothing; and whoever asks is
told which IRIs the prefixes were taken for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kgraph.errors import QuerySyntaxError
from kgraph.rdf.sparql import iter_tokens

__all__ = ["WELL_KNOWN", "Declared", "declare_prefixes"]

_WIKIDATA: Final = "http://www.wikidata.org/"
_PROPERTY: Final = _WIKIDATA + "prop/"
#: What queries leave out, since other endpoints (Wikidata's first of all) know it. A project's own go first.
WELL_KNOWN: Final[Mapping[str, str]] = {
    "bd": "http://www.bigdata.com/rdf#",
    "dbo": "http://dbpedia.org/ontology/",
    "dbr": "http://dbpedia.org/resource/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geosparql": "http://www.opengis.net/ont/geosparql#",
    "hint": "http://www.bigdata.com/queryHints#",
    "mwapi": "https://www.mediawiki.org/ontology#API/",
    "oa": "http://www.w3.org/ns/oa#",
    "p": _PROPERTY,
    "pq": _PROPERTY + "qualifier/",
    "pqv": _PROPERTY + "qualifier/value/",
    "pr": _PROPERTY + "reference/",
    "prv": _PROPERTY + "reference/value/",
    "ps": _PROPERTY + "statement/",
    "psv": _PROPERTY + "statement/value/",
    "schema": "http://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "time": "http://www.w3.org/2006/time#",
    "void": "http://rdfs.org/ns/void#",
    "wdref": _WIKIDATA + "reference/",
    "wds": _WIKIDATA + "entity/statement/",
    "wdt": _PROPERTY + "direct/",
    "wdv": _WIKIDATA + "value/",
    "wikibase": "http://wikiba.se/ontology#",
}
_PLACE: Final = re.compile(r"\bat line 1, column \d+")


@dataclass(frozen=True, slots=True)
class Declared:
    """A query with declarations before it, and what to tell about them."""

    text: str
    notice: str
    shift: int

    def place(self, error: QuerySyntaxError) -> QuerySyntaxError:
        """An error in this text as one in the text that was given."""
        if error.line != 1 or error.column is None or error.column <= self.shift:
            return error
        column = error.column - self.shift
        message = _PLACE.sub(f"at line 1, column {column}", error.message)
        return QuerySyntaxError(message, hint=error.hint, line=1, column=column)


def declare_prefixes(text: str, prefixes: Mapping[str, str]) -> Declared | None:
    """Declare what a query uses and does not declare, as far as it is well known; None where nothing is.

    Args:
        text: the query.
        prefixes: prefixes that are known besides :data:`WELL_KNOWN`, and go before those.
    """
    used: dict[str, None] = {}
    declared: set[str] = set()
    before = ""
    for token in iter_tokens(text):
        if token.kind == "pname":
            name = token.text.partition(":")[0]
            if before == "PREFIX":
                declared.add(name)
            else:
                used[name] = None
        before = token.text.upper()
    known = {**WELL_KNOWN, **prefixes}
    missing = [name for name in used if name in known and name not in declared]
    if not missing:
        return None
    prologue = "".join(f"PREFIX {name}: <{known[name]}> " for name in missing)
    listed = ", ".join(f"{name}: <{known[name]}>" for name in missing)
    notice = f"Prefixes that the query does not declare were taken as {listed}."
    return Declared(prologue + text, notice, len(prologue))

"""Questions of the pages as SPARQL, for whoever wants to go on from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyoxigraph as ox

from kgraph.canned import View
from kgraph.describe import without_header

__all__ = ["in_workbench", "query_of_fact", "query_of_triple", "query_of_words"]

_PREFIX: Final = "PREFIX kg: <https://w3id.org/kgraph/ontology#>\n"
_CLAIM: Final = """\
  ?claim kg:attributedTo ?speaker ; kg:modality ?kind ; kg:polarity ?polarity ;
    kg:inSentence ?sentence ; kg:evidence ?span .
  ?span kg:exactText ?words ; kg:beginIndex ?begin .
"""


def query_of_words(text: str) -> str:
    """Who said some words: the search of the page, inside SPARQL."""
    words = ox.Literal(" ".join(text.split()))
    return (
        f"{_PREFIX}SELECT ?score ?speaker ?kind ?polarity ?words ?claim WHERE {{\n"
        f"  ?claim kg:search {words} ; kg:searchScore ?score .\n{_CLAIM}}}\nORDER BY DESC(?score) ?begin\n"
    )


def query_of_fact(fact: Mapping[str, str]) -> str | None:
    """Who claims a fact of which parts are given by IRI or prefixed name; None where one is a label."""
    parts = {name: _name(text) for name, text in fact.items()}
    if not parts or None in parts.values():
        return None
    lines = "".join(f"  ?claim kg:{name} {term} .\n" for name, term in parts.items())
    select = "SELECT ?speaker ?kind ?polarity ?words ?claim"
    return f"{_PREFIX}{select} WHERE {{\n{lines}{_CLAIM}}}\nORDER BY ?begin\n"


def _name(text: str) -> str | None:
    """A value of a form as a SPARQL term, where it is an IRI or a prefixed name."""
    text = text.strip()
    if not text or any(char.isspace() or char in '<>"{}|\\^`' for char in text):
        return None
    if text.startswith(("http://", "https://", "urn:")):
        return f"<{text}>"
    prefix, colon, local = text.partition(":")
    is_name = colon and prefix.isalnum() and local.replace("_", "").replace("-", "").isalnum()
    return text if is_name else None


def query_of_triple(subject: str, predicate: str, value: str) -> str:
    """In which graphs a triple stands, and who claims it. The parts are SPARQL terms."""
    return (
        f"{_PREFIX}SELECT ?graph ?claim ?speaker WHERE {{\n"
        f"  {{ GRAPH ?graph {{ {subject} {predicate} {value} }} }} UNION {{\n"
        f"    ?claim kg:subject {subject} ; kg:predicate {predicate} ; kg:object|kg:value {value} ;\n"
        "      kg:attributedTo ?speaker .\n  }\n}\n"
    )


def in_workbench(text: str, view: View) -> str:
    """A canned query as the workbench takes it: without its header, and with the view to begin with.

    The view is written as the Wikidata Query Service writes it.
    """
    bare = without_header(text)
    return bare if view in (View.TABLE, View.JSON) else f"#defaultView:{view.value.capitalize()}\n{bare}"

"""Showing what is known of a thing: terms with their names, languages and links, facts by graph.

What stands in a page is escaped by its template; the description for search engines is data in a script
element, where only ``<`` could do harm.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import pyoxigraph as ox
from markupsafe import Markup

from kgraph.api import AsyncKnowledgeGraph
from kgraph.describe import UNNAMED, Description, Fact, Name
from kgraph.rdf.terms import Term, compact, render_term
from kgraph.vocab import RDF_TYPE
from kgraph.web.places import DEFAULT_GRAPH, href
from kgraph.web.results import why
from kgraph.who_said import Attribution

__all__ = ["GRAPHS", "SHOWN", "Alternate", "Viewer", "embed_data", "fold_claims"]

#: How much of each group a page shows; the RDF has all of it, or its next page has.
SHOWN: Final = 200
GRAPHS: Final = {
    "assertions": "as the annotation has it",
    "document": "as the text has it",
    "drafts": "drafted, not reviewed",
    "editorial": "the curators' readings",
    "entities": "how it is entered",
    "gazetteer": "outside geography, with its sources",
    "links": "what it is elsewhere",
    "metadata": "what tools ask first: what there is, examples, prefixes",
    "ontology": "the vocabulary",
    "stated": "what the articles state",
}


@dataclass(frozen=True, slots=True)
class Alternate:
    """Another format of a page's content."""

    name: str
    type: str
    href: str


class Viewer:
    """Shows the terms of a description: names for IRIs, links, languages."""

    def __init__(self, graph: AsyncKnowledgeGraph, description: Description) -> None:
        self._names = graph.settings.names
        self._prefixes = graph.prefixes
        self._description = description

    def iri(self, iri: str, name: Name | None = None) -> dict[str, Any]:
        """An IRI by what it is called."""
        shown = name or self._description.name(iri)
        return {
            "text": shown.text,
            "href": href(iri, self._names),
            "lang": shown.language,
            "title": iri,
            "iri": iri,
        }

    def term(self, term: Term | None) -> dict[str, Any]:
        """Any term."""
        if isinstance(term, ox.NamedNode):
            return self.iri(term.value)
        if isinstance(term, ox.Literal):
            kind = term.datatype.value
            plain = kind.endswith(("#string", "#langString"))
            title = None if plain else compact(kind, self._prefixes)
            return {
                "text": term.value,
                "href": None,
                "lang": term.language,
                "title": title,
                "literal": True,
            }
        return {"text": render_term(term, self._prefixes), "href": None, "lang": None, "title": None}

    def records(self, records: dict[str, list[ox.Triple]]) -> list[dict[str, Any]]:
        """What is recorded, by graph and by predicate."""
        shown = []
        for graph, triples in sorted(records.items()):
            facts: dict[str, list[dict[str, Any]]] = {}
            for triple in triples[:SHOWN]:
                facts.setdefault(triple.predicate.value, []).append(self.term(triple.object))
            shown.append(
                {
                    "name": graph,
                    "what": GRAPHS.get(graph, ""),
                    "href": href(graph if ":" in graph else self._names.graph(graph), self._names),
                    "facts": [(self.predicate(predicate), values) for predicate, values in facts.items()],
                }
            )
        return shown

    def parts(self, parts: Iterable[Fact]) -> list[dict[str, Any]]:
        """What is said of the things that a fragment names, each with its anchor."""
        found: dict[str, dict[str, list[ox.Triple]]] = {}
        for fact in parts:
            if isinstance(fact.triple.subject, ox.NamedNode):
                records = found.setdefault(fact.triple.subject.value, {})
                records.setdefault(fact.graph, []).append(fact.triple)
        return [
            {"anchor": iri.partition("#")[2], "name": self.iri(iri), "records": self.records(records)}
            for iri, records in list(found.items())[:SHOWN]
        ]

    def added(self) -> dict[str, Any]:
        """What clients add, by graph; as much of it as a page shows."""
        graphs: dict[str, list[ox.Triple]] = {}
        facts = self._description.added.facts
        for fact in facts[:SHOWN]:
            graphs.setdefault(fact.graph, []).append(fact.triple)
        shown = [
            {
                "name": "the default graph" if graph == UNNAMED else graph,
                "href": _graph_path(graph),
                "facts": [
                    {
                        "subject": self.term(triple.subject),
                        "predicate": self.predicate(triple.predicate.value),
                        "object": self.term(triple.object),
                    }
                    for triple in dict.fromkeys(triples)
                ],
            }
            for graph, triples in sorted(graphs.items())
        ]
        return {"graphs": shown, "whole": len(facts) <= SHOWN and not self._description.added.more}

    def predicate(self, iri: str) -> dict[str, Any]:
        """A predicate: ``is a`` for a type."""
        return {**self.iri(iri), "text": "is a"} if iri == RDF_TYPE else self.iri(iri)

    def inferred(self, triples: Iterable[ox.Triple]) -> list[dict[str, Any]]:
        """What follows, each with its explanation's path."""
        shown = []
        for triple in triples:
            parts = (
                self.term(triple.subject),
                self.predicate(triple.predicate.value),
                self.term(triple.object),
            )
            reason = None
            if isinstance(triple.subject, ox.NamedNode) and isinstance(
                triple.object, (ox.NamedNode, ox.Literal)
            ):
                reason = why(
                    triple.subject.value, triple.predicate.value, triple.object, prefixes=self._prefixes
                )
            words = " ".join(part["text"] for part in parts)
            shown.append(
                {
                    "subject": parts[0],
                    "predicate": parts[1],
                    "object": parts[2],
                    "why": reason,
                    "words": words,
                }
            )
        return shown


def _graph_path(graph: str) -> str | None:
    """Where a graph of clients can be read; None where a blank node is its name."""
    if graph == UNNAMED:
        return DEFAULT_GRAPH
    return None if graph.startswith("_:") else f"/graph-store?{urlencode({'graph': graph})}"


def embed_data(content: dict[str, Any]) -> Markup:
    """JSON-LD for a script element, in which no ``<`` may stand (HTML, section 4.12.1.3)."""
    text = json.dumps(content)
    for character, escape in (("<", r"\u003c"), (">", r"\u003e"), ("&", r"\u0026")):
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704 - nothing in it can end the element


def fold_claims(claims: Iterable[Attribution]) -> list[list[Attribution]]:
    """Claims that differ in their content alone, together: one speaker, one verdict, the same words."""
    groups: dict[tuple[object, ...], list[Attribution]] = {}
    for claim in claims:
        key = (claim.speaker.iri, claim.verdict, claim.article, tuple(p.iri for p in claim.passages))
        groups.setdefault(key, []).append(claim)
    return list(groups.values())

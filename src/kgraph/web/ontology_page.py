"""The page of an ontology: its terms, each with what it means, what follows, and where it is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyoxigraph as ox
from fastapi import Request, Response

from kgraph.api import AsyncKnowledgeGraph
from kgraph.describe import Description, Ontology, terms_data
from kgraph.rdf.terms import Term, compact
from kgraph.vocab import DCTERMS, OWL, RDFS, SKOS
from kgraph.web.pages import public_url, render_page
from kgraph.web.places import href
from kgraph.web.viewing import Alternate, Viewer, embed_data

__all__ = ["ontology_page"]

#: What introduces an ontology, and what else it says of itself, in words.
_ABSTRACT: Final = (DCTERMS + "abstract", DCTERMS + "description")
_HEADER: Final = {
    OWL + "versionInfo": "Version",
    OWL + "versionIRI": "Address of the version",
    OWL + "priorVersion": "Before it",
    DCTERMS + "modified": "Modified",
    DCTERMS + "creator": "By",
    DCTERMS + "license": "Licence",
    DCTERMS + "rights": "Rights",
    "http://purl.org/vocab/vann/preferredNamespacePrefix": "Prefix",
    "http://purl.org/vocab/vann/preferredNamespaceUri": "Namespace",
    DCTERMS + "bibliographicCitation": "To cite",
    DCTERMS + "hasPart": "Parts",
    RDFS + "seeAlso": "See also",
    SKOS + "scopeNote": "Scope",
    SKOS + "editorialNote": "Note",
    SKOS + "changeNote": "Changes",
}


def ontology_page(
    request: Request,
    graph: AsyncKnowledgeGraph,
    ontology: Ontology,
    *,
    alternates: Sequence[Alternate],
) -> Response:
    """An ontology: its terms, each with what it means, what follows, and where it is used."""
    description = ontology.description
    viewer = Viewer(graph, description)

    def shown(iri: str) -> dict[str, Any]:
        return viewer.iri(iri, ontology.names.get(iri))

    def term(it: Term | None) -> dict[str, Any] | None:
        return None if it is None else shown(it.value) if isinstance(it, ox.NamedNode) else viewer.term(it)

    sections = [
        {
            "title": section.title,
            "anchor": section.anchor,
            "terms": [
                {
                    "anchor": each.anchor,
                    "name": each.name.text,
                    "short": compact(each.iri, graph.prefixes),
                    "definition": each.definition,
                    "notes": each.notes,
                    "quoted": each.quoted,
                    **{
                        name: [shown(iri) for iri in getattr(each, name)]
                        for name in ("types", "supers", "subs", "domains", "ranges", "inverses", "schemes")
                    },
                    "aligned": [shown(iri) for iri in each.aligned],
                    "members": [shown(iri) for iri in each.members],
                    "axioms": [
                        [shown(piece.value) if isinstance(piece, ox.NamedNode) else piece for piece in phrase]
                        for phrase in each.axioms
                    ],
                    "examples": [
                        {
                            "subject": term(example.subject),
                            "predicate": term(example.predicate),
                            "object": term(example.object),
                            "negative": example.negative,
                            "quote": example.quote,
                            "href": viewer.iri(example.iri)["href"],
                            "short": compact(example.iri, graph.prefixes).rpartition("/")[2],
                        }
                        for example in each.examples
                    ],
                }
                for each in section.terms
            ],
        }
        for section in ontology.sections
    ]
    heading = description.name(description.iri)
    url = public_url(request, href(description.iri, graph.settings.names) or "/")
    return render_page(
        request,
        "ontology.html",
        {
            "it": description,
            "title": heading.text,
            "heading": heading,
            "abstract": [text for predicate in _ABSTRACT for text in _texts(description, predicate)],
            "header": _header(viewer, description),
            "sections": sections,
            "data": embed_data(terms_data(ontology, url=url)),
            "added": viewer.added(),
            "alternates": alternates,
        },
    )


def _texts(description: Description, predicate: str) -> list[ox.Literal]:
    found = (fact.triple.object for fact in description.facts if fact.triple.predicate.value == predicate)
    return [term for term in found if isinstance(term, ox.Literal)]


def _header(viewer: Viewer, description: Description) -> list[tuple[str, list[dict[str, Any]]]]:
    """What an ontology says of itself, in the order that a reader asks for it."""
    shown = []
    for predicate, words in _HEADER.items():
        triples = (f.triple for f in description.facts if f.triple.predicate.value == predicate)
        values = [viewer.term(triple.object) for triple in dict.fromkeys(triples)]
        if values:
            shown.append((words, values))
    return shown

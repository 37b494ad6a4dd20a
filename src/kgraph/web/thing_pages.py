"""The pages of things: an entity, a claim, a sentence; an article; an ontology; a graph.

What stands in a page is escaped by its template, terms come with the language they are in, and the
description for search engines is data in a script element, where only ``<`` could do harm.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox
from fastapi import Request, Response
from markupsafe import Markup

from kgraph.api import AsyncKnowledgeGraph
from kgraph.describe import (
    ArticleText,
    Claimed,
    Description,
    Kind,
    Name,
    Ontology,
    Run,
    SentenceText,
    article_data,
    terms_data,
    thing_data,
)
from kgraph.rdf.terms import Term, compact, render_term
from kgraph.vocab import DCTERMS, KG, OWL, RDF_TYPE, RDFS, SKOS
from kgraph.web.pages import Result, mark_runs, public_url, render_page, why
from kgraph.web.places import href
from kgraph.who_said import Attribution, Level

__all__ = ["Alternate", "article_page", "graph_page", "ontology_page", "thing_page", "triples_page"]

#: How much of each group a page shows; the RDF has all of it, or its next page has.
SHOWN: Final = 200
_GRAPHS: Final = {
    "assertions": "as the annotation has it",
    "document": "as the text has it",
    "editorial": "the curators' readings",
    "entities": "how it is entered",
    "gazetteer": "outside geography, with its sources",
    "links": "what it is elsewhere",
    "ontology": "the terms",
    "stated": "what the articles state",
}
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
_AROUND: Final = {Kind.SENTENCE: "The claims in it", Kind.ARTICLE: "The claims in it"}


@dataclass(frozen=True, slots=True)
class Alternate:
    """Another format of a page's content."""

    name: str
    type: str
    href: str


class _Viewer:
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
                    "what": _GRAPHS.get(graph, ""),
                    "href": href(graph if ":" in graph else self._names.graph(graph), self._names),
                    "facts": [(self.predicate(predicate), values) for predicate, values in facts.items()],
                }
            )
        return shown

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


def _data(content: dict[str, Any]) -> Markup:
    """JSON-LD for a script element, in which no ``<`` may stand (HTML, section 4.12.1.3)."""
    text = json.dumps(content)
    for character, escape in (("<", r"\u003c"), (">", r"\u003e"), ("&", r"\u0026")):
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704 - nothing in it can end the element


def thing_page(
    request: Request,
    graph: AsyncKnowledgeGraph,
    description: Description,
    *,
    alternates: Sequence[Alternate],
    pages: tuple[str | None, str | None],
    headers: dict[str, str],
) -> Response:
    """A thing: what is stated, claimed, inferred and recorded about it."""
    viewer = _Viewer(graph, description)
    heading = description.name(description.iri)
    itself = next((claim for claim in description.around if claim.iri == description.iri), None)
    if itself is not None:
        heading = Name(f"{itself.claim} ({itself.verdict} {itself.speaker.label})")
    around = [claim for claim in description.around if claim.iri != description.iri]
    mentions = [
        {
            "subject": viewer.term(fact.triple.subject),
            "predicate": viewer.predicate(fact.triple.predicate.value),
            "graph": fact.graph,
        }
        for fact in description.mentions[:SHOWN]
    ]
    uses = [
        {"subject": viewer.term(fact.triple.subject), "object": viewer.term(fact.triple.object)}
        for fact in description.uses[:SHOWN]
    ]
    url = public_url(request, href(description.iri, graph.settings.names) or "/")
    return render_page(
        request,
        "thing.html",
        {
            "it": description,
            "title": heading.text,
            "heading": heading,
            "types": [viewer.iri(iri) for iri in description.types if iri.startswith(KG)],
            "definition": description.definition,
            "itself": itself,
            "stated": description.stated,
            "claimed": description.claimed,
            "inferred": viewer.inferred(description.inferred[:SHOWN]),
            "said": description.said,
            "around": around,
            "around_title": _AROUND.get(description.kind, "The claims that rest on it"),
            "records": viewer.records(description.records),
            "mentions": mentions,
            "uses": uses,
            "runs": mark_runs,
            "data": _data(thing_data(description, url=url)),
            "alternates": alternates,
            "previous": pages[0],
            "following": pages[1],
        },
        headers=headers,
    )


def article_page(
    request: Request,
    graph: AsyncKnowledgeGraph,
    description: Description,
    text: ArticleText,
    *,
    alternates: Sequence[Alternate],
    headers: dict[str, str],
) -> Response:
    """An article: its text, with every claim on its words."""
    viewer = _Viewer(graph, description)
    claims = text.claims
    anchors = {claim.iri: _anchor(claim.iri, description.iri) for claim in claims}
    by_iri = {claim.iri: claim for claim in claims}
    said = {fact.triple.predicate.value: fact.triple.object for fact in description.facts}
    language = said.get(DCTERMS + "language")
    url = public_url(request, href(description.iri, graph.settings.names) or "/")
    heading = description.name(description.iri)
    return render_page(
        request,
        "article.html",
        {
            "it": description,
            "title": heading.text,
            "heading": heading,
            "count": len(claims),
            "publisher": viewer.term(said[DCTERMS + "publisher"]) if DCTERMS + "publisher" in said else None,
            "language": language.value if isinstance(language, ox.Literal) else None,
            "rights": [
                fact.triple.object
                for fact in description.facts
                if fact.triple.predicate.value == DCTERMS + "rights"
                and isinstance(fact.triple.object, ox.Literal)
            ],
            "text": {
                "whole": text.whole,
                "sentences": [
                    _sentence(sentence, by_iri, anchors, viewer, description) for sentence in text.sentences
                ],
            },
            "records": viewer.records(description.records),
            "data": _data(article_data(description, text, url=url)),
            "alternates": alternates,
        },
        headers=headers,
    )


def _anchor(iri: str, document: str) -> str:
    return iri.removeprefix(document).strip("/#") or "it"


def _sentence(
    sentence: SentenceText,
    claims: dict[str, Attribution],
    anchors: dict[str, str],
    viewer: _Viewer,
    description: Description,
) -> dict[str, Any]:
    label = "Byline" if sentence.number is None else f"Sentence {sentence.number}"
    return {
        "anchor": _anchor(sentence.iri, description.iri),
        "href": viewer.iri(sentence.iri)["href"],
        "label": label,
        "mark": "by" if sentence.number is None else str(sentence.number),
        "runs": _runs(sentence, claims, anchors, _begins(description)),
        "claims": [_claimed(each, sentence.claims, anchors) for each in sentence.claims],
    }


def _begins(description: Description) -> list[tuple[int, str]]:
    """Where each span of the text begins, and the fragment that names it."""
    found = []
    for fact in description.parts:
        subject, value = fact.triple.subject, fact.triple.object
        if fact.triple.predicate.value != KG + "beginIndex" or not isinstance(subject, ox.NamedNode):
            continue
        if isinstance(value, ox.Literal) and value.value.isdecimal():
            found.append((int(value.value), subject.value.removeprefix(f"{description.iri}#")))
    return sorted(set(found))


def _runs(
    sentence: SentenceText,
    claims: dict[str, Attribution],
    anchors: dict[str, str],
    begins: list[tuple[int, str]],
) -> list[dict[str, Any]]:
    """The runs, each with the anchors of the spans that begin in it, so that their IRIs lead there."""
    shown, start = [], sentence.start
    for run in sentence.runs:
        end = start + len(run.text)
        inside = [fragment for offset, fragment in begins if start <= offset < end]
        shown.append({**_run(run, claims, anchors), "begins": inside})
        start = end
    return shown


def _run(run: Run, claims: dict[str, Attribution], anchors: dict[str, str]) -> dict[str, Any]:
    """A run leads to its most precise claim, and the list there to the others on the same words."""
    if not run.claims:
        return {"text": run.text, "href": None}
    words = [f"{claims[iri].claim} ({claims[iri].verdict} {claims[iri].speaker.label})" for iri in run.claims]
    return {
        "text": run.text,
        "href": "#" + anchors[run.claims[0]],
        "level": _level([claims[iri] for iri in run.claims]),
        "title": "\n".join(words),
    }


def _level(claims: Sequence[Attribution]) -> str:
    """How the claims on some words stand: what is denied shows, and what is only claimed."""
    if any((claim.polarity.iri or "").endswith("#negative") for claim in claims):
        return "denied"
    return "stated" if all(claim.level is Level.STATED for claim in claims) else "claimed"


def _claimed(each: Claimed, all_of_them: Sequence[Claimed], anchors: dict[str, str]) -> dict[str, Any]:
    numbers = {other.claim.iri: number for number, other in enumerate(all_of_them, 1)}
    beside = sorted((numbers[iri], anchors[iri]) for iri in each.beside)
    return {
        "it": each.claim,
        "anchor": anchors[each.claim.iri],
        "beside": [{"number": number, "anchor": anchor} for number, anchor in beside],
    }


def ontology_page(
    request: Request,
    graph: AsyncKnowledgeGraph,
    ontology: Ontology,
    *,
    alternates: Sequence[Alternate],
    headers: dict[str, str],
) -> Response:
    """An ontology: its terms, each with what it means, what follows, and where it is used."""
    description = ontology.description
    viewer = _Viewer(graph, description)

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
            "data": _data(terms_data(ontology, url=url)),
            "alternates": alternates,
        },
        headers=headers,
    )


def _texts(description: Description, predicate: str) -> list[ox.Literal]:
    found = (fact.triple.object for fact in description.facts if fact.triple.predicate.value == predicate)
    return [term for term in found if isinstance(term, ox.Literal)]


def _header(viewer: _Viewer, description: Description) -> list[tuple[str, list[dict[str, Any]]]]:
    """What an ontology says of itself, in the order that a reader asks for it."""
    shown = []
    for predicate, words in _HEADER.items():
        triples = (f.triple for f in description.facts if f.triple.predicate.value == predicate)
        values = [viewer.term(triple.object) for triple in dict.fromkeys(triples)]
        if values:
            shown.append((words, values))
    return shown


def graph_page(
    request: Request,
    *,
    iri: str,
    name: str,
    count: int,
    result: Result,
    alternates: Sequence[Alternate],
    headers: dict[str, str],
) -> Response:
    """A graph: its triples, as many as a page shows."""
    return render_page(
        request,
        "graph.html",
        {
            "iri": iri,
            "name": name,
            "what": _GRAPHS.get(name, ""),
            "count": count,
            "result": result,
            "problem": None,
            "alternates": alternates,
        },
        headers=headers,
    )


def triples_page(
    request: Request, *, title: str, turtle: str, alternates: Sequence[Alternate], headers: dict[str, str]
) -> Response:
    """Triples, as Turtle."""
    return render_page(
        request,
        "triples.html",
        {"title": title, "turtle": turtle, "alternates": alternates},
        headers=headers,
    )

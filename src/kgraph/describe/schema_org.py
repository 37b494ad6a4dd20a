"""Descriptions for search engines: schema.org as JSON-LD, to stand in a page.

What nobody states is never given as a fact: a denied or demanded content is a Claim of its speaker, with the
words it was put in. No page of ours gives a rating (no ClaimReview).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyoxigraph as ox

from kgraph.describe.article import ArticleText
from kgraph.describe.description import Description
from kgraph.describe.terms import Ontology
from kgraph.store import Manifest
from kgraph.vocab import DCTERMS, KG, SKOS
from kgraph.who_said import Attribution, Level

__all__ = ["article_data", "dataset_data", "terms_data", "thing_data"]

_CONTEXT: Final = "https://schema.org"
#: Our classes as schema.org has them, the most telling first.
_TYPES: Final[Mapping[str, str]] = {
    KG + name: kind
    for name, kind in (
        ("Person", "Person"),
        ("Organization", "Organization"),
        ("GeopoliticalEntity", "AdministrativeArea"),
        ("Location", "Place"),
        ("Event", "Event"),
        ("Article", "NewsArticle"),
        ("Sentence", "Quotation"),
        ("Assertion", "Claim"),
    )
}
_CLAIMS_AT_MOST: Final = 50


def thing_data(description: Description, *, url: str) -> dict[str, Any]:
    """A thing."""
    if description.around and description.around[0].iri == description.iri:
        return {"@context": _CONTEXT, **_claim(description.around[0]), "url": url}
    kinds = [kind for cls, kind in _TYPES.items() if cls in description.types]
    data: dict[str, Any] = {
        "@context": _CONTEXT,
        "@id": description.iri,
        "@type": kinds[0] if kinds else "Thing",
        "name": description.name(description.iri).text,
        "url": url,
    }
    if description.definition is not None:
        data["description"] = description.definition.value
    same = [
        fact.triple.object.value
        for fact in description.facts
        if fact.triple.predicate.value == SKOS + "exactMatch" and isinstance(fact.triple.object, ox.NamedNode)
    ]
    if same:
        data["sameAs"] = same
    about = [_claim(claim) for claim in description.about[:_CLAIMS_AT_MOST]]
    if about:
        data["subjectOf"] = about
    return data


def _claim(claim: Attribution) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@type": "Claim",
        "@id": claim.iri,
        "name": f"{claim.claim} ({claim.verdict} {claim.speaker.label})",
        "text": claim.quote,
    }
    if claim.speaker.iri is not None:
        data["author"] = {"@id": claim.speaker.iri, "name": claim.speaker.label}
    if claim.article is not None:
        data["appearance"] = {"@type": "NewsArticle", "@id": claim.article.iri, "name": claim.article.title}
    return data


def article_data(description: Description, article: ArticleText, *, url: str) -> dict[str, Any]:
    """An article, with what it mentions."""
    data: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "NewsArticle",
        "@id": description.iri,
        "headline": description.name(description.iri).text,
        "url": url,
    }
    for fact in description.facts:
        predicate, value = fact.triple.predicate.value, fact.triple.object
        if predicate == DCTERMS + "publisher" and isinstance(value, ox.NamedNode):
            data["publisher"] = {"@id": value.value, "name": description.name(value.value).text}
        elif predicate == DCTERMS + "language" and isinstance(value, ox.Literal):
            data["inLanguage"] = value.value
        elif predicate == DCTERMS + "rights" and isinstance(value, ox.Literal):
            data["copyrightNotice"] = value.value
    things = {
        part.iri: part.label
        for claim in article.claims
        if claim.level is not Level.DRAFTED
        for part in (claim.subject, claim.object)
        if part.iri is not None and not part.iri.startswith(description.iri)
    }
    data["mentions"] = [{"@type": "Thing", "@id": iri, "name": name} for iri, name in things.items()]
    return data


def terms_data(ontology: Ontology, *, url: str) -> dict[str, Any]:
    """An ontology as a set of defined terms."""
    terms = (term for section in ontology.sections for term in section.terms)
    return {
        "@context": _CONTEXT,
        "@type": "DefinedTermSet",
        "@id": ontology.description.iri,
        "name": ontology.description.name(ontology.description.iri).text,
        "url": url,
        "hasDefinedTerm": [
            {
                "@type": "DefinedTerm",
                "@id": term.iri,
                "name": term.name.text,
                "termCode": term.anchor,
                **({"description": term.definition[0].value} if term.definition else {}),
            }
            for term in terms
        ],
    }


def dataset_data(
    manifest: Manifest, *, iri: str, url: str, licence: str, distributions: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """The dataset as a whole; ``distributions`` are media types with their URLs."""
    return {
        "@context": _CONTEXT,
        "@type": "Dataset",
        "@id": iri,
        "name": manifest.title,
        "description": "Who said what, where: claims of news articles, each with its speaker and its words.",
        "url": url,
        "license": licence,
        "version": manifest.version,
        "dateModified": manifest.created,
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": media_type, "contentUrl": address}
            for media_type, address in distributions
        ],
    }

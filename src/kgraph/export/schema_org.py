"""Claims for search engines and fact-checkers: schema.org Claim and Quotation, as JSON-LD.

A Claim has its author and where it appears; it has no rating. A Quotation is the words, with whoever spoke
them. What nobody states is a Claim like any other and never a fact about the thing.
"""

from __future__ import annotations

import json
from typing import IO, Any, Final

from kgraph.export.claims import Article, Claim, Claims
from kgraph.export.source import Source
from kgraph.vocab import KG

__all__ = ["CONTEXT", "write_schema_org"]

CONTEXT: Final = "https://schema.org/"


def write_schema_org(source: Source, output: IO[bytes]) -> None:
    """Write articles, claims and the words of direct quotations, in one graph."""
    claims = Claims(source)
    graph = [_article(article) for article in claims.articles()]
    for claim in claims:
        graph.append(_claim(claim, claims))
        if claim.mode == KG + "direct-quotation":
            graph += _quotations(claim, claims)
    document = {"@context": CONTEXT, "@graph": graph}
    output.write(json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n")


def _article(article: Article) -> dict[str, Any]:
    return _full(
        {
            "@id": article.iri,
            "@type": "NewsArticle",
            "headline": article.title,
            "inLanguage": article.language,
            "datePublished": article.issued,
            "license": article.licence,
            "copyrightNotice": article.rights,
            "publisher": _agent(article.publisher, article.publisher_name) if article.publisher else None,
        }
    )


def _claim(claim: Claim, claims: Claims) -> dict[str, Any]:
    speakers = [_agent(iri, claims.label(iri)) for iri in claim.speakers]
    return _full(
        {
            "@id": claim.iri,
            "@type": "Claim",
            "name": claims.words(claim),
            "text": " … ".join(span.exact for span in claim.spans),
            "author": speakers[0] if len(speakers) == 1 else speakers,
            "appearance": {"@id": claim.article.iri} if claim.article else None,
            "about": {"@id": str(getattr(claim.content.subject, "value", ""))},
            "additionalType": [iri for iri in (claim.modality, claim.polarity) if iri],
        }
    )


def _quotations(claim: Claim, claims: Claims) -> list[dict[str, Any]]:
    speakers = [_agent(iri, claims.label(iri)) for iri in claim.speakers]
    return [
        _full(
            {
                "@id": f"{claim.iri}#quotation-{span.begin}",
                "@type": "Quotation",
                "text": span.exact,
                "spokenByCharacter": speakers[0] if len(speakers) == 1 else speakers,
                "isPartOf": {"@id": claim.article.iri} if claim.article else None,
                "subjectOf": {"@id": claim.iri},
            }
        )
        for span in claim.spans
    ]


def _agent(iri: str, name: str) -> dict[str, Any]:
    return {"@id": iri, "name": name}


def _full(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [])}

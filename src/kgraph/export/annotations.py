"""Claims as Web Annotations (Web Annotation Data Model, W3C Recommendation of 2017), in its own JSON-LD.

Each claim is an annotation of its article: its body is the claim, in words and by its IRI; its targets are
the words, by quotation and by position. What a program of annotation shows is who says what about it.
"""

from __future__ import annotations

import json
from typing import IO, Any, Final

import kgraph
from kgraph.export.claims import Claim, Claims, Span
from kgraph.export.source import Source

__all__ = ["CONTEXT", "annotation", "write_annotations"]

CONTEXT: Final = "http://www.w3.org/ns/anno.jsonld"
#: How many characters around the words a quotation selector has.
_AROUND: Final = 32


def write_annotations(source: Source, output: IO[bytes]) -> None:
    """Write every claim as an annotation: an AnnotationCollection of one page, as JSON-LD."""
    claims = Claims(source)
    items = [annotation(claim, claims) for claim in claims if claim.article is not None and claim.spans]
    names = source.names
    collection = {
        "@context": CONTEXT,
        "id": f"{names.base}annotations",
        "type": "AnnotationCollection",
        "label": source.settings.title,
        "total": len(items),
        "first": {
            "id": f"{names.base}annotations?page=1",
            "type": "AnnotationPage",
            "startIndex": 0,
            "items": items,
        },
    }
    output.write(json.dumps(collection, ensure_ascii=False, indent=1).encode() + b"\n")


def annotation(claim: Claim, claims: Claims) -> dict[str, Any]:
    """One claim as an annotation, without its context."""
    settings = claims.source.settings
    speakers = " and ".join(claims.label(speaker) for speaker in claim.speakers)
    tags = [claims.label(iri) for iri in (claim.modality, claim.polarity, claim.mode) if iri]
    said = f"{claims.words(claim)} ({speakers})" if speakers else claims.words(claim)
    body: list[dict[str, Any]] = [
        {"id": claim.iri, "format": "text/turtle"},
        {
            "type": "TextualBody",
            "value": said,
            "format": "text/plain",
            "language": "en",
            "purpose": "describing",
        },
        *({"type": "TextualBody", "value": tag, "purpose": "tagging"} for tag in tags),
    ]
    targets = [_target(claim, span) for span in claim.spans]
    return {
        "id": f"{claim.iri}#annotation",
        "type": "Annotation",
        "motivation": "describing",
        "body": body,
        "target": targets[0] if len(targets) == 1 else targets,
        **_creation(claim, claims),
        "generator": {
            "id": "https://w3id.org/kgraph/",
            "type": "Software",
            "name": f"kgraph {kgraph.__version__}",
        },
        **({"rights": settings.licence} if settings.licence else {}),
    }


def _creation(claim: Claim, claims: Claims) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if claim.annotators:
        iri = claim.annotators[0]
        found["creator"] = {"id": iri, "type": "Person", "name": claims.label(iri)}
    if len(claim.annotated_on) == len("2011-10-18"):
        found["created"] = f"{claim.annotated_on}T00:00:00Z"
    return found


def _target(claim: Claim, span: Span) -> dict[str, Any]:
    assert claim.article is not None  # noqa: S101 - whoever calls sees to it
    quote: dict[str, Any] = {"type": "TextQuoteSelector", "exact": span.exact}
    sentence = claim.sentence
    if sentence is not None and sentence.begin <= span.begin and span.end <= sentence.end:
        begin, end = span.begin - sentence.begin, span.end - sentence.begin
        quote["prefix"] = sentence.exact[max(0, begin - _AROUND) : begin]
        quote["suffix"] = sentence.exact[end : end + _AROUND]
    position = {"type": "TextPositionSelector", "start": span.begin, "end": span.end}
    return {"type": "SpecificResource", "source": claim.article.iri, "selector": [quote, position]}

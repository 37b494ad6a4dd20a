"""The page of an article: its text, and every claim on its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyoxigraph as ox
from fastapi import Request, Response

from kgraph.api import AsyncKnowledgeGraph
from kgraph.describe import ArticleText, Claimed, Description, Run, SentenceText, article_data
from kgraph.vocab import DCTERMS, KG
from kgraph.web.pages import public_url, render_page
from kgraph.web.places import href
from kgraph.web.viewing import Alternate, Viewer, embed_data
from kgraph.who_said import Attribution, Level

__all__ = ["article_page"]


def article_page(
    request: Request,
    graph: AsyncKnowledgeGraph,
    description: Description,
    text: ArticleText,
    *,
    alternates: Sequence[Alternate],
) -> Response:
    """An article: its text, with every claim on its words."""
    viewer = Viewer(graph, description)
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
            "count": sum(claim.level is not Level.DRAFTED for claim in claims),
            "has_drafts": any(claim.level is Level.DRAFTED for claim in claims),
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
            "data": embed_data(article_data(description, text, url=url)),
            "added": viewer.added(),
            "alternates": alternates,
        },
    )


def _anchor(iri: str, document: str) -> str:
    return iri.removeprefix(document).strip("/#") or "it"


def _sentence(
    sentence: SentenceText,
    claims: dict[str, Attribution],
    anchors: dict[str, str],
    viewer: Viewer,
    description: Description,
) -> dict[str, Any]:
    label = (
        (sentence.part or "byline").capitalize() if sentence.number is None else f"Sentence {sentence.number}"
    )
    return {
        "anchor": _anchor(sentence.iri, description.iri),
        "href": viewer.iri(sentence.iri)["href"],
        "label": label,
        "mark": "§" if sentence.number is None else str(sentence.number),
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
    claims = [claim for claim in claims if claim.level is not Level.DRAFTED]
    if not claims:
        return "drafted"
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

"""What happened when, and what is contested: pages made from the answers of two canned questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from fastapi import APIRouter, Request

from kgraph.api import AsyncKnowledgeGraph
from kgraph.describe import Describer
from kgraph.rdf.table import Table
from kgraph.rdf.terms import Term
from kgraph.vocab import KG
from kgraph.web.drawings import Moment, draw_timeline
from kgraph.web.listing import Listing, claim_item, list_at
from kgraph.web.pages import public_url
from kgraph.web.places import in_text
from kgraph.web.sparql import graph_of
from kgraph.who_said import Attribution

__all__ = ["router"]

router: Final = APIRouter(tags=["Pages"])

#: How many rows and pairs a page shows, and how many moments its picture has.
ROWS_SHOWN: Final = 300
MOMENTS_DRAWN: Final = 60
PAIRS_SHOWN: Final = 100
_CONTESTED: Final = ("contested", "contrasts")
_ROLES: Final = {KG + "since": "since then: ", KG + "until": "until then: "}


async def _rows(graph: AsyncKnowledgeGraph, slug: str) -> Sequence[Mapping[str, Term | None]]:
    """The rows of a canned question; none where the project does without it."""
    if slug not in graph.canned_queries():
        return ()
    answer = await graph.canned_values(slug, {})
    return answer.rows if isinstance(answer, Table) else ()


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else ""


@dataclass(frozen=True, slots=True)
class _Row:
    """A claim that puts something at a time."""

    when: str
    by: str
    printed: str
    what: str
    speaker: str
    verdict: str
    quote: str
    href: str


@list_at(router, "/timeline", summary="What is said to have been when")
async def timeline(request: Request, describer: Describer) -> Listing:
    """What is said to have been when, in order: as printed, and how it is read (EDTF), and by whom."""
    graph = graph_of(request)
    found = [row for row in await _rows(graph, "timeline") if isinstance(row.get("claim"), ox.NamedNode)]
    more, found = len(found) > ROWS_SHOWN, found[:ROWS_SHOWN]
    claims = {c.iri: c for c in await describer.claims([_text(row["claim"]) for row in found])}
    names = await describer.names(_text(row["event"]) for row in found)
    rows, items = [], []
    for row in found:
        claim = claims.get(_text(row["claim"]))
        if claim is None:
            continue
        shown = _Row(
            _text(row["reading"]).replace("not stated", "undated"),
            _text(row["readBy"]),
            _text(row["printed"]),
            _ROLES.get(_text(row["role"]), "") + names[_text(row["event"])].text,
            claim.speaker.label,
            claim.verdict,
            claim.quote,
            in_text(claim, graph.settings.names),
        )
        rows.append(shown)
        items.append(
            {
                "when": _text(row["reading"]),
                "readBy": shown.by,
                "printed": shown.printed,
                "what": shown.what,
                "event": _text(row["event"]),
                **claim_item(claim, public_url(request, shown.href)),
            }
        )
    moments = list(dict.fromkeys(Moment(row.when, row.what, row.by == "the text") for row in rows))
    return Listing(
        "timeline.html",
        {
            "rows": rows,
            "more": more,
            "drawing": draw_timeline(moments[:MOMENTS_DRAWN], title="Timeline"),
            "summary": "What is said to have been when, printed dates apart from read ones.",
        },
        items,
        more={"more": more},
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """One claim of a pair."""

    claim: Attribution
    heading: str
    href: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two claims on one topic."""

    topic: str
    kind: str
    sides: tuple[_Side, _Side]


@list_at(router, "/contested", summary="Claims that stand against each other")
async def contested(request: Request, describer: Describer) -> Listing:
    """Claims that stand against each other, in pairs."""
    graph = graph_of(request)
    found = [
        (_text(row["claim"]), _text(row["otherClaim"]), _text(row.get("kind")))
        for slug in _CONTESTED
        for row in await _rows(graph, slug)
        if isinstance(row.get("otherClaim"), ox.NamedNode)
    ][:PAIRS_SHOWN]
    wanted = list(dict.fromkeys(iri for one, other, _ in found for iri in (one, other)))
    claims = {claim.iri: claim for claim in await describer.claims(wanted)}

    def side(claim: Attribution) -> _Side:
        heading = claim.verdict[:1].upper() + claim.verdict[1:]
        return _Side(claim, heading, in_text(claim, graph.settings.names))

    pairs: dict[tuple[str, ...], _Pair] = {}
    for one, other, kind in found:
        if one in claims and other in claims:
            first, second = claims[one], claims[other]
            key = (first.speaker.label, first.quote, second.speaker.label, second.quote)
            topics = dict.fromkeys((first.subject.label, second.subject.label))
            topic = " / ".join(topics)
            if kind:
                topic += f": {first.predicate.label}"
            named = kind or "an editor sets them against each other"
            pairs.setdefault(key, _Pair(topic, named, (side(first), side(second))))
    return Listing(
        "contested.html",
        {
            "pairs": list(pairs.values()),
            "slugs": [slug for slug in _CONTESTED if slug in graph.canned_queries()],
            "summary": "Claims that stand against each other, side by side.",
        },
        [
            {
                "topic": pair.topic,
                "kind": pair.kind,
                "claims": [claim_item(each.claim, public_url(request, each.href)) for each in pair.sides],
            }
            for pair in pairs.values()
        ],
    )

"""The pages of a review: the articles, and one article's text beside its candidate."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request, Response

from kgraph.errors import ReviewError
from kgraph.reviewing import Decision, Desk, Item, State, Verdict
from kgraph.reviewing.forms import MODALITIES, PAIRS, POLARITIES, show_form, show_words, word
from kgraph.reviewing.status import ArticleStatus
from kgraph.text import Span
from kgraph.web.pages import mark_spans, render_page

__all__ = ["Place", "desk_page", "index_page"]

#: How many predicates a form has room for at first; the last one is empty.
_ROOM: Final = 3
_DONE: Final = {
    Verdict.ACCEPT: "Accepted",
    Verdict.CHANGE: "Changed and accepted",
    Verdict.REJECT: "Rejected",
    Verdict.ADD: "Added",
    Verdict.UNDO: "Taken back",
}


def index_page(
    request: Request, articles: Sequence[ArticleStatus], *, message: str = "", failed: bool = False
) -> Response:
    """All articles, with what is open; and what a build said."""
    status = HTTPStatus.CONFLICT if failed else HTTPStatus.OK
    context = {"articles": articles, "message": message, "failed": failed}
    return render_page(request, "review-index.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reviewer is: the item shown, how many wait, the item after it, and the decision just taken.

    ``again`` says that others' decisions are hidden; ``adding`` that a claim is added that no candidate has;
    ``marked`` which words it is to quote.
    """

    item: Item | None
    waiting: int
    following: str
    again: bool
    done: Decision | None
    adding: bool
    marked: Span | None = None


def desk_page(
    request: Request,
    state: State,
    place: Place,
    *,
    reviewer: str,
    error: ReviewError | None = None,
    filled: Mapping[str, str] | None = None,
) -> Response:
    """One article: the sentence, the candidate in plain English, and the form to change it."""
    item = place.item if place.marked is None else None
    desk = state.desk
    marked = item.proposal.spans if item is not None else tuple(filter(None, [place.marked]))
    start = marked[0].start if marked else 0
    fields = dict(filled) if filled is not None else show_form(item.proposal, desk) if item else {}
    if place.adding and filled is None:
        fields = show_words([place.marked], desk) if place.marked is not None else {}
    room = max(
        _ROOM,
        sum(f"predicate{n}" in fields and bool(fields[f"predicate{n}"]) for n in range(1, PAIRS + 1)) + 1,
    )
    return render_page(
        request,
        "review.html",
        {
            "desk": desk,
            "slug": desk.slug,
            "reviewer": reviewer,
            "key": place.item.key if place.item else "",
            "marked": place.marked,
            "place": re.sub(r"^S(?=\d)", "Sentence ", _where(desk, start)),
            "sentence": _sentence(desk, marked, start),
            "around": _around(desk, start),
            "wording": word(item.proposal, desk) if item else None,
            "candidate": item.candidate if item else None,
            "decided": _told(item.decision, desk) if item and item.decision and not place.again else None,
            "can_accept": item is not None
            and item.candidate is not None
            and item.candidate.claim is not None,
            "fields": fields,
            "rooms": range(1, min(room, PAIRS) + 1),
            "polarities": POLARITIES,
            "modalities": MODALITIES,
            "properties": desk.naming.known_properties(),
            "things": list(desk.naming.known_things()),
            "classes": desk.naming.known_classes(),
            "waiting": place.waiting,
            "total": len(state.items),
            "following": place.following,
            "again": place.again,
            "adding": place.adding,
            "done": _told(place.done, desk) if place.done is not None else None,
            "problems": [problem for problem in desk.problems if problem.path.startswith("data/")],
            "lost": len(state.drafted.lost),
            "moved": state.drafted.moved,
            "error": error,
            "left_over": [
                {
                    "place": _where(desk, span.start),
                    "words": span.of(desk.text),
                    "at": f"{span.start}-{span.end}",
                }
                for span in state.left_over()
            ],
            "items": [_listed(each, desk, hidden=place.again) for each in state.items],
        },
        status=HTTPStatus.CONFLICT if error is not None else HTTPStatus.OK,
        has_script=True,
    )


def _where(desk: Desk, position: int) -> str:
    return desk.home(Span(position, position + 1)).title if desk.text else ""


def _sentence(desk: Desk, spans: Sequence[Span], start: int) -> dict[str, Any]:
    """The sentence with its marked words, and where it begins."""
    span = desk.sentence_at(start)
    end = max([span.end, *(each.end for each in spans)])
    marked = [(each.start - span.start, each.end - span.start) for each in spans]
    return {"start": span.start, "runs": mark_spans(desk.text[span.start : end], marked)}


def _around(desk: Desk, start: int) -> tuple[str, str]:
    """The sentences before and after."""
    places = desk.places
    here = next((n for n, span in enumerate(places) if span.start <= start < span.end), None)
    if here is None:
        return "", ""
    before = places[here - 1].of(desk.text) if here else ""
    return before, places[here + 1].of(desk.text) if here + 1 < len(places) else ""


def _told(decision: Decision, desk: Desk) -> dict[str, Any]:
    return {
        "number": decision.number,
        "what": _DONE[decision.decision],
        "who": desk.naming.label(f"<{decision.reviewer}>"),
        "when": decision.at[:16].replace("T", " ") + " UTC",
        "day": decision.at[:10],
        "entry": desk.naming.shown(f"<{decision.entry}>") if decision.entry else "",
        "is_undo": decision.decision is Verdict.UNDO,
    }


def _listed(item: Item, desk: Desk, *, hidden: bool) -> dict[str, Any]:
    spans = [span for span in item.proposal.spans if span.end <= len(desk.text)]
    decision = None if hidden else item.decision
    return {
        "key": item.key,
        "place": _where(desk, spans[0].start) if spans else "",
        "words": " … ".join(span.of(desk.text) for span in spans),
        "who": word(item.proposal, desk).who,
        "state": _DONE[decision.decision] if decision is not None else "open",
        "verdict": str(decision.decision) if decision is not None else "open",
        "told": _told(decision, desk) if decision is not None else None,
    }

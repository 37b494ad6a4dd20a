"""``/review``: accepting, changing and rejecting candidates, where the words are.

Only a writable server has these pages, and they take the token as writes do. They work without JavaScript;
with it, keys decide and the mouse marks words.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, unquote, urlencode

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from kgraph.errors import KgraphError, ReviewError
from kgraph.reviewing import Item, Outcome, Review, State, Verdict
from kgraph.reviewing.forms import read_form
from kgraph.reviewing.status import read_progress
from kgraph.settings import BUILD_SETTINGS
from kgraph.text import Span
from kgraph.web.admission import admit_write
from kgraph.web.bodies import media_type_of, read_body, unsupported
from kgraph.web.commands import run_command
from kgraph.web.operations import FORM
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import decode_parameters, single_values
from kgraph.web.review_pages import Place, desk_page, index_page
from kgraph.web.sparql import graph_of

__all__ = ["router"]

router: Final = APIRouter(tags=["Review"])
_COOKIE: Final = "kgraph-reviewer"
_COOKIE_AGE_S: Final = 90 * 86_400
_AT: Final = re.compile(r"(\d{1,9})-(\d{1,9})")
_BUILDING: Final = asyncio.Lock()
#: How much of what a failed build says is shown.
_SHOWN: Final = 4_000


@router.api_route("/review", methods=["GET", "HEAD"], include_in_schema=False)
async def list_articles(request: Request) -> Response:
    """The articles, with what is open in each."""
    settings = graph_of(request).settings
    admit_write(request, settings)
    articles = await run_sync(lambda: list(read_progress(settings)))
    return index_page(request, articles)


@router.post("/review", include_in_schema=False)
async def build(request: Request) -> Response:
    """Build what has been reviewed, so that it is served."""
    settings = graph_of(request).settings
    admit_write(request, settings)
    await _fields(request)
    async with _BUILDING:
        code, said = await run_command("build", settings=settings, keys=BUILD_SETTINGS)
    message = said[-_SHOWN:].strip() if code else "Built. What was reviewed is served now."
    articles = await run_sync(lambda: list(read_progress(settings)))
    return index_page(request, articles, message=message, failed=code != 0)


@router.api_route("/review/{slug}", methods=["GET", "HEAD"], include_in_schema=False)
async def show_article(request: Request, slug: str) -> Response:
    """An article with the candidate that is next, or the one that ``item`` names."""
    settings = graph_of(request).settings
    admit_write(request, settings)
    values = single_values(request)
    review = Review(settings, slug)
    state = await run_sync(lambda: _known(review))
    reviewer = values.get("reviewer") or _reviewer(request, state)
    return desk_page(request, state, _place(state, reviewer, values), reviewer=reviewer)


@router.post("/review/{slug}", include_in_schema=False)
async def decide(request: Request, slug: str) -> Response:
    """Take a decision, and go on to the next candidate."""
    settings = graph_of(request).settings
    admit_write(request, settings)
    fields = await _fields(request)
    review = Review(settings, slug)
    try:
        reviewer, outcome, following = await run_sync(lambda: _decide(review, fields))
    except ReviewError as error:
        state = await run_sync(lambda: _known(review))
        place = _place(state, _reviewer(request, state), fields)
        reviewer = fields.get("reviewer", "")
        return desk_page(request, state, place, reviewer=reviewer, error=error, filled=fields)
    query = {"done": str(outcome.decision.number), "again": fields.get("again", ""), "item": following}
    kept = urlencode({name: value for name, value in query.items() if value})
    response = RedirectResponse(f"/review/{quote(slug)}?{kept}", HTTPStatus.SEE_OTHER)
    response.set_cookie(
        _COOKIE, quote(reviewer), max_age=_COOKIE_AGE_S, path="/review", httponly=True, samesite="strict"
    )
    return response


def _decide(review: Review, fields: Mapping[str, str]) -> tuple[str, Outcome, str]:
    """Who decided, what came of it, and the candidate to go on with."""
    reviewer = review.reviewer(fields.get("reviewer", ""))
    name, key = fields.get("decision", ""), fields.get("item", "")
    if name not in set(Verdict):
        raise ReviewError(f"There is no decision {name!r}.", hint=f"There are: {', '.join(Verdict)}.")
    verdict = Verdict(name)
    if verdict is Verdict.UNDO:
        number = fields.get("number", "")
        outcome = review.undo(reviewer, number=int(number) if number.isdecimal() else None)
        return reviewer, outcome, outcome.decision.candidate
    state = review.state()
    waiting = _waiting(state, reviewer, again=bool(fields.get("again")))
    following = _after(waiting, state, key)
    proposal = None
    if verdict in (Verdict.CHANGE, Verdict.ADD):
        given = state.item(key).proposal if verdict is Verdict.CHANGE else None
        proposal = read_form(fields, state.desk, given)
    outcome = review.decide(verdict, reviewer, key="" if verdict is Verdict.ADD else key, proposal=proposal)
    return reviewer, outcome, key if verdict is Verdict.ADD else following


def _waiting(state: State, reviewer: str, *, again: bool) -> list[Item]:
    return state.open_for(reviewer) if again else state.open


def _after(waiting: list[Item], state: State, key: str) -> str:
    """The next that waits behind an item, or else the first."""
    order = [item.key for item in state.items]
    place = order.index(key) if key in order else -1
    left = [item.key for item in waiting if item.key != key]
    return next((other for other in left if order.index(other) > place), left[0] if left else "")


def _known(review: Review) -> State:
    """The review, or 404 where there is no such article."""
    try:
        return review.state()
    except ReviewError as error:
        if error.message.startswith("There is no article"):
            raise HttpProblem(HTTPStatus.NOT_FOUND, "not-found", error.message, error.hint or "") from error
        raise


def _reviewer(request: Request, state: State) -> str:
    """Who reviewed here last with this browser, or the article's annotator."""
    kept = unquote(request.cookies.get(_COOKIE, ""))
    annotators = [getattr(term, "value", "") for term in state.desk.article.terms("annotator")]
    iri = kept or next(iter(annotators), "")
    return state.desk.naming.shown(f"<{iri}>") if iri and ">" not in iri else ""


def _place(state: State, reviewer: str, values: Mapping[str, str]) -> Place:
    """Which item is shown, what waits, and the decision that was just taken."""
    again = bool(values.get("again"))
    try:
        node = state.desk.node(reviewer)
    except KgraphError:
        node = None
    waiting = _waiting(state, node.value if node is not None else "", again=again)
    known = {item.key: item for item in state.items}
    item = known.get(values.get("item", "")) or next(iter(waiting), None)
    done = values.get("done", "")
    decisions = {str(each.number): each for each in state.decisions}
    return Place(
        item,
        waiting=len(waiting),
        following=_after(waiting, state, item.key) if item else "",
        again=again,
        done=decisions.get(done),
        adding=bool(values.get("add")) or values.get("decision") == "add",
        marked=_marked(values.get("at", ""), len(state.desk.text)),
    )


def _marked(at: str, length: int) -> Span | None:
    """The words that a link to add a claim marks, as in ``12-40``; None where it marks none."""
    match = _AT.fullmatch(at)
    span = Span(int(match[1]), int(match[2])) if match else None
    return span if span is not None and span.start < span.end <= length else None


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form."""
    if (media_type := media_type_of(request)) != FORM:
        raise unsupported(media_type, [FORM], what="A decision")
    return dict(decode_parameters(await read_body(request)))

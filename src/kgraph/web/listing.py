"""Lists: each is a page for people, and JSON for programs, by ``Accept`` or with ``.json`` at the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from kgraph.describe import Describer
from kgraph.web.documentation import problem_responses
from kgraph.web.negotiation import HTML, JSON, Choice
from kgraph.web.pages import public_url, render_page
from kgraph.web.reading import choose_format, while_connected
from kgraph.web.sparql import graph_of
from kgraph.who_said import Attribution

__all__ = ["Listing", "claim_item", "described", "list_at"]

_FORMATS: Final = (HTML, JSON)
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The list. In JSON: its `items`, and the addresses of the pages before and after.",
        "content": {each.media_type: {} for each in _FORMATS},
    },
    **problem_responses(400, 406, 503, 504, 507),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list, or a page of it: what its template takes, and its items as JSON has them.

    ``previous`` and ``following`` are the paths of the pages before and after this one; None at the ends.
    ``more`` are members that the JSON has besides.
    """

    template: str
    context: dict[str, Any]
    items: Sequence[dict[str, Any]]
    previous: str | None = None
    following: str | None = None
    more: dict[str, Any] = field(default_factory=dict)


Read = Callable[[Request, Describer], Awaitable[Listing]]


def list_at(router: APIRouter, path: str, *, summary: str) -> Callable[[Read], Read]:
    """Serve what a function reads as a list at a path; the API's description has its name."""

    def decorate(read: Read) -> Read:
        async def by_accept(request: Request) -> Response:
            return await _answer(request, read, choose_format(request, _FORMATS, what="The list"), "")

        async def as_json(request: Request) -> Response:
            return await _answer(request, read, Choice(JSON, JSON.media_type), ".json")

        by_accept.__doc__ = read.__doc__
        name = read.__name__
        router.head(path, include_in_schema=False)(by_accept)
        router.get(path, summary=summary, operation_id=name, responses=_RESPONSES)(by_accept)
        router.api_route(path + ".json", methods=["GET", "HEAD"], include_in_schema=False)(as_json)
        return read

    return decorate


async def described(request: Request, read: Callable[[Describer], Coroutine[Any, Any, Response]]) -> Response:
    """What is read from one generation, for as long as the client is there."""
    with graph_of(request).describing() as describer:
        return await while_connected(request, read(describer))


async def _answer(request: Request, read: Read, choice: Choice, ending: str) -> Response:
    async def respond(describer: Describer) -> Response:
        return _respond(request, await read(request, describer), choice, ending)

    return await described(request, respond)


def _respond(request: Request, found: Listing, choice: Choice, ending: str) -> Response:
    before, after = (
        public_url(request, path.replace("?", f"{ending}?", 1)) if path is not None else None
        for path in (found.previous, found.following)
    )
    links = [f'<{url}>; rel="{rel}"' for rel, url in (("prev", before), ("next", after)) if url is not None]
    headers = {"Link": ", ".join(links)} if links else {}
    if choice.format is HTML:
        pages = {"previous": found.previous, "following": found.following}
        return render_page(request, found.template, pages | found.context, headers=headers)
    content = {"items": found.items, "previous": before, "next": after, **found.more}
    return JSONResponse(content, headers=choice.headers | headers)


def claim_item(claim: Attribution, url: str) -> dict[str, Any]:
    """A claim as an item of a list: what most readers want of it. ``url`` leads to its words in the text."""
    first, last = (claim.passages[0], claim.passages[-1]) if claim.passages else (None, None)
    return {
        "iri": claim.iri,
        "verdict": claim.verdict,
        "speaker": {"iri": claim.speaker.iri, "label": claim.speaker.label},
        "chain": [voice.agent.label for voice in claim.voices],
        "kind": claim.modality.label or None,
        "polarity": claim.polarity.label or None,
        "quote": claim.quote,
        "article": claim.article.iri if claim.article is not None else None,
        "sentence": claim.sentence.number if claim.sentence is not None else None,
        "begin": first.start if first is not None else None,
        "end": last.end if last is not None else None,
        "url": url,
    }

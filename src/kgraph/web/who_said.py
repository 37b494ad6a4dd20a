"""``/who-said``: who said some words, or a fact; as a page, JSON, JSON-LD, Turtle or CSV."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from kgraph.errors import KgraphError
from kgraph.rdf.formats import Format
from kgraph.search import FILTERS
from kgraph.store import Generation
from kgraph.web.conditional import entity_tag, is_known
from kgraph.web.documentation import problem_responses
from kgraph.web.negotiation import HTML, JSON, Choice
from kgraph.web.reading import choice_of_suffix, choose_format, header_of, single_values, while_connected
from kgraph.web.sparql import graph_of
from kgraph.web.who_said_page import who_said_page
from kgraph.who_said import (
    PARTS,
    Answer,
    Question,
    parse_question,
    render_csv,
    render_json,
    render_linked_data,
)

__all__ = ["router"]

router: Final = APIRouter(tags=["Who said this"])

_OFFERED: Final = (
    JSON,
    Format("jsonld", ("application/ld+json",), "jsonld", frozenset()),
    Format("ttl", ("text/turtle", "application/x-turtle"), "ttl", frozenset()),
    Format("csv", ("text/csv",), "csv", frozenset()),
    HTML,
)
_BY_SUFFIX: Final = {fmt.suffix: fmt for fmt in _OFFERED}

_DESCRIPTIONS: Final = {
    "q": "A phrase, some words or a question. You may use quotation marks; they change nothing.",
    "subject": "What the fact is about: a name, a prefixed name or an IRI.",
    "predicate": "The property of the fact: a name, a prefixed name or an IRI.",
    "object": "The other thing in the fact: a name, a prefixed name, an IRI or a value.",
    "speaker": "Only claims by this speaker.",
    "article": "Only claims in this article.",
    "mode": "Only claims quoted in this way, such as kg:direct-quotation.",
    "modality": "Only this kind of saying, such as kg:prediction.",
    "polarity": "Only what is affirmed (kg:positive) or said not to be so (kg:negative).",
    "since": "Only what holds on or after this day, as the editors read its times.",
    "until": "Only what holds on or before this day, as the editors read its times.",
    "limit": "How many answers a page has, from 1 to 100.",
    "offset": "How many answers come before the page.",
}
_EXAMPLES: Final = {"q": "cannot go through barricades", "since": "2011-10-18", "until": "2011-10-19"}
_PARAMETERS: Final[list[dict[str, Any]]] = [
    {
        "name": name,
        "in": "query",
        "description": description,
        "schema": {"type": "integer" if name in ("limit", "offset") else "string"},
        **({"example": _EXAMPLES[name]} if name in _EXAMPLES else {}),
    }
    for name, description in _DESCRIPTIONS.items()
]
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The answers, the best first. None means: not stated here. It does not mean no.",
        "content": {fmt.media_type: {} for fmt in _OFFERED},
    },
    304: {"description": "The client has the answer already, by its entity tag."},
    **problem_responses(400, 406, 503, 504, 507),
}


@router.head("/who-said", include_in_schema=False)
@router.get(
    "/who-said",
    summary="Who said this?",
    operation_id="who_said",
    responses=_RESPONSES,
    openapi_extra={"parameters": _PARAMETERS},
)
async def who_said(request: Request) -> Response:
    """Whose words or whose claim, through whom it came, and where it stands."""
    choice = choose_format(request, _OFFERED, what="The answer")
    return await _respond(request, choice)


@router.api_route("/who-said.{suffix}", methods=["GET", "HEAD"], include_in_schema=False)
async def who_said_in(request: Request, suffix: str) -> Response:
    """The same in the format of the suffix."""
    return await _respond(request, choice_of_suffix(suffix, _BY_SUFFIX))


async def _respond(request: Request, choice: Choice) -> Response:
    values = single_values(request)
    generation = graph_of(request).generation
    # The page names the host that it stands on.
    host = str(request.base_url) if choice.format is HTML else ""
    parameters = [text for pair in sorted(values.items()) for text in pair]
    tag = entity_tag(generation.id, "/who-said", choice.format.name, host, *parameters)
    headers = choice.headers | {"ETag": tag, "Cache-Control": "no-cache"}
    known = header_of(request, b"if-none-match")
    # A star is true of whatever is there, and that is known only with the answer.
    if known != "*" and is_known(known, tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if choice.format is HTML:
        response = await _page(request, values, generation)
        if response.status_code != HTTPStatus.OK:
            return response
    else:
        graph = graph_of(request)
        asking = graph.who_said(parse_question(values), generation=generation)
        answer = await while_connected(request, asking)
        response = Response(_rendered(answer, choice.format.name, graph.prefixes))
    if is_known(known, tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    response.headers.update(headers)
    return response


def _rendered(answer: Answer, name: str, prefixes: dict[str, str]) -> bytes:
    if name == "json":
        return render_json(answer).encode()
    if name == "csv":
        return render_csv(answer).encode()
    return render_linked_data(answer, name, prefixes)


async def _page(request: Request, values: dict[str, str], generation: Generation) -> Response:
    graph = graph_of(request)
    question, answer, error = Question(), None, None
    try:
        question = parse_question(values)
        if values:
            answer = await while_connected(request, graph.who_said(question, generation=generation))
    except KgraphError as fault:
        error = fault
    fields = ("q", *PARTS, *FILTERS, "since", "until")
    return who_said_page(
        request,
        graph,
        {name: _DESCRIPTIONS[name] for name in fields},
        values,
        question,
        answer=answer,
        error=error,
    )

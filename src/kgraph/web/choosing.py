"""In which form a query's answer goes out: by suffix or ``format=`` where there is one, else by Accept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from fastapi import Request

from kgraph.rdf.formats import FORMATS, ResultKind, formats_for, media_types
from kgraph.rdf.sparql import QueryProfile
from kgraph.store import Generation
from kgraph.web.answering import Variant, begin
from kgraph.web.negotiation import HTML, Choice, by_suffix, choose_formats
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import header_of

__all__ = ["begin_query", "format_names", "is_page", "query_choices", "refuse_unacceptable"]

#: Of longer queries an answer has no entity tag, in characters.
LONGEST_TAGGED: Final = 64 * 1024


def query_choices(
    request: Request,
    suffix: str | None,
    *,
    read: Callable[[str], Mapping[ResultKind, Choice]] = by_suffix,
) -> Mapping[ResultKind, Choice]:
    """A format for each kind of result. ``read`` says what a suffix means."""
    if suffix is None:
        return choose_formats(header_of(request, b"accept"), html=True)
    chosen = read(suffix)
    if not chosen:
        raise HttpProblem(
            HTTPStatus.NOT_ACCEPTABLE,
            "not-acceptable",
            f"There is no format {suffix[:40]!r}.",
            f"There are: {', '.join([*FORMATS, 'html'])}.",
        )
    return chosen


def refuse_unacceptable(kind: ResultKind | None, chosen: Mapping[ResultKind, Choice]) -> None:
    """Answer 406, with the list of what there is, where no format suits the client."""
    if kind is None or kind in chosen:
        return
    available = ", ".join(media_types(formats_for(kind)))
    raise HttpProblem(
        HTTPStatus.NOT_ACCEPTABLE,
        "not-acceptable",
        "None of the formats for this result is acceptable to the client.",
        f"There are: {available}.",
    )


def is_page(chosen: Mapping[ResultKind, Choice], kind: ResultKind) -> bool:
    """Whether a result of this kind is to be a page."""
    return kind in chosen and chosen[kind].format is HTML


def format_names(chosen: Mapping[ResultKind, Choice]) -> dict[ResultKind, str]:
    """The names of the chosen formats, as the engine takes them."""
    return {kind: choice.format.name for kind, choice in chosen.items() if choice.format is not HTML}


def begin_query(
    request: Request,
    generation: Generation,
    chosen: Mapping[ResultKind, Choice],
    profile: QueryProfile,
    text: str,
    *parts: str,
) -> Variant:
    """Say that a query is about to be answered; see :func:`kgraph.web.answering.begin`.

    The order of rows and triples may be another from memory than from disk, so the tag is a weak one. The
    answer of a very long query has none: it would take a moment to make.
    """
    form = profile.form or ResultKind.SOLUTIONS  # what is no query has no answer, and this is never sent
    choice = chosen.get(form) or next(iter(chosen.values()))
    repeatable = profile.form is not None and profile.is_repeatable and len(text) <= LONGEST_TAGGED
    return begin(request, choice, generation, text, *parts, repeatable=repeatable, exact=False)

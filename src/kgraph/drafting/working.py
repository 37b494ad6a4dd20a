"""What a drafting process does with a text: parse it, and read candidates off its trees."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

import kgraph
from kgraph.drafting.candidates import Candidate, Draft, Mode, Tool
from kgraph.drafting.cues import load_cues
from kgraph.drafting.drafting import Laid, Words, draft_page
from kgraph.drafting.endpoint import Endpoint, ask_endpoint
from kgraph.drafting.evocations import evocations_of
from kgraph.drafting.knowledge import Knowledge
from kgraph.drafting.pipeline import name_pipeline, parse_sentences, read_language
from kgraph.errors import DraftError

__all__ = ["draft_laid", "tool_name", "words_of"]

#: Candidates that share more of their words are one.
_ALIKE: Final = 0.8


def words_of(knowledge: Knowledge) -> Words:
    """The words that drafting goes by, of what a project knows."""
    return Words(
        load_cues(((entry.name, *entry.above), entry.words) for entry in knowledge.entries),
        evocations_of(knowledge.entries),
        {label: thing.iri for label, thing in knowledge.things.items()},
        {label: thing.name for label, thing in knowledge.things.items()},
    )


_kept: list[tuple[Knowledge, Words]] = []


def draft_laid(
    laid: Laid, knowledge: Knowledge, *, pipeline: str = "auto", endpoint: Endpoint | None = None
) -> Draft:
    """The draft of a text: by rules, and by a language model where one is named.

    Raises:
        DraftError: the pipeline cannot be loaded or is for another language, or the endpoint does not
            answer.
    """
    reads = read_language(pipeline)
    is_read = laid.language.partition("-")[0] == reads
    if not is_read and endpoint is None:
        raise DraftError(
            f"The text is in {laid.language}, and the pipeline {name_pipeline(pipeline)} reads {reads}.",
            hint="Name another by --pipeline, or a language model by --draft-endpoint; or write the claims "
            "by hand.",
        )
    if not _kept or _kept[0][0] is not knowledge:
        _kept[:] = [(knowledge, words_of(knowledge))]
    words = _kept[0][1]
    sentences = laid.sentences if is_read else ()
    trees = list(parse_sentences(laid.text, sentences, pipeline=pipeline, saying=words.cues.put_in))
    draft = draft_page(laid, trees, words, tool=tool_name(pipeline))
    if endpoint is None:
        return draft
    candidates, dropped = ask_endpoint(endpoint, laid.text, laid.paragraphs, laid.publisher)
    new = [each for each in candidates if not any(_is_alike(each, other) for other in draft.candidates)]
    ordered = sorted(
        {each.id: each for each in [*new, *draft.candidates]}.values(), key=lambda each: each.begin
    )
    return replace(
        draft, candidates=tuple(ordered), tool=Tool(f"{draft.tool.name}, {endpoint.name}", dropped)
    )


def _is_alike(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates have most of their words in common."""
    if other.mode is Mode.NARRATED:
        return False
    shared = min(one.end, other.end) - max(one.begin, other.begin)
    return shared > _ALIKE * max(one.end - one.begin, other.end - other.begin)


@cache
def tool_name(pipeline: str) -> str:
    """What drafts, with its versions."""
    return f"kgraph {kgraph.__version__}, {name_pipeline(pipeline)}"

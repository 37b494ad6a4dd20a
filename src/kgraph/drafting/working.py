"""What a drafting process does with a text: parse it, and read candidates off its trees."""

from __future__ import annotations

from functools import cache

import kgraph
from kgraph.drafting.candidates import Draft
from kgraph.drafting.cues import load_cues
from kgraph.drafting.drafting import Laid, Words, draft_page
from kgraph.drafting.knowledge import Knowledge
from kgraph.drafting.narrating import evocations_of
from kgraph.drafting.pipeline import name_pipeline, parse_sentences

__all__ = ["draft_laid", "words_of"]


def words_of(knowledge: Knowledge) -> Words:
    """The words that drafting goes by, of what a project knows."""
    return Words(
        load_cues(((entry.name, *entry.above), entry.words) for entry in knowledge.entries),
        evocations_of(knowledge.entries),
        {label: thing.iri for label, thing in knowledge.things.items()},
        {label: thing.name for label, thing in knowledge.things.items()},
    )


_kept: list[tuple[Knowledge, Words]] = []


def draft_laid(laid: Laid, knowledge: Knowledge, *, pipeline: str = "auto") -> Draft:
    """The draft of a text.

    Raises:
        DraftError: the pipeline cannot be loaded.
    """
    if not _kept or _kept[0][0] is not knowledge:
        _kept[:] = [(knowledge, words_of(knowledge))]
    trees = list(parse_sentences(laid.text, laid.sentences, pipeline=pipeline))
    return draft_page(laid, trees, _kept[0][1], tool=tool_name(pipeline))


@cache
def tool_name(pipeline: str) -> str:
    """What drafts, with its versions."""
    return f"kgraph {kgraph.__version__}, {name_pipeline(pipeline)}"
